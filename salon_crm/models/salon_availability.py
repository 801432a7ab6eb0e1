import functools
from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ..tools import timeline
from ..tools.frame import Frame, local_day, utc
from ..tools.free_times import Option, Task, stretches
from ..tools.known import load_known
from ..tools.roster import Roster, load_stylists
from ..tools.search import search
from ..tools.spoken import spoken_day, spoken_time
from .product_product import MINUTES
from .salon_station import PLACE_FIELDS

# What a search reads of a salon: a company has some two hundred fields.
SALON_FIELDS = (
    "salon_notice_minutes",
    "salon_horizon_days",
    "salon_grid_minutes",
    "salon_buffer_minutes",
    "salon_max_wait_minutes",
    "salon_opening_calendar_id",
    "resource_calendar_id",
    "salon_turn_rule",
    "salon_asked_uses_turn",
)
LOOK_BACK = timedelta(days=365)  # in which a client's usual stylist is looked for
BOOKINGS_BACK = 20  # of which they are the one whom the client had most often
# What an offer costs by how far it is from the client's wish: the own stylist comes before any gap.
OTHER_STYLIST = 1000
NOWHERE = [0]  # for a service whose stations are all out of use; there is no resource 0


class Rules(NamedTuple):
    """What holds when somebody books by one channel."""

    earliest: datetime | None  # naive UTC; None for no limit
    latest: datetime | None
    grid: int  # minutes between the times that can be booked
    buffer: int  # minutes that stay free around other bookings
    online: bool  # only stylists and services that are offered online
    hours: bool  # only in working and opening hours
    max_wait: int  # minutes between two services


@functools.lru_cache(64)
def every_minute(grid):
    """Return the bits of every `grid`th minute of a day of 24 hours."""
    return timeline.fill(24 * 60, [(minute, minute + 1) for minute in range(0, 24 * 60, grid)])


