"""The search for free times in a salon with years of bookings: 20 stylists, a month ahead, and booking in it."""
import datetime

BOOKINGS = 200_000
STYLISTS = 20
DAYS_AHEAD = 60  # days with bookings ahead, more than half of their hours taken
DAYS_SHOWN = 31


def fill(env, bookings):
    """Fill a salon with that many bookings, most of them past; commit it and return what there is.

    Row by row this would take hours: the rows are those that booking writes, put in by the thousand.
    """
    services, stylists, stations, clients = _make_salon(env)
    env.flush_all()
    cr = env.cr
    cr.execute(
        """
        CREATE TEMP TABLE slot AS
        SELECT row_number() OVER () + (SELECT COALESCE(MAX(id), 0) FROM calendar_event) AS event_id,
               row_number() OVER () + (SELECT COALESCE(MAX(id), 0) FROM salon_booking_line) AS line_id, slot.*
          FROM (SELECT day, stylist.id AS stylist_id, stylist.number,
                       date_trunc('day', timezone('UTC', now())) + day * interval '1 day'
                       + (9 + hour) * interval '1 hour' AS start
                  FROM generate_series(%s, -100000, -1) day, generate_series(0, 9) hour,
                       unnest(%s) WITH ORDINALITY AS stylist(id, number)
                 -- Every other hour or so, each stylist's own: chance would be asked once for a whole day.
                 WHERE day < 0 OR (day * 37 + hour * 11 + stylist.number * 7) %% 20 < 11
                 LIMIT %s) AS slot
        """,
        (DAYS_AHEAD, stylists.ids, bookings),
    )
    cr.execute(
        """
        INSERT INTO calendar_event (id, name, start, stop, duration, active, privacy, show_as, is_salon_booking,
                                    salon_client_id, salon_state, salon_channel, company_id, create_uid, create_date)
        SELECT event_id, 'Client', start, start + interval '45 minutes', 0.75, TRUE, 'public', 'busy', TRUE,
               (%s::int[])[1 + event_id %% 200], CASE WHEN day < 0 THEN 'done' ELSE 'booked' END, 'desk', %s, 1, now()
          FROM slot
        """,
        (clients.ids, env.company.id),
    )
    cr.execute(
        """
        INSERT INTO salon_booking_line (id, event_id, sequence, product_id, stylist_id, station_id, assignment,
                                        active_minutes, processing_minutes, finishing_minutes, cleanup_minutes,
                                        offset_minutes, wait_minutes, start, stop, create_uid, create_date)
        SELECT line_id, event_id, 10, %s, stylist_id, (%s::int[])[number], 'assigned', 45, 0, 0, 5, 0, 0,
               start, start + interval '45 minutes', 1, now()
          FROM slot
        """,
        (services[0].id, stations.ids),
    )
    constraint = "salon_booking_block_one_place_at_a_time"
    cr.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", (constraint,))
    (definition,) = cr.fetchone()
    cr.execute(f"ALTER TABLE salon_booking_block DROP CONSTRAINT {constraint}")
    for resources in (stylists.resource_id, stations.resource_id):
        cr.execute(
            """
            INSERT INTO salon_booking_block (line_id, resource_id, start, stop, active)
            SELECT line_id, (%s::int[])[number], start, start + interval '50 minutes', TRUE FROM slot
            """,
            (resources.ids,),
        )
    cr.execute(f"ALTER TABLE salon_booking_block ADD CONSTRAINT {constraint} {definition}")
    for table in ("calendar_event", "salon_booking_line"):
        cr.execute(f"SELECT setval('{table}_id_seq', (SELECT MAX(id) FROM {table}))")
    cr.commit()
    cr._cnx.autocommit = True
    cr.execute("VACUUM ANALYZE salon_booking_block, salon_booking_line, calendar_event")
    cr._cnx.autocommit = False
    return {"services": services.ids, "stylists": stylists.ids, "stations": stations.ids, "clients": clients.ids}


