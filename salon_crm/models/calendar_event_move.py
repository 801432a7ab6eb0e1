from functools import partial

from odoo import fields, models

from .product_product import MINUTES

MOMENTS = ("start", "stop")


class CalendarEvent(models.Model):
    """Bookings that look for another place: what the search for free times is asked, and what its answer changes."""

    _inherit = "calendar.event"

    def _salon_wishes(self, anyone=None, anywhere=None, waits=False):
        """Return the services of this booking as `find_offers` takes them, with people and places as they are.

        :param anyone: those of its salon.booking.line that any stylist may do
        :param anywhere: those that may be done at any station that serves them
        :param bool waits: keep what is waited between two services
        """
        wishes = []
        for line in self.salon_line_ids.sorted("sequence"):
            wish = {
                "product_id": line.product_id.id,
                "stylist_id": line.stylist_id.id if line not in (anyone or ()) else None,
                "station_id": line.station_id.id if line not in (anywhere or ()) else None,
                "addon_ids": line.addon_ids.ids,
                "guest": line.guest_id.id or 0,
                "parallel": line.parallel,
                **line._own_minutes(),
            }
            if waits:
                wish["wait_minutes"] = line.wait_minutes
            wishes.append(wish)
        return wishes

    def _salon_finder(self, **options):
        """Return `find_offers` for the client and company of this booking."""
        return partial(
            self.env["salon.availability"].find_offers,
            company=self.company_id,
            client=self.salon_client_id,
            one_after_the_other=self.salon_one_after_the_other,
            **options,
        )

    def _salon_offers_near(self, search, wishes, moment, reach, earliest, apart, limit):
        """Return the offers nearest to a moment, so far apart from each other that there is a choice.

        :param search: what `_salon_finder` returned
        :param reach: list of (from, until), naive UTC
        :param datetime earliest: none begins before
        :param timedelta apart: how far two of them are apart at least
        """
        offers = []
        for start, stop in reach:
            if max(start, earliest) < stop:
                every = self.company_id.salon_grid_minutes
                offers += search(wishes, max(start, earliest), stop, every=every)
        offers.sort(key=lambda offer: (abs(offer["start"] - moment), offer["start"]))
        near = []
        for offer in offers:
            if all(abs(offer["start"] - other["start"]) >= apart for other in near):
                near.append(offer)
                if len(near) == limit:
                    break
        return near

    def _salon_move(self, offer):
        """Put this booking where `offer` is, with the people and at the stations that it names.

        :raise ValidationError: it is taken, or nobody works then
        """
        self.ensure_one()
        commands = []
        for line, chosen in zip(self.salon_line_ids.sorted("sequence"), offer["lines"], strict=True):
            new = {name: chosen[name] for name in ("stylist_id", "station_id", "wait_minutes")}
            changes = {name: value for name, value in new.items() if value != _plain(line[name])}
            if "stylist_id" in changes:
                # One of the minutes written alone would leave the others as they are: all of them, then.
                changes.update({part: chosen[part] for part in MINUTES}, assignment="assigned")
            if changes:
                commands.append((1, line.id, changes))
        vals = {"start": offer["start"]} if offer["start"] != self.start else {}
        if commands:
            vals["salon_line_ids"] = commands
        if vals:
            self.write(vals)

    def _salon_hand_over_visits(self, gone, successor):
        """Where the client is here already, the open visit names who really serves now."""
        visits = self.salon_visit_ids.filtered(lambda visit: visit.state == "open")
        for performer in visits.line_ids.performer_ids.filtered(lambda performer: performer.employee_id == gone):
            performer.employee_id = successor


def pack_offer(offer):
    """Return an offer as JSON can hold it."""
    packed = {**offer, **{name: fields.Datetime.to_string(offer[name]) for name in MOMENTS}}
    packed["lines"] = [
        {**line, **{name: fields.Datetime.to_string(line[name]) for name in MOMENTS}} for line in offer["lines"]
    ]
    return packed


def unpack_offer(packed):
    """Return the offer that `pack_offer` made so."""
    offer = {**packed, **{name: fields.Datetime.to_datetime(packed[name]) for name in MOMENTS}}
    offer["lines"] = [
        {**line, **{name: fields.Datetime.to_datetime(line[name]) for name in MOMENTS}} for line in packed["lines"]
    ]
    return offer


def overlap(these, those):
    """Tell whether two lists of (resource id, start, stop) meet."""
    return any(
        resource == other and start < until and begin < stop
        for resource, start, stop in these
        for other, begin, until in those
    )


def _plain(value):
    return value.id if isinstance(value, models.BaseModel) else value
