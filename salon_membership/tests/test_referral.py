import psycopg2

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestReferral(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write({"salon_referral": True, "salon_referral_when": "member", "salon_referral_new_points": 50})
        cls.nora = cls.env["res.partner"].create({"name": "Nora New", "phone": "+86 139 0000 0777"})

    def _refer(self, client=None, referrer=None, way="till"):
        return self.env["salon.referral"]._refer(client or self.nora, referrer or self.client, self.company, way)

    def _enrol(self, partner=None):
        return self.env["salon.membership"]._enrol(partner or self.nora, self.silver)

    def _file(self, partner):
        partner._make_salon_clients()
        return self.env["salon.client.file"].search([("partner_id", "=", partner.id)])

    # Codes and links --------------------------------------------------------------------------------

    def test_each_member_has_a_code_and_a_link_that_stay(self):
        other = self._enrol()
        codes = (self.membership.referral_code, self.membership.referral_url)
        self.assertEqual(len(codes[0]), 8)
        self.assertRegex(codes[1], r"/salon/invite/[\w-]{32}$")
        self.assertNotEqual(codes[0], other.referral_code)
        self.assertNotEqual(codes[1], other.referral_url)
        self.membership.action_end()
        self.membership.action_reopen()
        self.env.invalidate_all()
        self.assertEqual((self.membership.referral_code, self.membership.referral_url), codes)

    def test_a_code_is_found_however_it_is_typed(self):
        memberships = self.env["salon.membership"]
        code, number = self.membership.referral_code, self.membership.number
        for typed in (code, code.lower(), f" {code[:4]} {code[4:]} ", f"{code[:4]}-{code[4:]}", number, number.lower()):
            self.assertEqual(memberships._by_referral_code(typed, self.company), self.membership, typed)
        for typed in ("", None, "%", "_" * 8, "NOSUCH22"):
            self.assertFalse(memberships._by_referral_code(typed, self.company), typed)
        self.membership.action_end()
        self.assertFalse(memberships._by_referral_code(code, self.company))

    # Rewards ----------------------------------------------------------------------------------------

    def test_both_get_their_points_when_the_new_client_becomes_a_member(self):
        referral = self._refer()
        self.assertEqual((referral.state, self.membership.points), ("invited", 0))
        new = self._enrol()
        self.assertEqual((referral.state, referral.new_rewarded), ("rewarded", True))
        self.assertEqual((self.membership.points, new.points), (200, 50))
        self._assert_ledger(self.membership, 200)

    def test_they_get_them_once(self):
        referral = self._refer()
        new = self._enrol()
        for _again in range(2):
            referral._settle()
            new.action_end()
            new.action_reopen()
        self._assert_ledger(self.membership, 200)
        self._assert_ledger(new, 50)

    def test_a_member_is_enrolled_by_the_purchase_that_counts(self):
        self.company.write({"salon_referral_when": "paid", "salon_referral_minimum": 90})
        referral = self._refer()
        self._sell((self.shampoo, 1), partner=self.nora)
        self.assertEqual(referral.state, "invited")
        order = self._sell((self.cut, 1), partner=self.nora)
        self.assertEqual((referral.state, referral.order_id, self.membership.points), ("rewarded", order, 200))
        self.assertFalse(referral.new_rewarded)
        self.assertEqual(self._enrol().points, 50)
        self.assertTrue(referral.new_rewarded)

    def test_tips_and_top_ups_do_not_count(self):
        self.company.write({"salon_referral_when": "paid", "salon_referral_minimum": 90})
        tip = self.env.ref("point_of_sale.product_product_tip")
        self.config.write({"iface_tipproduct": True, "tip_product_id": tip.id})
        referral = self._refer()
        self._sell((self.shampoo, 1), (tip, 30), partner=self.nora)
        self.assertEqual(referral.state, "invited")

    def test_what_was_promised_holds(self):
        self._refer()
        self.company.salon_referral_points = 5
        self._enrol()
        self.assertEqual(self.membership.points, 200)

    def test_who_brings_a_client_and_is_no_member_gets_the_points_on_joining(self):
        referral = self._refer(referrer=self.guest)
        self._enrol()
        self.assertEqual(referral.state, "qualified")
        self.assertEqual(self._enrol(self.guest).points, 200)
        self.assertEqual(referral.state, "rewarded")

    def test_a_refund_takes_back_what_is_there(self):
        self.company.write({"salon_referral_when": "paid", "salon_referral_minimum": 90})
        referral = self._refer()
        order = self._sell((self.cut, 2), partner=self.nora)
        self._refund(order, {self.cut: 1})
        self.assertEqual((referral.state, self.membership.points), ("rewarded", 200))
        self._sell((self.cut, 1))
        self._refund(order, {self.cut: 1})
        self.assertEqual((referral.state, referral.taken_back), ("refused", True))
        self._assert_ledger(self.membership, 200, 120, -200)

    def test_a_second_purchase_after_the_refund_gives_nothing(self):
        self.company.write({"salon_referral_when": "paid", "salon_referral_minimum": 90})
        self._refer()
        self._refund(self._sell((self.cut, 1), partner=self.nora))
        self._sell((self.cut, 1), partner=self.nora)
        self._assert_ledger(self.membership, 200, -200)

    # Who can be brought -----------------------------------------------------------------------------

    def test_nobody_brings_themselves(self):
        with self.assertRaisesRegex(UserError, "themselves"):
            self._refer(client=self.client)
        referral = self._refer()
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE salon_referral SET referrer_file_id = file_id WHERE id = %s", (referral.id,))

    def test_who_came_before_is_not_new(self):
        order = self._sell((self.cut, 1), partner=self.nora)
        self._refer()  # today it can still be said
        self.env["salon.referral"].sudo().search([]).unlink()
        order.date_order = fields.Datetime.subtract(order.date_order, days=2)
        with self.assertRaisesRegex(UserError, "has been a client before"):
            self._refer()

    def test_a_person_is_brought_once(self):
        referral = self._refer()
        self.assertEqual(self._refer(referrer=self.guest), referral)
        self.assertEqual(referral.referrer_file_id.partner_id, self.guest)
        self._refer()
        self._enrol()
        with self.assertRaisesRegex(UserError, "settled"):
            self._refer(referrer=self.guest)
        values = {"file_id": referral.file_id.id, "referrer_file_id": self._file(self.guest).id}
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.env["salon.referral"].sudo().create({**values, "company_id": self.company.id, "way": "file"})

    def test_what_looks_like_the_same_person_waits_for_a_manager(self):
        street = {"street": "Nanjing Rd. 5", "city": "Shanghai"}
        self.client.write({"email": "clara@example.com", **street})
        for number, (values, reason) in enumerate(
            (
                ({"phone": "139-0000-0001", "country_id": self.env.ref("base.cn").id}, "same phone"),
                ({"email": "Clara@Example.com"}, "same email"),
                ({"street": "nanjing rd 5", "city": "SHANGHAI"}, "same address"),
            )
        ):
            other = self.env["res.partner"].create({"name": f"Other {number}", **values})
            referral = self._refer(other)
            self.assertIn(reason, referral.flag_reason)
            self._enrol(other)
            self.assertEqual((referral.state, referral.to_decide, self.membership.points), ("qualified", True, 0))
        self.assertIn(referral, self.env["salon.referral"].search([("to_decide", "=", True)]))

    def test_who_has_the_phone_of_another_client_is_doubtful(self):
        self._file(self.guest)
        self.guest.phone = "+86 139 0000 0555"
        self.guest._refresh_salon_keys()
        self.nora.phone = "0086 139 0000 0555"
        self.assertIn("another client", self._refer().flag_reason)

    def test_what_is_doubtful_shows_when_it_is_typed_later(self):
        referral = self._refer()
        self.nora.phone = self.client.phone
        self._enrol()
        self.assertTrue(referral.to_decide)
        self.assertEqual(self.membership.points, 0)

    def test_a_manager_decides(self):
        self.nora.phone = self.client.phone
        referral = self._refer()
        self._enrol()
        with self.assertRaises(AccessError):
            referral.with_user(self.reception).action_approve()
        referral.with_user(self.manager).action_approve()
        self.assertEqual((referral.state, referral.decided_by_id), ("rewarded", self.manager))
        self._assert_ledger(self.membership, 200)
        with self.assertRaisesRegex(UserError, "settled"):
            referral.with_user(self.manager).action_refuse()

    def test_a_manager_refuses(self):
        referral = self._refer()
        referral.with_user(self.manager).action_refuse()
        self._enrol()
        self.assertEqual((referral.state, self.membership.points), ("refused", 0))

    # The client file --------------------------------------------------------------------------------

    def test_reception_names_who_brought_a_new_client(self):
        file = self._file(self.nora).with_user(self.reception)
        file.referrer_id = self.client
        referral = self.env["salon.referral"].search([("file_id", "=", file.id)])
        self.assertEqual((referral.way, referral.referrer_file_id.partner_id), ("file", self.client))
        self.assertEqual(file.referral_state, "invited")
        file.referrer_id = False
        self.assertFalse(referral.exists())
        file.referrer_id = self.client
        self._enrol()
        for other in (False, self.guest.id):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                file.referrer_id = other

    def test_an_old_clients_file_may_say_who_sent_them_without_points(self):
        self._enrol().start_date = "2020-01-01"
        self._file(self.nora).referrer_id = self.client
        self.assertFalse(self.env["salon.referral"].search([]))

    def test_imported_files_give_no_points(self):
        files = self.env["salon.client.file"].with_context(import_file=True)
        files.create({"name": "Ida Imported", "referrer_id": self.client.id})
        self.assertFalse(self.env["salon.referral"].search([]))

    def test_nobody_is_brought_by_whom_they_brought(self):
        rita, third = self.env["res.partner"].create([{"name": "Rita"}, {"name": "Third"}])
        self._file(self.nora).referrer_id = self.client
        self._file(rita).referrer_id = self.nora
        self._file(third).referrer_id = rita
        for partner in (self.nora, rita, third):
            with self.assertRaisesRegex(ValidationError, "was brought by"), self.env.cr.savepoint():
                self._file(self.client).referrer_id = partner
        self._file(self.client).referrer_id = self.guest

    def test_the_chain_is_seen(self):
        rita = self.env["res.partner"].create({"name": "Rita Third"})
        self._file(self.nora).referrer_id = self.client
        self._file(rita).referrer_id = self.nora
        self._sell((self.cut, 1), partner=self.nora)
        self._sell((self.shampoo, 1), partner=rita)
        file = self._file(self.client).with_user(self.reception)
        self.assertEqual((file.brought_count, file.brought_spend), (2, 180))
        self.assertIn("Nora New", file.referral_tree)
        self.assertIn("Rita Third", file.referral_tree)
        self.assertIn("Clara Client", self._file(rita).referral_tree)
        found = self.env["salon.client.file"].search(file.action_view_brought()["domain"])
        self.assertEqual(found.partner_id, self.nora | rita)

    # The till ---------------------------------------------------------------------------------------

    def test_the_till_takes_a_code(self):
        memberships = self.env["salon.membership"].with_user(self.till)
        said = memberships.enter_referral(self.nora.id, self.config.id, self.membership.referral_code.lower())
        self.assertEqual(said, "Brought by Clara Client")
        with self.assertRaisesRegex(UserError, "No member has the code"):
            memberships.enter_referral(self.nora.id, self.config.id, "NOSUCH22")
        with self.assertRaises(AccessError):
            memberships.with_user(self.plain_user).enter_referral(self.nora.id, self.config.id, "NOSUCH22")

    # Merging ----------------------------------------------------------------------------------------

    def _merge(self, *partners):
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [partner.id for partner in partners], partners[0], extra_checks=False
        )
        self.env.invalidate_all()

    def test_referrals_follow_the_client(self):
        double = self.env["res.partner"].create({"name": "Nora N."})
        referral = self._refer(double)
        self._file(self.nora)
        self._merge(self.nora, double)
        self.assertEqual(referral.file_id.partner_id, self.nora)
        self._enrol()
        self.assertEqual(referral.state, "rewarded")

    def test_who_turns_out_to_be_one_person_was_brought_once(self):
        double = self.env["res.partner"].create({"name": "Nora N."})
        first, second = self._refer(), self._refer(double, self.guest)
        self._enrol(double)
        self._enrol(self.guest)
        self._merge(self.nora, double)
        self.assertEqual((first.merged, first.state), (True, "refused"))
        self.assertEqual((second.merged, second.state), (False, "rewarded"))
        self.assertEqual(first.file_id, second.file_id)

    def test_who_turns_out_to_have_brought_themselves_gives_the_points_back(self):
        referral = self._refer()
        self._enrol()
        self._merge(self.client, self.nora)
        self.assertEqual((referral.state, referral.merged), ("refused", True))
        self.assertEqual(
            sum(self.env["salon.membership"].search([("partner_id", "=", self.client.id)]).mapped("points")), 0
        )

    def test_a_chain_that_closes_by_merging_is_opened(self):
        rita = self.env["res.partner"].create({"name": "Rita"})
        self._file(self.nora).referrer_id = self.client
        self._file(rita).referrer_id = self.nora
        self._merge(self.client, rita)
        self.assertFalse(self._file(self.client).referrer_id)
        self.assertEqual(self._file(self.nora).referrer_id, self.client)

    # Who may ----------------------------------------------------------------------------------------

    def test_a_referral_is_written_by_nobody_by_hand(self):
        referral = self._refer()
        for user in (self.reception, self.manager):
            with self.assertRaises(AccessError):
                referral.with_user(user).state = "rewarded"

    def test_each_company_sees_its_own(self):
        referral = self._refer()
        other = self.env["res.company"].create({"name": "Other Salon"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["salon.referral"].with_user(self.manager).search([("id", "=", referral.id)]))
