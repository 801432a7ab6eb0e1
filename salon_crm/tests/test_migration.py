import runpy
from datetime import timedelta

from odoo.tests import tagged
from odoo.tools.misc import file_path

from .common import SalonCommon


@tagged("post_install", "-at_install")
class TestMigration(SalonCommon):
    def test_stations_lose_the_companys_hours_and_keep_those_that_somebody_gave_them(self):
        company_hours = self.env.company.resource_calendar_id
        own_hours = self.env["resource.calendar"].create({"name": "Sunbed"})
        self.chair.resource_calendar_id = company_hours
        self.chair_2.resource_calendar_id = own_hours
        self.anna.resource_calendar_id = company_hours
        stations = self.chair | self.chair_2
        self.assertEqual(stations.resource_id.calendar_id, company_hours | own_hours)
        self._migrate()
        for _twice in range(2):
            self.assertFalse(self.chair.resource_calendar_id)
            self.assertFalse(self.chair.resource_id.calendar_id)
            self.assertEqual(self.chair_2.resource_calendar_id, own_hours)
            self.assertEqual(self.chair_2.resource_id.calendar_id, own_hours)
            self.assertEqual(self.anna.resource_id.calendar_id, company_hours, "people keep theirs")
            self._migrate()

    def test_stations_of_another_company_are_judged_by_its_own_hours(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        room = self.env["salon.station"].create({"name": "Room", "company_id": company.id})
        room.resource_calendar_id = self.env["resource.calendar"].create({"name": "Own", "company_id": company.id})
        hours = room.resource_calendar_id
        self._migrate()
        self.assertEqual(room.resource_calendar_id, hours)
        room.resource_calendar_id = company.resource_calendar_id
        self._migrate()
        self.assertFalse(room.resource_calendar_id)

    def test_the_index_of_clients_gives_way_to_the_one_with_their_times(self):
        old = "calendar_event__salon_client_id_index"
        self.cr.execute(f"CREATE INDEX IF NOT EXISTS {old} ON calendar_event (salon_client_id)")
        for _twice in range(2):
            self._migrate()
            self.cr.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'calendar_event'")
            names = [name for (name,) in self.cr.fetchall()]
            self.assertNotIn(old, names)
            self.assertIn("calendar_event_salon_client_idx", names)

    def test_bookings_of_before_count_as_told(self):
        booking = self._book((self.cut, self.anna))
        off = self._book((self.cut, self.anna), minutes=60)
        off.action_salon_cancel()
        past = self._book((self.cut, self.anna), start=self.start - timedelta(days=30))
        for _twice in range(2):
            self._migrate("19.0.1.2.0/post-migrate.py")
            message = booking.salon_message_ids
            self.assertEqual((message.kind, message.state, message.reason), ("confirmation", "skipped", "known"))
            self.assertEqual((message.told_start, message.partner_id), (booking.start, self.client))
            self.assertFalse((off | past).salon_message_ids)
        self.assertFalse(self.env["salon.message"]._find_news(self.env.company, booking | off | past))

    def test_letters_that_nobody_changed_are_renewed_and_the_salons_own_stay(self):
        made, changed = (self.env.ref(f"salon_crm.mail_template_booking_{name}") for name in ("made", "changed"))
        (made | changed).body_html = "<p>Our own words</p>"
        self.env.flush_all()
        self.cr.execute("UPDATE mail_template SET write_date = create_date WHERE id = %s", (made.id,))
        self.env.invalidate_all()
        self._migrate("19.0.1.2.0/post-migrate.py")
        self.assertIn("_salon_mark", made.body_html)
        self.assertEqual(changed.body_html, "<p>Our own words</p>")

    def test_who_wanted_to_be_reminded_the_day_before_still_does(self):
        dana = self.env["res.partner"].create({"name": "Dana"})
        (self.client | dana)._make_salon_clients()
        files = (self.client | dana).salon_file_ids
        self.env.flush_all()
        self.cr.execute("ALTER TABLE salon_client_file DROP COLUMN remind_day_before")
        self.cr.execute("ALTER TABLE res_partner ADD COLUMN salon_remind_day_before bool")
        self.cr.execute("UPDATE res_partner SET salon_remind_day_before = TRUE WHERE id = %s", (self.client.id,))
        for _twice in range(2):
            files._take_over_reminders()
            self.env.invalidate_all()
            self.assertEqual(files.filtered("remind_day_before").partner_id, self.client)

    def _migrate(self, script="19.0.1.1.0/pre-migrate.py"):
        self.env.flush_all()
        runpy.run_path(file_path(f"salon_crm/migrations/{script}"))["migrate"](self.cr, "")
        self.env.invalidate_all()
