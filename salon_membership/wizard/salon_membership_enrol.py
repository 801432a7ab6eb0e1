from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.why import Why


class SalonMembershipEnrol(models.TransientModel):
    _name = "salon.membership.enrol"
    _description = "Enrol Clients"

    partner_ids = fields.Many2many("res.partner", string="Clients", required=True)
    tier_id = fields.Many2one(
        "salon.membership.tier",
        required=True,
        default=lambda self: self.env.company._salon_first_tier(),
        domain=lambda self: [("company_id", "in", (False, self.env.company.id))],
    )
    start_date = fields.Date(string="Member Since", required=True, default=lambda self: self.env.company._salon_today())

    note = fields.Char(string="Reason", help="Why they begin in a higher tier. It stands in their history.")
    needs_reason = fields.Boolean(compute="_compute_needs_reason")

    club_form_id = fields.Many2one("salon.consent.form", compute="_compute_club_form")
    rules = fields.Html(compute="_compute_club_form")
    rules_accepted = fields.Boolean(string="Club Rules Accepted", help="The clients have read and accepted them.")

    @api.depends("tier_id")
    def _compute_needs_reason(self):
        first = self.env.company._salon_first_tier()
        for wizard in self:
            wizard.needs_reason = bool(wizard.tier_id and first and wizard.tier_id._rank() > first._rank())

    @api.depends("partner_ids")
    def _compute_club_form(self):
        for wizard in self:
            wizard.club_form_id = form = self.env.company.sudo().salon_club_form_id
            wizard.rules = form.text

    def action_enrol(self):
        """Make members of these clients and show their memberships."""
        self.ensure_one()
        if self.club_form_id and not self.rules_accepted:
            raise UserError(self.env._("Members accept the rules of the club. Tick that they have."))
        memberships = self.env["salon.membership"]
        memberships._check_may_enrol(self.tier_id, self.env.company, self.note)
        memberships = memberships.with_context(salon_why=Why("hand", note=self.note or None))
        memberships = memberships._enrol(self.partner_ids, self.tier_id, self.start_date).with_env(self.env)
        if not memberships:
            raise UserError(self.env._("All of these clients are members already."))
        memberships._accept_rules()
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("New Members"),
            "res_model": "salon.membership",
        }
        if len(memberships) == 1:
            return {**action, "view_mode": "form", "res_id": memberships.id}
        return {**action, "view_mode": "list,kanban,form", "domain": [("id", "in", memberships.ids)]}
