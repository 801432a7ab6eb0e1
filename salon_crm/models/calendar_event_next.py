from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools.frame import utc

LOOK_BACK = timedelta(days=365)  # in which the usual visit is looked for
USUAL_WEEKS = 5  # when neither the services nor the client's visits say how often they come
AROUND = (timedelta(days=3), timedelta(days=14))  # how far from the proposed day a free time is looked for
SAME_TIME = 90  # minutes; a time this near to that of the last visit suits as well as the same


class CalendarEvent(models.Model):
    """Bookings that follow from earlier ones: the usual visit, and the next one."""

    _inherit = "calendar.event"

    # The usual visit ----------------------------------------------------------------------------------------

    @api.model
    def _salon_usual_lines(self, client, company):
        """Return the values of the lines that `client` had most often in the last year; where two are as frequent,
        of the later. Services and stylists that are gone are left out."""
        return self._salon_usual_booking(client, company).salon_line_ids._prepare_copy_values()

    @api.model
    def _salon_usual_booking(self, client, company):
        """Return the latest of those bookings that are most alike, by one query."""
        if not client:
            return self.browse()
        self.env["salon.booking.line"].flush_model(["event_id", "product_id", "stylist_id", "sequence"])
        self.flush_model(["salon_client_id", "company_id", "salon_state", "start", "active"])
        own = SQL("TRUE")
        if not self.env.user.has_group("salon_crm.group_salon_reception"):
            # A stylist books for themselves: what the client has with others is not theirs to repeat.
            own = SQL("line.stylist_id IN (SELECT id FROM hr_employee WHERE user_id = %s)", self.env.uid)
        found = self.env.execute_query(
            SQL(
                """
                WITH visit AS (
                    SELECT event.id, event.start,
                           array_agg(ARRAY[line.product_id, line.stylist_id] ORDER BY line.sequence, line.id) AS what
                      FROM calendar_event event
                      JOIN salon_booking_line line ON line.event_id = event.id
                     WHERE event.salon_client_id = %s AND event.company_id = %s AND event.active
                       AND event.salon_state NOT IN ('cancelled', 'no_show') AND event.start >= %s
                  GROUP BY event.id
                    HAVING bool_and(%s))
                  SELECT (array_agg(id ORDER BY start DESC))[1] FROM visit
                GROUP BY what ORDER BY count(*) DESC, max(start) DESC LIMIT 1
                """,
                client.id,
                company.id,
                fields.Datetime.now() - LOOK_BACK,
                own,
            )
        )
        return self.browse(found[0] if found else []).sudo()

    # The next visit -----------------------------------------------------------------------------------------

    def action_salon_book_next(self):
        """Open a new booking for the next visit of this one's client, at the best time around the day it is due."""
        self.ensure_one()
        self.check_access("read")
        lines = self.salon_line_ids._prepare_copy_values()
        return self._salon_next_booking(self.salon_client_id, self.company_id, lines, self.start)

    @api.model
    def _salon_next_booking(self, client, company, lines, last):
        """Return the action that opens a new booking.

        :param client: res.partner who comes again
        :param company: res.company
        :param list lines: values of the services that are booked again
        :param datetime last: naive UTC, when the last visit was: the next one is proposed at this time of day
        :raise UserError: there is nobody, or nothing, to book
        """
        if not client:
            raise UserError(self.env._("This visit has no client yet. Name the client, then book the next visit."))
        if not lines:
            raise UserError(self.env._("Nothing of this visit can be booked again. Make a new booking instead."))
        due = self._salon_next_due(client, company, lines)
        start, stop, lines = self._salon_next_time(client, company, lines, due, last)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Next Visit"),
            "res_model": "calendar.event",
            "view_mode": "form",
            "views": [(self.env.ref("salon_crm.salon_booking_view_form").id, "form")],
            "target": "new",
            "context": {
                "default_is_salon_booking": True,
                "default_salon_state": "booked",
                "default_partner_ids": [],
                "default_company_id": company.id,
                "default_salon_client_id": client.id,
                "default_start": fields.Datetime.to_string(start),
                "default_stop": fields.Datetime.to_string(stop),
                "default_salon_line_ids": [
                    Command.create({**line, "addon_ids": line.get("addon_ids") or []}) for line in lines
                ],
            },
        }

    @api.model
    def salon_next_offers(self, values):
        """Return when a client is due again and what is free around that day; the till asks here.

        :param dict values: as `salon_offers` takes them, without the dates; "day" (a date) asks for that day alone
        :return dict: {"due": the day, as a string, "offers": as `salon_offers` gives them, "refusal": False, or the
            sentence that says what the client must not have}
        :raise UserError: no service or client was named, or one that can't be booked
        """
        self._check_may_book()
        client = self.env["res.partner"].browse(values.get("client_id") or [])
        if not client:
            raise UserError(self.env._("A booking needs a client. Choose who comes."))
        company = self.env["res.company"].browse(values.get("company_id") or self.env.company.id)
        due = self._salon_next_due(client, company, values.get("lines") or [])
        picked = fields.Date.to_date(values.get("day"))
        midnight = utc(company._salon_timezone(), datetime.combine(picked or due, datetime.min.time()))
        around = timedelta() if picked else AROUND[0]
        now = fields.Datetime.now()
        times = {
            "date_from": max(midnight - around, now),
            "date_to": max(midnight + around + timedelta(days=1), now),
        }
        found = self.salon_free_times({**values, **times})
        refusal = found["refusal"] and found["refusal"]["message"]
        return {"due": fields.Date.to_string(due), "offers": found["offers"], "refusal": refusal}

    @api.model
    def _salon_next_due(self, client, company, lines):
        """Return the day (a date) on which a client is due again: the one that the last visit recommends, else after
        the shortest interval that the services name, else as often as the client came until now, else in five weeks.

        Whose cut lasts four weeks and whose colour eight comes in four.

        :param list lines: dicts with "product_id"
        """
        products = self.env["product.product"].sudo().browse(line["product_id"] for line in lines)
        if recommended := self.env["salon.visit"]._recommended_day(client, company, products):
            return recommended
        intervals = list(filter(None, products.mapped("salon_interval_days")))
        days = min(intervals) if intervals else client._salon_usual_interval(company)
        return company._salon_today() + timedelta(days=days or 7 * USUAL_WEEKS)

    @api.model
    def _salon_next_time(self, client, company, lines, due, last):
        """Return (start, stop, lines) of the offer nearest to the day that is due.

        With the same stylist where possible. Without any offer, the same time on that day: the form then shows what
        else there is.
        """
        zone = company._salon_timezone()
        time_of_day = last.replace(tzinfo=pytz.utc).astimezone(zone).time() if last else datetime.min.time()
        wanted = zone.localize(datetime.combine(due, time_of_day))
        noon = utc(zone, datetime.combine(due, datetime.min.time()))
        for around in AROUND:
            for wishes in (("stylist_id",), ()):
                offers = self.env["salon.availability"].find_offers(
                    self._salon_requests(lines, wishes),
                    max(noon - around, fields.Datetime.now()),
                    noon + around + timedelta(days=1),
                    company=company,
                    client=client,
                    every=company.salon_grid_minutes,
                )
                if offers:
                    return self._salon_nearest_offer(offers, lines, wanted)
        start = wanted.astimezone(pytz.utc).replace(tzinfo=None)
        return start, start + timedelta(hours=1), [{**line, "station_id": False} for line in lines]

    @api.model
    def _salon_nearest_offer(self, offers, lines, wanted):
        """Return (start, stop, lines) of the offer that is best.

        The own stylist, the nearest day, about the same time; and of those the one that leaves the fewest gaps, as the
        search ranks them.
        """

        def distance(ranked):
            rank, offer = ranked
            start = offer["start"].replace(tzinfo=pytz.utc).astimezone(wanted.tzinfo)
            days = abs((start.date() - wanted.date()).days)
            minutes = abs((start.hour - wanted.hour) * 60 + start.minute - wanted.minute)
            return not offer["own_stylist"], days, 0 if minutes <= SAME_TIME else minutes, rank

        offer = min(enumerate(offers), key=distance)[1]
        chosen = [
            {
                **line,
                "stylist_id": found["stylist_id"],
                "station_id": found["station_id"],
                "wait_minutes": found["wait_minutes"],
                "assignment": line["assignment"] if line["stylist_id"] == found["stylist_id"] else "assigned",
            }
            for line, found in zip(lines, offer["lines"], strict=True)
        ]
        return offer["start"], offer["stop"], chosen
