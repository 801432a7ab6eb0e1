import hashlib
import hmac

from odoo import api, fields, models

SHARES = 10_000  # of a hundredth of a percent each


class ResCompany(models.Model):
    """How many are left out of plans that measure themselves, and how long after a contact one looks."""

    _inherit = "res.company"

    salon_control_percent = fields.Integer(
        string="Left Out",
        default=10,
        required=True,
        help="Of plans that compare with clients who are not contacted: so many of a hundred, by chance.",
        prefetch="salon",
    )
    salon_winback_days = fields.Integer(
        string="Looked At For",
        default=60,
        required=True,
        help="Visits and revenue count that come within so many days after the contact.",
        prefetch="salon",
    )

    _salon_control_sensible = models.Constraint(
        "CHECK (salon_control_percent BETWEEN 0 AND 50 AND salon_winback_days BETWEEN 1 AND 365)",
        "At most half of the clients can be left out, and what a contact brought about is looked at for 1 to 365 days.",
    )


class SalonSettingsFields(models.AbstractModel):
    _inherit = "salon.settings.fields"

    salon_control_percent = fields.Integer(related="company_id.salon_control_percent", readonly=False)
    salon_winback_days = fields.Integer(related="company_id.salon_winback_days", readonly=False)


class SalonFollowupPlan(models.Model):
    _inherit = "salon.followup.plan"

    has_control_group = fields.Boolean(
        string="Compare with Clients Not Contacted",
        help="A few clients, by chance, are not contacted: only so can be seen what the contacts bring about. How many"
        " is a setting.",
    )


class SalonFollowup(models.Model):
    """Some clients of a plan are left out by chance, to see what the contacts bring about.

    Chance falls once for a plan and an occasion: all steps of the plan treat a client alike, and asking again changes
    nothing. It can be known only to who knows the database's secret.
    """

    _inherit = "salon.followup"

    @api.model
    def _gate_rules(self):
        """Of those who would be contacted, before it is asked when: both groups are of one kind."""
        rules = super()._gate_rules()
        rules.insert(rules.index("_gate_quiet"), "_gate_control")
        return rules

    def _gate_control(self):
        left_out = self.filtered(lambda one: one.plan_id.has_control_group and one._in_control_group())
        left_out._skip("control")
        return self - left_out

    def _in_control_group(self):
        """Tell whether this client is left out of this plan on this occasion. Who was promised another call gets it."""
        self.ensure_one()
        if self.origin_model == self._name:
            return False
        share = self.company_id.salon_control_percent * SHARES // 100
        return bool(self.occasion) and self._draw() < share

    def _draw(self):
        """Return the share of chance of this plan and occasion, 0 to 9,999."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        text = f"control {self.plan_id.id} {self.occasion}"
        return int.from_bytes(hmac.digest(secret.encode(), text.encode(), hashlib.sha256)[:8], "big") % SHARES
