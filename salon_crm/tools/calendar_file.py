"""A booking as a file that the calendar of a client's phone takes."""

import re

import pytz

try:
    import vobject
except ImportError:  # as core: mails go without a file then
    vobject = None


def calendar_file(entries, organizer, attendee, made_at, cancelled=False):
    """Return an iCalendar file (RFC 5545, 5546) as bytes, None where the library for it is missing.

    It names the salon and the client, and nobody else; no alarm: the client's own calendar rings as it is set.

    :param list entries: dicts with "uid" (the same for each file about a booking), "sequence" (rises with each),
        "start", "stop" (naive UTC), "summary", and optionally "location" and "description"
    :param organizer: (name, email) of the salon
    :param attendee: (name, email) of the client; None for a file that names nobody, to be taken from a page
    :param datetime made_at: naive UTC
    :param bool cancelled: it takes the entries out of the calendar again
    """
    if not vobject:
        return None
    calendar = vobject.iCalendar()
    # RFC 5546: what goes to nobody by name is published.
    calendar.add("method").value = ("CANCEL" if cancelled else "REQUEST") if attendee else "PUBLISH"
    for entry in entries:
        event = calendar.add("vevent")
        event.add("uid").value = entry["uid"]
        event.add("sequence").value = str(entry["sequence"])
        event.add("dtstamp").value = _aware(made_at)
        event.add("dtstart").value = _aware(entry["start"])
        event.add("dtend").value = _aware(entry["stop"])
        event.add("summary").value = entry["summary"]
        event.add("status").value = "CANCELLED" if cancelled else "CONFIRMED"
        for name in ("location", "description"):
            if entry.get(name):
                event.add(name).value = entry[name]
        if organizer[1]:
            _add_person(event, "organizer", *organizer)
        if attendee:
            person = _add_person(event, "attendee", *attendee)
            # The client asked for it: no mail program needs to ask them whether they come.
            person.params.update(ROLE=["REQ-PARTICIPANT"], PARTSTAT=["ACCEPTED"], RSVP=["FALSE"])
    return calendar.serialize().encode()


def _add_person(event, role, name, email):
    person = event.add(role)
    person.value = f"mailto:{email}"
    if name:
        # What would end the name, or the line, has no place in it.
        person.params["CN"] = [re.sub(r"[\x00-\x1f\x7f]+", " ", name).replace('"', "'")]
    return person


def _aware(moment):
    return pytz.utc.localize(moment)
