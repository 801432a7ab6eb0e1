from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonLostAnswer(models.Model):
    """Why one client stays away: what they said when they were asked."""

    _name = "salon.lost.answer"
    _description = "Why a Client Stays Away"
    _order = "asked_on desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", index=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="cascade", index=True
    )
    reason_id = fields.Many2one("salon.lost.reason", required=True, ondelete="restrict", index=True)
    reason_group_id = fields.Many2one(
        "salon.lost.reason", string="Kind of Reason", compute="_compute_reason_group_id", store=True
    )
    note = fields.Text(string="In Their Words")
    asked_on = fields.Date(required=True, default=fields.Date.context_today)
    user_id = fields.Many2one(
        "res.users", string="Asked By", default=lambda self: self.env.user, ondelete="set null", readonly=True
    )
    followup_id = fields.Many2one("salon.followup", readonly=True, ondelete="set null", index="btree_not_null")

    @api.depends("reason_id.parent_path")
    def _compute_reason_group_id(self):
        for answer in self:
            path = answer.reason_id.parent_path or ""
            answer.reason_group_id = int(path.split("/")[0]) if path else answer.reason_id

    @api.model_create_multi
    def create(self, vals_list):
        answers = super().create(vals_list)
        answers._check_client()
        answers._check_followup()
        return answers

    def write(self, vals):
        result = super().write(vals)
        if "partner_id" in vals:
            self._check_client()
        if "followup_id" in vals:
            self._check_followup()
        return result

    def _check_followup(self):
        """Refuse to learn of a contact by way of an answer."""
        if not self.env.su:
            self.followup_id.check_access("read")

    def _check_client(self):
        """Refuse an answer of a client whose file one may not read: it would open the way to them."""
        if self.env.su:
            return
        files = self.env["salon.client.file"].search([("partner_id", "in", self.partner_id.ids)])
        if stranger := self.partner_id - files.partner_id:
            raise UserError(self.env._("You don't serve %s. Ask the front desk to note it.", stranger[:1].sudo().name))
