from markupsafe import Markup

from odoo import SUPERUSER_ID, api, fields, models

from odoo.addons.salon_crm.tools.wait_turn import wait_turn

from ..tools import carry_out
from .salon_feedback import PARTS


class SalonFeedback(models.Model):
    """Answering: the stars first, then what else the client wishes to say; each is taken once."""

    _inherit = "salon.feedback"

    case_reason = fields.Selection(
        [("rating", "Low Rating"), ("word", "A Word")],
        string="Needs Care",
        readonly=True,
        copy=False,
        help="Why a case was opened: so few stars, or a word of the list in what the client wrote.",
    )
    case_word = fields.Char(string="Word", readonly=True, copy=False)
    case_id = fields.Many2one("salon.case", readonly=True, copy=False, ondelete="set null", index="btree_not_null")
    case_opened_at = fields.Datetime(readonly=True, copy=False)

    _case_missing_idx = models.Index("(id) WHERE case_reason IS NOT NULL AND case_opened_at IS NULL")

    def _answer(self, rating, way, noted_by=None):
        """Keep how content the client was; return whether this was the answer that counts.

        Of two taps at once the second waits, and finds the answer of the first.

        :param str rating: "1" (bad) to "5" (great)
        :param str way: "link" or "person"
        :param noted_by: res.users who was told in person
        """
        self.ensure_one()
        wait_turn(self)
        if self.answered_at or (way == "link" and self._has_ended()):
            return False
        performers = self.visit_id.line_ids.performer_ids.sorted(lambda performer: performer.part != "stylist")
        self.with_context(tracking_disable=True).write(
            {
                "rating": rating,
                "way": way,
                "answered_at": fields.Datetime.now(),
                "noted_by_id": noted_by and noted_by.id,
                "employee_id": performers[:1].employee_id.id,  # the visit may have been corrected since
            }
        )
        self._make_rating()
        if int(rating) <= self.company_id.salon_feedback_low:
            self._call_for_care("rating")
        return True

    def _tell_more(self, values):
        """Keep what else the client says, once; return whether it was kept.

        :param dict values: of the fields in PARTS, "nps" and "comment"
        """
        self.ensure_one()
        wait_turn(self)
        if not self.answered_at or self.detailed_at:
            return False
        told = {name: value for name, value in values.items() if value and name in (*PARTS, "nps", "comment")}
        self.with_context(tracking_disable=True).write({**told, "detailed_at": fields.Datetime.now()})
        if comment := told.get("comment"):
            self.env["rating.rating"].search(self._rating_domain()).feedback = comment
            if self.case_reason:
                self._tell_case(comment)
            elif word := self.env["salon.feedback.word"]._find(comment, self.company_id):
                self.case_word = word
                self._call_for_care("word")
        return True

    def _make_rating(self):
        """Put the stars on a rating of Odoo. It has no token: Odoo's own page of ratings does not open it."""
        self.env["rating.rating"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id(self._name),
                "res_id": self.id,
                "partner_id": self.partner_id.id,
                "rated_partner_id": self._rating_get_operator().id,
                "rating": int(self.rating),
                "consumed": True,
                "access_token": False,
                "is_internal": True,
            }
        )

    # What needs care -----------------------------------------------------------------------------------------

    def _call_for_care(self, reason):
        self.case_reason = reason
        carry_out(self.with_user(SUPERUSER_ID), "_open_case")

    def _open_case(self):
        """Open a case of each of these."""
        for feedback in self:
            case = self.env["salon.case"]._open_from_feedback(feedback)
            feedback.write({"case_id": case.id, "case_opened_at": fields.Datetime.now()})

    def _tell_case(self, comment):
        """Have the case know what the client wrote after it was opened."""
        if self.case_id:
            self.case_id._message_log(body=Markup("%s<br/>%s") % (self.env._("The client wrote:"), comment))

    def action_view_case(self):
        """Show what is done about it."""
        self.ensure_one()
        return self.case_id._action_open()

    @api.model
    def _find_without_case(self):
        """Return what should have a case and has none: it could not be opened then."""
        return self.search([("case_reason", "!=", False), ("case_opened_at", "=", False)])
