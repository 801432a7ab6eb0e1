from dateutil.relativedelta import relativedelta

from odoo import api, fields, models


class SalonClientFile(models.Model):
    """What clients fill in themselves, and when somebody last looked whether the file is still right."""

    _inherit = "salon.client.file"

    intake_ids = fields.One2many("salon.intake", "file_id", string="Intake Forms")
    intake_count = fields.Integer(string="Number of Intake Forms", compute="_compute_intakes")
    intake_waits = fields.Boolean(string="Intake Form to Review", compute="_compute_intakes")
    reviewed_at = fields.Datetime(string="Reviewed", readonly=True, copy=False)
    reviewed_by_id = fields.Many2one("res.users", readonly=True, copy=False, ondelete="set null")
    review_due = fields.Boolean(
        string="To Be Reviewed",
        compute="_compute_review_due",
        search="_search_review_due",
        help="Nobody has looked for long whether this file is still right.",
    )

    @api.depends("intake_ids.state", "intake_ids.health_state")
    def _compute_intakes(self):
        sheets = self.env["salon.intake"]
        counts = dict(sheets._read_group([("file_id", "in", self.ids)], ["file_id"], ["__count"]))
        waiting = sheets
        if counts:
            waiting = sheets.search([("file_id", "in", self.ids), *sheets._waiting_domain()])
        for file in self:
            file.intake_count = counts.get(file._origin, 0)
            file.intake_waits = file._origin in waiting.file_id

    # Reviewed -----------------------------------------------------------------------------------------------

    @api.depends("reviewed_at")
    @api.depends_context("company")
    def _compute_review_due(self):
        before = self._review_limit()
        for file in self:
            since = file.reviewed_at or file.create_date
            file.review_due = bool(before and since and since < before)

    @api.model
    def _search_review_due(self, operator, value):
        if operator != "in":
            return NotImplemented
        before = self._review_limit()
        if not before:
            return [(0, "=", 1)] if True in value else [(1, "=", 1)]
        domain = ["|", ("reviewed_at", "<", before), "&", ("reviewed_at", "=", False), ("create_date", "<", before)]
        return domain if True in value else ["!", *domain]

    @api.model
    def _review_limit(self):
        """Return the moment before which a file must not have been reviewed last; None where the salon sets none."""
        months = self.env.company.sudo().salon_review_months
        return fields.Datetime.now() - relativedelta(months=months) if months else None

    def _set_reviewed(self):
        self.sudo().write({"reviewed_at": fields.Datetime.now(), "reviewed_by_id": self.env.uid})

    def action_set_reviewed(self):
        """Note that the user looked at these files, and all is right."""
        self.check_access("write")
        self._set_reviewed()

    # Asking -------------------------------------------------------------------------------------------------

    def action_ask_intake(self):
        """Choose a form for this client to fill in."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_intake_ask_action")
        return {**action, "context": {"default_file_id": self.id}}

    def action_view_intakes(self):
        """Show what this client was asked and answered; the only one at once."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_intake_action")
        action = {**action, "domain": [("file_id", "=", self.id)], "context": {}}
        sheets = self.env["salon.intake"].search([("file_id", "=", self.id)])
        waiting = sheets.filtered_domain(sheets._waiting_domain()) or sheets
        if len(waiting) == 1:
            action.update(res_id=waiting.id, views=[(False, "form")])
        return action

    def _erase_health(self, purpose="request"):
        """What the client answered goes too."""
        self.env["salon.intake"].sudo().search([("file_id", "in", self.ids)]).unlink()
        return super()._erase_health(purpose)

    @api.model
    def _kept_with_file(self):
        return [*super()._kept_with_file(), "salon.intake"]