class SalonAvailability(models.AbstractModel):
    """When the salon can do what a client wants, with whom and where.

    One rule (tools/free_times.py) answers that: `find_offers` for a range of time, `fit_bookings` for bookings whose
    start, people and places are fixed. So what is offered can be booked, and what can be booked is offered
    (invariant 3).
    """

    _name = "salon.availability"
    _description = "Free Times"

    @api.model
    @api.private
    def find_offers(
        self, requests, date_from, date_to, *, company=None, channel="desk", client=None, every=None, limit=None,
        ignore_bookings=None, one_after_the_other=False, by_turn=False, off_hours=False, without=(), known=None,
    ):  # fmt: skip
        """Return the starts that are possible for services, the best first.

        :param list requests: a dict for each service, in their order, with "product_id" (of product.product) and
            wishes: "stylist_id", "level_id", "gender" (of the stylist: male, female, other), "station_id",
            "addon_ids" (ids of product.product), "guest" (a key: who is served, for several guests), "parallel"
            (with the service before it), "wait_minutes" (before it, where it is fixed), and "active_minutes",
            "processing_minutes", "finishing_minutes", "cleanup_minutes" where they differ from the service's
        :param datetime date_from, date_to: naive UTC; a start lies at or after the first and before the second
        :param company: res.company; the user's where not given
        :param str channel: "desk" (the front desk), "walk_in" or "online"; see `_get_rules`
        :param client: res.partner, whose usual stylist comes first
        :param int every: show times this many minutes apart; the channel's own grid where not given
        :param int limit: how many offers at most
        :param ignore_bookings: calendar.event whose time counts as free: they are about to move
        :param bool one_after_the_other: guests in turn, instead of side by side
        :param bool by_turn: whose turn it is comes before gaps in the day (walk-ins)
        :param bool off_hours: also outside working and opening hours
        :param without: (resource id, start, stop) in naive UTC that count as taken as well
        :param known: what `load_known` (of tools) has just returned of all who and what is asked for, where the caller
            had to ask it, too
        :return list: a dict for each start: "start", "stop" (naive UTC), "own_stylist" (bool: nobody else than the
            client asked for or usually has), "waiting" (minutes), and "lines": a dict for each request with
            "product_id", "stylist_id", "station_id" (or False), "wait_minutes", "start", "stop", and the
            "active_minutes", "processing_minutes", "finishing_minutes" and "cleanup_minutes" of this stylist
        :raise UserError: a request is no service, or the range is longer than a year
        """
        if not requests:
            raise UserError(self.env._("Choose at least one service to see free times."))
        if date_to - date_from > timedelta(days=366):
            raise UserError(self.env._("Free times are shown for a year at most. Choose a shorter time."))
        company = company or self.env.company
        company.sudo().fetch(SALON_FIELDS)
        rules = self._get_rules(company, channel, client)
        rules = rules._replace(hours=rules.hours and not off_hours)
        date_from = max(filter(None, (date_from, rules.earliest)))
        date_to = min(filter(None, (date_to, rules.latest)))
        if date_from >= date_to:
            return []
        frame = Frame(date_from, date_to)
        roster = Roster(self.env, company, frame, hours=rules.hours, buffer=rules.buffer)
        wished = {request.get("stylist_id") for request in requests}
        known = known or load_known(self.env, company, self._product_ids(requests), wished if all(wished) else None)
        stylists, services = known
        self._check_services(requests, services)
        obstacle = self._obstacle_finder(requests, client, company, channel, known.harmless)
        tasks = self._prepare_tasks(requests, company, rules, stylists, services, client, by_turn)
        people = {option.stylist for task in tasks for option in task.options}
        places = {place for task in tasks for place in task.stations}
        ignored = ignore_bookings.sudo().salon_line_ids.ids if ignore_bookings else ()
        found = search(
            frame.size,
            roster.free([stylists[stylist_id] for stylist_id in people], places - set(NOWHERE), ignored, without),
            tasks,
            self._wanted_starts(company, rules, frame, every),
            opening=roster.opening() if rules.hours else None,
            max_wait=rules.max_wait,
            one_after_the_other=one_after_the_other,
        )
        found = [offer for offer in found if not obstacle(frame.moment(offer.start))]
        offers = sorted(found, key=lambda offer: (offer.penalty, offer.waiting, offer.gaps, offer.start))
        places = {
            resource_id: station_id
            for service in services.values()
            for station_id, resource_id in (service.stations or {}).items()
        }
        return [self._prepare_offer(offer, requests, frame, places) for offer in offers[:limit]]

    @api.model
    def _wanted(self, requests, client):
        """Return (partner id, product id) for each service and add-on of requests; unknown clients have none."""
        return [
            (guest, product_id)
            for request in requests
            if isinstance(guest := request.get("guest") or (client and client.id), int)
            for product_id in (request["product_id"], *(request.get("addon_ids") or ()))
        ]

    @api.model
    def _obstacle_finder(self, requests, client, company, channel="desk", harmless=()):
        """Return a function of a moment (naive UTC) that says what speaks against these services then, None where
        nothing: what the desk and the booking page see as no free time (invariants 3 and 4); see `salon.safety`."""
        step = "online" if channel == "online" else "book"
        return self.env["salon.safety"]._finder(self._wanted(requests, client), company, step, harmless)

    @api.model
    def _find_refusal(self, requests, client, company, moment, channel="desk"):
        """Return what the user is told where a client may not have one of these services at a moment, None where they
        may; see `_refusal` of salon.safety."""
        found = self._obstacle_finder(requests, client, company, channel)(moment)
        return self.env["salon.safety"]._refusal(found, company) if found else None

    @api.model
    def _get_rules(self, company, channel, client=None):
        """Return the rules of a channel; other addons give some clients an earlier access here.

        The front desk and walk-ins know no notice, no horizon and any minute: who stands there can judge.

        :param client: res.partner who books, or None
        """
        if channel != "online":
            return Rules(None, None, 1, 0, online=False, hours=True, max_wait=company.salon_max_wait_minutes)
        now = fields.Datetime.now()
        return Rules(
            earliest=now + timedelta(minutes=company.salon_notice_minutes),
            latest=now + timedelta(days=company.salon_horizon_days),
            grid=company.salon_grid_minutes,
            buffer=company.salon_buffer_minutes,
            online=True,
            hours=True,
            max_wait=company.salon_max_wait_minutes,
        )

    # The search prepared ----------------------------------------------------------------------------------

    @api.model
    def _product_ids(self, requests):
        """Return the ids of all services and add-ons."""
        wanted = [(request["product_id"], *(request.get("addon_ids") or ())) for request in requests]
        return {product_id for product_ids in wanted for product_id in product_ids}

    @api.model
    def _check_services(self, requests, services):
        """Refuse what is no service."""
        for request in requests:
            service = services.get(request["product_id"])
            if not service or not service.is_service:
                product = self.env["product.product"].sudo().browse(request["product_id"])
                raise UserError(self.env._("%s can't be booked: it is no salon service.", product.display_name))

    @api.model
    def _prepare_tasks(self, requests, company, rules, stylists, services, client, by_turn):
        """Return what each service asks of the search: who can do it, how long that takes them, and where."""
        wished = [request.get("stylist_id") for request in requests]
        own = self._usual_stylists(client, company) if client and not all(wished) else set()
        turns = {} if all(wished) else self.env["salon.turn"]._get_order(company, list(stylists))
        tasks = []
        for request in requests:
            service = services[request["product_id"]]
            able = self._able_stylists(request, service, stylists, rules)
            minutes = self.env["product.product"]._minutes_with(
                [(stylist.id, stylist.level_id) for stylist in able],
                service.own,
                [services[product_id].own for product_id in request.get("addon_ids") or ()],
            )
            options = []
            for stylist in able:
                asked = request.get("stylist_id") or not own or stylist.id in own
                turn = turns.get(stylist.id, 0)
                penalty = (0 if asked else OTHER_STYLIST) + (turn if by_turn else 0)
                mine = [
                    usual if request.get(part) is None else request[part]
                    for part, usual in zip(MINUTES, minutes[stylist.id], strict=True)
                ]
                options.append(Option(stylist.id, stylist.resource_id, *mine, penalty, turn))
            places = self._places(request, service.stations)
            waits_too_long = (request.get("wait_minutes") or 0) > rules.max_wait
            tasks.append(
                Task(
                    options=[] if waits_too_long else options,
                    stations=places,
                    station_free=service.station_free,
                    guest=request.get("guest") or 0,
                    parallel=bool(request.get("parallel")),
                    wait=request.get("wait_minutes"),
                )
            )
        return tasks

    @api.model
    def _places(self, request, stations):
        """Return the ids of the resources where a service can be done as it is wished; none when it needs none."""
        wish = request.get("station_id")
        if not wish:
            return [] if stations is None else list(stations.values()) or NOWHERE
        if stations is not None:
            return [stations[wish]] if wish in stations else NOWHERE
        station = self.env["salon.station"].sudo().browse(wish)
        station.fetch(PLACE_FIELDS)
        return station.resource_id.ids if station.active else NOWHERE

    @api.model
    def _able_stylists(self, request, service, stylists, rules):
        """Return those of `stylists` who can do a service as it is wished."""
        if rules.online and not service.online:
            return []
        wishes = {"id": "stylist_id", "level_id": "level_id", "gender": "gender"}
        wishes = [(name, request[wish]) for name, wish in wishes.items() if request.get(wish)]
        return [
            stylist
            for stylist in stylists.values()
            if (not service.stylist_ids or stylist.id in service.stylist_ids)
            and (stylist.online or not rules.online)
            and all(getattr(stylist, name) == wish for name, wish in wishes)
        ]

    @api.model
    def _usual_stylists(self, client, company):
        """Return the ids of the stylists whom this client had most often at their last bookings in a year."""
        self.env["salon.booking.line"].flush_model(["event_id", "stylist_id"])
        self.env["calendar.event"].flush_model(["salon_client_id", "company_id", "salon_state", "start", "active"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.stylist_id, COUNT(*)
                  FROM (
                        SELECT id FROM calendar_event
                         WHERE salon_client_id = %s AND company_id = %s AND start >= %s
                           AND active AND salon_state NOT IN ('cancelled', 'no_show')
                      ORDER BY start DESC LIMIT %s
                       ) AS booking
                  JOIN salon_booking_line line ON line.event_id = booking.id
              GROUP BY line.stylist_id
                """,
                client.id,
                company.id,
                fields.Datetime.now() - LOOK_BACK,
                BOOKINGS_BACK,
            )
        )
        most = max((count for _stylist, count in rows), default=0)
        return {stylist for stylist, count in rows if count == most}

    @api.model
    def _wanted_starts(self, company, rules, frame, every):
        """Return the minutes at which a visit may begin: in the range, on the grid of the salon's own clocks."""
        bits = timeline.fill(frame.size, [(frame.minute(frame.start, up=True), frame.minute(frame.stop, up=True))])
        for grid in {rules.grid, every or 1} - {1}:
            bits &= self._grid(company._salon_timezone(), frame, grid)
        return bits

    @api.model
    def _grid(self, zone, frame, grid):
        """Return every `grid`th minute of each local day, also of one on which the clocks are put forward or back."""
        first, last = frame.days()
        midnights = [
            datetime.combine(first + timedelta(days=number), datetime.min.time())
            for number in range((last - first).days + 2)
        ]
        begins = [frame.minute(utc(zone, midnight)) for midnight in midnights]
        usual = every_minute(grid)
        bits = 0
        for midnight, begin, end in zip(midnights, begins, begins[1:], strict=False):
            if end - begin == 24 * 60:
                bits |= usual << begin if begin >= 0 else usual >> -begin
            else:
                wanted = [
                    frame.minute(utc(zone, midnight + timedelta(minutes=minute))) for minute in range(0, 24 * 60, grid)
                ]
                bits |= timeline.fill(frame.size, [(minute, minute + 1) for minute in wanted])
        return bits & timeline.run(frame.size)

    @api.model
    def _prepare_offer(self, offer, requests, frame, places):
        """Return an offer as `find_offers` describes it."""
        lines = []
        for request, (option, place, offset, wait) in zip(requests, offer.choices, strict=True):
            start = frame.moment(offer.start + offset)
            lines.append(
                {
                    "product_id": request["product_id"],
                    "stylist_id": option.stylist,
                    "station_id": request.get("station_id") or places.get(place, False),
                    "wait_minutes": wait,
                    "start": start,
                    "stop": start + timedelta(minutes=option.length),
                    **{part: getattr(option, part.removesuffix("_minutes")) for part in MINUTES},
                }
            )
        return {
            "start": frame.moment(offer.start),
            "stop": frame.moment(offer.stop),
            "own_stylist": offer.penalty < OTHER_STYLIST,
            "waiting": offer.waiting,
            "lines": lines,
        }

    @api.model
    @api.private
    def offer_blocks(self, requests, offer):
        """Return (resource id, start, stop) for all that an offer takes, clean-up included, in naive UTC.

        That is what the blocks of its booking would be, what a hold of it takes, and what `find_offers` wants as
        `without` to look for further times beside it.

        :param list requests: those that the offer answers
        :param dict offer: as `find_offers` returns it
        """
        stylists = self.env["hr.employee"].sudo().browse({line["stylist_id"] for line in offer["lines"]})
        resources = stylists._salon_block_resource_ids()
        levels = {stylist.id: stylist.salon_level_id.id for stylist in stylists}
        by_resource = defaultdict(list)
        for request, line in zip(requests, offer["lines"], strict=True):
            product = self.env["product.product"].sudo().browse(line["product_id"])
            stylist_id = line["stylist_id"]
            usual = product._get_salon_minutes([(stylist_id, levels[stylist_id])], request.get("addon_ids") or ())
            minutes = [
                standard if request.get(part) is None else request[part]
                for part, standard in zip(MINUTES, usual[stylist_id], strict=True)
            ]
            station = self.env["salon.station"].sudo().browse(line["station_id"] or []).resource_id.id
            offset = round((line["start"] - offer["start"]).total_seconds()) // 60
            taken = stretches(resources[stylist_id], station, offset, minutes, product.salon_station_free)
            for resource_id, start, stop, cleanup in taken:
                by_resource[resource_id].append((start, stop, cleanup, None))
        return [
            (resource_id, *(offer["start"] + timedelta(minutes=minute) for minute in (start, stop)))
            for resource_id, parts in by_resource.items()
            for start, stop, _key in timeline.clean(parts)
        ]

    # Bookings that are fixed --------------------------------------------------------------------------------

    @api.model
    @api.private
    def fit_bookings(self, bookings, channel="desk", known=None):
        """Refuse bookings that lie where their channel offers nothing; give those that need one a station.

        What is over can be noted as it was: working hours are no matter then. Where a guest is done already, their
        time may be somebody else's by now; of the others nothing but what they take is looked at, by their blocks.

        :param bookings: calendar.event, each with lines that have stylist and offset
        :param dict known: {company: what is Known of what these bookings name}, where the caller had to ask it, too
        :raise ValidationError: it says whose hours are in the way, or who is taken
        """
        now = fields.Datetime.now()
        for booking in bookings:
            lines = booking.salon_line_ids.sorted("sequence")
            if any(line.finished_at for line in lines):
                continue
            offers = self.find_offers(
                [line._prepare_request() for line in lines],
                booking.start,
                booking.start + timedelta(minutes=1),
                company=booking.company_id,
                channel=channel,
                ignore_bookings=booking,
                one_after_the_other=booking.salon_one_after_the_other,
                off_hours=booking.salon_off_hours or booking.stop <= now,
                known=known and known[booking.company_id],
            )
            if not offers:
                raise ValidationError(self._explain(booking, lines))
            for line, fitted in zip(lines, offers[0]["lines"], strict=True):
                if line.station_id.id != fitted["station_id"]:
                    line.station_id = fitted["station_id"]

    @api.model
    def _explain(self, booking, lines):
        """Return the sentence that says why a booking does not fit where it is."""
        blocks = self.env["salon.booking.block"].sudo()
        if clash := blocks._find_clash("line_id", lines.ids, lines._prepare_blocks()):
            return blocks._clash_message(*clash)
        company = booking.company_id
        frame = Frame(booking.start - timedelta(days=1), booking.start + timedelta(days=1))
        roster = Roster(self.env, company, frame)
        stylists = load_stylists(self.env, company)
        for line in lines:
            stylist = stylists.get(line.stylist_id.id)
            if not stylist:
                continue
            worked = roster.worked([stylist])[stylist.resource_id]
            for part in timeline.parts(frame.minute(line.start), *(line[part] for part in MINUTES[:3])):
                if ~(worked >> part[0]) & timeline.run(part[1] - part[0]):
                    return self._off_hours_message(line, worked, frame)
        opening = roster.opening()
        start = frame.minute(booking.start)
        if opening is not None and ~(opening >> start) & timeline.run(frame.minute(booking.stop) - start):
            return self.env._("The salon is closed then. Choose another time, or tick “Outside Working Hours”.")
        for line in lines:
            if line.product_id.salon_station_ids and not line.station_id:
                return self.env._(
                    "No station for “%s” is free then. Choose another time.", line.product_id.display_name
                )
        return self.env._(
            "The services don't fit together like this: the salon lets nobody wait longer than %s minutes between"
            " two of them. Choose another time.",
            company.salon_max_wait_minutes,
        )

    @api.model
    def _off_hours_message(self, line, worked, frame):
        """Return the sentence that names who does not work then, and when they do on that day."""
        zone = pytz.timezone(self.env.user.tz or "UTC")
        day = local_day(zone, line.start)
        start, stop = frame.local_minutes(zone, day)
        hours = []
        begin = None
        for minute in range(max(start, 0), min(stop, frame.size) + 1):
            works = minute < min(stop, frame.size) and worked >> minute & 1
            if works and begin is None:
                begin = minute
            elif not works and begin is not None:
                hours.append((begin, minute))
                begin = None
        told = ", ".join(
            "–".join(spoken_time(self.env, frame.moment(minute)) for minute in stretch) for stretch in hours
        )
        if not told:
            return self.env._(
                "%(stylist)s does not work on %(date)s. Choose another time, or tick “Outside Working Hours”.",
                stylist=line.stylist_id.name,
                date=spoken_day(self.env, line.start),
            )
        return self.env._(
            "%(stylist)s works %(hours)s on %(date)s. Choose another time, or tick “Outside Working Hours”.",
            stylist=line.stylist_id.name,
            hours=told,
            date=spoken_day(self.env, line.start),
        )
