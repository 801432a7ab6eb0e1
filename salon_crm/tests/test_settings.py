from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import Form, HttpCase, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestSettings(SalonCommon):
    """The manager of the salon sets how it works, without rights on the system."""

    def setUp(self):
        super().setUp()
        self.settings = self.env["salon.settings"].with_user(self.manager)

    def test_the_manager_sets_the_salon(self):
        company = self.env.company
        company.write({"salon_notice_minutes": 120, "salon_buffer_minutes": 10})
        with self.assertRaises(AccessError):
            company.with_user(self.manager).salon_notice_minutes = 45
        with Form(self.settings, "salon_crm.salon_settings_view_form") as form:
            self.assertEqual(form.salon_notice_minutes, 120)
            form.salon_notice_minutes = 45
            form.salon_opening_calendar_id = company.resource_calendar_id
        self.assertEqual((company.salon_notice_minutes, company.salon_buffer_minutes), (45, 10))
        self.assertEqual(company.salon_opening_calendar_id, company.resource_calendar_id)
        form.record.salon_notice_minutes = 60
        self.assertEqual(company.salon_notice_minutes, 60)

    def test_every_setting_is_the_salons(self):
        """What is written for the manager by the system can be nothing else than the salon's own."""
        related = {
            name: field.related for name, field in self.settings._fields.items() if field.related and not field.readonly
        }
        self.assertGreater(len(related), 10)
        self.assertEqual({path for name, path in related.items() if path != f"company_id.{name}"}, set())
        self.assertEqual({name for name in related if not name.startswith("salon_")}, set())

    def test_administrators_and_managers_find_the_same_settings(self):
        shown = self._shown("res.config.settings", self.env.user)
        self.assertGreater(len(shown), 10)
        self.assertEqual(self._shown("salon.settings", self.manager), shown)
        self.assertLessEqual(shown, set(self.settings._fields))

    def _shown(self, model, user):
        arch = etree.fromstring(self.env[model].with_user(user).get_view(view_type="form")["arch"])
        return {field.get("name") for field in arch.xpath("//app[@name='salon_crm']//field")}

    def test_nobody_else_and_no_other_company(self):
        for user in (self.reception, self.stylist_user, self.plain_user):
            with self.assertRaises(AccessError):
                self.settings.with_user(user).create({"salon_notice_minutes": 1})
        other = self.env["res.company"].create({"name": "Second Salon"})
        with self.assertRaises(AccessError):
            self.settings.create({"company_id": other.id, "salon_notice_minutes": 1})
        mine = self.settings.create({})
        with self.assertRaises(AccessError):
            mine.write({"company_id": other.id, "salon_notice_minutes": 1})
        with self.assertRaises(AccessError):
            mine.with_user(self.reception).write({"salon_notice_minutes": 1})
        self.assertNotEqual(other.salon_notice_minutes, 1)


@tagged("post_install", "-at_install")
class TestSettingsTours(SalonCommon, HttpCase):
    def test_the_manager_saves_the_settings(self):
        self.start_tour("/odoo/salon-bookings", "salon_manager_sets", login="salon_manager")
        self.assertEqual((self.env.company.salon_notice_minutes, self.env.company.salon_turn_rule), (45, "idle"))


@tagged("post_install", "-at_install")
class TestSettingsPhoneTours(SalonCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_the_manager_saves_the_settings_on_a_phone(self):
        self.start_tour("/odoo/salon-settings", "salon_manager_sets_on_a_phone", login="salon_manager")
        self.assertEqual(self.env.company.salon_notice_minutes, 45)
