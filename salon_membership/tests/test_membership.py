import psycopg2

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestMembership(MembershipCommon):
    def test_one_client_is_one_member_of_a_company(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.errors.UniqueViolation), self.env.cr.savepoint():
            self.env["salon.membership"].create({"partner_id": self.client.id, "tier_id": self.gold.id})
        self.assertFalse(self.env["salon.membership"]._enrol(self.client, self.silver))
        self.assertEqual(self.membership.tier_id, self.gold)

    def test_who_comes_back_keeps_number_and_points(self):
        self._sell((self.cut, 1))
        self.membership.action_end()
        with self.assertRaises(ValidationError):
            self.env["salon.membership"].create({"partner_id": self.client.id, "tier_id": self.gold.id})
        again = self.env["salon.membership"].with_user(self.reception).with_company(self.env.company)
        self.reception.write({"company_ids": [(4, self.env.company.id)]})
        again = again._enrol(self.client.with_user(self.reception), self.regular)
        self.assertEqual((again.id, again.points, again.sudo().card_id.points), (self.membership.id, 120, 120))

    def test_a_membership_stays_with_its_client(self):
        with self.assertRaises(ValidationError):
            self.membership.partner_id = self.guest

    def test_reception_enrols_from_the_client_files(self):
        clients = self.guest | self.env["res.partner"].create({"name": "Second"})
        clients._make_salon_clients()
        files = self.env["salon.client.file"].with_user(self.reception).search([("partner_id", "in", clients.ids)])
        action = files.action_salon_enrol()
        wizard = (
            self.env["salon.membership.enrol"].with_user(self.reception).with_context(**action["context"]).create({})
        )
        self.assertEqual((wizard.partner_ids, wizard.tier_id), (clients, self.regular))
        with self.assertRaisesRegex(UserError, "accept the rules"):
            wizard.action_enrol()
        wizard.rules_accepted = True
        wizard.action_enrol()
        files.invalidate_recordset()
        self.assertEqual(files.membership_tier_id, self.regular)
        self.assertEqual(len(set(files.membership_id.mapped("number"))), 2)
        self.assertEqual(files.search([("membership_id", "!=", False), ("id", "in", files.ids)]), files)
        self.assertFalse(files.search([("membership_id", "=", False), ("id", "in", files.ids)]))
        with self.assertRaises(UserError):
            wizard.action_enrol()

    def test_a_member_has_a_client_file(self):
        self.env["salon.membership"]._enrol(self.guest, self.regular)
        self.assertTrue(self.guest.is_salon_client)

    # Access -----------------------------------------------------------------------------------------

    def _can(self, user, record, operation):
        return record.with_user(user).has_access(operation)

    def test_each_role_sees_what_it_needs(self):
        self._sell((self.shampoo, 1))
        moves, lots = self._moves(), self.membership.lot_ids
        accountant = self.env["res.users"].create(
            {
                "name": "Accountant",
                "login": "accountant",
                "group_ids": [(6, 0, self.env.ref("account.group_account_invoice").ids)],
                "company_id": self.env.company.id,
                "company_ids": [(6, 0, self.env.company.ids)],
            }
        )
        for user in (self.reception, self.stylist_user, self.manager, self.plain_user):
            user.write({"company_ids": [(4, self.env.company.id)], "company_id": self.env.company.id})
        for user, sees_membership, sees_ledger in (
            (self.reception, True, True),
            (self.manager, True, True),
            (accountant, True, True),
            (self.stylist_user, False, False),
            (self.plain_user, False, False),
            (self.till, False, False),
        ):
            with self.subTest(user=user.login):
                self.assertEqual(self._can(user, self.membership, "read"), sees_membership)
                self.assertEqual(self._can(user, moves, "read"), sees_ledger)
                self.assertEqual(self._can(user, lots, "read"), sees_ledger)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(self._can(user, moves, operation))
                    self.assertFalse(self._can(user, lots, operation))
        self.assertTrue(self._can(self.reception, self.env["salon.membership"], "create"))
        self.assertFalse(self._can(self.reception, self.membership, "write"))
        self.assertTrue(self._can(self.manager, self.membership, "write"))
        self.assertTrue(self._can(self.manager, self.gold, "write"))
        self.assertFalse(self._can(self.reception, self.gold, "write"))
        self.assertTrue(self._can(accountant, moves, "read") and moves.with_user(accountant).read())
        with self.assertRaises(AccessError):
            self.env["salon.client.file"].with_user(accountant).search([])

    def test_a_stylist_sees_the_membership_of_own_clients(self):
        self._book((self.cut, self.anna))
        self.stylist_user.write({"company_ids": [(4, self.env.company.id)], "company_id": self.env.company.id})
        self.assertTrue(self._can(self.stylist_user, self.membership, "read"))

    def test_two_companies_know_nothing_of_each_others_members(self):
        there = self.env["res.company"].create({"name": "There"})
        self.env.user.company_ids |= there
        theirs = self.env["salon.membership"].with_company(there)._enrol(self.client, self.silver)
        self.assertNotEqual(theirs.card_id.program_id, self.membership.card_id.program_id)
        self._sell((self.cut, 1))
        self.assertEqual((self.membership.points, theirs.points), (120, 0))
        self.client.invalidate_recordset()
        self.assertEqual(self.client.property_product_pricelist.salon_tier_id, self.gold)
        self.assertEqual(self.client.with_company(there).property_product_pricelist.salon_tier_id, self.silver)
        self.reception.write({"company_ids": [(6, 0, there.ids)], "company_id": there.id})
        self.assertFalse(self._can(self.reception, self.membership, "read"))
        self.assertFalse(self._can(self.reception, self._moves(), "read"))
        self.assertTrue(self._can(self.reception, theirs.sudo(False), "read"))
        both = self.config.with_context(allowed_company_ids=(self.env.company | there).ids)
        self.assertEqual(both._get_program_ids().filtered("is_salon_program").company_id, self.env.company)

    def test_the_till_gets_the_chosen_clients_membership_alone(self):
        data = self.env["salon.membership"].with_user(self.till).load_till_membership(self.client.id, self.config.id)
        self.assertEqual([vals["points_factor"] for vals in data["salon.membership"]], [1.5])
        self.assertEqual(data["res.partner"][0]["property_product_pricelist"], self.gold.pricelist_id.id)
        data = self.env["salon.membership"].with_user(self.till).load_till_membership(self.guest.id, self.config.id)
        self.assertEqual(data["salon.membership"], [])
        with self.assertRaises(AccessError):
            self.env["salon.membership"].with_user(self.plain_user).load_till_membership(self.client.id, self.config.id)

    def test_the_till_loads_a_client_again_who_became_a_member(self):
        self.env.cr.execute("UPDATE res_partner SET write_date = '2020-01-01' WHERE id = %s", (self.guest.id,))
        self.env["salon.membership"]._enrol(self.guest, self.regular)
        self.guest.invalidate_recordset()
        self.assertGreater(self.guest.write_date.year, 2020)

    # Merge ------------------------------------------------------------------------------------------

    def _merge(self, partners, into):
        self.env["base.partner.merge.automatic.wizard"]._merge(partners.ids, into)
        self.env.invalidate_all()

    def test_merged_clients_keep_the_higher_tier_and_all_points(self):
        theirs = self.env["salon.membership"]._enrol(self.guest, self.silver)
        order = self._sell((self.cut, 1), partner=self.guest)
        self._sell((self.cut, 1))
        self._merge(self.client | self.guest, self.guest)
        self.assertFalse(self.client.exists())
        self.assertEqual((self.membership.partner_id, self.membership.state), (self.guest, "active"))
        self.assertEqual((theirs.partner_id, theirs.state, theirs.points), (self.guest, "ended", 0))
        self.assertEqual(self.membership.tier_id, self.gold)
        self.assertEqual(self.membership.points, 102 + 120)
        self.assertEqual(sum(self.membership.lot_ids.mapped("remaining")), 222)
        card = self.membership.card_id
        self.assertEqual((card.partner_id, card.points, card.active), (self.guest, 222, True))
        self._refund(order)
        self.assertEqual((self.membership.points, card.points), (120, 120))

    def test_merging_a_member_into_somebody_keeps_the_membership(self):
        self._sell((self.cut, 1))
        self._merge(self.client | self.guest, self.guest)
        self.assertEqual(self.membership.partner_id, self.guest)
        self.assertEqual((self.membership.card_id.partner_id, self.membership.card_id.points), (self.guest, 120))
        self.assertEqual(self.guest.property_product_pricelist, self.gold.pricelist_id)

    def test_merging_a_client_into_a_member_keeps_the_membership(self):
        self._merge(self.client | self.guest, self.client)
        self.assertEqual((self.membership.partner_id, self.membership.state), (self.client, "active"))
        self._sell((self.cut, 1))
        self._assert_ledger(self.membership, 120)
