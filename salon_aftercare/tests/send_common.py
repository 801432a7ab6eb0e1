from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.addons.mail.tests.common import MockEmail

from .common import AftercareCommon

NOW = datetime(2030, 1, 8, 10)  # a Tuesday


class SendCommon(AftercareCommon, MockEmail):
    """A salon that writes to its clients a day after the visit, at ten on a Tuesday; a test lets the clock go on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"name": "Salon", "email": "hello@salon.example.com", "salon_online_booking": True})
        cls.company.write({"salon_message_from": 9, "salon_message_to": 20})
        cls.company.resource_calendar_id.tz = "UTC"
        cls.client.write(
            {
                "name": "Clara",
                "email": "clara@example.com",
                "phone": "+8613900000001",
                "is_salon_client": True,
                "lang": "en_US",
                "tz": False,
            }
        )
        cls.file = cls.client.salon_file_ids
        cls.step.write(
            {
                "channel": "email",
                "delay": 0,
                "window_hours": 72,
                "subject": "How is it, {{client}}?",
                "script": "Dear {{client}},\n\n{{stylist}} did {{services}} on you. <b>Well?</b>\n\n{{salon}}",
                "since": NOW - timedelta(days=30),
            }
        )
        cls.followups = cls.env["salon.followup"]

    def setUp(self):
        super().setUp()
        clock = freeze_time(NOW)
        self.clock = clock.start()
        self.addCleanup(clock.stop)
        self._later()

    def _later(self, **delta):
        self.env.flush_all()
        self.clock.tick(timedelta(**delta))
        self.env.cr._now = datetime.now()

    def _due(self, channel="email", marketing=False, **values):
        """Return a follow-up that has just passed the gate; of an offer, to which the client agreed."""
        self.step.channel = channel
        self.step.plan_id.is_marketing = marketing
        if marketing:
            for name in ("call", channel):
                self.file._set_contact_choice("marketing", name, True)
        followup = self._followup(**values)
        followup._gate()
        self.assertEqual(followup.state, "due", followup.why)
        return followup

    def _send(self):
        """Send what is due, as the cron does; return the mails and SMS that were made."""
        self._new_sms = self.env["sms.sms"]
        before = self.env["sms.sms"].search([])
        with (
            self.assertNoLogs(level="ERROR"),
            self.mock_mail_gateway(),
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
        ):
            self.env(cr=cr)["salon.followup"]._cron_send()
        self.env.invalidate_all()
        self._new_sms = self.env["sms.sms"].search([]) - before
        return self._new_mails

    def _gateway(self, channel, method):
        """Have a method of an addon send on a channel, as `_send_<channel>`."""
        model = self.env.registry["salon.followup"]
        name = f"_send_{channel}"
        own = model.__dict__.get(name)
        setattr(model, name, method)
        self.addCleanup(lambda: setattr(model, name, own) if own else delattr(model, name))
