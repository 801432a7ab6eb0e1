"""The sample salon is there, and one can log in to it as every role."""
from datetime import datetime, timedelta

from odoo.tests import TransactionCase, tagged

from sandbox.demo import ROLES


@tagged("post_install", "-at_install")
class TestSampleData(TransactionCase):
    """What `make demo` promises when it is ready."""

    def test_every_role_can_log_in_with_its_login_for_a_password(self):
        """The logins that the demo prints."""
        for login in ROLES:
            with self.subTest(login):
                user = self.env["res.users"].search([("login", "=", login)])
                self.assertTrue(user, f"there is no login {login}")
                user.with_user(user)._check_credentials(
                    {"type": "password", "login": login, "password": login}, {"interactive": False})

    def test_the_calendar_is_not_empty(self):
        """Bookings are dated relative to today."""
        day = datetime.now()
        bookings = self.env["calendar.event"].search_count([
            ("is_salon_booking", "=", True), ("start", ">", day - timedelta(days=3)),
            ("start", "<", day + timedelta(days=7))])
        self.assertGreater(bookings, 10)

    def test_every_coming_booking_lies_in_the_hours_of_its_stylists(self):
        """By the rule that offers free times: roster, breaks, opening hours, stations."""
        bookings = self._coming()
        self.assertGreater(len(bookings), 10)
        self.env["salon.availability"].fit_bookings(bookings)

    def test_this_week_and_the_next_are_rostered_with_breaks(self):
        """A day of the roster differs from the working hours, and who is off has no booking."""
        company = self.env.ref("salon_crm.company_salon")
        shifts = self.env["salon.shift"].search([("company_id", "=", company.id)])
        self.assertEqual(len({shift.date.isocalendar()[:2] for shift in shifts}), 2)
        off = shifts.filtered(lambda shift: shift.kind == "off")
        self.assertTrue(off)
        lines = self._coming().salon_line_ids
        self.assertFalse(lines.filtered(
            lambda line: (line.stylist_id, line.start.date()) in {(shift.employee_id, shift.date) for shift in off}))
        kinds = set(self.env["salon.blocked.time"].search([("company_id", "=", company.id)]).mapped("kind"))
        self.assertEqual(kinds, {"break", "training"})

    def test_services_differ_by_level_and_have_addons(self):
        """The director is dearer, the junior slower."""
        cut = self.env.ref("salon_crm.service_women_cut").product_variant_id
        mei, daniel = (self.env.ref(f"salon_crm.stylist_{name}") for name in ("mei", "daniel"))
        self.assertGreater(cut._get_salon_price_difference(mei), 0)
        pair = [(stylist.id, stylist.salon_level_id.id) for stylist in (mei, daniel)]
        minutes = cut._get_salon_minutes(pair)
        self.assertGreater(minutes[daniel.id][0], minutes[mei.id][0])
        self.assertTrue(self.env.ref("salon_crm.service_balayage").salon_addon_ids)
        self.assertTrue(self.env.ref("salon_crm.service_gel_manicure").salon_parallel)

    def test_coming_bookings_show_what_a_booking_can_be(self):
        """Nails beside colour, add-ons, and guests."""
        lines = self._coming().salon_line_ids
        self.assertTrue(lines.filtered("parallel"))
        self.assertTrue(lines.addon_ids)
        self.assertTrue(lines.guest_id)

    def test_the_sample_till_needs_no_pricelist_feature(self):
        """Else opening the settings warns, and saving them archives what the till sells by."""
        till = self.env.ref("salon_crm.pos_config_salon")
        self.assertFalse(till.use_pricelist)
        self.assertFalse(till._get_available_pricelists().filtered(
            lambda pricelist: "salon_tier_id" not in pricelist or not pricelist.salon_tier_id))

    def test_prepaid_money_was_topped_up_used_and_given_back(self):
        """At the sample salon's till, which takes it; a wallet is blocked, and cards are used in part."""
        company = self.env.ref("salon_crm.company_salon")
        till = self.env.ref("salon_crm.pos_config_salon")
        self.assertLessEqual(company.salon_wallet_method_id | company.salon_treatment_method_id,
                             till.payment_method_ids)
        wallets = self.env["salon.wallet"].search([("company_id", "=", company.id)])
        self.assertGreaterEqual(len(wallets), 12)
        self.assertEqual(set(wallets.mapped("state")), {"active", "blocked"})
        self.assertEqual(set(wallets.move_ids.mapped("kind")), {"topup", "spend", "return"})
        self.assertTrue(wallets.filtered("bonus"))
        days = [move.date for move in wallets.move_ids]
        self.assertLess(max(days), datetime.now())
        self.assertGreater(max(days) - min(days), timedelta(days=14))
        cards = self.env["salon.treatment.card"].search([("company_id", "=", company.id)])
        self.assertEqual(len(cards.product_id), 2)
        self.assertTrue(all(0 < card.sessions_left < card.sessions for card in cards), cards.mapped("left_label"))

    def test_prepaid_ledgers_and_accounts_agree(self):
        """Invariants 7 and 8: every balance is the sum of its moves, and what the accounts say; nothing is unposted."""
        company = self.env.ref("salon_crm.company_salon")
        moves = self.env["salon.wallet.move"].search([("company_id", "=", company.id)])
        self.assertFalse(moves.pos_order_id.session_id.filtered(lambda session: session.state != "closed"))
        for account, model, left in (
            (company.salon_wallet_account_id, "salon.wallet", "principal"),
            (company.salon_treatment_account_id, "salon.treatment.card", "amount_left"),
        ):
            records = self.env[model].search([("company_id", "=", company.id)])
            self.assertEqual(records._mistakes(), [])
            items = self.env["account.move.line"].search([
                ("account_id", "=", account.id), ("parent_state", "=", "posted")])
            rounded = company.currency_id.round
            self.assertEqual(rounded(sum(records.mapped(left))), rounded(-sum(items.mapped("balance"))), model)

    def test_platforms_vouchers_were_redeemed_and_settled_in_part(self):
        """Two platforms; one of them settles what it sold, but for a fee, a voucher it forgot and one nobody knows."""
        company = self.env.ref("salon_crm.company_salon")
        platforms = self.env["salon.deal.platform"].search([("company_id", "=", company.id)])
        self.assertEqual(len(platforms), 2)
        till = self.env.ref("salon_crm.pos_config_salon")
        self.assertLessEqual(platforms.payment_method_id, till.payment_method_ids)
        offers = platforms.offer_ids
        self.assertTrue(all(offer.price < offer.list_price for offer in offers))
        self.assertEqual(len(offers.filtered("has_own_fee")), 1)
        vouchers = self.env["salon.deal.voucher"].search([("company_id", "=", company.id)])
        self.assertEqual(set(vouchers.mapped("state")), {"redeemed", "settled", "disputed"})
        self.assertLess(max(vouchers.mapped("redeemed_at")), datetime.now())
        self.assertEqual(vouchers.offer_id, offers)
        statements = self.env["salon.deal.statement"].search([("platform_id", "in", platforms.ids)])
        self.assertEqual(sorted(statements.mapped("state")), ["confirmed", "draft"])
        self.assertEqual(set(statements.issue_line_ids.mapped("issue")), {"fee", "unknown"})
        self.assertTrue(vouchers.filtered("is_missing"))
        sessions = vouchers.pos_order_id.session_id
        self.assertEqual(set(sessions.mapped("state")), {"closed"})
        for session in sessions:
            self.assertEqual(session._salon_mistakes(), [])
        for platform in platforms:
            items = self.env["account.move.line"].search([
                ("account_id", "=", platform.clearing_account_id.id), ("parent_state", "=", "posted")])
            owed = sum(vouchers.filtered(lambda one, platform=platform: one.platform_id == platform).mapped("amount"))
            self.assertEqual(company.currency_id.round(sum(items.mapped("balance"))), owed)

    def test_clients_are_in_all_states_of_coming_back(self):
        """Who stayed away, who is back and who is new; by kind of service, month by month, and what calls brought."""
        company = self.env.ref("salon_crm.company_salon")
        mine = [("company_id", "=", company.id)]
        rhythms = self.env["salon.client.rhythm"].search(mine)
        self.assertEqual(set(rhythms.mapped("state")), {"new", "active", "back", "due", "at_risk", "lost"})
        kinds = self.env["salon.client.rhythm.category"].search(mine)
        self.assertGreaterEqual(len(kinds.category_id), 6)
        self.assertTrue(self.env["salon.client.rhythm.norm"].search([*mine, ("category_id", "!=", False)]))
        self.assertGreaterEqual(len(set(self.env["salon.client.rhythm.month"].search(mine).mapped("month"))), 10)
        figure = self.env["salon.winback.figure"].search(mine)
        self.assertGreater(figure.contacted, 2)
        self.assertGreater(figure.contacted_back, 0)
        self.assertTrue(figure.control)

    def _coming(self):
        company = self.env.ref("salon_crm.company_salon")
        return self.env["calendar.event"].search([
            ("is_salon_booking", "=", True), ("company_id", "=", company.id), ("start", ">", datetime.now()),
            ("salon_state", "in", ("booked", "confirmed"))])
