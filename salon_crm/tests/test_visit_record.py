from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import SalonCommon


class DemandsCommon(SalonCommon):
    def _demand(self, service, *codes):
        """Have a service demand what these codes name of the record of its visit."""
        service.salon_mandatory_ids = self.env["salon.visit.field"].search([("code", "in", codes)])

    def _arrived(self, *lines):
        booking = self._book(*lines or [(self.colour, self.anna, self.chair)])
        booking.with_user(self.reception).action_salon_arrive()
        return booking.salon_visit_ids


@tagged("post_install", "-at_install")
class TestVisitRecord(DemandsCommon):
    def test_a_visit_is_not_closed_while_something_is_missing_that_a_service_demands(self):
        fields_ = self.env["salon.visit.field"].search([])
        self.colour.salon_mandatory_ids = fields_
        visit = self._arrived((self.colour, self.anna), (self.cut, self.anna)).with_user(self.stylist_user)
        names = (
            "Formula (Colour), Products Used (Colour), Client's Reaction, Advice for Home, Diagnosis,"
            " Next Visit Recommended"
        )
        self.assertEqual(visit.missing, names)
        for close in (visit.action_done, visit.event_id.action_salon_done):
            with self.assertRaisesRegex(UserError, r"can't be closed yet. Still missing: Formula \(Colour\), Products"):
                close()
        line = visit.line_ids.filtered(lambda line: line.product_id == self.colour)
        line.formula_save([{"components": [{"shade": "6/7", "target_grams": 30}]}])
        tube = self.env["product.product"].create({"name": "Mask", "type": "consu"})
        line.used_ids = [Command.create({"product_id": tube.id})]
        visit.write({"reaction": "Happy", "home_advice": "Colour shampoo"})
        visit.diagnosis_ids = [Command.create({"kind": "hair"})]
        self.assertEqual(visit.missing, "Next Visit Recommended")
        visit.next_weeks = 6
        self.assertFalse(visit.missing)
        visit.action_done()
        self.assertEqual((visit.state, visit.event_id.salon_state), ("done", "done"))

    def test_blanks_are_no_record(self):
        self._demand(self.colour, "reaction")
        visit = self._arrived()
        visit.reaction = "  \n"
        with self.assertRaisesRegex(UserError, "Client's Reaction"):
            visit.action_done()

    def test_weeks_say_the_day_and_a_chosen_day_stays(self):
        visit = self.env["salon.visit"].create({"partner_id": self.client.id})
        day = visit._local_day()
        with Form(visit) as form:
            form.next_weeks = 6
            self.assertEqual(form.next_on, day + timedelta(weeks=6))
            form.next_on = day + timedelta(days=40)
        self.assertEqual((visit.next_on, visit.next_weeks), (day + timedelta(days=40), 6))
        with self.assertRaisesRegex(ValidationError, "can't be before this one"):
            visit.next_on = day - timedelta(days=1)

    def test_the_next_visit_is_proposed_for_the_day_that_the_last_one_recommends(self):
        self.colour.salon_interval_days = 42
        bookings = self.env["calendar.event"]
        today = fields.Date.today()

        def due(service):
            lines = [{"product_id": service.id}]
            return bookings._salon_next_due(self.client, self.env.company, lines)

        visit = self._arrived()
        self.assertLessEqual(abs((due(self.colour) - today).days - 42), 1)
        visit.next_on = today + timedelta(days=70)
        self.assertEqual(due(self.colour), today + timedelta(days=70))
        self.assertNotEqual(due(self.facial), today + timedelta(days=70), "it was said of another service")
        action = visit.action_book_next()
        proposed = fields.Datetime.to_datetime(action["context"]["default_start"]).date()
        self.assertLessEqual(abs((proposed - today).days - 70), 3)

    def test_how_long_a_service_took(self):
        visit = self._arrived((self.colour, self.anna), (self.cut, self.anna))
        visit.event_id.action_salon_start()
        first, second = visit.line_ids
        self.assertTrue(first.started_at)
        self.assertFalse(second.started_at)
        first.started_at -= timedelta(minutes=50)
        first.action_finish()
        self.assertEqual(first.took_minutes, 50)
        with self.assertRaisesRegex(UserError, "has not begun"):
            second.action_finish()
        second.action_begin()
        visit.action_done()
        self.assertTrue(second.finished_at, "closing ends what was begun")
        with self.assertRaises(CheckViolation), self.env.cr.savepoint(), self.assertLogs("odoo.sql_db", "ERROR"):
            second.finished_at = second.started_at - timedelta(minutes=1)
            self.env.flush_all()

    def test_products_used_are_locked_with_the_visit(self):
        visit = self._arrived()
        mask = self.env["product.product"].create({"name": "Mask", "type": "consu"})
        used = self.env["salon.visit.product"].create({"line_id": visit.line_ids.id, "product_id": mask.id})
        visit.action_done()
        visit.locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "correction period is over"):
            used.quantity = 2
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(f"DELETE FROM salon_visit_product WHERE id = {used.id}", log_exceptions=False)


@tagged("post_install", "-at_install")
class TestVisitRecordAtTheTill(DemandsCommon, TestPoSCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.write({"use_pricelist": False})

    def _pay(self, visit):
        self.open_new_session()
        self.pos_session = self.config.current_session_id
        lines = [{"product": line.product_id, "quantity": 1} for line in visit.line_ids]
        data = self.create_ui_order_data(lines, customer=visit.partner_id)
        data["salon_visit_id"] = visit.id
        result = self.env["pos.order"].sync_from_ui([data])
        return self.env["pos.order"].browse(result["pos.order"][0]["id"])

    def test_a_paid_order_is_never_lost_over_an_incomplete_record(self):
        self._demand(self.colour, "formula", "reaction")
        visit = self._arrived()
        order = self._pay(visit)
        self.assertEqual((order.state, order.salon_visit_id, visit.state), ("paid", visit, "open"))
        self.assertTrue(visit.line_ids.is_paid)
        self.assertEqual(visit.missing, "Formula (Colour), Client's Reaction")
        visit.line_ids.formula_save([{"components": [{"shade": "6/7"}]}])
        visit.reaction = "Happy"
        visit.with_user(self.stylist_user).action_done()
        self.assertEqual((visit.state, visit.event_id.salon_state), ("done", "done"))

    def test_a_complete_record_closes_with_the_payment(self):
        self._demand(self.colour, "reaction")
        visit = self._arrived()
        visit.reaction = "Happy"
        self._pay(visit)
        self.assertEqual(visit.state, "done")


@tagged("post_install", "-at_install")
class TestVisitRecordTours(DemandsCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_stylist_is_told_what_is_missing_and_closes_the_visit(self):
        self._demand(self.colour, "advice", "next_visit")
        visit = self.env["salon.visit"].create(
            {
                "partner_id": self.client.id,
                "line_ids": [
                    Command.create(
                        {
                            "product_id": self.colour.id,
                            "performer_ids": [Command.create({"employee_id": self.anna.id})],
                        }
                    )
                ],
            }
        )
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_visit_lacks_record", login="salon_stylist")
        self.assertEqual((visit.state, visit.result, visit.home_advice), ("done", "as_wished", "Colour shampoo"))
        self.assertEqual(visit.next_weeks, 6)
        self.assertTrue(visit.line_ids.finished_at)
