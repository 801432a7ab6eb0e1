from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import SalonCommon


class DiagnosisCommon(SalonCommon):
    def _visit(self, days_ago=0, client=None, stylist=None):
        performer = {"employee_id": (stylist or self.anna).id}
        line = {"product_id": self.facial.id, "performer_ids": [Command.create(performer)]}
        return self.env["salon.visit"].create(
            {
                "partner_id": (client or self.client).id,
                "date": fields.Datetime.now() - timedelta(days=days_ago),
                "line_ids": [Command.create(line)],
            }
        )

    def _diagnose(self, visit, **values):
        return self.env["salon.diagnosis"].create({"visit_id": visit.id, "kind": "hair", **values})


@tagged("post_install", "-at_install")
class TestDiagnosis(DiagnosisCommon):
    def test_before_and_after_show_the_difference(self):
        visit = self._visit().with_user(self.stylist_user)
        before = self._diagnose(visit, hair_type="curly", damage="3", porosity="high").with_user(self.stylist_user)
        self.assertEqual(before.findings, "Hair Type: Curly, Damage: Strong, Porosity: High")
        self.assertFalse(before.difference)
        action = before.action_after()
        after = before.browse(action["res_id"])
        self.assertEqual((after.moment, after.hair_type, after.damage), ("after", "curly", "3"))
        after.write({"damage": "1", "scalp": "balanced"})
        self.assertEqual(after.difference, "Damage: Strong → Slight\nScalp: – → Balanced")
        self.assertEqual(before.action_after()["res_id"], after.id, "there is one")
        with self.assertRaisesRegex(UserError, "already"):
            after.action_after()

    def test_problems_of_the_skin_differ_too(self):
        dry, pores = self.env["salon.skin.problem"].create([{"name": "Tour Dry"}, {"name": "Tour Pores"}])
        visit = self._visit()
        before = self._diagnose(visit, kind="skin", problem_ids=[Command.set((dry | pores).ids)])
        self._diagnose(visit, damage="1")
        after = before.browse(before.action_after()["res_id"])
        self.assertEqual(after.problem_ids, dry | pores)
        after.problem_ids = pores
        self.assertEqual(after.difference, "Problems: Tour Dry, Tour Pores → Tour Pores")

    def test_one_of_a_kind_for_each_moment(self):
        visit = self._visit()
        self._diagnose(visit)
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint(), self.assertLogs("odoo.sql_db", "ERROR"):
            self._diagnose(visit)

    def test_a_diagnosis_is_locked_with_its_visit(self):
        problem = self.env["salon.skin.problem"].create({"name": "Tour Dry"})
        visit = self._visit()
        one = self._diagnose(visit, kind="skin", problem_ids=problem, advice_ids=[(0, 0, {"product_id": self.cut.id})])
        advice = one.advice_ids
        visit.action_done()
        visit.locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()
        for change in (
            lambda: one.write({"skin_type": "dry"}),
            lambda: one.write({"problem_ids": [Command.clear()]}),
            lambda: advice.write({"price": 1}),
            advice.unlink,
            one.unlink,
            one.action_after,
        ):
            with self.assertRaisesRegex(UserError, "correction period is over"):
                change()
        for statement in (
            f"UPDATE salon_diagnosis SET skin_type = 'dry' WHERE id = {one.id}",
            f"DELETE FROM salon_diagnosis_problem_rel WHERE diagnosis_id = {one.id}",
            f"UPDATE salon_advice SET price = 1 WHERE id = {advice.id}",
            f"INSERT INTO salon_advice (diagnosis_id, product_id) VALUES ({one.id}, {self.cut.id})",
            f"DELETE FROM salon_diagnosis WHERE id = {one.id}",
        ):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.env.cr.execute(statement, log_exceptions=False)

    def test_stylists_see_those_of_clients_they_serve_and_the_front_desk_none(self):
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        own = self._diagnose(self._visit(), advice_ids=[(0, 0, {"product_id": self.cut.id})])
        other = self._diagnose(self._visit(client=olga, stylist=self.ben), scalp="dry")
        for model, mine in (("salon.diagnosis", own), ("salon.advice", own.advice_ids)):
            found = self.env[model].with_user(self.stylist_user).search([("visit_id.company_id", "!=", False)])
            self.assertEqual(found & (own | other if model == "salon.diagnosis" else own.advice_ids), mine)
        self.assertEqual(other.with_user(self.manager).scalp, "dry")
        for action in (
            lambda: other.with_user(self.stylist_user).read(["scalp"]),
            lambda: own.with_user(self.reception).read(["scalp"]),
            lambda: own.visit_id.with_user(self.reception).read(["diagnosis_ids"]),
            lambda: own.visit_id.with_user(self.reception).read(["earlier_advice_ids"]),
        ):
            with self.assertRaises(AccessError):
                action()


