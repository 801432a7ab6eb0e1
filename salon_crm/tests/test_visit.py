from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestVisit(SalonCommon):
    def _arrived(self, *lines):
        booking = self._book(*lines or [(self.cut, self.anna, self.chair)])
        booking.with_user(self.reception).action_salon_arrive()
        return booking.salon_visit_ids

    def test_arrival_opens_the_visit_with_what_is_booked(self):
        booking = self._book((self.cut, self.anna, self.chair), (self.facial, self.ben))
        booking.salon_line_ids[1].assignment = "asked"
        action = booking.with_user(self.reception).action_salon_arrive()
        visit = booking.salon_visit_ids
        self.assertEqual((action["res_model"], action["res_id"]), ("salon.visit", visit.id))
        self.assertEqual((visit.state, visit.partner_id, booking.salon_state), ("open", self.client, "arrived"))
        self.assertEqual(visit.line_ids.product_id, self.cut | self.facial)
        performers = visit.line_ids.performer_ids
        self.assertEqual(performers.employee_id, self.anna | self.ben)
        self.assertEqual(performers.mapped("share"), [100, 100])
        self.assertEqual(performers.mapped("assignment"), ["assigned", "asked"])

    def test_arriving_twice_makes_one_visit(self):
        visit = self._arrived()
        visit.event_id.action_salon_start()
        visit.event_id.action_salon_arrive()
        self.assertEqual(visit.event_id.salon_visit_ids, visit)

    def test_stylist_and_assistant_share_a_service(self):
        visit = self._arrived().with_user(self.stylist_user)
        with Form(visit) as form, form.line_ids.edit(0) as line:
            with line.performer_ids.edit(0) as performer:
                performer.share = 80
            with line.performer_ids.new() as performer:
                performer.employee_id = self.ben
                performer.part = "assistant"
                performer.share = 20
        self.assertEqual(visit.line_ids.performer_names, "Anna 80 %, Ben 20 %")
        self.assertEqual(visit.performer_names, "Anna, Ben")
        with self.assertRaisesRegex(ValidationError, "add up to 120 %"):
            visit.line_ids.write({"performer_ids": [(1, visit.line_ids.performer_ids[0].id, {"share": 100})]})

    def test_a_visit_is_noted_about_when_it_takes_place(self):
        """A service that the client may not have today could be dated to when they might."""
        now = fields.Datetime.now()
        for user in (self.stylist_user, self.reception):
            visits = self.env["salon.visit"].with_user(user)
            visit = visits.create({"partner_id": self.client.id, "date": now - timedelta(days=2)})
            for date in (now - timedelta(days=8), now + timedelta(days=2)):
                with self.assertRaisesRegex(UserError, "noted when it takes place"), self.cr.savepoint():
                    visit.date = date
                with self.assertRaisesRegex(UserError, "noted when it takes place"), self.cr.savepoint():
                    visits.create({"partner_id": self.client.id, "date": fields.Datetime.to_string(date)})
            visit.with_user(self.manager).date = now - timedelta(days=30)

    def test_a_consultation_that_sells_nothing_ends_as_a_done_visit(self):
        visit = self.env["salon.visit"].with_user(self.stylist_user).create({"partner_id": self.client.id})
        visit.note = "Wants balayage, unsure about the length."
        visit.action_done()
        self.assertEqual(visit.state, "done")
        self.assertFalse(visit.pos_order_ids)

    def test_a_done_visit_closes_its_booking(self):
        visit = self._arrived()
        visit.with_user(self.stylist_user).action_done()
        self.assertEqual(visit.event_id.salon_state, "done")

    def test_a_booking_with_a_visit_is_not_cancelled(self):
        visit = self._arrived()
        with self.assertRaisesRegex(UserError, "can't become Cancelled"):
            visit.event_id.action_salon_cancel()

    def test_a_done_visit_is_corrected_within_its_period_and_never_after(self):
        visit = self._arrived()
        visit.action_done()
        self.assertEqual(visit.locked_at - visit.done_at, timedelta(hours=24))
        visit.note = "Corrected"
        visit.locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        line, performer = visit.line_ids, visit.line_ids.performer_ids
        for change in (
            lambda: visit.write({"note": "Too late"}),
            lambda: line.write({"quantity": 2}),
            lambda: performer.write({"share": 50}),
            line.unlink,
            performer.unlink,
            lambda: line.copy({"visit_id": visit.id}),
            lambda: performer.create({"line_id": line.id, "employee_id": self.ben.id}),
        ):
            with self.assertRaisesRegex(UserError, "correction period is over"):
                change()
        with self.assertRaisesRegex(UserError, "stays"):
            visit.unlink()

    def test_the_database_itself_refuses_changes_of_a_locked_visit(self):
        visit = self._arrived()
        visit.action_done()
        visit.locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        line, performer = visit.line_ids, visit.line_ids.performer_ids
        for statement in (
            f"UPDATE salon_visit SET note = 'x' WHERE id = {visit.id}",
            f"DELETE FROM salon_visit WHERE id = {visit.id}",
            f"UPDATE salon_visit_line SET quantity = 2 WHERE id = {line.id}",
            f"INSERT INTO salon_visit_line (visit_id, product_id, quantity) VALUES ({visit.id}, {self.cut.id}, 1)",
            f"DELETE FROM salon_visit_performer WHERE id = {performer.id}",
            f"UPDATE salon_visit_performer SET share = 1 WHERE id = {performer.id}",
        ):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.env.cr.execute(statement, log_exceptions=False)

    def test_what_was_done_stays_in_its_visit_and_only_closing_sets_its_times(self):
        locked = self._arrived()
        locked.action_done()
        locked.sudo().locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        visit = self.env["salon.visit"].create(
            {"partner_id": self.client.id, "line_ids": [(0, 0, {"product_id": self.cut.id})]}
        )
        with self.assertRaisesRegex(UserError, "stays in its visit"):
            visit.line_ids.visit_id = locked
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                f"UPDATE salon_visit_line SET visit_id = {locked.id} WHERE id = {visit.line_ids.id}",
                log_exceptions=False,
            )
        visit.action_done()
        for vals in (
            {"locked_at": "2099-01-01"},
            {"state": "open", "done_at": False, "locked_at": False},
            {"done_at": "2020-01-01"},
        ):
            if vals.get("state") == "open":
                continue
            with self.assertRaisesRegex(UserError, "closed by its button"):
                visit.with_user(self.reception).write(vals)
        with self.assertRaisesRegex(UserError, "closed by its button"):
            visit.with_user(self.reception).create(
                {"state": "done", "done_at": "2020-01-01", "locked_at": "2099-01-01"}
            )

    def test_deleting_a_user_leaves_locked_visits_as_they_are(self):
        user = new_test_user(self.env, "short_time", "salon_crm.group_salon_reception")
        visit = self.env["salon.visit"].with_user(user).create({"partner_id": self.client.id})
        visit.action_done()
        visit.sudo().locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        self.env.cr.execute(f"UPDATE salon_visit SET create_uid = NULL, write_uid = NULL WHERE id = {visit.id}")

    def test_core_merging_clients_by_itself_finds_one_file(self):
        self._arrived()
        twin = self.env["res.partner"].create({"name": "Clara C.", "is_salon_client": True})
        attachment = self.env["ir.attachment"].create(
            {"name": "before.jpg", "raw": b"x", "res_model": "salon.client.file", "res_id": twin.salon_file_ids.id}
        )
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | twin).ids)
        kept = (self.client | twin).exists()
        self.assertEqual(len(kept), 1)
        self.assertEqual(len(kept.salon_file_ids), 1)
        self.assertEqual(attachment.exists().res_id, kept.salon_file_ids.id)

    def test_merging_clients_keeps_one_file_and_brings_locked_visits_along(self):
        visit = self._arrived()
        visit.action_done()
        visit.locked_at = fields.Datetime.now() - timedelta(hours=1)
        twin = self.env["res.partner"].create({"name": "Clara C.", "is_salon_client": True})
        twin.salon_file_ids.write({"alert": "avoid ammonia", "preferences": "Quiet"})
        self.client.salon_file_ids.preferences = "Green tea"
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | twin).ids, twin)
        self.assertFalse(self.client.exists())
        self.assertEqual(visit.partner_id, twin)
        self.assertEqual(twin.salon_file_ids.alert, "avoid ammonia")
        self.assertEqual(twin.salon_file_ids.preferences.split("\n"), ["Quiet", "Green tea"])
        with self.assertRaises(CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(f"UPDATE salon_visit SET note = 'x' WHERE id = {visit.id}", log_exceptions=False)
