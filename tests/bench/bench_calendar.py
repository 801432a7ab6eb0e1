"""Core's calendar with and without the addons: plain events must not pay for the salon."""
import datetime


def create_event(context):
    """Create a plain event of one hour with one attendee."""
    partner = context.env.ref("base.user_admin").partner_id
    start = datetime.datetime(2030, 1, 1, 9) + datetime.timedelta(days=context.round)
    context.env.invalidate_all()  # as a request finds it
    with context.timed():
        context.env["calendar.event"].with_context(no_mail_to_attendees=True).create({
            "name": "Plain event", "start": start, "stop": start + datetime.timedelta(hours=1),
            "partner_ids": [(6, 0, partner.ids)],
        })


def move_event(context):
    """Move a plain event by a day."""
    start = datetime.datetime(2030, 1, 1, 9) + datetime.timedelta(days=context.round)
    event = context.env["calendar.event"].with_context(no_mail_to_attendees=True).create({
        "name": "Plain event", "start": start, "stop": start + datetime.timedelta(hours=1)})
    context.env.invalidate_all()
    with context.timed():
        event.write({"start": start + datetime.timedelta(days=1), "stop": start + datetime.timedelta(days=1, hours=1)})


ROWS = [
    {"name": "create a plain calendar event", "goal": 1.1,
     "subject": ("with", create_event), "baseline": ("without", create_event)},
    {"name": "move a plain calendar event", "goal": 1.1,
     "subject": ("with", move_event), "baseline": ("without", move_event)},
]