@tagged("post_install", "-at_install")
class TestAdvice(DiagnosisCommon, TestPoSCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.write({"use_pricelist": False})
        cls.serum, cls.mask = cls.env["product.product"].create(
            [
                {"name": name, "type": "consu", "list_price": 48, "taxes_id": False, "available_in_pos": True}
                for name in ("Serum", "Mask")
            ]
        )

    def _sell(self, product, client):
        if not self.config.current_session_id:
            self.open_new_session()
        self.pos_session = self.config.current_session_id
        data = self.create_ui_order_data([{"product": product, "quantity": 1}], customer=client)
        return self.env["pos.order"].browse(self.env["pos.order"].sync_from_ui([data])["pos.order"][0]["id"])

    def _advise(self, visit, *products):
        return self._diagnose(visit, advice_ids=[(0, 0, {"product_id": one.id}) for one in products]).advice_ids

    def test_what_was_advised_is_quoted_and_known_to_be_bought(self):
        visit = self._visit(days_ago=3)
        self._sell(self.mask, self.client).date_order = fields.Datetime.now() - timedelta(days=9)
        advice = self._advise(visit, self.serum, self.mask)
        self.assertEqual(advice.mapped("price"), [48, 48])
        self.serum.list_price = 60
        self.assertEqual(advice[0].price, 48, "the price that was quoted stays")
        self.assertEqual(advice.mapped("is_bought"), [False, False], "bought before is not bought since")
        self._sell(self.serum, self.env["res.partner"].create({"name": "Olga Other"}))
        advice.invalidate_recordset()
        self.assertEqual(advice.mapped("is_bought"), [False, False], "another client did")
        order = self._sell(self.serum, self.client)
        advice.invalidate_recordset()
        self.assertEqual((advice.mapped("is_bought"), advice[0].bought_at), ([True, False], order.date_order))
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        make_payment = self.env["pos.make.payment"].with_context(active_id=refund.id, active_ids=refund.ids)
        make_payment.create({"payment_method_id": self.cash_pm1.id, "amount": refund.amount_total}).check()
        advice.invalidate_recordset()
        self.assertFalse(advice[0].is_bought, "it was taken back")

    def test_a_later_visit_sees_what_the_last_one_advised(self):
        self._advise(self._visit(days_ago=90), self.mask)
        last = self._advise(self._visit(days_ago=30), self.serum, self.mask)
        self._visit(days_ago=10)
        visit = self._visit().with_user(self.stylist_user)
        self.assertEqual(visit.earlier_advice_ids, last)

    def test_bought_asks_once_for_many(self):
        advice = self._advise(self._visit(), self.serum, self.mask)
        counts = []
        for number in (1, 1, 2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            advice[:number].mapped("is_bought")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
class TestDiagnosisTours(DiagnosisCommon, HttpCase):
    def test_a_stylist_diagnoses_before_and_after_and_advises(self):
        self.env["product.product"].create({"name": "Tour Serum", "type": "consu", "list_price": 48})
        visit = self._visit()
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_stylist_diagnoses", login="salon_stylist")
        before, after = visit.diagnosis_ids.sorted("id")
        self.assertEqual((before.damage, after.damage, after.difference), ("3", "1", "Damage: Strong → Slight"))
        self.assertEqual(before.advice_ids.mapped("price"), [45])
        file = self.client.salon_file_ids
        self.start_tour(f"/odoo/salon-clients/{file.id}", "salon_stylist_reads_diagnoses", login="salon_stylist")
