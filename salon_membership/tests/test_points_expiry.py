import smtplib
from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.mail.tests.common import MailCase

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestPointsExpiry(MembershipCommon, MailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold.write({"discount": 0, "product_discount": 0, "points_factor": 1})
        cls.program = cls.membership.card_id.program_id
        cls.env.company.resource_calendar_id.tz = "UTC"

    def _lot(self, points, earned_at):
        """Give the member a lot of that time, as a merge or an import would; return it."""
        lot = self.membership._new_lot(datetime.fromisoformat(earned_at))
        self.membership._show_on_card(lot._book(points, "adjust"))
        return lot

    def _expire(self, day):
        self.env.flush_all()
        with freeze_time(day), self.enter_registry_test_mode():
            self.env.ref("salon_membership.cron_points_expire").method_direct_trigger()
        self.env.invalidate_all()

    def _tell(self, day):
        with freeze_time(day), self.enter_registry_test_mode(), self.mock_mail_gateway():
            self.env.ref("salon_membership.cron_points_notice").method_direct_trigger()
        self.env.invalidate_all()
        return self._new_mails.sudo()

    # When points end --------------------------------------------------------------------------------

    def test_points_end_on_the_clearing_day_when_they_are_old_enough(self):
        for earned_on, keep, ends in (
            (date(2026, 1, 1), 12, date(2027, 12, 31)),
            (date(2026, 12, 31), 12, date(2027, 12, 31)),
            (date(2026, 6, 1), 0, date(2026, 12, 31)),
            (date(2026, 12, 31), 0, date(2026, 12, 31)),
            (date(2026, 10, 1), 3, date(2027, 12, 31)),
            (date(2026, 9, 30), 3, date(2026, 12, 31)),
        ):
            with self.subTest(earned_on=earned_on, keep=keep):
                self.program.salon_clearing_keep = keep
                self.assertEqual(self.program._salon_expires_on(earned_on), ends)

    def test_a_clearing_day_that_a_month_lacks_is_its_last_day(self):
        self.program.write({"salon_clearing_month": "2", "salon_clearing_day": 29, "salon_clearing_keep": 0})
        self.assertEqual(self.program._salon_expires_on(date(2027, 1, 5)), date(2027, 2, 28))
        self.assertEqual(self.program._salon_expires_on(date(2027, 3, 5)), date(2028, 2, 29))

    def test_points_end_by_their_age(self):
        self.program.write({"salon_expiry": "age", "salon_expiry_months": 6})
        self.assertEqual(self.program._salon_expires_on(date(2026, 8, 31)), date(2027, 2, 28))

    def test_points_never_end(self):
        self.program.salon_expiry = "never"
        self._sell((self.cut, 1))
        self.assertFalse(self.membership.lot_ids.expires_on)
        self._expire("2099-01-01")
        self._assert_ledger(self.membership, 100)

    def test_the_day_of_the_salon_counts(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.program.write({"salon_expiry": "age", "salon_expiry_months": 1})
        self.assertEqual(self._lot(5, "2026-03-31 20:00:00").expires_on, date(2026, 5, 1))

    # The end ----------------------------------------------------------------------------------------

    def test_points_end_after_their_last_day_and_everything_shows_it(self):
        self.program.salon_clearing_keep = 0
        old, young = self._lot(300, "2026-05-01 10:00:00"), self._lot(200, "2027-01-01 10:00:00")
        self._expire("2026-12-31 20:00:00")
        self._assert_ledger(self.membership, 300, 200)
        self._expire("2027-01-01 10:00:00")
        self._assert_ledger(self.membership, 300, 200, -300)
        self.assertEqual([old.remaining, young.remaining], [0, 200])
        self.assertEqual(self._moves()[-1].kind, "expire")
        self._expire("2027-01-01 10:00:00")
        self._assert_ledger(self.membership, 300, 200, -300)

    def test_what_an_order_holds_ends_when_it_is_given_up(self):
        self.program.salon_clearing_keep = 0
        self._lot(300, "2026-05-01 10:00:00")
        self.open_new_session()
        with freeze_time("2026-12-31 23:50:00"):
            self._hold(100, "one")
        self._expire("2027-01-01 00:05:00")
        self._assert_ledger(self.membership, 300)
        self._expire("2027-01-02 00:05:00")
        self.membership.sudo().hold_ids.unlink()
        self._assert_ledger(self.membership, 300, -300)

    def test_it_stops_at_any_moment_and_goes_on(self):
        self.program.salon_clearing_keep = 0
        for month in range(1, 8):
            self._lot(month, f"2026-0{month}-01 10:00:00")
        after = (date.min, 0)
        lots = self.env["salon.points.lot"]
        done, after = lots._expire_some(self.env.company, date(2027, 1, 1), after, limit=3)
        self.assertEqual(done, 3)
        done, after = lots._expire_some(self.env.company, date(2027, 1, 1), after, limit=3)
        self.env.invalidate_all()
        self._assert_ledger(self.membership, *range(1, 8), *range(-1, -7, -1))
        self._expire("2027-01-01")
        self._assert_ledger(self.membership, *range(1, 8), *range(-1, -8, -1))

    def test_what_is_given_back_after_its_day_ends_with_the_next_run(self):
        self.program.write({"salon_clearing_keep": 0, "salon_points_for_one": 1})
        lot = self._lot(50, "2026-05-01 10:00:00")
        order = self._sell((self.cut, 1), self._points_line(50))
        self._expire("2027-01-01")
        self._refund(order)
        self.assertEqual(lot.remaining, 50)
        self._expire("2027-01-02")
        self.assertEqual(lot.remaining, 0)
        # What the order earned ended too: it can't be taken back, but it was not spent either, and is not owed.
        self._assert_ledger(self.membership, 50, -50, 50, -50, 50, -50)
        self.assertFalse(self.membership.debt_ids)

    def test_points_of_before_end_by_the_settings_of_now_but_not_without_notice(self):
        self.program.salon_expiry = "never"
        old, young = self._lot(300, "2020-05-01 10:00:00"), self._lot(200, "2026-01-01 10:00:00")
        self.assertFalse(old.expires_on)
        self.program.write({"salon_expiry": "age", "salon_expiry_months": 12, "salon_notice_days": 30})
        manager = new_test_user(self.env, "boss", "base.group_user,salon_crm.group_salon_manager")
        with self.assertRaises(AccessError):
            self.program.with_user(self.till).sudo(False).action_salon_apply_expiry()
        with freeze_time("2026-02-01 10:00:00"):
            self.program.with_user(manager).action_salon_apply_expiry()
        self.assertEqual([old.expires_on, young.expires_on], [date(2026, 3, 3), date(2027, 1, 1)])

    # The notice -------------------------------------------------------------------------------------

    def test_members_are_told_once_before_points_end(self):
        self.program.salon_clearing_keep = 0
        self.client.email = "clara@example.com"
        self._lot(300, "2026-05-01 10:00:00")
        self._lot(200, "2027-01-01 10:00:00")
        self.assertEqual((self.membership.points_ending, self.membership.points_ending_on), (300, date(2026, 12, 31)))
        self.assertFalse(self._tell("2026-11-30 10:00:00"))
        mail = self._tell("2026-12-01 10:00:00")
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertIn("300", mail.body_html)
        self.assertNotIn("200 points", " ".join(mail.body_html.split()))
        self.assertFalse(self._tell("2026-12-02 10:00:00"))
        self.assertTrue(self._tell("2027-12-02 10:00:00"))

    def test_who_has_no_address_or_no_points_is_not_written_to(self):
        self.program.salon_clearing_keep = 0
        self.client.email = False
        lot = self._lot(300, "2026-05-01 10:00:00")
        self.assertFalse(self._tell("2026-12-01 10:00:00"))
        self.client.email = "clara@example.com"
        lot._book(-300, "adjust")
        self.assertFalse(self._tell("2026-12-01 10:00:00"))

    def test_a_notice_that_a_server_refuses_goes_again_and_holds_up_no_other(self):
        self.program.salon_clearing_keep = 0
        self.client.email = "clara@example.com"
        self.guest.email = "greta@example.com"
        self._lot(300, "2026-05-01 10:00:00")
        theirs = self.env["salon.membership"]._enrol(self.guest, self.gold)
        theirs._show_on_card(theirs._new_lot(datetime(2026, 5, 1, 10))._book(50, "adjust"))
        notices, tried = self.env.registry["salon.points.notice"], []

        def refuse(notice):
            tried.append(notice.partner_id)
            if notice.partner_id == self.client and tried.count(self.client) < 2:
                raise smtplib.SMTPDataError(451, b"Come back later")
            return True

        self.patch(notices, "_send_email", refuse)
        self._tell("2026-12-01 10:00:00")
        mine, other = (self.env["salon.points.notice"].search([("membership_id", "=", member.id)])
                       for member in (self.membership, theirs))  # fmt: skip
        self.assertEqual((mine.state, other.state), ("retry", "sent"))
        self.assertIn("451", mine.why)
        self._tell("2026-12-01 10:04:00")
        self._tell("2026-12-01 10:06:00")
        self.assertEqual((mine.state, tried.count(self.client), tried.count(self.guest)), ("sent", 2, 1))

    def test_a_notice_waits_for_the_morning_and_points_that_are_used_meanwhile_need_none(self):
        self.program.salon_clearing_keep = 0
        self.client.write({"email": "clara@example.com", "tz": "UTC"})
        lot = self._lot(300, "2026-05-01 10:00:00")
        self.assertFalse(self._tell("2026-12-01 03:00:00"))
        notice = self.env["salon.points.notice"].search([("membership_id", "=", self.membership.id)])
        self.assertEqual(notice.state, "planned")
        lot._book(-300, "adjust")
        self.assertFalse(self._tell("2026-12-01 12:00:00"))
        self.assertEqual(notice.state, "no")
