"""The sample salon is there, and one can log in to it as every role."""
from datetime import datetime, timedelta

from odoo.tests import TransactionCase, tagged

from sandbox.demo import ROLES


@tagged("post_install", "-at_install")
class TestSampleData(TransactionCase):
    """What `make demo` promises when it is ready."""

    def test_every_role_can_log_in_with_its_login_for_a_password(self):
        """The logins that the demo prints."""
        for login in ROLES:
            with self.subTest(login):
                user = self.env["res.users"].search([("login", "=", login)])
                self.assertTrue(user, f"there is no login {login}")
                user.with_user(user)._check_credentials(
                    {"type": "password", "login": login, "password": login}, {"interactive": False})

    def test_the_calendar_is_not_empty(self):
        """Bookings are dated relative to today."""
        day = datetime.now()
        bookings = self.env["calendar.event"].search_count([
            ("is_salon_booking", "=", True), ("start", ">", day - timedelta(days=3)),
            ("start", "<", day + timedelta(days=7))])
        self.assertGreater(bookings, 10)
