from datetime import timedelta

from psycopg2.errors import CheckViolation, UniqueViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from .common import SalonCommon


class FormulaCommon(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tube, cls.developer = cls.env["product.product"].create(
            [
                {"name": "Colour Tube", "type": "consu", "standard_price": 6, "salon_grams_per_unit": 60},
                {"name": "Developer", "type": "consu", "standard_price": 10, "salon_grams_per_unit": 1000},
            ]
        )

    def _visit(self, days_ago=0, service=None, client=None, stylist=None):
        performer = {"employee_id": (stylist or self.anna).id}
        line = {"product_id": (service or self.colour).id, "performer_ids": [Command.create(performer)]}
        return self.env["salon.visit"].create(
            {
                "partner_id": (client or self.client).id,
                "date": fields.Datetime.now() - timedelta(days=days_ago),
                "line_ids": [Command.create(line)],
            }
        )

    def _mix(self, visit, *shades, zone="roots", **bowl):
        """Mix (shade, grams) in one bowl for the service of a visit; return the formula."""
        components = [
            Command.create({"product_id": self.tube.id, "shade": shade, "target_grams": grams})
            for shade, grams in shades
        ]
        values = {
            "zone": zone,
            "developer_id": self.developer.id,
            "developer_strength": 20,
            "minutes": 35,
            "component_ids": components,
            **bowl,
        }
        return self.env["salon.formula"].create({"line_id": visit.line_ids.id, "bowl_ids": [Command.create(values)]})

    def _lock(self, visit):
        visit.action_done()
        visit.locked_at = fields.Datetime.now() - timedelta(hours=1)
        self.env.flush_all()


@tagged("post_install", "-at_install")
class TestFormula(FormulaCommon):
    def test_a_formula_reads_in_one_line(self):
        formula = self._mix(self._visit(), ("6/7", 30), ("6/0", 30))
        self.assertEqual(formula.summary, "6/7 + 6/0 1:1, 20 vol, 35 min")
        formula.bowl_ids.write({"ratio": 1.5, "developer_strength": 6, "strength_unit": "percent"})
        formula.bowl_ids.component_ids[0].target_grams = 45
        self.assertEqual(formula.summary, "6/7 + 6/0 3:2, 6 % 1:1.5, 35 min")
        formula.bowl_ids = [Command.create({"zone": "lengths", "component_ids": [Command.create({"shade": "clear"})]})]
        self.assertEqual(formula.summary, "Roots: 6/7 + 6/0 3:2, 6 % 1:1.5, 35 min; Lengths: clear")

    def test_grams_are_as_planned_until_somebody_weighs(self):
        formula = self._mix(self._visit(), ("6/7", 30), ("6/0", 20), ratio=2)
        bowl = formula.bowl_ids
        self.assertEqual((bowl.developer_target, bowl.developer_grams), (100, 100))
        self.assertEqual(bowl.component_ids.mapped("actual_grams"), [30, 20])
        bowl.component_ids[0].actual_grams = 33.5
        self.assertEqual((bowl.component_ids[0].target_grams, bowl.developer_grams), (30, 100))
        for wrong in ({"target_grams": -1}, {"actual_grams": -1}, {"shade": False, "product_id": False}):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint(), self.mute():
                bowl.component_ids[0].write(wrong)
                self.env.flush_all()

    def mute(self):
        return self.assertLogs("odoo.sql_db", "ERROR")

    def test_a_formula_costs_what_its_grams_cost_and_managers_alone_know(self):
        formula = self._mix(self._visit(), ("6/7", 30), ("6/0", 30), ratio=1.5)
        self.assertAlmostEqual(formula.cost, 30 / 60 * 6 * 2 + 90 / 1000 * 10)
        self.assertTrue(formula.cost_is_known)
        self.tube.salon_grams_per_unit = 0
        self.assertAlmostEqual(formula.cost, 0.9)
        self.assertFalse(formula.cost_is_known)
        self.tube.uom_id = self.env.ref("uom.product_uom_kgm")
        self.assertAlmostEqual(formula.cost, 60 / 1000 * 6 + 0.9, msg="what is bought by the kilogram needs no field")
        self.assertIn("cost", formula.with_user(self.manager).fields_get())
        with self.assertRaises(AccessError):
            formula.with_user(self.stylist_user).read(["cost"])
        self.assertNotIn("developer_cost", formula.bowl_ids.with_user(self.stylist_user).fields_get())

    def test_as_last_time_copies_the_last_formula_of_that_service_however_old(self):
        years_ago = self._visit(days_ago=2200)
        self._mix(years_ago, ("5/0", 40))
        self._lock(years_ago)
        line = self._visit().line_ids.with_user(self.stylist_user)
        self.assertEqual(line.last_formula_summary, "5/0, 20 vol, 35 min")
        recent = self._mix(self._visit(days_ago=40), ("6/7", 30), ("6/0", 30), ratio=1.5)
        recent.bowl_ids.component_ids[0].actual_grams = 35
        recent.bowl_ids.developer_grams = 95
        self._mix(self._visit(days_ago=3, service=self.facial), ("brow", 5))
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        self._mix(self._visit(days_ago=2, client=olga), ("9/1", 50))
        line.invalidate_recordset()
        pad = line.formula_copy()
        self.assertEqual(line.formula_summary, "6/7 + 6/0 7:6, 20 vol 1:1.5, 35 min")
        bowl = line.formula_ids.bowl_ids
        self.assertEqual(bowl.component_ids.mapped("target_grams"), [35, 30], "what was weighed then is the plan now")
        self.assertEqual((bowl.developer_grams, bowl.minutes, bowl.developer_id), (95, 35, self.developer))
        self.assertEqual(len(pad["older"]), 3)
        self.assertNotEqual(bowl, recent.bowl_ids)

    def test_an_older_formula_is_chosen_and_another_clients_is_not(self):
        old = self._mix(self._visit(days_ago=900), ("5/0", 40))
        self._mix(self._visit(days_ago=40), ("6/7", 30))
        visit = self._visit()
        visit.line_ids.formula_copy(old.id)
        self.assertEqual(visit.line_ids.formula_summary, "5/0, 20 vol, 35 min")
        visit.line_ids.formula_copy()
        self.assertEqual(visit.line_ids.formula_summary, "6/7, 20 vol, 35 min", "in place of what stood there")
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        with self.assertRaisesRegex(UserError, "another client's formula"):
            self._visit(client=olga).line_ids.formula_copy(old.id)
        with self.assertRaisesRegex(UserError, "No formula of “Facial” is known"):
            self._visit(service=self.facial).line_ids.formula_copy()

    def test_finding_the_last_formulas_asks_once_for_many_services(self):
        self._mix(self._visit(days_ago=9), ("6/7", 30))
        counts = []
        for number in (1, 1, 5):
            lines = self.env["salon.visit.line"].concat(*(self._visit().line_ids for _number in range(number)))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(set(lines.mapped("last_formula_summary")), {"6/7, 20 vol, 35 min"})
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(counts[1], counts[2])

    def test_the_pad_changes_adds_and_takes_out(self):
        visit = self._visit()
        line = visit.line_ids.with_user(self.stylist_user)
        bowls = [{"zone": "roots", "minutes": 30, "ratio": 1, "components": [{"shade": "7/1", "target_grams": 40}]}]
        pad = line.formula_save(bowls, "", 0)
        bowl = pad["bowls"][0]
        bowl["components"][0]["actual_grams"] = 42
        bowl["components"].append({"shade": "0/1", "product_id": [self.tube.id, "Colour Tube"], "target_grams": 2})
        bowl["developer_id"] = [self.developer.id, "Developer"]
        with self.assertRaisesRegex(UserError, "Somebody else has changed"):
            line.formula_save(pad["bowls"], "", 0)
        pad = line.formula_save(pad["bowls"], "Cool and even", pad["version"])
        formula = visit.line_ids.formula_ids
        self.assertEqual(formula.bowl_ids.id, bowl["id"], "what was there is changed, not made anew")
        self.assertEqual(formula.bowl_ids.component_ids.mapped("actual_grams"), [42, 2])
        self.assertEqual((formula.note, formula.bowl_ids.developer_id), ("Cool and even", self.developer))
        pad["bowls"][0]["components"].pop(0)
        pad = line.formula_save(pad["bowls"], "", pad["version"])
        self.assertEqual(formula.bowl_ids.component_ids.shade, "0/1")
        line.formula_save([], "", pad["version"])
        self.assertFalse(formula.exists(), "nothing on the pad is no formula")

    def test_a_service_has_one_formula(self):
        visit = self._visit()
        self._mix(visit, ("6/7", 30))
        with self.assertRaises(UniqueViolation), self.env.cr.savepoint(), self.mute():
            self._mix(visit, ("6/7", 30))

    def test_a_formula_is_locked_with_its_visit(self):
        visit = self._visit()
        formula = self._mix(visit, ("6/7", 30))
        bowl, component = formula.bowl_ids, formula.bowl_ids.component_ids
        other = self._mix(self._visit(), ("9/1", 30))
        self._lock(visit)
        for change in (
            lambda: formula.write({"note": "x"}),
            lambda: bowl.write({"minutes": 5}),
            lambda: component.write({"actual_grams": 5}),
            formula.unlink,
            bowl.unlink,
            component.unlink,
            lambda: bowl.create({"formula_id": formula.id}),
            lambda: component.create({"bowl_id": bowl.id, "shade": "1/0"}),
            lambda: visit.line_ids.formula_copy(other.id),
        ):
            with self.assertRaisesRegex(UserError, "correction period is over"):
                change()
        with self.assertRaisesRegex(UserError, "stays there"):
            other.bowl_ids.formula_id = formula
        for statement in (
            f"UPDATE salon_formula SET note = 'x' WHERE id = {formula.id}",
            f"DELETE FROM salon_formula WHERE id = {formula.id}",
            f"UPDATE salon_formula_bowl SET minutes = 1 WHERE id = {bowl.id}",
            f"UPDATE salon_formula_bowl SET formula_id = {formula.id} WHERE id = {other.bowl_ids.id}",
            f"DELETE FROM salon_formula_bowl WHERE id = {bowl.id}",
            f"UPDATE salon_formula_component SET actual_grams = 1 WHERE id = {component.id}",
            f"DELETE FROM salon_formula_component WHERE id = {component.id}",
            f"INSERT INTO salon_formula_component (bowl_id, shade) VALUES ({bowl.id}, '1/0')",
        ):
            with self.assertRaises(CheckViolation), self.env.cr.savepoint():
                self.env.cr.execute(statement, log_exceptions=False)

    # Who may ------------------------------------------------------------------------------------------------

    def test_stylists_find_formulas_of_clients_they_serve_managers_all_the_front_desk_none(self):
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        own = self._mix(self._visit(), ("6/7", 30))
        others = self._mix(self._visit(client=olga, stylist=self.ben), ("6/77", 30))
        found = [("bowl_ids.component_ids.shade", "ilike", "6/7"), ("id", "in", (own | others).ids)]
        formulas = self.env["salon.formula"]
        self.assertEqual(formulas.with_user(self.stylist_user).search(found), own)
        self.assertEqual(formulas.with_user(self.manager).search(found), own | others)
        self.assertEqual(formulas.with_user(self.manager).search([("partner_id", "=", olga.id)]), others)
        components = self.env["salon.formula.component"].with_user(self.stylist_user)
        self.assertEqual(components.search([("shade", "=ilike", "6/7%")]).mapped("shade").count("6/77"), 0)
        with self.assertRaises(AccessError):
            others.bowl_ids.with_user(self.stylist_user).read(["minutes"])
        for action in (
            lambda: formulas.with_user(self.reception).search(found),
            lambda: own.line_id.with_user(self.reception).formula_pad(),
            lambda: own.line_id.with_user(self.reception).read(["formula_summary"]),
            lambda: own.line_id.with_user(self.reception).formula_copy(),
        ):
            with self.assertRaises(AccessError):
                action()

    def test_who_is_stylist_and_front_desk_sees_the_formulas_of_own_clients_alone(self):
        self.stylist_user.group_ids |= self.env.ref("salon_crm.group_salon_reception")
        olga = self.env["res.partner"].create({"name": "Olga Other"})
        others = self._mix(self._visit(client=olga, stylist=self.ben), ("6/77", 30))
        with self.assertRaises(AccessError):
            others.with_user(self.stylist_user).read(["note"])

    def test_the_front_desk_reads_the_last_formula_in_one_line(self):
        self._mix(self._visit(days_ago=9), ("6/7", 30))
        self._mix(self._visit(days_ago=2), ("6/0", 30))
        file = self.client.salon_file_ids.with_user(self.reception)
        self.assertEqual(file.last_formula, "6/0, 20 vol, 35 min")
        elsewhere = self.env["res.company"].create({"name": "Second Salon"})
        self.assertFalse(self.client._salon_last_formulas(elsewhere))

    def test_merged_clients_bring_their_formulas_along_locked_ones_too(self):
        twin = self.env["res.partner"].create({"name": "Clara C.", "is_salon_client": True})
        visit = self._visit(client=twin, days_ago=400)
        formula = self._mix(visit, ("6/7", 30))
        self._lock(visit)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((self.client | twin).ids, self.client)
        self.assertEqual(formula.partner_id, self.client)
        self.assertEqual(self._visit().line_ids.last_formula_id, formula)


@tagged("post_install", "-at_install")
class TestFormulaPhoneTours(FormulaCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_as_last_time_more_grams_and_done_with_gloves_on(self):
        old = self._visit(days_ago=700)
        self._mix(old, ("6/7", 30), ("6/0", 30))
        self._lock(old)
        visit = self._visit()
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_formula_as_last_time", login="salon_stylist")
        self.assertEqual(visit.line_ids.formula_summary, "6/7 + 6/0 7:6, 20 vol, 35 min")
        self.assertEqual(visit.line_ids.formula_ids.bowl_ids.developer_grams, 65)

    def test_a_new_formula_is_mixed_on_a_phone(self):
        visit = self._visit()
        self.start_tour(f"/odoo/salon-visits/{visit.id}", "salon_formula_is_mixed", login="salon_stylist")
        formula = visit.line_ids.formula_ids
        self.assertEqual(formula.summary, "7/1, 20 vol 1:2, 40 min")
        component = formula.bowl_ids.component_ids
        self.assertEqual((component.product_id, component.actual_grams), (self.tube, 32.5))
        self.assertEqual((formula.bowl_ids.developer_grams, formula.note), (65, "Cool and even"))


@tagged("post_install", "-at_install")
class TestFormulaTours(FormulaCommon, HttpCase):
    def test_formulas_are_found_by_shade_and_from_the_client_file(self):
        self._mix(self._visit(days_ago=700), ("6/79", 30))
        self._mix(self._visit(days_ago=30), ("9/1", 30))
        file = self.client.salon_file_ids
        self.start_tour(f"/odoo/salon-clients/{file.id}", "salon_formulas_are_found", login="salon_stylist")

    def test_the_front_desk_has_no_formulas(self):
        self._mix(self._visit(), ("6/79", 30))
        file = self.client.salon_file_ids
        self.start_tour(f"/odoo/salon-clients/{file.id}", "salon_desk_has_no_formulas", login="salon_reception")
