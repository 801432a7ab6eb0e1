from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.common import TestPoSCommon

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestClientFile(SalonCommon):
    """What a client's file says, and what it computes by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client._make_salon_clients()
        cls.file = cls.client.salon_file_ids

    def _visit(self, days, *services, client=None, stylist=None, company=None):
        """Make a done visit so many days ago; in another company without saying who did it."""
        who = [] if company else [(0, 0, {"employee_id": (stylist or self.anna).id})]
        visit = self.env["salon.visit"].create(
            {
                "partner_id": (client or self.client).id,
                "company_id": (company or self.env.company).id,
                "date": datetime.now().replace(hour=4) - timedelta(days=days),
                "line_ids": [(0, 0, {"product_id": one.id, "performer_ids": who}) for one in services],
            }
        )
        visit.action_done()
        return visit

    def test_a_file_of_a_new_client_makes_its_contact(self):
        file = (
            self.env["salon.client.file"]
            .with_user(self.reception)
            .create({"name": "Nora New", "phone": "13900002222", "birthdate_date": "1990-05-17", "wechat": "nora_new"})
        )
        partner = file.partner_id
        self.assertEqual(
            (partner.name, partner.phone, partner.is_salon_client, str(partner.birthdate_date), file.wechat),
            ("Nora New", "13900002222", True, "1990-05-17", "nora_new"),
        )
        self.assertEqual(partner.salon_file_ids, file)
        for name in (False, "", "  "):
            with self.assertRaisesRegex(ValidationError, "A client needs a name"):
                self.env["salon.client.file"].create({"name": name, "phone": "1"})

    def test_files_with_and_without_a_contact_are_made_together(self):
        contact = self.env["res.partner"].create({"name": "Carl Contact"})
        files = self.env["salon.client.file"].create(
            [{"name": "Nora New", "hobbies": "Chess"}, {"partner_id": contact.id}, {"name": "Otto New"}]
        )
        self.assertEqual(files.mapped("name"), ["Nora New", "Carl Contact", "Otto New"])
        self.assertEqual(files[0].hobbies, "Chess")

    def test_nobody_refers_themselves_and_who_refers_is_counted(self):
        with self.assertRaisesRegex(ValidationError, "can't have sent themselves"), self.cr.savepoint():
            self.file.referrer_id = self.client
        other = self.env["salon.client.file"].create({"name": "Nora New", "referrer_id": self.client.id})
        self.assertEqual(self.file.referred_count, 1)
        self.assertEqual(self.env["salon.client.file"].search(self.file.action_view_referred()["domain"]), other)

    def test_a_client_is_found_by_wechat_and_second_phone(self):
        self.file.write({"wechat": "clara_hair-88", "second_phone": "138 5555 4444"})
        partners = self.env["res.partner"].with_user(self.reception).with_context(salon_client_search=True)
        for text in ("clarahair88", "clara_ha", "5555 4444"):
            self.assertIn(self.client.id, [one for one, _name in partners.name_search(text)], text)

    def test_visits_are_days_and_the_figures_come_from_them(self):
        self._visit(100, self.cut, stylist=self.ben)
        self._visit(40, self.cut, self.colour)
        self._visit(40, self.facial)
        last = self._visit(20, self.cut)
        self.env["salon.visit"].create({"partner_id": self.client.id})  # open: not counted
        self.assertEqual((self.file.visit_count, self.file.visit_interval), (3, 40))
        self.assertEqual(self.file.last_visit, last.date)
        self.assertEqual(self.file.usual_service_ids[0], self.cut)
        self.assertEqual(self.file.usual_stylist_id, self.anna)
        lines = self.env["salon.visit.line"].search(self.file.action_view_services()["domain"])
        self.assertEqual(len(lines), 5)

    def test_a_day_is_one_where_the_salon_is(self):
        hours = self.env["resource.calendar"].create({"name": "Hours", "tz": "America/Los_Angeles"})
        self.env.company.salon_opening_calendar_id = hours
        for moment in ("2026-03-02 23:00:00", "2026-03-03 01:00:00", "2026-03-12 23:00:00"):  # 3 pm, 5 pm, 3 pm
            visit = self._visit(1, self.cut)
            visit.date = moment
        with freeze_time("2026-04-01 12:00:00"):
            self.env.invalidate_all()
            self.assertEqual((self.file.visit_count, self.file.visit_interval), (2, 10))

    def test_the_table_of_all_partners_has_the_fixed_columns_alone(self):
        """What else is known of a client stands in the file: whoever reads many partners pays for each column."""
        columns = {
            field.name
            for field in self.env["res.partner"]._fields.values()
            if field.store and field.column_type and (field._module or "").startswith("salon_")
        }
        self.assertEqual(columns, {"is_salon_client", "birthdate_date", "gender"})

    def test_figures_of_several_files_are_asked_at_once(self):
        other = self.env["salon.client.file"].create({"name": "Nora New"})
        self._visit(10, self.cut)
        self._visit(5, self.facial, client=other.partner_id)
        names = ["visit_count", "usual_service_ids", "usual_stylist_id", "spend", "booking_habits", "visit_interval"]
        files = self.file | other
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.file.read(names)
        alone = self.env.cr.sql_log_count - before
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        files.read(names)
        self.assertLessEqual(self.env.cr.sql_log_count - before, alone + 1)
        self.assertEqual(other.usual_service_ids, self.facial)

    def test_a_company_has_its_own_figures(self):
        here, company = self.env.company, self.env["res.company"].create({"name": "Second Salon"})
        self._visit(10, self.cut)
        self._visit(5, self.cut, company=company)
        for companies, count in ((here, 1), (company, 1), (here | company, 2)):
            self.assertEqual(self.file.with_context(allowed_company_ids=companies.ids).visit_count, count)

    def test_what_was_spent_is_not_for_stylists(self):
        self._visit(10, self.cut)
        file = self.file.with_user(self.stylist_user)
        self.assertEqual(file.visit_count, 1)
        for name in ("spend", "average_ticket", "bought_product_ids"):
            with self.assertRaises(AccessError):
                file.read([name])

    def test_habits_are_told_from_three_bookings_on(self):
        monday = self.start - timedelta(days=self.start.weekday())
        for week in range(3):
            self.assertFalse(self.file.booking_habits)
            booking = self._book((self.cut, self.anna), minutes=0)
            booking.start = monday.replace(hour=6) + timedelta(weeks=week)
            self.env.flush_all()
            self.env.invalidate_all()
        self.env.company.resource_calendar_id.tz = "UTC"
        self.assertEqual(self.file.booking_habits, "Monday · morning · Front Desk")

    def test_the_till_shows_how_a_client_likes_it(self):
        self.file.write({"talk_preference": "quiet", "drink_preference": "Green tea", "preferences": "By the window"})
        card = self.file._prepare_till_card(self.env.company)
        self.assertEqual(card["preferences"], "Wants it quiet · Green tea · By the window")

    def test_events_in_a_life_are_for_who_serves_the_client(self):
        self.file.event_ids = [(0, 0, {"name": "Wedding", "date": "2030-05-01"})]
        self.assertFalse(
            self.env["salon.client.event"].with_user(self.stylist_user).search([("file_id", "=", self.file.id)])
        )
        self.file.keeper_id = self.anna
        self.assertTrue(
            self.env["salon.client.event"].with_user(self.stylist_user).search([("file_id", "=", self.file.id)])
        )


@tagged("post_install", "-at_install")
class TestDuplicates(SalonCommon):
    """Who may be one person is found, shown and merged, and nothing is lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.country_id = cls.env.ref("base.cn")
        cls.one, cls.two = cls.env["salon.client.file"].create(
            [
                {"name": "Dora Double", "phone": "+86 139-1234 5678", "birthdate_date": "1990-05-17"},
                {"name": "Mrs. Double", "phone": "13912345678", "email": "dora@double.example"},
            ]
        )

    def _shown(self, user=None):
        rows = self.env["salon.client.duplicate"].with_user(user or self.reception).search([])
        return rows.filtered(lambda row: row.file_id in (self.one | self.two))

    def test_the_same_phone_is_found_in_any_notation(self):
        self.assertEqual(set(self._shown().mapped("kind")), {"phone"})
        for phone in ("0086 139 1234 5678", "139 1234 5678", "(+86) 13912345678", "0139-1234-5678"):
            self.two.phone = phone
            self.assertEqual(self._shown().file_id, self.one | self.two, phone)
        self.two.phone = "199 1234 5678"
        self.assertFalse(self._shown())
        self.two.second_phone = "139 1234 5678"
        self.assertTrue(self._shown())

    def test_the_same_email_and_the_same_name_and_birthday_are_found(self):
        self.two.phone = False
        self.one.email = "Dora <DORA@double.example>"
        self.assertEqual(set(self._shown().mapped("kind")), {"email"})
        self.two.write({"email": False, "name": "double, DÓRA", "birthdate_date": "1990-05-17"})
        self.assertFalse(self._shown())
        self.two.name = "DÓRA double"
        self.assertEqual(set(self._shown().mapped("kind")), {"birthday"})
        self.two.birthdate_date = "1990-05-18"
        self.assertFalse(self._shown())

    def test_the_file_says_so_while_it_is_written(self):
        self.assertEqual(self.one.same_names, "Mrs. Double 13912345678")
        new = self.env["salon.client.file"].with_user(self.reception).new({"name": "X", "phone": "139 1234 5678"})
        self.assertIn("Dora Double", new.same_names)
        partner = self.env["res.partner"].with_user(self.reception).new({"name": "X", "phone": "139 1234 5678"})
        self.assertIn("Dora Double", partner.salon_same_names)
        self.assertFalse(
            self.env["salon.client.file"].with_user(self.stylist_user).new({"phone": "13912345678"}).same_names
        )

    def test_different_people_are_kept_apart(self):
        self._shown().action_keep_apart()
        self.assertFalse(self._shown())
        self.assertFalse(self.one.same_names)
        third = self.env["salon.client.file"].create({"name": "Third", "phone": "13912345678"})
        self.assertEqual(self._shown().file_id, self.one | self.two)
        self.assertIn(third, self.env["salon.client.duplicate"].search([]).file_id)

    def test_archived_clients_and_those_of_other_companies_are_none(self):
        self.two.partner_id.active = False
        self.assertFalse(self._shown())
        self.two.partner_id.write({"active": True, "company_id": self.env["res.company"].create({"name": "Other"}).id})
        self.assertFalse(self._shown().file_id - self.one)

    def test_a_single_one_is_not_merged(self):
        with self.assertRaisesRegex(UserError, "Choose two or three"):
            self._shown()[:1].action_merge()

    def _merge(self, user):
        action = self._shown(user).with_user(user).action_merge()
        wizards = self.env["base.partner.merge.automatic.wizard"].with_user(user).with_context(**action["context"])
        wizard = wizards.create({})
        wizard.dst_partner_id = self.one.partner_id
        wizard.action_merge()

    def test_merging_loses_nothing_of_either_file(self):
        """Every field of the file that holds something is found again: as it was, joined, or in the log."""
        files = self.one | self.two
        said = {}
        language = self.env["res.lang"].with_context(active_test=False).search([], limit=2)
        texts = {}
        for name, field in files._fields.items():
            if not field.store or field.compute or field.related or name in ("id", "partner_id"):
                continue
            if field.type in ("char", "text"):
                for number, file in enumerate(files):
                    file[name] = texts[name, number] = f"{name} {number}"
            elif field.type == "selection":
                values = [value for value, _label in field._description_selection(self.env)]
                self.one[name], self.two[name] = values[0], values[1]
                said[name] = dict(field._description_selection(self.env))[values[1]]
        sources = self.env["utm.source"].create([{"name": "Walked by"}, {"name": "A friend’s word"}])
        referrers = self.env["res.partner"].create([{"name": "Rita Refers"}, {"name": "Rolf Refers"}])
        for number, file in enumerate(files):
            file.write(
                {
                    "source_id": sources[number].id,
                    "referrer_id": referrers[number].id,
                    "keeper_id": (self.anna | self.ben)[number].id,
                    "first_service_ids": [(4, (self.cut | self.facial)[number].product_tmpl_id.id)],
                    "language_ids": [(4, language[number].id)],
                    "event_ids": [(0, 0, {"name": f"Event {number}"})],
                }
            )
        self.two.gender = "female"
        self.two.message_post(body="What was said at the desk")
        phones = {"13912345678"}
        self._merge(self.manager)
        self.assertFalse(self.two.exists())
        kept = self.one
        log = " ".join(kept.message_ids.mapped("body"))
        for (name, _number), text in texts.items():
            self.assertIn(text, kept[name], name)
        for label in said.values():
            self.assertIn(label, log)
        for text in ("A friend’s word", "Rolf Refers", "Ben", "Mrs. Double", "What was said at the desk"):
            self.assertIn(text, log)
        self.assertEqual(kept.first_service_ids, (self.cut | self.facial).product_tmpl_id)
        self.assertEqual(kept.language_ids, language)
        self.assertEqual(set(kept.event_ids.mapped("name")), {"Event 0", "Event 1"})
        self.assertEqual((kept.gender, kept.email), ("female", "dora@double.example"))
        self.assertTrue(phones & {kept.phone, kept.second_phone} or "13912345678" in log)
        self.assertFalse(self._shown())

    def test_another_phone_becomes_the_second_one(self):
        self.two.write({"phone": "13700001111", "second_phone": "13912345678"})
        self.two.second_phone = False
        self.one.email = self.two.email
        self._merge(self.reception)
        self.assertEqual((self.one.phone, self.one.second_phone), ("+86 139-1234 5678", "13700001111"))

    def test_only_managers_merge_clients_with_different_emails_and_nobody_who_works_here(self):
        self.one.email = "other@double.example"
        with self.assertRaisesRegex(UserError, "same email"), self.cr.savepoint():
            self._merge(self.reception)
        self.plain_user.partner_id.write({"phone": "13912345678", "is_salon_client": True})
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(self.manager)
        with self.assertRaisesRegex(UserError, "same email"), self.cr.savepoint():
            wizard._merge((self.one.partner_id | self.plain_user.partner_id).ids, self.one.partner_id)
        self._merge(self.manager)
        self.assertIn("dora@double.example", " ".join(self.one.message_ids.mapped("body")))


