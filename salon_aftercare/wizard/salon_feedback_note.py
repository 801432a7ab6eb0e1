from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.salon_feedback import NPS, PARTS
from ..models.salon_followup import RATINGS


class SalonFeedbackNote(models.TransientModel):
    """The dialog in which staff note what a client said in person.

    What a client answered by themselves is never written over; what was noted once can be added to.
    """

    _name = "salon.feedback.note"
    _description = "Note Feedback"

    visit_id = fields.Many2one("salon.visit", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(related="visit_id.partner_id", string="Client")
    is_rated = fields.Boolean(readonly=True)
    rating = fields.Selection(RATINGS, string="How Content")
    reception = fields.Selection(RATINGS, string="Welcome")
    advice = fields.Selection(RATINGS)
    skill = fields.Selection(RATINGS)
    surroundings = fields.Selection(RATINGS)
    price = fields.Selection(RATINGS, string="Value for Money")
    nps = fields.Selection(NPS, string="Recommends Us", help="0 is not at all, 10 is for sure.")
    comment = fields.Text(string="In Their Words")

    @api.depends("visit_id")
    def _compute_display_name(self):
        self.display_name = self.env._("Note Feedback")

    @api.model
    def _open(self, visit, followup=None):
        """Return the action that asks what the client said of `visit`, or shows what they answered.

        :param followup: salon.followup in whose call they said it
        :raise UserError: nobody can be asked
        """
        if visit.state != "done" or not visit.partner_id:
            raise UserError(self.env._("Feedback is of a visit that is done, by a client with a name."))
        feedback = self.env["salon.feedback"]._of_visits(visit)
        if feedback.detailed_at or feedback.way == "link":
            if not feedback.with_env(self.env).has_access("read"):
                raise UserError(self.env._("The client has said already how it was."))
            return {
                "type": "ir.actions.act_window",
                "res_model": "salon.feedback",
                "res_id": feedback.id,
                "views": [(False, "form")],
            }
        values = {
            "visit_id": visit.id,
            "rating": feedback.rating or (followup and followup.rating),
            "is_rated": bool(feedback.rating),
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Note Feedback"),
            "res_model": self._name,
            "res_id": self.create(values).id,
            "views": [(False, "form")],
            "target": "new",
        }

    @api.model_create_multi
    def create(self, vals_list):
        notes = super().create(vals_list)
        notes._check_may_note()
        return notes

    def write(self, vals):
        result = super().write(vals)
        if "visit_id" in vals:
            self._check_may_note()
        return result

    def action_save(self):
        """Keep what the client said.

        :raise UserError: it does not say how content they were, or they have answered meanwhile
        """
        self.ensure_one()
        self._check_may_note()
        if not self.rating:
            raise UserError(self.env._("Choose how content the client was."))
        feedback = self.env["salon.feedback"]._of_visits(self.visit_id)
        noted = feedback._answer(self.rating, "person", self.env.user)
        if not noted and feedback.way == "link":
            raise UserError(self.env._("The client has answered by themselves meanwhile. Their own answer counts."))
        told = {name: self[name] for name in (*PARTS, "nps", "comment") if self[name]}
        if told and not feedback._tell_more(told):
            raise UserError(self.env._("Somebody else has noted this meanwhile. Look at the feedback of the visit."))
        return {"type": "ir.actions.act_window_close"}

    def _check_may_note(self):
        """Refuse to who may not read the visit: stylists note what was said of visits that they see."""
        if not self.visit_id.with_env(self.env).has_access("read"):
            raise AccessError(self.env._("You can note feedback of the visits that you see."))
