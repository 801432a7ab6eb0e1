from datetime import timedelta

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ..tools.spoken import spoken
from .calendar_event_move import pack_offer
from .product_product import MINUTES

# What a wish may say; all else in a request that comes from outside is left out.
WISHES = (
    "product_id", "stylist_id", "level_id", "gender", "station_id", "addon_ids", "guest", "parallel", "wait_minutes",
    *MINUTES,
)  # fmt: skip
TRIES = 5
NEAR = (timedelta(hours=3), timedelta(days=3))  # how far before and after a lost time others are looked for
SHOWN = 5  # other times that are proposed


class CalendarEvent(models.Model):
    """Bookings by the search for free times: the screens of the front desk ask here."""

    _inherit = "calendar.event"

    @api.model
    def salon_offers(self, values):
        """Return the times at which services can be booked, the best first; for whoever may book.

        :param dict values: "lines" (requests as SalonAvailability.find_offers takes them), "date_from" and "date_to"
            (UTC, as strings or datetimes), and optionally "client_id", "company_id", "booking_id" (whose own time
            counts as free), "every" (minutes; the salon's grid where not given), "limit",
            "one_after_the_other", "off_hours", "by_turn"
        :return list: dicts with "start", "stop" (UTC strings), "label" (the time for the user), "own_stylist",
            "waiting" (minutes), and "lines": dicts with "product_id", "stylist_id", "stylist" (name), "station_id",
            "station" (name), "wait_minutes", "start", "stop"
        :raise UserError: no service was named, or one that can't be booked
        """
        self._check_may_book()
        offers = self._salon_find_offers(
            values,
            fields.Datetime.to_datetime(values["date_from"]),
            fields.Datetime.to_datetime(values["date_to"]),
            every=values.get("every") or self.env.company.salon_grid_minutes,
            limit=values.get("limit"),
            by_turn=values.get("by_turn"),
        )
        return self._salon_show_offers(offers)

    @api.model
    def salon_free_times(self, values):
        """Return what the booking form shows.

        :param dict values: as `salon_offers` takes them
        :return dict: "offers" (as there), and "refusal": False, or why there are none where the client must not have
            one of the services: "message", "service_id" (of product.template), "file_id" (False, or whose
            sensitivities tell this user why) and "may_except" (the user may make an exception)
        :raise UserError: as `salon_offers`
        """
        offers = self.salon_offers(values)
        return {"offers": offers, "refusal": not offers and (self._salon_refusal(values, values["date_from"]) or False)}

    @api.model
    def _salon_refusal(self, values, moment):
        """Return why a client must not have what they want, None where they may; see `_find_refusal`."""
        return self.env["salon.availability"]._find_refusal(
            self._salon_requested(values),
            self.env["res.partner"].browse(values.get("client_id") or []),
            self.env["res.company"].browse(values.get("company_id") or self.env.company.id),
            fields.Datetime.to_datetime(moment),
        )

    @api.model
    def salon_book(self, values):
        """Book services at a start, or say what else is free: exactly one of many who try it gets the time.

        The booking is made in a transaction of its own, and made anew when another was faster: who does not mind by
        whom they are served is not sent away while somebody is free. It is there when this method returns, whatever
        the caller does then.

        :param dict values: as `salon_offers`, with "client_id" and "start" in place of the dates, and optionally
            "notes"
        :return dict: {"booking_id": id, "name": what the calendar shows}, or {"booking_id": False, "message": why not,
            "offers": the nearest other times as `salon_offers` gives them}
        :raise UserError: no service or client was named, or one that can't be booked
        """
        self._check_may_book()
        if not values.get("client_id"):
            raise UserError(self.env._("A booking needs a client. Choose who comes."))
        for _attempt in range(TRIES):
            try:
                with self.env.registry.cursor() as cr:
                    if booked := self.with_env(self.env(cr=cr))._salon_book_once(values):
                        return booked
                break
            except (ExclusionViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
                continue  # somebody was faster: look again at what is free now
        with self.env.registry.cursor() as cr:
            return self.with_env(self.env(cr=cr))._salon_refuse(values)

    def _check_may_book(self):
        """Any internal user may make events: bookings are for those who may make their lines."""
        self.check_access("create")
        self.env["salon.booking.line"].check_access("create")

    def _salon_book_once(self, values):
        """Return what `salon_book` returns when it booked; None when there is no room."""
        start = fields.Datetime.to_datetime(values["start"])
        offers = self._salon_find_offers(values, start, start + timedelta(minutes=1), limit=1)
        if not offers:
            return None
        booking = self.create(self._prepare_booking_from_offer(values, offers[0]))
        return {"booking_id": booking.id, "name": booking.name}

    def _salon_refuse(self, values):
        """Return why a time can't be booked, and the nearest others."""
        start = fields.Datetime.to_datetime(values["start"])
        earliest = max(start - NEAR[0], fields.Datetime.now())
        offers = self._salon_find_offers(
            values, earliest, max(start, earliest) + NEAR[1], every=self.env.company.salon_grid_minutes
        )
        offers.sort(key=lambda offer: (not offer["own_stylist"], abs(offer["start"] - start)))
        shown = sorted(offers[:SHOWN], key=lambda offer: offer["start"])
        if refusal := self._salon_refusal(values, start):
            message = refusal["message"]
        else:
            message = self.env._("%s is not free any more. Choose another time.", spoken(self.env, start))
        return {"booking_id": False, "message": message, "offers": self._salon_show_offers(shown)}

    @api.model
    def _salon_find_offers(self, values, date_from, date_to, **options):
        """Ask the search for free times what `values` (see `salon_offers`) want."""
        company = self.env["res.company"].browse(values.get("company_id") or self.env.company.id)
        if company not in self.env.companies:
            raise UserError(self.env._("Free times are shown for the companies that you work in."))
        return self.env["salon.availability"].find_offers(
            self._salon_requested(values),
            date_from,
            date_to,
            company=company,
            client=self.env["res.partner"].browse(values.get("client_id") or []),
            ignore_bookings=self.browse(values.get("booking_id") or []),
            one_after_the_other=bool(values.get("one_after_the_other")),
            off_hours=bool(values.get("off_hours")),
            **options,
        )

    @api.model
    def _salon_requested(self, values):
        """Return the services that `values` (see `salon_offers`) want, as `find_offers` takes them."""
        lines = values.get("lines") or []
        return [{name: line[name] for name in WISHES if line.get(name) is not None} for line in lines]

    @api.model
    def _prepare_booking_from_offer(self, values, offer):
        """Return the values of a booking at what was offered."""
        lines = []
        for wish, chosen in zip(values["lines"], offer["lines"], strict=True):
            line = {
                "product_id": chosen["product_id"],
                "stylist_id": chosen["stylist_id"],
                "station_id": chosen["station_id"],
                "wait_minutes": chosen["wait_minutes"],
                "assignment": "asked" if wish.get("stylist_id") else "assigned",
                "sequence": 10 + len(lines),
                "parallel": bool(wish.get("parallel")),
                "guest_id": wish.get("guest") or False,
                "addon_ids": [(6, 0, wish.get("addon_ids") or [])],
            }
            line.update({name: wish[name] for name in MINUTES if wish.get(name) is not None})
            lines.append((0, 0, line))
        return {
            "is_salon_booking": True,
            "salon_client_id": values["client_id"],
            "company_id": values.get("company_id") or self.env.company.id,
            "start": offer["start"],
            "salon_one_after_the_other": bool(values.get("one_after_the_other")),
            "salon_off_hours": bool(values.get("off_hours")),
            "notes": values.get("notes"),
            "salon_line_ids": lines,
        }

    @api.model
    def _salon_show_offers(self, offers):
        """Return offers with names and with times as strings."""
        lines = [line for offer in offers for line in offer["lines"]]
        stylists = self.env["hr.employee"].sudo().browse({line["stylist_id"] for line in lines})
        stations = self.env["salon.station"].sudo().browse({line["station_id"] for line in lines} - {False})
        names = {stylist.id: stylist.name for stylist in stylists}
        places = {station.id: station.name for station in stations}
        return [
            {
                **packed,
                "label": spoken(self.env, offer["start"]),
                "lines": [
                    {
                        **line,
                        "stylist": names[line["stylist_id"]],
                        "station": places.get(line["station_id"], False),
                    }
                    for line in packed["lines"]
                ],
            }
            for offer, packed in zip(offers, map(pack_offer, offers), strict=True)
        ]