def _make_salon(env):
    hours = env["resource.calendar"].create({
        "name": "Salon hours", "tz": "UTC",
        "attendance_ids": [
            (0, 0, {"name": "Work", "dayofweek": str(day), "hour_from": start, "hour_to": stop})
            for day in range(7) for start, stop in ((9, 13), (13, 19))]})
    stylists = env["hr.employee"].create([
        {"name": f"Stylist {number}", "is_salon_stylist": True, "resource_calendar_id": hours.copy().id}
        for number in range(STYLISTS)])
    stations = env["salon.station"].create([{"name": f"Chair {number}"} for number in range(STYLISTS)])
    services = env["product.product"].create([
        {
            "name": name, "type": "service", "is_salon_service": True, "salon_active_minutes": active,
            "salon_processing_minutes": processing, "salon_finishing_minutes": finishing, "salon_cleanup_minutes": 5,
            "salon_station_ids": [(6, 0, stations.ids)],
        }
        for name, active, processing, finishing in (("Cut", 45, 0, 0), ("Colour", 30, 20, 15), ("Care", 30, 0, 0))])
    clients = env["res.partner"].create([
        {"name": f"Client {number}", "is_salon_client": True} for number in range(200)])
    return services, stylists, stations, clients


def _search(context, services):
    env, facts = context.env, context.facts
    env.invalidate_all()  # as a request finds it
    start = datetime.datetime.now() + datetime.timedelta(hours=1)
    client = env["res.partner"].browse(facts["clients"][context.round % 200])
    with context.timed():
        offers = env["salon.availability"].find_offers(
            [{"product_id": service} for service in facts["services"][:services]],
            start, start + datetime.timedelta(days=DAYS_SHOWN), client=client, every=15)
    if len(offers) < 100:
        raise ValueError(f"only {len(offers)} times are free: that measures nothing")


def search_one(context):
    """Search a month for one service, by whomever."""
    _search(context, 1)


def search_three(context):
    """Search a month for three services one after the other, by whomever."""
    _search(context, 3)


def create_booking(context):
    """Create a booking with one service among all these, on a free day."""
    env, facts = context.env, context.facts
    env.invalidate_all()
    start = datetime.datetime.now().replace(hour=10, minute=0, second=0, microsecond=0)
    start += datetime.timedelta(days=DAYS_AHEAD + 2 + context.round)
    with context.timed():
        env["calendar.event"].create({
            "is_salon_booking": True, "salon_client_id": facts["clients"][0], "start": start,
            "salon_line_ids": [(0, 0, {
                "product_id": facts["services"][0], "stylist_id": facts["stylists"][0],
                "station_id": facts["stations"][0]})]})
        env.flush_all()


def create_event(context):
    """Create a plain event among all these."""
    partner = context.env.ref("base.user_admin").partner_id
    start = datetime.datetime(2030, 1, 1, 9) + datetime.timedelta(days=context.round)
    context.env.invalidate_all()
    with context.timed():
        context.env["calendar.event"].with_context(no_mail_to_attendees=True).create({
            "name": "Plain event", "start": start, "stop": start + datetime.timedelta(hours=1),
            "partner_ids": [(6, 0, partner.ids)],
        })
        context.env.flush_all()


PREPARE = {"busy": lambda env: fill(env, BOOKINGS), "old": lambda env: fill(env, 10 * BOOKINGS)}
ROWS = [
    {"name": "free times, one service: p95 with 200,000 bookings", "goal_ms": 150, "statistic": "p95", "rounds": 60,
     "subject": ("busy", search_one)},
    {"name": "free times, three services: p95 with 200,000 bookings", "goal_ms": 400, "statistic": "p95", "rounds": 60,
     "subject": ("busy", search_three)},
    {"name": "free times, one service: 2,000,000 against 200,000", "goal": 1.3,
     "subject": ("old", search_one), "baseline": ("busy", search_one)},
    {"name": "free times, three services: 2,000,000 against 200,000", "goal": 1.3,
     "subject": ("old", search_three), "baseline": ("busy", search_three)},
    {"name": "book among 200,000 bookings, against a plain event", "goal": 1.5,
     "subject": ("busy", create_booking), "baseline": ("busy", create_event)},
]
