import logging
from datetime import datetime, timedelta

import pytz
from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.misc import format_date

from ..tools.frame import local_day, utc
from ..tools.roster import load_stylists
from ..tools.spoken import clock
from .product_product import MINUTES

_logger = logging.getLogger(__name__)

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LOOK_AHEAD = 366  # days; the search looks no further
LEAST_NOTICE = timedelta(minutes=15)  # what begins sooner nobody could come to
TRIES = 3  # somebody was faster: look again at what is free


class SalonWaiting(models.Model):
    """A client who wants a time that is not free.

    When a time comes free, the first on the list whom it suits gets an offer, and the time is held for them for a
    while; then the next. `salon.waiting.offer` says what limits hold.

    Personal data: the client, and what `note` says of them. An activity shows the client's name to the front desk; it
    is deleted, not archived, when its offer ends. Erasing a client deletes their records here, offers and activities
    with them.
    """

    _name = "salon.waiting"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Waiting List"
    _order = "id"
    _check_company_auto = True

    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", index=True)
    phone = fields.Char(related="partner_id.phone")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    user_id = fields.Many2one(
        "res.users",
        string="Calls the Client",
        default=lambda self: self.env.user,
        ondelete="set null",
        help="Gets the activity to call the client when a time is offered.",
    )
    wish_ids = fields.One2many("salon.wish", "waiting_id", string="Services", copy=True)
    date_from = fields.Date(string="From", required=True, default=lambda self: self.env.company._salon_today())
    date_to = fields.Date(string="To", required=True, default=lambda self: self._default_date_to())
    mon = fields.Boolean(default=True)
    tue = fields.Boolean(default=True)
    wed = fields.Boolean(default=True)
    thu = fields.Boolean(default=True)
    fri = fields.Boolean(default=True)
    sat = fields.Boolean(default=True)
    sun = fields.Boolean(default=True)
    hour_from = fields.Float(string="Not Before", default=0.0)
    hour_to = fields.Float(string="Done By", default=24.0)
    when = fields.Char(compute="_compute_when", help="The days that suit the client.")
    note = fields.Char()
    state = fields.Selection(
        [("waiting", "Waiting"), ("offered", "Offered"), ("booked", "Booked"), ("ended", "Ended")],
        required=True,
        default="waiting",
        readonly=True,
        copy=False,
    )
    event_id = fields.Many2one(
        "calendar.event", string="Booking", ondelete="set null", readonly=True, copy=False, index="btree_not_null"
    )
    offer_ids = fields.One2many("salon.waiting.offer", "waiting_id", string="Offers", readonly=True)
    open_offer_id = fields.Many2one("salon.waiting.offer", compute="_compute_open_offer")
    offered = fields.Char(string="Offer", compute="_compute_open_offer")

    _days_in_order = models.Constraint("CHECK (date_from <= date_to)", "The last day comes before the first.")
    _hours_in_order = models.Constraint(
        "CHECK (hour_from >= 0 AND hour_from < hour_to AND hour_to <= 24)",
        "The hours don't fit: “Not Before” comes before “Done By”, both within one day.",
    )
    _some_day = models.Constraint(
        "CHECK (mon OR tue OR wed OR thu OR fri OR sat OR sun)", "Choose at least one day of the week."
    )
    _open_idx = models.Index("(company_id, date_from, date_to) WHERE state = 'waiting'")

    @api.model
    def _default_date_to(self):
        return self.env.company._salon_today() + timedelta(days=14)

    @api.depends("partner_id")
    def _compute_display_name(self):
        for waiting in self:
            waiting.display_name = waiting.partner_id.name

    @api.depends("date_from", "date_to", "hour_from", "hour_to", *WEEKDAYS)
    def _compute_when(self):
        for waiting in self:
            days = filter(None, (waiting.date_from, waiting.date_to))
            days = [format_date(self.env, day, date_format="d MMM") for day in days]
            parts = ["–".join(dict.fromkeys(days))]
            wanted = [name for name in WEEKDAYS if waiting[name]]
            if len(wanted) < len(WEEKDAYS):
                parts.append(", ".join(self._fields[name]._description_string(self.env) for name in wanted))
            if waiting.hour_from or waiting.hour_to < 24:
                parts.append(f"{clock(waiting.hour_from)}–{clock(waiting.hour_to)}")
            waiting.when = " · ".join(parts)

    @api.depends("offer_ids.state")
    def _compute_open_offer(self):
        for waiting in self:
            waiting.open_offer_id = waiting.offer_ids.filtered(lambda offer: offer.state == "offered")[:1]
            waiting.offered = waiting.open_offer_id.summary

    @api.constrains("partner_id")
    def _check_contraindications(self):
        self.filtered(lambda one: one.state == "waiting").wish_ids._check_contraindications()

    @api.constrains("wish_ids")
    def _check_wishes(self):
        if any(not waiting.wish_ids for waiting in self):
            raise ValidationError(self.env._("Choose at least one service that the client waits for."))

    @api.model_create_multi
    def create(self, vals_list):
        waiting = super().create(vals_list)
        waiting._check_wishes()
        waiting.partner_id._make_salon_clients()
        return waiting

    # The front desk -------------------------------------------------------------------------------------------

    @api.model
    def action_put_on_list(self, values):
        """Return the action that puts a client on the list, for a time that was refused.

        :param dict values: as CalendarEvent.salon_book takes them: "client_id", "lines" (with "product_id" and wishes;
            add-ons are noted) and "start" (UTC) or "date_from" and "date_to" (days)
        """
        wishes = [
            (0, 0, {name: line[name] for name in ("product_id", "stylist_id", "gender") if line.get(name)})
            for line in values.get("lines") or []
        ]
        context = {"default_partner_id": values.get("client_id"), "default_wish_ids": wishes}
        addons = {addon for line in values.get("lines") or [] for addon in line.get("addon_ids") or []}
        if names := self.env["product.product"].browse(sorted(addons)).mapped("name"):
            context["default_note"] = self.env._("With %s", ", ".join(names))
        if values.get("start"):
            start = fields.Datetime.to_datetime(values["start"])
            day = local_day(self.env.company._salon_timezone(), start)
            context.update(default_date_from=str(day), default_date_to=str(day))
        for name in ("date_from", "date_to"):
            if values.get(name):
                context[f"default_{name}"] = str(fields.Date.to_date(values[name]))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Put on the Waiting List"),
            "res_model": self._name,
            "views": [(self.env.ref("salon_crm.salon_waiting_view_form").id, "form")],
            "target": "new",
            "context": context,
        }

    def action_accept(self):
        """The client takes the offered time."""
        return self._open_offer().action_accept()

    def action_decline(self):
        """The client does not take the offered time; the next on the list gets it."""
        return self._open_offer().action_decline()

    def _open_offer(self):
        self.ensure_one()
        if not self.open_offer_id:
            raise UserError(self.env._("%s has no open offer any more.", self.partner_id.name))
        return self.open_offer_id

    def action_end(self):
        """The client waits no more."""
        self.check_access("write")
        if self.filtered(lambda waiting: waiting.state == "offered"):
            raise UserError(self.env._("A time is held for this client. Let them accept or decline it first."))
        self.filtered(lambda waiting: waiting.state == "waiting").state = "ended"

    def action_wait_again(self):
        """The client waits again."""
        self.check_access("write")
        self.filtered(lambda waiting: waiting.state == "ended").state = "waiting"

    # Looking for who wants a freed time -------------------------------------------------------------------------

    @api.model
    def _trigger(self, at=None):
        """Have the list looked through, as soon as this transaction is through or `at` a moment."""
        if cron := self.env.ref("salon_crm.ir_cron_waiting", raise_if_not_found=False):
            cron.sudo()._trigger(at)

    @api.model
    def _cron_offer(self):
        """End the offers whose time is over, and offer what came free, one freed time after the other.

        Each is done for when it is committed: what is interrupted is begun anew, and running twice offers nothing
        twice.
        """
        self.env["salon.waiting.offer"]._end_expired()
        past = fields.Date.today() - timedelta(days=1)  # over in every time zone
        self.search([("state", "=", "waiting"), ("date_to", "<", past)]).state = "ended"
        freed_times = self.env["salon.freed.time"]
        todo, tries = freed_times.search([]).ids, {}
        self.env["ir.cron"]._commit_progress(remaining=len(todo))
        while todo:
            freed = freed_times.browse(todo.pop(0)).exists().try_lock_for_update()
            if freed and not self._offer_freed(freed):
                tries[freed.id] = tries.get(freed.id, 0) + 1
                if tries[freed.id] < TRIES:
                    todo.append(freed.id)
            if not self.env["ir.cron"]._commit_progress(1, remaining=len(todo)):
                break

    def _offer_freed(self, freed):
        """Offer a freed time to the first on the list whom it suits, what is left of it to the next, and forget it.

        :return bool: False when that failed, as when somebody was faster: a new transaction sees what they took
        """
        try:
            with self.env.cr.savepoint():
                for waiting in self._find_candidates(freed):
                    waiting._offer(freed)
        except (ExclusionViolation, UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            _logger.info("A time was taken while it was offered; it is looked at again.")
            return False
        except Exception:  # one that can't be offered must not keep the others from it
            _logger.exception("Freed time %s could not be offered to the waiting list.", freed.id)
            return False
        freed.unlink()
        return True

    @api.model
    def _find_candidates(self, freed):
        """Return who waits for a day like that of a freed time and may still be written to today, the first first."""
        if freed.stop <= fields.Datetime.now():
            return self.browse()
        zone = freed.company_id._salon_timezone()
        first, last = (local_day(zone, moment) for moment in (freed.start, freed.stop))
        candidates = self.search(
            Domain("company_id", "=", freed.company_id.id)
            & Domain("state", "=", "waiting")
            & Domain("date_from", "<=", last)
            & Domain("date_to", ">=", first)
        )
        offers = self.env["salon.waiting.offer"]
        return candidates.filtered(lambda waiting: offers._next_of_day(waiting.partner_id, waiting.company_id))

    def _offer(self, freed):
        """Offer this client a time that uses what came free, if one suits; return the offer."""
        if self.env["salon.waiting.offer"]._next_of_day(self.partner_id, self.company_id):  # may wait for two things
            for requests in self._requests_for(freed):
                for offer in self._find_offers(freed, requests):
                    if numbers := self._offer_numbers(offer):
                        return self.env["salon.waiting.offer"]._make(self, requests, offer, numbers)
        return None

    def _requests_for(self, freed):
        """Yield what to search for: the wishes as they are; then with the stylist who came free, for services of which
        the client named nobody, as the search proposes one stylist for each start alone."""
        requests = self.wish_ids._prepare_requests()
        yield requests
        stylists = load_stylists(self.env, self.company_id).values()
        ours = next((stylist.id for stylist in stylists if stylist.resource_id == freed.resource_id.id), None)
        for number, request in enumerate(requests):
            if ours and not request["stylist_id"]:
                yield [*requests[:number], {**request, "stylist_id": ours}, *requests[number + 1 :]]

    def _find_offers(self, freed, requests):
        """Return the offers that suit this client and use what came free, the best first."""
        now = fields.Datetime.now()
        longest = sum(self.wish_ids.mapped(_usual_minutes)) * 2 + len(requests) * self.company_id.salon_max_wait_minutes
        zone = self.company_id._salon_timezone()
        first, last = (datetime.combine(day, datetime.min.time()) for day in (self.date_from, self.date_to))
        offers = self.env["salon.availability"].find_offers(
            requests,
            max(freed.start - timedelta(minutes=longest), now + LEAST_NOTICE, utc(zone, first)),
            # Weeks of time off may have come free, of which one day is wanted.
            min(freed.stop, utc(zone, last + timedelta(days=1)), now + timedelta(days=LOOK_AHEAD)),
            company=self.company_id,
            client=self.partner_id,
        )
        resources = self._resources(offers)
        known = self.env["salon.waiting.offer"].search([("partner_id", "=", self.partner_id.id), ("stop", ">", now)])
        return [
            offer
            for offer in offers
            if self._suits(offer)
            and _uses(offer, freed, resources)
            # The same time is not offered to the same client twice.
            and not any(old.start < offer["stop"] and offer["start"] < old.stop for old in known)
        ]

    def _resources(self, offers):
        """Return {("stylist" or "station", id): resource id} of all that these offers name."""
        lines = [line for offer in offers for line in offer["lines"]]
        stylists = self.env["hr.employee"].sudo().browse({line["stylist_id"] for line in lines})
        stations = self.env["salon.station"].sudo().browse({line["station_id"] for line in lines} - {False})
        resources = {("stylist", key): value for key, value in stylists._salon_block_resource_ids().items()}
        return resources | {("station", station.id): station.resource_id.id for station in stations}

    def _suits(self, offer):
        """Tell whether a time lies on a day and in the hours that this client wants, on the salon's clocks."""
        zone = self.company_id._salon_timezone()
        start, stop = (pytz.utc.localize(offer[name]).astimezone(zone) for name in ("start", "stop"))
        midnight = datetime.combine(start.date(), datetime.min.time())
        hours = [(moment.replace(tzinfo=None) - midnight).total_seconds() / 3600 for moment in (start, stop)]
        return (
            self.date_from <= start.date() <= self.date_to
            and self[WEEKDAYS[start.weekday()]]
            and self.hour_from <= hours[0]
            and hours[1] <= self.hour_to
        )

    def _offer_numbers(self, offer):
        """Return for each line of an offer which offer of that time it would be, None when one was offered enough."""
        lines = self.env["salon.waiting.offer.line"]
        resources = self._resources([offer])
        numbers = [
            lines._next_of_time(resources["stylist", line["stylist_id"]], line["start"], line["stop"])
            for line in offer["lines"]
        ]
        return numbers if all(numbers) else None


def _uses(offer, freed, resources):
    """Tell whether an offer takes the resource of a freed time while that lasts."""
    return any(
        line["start"] < freed.stop
        and line["stop"] > freed.start
        and freed.resource_id.id
        in (resources["stylist", line["stylist_id"]], resources.get(("station", line["station_id"])))
        for line in offer["lines"]
    )


def _usual_minutes(wish):
    product = wish.product_id.sudo()
    return sum(product[f"salon_{part}"] for part in MINUTES)