@tagged("post_install", "-at_install")
class TestClientSpend(TestPoSCommon):
    """What a client spent, from paid orders at the till."""

    def test_spend_is_what_was_paid_less_refunds(self):
        self.env.user.group_ids |= self.env.ref("salon_crm.group_salon_manager")
        self.config = self.basic_config
        product = self.create_product("Shampoo", self.categ_basic, 100)
        self.open_new_session()
        client = self.env["res.partner"].create({"name": "Clara Client", "is_salon_client": True})
        visit = self.env["salon.visit"].create({"partner_id": client.id})
        visit.action_done()
        orders = [
            self.create_ui_order_data([(product, 2)], customer=client),
            self.create_ui_order_data([(product, 1)], customer=client),
            self.create_ui_order_data([(product, 5)]),
        ]
        self.env["pos.order"].sync_from_ui(orders)
        file = client.salon_file_ids
        paid = self.env["pos.order"].search([("partner_id", "=", client.id)])
        self.assertEqual((file.spend, file.average_ticket), (300, 300))
        self.assertEqual(file.bought_product_ids, product)
        self.assertEqual(self.env["pos.order"].search(file.action_view_orders()["domain"]), paid)
        self.assertEqual(sum(self.env["pos.order.line"].search(file.action_view_products()["domain"]).mapped("qty")), 3)
        refund = self.env["pos.order"].browse(paid[0].refund()["res_id"])
        payment = self.env["pos.make.payment"].with_context(active_ids=refund.ids, active_id=refund.id)
        payment.create({"amount": refund.amount_total, "payment_method_id": self.cash_pm1.id}).check()
        file.invalidate_recordset(["spend"])
        self.assertEqual(file.spend, 300 - paid[0].amount_total)
