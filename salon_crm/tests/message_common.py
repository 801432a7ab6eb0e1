from datetime import datetime, timedelta

import vobject
from freezegun import freeze_time

from .common import SalonMailCommon

NOW = datetime(2030, 1, 7, 10)  # a Monday, in the middle of the decent hours


class MessageCommon(SalonMailCommon):
    """A salon on UTC whose client has an email, at ten on a Monday; the clock goes on when a test says so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {
                "email": "hello@salon.example.com",
                "name": "Salon",
                "salon_message_from": 9,
                "salon_message_to": 20,
            }
        )
        cls.company.resource_calendar_id.tz = "UTC"
        cls.client.write({"email": "clara@example.com", "phone": "+8613900000001", "tz": False, "lang": "en_US"})
        cls.dana = cls.env["res.partner"].create({"name": "Dana", "phone": "+8613900000002"})

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self._later()
        self.start = NOW + timedelta(days=7)

    def _book(self, *lines, minutes=0, **values):
        return super()._book(*lines, **{"start": self.start + timedelta(minutes=minutes), **values})

    def _later(self, **delta):
        self.env.flush_all()
        self.clock.tick(timedelta(**delta))
        self.env.cr._now = datetime.now()  # what is written is dated by the transaction, which has begun long ago

    _run = SalonMailCommon._send_messages

    def _told(self, booking, *states):
        """Return (kind, channel, state, reason) of what was planned for a booking."""
        messages = booking.sudo().salon_message_ids.sorted("id")
        return [
            (message.kind, message.channel, message.state, message.reason)
            for message in messages
            if not states or message.state in states
        ]

    def _sent(self, booking):
        return [kind for kind, _channel, _state, _reason in self._told(booking, "sent")]

    def _calendar(self, mail):
        return vobject.readOne(mail.attachment_ids.filtered(lambda file: file.name == "visit.ics").raw.decode())
