from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields, models

from ..tools.frame import local_day


class ResCompany(models.Model):
    """How long what a client needs before a service holds."""

    _inherit = "res.company"

    salon_patch_test_hours = fields.Integer(
        string="Patch Test Valid After",
        default=48,
        help="Hours after a patch test from which on it holds.",
        prefetch="salon",
    )
    salon_patch_test_months = fields.Integer(
        string="Patch Test Valid For",
        default=6,
        help="Months for which a patch test holds, to the day.",
        prefetch="salon",
    )
    salon_consent_link_days = fields.Integer(
        string="Consent Link", default=7, help="Days after which a link to sign a consent form ends.", prefetch="salon"
    )

    _salon_patch_test_sensible = models.Constraint(
        "CHECK (salon_patch_test_hours BETWEEN 1 AND 336 AND salon_patch_test_months BETWEEN 1 AND 60)",
        "A patch test holds 1 to 336 hours after it was made, and for 1 to 60 months.",
    )

    _salon_consent_link_sensible = models.Constraint(
        "CHECK (salon_consent_link_days BETWEEN 1 AND 90)", "A link to sign a consent form lasts for 1 to 90 days."
    )

    def _salon_patch_test_span(self, applied_at):
        """Return (naive UTC moment from which, local day until whose end) a patch test holds in this company.

        :param datetime applied_at: naive UTC
        """
        day = local_day(self._salon_timezone(), applied_at)
        return (
            applied_at + timedelta(hours=self.salon_patch_test_hours),
            day + relativedelta(months=self.salon_patch_test_months),
        )
