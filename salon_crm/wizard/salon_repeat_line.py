from datetime import datetime, time, timedelta
from functools import partial

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools.frame import local_day, utc
from ..tools.spoken import spoken

DAYS = timedelta(days=6)  # before and after, in which the same people are looked for
APART = timedelta(hours=1)  # between two times of the same day
ANOTHER_DAY = timedelta(hours=20)  # between two times on different days
TIMES = 3


class SalonRepeatLine(models.TransientModel):
    """One date of a visit that repeats."""

    _name = "salon.repeat.line"
    _description = "Date of a Repeated Booking"
    _order = "start, id"

    repeat_id = fields.Many2one("salon.repeat", required=True, ondelete="cascade", index=True)
    start = fields.Datetime(readonly=True)
    when = fields.Char(string="Date", compute="_compute_when")
    is_free = fields.Boolean(readonly=True)
    why = fields.Char(string="Is It Free?", readonly=True)
    proposal_ids = fields.One2many("salon.repeat.proposal", "repeat_line_id")
    proposal_id = fields.Many2one(
        "salon.repeat.proposal", string="Book", ondelete="set null", domain="[('repeat_line_id', '=', id)]"
    )
    kind = fields.Selection(related="proposal_id.kind")

    @api.depends("start")
    def _compute_when(self):
        for line in self:
            line.when = line.start and spoken(self.env, line.start)

    def _propose(self):
        """Look at each of these dates, so that what is proposed for them fits together."""
        without = []
        wishes = self.repeat_id.event_id._salon_wishes()
        for line in self:
            search = line.repeat_id.event_id._salon_finder(without=without)
            offers = line._find_as_it_was(search)
            line.is_free = bool(offers)
            line.why = self.env._("Free") if offers else line._explain()
            offers = offers or line._find_others(search)
            values = [self.env["salon.proposal"]._prepare_place(line._say(offer), wishes, offer) for offer in offers]
            values.append({"name": self.env._("Skip this date"), "kind": "leave"})
            proposals = line.proposal_ids.create(
                [{**proposal, "sequence": number, "repeat_line_id": line.id} for number, proposal in enumerate(values)]
            )
            line.proposal_id = proposals[0]
            without = without + line.proposal_id._get_takes()

    def _find_as_it_was(self, search):
        """Return one offer on this date as the booking was: with the same people, at any station if need be."""
        if self.start <= fields.Datetime.now():
            return []
        booking = self.repeat_id.event_id
        for wishes in (booking._salon_wishes(waits=True), booking._salon_wishes(anywhere=self._bound_lines())):
            if offers := self._at_once(search, wishes):
                return offers
        return []

    def _find_others(self, search):
        """Return what else can be booked for this date, the best first: near it on that day, with somebody else at
        that time, on days near it."""
        now = fields.Datetime.now()
        if self.start <= now:
            return []
        booking = self.repeat_id.event_id
        wishes = booking._salon_wishes(anywhere=self._bound_lines())
        near = partial(booking._salon_offers_near, search, wishes, self.start, earliest=now, limit=TIMES)
        offers = near([self._day()], apart=APART)
        if self._books_for_others():
            offers += self._at_once(search, booking._salon_wishes(booking.salon_line_ids, self._bound_lines()))
        known = {offer["start"] for offer in offers}
        days = near([(self.start - DAYS, self.start + DAYS)], apart=ANOTHER_DAY)
        return offers + [offer for offer in days if offer["start"] not in known]

    def _bound_lines(self):
        """Return the booked services that name the stations where they are done."""
        return self.repeat_id.event_id.salon_line_ids.filtered("product_id.salon_station_ids")

    def _at_once(self, search, wishes):
        off_hours = self.repeat_id.event_id.salon_off_hours
        return search(wishes, self.start, self.start + timedelta(minutes=1), limit=1, off_hours=off_hours)

    def _books_for_others(self):
        return self.env.user.has_group("salon_crm.group_salon_reception")

    def _day(self):
        """Return the beginning and the end of this day by the salon's clocks, in naive UTC."""
        zone = self.repeat_id.event_id.company_id._salon_timezone()
        day = local_day(zone, self.start)
        midnights = (datetime.combine(day + timedelta(days=number), time()) for number in (0, 1))
        return tuple(utc(zone, midnight) for midnight in midnights)

    def _say(self, offer):
        """Return how an offer reads: when, and with whom where that is not as before."""
        booking = self.repeat_id.event_id
        who = self.env["hr.employee"].browse({line["stylist_id"] for line in offer["lines"]})
        if who == booking.sudo().salon_line_ids.stylist_id:
            who = who.browse()
        return self.env["salon.proposal"]._say_offer(offer, who)

    def _explain(self):
        """Return the sentence that would refuse a booking like this one on this date."""
        if self.start <= fields.Datetime.now():
            return self.env._("This time is over.")
        try:
            with self.env.cr.savepoint():
                self._create_booking(self._prepare_as_it_was())
                # It fits by itself: what is in the way is another date of this series.
                raise UserError(self.env._("Another of these dates takes this time."))
        except ExclusionViolation as error:
            return self.env["salon.booking.block"]._clash_message_from_error(error.diag)
        except (UserError, AccessError) as error:
            return error.args[0]

    def _prepare_as_it_was(self):
        """Return an offer that nobody made: the booking as it was, on this date."""
        names = ("product_id", "stylist_id", "station_id")
        lines = self.repeat_id.event_id.salon_line_ids.sorted("sequence")
        return {
            "start": self.start,
            "lines": [{**{name: line[name].id for name in names}, "wait_minutes": line.wait_minutes} for line in lines],
        }

    def _create_booking(self, offer, **values):
        """Book the same again at what is offered."""
        booking = self.repeat_id.event_id
        wishes = {
            "lines": booking._salon_wishes(),
            "client_id": booking.salon_client_id.id,
            "company_id": booking.company_id.id,
            "one_after_the_other": booking.salon_one_after_the_other,
            "off_hours": booking.salon_off_hours,
        }
        vals = {**booking._prepare_booking_from_offer(wishes, offer), **values}
        lines = booking.salon_line_ids.sorted("sequence")
        for line, (_create, _id, new) in zip(lines, vals["salon_line_ids"], strict=True):
            new["assignment"] = line.assignment if new["stylist_id"] == line.stylist_id.id else "assigned"
        return booking.create(vals)

    def _book(self, series):
        """Book what is chosen for this date.

        :raise UserError: it is not free any more; the sentence names it
        """
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                return self._create_booking(self.proposal_id._get_offer(), salon_series_id=series.id)
        except ExclusionViolation as error:
            self._refuse(self.env["salon.booking.block"]._clash_message_from_error(error.diag), error)
        except ValidationError as error:
            self._refuse(error.args[0], error)

    def _refuse(self, why, error):
        raise UserError(
            self.env._(
                "“%(proposal)s” can't be booked any more: %(why)s Look again. Nothing has been booked.",
                proposal=self.proposal_id.name,
                why=why,
            )
        ) from error


class SalonRepeatProposal(models.TransientModel):
    """One time that can be booked for a date of a repeated booking."""

    _name = "salon.repeat.proposal"
    _inherit = ["salon.proposal"]
    _description = "Proposal for a Date"

    repeat_line_id = fields.Many2one("salon.repeat.line", required=True, ondelete="cascade", index=True)
