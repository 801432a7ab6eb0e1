from odoo import Command
from odoo.tests import tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestTier(MembershipCommon):
    def _price(self, partner, product=None):
        partner.invalidate_recordset(["property_product_pricelist"])
        return partner.property_product_pricelist._get_product_price(product or self.cut, 1)

    def test_a_member_pays_the_tiers_price(self):
        self.assertEqual(self._price(self.client), 80)
        self.assertEqual(self._price(self.client, self.shampoo), 64)

    def test_who_is_no_member_pays_as_before(self):
        before = self.env["product.pricelist"].search(
            self.env["product.pricelist"]._get_partner_pricelist_multi_search_domain_hook(self.env.company.id), limit=1
        )
        for enabled in (False, True):
            self._switch_pricelists(enabled)
            self.assertFalse(self.guest.property_product_pricelist.salon_tier_id)
            self.assertEqual(self._price(self.guest), 100)
            self.assertEqual(self._price(self.client), 80)
        self.assertEqual(self.guest.property_product_pricelist, before)

    def _switch_pricelists(self, enabled):
        group = self.env.ref("product.group_product_pricelist")
        user_group = self.env.ref("base.group_user")
        user_group._apply_group(group) if enabled else user_group._remove_group(group)
        self.env.invalidate_all()

    def test_a_tier_is_no_countrys_default(self):
        self._switch_pricelists(True)
        country = self.env.ref("base.be")
        group = self.env["res.country.group"].create({"name": "Benelux", "country_ids": country.ids})
        benelux = self.env["product.pricelist"].create({"name": "Benelux", "country_group_ids": group.ids})
        self.gold.pricelist_id.country_group_ids = group
        self.guest.country_id = country
        self.assertEqual(self.guest.property_product_pricelist, benelux)
        self.client.country_id = country
        self.assertEqual(self.client.property_product_pricelist, self.gold.pricelist_id)

    def test_a_pricelist_typed_for_one_member_wins(self):
        self._switch_pricelists(True)
        friends = self.env["product.pricelist"].create({"name": "Friends"})
        self.client.property_product_pricelist = friends
        self.assertEqual(self.client.property_product_pricelist, friends)
        self.client.property_product_pricelist = self.silver.pricelist_id
        self.client.invalidate_recordset()
        self.assertEqual(
            self.client.property_product_pricelist, self.gold.pricelist_id, "tiers come by membership alone"
        )

    def test_a_changed_tier_changes_the_price(self):
        self.gold.discount = 30
        self.assertEqual(self._price(self.client), 70)
        self.membership.sudo().tier_id = self.silver
        self.assertEqual(self._price(self.client), 85)

    def test_a_rule_added_by_hand_stays(self):
        pricelist = self.gold.pricelist_id
        fixed = {
            "applied_on": "1_product",
            "product_tmpl_id": self.shampoo.product_tmpl_id.id,
            "compute_price": "fixed",
        }
        pricelist.item_ids = [Command.create({**fixed, "fixed_price": 75})]
        self.gold.write({"discount": 30, "name": "Golden"})
        self.assertEqual((self._price(self.client, self.shampoo), self._price(self.client)), (75, 70))
        self.assertEqual(pricelist.name, "Golden")

    def test_an_ended_membership_ends_the_price_and_a_reopened_one_brings_it_back(self):
        number = self.membership.number
        self.membership.action_end()
        self.assertEqual(self._price(self.client), 100)
        again = self.env["salon.membership"]._enrol(self.client, self.silver)
        self.assertEqual((again, again.number, again.state), (self.membership, number, "active"))
        self.assertEqual(self._price(self.client), 85)
        self.assertTrue(again.card_id.active)

    def test_an_archived_tier_gives_no_price(self):
        self.gold.active = False
        self.assertFalse(self.gold.pricelist_ids.filtered("active"))
        self.assertEqual(self._price(self.client), 100)
        self.gold.active = True
        self.assertEqual(self._price(self.client), 80)

    def test_the_till_knows_the_tiers_of_its_currency_alone(self):
        for use_pricelist in (False, True):
            self.config.use_pricelist = use_pricelist
            pricelists = self.config._get_available_pricelists()
            self.assertLessEqual(self.gold.pricelist_id | self.silver.pricelist_id, pricelists)
            self.assertEqual(pricelists.currency_id, self.config.currency_id)
        other = self.other_currency_config._get_available_pricelists()
        self.assertFalse(
            other.filtered(lambda pricelist: pricelist.currency_id != self.other_currency_config.currency_id)
        )
        self.config._check_before_creating_new_session()
        self.other_currency_config._check_before_creating_new_session()

    def _rows(self):
        """Return where the rows of the members' pricelists lie: each writing of one moves it."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, ctid::text FROM product_pricelist WHERE salon_tier_id IS NOT NULL")
        return sorted(self.env.cr.fetchall())

    def _settings_warning(self):
        """Return what the settings warn of when they are opened without the pricelist feature."""
        name = "group_product_pricelist"
        return self.env["res.config.settings"].onchange({name: False}, [name], {name: {}}).get("warning")

    def test_settings_without_the_pricelist_feature_keep_the_members_price_and_warn_of_nothing(self):
        self._switch_pricelists(False)
        self.env["product.pricelist"].sudo().search([("salon_tier_id", "=", False)]).active = False
        before = self._rows()
        self.assertIsNone(self._settings_warning())
        self.env["res.config.settings"].create({}).execute()
        self.assertEqual(self._rows(), before)
        self.assertEqual(self._price(self.client), 80)

    def test_settings_without_the_pricelist_feature_archive_other_pricelists_as_ever(self):
        self._switch_pricelists(False)
        friends = self.env["product.pricelist"].create({"name": "Friends"})
        before = self._rows()
        self.assertIn("will be archived", self._settings_warning()["message"])
        self.env["res.config.settings"].create({}).execute()
        self.assertFalse(friends.active)
        self.assertEqual(self._rows(), before)

    def test_the_list_price_stays_on_each_line(self):
        order = self._sell((self.cut, 1), (self.shampoo, 2, 50))
        self.assertEqual(order.lines.mapped("salon_list_price"), [100, 80])
        self.assertEqual(order.lines.mapped("price_unit"), [80, 64])
        self.cut.list_price = 120
        refund = self._refund(order)
        self.assertEqual(refund.lines.mapped("salon_list_price"), [100, 80])
