import logging

from dateutil.relativedelta import relativedelta
from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class SalonClientFile(models.Model):
    """Clients who did not come for years are erased by themselves, where the salon set it."""

    _inherit = "salon.client.file"

    erasure_hindrance = fields.Text(
        string="Stays For Now",
        compute="_compute_erasure_hindrance",
        help="Why this client is not erased by itself: money is owed, or a booking is to come.",
    )

    def _compute_erasure_hindrance(self):
        for file in self:
            file.erasure_hindrance = "\n".join(file.sudo()._erasure_obstacles()) or False

    @api.model
    def _find_inactive(self, day=None):
        """Return the clients who on a day (today, where not given) have not come for as long as the salon set.

        Of clients whom companies share the longest of their times counts, and one that never erases keeps them.
        """
        day = day or fields.Date.context_today(self)
        years = {company.id: company.salon_anonymise_years for company in self.env["res.company"].sudo().search([])}
        shared = 0 if 0 in years.values() else max(years.values())
        self.env.flush_all()
        ids = []
        for company_id, kept in [(None, shared), *years.items()]:
            if kept:
                before = fields.Datetime.to_datetime(day - relativedelta(years=kept))
                ids += [
                    file_id
                    for (file_id,) in self.env.execute_query(
                        SQL(
                            """
                            SELECT file.id FROM salon_client_file file
                              JOIN res_partner client ON client.id = file.partner_id
                             WHERE client.company_id IS NOT DISTINCT FROM %s AND file.erased_at IS NULL
                               AND file.create_date < %s AND %s
                             ORDER BY file.id
                            """,
                            company_id,
                            before,
                            SQL(" AND ").join(SQL("NOT EXISTS (%s)", sign) for sign in self._signs_of_life(before)),
                        )
                    )
                ]
        return self.sudo().with_context(active_test=False).browse(ids)

    @api.model
    def _signs_of_life(self, before):
        """Return queries of what a client (the row `client`) did since a moment; other addons add what they know."""
        return [
            SQL("SELECT FROM salon_visit one WHERE one.partner_id = client.id AND one.date >= %s", before),
            SQL("SELECT FROM calendar_event one WHERE one.salon_client_id = client.id AND one.stop >= %s", before),
            SQL("SELECT FROM salon_booking_line one WHERE one.guest_id = client.id AND one.stop >= %s", before),
            SQL("SELECT FROM pos_order one WHERE one.partner_id = client.id AND one.date_order >= %s", before),
            SQL("SELECT FROM account_move one WHERE one.partner_id = client.id AND one.date >= %s", before),
            SQL("SELECT FROM salon_waiting one WHERE one.partner_id = client.id AND one.date_to >= %s", before),
            SQL("SELECT FROM res_users one WHERE one.partner_id = client.id AND one.share IS NOT TRUE"),
        ]

    @api.model
    def _action_view_inactive(self):
        """Show who would be erased by themselves within the next month."""
        files = self._find_inactive(fields.Date.context_today(self) + relativedelta(months=1))
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_client_file_action_inactive")
        return {**action, "domain": [("id", "in", files.ids)]}

    @api.model
    def _cron_anonymise(self):
        """Erase who did not come for as long as the salon set. It can be interrupted, and be run any number of times:
        who was erased is not found any more, and who can't be erased now is passed by until the next night."""
        files = self._find_inactive()
        self.env["ir.cron"]._commit_progress(remaining=len(files))
        for file in files:
            try:
                with self.env.cr.savepoint():
                    self.env["salon.erasure"]._erase(file, "inactive")
            except UserError:
                _logger.info("client file %s is not erased yet: something speaks against it", file.id)
            except OperationalError:
                _logger.info("client file %s is not erased yet: somebody is working on it", file.id)
            if not self.env["ir.cron"]._commit_progress(1):
                return
