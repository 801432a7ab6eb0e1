from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common import SalonMailCommon


@tagged("post_install", "-at_install")
class TestReplan(SalonMailCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.email = "clara@example.com"
        cls.env.company.email = "hello@salon.example.com"
        cls.dana = cls.env["res.partner"].create({"name": "Dana", "phone": "+86 139 0000 0002"})

    def _replan(self, minutes=0, length=240, user=None, **values):
        """Search what is hit in `length` minutes from the salon's usual start on; Anna is ill where not said else."""
        if not {"stylist_id", "station_id"} & values.keys():
            values["stylist_id"] = self.anna.id
        start = self.start + timedelta(minutes=minutes)
        replans = self.env["salon.replan"].with_user(user or self.reception)
        replan = replans.create({"start": start, "stop": start + timedelta(minutes=length), **values})
        replan.action_search()
        return replan

    def _choose(self, line, kind, name=None):
        line.proposal_id = line.proposal_ids.filtered(
            lambda proposal: proposal.kind == kind and (name is None or name in proposal.name)
        )[:1]
        self.assertTrue(line.proposal_id, line.proposal_ids.mapped("name"))

    def _blocked(self):
        return self.env["salon.blocked.time"].search([("stylist_id", "=", self.anna.id)], order="start")

    # What is hit -----------------------------------------------------------------------------------------

    def test_every_booking_that_is_hit_is_listed_in_the_order_of_time(self):
        late = self._book((self.cut, self.anna), minutes=120)
        early = self._book((self.cut, self.ben), (self.cut, self.anna), minutes=30, client=self.dana)
        self._book((self.cut, self.ben))
        self._book((self.cut, self.anna), minutes=240)
        self._book((self.cut, self.anna), minutes=180).action_salon_cancel()
        self._book((self.cut, self.anna), minutes=210).action_salon_no_show()
        replan = self._replan()
        self.assertEqual(replan.line_ids.event_id, early | late)
        self.assertEqual(replan.line_ids.mapped("event_id.id"), [early.id, late.id])
        self.assertEqual(replan.line_ids[0].line_ids, early.salon_line_ids[1])

    def test_a_booking_whose_processing_time_alone_lies_in_it_is_not_hit(self):
        self._book((self.colour, self.anna, self.chair))
        self.assertFalse(self._replan(minutes=40, length=30).line_ids)
        self.assertTrue(self._replan(minutes=60, length=30).line_ids)

    def test_it_needs_one_who_is_away_and_a_time(self):
        with self.assertRaisesRegex(UserError, "either a stylist or a station"):
            self._replan(station_id=self.chair.id, stylist_id=self.anna.id)
        with self.assertRaisesRegex(UserError, "later than"):
            self._replan(length=0)

    # Proposals ----------------------------------------------------------------------------------------------

    def test_somebody_else_at_the_same_time_comes_first_then_the_same_stylist_nearest(self):
        booking = self._book((self.cut, self.anna))
        line = self._replan().line_ids
        places = line.proposal_ids.filtered(lambda proposal: proposal.kind == "place")
        self.assertEqual(line.proposal_id.name, "same time · Ben")
        self.assertEqual(places[0].start, booking.start)
        own = [proposal for proposal in places if "Anna" in proposal.name]
        self.assertTrue(own)
        distances = [abs(proposal.start - booking.start) for proposal in own]
        self.assertEqual(distances, sorted(distances))
        away = (self.start - timedelta(minutes=30), self.start + timedelta(minutes=240))
        self.assertFalse([proposal for proposal in own if away[0] < proposal.start < away[1]])
        self.assertEqual(line.proposal_ids.mapped("kind")[-2:], ["leave", "cancel"])

    def test_the_first_proposals_fit_together(self):
        bookings = self.env["calendar.event"]
        for minutes, client in ((0, self.client), (15, self.dana)):
            bookings |= self._book((self.colour, self.anna), minutes=minutes * 8, client=client)
        # Ben has room for one of the two at their own time alone.
        self._book((self.cut, self.ben), minutes=120)
        replan = self._replan()
        self.assertFalse(replan.clash)
        first, second = replan.line_ids
        self.assertEqual(first.proposal_id.name, "same time · Ben")
        self.assertNotEqual(second.proposal_id.start, second.start)
        replan.action_apply()
        self.assertEqual(bookings[0].salon_line_ids.stylist_id, self.ben)

    def test_two_choices_that_take_the_same_person_are_refused_with_a_sentence(self):
        self._book((self.cut, self.anna))
        self._book((self.cut, self.anna), minutes=30, client=self.dana)
        replan = self._replan()
        first, second = replan.line_ids
        offer = second.proposal_id
        first.proposal_id.write({"takes": offer.takes})
        self.assertIn("Clara Client", replan.clash)
        self.assertIn("Dana", replan.clash)
        with self.assertRaisesRegex(UserError, "same person or station"):
            replan.action_apply()

    def test_the_other_services_keep_their_people(self):
        cleo = self.env["hr.employee"].create({"name": "Cleo", "is_salon_stylist": True, "resource_calendar_id": False})
        booking = self._book((self.cut, self.ben), (self.cut, self.anna))
        self._replan(minutes=0).action_apply()
        self.assertEqual(booking.salon_line_ids[0].stylist_id, self.ben)
        self.assertIn(booking.salon_line_ids[1].stylist_id, self.ben | cleo)
        self.assertEqual(booking.start, self.start)

    def test_one_person_takes_all_services_of_who_is_away(self):
        self.env["hr.employee"].create({"name": "Cleo", "is_salon_stylist": True, "resource_calendar_id": False})
        booking = self._book((self.cut, self.anna), (self.facial, self.anna))
        self._replan().action_apply()
        self.assertEqual(len(booking.salon_line_ids.stylist_id), 1)
        self.assertNotEqual(booking.salon_line_ids.stylist_id, self.anna)

    def test_minutes_given_by_hand_stay_and_usual_ones_are_the_new_stylists(self):
        self.env["salon.service.variation"].create(
            {"product_tmpl_id": self.cut.product_tmpl_id.id, "stylist_id": self.ben.id, "active_minutes": 45}
        )
        usual = self._book((self.cut, self.anna))
        own = self._book((self.cut, self.anna), minutes=120, client=self.dana)
        own.salon_line_ids.active_minutes = 50
        self._replan().action_apply()
        self.assertEqual((usual.salon_line_ids.stylist_id, usual.salon_line_ids.active_minutes), (self.ben, 45))
        self.assertEqual((own.salon_line_ids.stylist_id, own.salon_line_ids.active_minutes), (self.ben, 50))

    def test_a_broken_station_is_replaced_by_another_that_serves(self):
        self.cut.salon_station_ids = self.chair | self.chair_2
        booking = self._book((self.cut, self.anna, self.chair))
        replan = self._replan(station_id=self.chair.id)
        self.assertEqual(replan.kind, "out_of_service")
        self.assertEqual(replan.line_ids.proposal_id.name, "same time · Chair 2")
        replan.action_apply()
        self.assertEqual(booking.salon_line_ids.station_id, self.chair_2)
        self.assertEqual((booking.start, booking.salon_line_ids.stylist_id), (self.start, self.anna))
        blocked = self.env["salon.blocked.time"].search([("station_id", "=", self.chair.id)])
        self.assertEqual((blocked.start, blocked.kind), (self.start, "out_of_service"))

    def test_a_service_bound_to_no_station_goes_to_one_of_the_same_kind(self):
        basin = self.env["salon.station"].create({"name": "Basin", "kind": "basin", "sequence": 1})
        booking = self._book((self.cut, self.anna, self.chair))
        self._replan(station_id=self.chair.id).action_apply()
        self.assertEqual(booking.salon_line_ids.station_id, self.chair_2)
        self.assertNotEqual(booking.salon_line_ids.station_id, basin)

    # Applied --------------------------------------------------------------------------------------------------

    def test_what_is_chosen_is_done_and_the_time_is_blocked(self):
        moved = self._book((self.cut, self.anna))
        gone = self._book((self.cut, self.anna), minutes=60, client=self.dana)
        replan = self._replan(note="flu")
        self._choose(replan.line_ids[0], "place", "Anna")
        self._choose(replan.line_ids[1], "cancel")
        replan.action_apply()
        self.assertNotEqual(moved.start, self.start)
        self.assertEqual(moved.salon_line_ids.stylist_id, self.anna)
        self.assertEqual((gone.salon_state, gone.salon_late_cancel), ("cancelled", False))
        self.assertFalse(gone.salon_cancel_reason_id.by_client)
        blocked = self._blocked()
        self.assertEqual((blocked.start, blocked.stop), (self.start, self.start + timedelta(minutes=240)))
        self.assertEqual((blocked.kind, blocked.note), ("illness", "flu"))

    def test_what_is_left_stays_and_all_around_it_is_blocked_and_said(self):
        booking = self._book((self.cut, self.anna), minutes=60)
        replan = self._replan()
        self._choose(replan.line_ids, "leave")
        result = replan.action_apply()
        self.assertEqual(booking.start, self.start + timedelta(minutes=60))
        self.assertEqual(
            [(block.start - self.start, block.stop - self.start) for block in self._blocked()],
            [
                (timedelta(0), timedelta(minutes=60)),
                (timedelta(minutes=90), timedelta(minutes=240)),
            ],
        )
        self.assertIn("Still booked in this time", result["params"]["message"])
        self.assertIn("Clara Client", result["params"]["message"])
        # Later, the last one finds its place, and the gap closes.
        again = self._replan()
        self.assertEqual(again.line_ids.event_id, booking)
        again.action_apply()
        self.assertEqual(booking.salon_line_ids.stylist_id, self.ben)
        self.assertEqual(len(self._blocked()), 3)

    def test_a_proposal_taken_meanwhile_is_named_and_nothing_is_half_saved(self):
        first = self._book((self.cut, self.anna))
        second = self._book((self.cut, self.anna), minutes=60, client=self.dana)
        replan = self._replan()
        self.assertEqual(replan.line_ids.proposal_id.mapped("name"), ["same time · Ben"] * 2)
        self._book((self.cut, self.ben), minutes=60)
        with self.assertRaisesRegex(UserError, "“Dana · Cut”.*Ben is taken from"), self.env.cr.savepoint():
            replan.action_apply()
        self.assertEqual((first | second).salon_line_ids.stylist_id, self.anna)
        self.assertFalse(self._blocked())
        replan.action_search()
        replan.action_apply()
        self.assertEqual(first.salon_line_ids.stylist_id, self.ben)
        self.assertNotEqual(second.start, self.start + timedelta(minutes=60))

    def test_a_booking_changed_meanwhile_is_named(self):
        booking = self._book((self.cut, self.anna))
        replan = self._replan()
        booking.action_salon_cancel()
        with self.assertRaisesRegex(UserError, "“Clara Client · Cut” .* has been changed meanwhile"):
            replan.action_apply()

    def test_cancelling_needs_a_reason_of_the_salon(self):
        self._book((self.cut, self.anna))
        replan = self._replan()
        self._choose(replan.line_ids, "cancel")
        replan.reason_id = False
        with self.assertRaisesRegex(UserError, "Say why the salon cancels"):
            replan.action_apply()

    def test_who_is_here_already_is_handed_over_and_neither_cancelled_nor_written_to(self):
        booking = self._book((self.cut, self.anna))
        booking.action_salon_arrive()
        replan = self._replan()
        self.assertFalse(replan.line_ids.tell)
        self.assertNotIn("cancel", replan.line_ids.proposal_ids.mapped("kind"))
        replan.action_apply()
        self.assertEqual(booking.salon_line_ids.stylist_id, self.ben)
        self.assertEqual(booking.salon_visit_ids.line_ids.performer_ids.employee_id, self.ben)

    def test_what_goes_on_and_breaks_stay_in_their_place(self):
        running = self._book((self.cut, self.anna))
        running.action_salon_arrive()
        running.action_salon_start()
        self.env["salon.blocked.time"].create(
            {
                "stylist_id": self.anna.id,
                "start": self.start + timedelta(minutes=90),
                "stop": self.start + timedelta(minutes=120),
            }
        )
        replan = self._replan()
        self.assertFalse(replan.line_ids)
        self.assertIn("Clara Client", replan.staying)
        replan.action_apply()
        self.assertEqual(running.salon_line_ids.stylist_id, self.anna)
        ills = self._blocked().filtered(lambda blocked: blocked.kind == "illness")
        self.assertEqual(
            [((ill.start - self.start).seconds // 60, (ill.stop - self.start).seconds // 60) for ill in ills],
            [(30, 90), (120, 240)],
        )

    def test_a_time_held_for_somebody_is_not_kept_for_who_is_away(self):
        hold = self.env["salon.booking.hold"]._hold(
            self.env.company,
            [(self.anna.resource_id.id, self.start, self.start + timedelta(minutes=30))],
            fields.Datetime.now() + timedelta(hours=1),
        )
        self._replan().action_apply()
        self.assertFalse(hold.exists())
        self.assertEqual(len(self._blocked()), 1)

    def test_who_was_offered_a_time_with_who_is_away_waits_on(self):
        day = self.start.date()
        wish = {"product_id": self.cut.id, "stylist_id": self.anna.id}
        waiting = self.env["salon.waiting"].create(
            {"partner_id": self.dana.id, "date_from": day, "date_to": day, "wish_ids": [(0, 0, wish)]}
        )
        requests = waiting.wish_ids._prepare_requests()
        found = self.env["salon.availability"].find_offers(
            requests, self.start, self.start + timedelta(minutes=1), limit=1
        )
        offer = self.env["salon.waiting.offer"]._make(waiting, requests, found[0], [1])
        self._replan().action_apply()
        self.assertEqual((offer.state, waiting.state), ("expired", "waiting"))
        self.assertEqual(len(self._blocked()), 1)
        with self.assertRaisesRegex(UserError, "ended already"):
            offer.action_accept()

    def test_who_works_for_two_companies_is_ill_in_both(self):
        company = self.env["res.company"].create({"name": "Second Salon"})
        (self.stylist_user | self.other_stylist_user).company_ids |= company
        twin, other = self.env["hr.employee"].create(
            [
                {
                    "name": f"{name} there",
                    "is_salon_stylist": True,
                    "user_id": user,
                    "company_id": company.id,
                    "resource_calendar_id": False,
                }
                for name, user in (("Anna", self.stylist_user.id), ("Cleo", False))
            ]
        )
        there = self._book((self.cut, twin), company_id=company.id)
        # Who works here alone is told that something is there, and not what.
        replan = self._replan()
        self.assertFalse(replan.line_ids)
        self.assertEqual(replan.staying, "Bookings in another company that stay: 1.")
        both = new_test_user(self.env, "reception_both", "salon_crm.group_salon_reception")
        both.company_ids |= company
        replan = self._replan(user=both)
        self.assertEqual(replan.line_ids.sudo().event_id, there)
        self.assertEqual(replan.line_ids.proposal_id.name, "same time · Cleo there")
        replan.action_apply()
        self.assertEqual(there.salon_line_ids.stylist_id, other)
        self.assertEqual(len(self._blocked()), 1)

    def test_the_front_desk_and_the_manager_may_and_others_may_not(self):
        self._book((self.cut, self.anna))
        for user in (self.stylist_user, self.plain_user):
            with self.assertRaises(AccessError):
                self._replan(user=user)
        replan = self._replan(user=self.manager)
        with self.assertRaises(AccessError):
            replan.with_user(self.reception).read(["note"])
        replan.action_apply()

    # The search --------------------------------------------------------------------------------------------------

    def test_the_search_leaves_out_who_is_said_to_be_away(self):
        find = self.env["salon.availability"].find_offers
        ask = ([{"product_id": self.cut.id, "stylist_id": self.anna.id}], self.start, self.start + timedelta(hours=2))
        away = (self.anna.resource_id.id, self.start + timedelta(minutes=30), self.start + timedelta(minutes=60))
        starts = {(offer["start"] - self.start).seconds // 60 for offer in find(*ask, every=15, without=[away])}
        self.assertEqual(starts, {0, 60, 75, 90, 105})
        self.assertEqual(len(find(*ask, every=15)), 8)

    def test_what_an_offer_takes_is_what_the_booking_then_blocks(self):
        self.facial.salon_station_ids = self.chair
        requests = [
            {"product_id": self.facial.id, "stylist_id": self.anna.id},
            {"product_id": self.colour.id, "stylist_id": self.anna.id},
        ]
        availability = self.env["salon.availability"]
        offer = availability.find_offers(requests, self.start, self.start + timedelta(minutes=1))[0]
        values = {"client_id": self.client.id, "lines": requests}
        booking = self.env["calendar.event"].create(
            self.env["calendar.event"]._prepare_booking_from_offer(values, offer)
        )
        blocks = booking.salon_line_ids.block_ids
        self.assertEqual(
            sorted(availability.offer_blocks(requests, offer)),
            sorted((block.resource_id.id, block.start, block.stop) for block in blocks),
        )

    # Clients are told -----------------------------------------------------------------------------------------------

    def test_the_client_is_written_to_in_their_language_and_the_salons_time(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.client.lang = "fr_FR"
        self.env.company.resource_calendar_id.tz = "Asia/Shanghai"
        booking = self._book((self.cut, self.anna), notes="<p>always late</p>")
        replan = self._replan()
        replan.action_apply()
        mail = self._send_messages()
        self.assertEqual((mail.recipient_ids, mail.state), (self.client, "sent"))
        self.assertIn("hello@salon.example.com", mail.email_from)
        self.assertEqual(mail.res_id, booking.id)
        # 9:00 UTC is 17:00 in Shanghai, and a French reader has no PM.
        for text in ("17:00", "Ben", "Anna", "Cut", self.env.company.name, "Clara Client"):
            self.assertIn(text, mail.body_html)
        for text in ("always late", "PM"):
            self.assertNotIn(text, mail.body_html)
        self.assertFalse(booking.salon_call_ids)

    def test_who_has_no_email_is_called_by_the_front_desk(self):
        booking = self._book((self.cut, self.anna), client=self.dana)
        replan = self._replan()
        self.assertEqual(replan.line_ids.how, "Call")
        replan.action_apply()
        self.assertFalse(self._send_messages())
        call = booking.salon_call_ids
        self.assertRegex(call.summary, "Tell Dana by phone: Cut on .* is with Ben instead of Anna.")
        self.assertEqual((call.user_id, call.salon_client_phone), (self.reception, "+86 139 0000 0002"))
        self.assertEqual(call.activity_type_id, self.env.ref("mail.mail_activity_data_call"))
        self.assertFalse(self.env["mail.activity"].with_user(self.plain_user).search([("id", "=", call.id)]))
        colleague = new_test_user(self.env, "reception_too", "salon_crm.group_salon_reception")
        call.with_user(colleague).action_salon_called()
        booking.invalidate_recordset()
        self.assertFalse(booking.with_user(colleague).salon_call_ids)

    def test_calls_of_another_company_are_not_shown(self):
        booking = self._book((self.cut, self.anna), client=self.dana)
        self._replan().action_apply()
        company = self.env["res.company"].create({"name": "Second Salon"})
        elsewhere = new_test_user(self.env, "reception_2", "salon_crm.group_salon_reception")
        elsewhere.write({"company_ids": [(6, 0, company.ids)], "company_id": company.id})
        calls = self.env["mail.activity"].with_user(elsewhere)
        self.assertFalse(calls.search([("id", "in", booking.salon_call_ids.ids)]))

    def test_who_is_not_to_be_told_is_not(self):
        booking = self._book((self.cut, self.anna))
        replan = self._replan()
        replan.line_ids.tell = False
        replan.action_apply()
        self.assertFalse(self._send_messages())
        self.assertFalse(booking.salon_call_ids)

    def test_a_cancellation_is_written_too_and_core_invites_nobody(self):
        self._book((self.cut, self.anna))
        replan = self._replan()
        self._choose(replan.line_ids, "cancel")
        with self.mock_mail_gateway():
            replan.action_apply()
        self.assertFalse(self._new_mails)
        mail = self._send_messages()
        self.assertEqual(mail.recipient_ids, self.client)
        self.assertIn("cancelled", mail.subject)

    def test_the_templates_stand_core_trying_them_on_a_plain_event(self):
        meeting = self.env["calendar.event"].create(
            {"name": "Meeting", "start": self.start, "stop": self.start + timedelta(hours=1)}
        )
        for name in ("made", "changed", "cancelled", "reminder", "same_day"):
            template = self.env.ref(f"salon_crm.mail_template_booking_{name}")
            self.assertIn("Hello", template._render_field("body_html", meeting.ids)[meeting.id])
