from odoo import api, fields, models
from odoo.tools import SQL


class SalonIntake(models.Model):
    """New clients are asked by themselves, where the salon wants it."""

    _inherit = "salon.intake"

    @api.model
    def _ask_new_clients(self, company):
        """Ask those who come for the first time to fill in the salon's first form; each is asked once.

        It goes after the booking was told, at decent hours. What was to be asked while nothing ran is asked then.
        """
        form = self.env["salon.intake.form"]._of_company(company)[:1]
        if not company.salon_intake_first or not form:
            return
        now = fields.Datetime.now()
        for event in self._find_first_bookings(company):
            client = event.salon_client_id
            if client._salon_channels(company) and company._salon_decent_hours(client).next(now) <= now:
                self._ask(client.salon_file_ids, form, company, event)._send()

    @api.model
    def _find_first_bookings(self, company):
        """Return the coming bookings of clients who were never here, were told of them, and were asked nothing yet."""
        self.env.flush_all()
        query = SQL(
            """
            SELECT DISTINCT ON (event.salon_client_id) event.id
              FROM calendar_event event
              JOIN salon_client_file file ON file.partner_id = event.salon_client_id
             WHERE event.company_id = %s AND event.is_salon_booking IS TRUE AND event.active AND event.start > %s
               AND event.salon_state IN ('booked', 'confirmed') AND event.salon_to_approve IS NOT TRUE
               AND EXISTS (SELECT FROM salon_message told
                            WHERE told.event_id = event.id AND told.kind = 'confirmation'
                              AND told.partner_id = event.salon_client_id
                              AND (told.state IN ('sent', 'unsure') OR told.reason = 'off'))
               AND NOT EXISTS (SELECT FROM salon_intake sheet WHERE sheet.file_id = file.id)
               AND NOT EXISTS (SELECT FROM salon_visit visit
                                WHERE visit.partner_id = event.salon_client_id AND visit.state = 'done')
             ORDER BY event.salon_client_id, event.start, event.id
            """,
            company.id,
            fields.Datetime.now(),
        )
        return self.env["calendar.event"].browse(event_id for (event_id,) in self.env.execute_query(query))
