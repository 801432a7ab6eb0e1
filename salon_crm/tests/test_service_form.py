from odoo.tests import Form, tagged

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestServiceForm(SalonCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.senior = cls.env["salon.stylist.level"].create({"name": "Test Senior"})

    def test_a_variation_begins_with_the_minutes_and_price_of_its_service(self):
        form = Form(self.colour.product_tmpl_id.with_user(self.manager))
        with form.salon_variation_ids.new() as variation:
            variation.level_id = self.senior
            self.assertEqual((variation.active_minutes, variation.processing_minutes), (40, 30))
            self.assertEqual(variation.price, 300)
            variation.active_minutes = 35
            variation.price = 360
        form.save()
        variation = self.colour.salon_variation_ids
        self.assertEqual((variation.active_minutes, variation.finishing_minutes), (35, 20))
        self.assertEqual(variation.price_difference, 60)
        self.colour.list_price = 320
        self.assertEqual(variation.price, 380, "it stays dearer by as much")

    def test_a_variation_is_for_a_stylist_or_a_level(self):
        form = Form(self.cut.product_tmpl_id.with_user(self.manager))
        with self.assertRaises(AssertionError), form.salon_variation_ids.new() as variation:
            variation.active_minutes = 20

    def test_a_new_service_is_complete_in_one_form(self):
        action = self.env.ref("salon_crm.salon_service_action")
        context = {"default_is_salon_service": True, "default_type": "service", "default_salon_active_minutes": 30}
        self.assertIn("default_is_salon_service", action.context)
        with Form(self.env["product.template"].with_user(self.manager).with_context(**context)) as form:
            form.name = "Perm"
            form.salon_processing_minutes = 40
            form.salon_station_ids.add(self.chair)
            form.salon_station_free = True
            form.salon_addon_ids.add(self.facial)
            form.salon_parallel = True
            form.salon_online = False
            form.salon_interval_days = 90
            with form.salon_variation_ids.new() as variation:
                variation.stylist_id = self.env["hr.employee.public"].browse(self.anna.id)
        service = form.record
        self.assertEqual(service.salon_variation_ids.processing_minutes, 40)
        self.assertEqual((service.salon_interval_days, service.salon_online), (90, False))

    def test_a_stylists_form_has_level_online_roster_and_turn(self):
        with Form(self.anna) as form:
            form.salon_level_id = self.senior
            form.salon_online = False
            form.salon_roster_only = True
            form.salon_sequence = 3
        public = self.env["hr.employee.public"].browse(self.anna.id)
        self.assertEqual((public.salon_level_id, public.salon_sequence), (self.senior, 3))
        self.assertEqual((public.salon_online, public.salon_roster_only), (False, True))

    def test_a_station_without_hours_is_there_whenever_the_salon_is_open(self):
        with Form(self.env["salon.station"].with_user(self.manager)) as form:
            form.name = "Chair 9"
        self.assertFalse(form.record.resource_calendar_id)

    def test_every_rule_of_the_company_can_be_set(self):
        company = self.env["res.company"]
        rules = {name for name in company._fields if name.startswith("salon_")}
        view = self.env["res.config.settings"].get_view(view_type="form")["arch"]
        settings = self.env["res.config.settings"]._fields
        missing = {name for name in rules if name in settings and f'name="{name}"' not in view}
        self.assertEqual(missing, set())
        with Form(self.env["res.config.settings"]) as form:
            form.salon_notice_minutes = 45
            form.salon_turn_rule = "idle"
            form.salon_buffer_minutes = 5
        form.record.execute()
        self.assertEqual(
            (
                self.env.company.salon_notice_minutes,
                self.env.company.salon_turn_rule,
                self.env.company.salon_buffer_minutes,
            ),
            (45, "idle", 5),
        )

    def test_reasons_tell_who_cancelled(self):
        names = ("client_ill", "client_no_time", "client_other_time", "stylist_ill", "closed", "mistake")
        reasons = [self.env.ref(f"salon_crm.cancel_reason_{name}") for name in names]
        self.assertEqual([reason.by_client for reason in reasons], [True, True, True, False, False, False])
