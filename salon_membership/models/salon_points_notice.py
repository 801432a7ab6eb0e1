from datetime import timedelta

from odoo import api, fields, models

from .salon_notice import OF_USE, STATES


class SalonPointsNotice(models.Model):
    """That points of a member end soon: one line for each time that a member is written to."""

    _name = "salon.points.notice"
    _inherit = ["salon.notice"]
    _description = "Notice of Points That End"
    _order = "id desc"
    _rec_name = "until"

    membership_id = fields.Many2one("salon.membership", required=True, readonly=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="membership_id.partner_id", string="Client")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    at = fields.Datetime(string="When", required=True, readonly=True, default=fields.Datetime.now)
    until = fields.Date(required=True, readonly=True, help="It tells of the points that end up to this day.")
    state = fields.Selection(STATES, string="Client Told", required=True, readonly=True, default="planned")

    _once = models.UniqueIndex("(membership_id, until)", "The member is told of these points already.")
    _due_idx = models.Index("(try_at) WHERE state IN ('planned', 'sending', 'retry')")

    @api.model
    def _domain_looked_after(self):
        return [("at", ">", fields.Datetime.now() - OF_USE)]

    def _letter(self):
        return self.env.ref("salon_membership.mail_template_points_ending", raise_if_not_found=False)

    def _letter_of(self):
        return self.membership_id

    def _job(self):
        return self._job_of("salon_membership.cron_points_notice")

    def _is_wanted(self):
        return bool(self.membership_id._salon_ending())

    def _has_address(self):
        return bool(self.partner_id.email_normalized)

    def _of_use_until(self):
        return self.company_id._salon_midnight(self.until + timedelta(days=1))
