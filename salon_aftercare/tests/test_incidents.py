import json
from datetime import timedelta
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.bus.tests.common import BusCase
from odoo.addons.sms.tools.sms_api import SmsApi

from .case_common import ALERT, STEP, CaseCommon

RECOVERY = "salon_aftercare.mail_activity_type_case_recovery"


@tagged("post_install", "-at_install")
class TestIncidents(CaseCommon, BusCase):
    def _report(self, visit, kind="burn", user=None):
        """Press the two buttons; return the incident."""
        visit = visit.with_user(user or self.stylist_user)
        action = visit.action_salon_incident()
        wizard = self.env[action["res_model"]].with_user(visit.env.user).with_context(**action["context"]).create({})
        opened = wizard.with_context(incident_kind=kind).action_report()
        return self.env["salon.case"].with_user(visit.env.user).browse(opened["res_id"])

    def test_two_taps_alert_every_manager_on_every_device(self):
        second = self._second_manager()
        visit = self._open_visit(self.anna)
        self._reset_bus()
        case = self._report(visit, "allergy")
        self.assertEqual((case.kind, case.incident_kind, case.state), ("incident", "allergy", "new"))
        self.assertEqual((case.visit_id, case.partner_id, case.stylist_id), (visit, self.client, self.anna))
        self.assertLess(case.answer_due_at - case.opened_at, timedelta(minutes=5, seconds=1))
        told = self._told()
        self.assertEqual(len(told), 2)
        self.assertEqual({message["payload"]["case_id"] for message in told}, {case.id})
        self.assertNotIn(self.client.name, str(told))
        self.assertEqual(self._activities(case, STEP).user_id, self.manager)
        self.assertEqual(self._activities(case, ALERT).user_id, second)
        self.assertEqual(self.env["sms.sms"].sudo().search_count([("number", "ilike", "9999")]), 1)
        case.with_user(second).action_answer()
        self.assertFalse(self._activities(case, ALERT))

    def test_sms_that_do_not_go_hold_nothing_up_and_the_settings_say_so(self):
        """Without credit, or without an account at all: the alert went, and the queue goes on."""
        settings = self.env["res.config.settings"].create({})
        for number, (answer, why) in enumerate(
            (({"state": "insufficient_credit", "credit": 0}, "Insufficient Credit"), (None, "Server Error"))
        ):

            def contact(api, endpoint, params, answer=answer, why=why):
                if not answer:
                    raise AccessError(why)
                return [
                    {"uuid": one["uuid"], **answer} for message in params["messages"] for one in message["numbers"]
                ]

            visit = self._open_visit(self.anna, client=self._others(number + 1)[number])
            self._reset_bus()
            case = self._report(visit)
            self.assertTrue(self._activities(case, STEP))
            self.assertTrue(self._told())
            texts = self.env["sms.sms"].sudo().search([("state", "=", "outgoing")])
            with patch.object(SmsApi, "_contact_iap", contact):
                texts.send()
            self.assertEqual(set(texts.mapped("state")), {"error"})
            settings.invalidate_recordset()
            self.assertIn(why, settings.salon_sms_trouble)
        settings.salon_case_sms = "off"
        self.assertFalse(settings.salon_sms_trouble)

    def _told(self):
        """Return the alerts that went to screens."""
        self.env.cr.precommit.run()
        messages = [json.loads(row.message) for row in self.env["bus.bus"].sudo().search([])]
        return [message for message in messages if message["type"] == "salon_aftercare.case_alert"]

    def test_tapping_twice_opens_one_incident(self):
        visit = self._open_visit(self.anna)
        self.assertEqual(self._report(visit), self._report(visit))
        self.assertNotEqual(self._report(visit, "cut"), self._report(visit))

    def test_what_to_do_stands_there_in_the_language_of_who_reads_it(self):
        case = self._report(self._open_visit(self.anna), "burn")
        names = case.todo_ids.mapped("name")
        self.assertIn("Cool with lukewarm running water for 10 to 20 minutes. No ice.", names)
        self.assertFalse([name for name in names if "Press" in name], "that is for cuts")
        self.assertEqual(case.todo_left, len(names))
        case.todo_ids[0].is_done = True
        self.assertEqual((case.todo_ids[0].done_by, case.todo_left), (self.stylist_user, len(names) - 1))
        self.assertTrue(case.todo_ids[0].done_at)
        case.todo_ids[0].is_done = False
        self.assertFalse(case.todo_ids[0].done_at or case.todo_ids[0].done_by)

    def test_a_manager_changes_the_list_for_those_to_come(self):
        templates = self.env["salon.case.todo.template"].with_user(self.manager)
        templates.create({"name": "Call Dr. Li", "kind": "incident", "incident_kind": "burn", "sequence": 1})
        case = self._report(self._open_visit(self.anna), "burn")
        self.assertEqual(case.todo_ids[0].name, "Call Dr. Li")

    def test_products_and_batches_of_the_visit_are_noted(self):
        visit = self._open_visit(self.anna)
        tracked = {"type": "consu", "is_storable": True, "tracking": "lot"}
        cream = self.env["product.product"].create({"name": "Cream", **tracked})
        lot = self.env["stock.lot"].create({"name": "B-77", "product_id": cream.id})
        visit.line_ids.used_ids = [(0, 0, {"product_id": cream.id, "lot_id": lot.id})]
        case = self._report(visit)
        self.assertEqual((case.product_ids, case.batch), (cream, "B-77"))

    def test_who_was_hurt_is_called_until_the_case_is_closed(self):
        case = self._report(self._open_visit(self.anna)).with_user(self.manager)
        today = fields.Date.today()
        for number, days in enumerate((1, 2, 4, 7, 7)):
            call = self._activities(case, RECOVERY)
            self.assertEqual(len(call), 1)
            self.assertAlmostEqual((call.date_deadline - today).days, days, delta=1)
            self.assertEqual(case.recovery_calls, number)
            call.with_user(self.manager).action_feedback(feedback="Better")
        self._activities(case, RECOVERY).unlink()
        self._run_cron("case_sweep")
        self.assertEqual(len(self._activities(case, RECOVERY)), 1, "a call that was lost is found again")
        case.write({"answer": "x", "remedy": "apology", "cause_id": self.cause.id, "handling_reached": "yes"})
        case.corrective_action = "Guards"
        case.action_solve()
        self.assertEqual(len(self._activities(case, RECOVERY)), 1)
        case.action_close()
        self.assertFalse(self._activities(case, RECOVERY))
        self._run_cron("case_sweep")
        self.assertFalse(self._activities(case, RECOVERY))

    def test_an_incident_says_which(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self._case("incident", incident_kind=False)

    # Health ------------------------------------------------------------------------------------------------

    def _note_allergy(self, case):
        action = case.action_note_sensitivity()
        substance = self.env["salon.substance"].search([], limit=1)
        sensitivities = self.env["salon.sensitivity"].with_user(case.env.user)
        return sensitivities.with_context(**action["context"]).create({"substance_id": substance.id})

    def test_the_sensitivity_goes_to_the_file_and_is_ticked(self):
        visit = self._done_visit(self.anna)
        case = self._report(visit, "allergy")
        todo = case.todo_ids.filtered(lambda one: one.sudo().template_id.code == "sensitivity")
        self.assertFalse(todo.is_done)
        noted = self._note_allergy(case)
        self.assertEqual((noted.file_id.partner_id, noted.kind), (self.client, "allergy"))
        self.assertTrue(todo.is_done)
        log = self.env["salon.access.log"].sudo().search([("file_id", "=", noted.file_id.id)], limit=1)
        self.assertEqual((log.created_by, log.what), (self.stylist_user.id, "sensitivities"))

    def test_who_may_not_know_of_health_notes_none_by_way_of_a_case(self):
        """Invariant 11."""
        case = self._report(self._done_visit(self.anna), "allergy")
        for user in (self.reception, self.other_stylist_user):
            with self.assertRaises(AccessError):
                self._note_allergy(case.with_user(user))
        noted = self._note_allergy(case)
        with self.assertRaises(AccessError):
            noted.with_user(self.reception).read(["substance_id"])
        shown = case.with_user(self.reception).read()[0]
        self.assertNotIn(noted.sudo().substance_id.name, str(shown))

    def test_a_sensitivity_of_somebody_else_ticks_nothing(self):
        case = self._report(self._done_visit(self.anna), "allergy")
        other = self.env["res.partner"].create({"name": "Other", "is_salon_client": True})
        substance = self.env["salon.substance"].search([], limit=1)
        self.env["salon.sensitivity"].with_context(salon_case_id=case.id).create(
            {"file_id": other.salon_file_ids.id, "substance_id": substance.id}
        )
        self.assertFalse(case.todo_ids.filtered("is_done"))

    def test_a_walk_in_without_a_name_can_be_hurt_too(self):
        visit = self._open_visit(self.anna, partner_id=False)
        case = self._report(visit, "cut")
        self.assertFalse(case.partner_id or self._activities(case, RECOVERY))
        with self.assertRaisesRegex(UserError, "which client"):
            case.action_note_sensitivity()
        case.with_user(self.manager).partner_id = self.client
        self.assertEqual(len(self._activities(case, RECOVERY)), 1)

    def test_a_stylist_reports_for_own_visits_alone(self):
        other = self.env["res.partner"].create({"name": "Stranger"})
        visit = self._open_visit(self.ben, client=other)
        with self.assertRaises(AccessError):
            self._report(visit)
        self.assertTrue(self._report(visit, user=self.reception))
