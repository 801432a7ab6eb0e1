import re

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import AftercareCommon


@tagged("post_install", "-at_install")
class TestClosing(AftercareCommon):
    def test_done_asks_for_the_result_first(self):
        followup = self._followup()
        action = followup.action_done()
        self.assertEqual((action["target"], action["res_id"], followup.state), ("new", followup.id, "planned"))

    def test_done_keeps_who_and_when(self):
        followup = self._followup().with_user(self.stylist_user)
        followup.write({"reached": "yes", "rating": "4", "said": "All well"})
        self.assertFalse(followup.action_done())
        self.assertEqual((followup.state, followup.done_by), ("done", self.stylist_user))
        self.assertTrue(followup.done_at)

    def test_skip_asks_why_and_keeps_the_reason(self):
        followup = self._followup().with_user(self.stylist_user)
        self.assertEqual(followup.action_skip()["target"], "new")
        followup.reason = "Does not want calls"
        followup.action_skip()
        self.assertEqual(followup.state, "skipped")
        self.assertIn("Does not want calls", followup.message_ids[:1].body)

    def test_cancel_takes_back_what_should_not_have_been_planned(self):
        followup = self._followup()
        followup.action_cancel()
        self.assertEqual((followup.state, followup.reason), ("cancelled", "Cancelled by hand."))

    def test_what_is_closed_stays_closed(self):
        followup = self._followup()
        followup.action_cancel()
        followup.reached = "yes"
        with self.assertRaisesRegex(UserError, "closed"):
            followup.action_done()
        self.assertEqual(followup.state, "cancelled")

    def test_of_two_people_in_one_contact_the_first_is_right(self):
        followup = self._followup()
        first, second = followup.with_user(self.stylist_user), followup.with_user(self.manager)
        first.write({"reached": "yes", "rating": "2", "said": "Too short"})
        first.action_done()
        with self.assertRaisesRegex(UserError, re.escape(f"{self.stylist_user.name} closed this contact")):
            second.write({"reached": "no", "said": "Nobody there"})
        for button in (second.action_done, second.action_skip):
            with self.assertRaisesRegex(UserError, "closed this contact"):
                button()
        self.assertEqual((followup.reached, followup.said, followup.done_by), ("yes", "Too short", self.stylist_user))
        second.write({"said": "Too short"})  # the same once more
        self.assertEqual(followup.state, "done")

    def test_what_was_said_can_be_corrected(self):
        followup = self._followup().with_user(self.stylist_user)
        followup.write({"reached": "yes", "rating": "2"})
        followup.action_done()
        followup.with_context(**followup.action_correct()["context"]).said = "Too long"
        self.assertEqual((followup.said, followup.state), ("Too long", "done"))

    def test_the_database_refuses_a_skip_without_a_reason(self):
        followup = self._followup()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            followup.state = "skipped"
            followup.flush_recordset()

    def test_the_database_refuses_done_without_a_time(self):
        followup = self._followup()
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            followup.state = "done"
            followup.flush_recordset()

    def test_what_was_done_at_the_visit_is_shown(self):
        followup = self._followup(self.anna, self.ben).with_user(self.stylist_user)
        self.assertEqual((followup.services, followup.performers), ("Cut", "Anna, Ben"))

    def test_names_stand_apart_in_chinese_too(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        followup = self._followup(self.anna, self.ben).with_context(lang="zh_CN")
        self.assertEqual(followup.performers, "Anna, Ben")

    def test_overdue_is_found_by_its_filter(self):
        late, early = self._followup(hours_ago=50), self._followup(hours_ago=30)
        self.assertEqual((late.is_overdue, early.is_overdue), (True, False))
        found = self.env["salon.followup"].search([("is_overdue", "=", True), ("id", "in", (late | early).ids)])
        self.assertEqual(found, late)
        late.action_cancel()
        self.assertFalse(late.is_overdue)
