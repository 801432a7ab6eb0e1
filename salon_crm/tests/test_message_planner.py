from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .message_common import MessageCommon


@tagged("post_install", "-at_install")
class TestPlanner(MessageCommon):
    """Twice and at once."""

    def test_two_planners_who_saw_the_same_write_it_once(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        messages = self.env["salon.message"]
        [found] = messages._find_news(self.company, booking)
        rows = messages._prepare_news(self.company, found, fields.Datetime.now(), False)
        self.assertEqual(len(messages._insert(rows)), 1)
        self.assertFalse(messages._insert(rows))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            booking.salon_message_ids.copy()
            self.env.flush_all()

    def test_what_died_on_its_way_is_perhaps_sent_and_a_manager_decides(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        message = booking.salon_message_ids
        message.write({"state": "sending", "sending_at": fields.Datetime.now(), "sent_at": False})
        message.mail_id.state = "exception"
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual(message.state, "sending")
        self._later(minutes=10)
        self.assertFalse(self._run())
        self.assertEqual(message.state, "unsure")
        message.with_user(self.manager).action_send_again()
        with self.mock_mail_gateway(), self.enter_registry_test_mode(), self.registry.cursor() as cr:
            self.env(cr=cr)["salon.message"]._cron_messages()
        self.env.invalidate_all()
        self.assertEqual((message.state, len(self._mails)), ("sent", 1))

    def test_what_is_not_true_any_more_is_not_sent_again(self):
        booking = self._book((self.cut, self.anna))
        self._later(minutes=10)
        self._run()
        booking.salon_message_ids.state = "unsure"
        booking.start += timedelta(hours=1)
        with self.assertRaisesRegex(UserError, "has changed since"):
            booking.salon_message_ids.with_user(self.manager).action_send_again()

    def test_a_planner_that_fails_for_one_salon_serves_the_others(self):
        other = self.env["res.company"].create({"name": "Second Salon", "email": "second@example.com"})
        self.env.user.company_ids |= other
        stylist = self.env["hr.employee"].create(
            {"name": "Cleo", "is_salon_stylist": True, "resource_calendar_id": False, "company_id": other.id}
        )
        self.company.resource_calendar_id.tz = "UTC"
        broken = self._book((self.cut, self.anna))
        booking = self._book((self.cut, stylist), company_id=other.id)
        self._later(minutes=10)
        plan = type(self.env["salon.message"])._plan_news

        def failing(messages, company, bookings=None):
            if company == self.company:
                raise ZeroDivisionError
            return plan(messages, company, bookings)

        with patch.object(type(self.env["salon.message"]), "_plan_news", failing):
            self._run(errors=1)
        self.assertEqual((self._sent(broken), self._sent(booking)), ([], ["confirmation"]))
