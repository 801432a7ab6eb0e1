from odoo import api, models
from odoo.tools import SQL


class SalonClientFile(models.Model):
    """A visit that repaired another one, for free, is a visit, but no ticket: it lowers no average."""

    _inherit = "salon.client.file"

    @api.depends("partner_id.salon_visit_ids.event_id.salon_redo_case_id")
    def _compute_spend(self):
        result = super()._compute_spend()
        free = self._get_unpaid_redo_days()
        for file in self.filtered(lambda file: file.partner_id.id in free):
            days = file.visit_count - free[file.partner_id.id]
            file.average_ticket = file.currency_id.round(file.spend / days) if days > 0 else 0
        return result

    def _get_unpaid_redo_days(self):
        """Return {partner id: days on which all that was done was done again for free}."""
        rows = self._by_client(
            SQL(
                """
                SELECT partner_id, COUNT(*) FROM (
                    SELECT visit.partner_id, visit.day
                      FROM (%s) visit
                      JOIN salon_visit_line line ON line.visit_id = visit.id
                      JOIN salon_visit whole ON whole.id = visit.id
                 LEFT JOIN calendar_event event ON event.id = whole.event_id
                 LEFT JOIN salon_case_redo_rel redo
                        ON redo.salon_case_id = event.salon_redo_case_id AND redo.product_product_id = line.product_id
                     GROUP BY visit.partner_id, visit.day
                    HAVING bool_and(redo.salon_case_id IS NOT NULL)) free
                 GROUP BY partner_id
                """,
                self._done_visits(),
            )
        )
        return {partner_id: count for partner_id, [[count]] in rows.items()}
