import re
from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.salon_crm.tools.frame import local_day

from .salon_followup_source import Source

MOMENT = re.compile(r"-(\d{8})(\d{4})?$")  # how the occasion of a date ends: see `_occasion_sql`
MESSAGES = ("email", "sms")


class SalonFollowupPlan(models.Model):
    """Plans about what of a client's ends. Which addon keeps it need not be known: see salon.client.date."""

    _inherit = "salon.followup.plan"

    date_source = fields.Selection(
        "_selection_date_source",
        string="What Ends",
        validate=False,  # what was chosen stays when its addon goes; the plan rests until it is back
        help="What has an end that is known. Empty: choose any records and their date.",
    )
    is_known = fields.Boolean(compute="_compute_is_known", search="_search_is_known")

    @api.model
    def _selection_date_source(self):
        return [(key, date.name) for key, date in self.env["salon.client.date"]._dates().items()]

    @api.depends("trigger", "date_source", "model_id", "date_field_id")
    def _compute_is_known(self):
        for plan in self:
            plan.is_known = plan._is_known()

    def _search_is_known(self, operator, value):
        if operator != "in":
            return NotImplemented
        known = [key for key, _name in self._selection_date_source()]
        return Domain("trigger", "!=", "date") | Domain("date_source", "in", [False, *known])

    @api.onchange("date_source")
    def _onchange_date_source(self):
        if self.date_source:
            self.model_id = self.date_field_id = False

    def _check_date_source(self):
        return None if self.date_source else super()._check_date_source()

    def _get_source(self):
        if self.trigger != "date" or not self.date_source:
            return super()._get_source()
        date = self.env["salon.client.date"]._dates().get(self.date_source)
        return date and Source(date.model, date.field, date.path, date.domain, key=self.date_source, together=True)


class SalonFollowup(models.Model):
    _inherit = "salon.followup"

    @api.model
    def _gate_rules(self):
        rules = super()._gate_rules()
        rules.insert(rules.index("_gate_wanted") + 1, "_gate_told")
        return rules

    def _gate_told(self):
        """Nobody gets two messages about one end: who keeps it may write to the client by itself. A call is more."""
        left = self
        messages = self.filtered(lambda one: one.channel in MESSAGES and one.plan_id.date_source)
        for key, followups in messages.grouped(lambda one: one.plan_id.date_source).items():
            records = followups._get_origins()
            told = set(self.env["salon.client.date"]._find_told(key, records).ids)
            twice = followups.filtered(lambda one, told=told: one.origin_id in told)
            twice._skip("told")
            left -= twice
        return left

    def _get_origins(self):
        """Return the records that these, which are of one model, are about."""
        return self.env[self[:1].origin_model].sudo().browse(self.mapped("origin_id")).exists()

    def _get_placeholder_what(self):
        """Return what ends: points, a card, a coupon."""
        key, source = self.plan_id.date_source, self.plan_id._get_source()
        if not key or not source or source.model != self.origin_model:
            return ""
        record = self._get_origins()
        return self.env["salon.client.date"]._say(key, record) if record else ""

    def _get_placeholder_date(self):
        """Of what has a date, return that and not when the contact was planned for."""
        source = self.plan_id._get_source() if self.plan_id else None
        dated = source and source.field and source.model == self.origin_model and not (source.once or source.yearly)
        found = MOMENT.search(self.occasion or "") if dated and not self.visit_id else None
        return self._say_occasion(*found.groups()) if found else super()._get_placeholder_date()

    def _say_occasion(self, day, moment):
        """Return the day of an occasion as the client reads it.

        :param str day: as YYYYMMDD
        :param str moment: HHMM in UTC; None of what is known by its day alone
        """
        at = datetime.strptime(day + (moment or ""), "%Y%m%d%H%M" if moment else "%Y%m%d")
        return self._format_day(local_day(self.company_id._salon_timezone(), at) if moment else at.date())
