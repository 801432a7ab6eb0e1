from collections import defaultdict
from datetime import datetime, time, timedelta
from random import Random
from unittest.mock import patch

from odoo import api, fields, models
from odoo.tools import SQL

from .salon_sample_absence import stay_away

WEEKS_BACK = 52
DAYS_AHEAD = 14
NOTES = (
    "Layers kept, ends cut by two fingers.",
    "Went one shade warmer; happy with it.",
    "Parting moved to the left, more volume at the crown.",
    "Scalp a little dry: recommended the balancing shampoo.",
    "Same as last time.",
    "Wants to grow it out until summer.",
    "Tried the new mask, liked the smell.",
)
PREFERENCES = (
    "Likes it quiet. Green tea.",
    "Talks about her dog. Cappuccino, no sugar.",
    "Natural tones, never copper.",
    "Always in a hurry: start on time.",
    "Prefers the chair by the window.",
    "Short nails, nude colours.",
    "Fragrance-free products.",
)


OCCUPATIONS = ("Teacher", "Nurse", "Shop owner", "Accountant", "Designer", "Student", "Engineer", "Retired")
HOBBIES = ("Badminton", "Cooking", "Yoga, travelling", "Photography", "Her two cats", "Running", "Square dancing")
STYLES = ("Long bob, no fringe", "Short and easy", "Soft layers", "Straight, one length")
DRINKS = ("Green tea", "Warm water", "Cappuccino, no sugar", "Jasmine tea")
TABOOS = ("No copper tones.", "Don't cut more than agreed.", "No strong perfume.", "No talk about work.")
EVENTS = ("Wedding", "Daughter starts school", "New job", "Moved here")


def _portrait(number, clients):
    """Return what the file of a client says of the person: of some much, of some a little, and always the same."""
    chance = Random(number)
    talk, way = chance.choice(("talk", "little", "quiet", False)), chance.choice(("wechat", "phone", "sms", False))
    values = {"talk_preference": talk, "contact_way": way, "contact_time": way and chance.choice(("noon", "evening"))}
    for name, choices, part in (
        ("occupation", OCCUPATIONS, 0.5),
        ("hobbies", HOBBIES, 0.4),
        ("style_preference", STYLES, 0.4),
        ("drink_preference", DRINKS, 0.5),
        ("taboos", TABOOS, 0.25),
        ("region", ("city", "city", "county", "township"), 0.6),
    ):
        if chance.random() < part:
            values[name] = chance.choice(choices)
    if chance.random() < 0.2:
        values["referrer_id"] = chance.choice([client.id for client in clients if client.id != number])
        values["influence"] = chance.choice(("none", "some", "many"))
    if chance.random() < 0.25:
        day = fields.Date.today() - timedelta(days=chance.randrange(400))
        values["event_ids"] = [(0, 0, {"name": chance.choice(EVENTS), "date": day})]
    return values


