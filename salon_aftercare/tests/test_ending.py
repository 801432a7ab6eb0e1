from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import format_date

from odoo.addons.salon_crm.tools.client_date import ClientDate

from .common import AftercareCommon

KEPT = "salon.client.date"


@tagged("post_install", "-at_install")
class TestEnding(AftercareCommon):
    """What some other addon keeps of clients, here their events, as if these were what ends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.step.plan_id.active = False
        cls.client._make_salon_clients()
        cls.file = cls.client.salon_file_ids
        kept = type(cls.env[KEPT])
        cls.dates = {
            "voucher": ClientDate("A voucher ends", "salon.client.event", "date", "file_id.partner_id",
                                  (("name", "!=", "Used"),))
        }  # fmt: skip
        cls.told = cls.env["salon.client.event"]
        cls.startClassPatcher(patch.object(kept, "_dates", lambda model: cls.dates))
        cls.startClassPatcher(patch.object(kept, "_say", lambda model, key, record: f"{key} {record.name}"))
        cls.startClassPatcher(patch.object(kept, "_find_told", lambda model, key, records: records & cls.told))
        cls.plan = cls.env["salon.followup.plan"].create(
            {
                "name": "Before a voucher ends",
                "trigger": "date",
                "date_source": "voucher",
                "step_ids": [(0, 0, {"name": "A week before", "delay": -7, "delay_unit": "days", "channel": "call",
                                     "script": "{{what}} ends on {{date}}"})],
            }
        )  # fmt: skip

    def _thing(self, days, name="Cut"):
        day = fields.Date.today() + timedelta(days=days)
        return self.env["salon.client.event"].create({"file_id": self.file.id, "name": name, "date": day})

    def _planned(self):
        self._run_cron("sweep")
        return self.env["salon.followup"].search([("plan_id", "=", self.plan.id)], order="id")

    def _come_due(self, followup):
        followup.due_at = fields.Datetime.now() - timedelta(minutes=1)
        self._run_cron("due")

    def test_what_another_addon_keeps_is_chosen_by_its_name_and_planned_before_its_end(self):
        thing = self._thing(9)
        followup = self._planned()
        self.assertEqual((followup.partner_id, followup.origin_id), (self.client, thing.id))
        self.assertEqual(followup.due_at.date(), thing.date - timedelta(days=7))
        self.assertIn(("voucher", "A voucher ends"), self.plan._fields["date_source"]._description_selection(self.env))

    def test_it_says_what_ends_and_when(self):
        thing = self._thing(9)
        self.assertEqual(self._planned().script, f"voucher Cut ends on {format_date(self.env, thing.date)}")

    def test_what_ends_on_one_day_is_one_contact_whichever_of_it_is_used_first(self):
        first, _second = self._thing(9), self._thing(9, "Colour")
        self._thing(10)
        followups = self._planned()
        self.assertEqual(len(followups), 2)
        # The first is used: the second still ends.
        first.name = "Used"
        self._come_due(followups[0])
        self.assertEqual(followups[0].state, "due")
        self.assertEqual(len(self._planned()), 2)

    def test_nobody_is_contacted_about_what_was_used(self):
        thing = self._thing(9)
        followup = self._planned()
        thing.name = "Used"
        self._come_due(followup)
        self.assertEqual(followup.skip_code, "gone")

    def test_who_gets_a_letter_of_it_anyway_gets_no_message_but_a_call(self):
        self.client.email = "clara@example.com"
        self.file._set_contact_choice("care", "email", True)
        called = self._thing(9)
        self.plan.step_ids.copy({"channel": "email", "plan_id": self.plan.id, "name": "Write"})
        call, mail = self._planned().sorted(lambda one: one.channel)
        with patch.object(type(self), "told", called):
            self._come_due(call | mail)
        self.assertEqual((call.state, call.channel), ("due", "call"))
        self.assertEqual((mail.state, mail.skip_code), ("skipped", "told"))

    def test_a_plan_rests_while_the_addon_that_keeps_it_is_gone(self):
        self._thing(9)
        ready = self.env["salon.followup.plan"].with_context(active_test=False)
        with patch.object(type(self), "dates", {}):
            self.plan.invalidate_recordset()
            self.assertFalse(self.plan.is_known)
            self.assertNotIn(self.plan, ready.search([("is_known", "=", True)]))
            self.assertFalse(self._planned())
            self.plan.name = "It can be renamed"
        self.assertIn(self.plan, ready.search([("is_known", "=", True)]))
        self.assertTrue(self._planned())

    def test_without_a_name_the_records_are_chosen(self):
        with self.assertRaisesRegex(ValidationError, "Choose the records"):
            self.plan.date_source = False

    def test_plans_that_are_off_are_switched_on_from_the_list(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_aftercare.salon_followup_plan_action")
        self.assertEqual(action["context"], "{'active_test': False}")
        off = self.env.ref("salon_aftercare.salon_followup_plan_tips_fine").with_user(self.manager)
        self.assertFalse(off.active)
        off.action_switch_on()
        self.assertTrue(off.active)
        self.assertTrue(off.note and off.step_ids.script)
        off.action_switch_off()
        self.assertFalse(off.active)
