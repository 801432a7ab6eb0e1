from datetime import timedelta

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import vault
from .common import SalonCommon
from .health import HealthKeys

REFUSED = "This client can't have “Colour”. Ask a manager."
REFUSED_MANAGER = "This client can't have “Colour”, unless you make an exception in their file."


@tagged("post_install", "-at_install")
class TestSensitivities(HealthKeys, SalonCommon):
    """A client with a sensitivity that a service names can't have it without a manager's reason (invariant 4)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ppd, cls.latex = cls.env["salon.substance"].create([{"name": "Test PPD"}, {"name": "Test latex"}])
        cls.colour.salon_contraindication_ids = cls.ppd
        cls._book((cls.cut, cls.anna), minutes=-600)
        cls.file = cls.client.salon_file_ids
        cls.friend = cls.env["res.partner"].create({"name": "Olga Other", "is_salon_client": True})

    def _note(self, user=None, file=None, **values):
        model = self.env["salon.sensitivity"].with_user(user or self.stylist_user)
        return model.create({"file_id": (file or self.file).id, "substance_id": self.ppd.id, **values})

    def _allow(self, user=None, **values):
        day = fields.Date.context_today(self.file) + timedelta(days=30)
        values = {"reason": "Patch test was clean", "valid_until": day, **values}
        return (
            self.env["salon.override"]
            .with_user(user or self.manager)
            .create({"file_id": self.file.id, "product_tmpl_id": self.colour.product_tmpl_id.id, **values})
        )

    # Who sees them ----------------------------------------------------------------------------------------

    def test_for_managers_and_the_stylists_who_serve_the_client(self):
        one = self._note(severity="3")
        for user in (self.stylist_user, self.manager):
            self.assertEqual(one.with_user(user).read(["severity"])[0]["severity"], "3")
        desk_stylist = new_test_user(
            self.env, "desk_stylist", "salon_crm.group_salon_reception,salon_crm.group_salon_stylist"
        )
        for user in (self.reception, self.other_stylist_user, self.plain_user, desk_stylist):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    one.with_user(user).read(["severity"])
                with self.assertRaises(AccessError):
                    self._note(user=user)
                with self.assertRaises(AccessError):
                    one.with_user(user).write({"severity": "1"})
                with self.assertRaises(AccessError):
                    self.file.with_user(user).action_view_sensitivities()
        with self.assertRaisesRegex(UserError, "stays with its client"):
            one.with_user(self.manager).file_id = self.friend.salon_file_ids

    def test_each_look_and_change_is_logged(self):
        one = self._note().with_user(self.stylist_user)
        one.severity = "1"
        model, domain = one.browse(), [("id", "=", one.id)]
        self.stylist_user.group_ids |= self.env.ref("base.group_allow_export")
        for look, operation in (
            (lambda: one.read(["kind"]), "read"),
            (lambda: one.web_read({"kind": {}}), "read"),
            (lambda: model.web_search_read(domain, {"kind": {}}), "read"),
            (lambda: model.search_read(domain, ["kind"]), "read"),
            (lambda: model.name_search("", domain), "read"),
            (lambda: model.formatted_read_group(domain, ["substance_id"], ["__count"]), "read"),
            (lambda: model.web_read_group(domain, ["substance_id"], ["__count"]), "read"),
            (lambda: one.export_data(["kind"]), "export"),
        ):
            self.env.cr.flush()
            before = self.env["salon.access.log"].search_count([])
            look()
            line = self.env["salon.access.log"].search([], limit=1)
            self.assertGreater(self.env["salon.access.log"].search_count([]), before)
            self.assertEqual((line.file_id, line.what, line.operation), (self.file, "sensitivities", operation))
            self.assertIn("salon_stylist", line.user_name)
        one.with_user(self.manager).unlink()
        kinds = self.env["salon.access.log"].search([("what", "=", "sensitivities")]).mapped("operation")
        self.assertEqual((kinds[0], kinds.count("change")), ("remove", 2))

    def test_no_look_goes_by_the_log(self):
        one = self._note().with_user(self.stylist_user)
        model, domain = one.browse(), [("substance_id.name", "=", "Test PPD")]
        lines = self.env["salon.access.log"]
        for name, look in (
            ("search", lambda: model.search(domain)),
            ("search_count", lambda: model.search_count(domain)),
            ("copy_data", one.copy_data),
            ("grouping sets", lambda: model.formatted_read_grouping_sets([], [["substance_id"]], ["__count"])),
            ("progress bar", lambda: model.read_progress_bar([], "substance_id", {"field": "severity", "colors": {}})),
            ("panel", lambda: model.search_panel_select_range("substance_id")),
            ("web_name_search", lambda: model.web_name_search("", {"substance_id": {}})),
            ("mapped", lambda: one.mapped("substance_id.name")),
            ("web_save", lambda: one.web_save({}, {"substance_id": {}})),
        ):
            self.env.cr.flush()
            self.env.invalidate_all()
            before = lines.search_count([])
            with self.subTest(name):
                look()
                self.assertGreater(lines.search_count([]), before)
        self.env.cr.flush()
        before = lines.search_count([])
        model.web_search_read(domain, {"substance_id": {}, "severity": {}})
        self.assertEqual(lines.search_count([]), before + 1)  # one look, one line

    def test_its_name_tells_nothing(self):
        """Activities keep the name of what they are about, attachments show it: to people whom nobody asks."""
        one = self._note()
        self.assertEqual(one.display_name, "Sensitivity")
        model_id = self.env["ir.model"]._get_id("salon.sensitivity")
        for user in (self.plain_user, self.reception):
            activity = self.env["mail.activity"].with_user(user).create({"user_id": user.id, "summary": "mine"})
            with self.assertRaises(AccessError), self.cr.savepoint():
                activity.write({"res_model_id": model_id, "res_id": one.id})

    def test_what_reads_is_given_a_cursor_that_can_write(self):
        for name in ("read", "web_read", "search_read", "web_search_read", "name_search", "web_read_group"):
            self.assertIs(getattr(type(self.env["salon.sensitivity"]), name)._readonly, False)

    # Booking ----------------------------------------------------------------------------------------------

    def _refused(self, act, sentence=REFUSED):
        with self.assertRaises(ValidationError) as caught, self.cr.savepoint():
            act()
            self.env.flush_all()
        self.assertEqual(str(caught.exception.args[0]), sentence)

    def test_nobody_books_them_into_it(self):
        self._note()
        booking = self._book((self.cut, self.anna), minutes=60)
        other = self._book((self.colour, self.anna), minutes=120, client=self.friend)
        line = self._prepare_line(self.colour, self.anna)
        for user, sentence in (
            (self.reception, REFUSED),
            (self.stylist_user, REFUSED),
            (self.manager, REFUSED_MANAGER),
        ):
            mine, others = booking.with_user(user), other.with_user(user)
            lines = mine.salon_line_ids
            for act in (
                lambda user=user: self._book((self.colour, self.anna), minutes=300, user=user),
                lambda lines=lines: lines.write({"product_id": self.colour.id}),
                lambda lines=lines: lines.write({"addon_ids": [(4, self.colour.id)]}),
                lambda mine=mine: mine.write({"salon_line_ids": [(0, 0, line)]}),
                lambda lines=lines: lines.create({**line, "event_id": booking.id}),
                lambda others=others: others.salon_line_ids.write({"guest_id": self.client.id}),
            ):
                self._refused(act, sentence)
        for user, sentence in ((self.reception, REFUSED), (self.manager, REFUSED_MANAGER)):
            others = other.with_user(user)
            self._refused(lambda others=others: others.write({"salon_client_id": self.client.id}), sentence)
        self._refused(
            lambda: self._book(
                client=self.friend, salon_line_ids=[(0, 0, {**self._prepare_line(self.colour, self.ben),
                                                            "guest_id": self.client.id})], minutes=400,
            )
        )  # fmt: skip
        self.assertEqual(other.salon_client_id, self.friend)
        # The friend has it, and the client has what does not name it.
        self._book((self.facial, self.ben), minutes=600)

    def test_what_became_known_after_the_booking_stops_the_service(self):
        booking = self._book((self.colour, self.anna))
        cancelled = self._book((self.colour, self.anna), minutes=300)
        cancelled.action_salon_cancel()
        self._note()
        self._refused(cancelled.action_salon_rebook)
        booking.action_salon_arrive()  # who stands there stands there
        self._refused(booking.with_user(self.stylist_user).action_salon_start)
        self._refused(booking.with_user(self.stylist_user).action_salon_done)
        self._allow()
        booking.with_user(self.stylist_user).action_salon_start()
        self.assertEqual(booking.salon_state, "in_service")

    def test_no_visit_is_noted_by_hand_around_it(self):
        self._note()
        visits = self.env["salon.visit"].with_user(self.reception)
        line = {"product_id": self.colour.id, "performer_ids": [(0, 0, {"employee_id": self.anna.id})]}
        self._refused(lambda: visits.create({"partner_id": self.client.id, "line_ids": [(0, 0, line)]}))
        visit = visits.create({"partner_id": self.friend.id, "line_ids": [(0, 0, line)]})
        self._refused(lambda: visit.write({"partner_id": self.client.id}))
        own = visits.create({"partner_id": self.client.id})
        self._refused(lambda: own.write({"line_ids": [(0, 0, line)]}))

    def test_online_it_is_as_if_nothing_were_free(self):
        self.env.company.write({"salon_online_booking": True, "salon_notice_minutes": 0})
        search = self.env["salon.availability"].find_offers
        wishes = [{"product_id": self.colour.id}]
        start = self.start
        span = (start, start + timedelta(hours=2))
        self.assertTrue(search(wishes, *span, channel="online", client=self.client))
        self._note()
        self.assertEqual(search(wishes, *span, channel="online", client=self.client), [])
        self.assertTrue(search(wishes, *span, channel="online", client=self.friend))
        # A visitor says who they are only later.
        drafts = self.env["salon.online.booking"]
        offer = search(wishes, *span, channel="online", limit=1)[0]
        draft = drafts._begin(self.env.company, wishes, offer["start"], "192.0.2.1")
        draft.write({"name": "Clara Client", "email": "clara@example.com"})
        self.client.email = "clara@example.com"
        with self.assertRaisesRegex(UserError, "can't be booked online"):
            draft._book()
        self.assertFalse(draft.event_id)

    def test_other_substances_and_services_do_not_matter(self):
        self._note(substance_id=self.latex.id)
        self._book((self.colour, self.anna))
        self.cut.salon_contraindication_ids = self.latex
        with self.assertRaises(ValidationError):
            self._book((self.cut, self.anna), minutes=300)
        self.cut.salon_contraindication_ids = False
        self._book((self.cut, self.anna), minutes=300)

    def _with_allergy_after(self, *lines, **values):
        """Return a booking into which the client came before anything was known."""
        booking = self._book(*lines, **values)
        self._note()
        return booking

    def test_who_has_arrived_is_not_done_at_once(self):
        booking = self._with_allergy_after((self.colour, self.anna))
        booking.action_salon_arrive()
        for user in (self.reception, self.stylist_user):
            mine = booking.with_user(user)
            self._refused(mine.action_salon_done)
            self._refused(lambda mine=mine: mine.write({"salon_state": "done"}))
            self._refused(booking.salon_visit_ids.with_user(user).action_done)
        self.assertEqual((booking.salon_state, booking.salon_visit_ids.state), ("arrived", "open"))
        # The till closes what was sold all the same.
        booking.salon_visit_ids.sudo()._mark_done()
        self.assertEqual(booking.salon_state, "done")

    def test_no_booking_is_moved_past_the_last_day_of_its_exception(self):
        self._note()
        day = self.start.date()
        self._allow(valid_until=day)
        booking = self._book((self.colour, self.anna), user=self.reception)
        booking.with_user(self.reception).start = self.start + timedelta(hours=2)
        later = self.start + timedelta(days=2)
        self._refused(lambda: booking.with_user(self.reception).write({"start": later}))
        self.assertEqual(booking.start.date(), day)

    def test_what_must_not_be_is_not_offered_either(self):
        """Invariant 3: one rule says what is offered and what can be booked."""
        self._note()
        events = self.env["calendar.event"].with_user(self.reception)
        span = {"date_from": self.start, "date_to": self.start + timedelta(days=3)}
        wishes = {"client_id": self.client.id, "lines": [{"product_id": self.colour.id}], **span}
        self.assertEqual(events.salon_offers(wishes), [])
        guests = {**wishes, "client_id": self.friend.id}
        self.assertTrue(events.salon_offers(guests))
        guests["lines"] = [{"product_id": self.cut.id, "guest": self.client.id, "addon_ids": self.colour.ids}]
        self.assertEqual(events.salon_offers(guests), [])
        # With an exception, until its last day.
        self._allow(valid_until=self.start.date() + timedelta(days=1))
        days = {fields.Datetime.to_datetime(offer["start"]).date() for offer in events.salon_offers(wishes)}
        self.assertEqual(days, {self.start.date(), self.start.date() + timedelta(days=1)})

    def test_the_desk_says_at_once_what_can_not_be_and_who_may_know_where_to_see_why(self):
        self._note()
        span = {"date_from": self.start, "date_to": self.start + timedelta(days=1)}
        values = {"client_id": self.client.id, "lines": [{"product_id": self.colour.id}], **span}
        for user, message, knows, may_except in (
            (self.reception, REFUSED, False, False),
            (self.other_stylist_user, REFUSED, False, False),
            (self.stylist_user, REFUSED, True, False),
            (self.manager, REFUSED_MANAGER, True, True),
        ):
            with self.subTest(user.login):
                events = self.env["calendar.event"].with_user(user)
                refusal = {"message": message, "file_id": knows and self.file.id, "may_except": may_except}
                refusal["service_id"] = self.colour.product_tmpl_id.id
                self.assertEqual(events.salon_free_times(values), {"offers": [], "refusal": refusal})
                self.assertEqual(events.salon_next_offers({**values, "day": "2030-01-01"})["refusal"], message)
        free = self.env["calendar.event"].with_user(self.reception)
        free = free.salon_free_times({**values, "lines": [{"product_id": self.cut.id}]})
        self.assertTrue(free["offers"])
        self.assertFalse(free["refusal"])

    def test_nobody_waits_for_it(self):
        self._note()
        wish = [(0, 0, {"product_id": self.colour.id})]
        waiting = self.env["salon.waiting"].with_user(self.reception)
        walk_ins = self.env["salon.walk.in"].with_user(self.reception)
        today = fields.Date.context_today(waiting)
        days = {"date_from": today, "date_to": today + timedelta(days=5)}
        self._refused(lambda: waiting.create({"partner_id": self.client.id, "wish_ids": wish, **days}))
        self._refused(lambda: walk_ins.create({"partner_id": self.client.id, "wish_ids": wish}))
        walk_in = walk_ins.create({"name": "Somebody", "wish_ids": wish})
        self._refused(lambda: walk_in.write({"partner_id": self.client.id}))

    def test_what_is_noted_counts_at_once_whatever_was_asked_before(self):
        self.colour.salon_contraindication_ids = False
        self._note()
        self._book((self.colour, self.anna))
        self.env.cr.execute(
            "INSERT INTO salon_service_contraindication_rel VALUES (%s, %s)",
            [self.colour.product_tmpl_id.id, self.ppd.id],
        )  # another server has done it: nothing here was told
        self._refused(lambda: self._book((self.colour, self.anna), minutes=300))

    # Who may take one away ------------------------------------------------------------------------------------

    def test_stylists_do_not_make_another_substance_of_it(self):
        one = self._note().with_user(self.stylist_user)
        with self.assertRaisesRegex(UserError, "ask a manager"):
            one.substance_id = self.latex
        one.write({"substance_id": self.ppd.id, "severity": "3"})
        one.with_user(self.manager).substance_id = self.latex
        self._book((self.colour, self.anna))

    # Exceptions -------------------------------------------------------------------------------------------

    def test_a_managers_reason_allows_it_and_says_why_to_who_may_know(self):
        self._note()
        with Form(
            self.env["salon.override"].with_user(self.manager).with_context(default_file_id=self.file.id)
        ) as form:
            form.product_tmpl_id = self.colour.product_tmpl_id
            form.valid_until = fields.Date.context_today(self.file) + timedelta(days=10)
            form.reason = "zz allergy was to another brand"
        override = form.record
        booking = self._book((self.colour, self.anna), user=self.reception)
        self.assertEqual(booking.salon_state, "booked")
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(o)::text FROM salon_override o WHERE id = %s", [override.id])
        self.assertNotIn("another brand", self.env.cr.fetchone()[0])
        self.assertFalse(override.read(["reason"])[0]["reason"])
        self.assertEqual(override.reveal("review")[0]["reason"], "zz allergy was to another brand")
        self.assertIn("another brand", override.action_show_reason()["params"]["message"])
        for user in (self.reception, self.other_stylist_user, self.plain_user):
            with self.assertRaises(AccessError):
                override.with_user(user).reveal("service")
            with self.assertRaises(AccessError):
                self._allow(user=user)
        with self.assertRaises(AccessError):
            self._allow(user=self.stylist_user)
        # After its last day it does not hold.
        day = fields.Date.context_today(self.file)
        late = (override.valid_until - day).days + 1 - 7
        self._refused(lambda: self._book((self.colour, self.anna), minutes=(late + 1) * 24 * 60))

    def test_an_exception_covers_what_was_known_then_alone(self):
        one = self._note()
        self._allow()
        self._book((self.colour, self.anna))
        one.severity = "3"
        self._refused(lambda: self._book((self.colour, self.anna), minutes=300))
        self._allow()
        self._book((self.colour, self.anna), minutes=300)
        self._note(kind="intolerance")
        self._refused(lambda: self._book((self.colour, self.anna), minutes=500))

    def test_an_exception_needs_all_it_says(self):
        with self.assertRaisesRegex(UserError, "Just book it"):
            self._allow()
        self._note()
        for values in ({"reason": " "}, {"valid_until": False}, {"product_tmpl_id": False}):
            with self.assertRaisesRegex(UserError, "needs the client"):
                self._allow(**values)
        with self.assertRaisesRegex(UserError, "over already"):
            self._allow(valid_until=fields.Date.context_today(self.file) - timedelta(days=1))
        self._keys(",")
        with self.assertRaisesRegex(UserError, "no key for health notes"):
            self._allow()
        self._keys(self.master)

    def test_exceptions_are_kept_for_ever(self):
        self._note()
        override = self._allow()
        self.env.flush_all()
        for statement in (
            "UPDATE salon_override SET valid_until = '2100-01-01'",
            "DELETE FROM salon_override",
            "TRUNCATE salon_override",
        ):
            with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation), self.cr.savepoint():
                self.env.cr.execute(statement)
        for act in (override.unlink, lambda: override.write({"valid_until": "2100-01-01"})):
            with self.assertRaises(AccessError):
                act()

    # Merge, erase -----------------------------------------------------------------------------------------

    def test_merged_clients_keep_both_files_sensitivities_and_exceptions(self):
        self._note()
        override = self._allow()
        other = self._note(user=self.manager, file=self.friend.salon_file_ids, substance_id=self.latex.id)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.friend).ids, self.friend)
        self.env.invalidate_all()
        file = self.friend.salon_file_ids
        self.assertEqual((override.file_id, other.file_id), (file, file))
        self.assertEqual(self.env["salon.sensitivity"].search_count([("file_id", "=", file.id)]), 2)
        self._book((self.colour, self.anna), client=self.friend, minutes=300)

    def test_erasure_takes_sensitivities_and_reasons(self):
        one = self._note()
        override = self._allow()
        self.file._erase_health()
        self.assertFalse(one.exists())
        with self.assertRaisesRegex(UserError, "erased"):
            override.reveal("review")
        self.assertTrue(vault.configured_keys())
