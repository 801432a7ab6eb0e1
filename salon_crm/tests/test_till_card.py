from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestTillCard(SalonCommon, TestPoSCommon):
    """What the till shows of the chosen client."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.client._make_salon_clients()
        cls.file = cls.client.salon_file_ids
        cls.file.write({"alert": "No ammonia", "preferences": "Quiet\nGreen tea"})
        cls.card_reader = new_test_user(
            cls.env, "till_reception", "salon_crm.group_salon_reception,point_of_sale.group_pos_user"
        )

    def _card(self, user=None, client=None):
        files = self.env["salon.client.file"].with_user(user or self.card_reader)
        return files.load_till_card((client or self.client).id, self.config.id)

    def _have_visit(self, days_ago, *services):
        visit = self.env["salon.visit"].create(
            {
                "partner_id": self.client.id,
                "date": fields.Datetime.now() - timedelta(days=days_ago),
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": service.id,
                            "performer_ids": [(0, 0, {"employee_id": self.anna.id, "part": "stylist", "share": 100})],
                        },
                    )
                    for service in services
                ],
            }
        )
        visit._mark_done()
        return visit

    def test_the_card_says_what_to_avoid_what_was_and_what_comes(self):
        self._have_visit(40, self.facial)
        self._have_visit(30, self.cut, self.colour)
        self._book((self.facial, self.ben), minutes=24 * 60)
        self._book((self.cut, self.anna))
        self._book((self.colour, self.ben), minutes=60).action_salon_cancel()
        card = self._card()
        self.assertEqual((card["alert"], card["preferences"]), ("No ammonia", "Quiet\nGreen tea"))
        self.assertEqual((card["last"]["what"], card["last"]["who"]), ("Cut, Colour", "Anna"))
        self.assertEqual(card["next"]["what"], "Cut")

    def test_the_last_formula_stands_there_by_its_name(self):
        visit = self._have_visit(30, self.colour)
        component = (0, 0, {"shade": "6/7", "target_grams": 30})
        bowl = {"zone": "roots", "minutes": 35, "component_ids": [component]}
        line_id = visit.line_ids.id
        formula = self.env["salon.formula"].create({"line_id": line_id, "bowl_ids": [(0, 0, bowl)]})
        self.assertIn("6/7", formula.summary)
        self.assertEqual(self._card()["last"]["formula"], formula.summary)

    def test_a_client_of_whom_little_is_known_has_a_short_card(self):
        nora = self.env["res.partner"].create({"name": "Nora New", "is_salon_client": True})
        card = self._card(client=nora)
        self.assertEqual(set(card.values()), {"", False}, "nothing that JSON does not know")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        self.assertEqual(self._card(client=stranger), {})

    def test_nothing_of_the_clients_health_gets_to_the_till(self):
        substance = self.env["salon.substance"].create({"name": "Ammonia water"})
        self.env["salon.sensitivity"].create({"file_id": self.file.id, "substance_id": substance.id})
        self.assertNotIn("Ammonia water", str(self._card(self.manager)))

    def test_a_cashier_without_a_role_gets_nothing_and_who_has_no_till_is_refused(self):
        cashier = new_test_user(self.env, "cashier", "point_of_sale.group_pos_user")
        self.assertEqual(self._card(cashier), {})
        with self.assertRaises(AccessError):
            self._card(self.plain_user)

    def test_another_companys_visits_stay_there(self):
        other = self.env["res.company"].create({"name": "Second Salon"})
        visit = self._have_visit(3, self.cut)
        self.assertTrue(self._card()["last"])
        self.env["salon.visit"].create({"partner_id": self.client.id, "company_id": other.id})._mark_done()
        self.assertEqual(self._card()["last"]["what"], "Cut")
        self.assertEqual(visit.company_id, self.config.company_id)

    def test_a_birthday_is_near_for_a_week_on_both_sides(self):
        self.client.birthdate_date = date(1990, 1, 3)
        said = {}
        for day in ("2026-12-26", "2026-12-27", "2027-01-02", "2027-01-03", "2027-01-04", "2027-01-10", "2027-01-11"):
            said[day] = self.file._till_birthday(fields.Date.to_date(day))
        self.assertEqual(
            list(said.values()),
            [
                "",
                "Birthday in 7 days",
                "Birthday tomorrow",
                "Birthday today",
                "Birthday was yesterday",
                "Birthday was 7 days ago",
                "",
            ],
        )
        self.client.birthdate_date = date(1992, 2, 29)
        self.assertEqual(self.file._till_birthday(date(2027, 2, 28)), "Birthday today")
        self.assertEqual(self.file._till_birthday(date(2028, 2, 29)), "Birthday today")

    def test_the_day_is_the_salons(self):
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        self.client.birthdate_date = date(1990, 5, 5)
        with freeze_time("2027-05-04 18:00:00"):  # two in the morning of the fifth in Shanghai
            self.assertEqual(self._card()["birthday"], "Birthday today")

    def test_the_card_is_read_with_few_queries(self):
        self._have_visit(30, self.cut, self.colour)
        self._book((self.cut, self.anna))
        self._card()
        self.env.invalidate_all()
        with self.assertQueryCount(42):
            self._card()