class SalonSampleHistory(models.AbstractModel):
    """A year behind the sample clients and two weeks before them, dated from today and always the same.

    Visits, orders and sessions are made by the same code that makes them in the salon; only their dates
    are set back afterwards.
    """

    _name = "salon.sample.history"
    _description = "Sample Salon: History"

    @api.model
    def _create_history(self, company_id):
        """Fill the year up to yesterday with visits that are paid at the till, and today on with bookings."""
        company = self.env["res.company"].browse(company_id)
        self = self.with_company(company).with_context(
            allowed_company_ids=[company_id], tracking_disable=True, mail_create_nolog=True
        )
        today = datetime.combine(fields.Date.today(), time())
        plan = _Plan(self.env, company, today)
        appointments = plan.appointments()
        past = [appointment for appointment in appointments if appointment["start"] < today]
        coming = [appointment for appointment in appointments if appointment["start"] >= today]
        visits = self._create_visits(past)
        for month_end, month in _by_month(zip(past, visits, strict=True), today):
            self._sell(company, month, min(month_end, today - timedelta(hours=3)))
        self.env["salon.sample.record"]._create_records(company, list(zip(past, visits, strict=True)))
        self._set_back(past, visits)
        self._create_bookings(coming)

    def _create_visits(self, past):
        """Create a booking that is over and its open visit for each appointment."""
        bookings = self._create_bookings(past)
        bookings.salon_state = "arrived"
        return bookings._salon_open_visits()

    def _create_bookings(self, appointments):
        return self.env["calendar.event"].create(
            [
                {
                    "is_salon_booking": True,
                    "salon_client_id": appointment["client"].id,
                    "company_id": self.env.company.id,
                    "start": appointment["start"],
                    "salon_state": appointment["state"],
                    "salon_line_ids": [
                        (
                            0,
                            0,
                            {
                                "product_id": line["service"].id,
                                "stylist_id": line["stylist"].id,
                                "station_id": line["station"].id,
                                "assignment": appointment["assignment"],
                            },
                        )
                        for line in appointment["lines"]
                    ],
                }
                for appointment in appointments
            ]
        )

    def _sell(self, company, month, closed_at):
        """Sell what a month's visits had, in one session, and close it with its entry."""
        till = self.env.ref("salon_crm.pos_config_salon")
        reception = self.env.ref("salon_crm.user_reception")
        session = self.env["pos.session"].create({"config_id": till.id, "user_id": reception.id})
        session.set_opening_control(0, "")
        for appointment, visit in month:
            self._pay(session, appointment, visit)
        orders = session.order_ids
        cash = sum(
            orders.payment_ids.filtered(lambda payment: payment.payment_method_id.is_cash_count).mapped("amount")
        )
        # The books of a year are dated in that year: closing knows no other date than today's.
        session = session.with_context(default_date=closed_at.date())
        with patch.object(fields.Date, "context_today", lambda record, timestamp=None: closed_at.date()):
            session.post_closing_cash_details(cash)
            session.close_session_from_ui()
        session.write({"start_at": min(orders.mapped("date_order")), "stop_at": closed_at})

    def _pay(self, session, appointment, visit):
        """Create the paid order of one visit, as the till sends it."""
        sold = [
            (line["service"], 1, line["service"]._get_salon_price_difference(line["stylist"]), line["stylist"].id)
            for line in appointment["lines"]
        ] + [(product, quantity, 0, False) for product, quantity in appointment["retail"]]
        order = self.env["pos.order"].create(
            {
                "session_id": session.id,
                "company_id": session.company_id.id,
                "partner_id": appointment["client"].id,
                "date_order": appointment["stop"],
                "salon_visit_id": visit.id,
                "amount_tax": 0,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_return": 0,
                "lines": [
                    (
                        0,
                        0,
                        {
                            "product_id": product.id,
                            "qty": quantity,
                            "price_unit": product.lst_price + difference,
                            "salon_price_difference": difference,
                            "salon_stylist_id": stylist_id,
                            "tax_ids": [(6, 0, product.taxes_id.ids)],
                            "price_subtotal": 0,
                            "price_subtotal_incl": 0,
                        },
                    )
                    for product, quantity, difference, stylist_id in sold
                ],
            }
        )
        order.lines._onchange_amount_line_all()
        order._compute_prices()
        methods = session.config_id.payment_method_ids
        method = (
            methods.filtered("is_cash_count") if appointment["cash"] else methods.filtered(lambda m: m.type == "bank")
        )
        order.add_payment(
            {
                "pos_order_id": order.id,
                "amount": order.amount_total,
                "payment_method_id": method[:1].id,
                "payment_date": appointment["stop"],
            }
        )
        order.action_pos_order_paid()

    def _set_back(self, past, visits):
        """Date the visits back to the day they were on, and lock those whose correction period is over."""
        self.env.flush_all()
        rows = [
            (
                visit.id,
                appointment["start"],
                appointment["stop"],
                appointment["stop"] + timedelta(hours=24),
                appointment["note"],
            )
            for appointment, visit in zip(past, visits, strict=True)
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_visit
                   SET date = past.start, done_at = past.stop, locked_at = past.locked_at, note = past.note
                  FROM (VALUES %s) AS past(id, start, stop, locked_at, note)
                 WHERE salon_visit.id = past.id
                """,
                SQL(", ").join(SQL("(%s, %s::timestamp, %s::timestamp, %s::timestamp, %s)", *row) for row in rows),
            )
        )
        self.env.invalidate_all()


def _by_month(pairs, today):
    """Group (appointment, visit) pairs into (end of month, pairs); the last weeks close week by week."""
    groups = defaultdict(list)
    for appointment, visit in pairs:
        start = appointment["start"]
        age = (today - start).days
        end = today - timedelta(days=age - age % 7 if age < 28 else age - age % 28)
        groups[end].append((appointment, visit))
    return sorted(groups.items())


class _Plan:
    """Who comes when for what: drawn once with a fixed seed, and without ever booking anyone twice."""

    HABITS = (  # services that go together, how often they are chosen, weeks between visits
        (("women_cut",), 14, 7),
        (("women_cut", "wash_and_blow_dry"), 8, 7),
        (("root_colour", "women_cut"), 10, 6),
        (("full_colour", "women_cut"), 5, 8),
        (("balayage",), 4, 14),
        (("highlights_half_head", "toner"), 3, 11),
        (("digital_perm",), 2, 22),
        (("keratin_smoothing",), 2, 20),
        (("hair_spa",), 4, 5),
        (("scalp_treatment",), 4, 5),
        (("classic_facial",), 7, 5),
        (("deep_cleansing_facial", "brow_shaping"), 3, 6),
        (("lash_lift",), 3, 7),
        (("gel_manicure",), 7, 4),
        (("manicure",), 3, 4),
        (("pedicure",), 3, 5),
    )
    MEN = ((("men_cut",), 10, 4), (("men_cut", "scalp_treatment"), 2, 5), (("classic_facial",), 1, 6))

    def __init__(self, env, company, today):
        self.env, self.today = env, today
        self.random = Random(20)
        self.services = {}
        self.minutes = {}  # (service, stylist) -> what it takes
        self.taken = defaultdict(list)  # resource record -> [(start, stop)]
        products = env["product.product"].search([("company_id", "=", company.id)])
        self.retail = list(products.filtered(lambda product: not product.is_salon_service).sorted("id"))
        self.stylists = env["hr.employee"].search([("company_id", "=", company.id), ("is_salon_stylist", "=", True)])
        self.clients = [env.ref(f"salon_crm.client_{number:02}") for number in range(1, 61)]
        self.rostered = {
            (shift.employee_id, shift.date): shift.kind == "work" and (shift.hour_from, shift.hour_to)
            for shift in env["salon.shift"].search([("company_id", "=", company.id)])
        }
        for blocked in env["salon.blocked.time"].search([("company_id", "=", company.id)]):
            self.taken[blocked.stylist_id or blocked.station_id].append((blocked.start, blocked.stop))
        self.shifts = {
            stylist: {
                int(shift.dayofweek): (shift.hour_from, shift.hour_to)
                for shift in stylist.resource_calendar_id.attendance_ids
            }
            for stylist in self.stylists
        }

    def _service(self, name):
        if name not in self.services:
            self.services[name] = self.env.ref(f"salon_crm.service_{name}").product_variant_id
        return self.services[name]

    def appointments(self):
        """Return all appointments in the order of their start."""
        found = []
        for client in self.clients:
            habits = self.MEN if client.gender == "male" else self.HABITS
            habit, _weight, weeks = self.random.choices(habits, [weight for _s, weight, _w in habits])[0]
            favourite = self._favourite(habit[0])
            self._describe(client, favourite)
            day = self.today - timedelta(days=self.random.randint(WEEKS_BACK * 6, WEEKS_BACK * 7))
            while day < self.today + timedelta(days=DAYS_AHEAD):
                services = self.random.choice(habits)[0] if self.random.random() < 0.15 else habit
                if appointment := self._place(client, services, favourite, day):
                    found.append(appointment)
                day += timedelta(days=max(14, int(self.random.gauss(weeks * 7, 6))))
        found = stay_away(sorted(found, key=lambda appointment: appointment["start"]), self.clients, self.today)
        self._fill_today(found)
        return sorted(found, key=lambda appointment: appointment["start"])

    def _describe(self, client, favourite):
        """Let the favourite keep the client's file, and note what some of them like."""
        values = {"keeper_id": favourite.id}
        if self.random.random() < 0.5:
            values["preferences"] = self.random.choice(PREFERENCES)
        values |= _portrait(client.id, self.clients)
        client.salon_file_ids.write(values)

    def _fill_today(self, found):
        """See to it that today and the coming days are busy, on whatever day the sample is made."""
        for days in (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 5, 6):
            day = self.today + timedelta(days=days)
            busy = {
                appointment["client"] for appointment in found if abs(appointment["start"] - day) < timedelta(days=5)
            }
            client = self.random.choice([client for client in self._regulars(found) if client not in busy])
            habits = self.MEN if client.gender == "male" else self.HABITS
            services = self.random.choice(habits)[0]
            if appointment := self._place(client, services, self._favourite(services[0]), day, days_to_try=1):
                found.append(appointment)

    def _regulars(self, found):
        """Return the clients who come: those with an appointment ahead, or one that was not long ago."""
        lately = self.today - timedelta(days=35)
        come = {appointment["client"] for appointment in found if appointment["start"] >= lately}
        return [client for client in self.clients if client in come]

    def _favourite(self, name):
        return self.random.choice(self._can(self._service(name)))

    def _can(self, service):
        return [
            stylist for stylist in self.stylists.sorted("id") if service.product_tmpl_id in stylist.salon_service_ids
        ]

    def _place(self, client, services, favourite, day, days_to_try=4):
        """Return an appointment on `day` or soon after, with the favourite where she can; None if all is full."""
        services = [self._service(name) for name in services]
        assignment = "asked" if self.random.random() < 0.6 else "assigned"
        for _try in range(days_to_try):
            for quarter in self.random.sample(range(36, 76), 16):
                start = day + timedelta(minutes=15 * quarter)
                if lines := self._fit(services, favourite, start):
                    return self._appointment(client, lines, start, assignment)
            day += timedelta(days=1)
        return None

    def _fit(self, services, favourite, start):
        lines = []
        for service in services:
            stylist = self._who(service, favourite, start)
            if not stylist:
                return None
            client_minutes, minutes = self._minutes(service, stylist)
            stop = start + timedelta(minutes=minutes)
            where = service.salon_station_ids.sorted("sequence")
            station = next((one for one in where if self._free(one, start, stop)), None)
            if not station:
                return None
            leaves = start + timedelta(minutes=client_minutes)
            lines.append(
                {
                    "service": service,
                    "stylist": stylist,
                    "station": station,
                    "start": start,
                    "stop": stop,
                    "leaves": leaves,
                }
            )
            start = leaves
        return lines

    def _who(self, service, favourite, start):
        """Return who does a service at `start`: the favourite, or the first of the others; None if nobody can."""
        for stylist in sorted(self._can(service), key=lambda stylist: (stylist != favourite, stylist.id)):
            stop = start + timedelta(minutes=self._minutes(service, stylist)[1])
            if self._works(stylist, start, stop) and self._free(stylist, start, stop):
                return stylist
        return None

    def _minutes(self, service, stylist):
        """Return how long a service takes with a stylist: for the client, and with the clean-up."""
        if (service, stylist) not in self.minutes:
            minutes = service._get_salon_minutes([(stylist.id, stylist.salon_level_id.id)])[stylist.id]
            self.minutes[service, stylist] = sum(minutes[:3]), sum(minutes)
        return self.minutes[service, stylist]

    def _works(self, stylist, start, stop):
        hours = self.rostered.get((stylist, start.date()), self.shifts[stylist].get(start.weekday()))
        midnight = datetime.combine(start.date(), time())
        return hours and midnight + timedelta(hours=hours[0]) <= start and stop <= midnight + timedelta(hours=hours[1])

    def _free(self, resource, start, stop):
        return all(stop <= taken[0] or taken[1] <= start for taken in self.taken[resource])

    def _appointment(self, client, lines, start, assignment):
        for line in lines:
            self.taken[line["stylist"]].append((line["start"], line["stop"]))
            self.taken[line["station"]].append((line["start"], line["stop"]))
        shopping = self.random.choices((0, 1, 2), (60, 30, 10))[0]
        soon = start < self.today + timedelta(days=2)
        return {
            "client": client,
            "lines": lines,
            "start": start,
            "stop": lines[-1]["leaves"],
            "assignment": assignment,
            "state": "confirmed" if soon and self.random.random() < 0.7 else "booked",
            "retail": [(product, 1) for product in self.random.sample(self.retail, shopping)],
            "cash": self.random.random() < 0.25,
            "note": self.random.choice(NOTES) if self.random.random() < 0.7 else None,
        }
