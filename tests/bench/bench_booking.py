"""A booking against a plain calendar event of stock Odoo: lines, blocks and rules included."""
import datetime

START = datetime.datetime(2030, 1, 1, 9)


def create_event(context):
    """Create a plain event of half an hour, as stock Odoo does, with one attendee."""
    start = START + datetime.timedelta(days=context.round)
    values = {
        "name": "Plain event", "start": start, "stop": start + datetime.timedelta(minutes=30),
        "partner_ids": [(6, 0, context.env.ref("base.user_admin").partner_id.ids)],
    }
    context.env.invalidate_all()  # as a request finds it, on both sides
    with context.timed():
        context.env["calendar.event"].with_context(no_mail_to_attendees=True).create(values)
        context.env.flush_all()


def make_salon(env):
    """Make what is booked: a salon is there before its bookings. Return the ids."""
    service = env["product.product"].create(
        {"name": "Cut", "type": "service", "is_salon_service": True, "salon_active_minutes": 30})
    hours = env["resource.calendar"].create({"name": "Every day", "tz": "UTC", "attendance_ids": [
        (0, 0, {"name": "Work", "dayofweek": str(day), "hour_from": 8, "hour_to": 20}) for day in range(7)]})
    stylist = env["hr.employee"].create(
        {"name": "Stylist", "is_salon_stylist": True, "resource_calendar_id": hours.id})
    station = env["salon.station"].create({"name": "Chair", "kind": "chair"})
    client = env["res.partner"].create({"name": "Client", "is_salon_client": True})
    env.cr.commit()
    return {"service": service.id, "stylist": stylist.id, "station": station.id, "client": client.id}


def create_booking(context):
    """Create a booking with one service, stylist and station."""
    env, ids = context.env, context.facts
    env.invalidate_all()
    line = {"product_id": ids["service"], "stylist_id": ids["stylist"], "station_id": ids["station"]}
    values = {
        "is_salon_booking": True, "salon_client_id": ids["client"],
        "start": START + datetime.timedelta(days=context.round), "salon_line_ids": [(0, 0, line)],
    }
    with context.timed():
        env["calendar.event"].create(values)
        env.flush_all()


PREPARE = {"with": make_salon}
ROWS = [
    {"name": "create a booking with one service", "goal": 1.5,
     "subject": ("with", create_booking), "baseline": ("without", create_event)},
]
