from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from ..tools.frame import local_day
from .res_partner import STAFF

YEAR = timedelta(days=365)


class Record(NamedTuple):
    """How reliably a client came in the last twelve months."""

    done: int = 0
    no_shows: int = 0
    late_cancels: int = 0


class ResPartner(models.Model):
    """How reliably clients come: no-shows and late cancellations."""

    _inherit = "res.partner"

    salon_no_show_count = fields.Integer(
        string="No-shows",
        compute="_compute_salon_record",
        groups=STAFF,
        help="Bookings of the last twelve months to which this client did not come.",
    )
    salon_late_cancel_count = fields.Integer(
        string="Late Cancellations",
        compute="_compute_salon_record",
        groups=STAFF,
        help="Bookings of the last twelve months that this client cancelled when it was too late to give the time to"
        " somebody else.",
    )
    salon_no_show_rate = fields.Float(
        string="No-show %",
        compute="_compute_salon_record",
        groups=STAFF,
        help="No-shows ÷ (done + no-shows), in the last twelve months.",
    )

    @api.depends_context("allowed_company_ids")
    def _compute_salon_record(self):
        records = self._get_salon_record(self.env.companies)
        for partner in self:
            record = records.get(partner._origin.id, Record())
            partner.salon_no_show_count = record.no_shows
            partner.salon_late_cancel_count = record.late_cancels
            counted = record.done + record.no_shows
            partner.salon_no_show_rate = 100 * record.no_shows / counted if counted else 0

    def _get_salon_record(self, companies):
        """Return {partner id: Record} of the last twelve months in `companies`, by one query.

        The figures count every booking there, also those that a stylist may not see: they say how often, not when or
        for what.
        """
        clients = self._origin
        if not clients:
            return {}
        groups = (
            self.env["calendar.event"]
            .sudo()
            ._read_group(
                [
                    ("salon_client_id", "in", clients.ids),
                    ("company_id", "in", companies.ids),
                    ("salon_state", "in", ("done", "no_show", "cancelled")),
                    ("start", ">=", fields.Datetime.now() - YEAR),
                ],
                ["salon_client_id", "salon_state", "salon_late_cancel"],
                ["__count"],
            )
        )
        records = {}
        for client, state, late, count in groups:
            record = records.get(client.id, Record())
            if state == "done":
                record = record._replace(done=record.done + count)
            elif state == "no_show":
                record = record._replace(no_shows=record.no_shows + count)
            elif late:
                record = record._replace(late_cancels=record.late_cancels + count)
            records[client.id] = record
        return records

    def _salon_lost_domain(self):
        """Return the domain of the bookings that count as no-shows or late cancellations of these clients."""
        return [
            ("salon_client_id", "in", self.ids),
            ("start", ">=", fields.Datetime.now() - YEAR),
            "|",
            ("salon_state", "=", "no_show"),
            ("salon_late_cancel", "=", True),
        ]

    def _salon_needs_confirmation(self, company):
        """Tell whether what this client books online waits for the salon's word: they stayed away, or cancelled late,
        as often as the company's limit says."""
        self.ensure_one()
        limit = company.salon_no_show_limit
        record = self._get_salon_record(company).get(self.id, Record()) if limit else Record()
        return bool(limit) and record.no_shows + record.late_cancels >= limit

    def _salon_usual_interval(self, company):
        """Return after how many days this client comes on average, by the visits of the last two years; 0 when there
        are not two of them."""
        self.ensure_one()
        return self._get_salon_intervals(company).get(self.id, 0)

    def _get_salon_intervals(self, companies):
        """Return {partner id: days} between two visits on average, by those of the last two years in `companies`."""
        groups = (
            self.env["salon.visit"]
            .sudo()
            ._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("company_id", "in", companies.ids),
                    ("state", "=", "done"),
                    ("date", ">=", fields.Datetime.now() - 2 * YEAR),
                ],
                ["partner_id", "company_id"],
                ["date:array_agg"],
            )
        )
        zones = {company: company._salon_timezone() for company in companies}
        came = {}
        for partner, company, moments in groups:
            came.setdefault(partner.id, set()).update(local_day(zones[company], moment) for moment in moments)
        return {
            partner_id: round((max(days) - min(days)).days / (len(days) - 1))
            for partner_id, days in came.items()
            if len(days) > 1
        }
