from datetime import datetime, timedelta

from odoo.tests import TransactionCase, new_test_user

from odoo.addons.mail.tests.common import MockEmail


class SalonCommon(TransactionCase):
    """A salon with two stylists, two chairs, three services and a client."""

    chart_template = "generic_coa"  # for who also tests the till: else it is guessed, which takes longer than loading

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "no_reset_password": True})
        cls._set_up_salon()

    @classmethod
    def _set_up_salon(cls):
        cls.env.user.group_ids |= cls.env.ref("salon_crm.group_salon_manager") | cls.env.ref("hr.group_hr_manager")
        cls.reception = new_test_user(cls.env, "salon_reception", "salon_crm.group_salon_reception")
        cls.stylist_user = new_test_user(cls.env, "salon_stylist", "salon_crm.group_salon_stylist")
        cls.other_stylist_user = new_test_user(cls.env, "salon_stylist_2", "salon_crm.group_salon_stylist")
        cls.manager = new_test_user(cls.env, "salon_manager", "salon_crm.group_salon_manager")
        cls.plain_user = new_test_user(cls.env, "plain_user", "base.group_user,base.group_partner_manager")
        # Tests run at any hour of any day: these two always work. What hours do is tested with hours.
        cls.anna, cls.ben = cls.env["hr.employee"].create(
            [
                {"name": name, "is_salon_stylist": True, "user_id": user.id, "resource_calendar_id": False}
                for name, user in (("Anna", cls.stylist_user), ("Ben", cls.other_stylist_user))
            ]
        )
        cls.chair, cls.chair_2 = cls.env["salon.station"].create(
            [{"name": "Chair 1", "kind": "chair"}, {"name": "Chair 2", "kind": "chair"}]
        )
        cls.cut, cls.colour, cls.facial = cls.env["product.product"].create(
            [
                cls._prepare_service("Cut", 100, active=30),
                cls._prepare_service("Colour", 300, active=40, processing=30, finishing=20),
                cls._prepare_service("Facial", 200, active=60, cleanup=15),
            ]
        )
        cls.client = cls.env["res.partner"].create({"name": "Clara Client", "phone": "+86 139 0000 0001"})
        cls.start = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=7)

    @classmethod
    def _prepare_service(cls, name, price, active, processing=0, finishing=0, cleanup=0):
        return {
            "name": name,
            "type": "service",
            "list_price": price,
            "taxes_id": False,
            "available_in_pos": True,
            "is_salon_service": True,
            "salon_active_minutes": active,
            "salon_processing_minutes": processing,
            "salon_finishing_minutes": finishing,
            "salon_cleanup_minutes": cleanup,
        }

    @classmethod
    def _prepare_line(cls, service, stylist, station=None, **values):
        return {"product_id": service.id, "stylist_id": stylist.id, "station_id": station and station.id, **values}

    @classmethod
    def _book(cls, *lines, minutes=0, user=None, client=None, **values):
        """Book (service, stylist[, station]) lines, `minutes` after the salon's usual start."""
        events = cls.env["calendar.event"]
        if user:
            events = events.with_user(user)
        return events.create(
            {
                "is_salon_booking": True,
                "salon_client_id": (client or cls.client).id,
                "start": cls.start + timedelta(minutes=minutes),
                "salon_line_ids": [(0, 0, cls._prepare_line(*line)) for line in lines],
                **values,
            }
        )

    def _blocks(self, booking, resource):
        """Return when `booking` takes `resource`, in minutes from its start."""
        blocks = booking.sudo().salon_line_ids.block_ids.filtered(lambda block: block.resource_id == resource)
        return [
            ((block.start - booking.start).total_seconds() / 60, (block.stop - booking.start).total_seconds() / 60)
            for block in blocks.sorted("start")
        ]


class SalonMailCommon(SalonCommon, MockEmail):
    """The same salon, which writes to its clients at any hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.write({"salon_message_from": 0, "salon_message_to": 24})
        # Whatever else is booked in this database is not what is tested here.
        cls.env["salon.message"]._count_all_as_told()

    def _send_messages(self, errors=0):
        """Plan and send what is due, as the cron does; return the mails that left. It logs that many errors."""
        expected = self.assertLogs("odoo.addons.salon_crm", "ERROR") if errors else self.assertNoLogs(level="ERROR")
        with (
            expected as logged,
            self.mock_mail_gateway(),
            self.enter_registry_test_mode(),
            self.registry.cursor() as cr,
        ):
            self.env(cr=cr)["salon.message"]._cron_messages()
        self.assertEqual(errors and len(logged.output), errors)
        self.env.invalidate_all()
        self.assertFalse([mail for mail in self._new_mails if mail.exists() and mail.state != "sent"])
        return self._new_mails
