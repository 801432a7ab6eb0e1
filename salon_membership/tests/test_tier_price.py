from odoo.tests import tagged

from .common import MembershipCommon


@tagged("post_install", "-at_install")
class TestTierPrice(MembershipCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gold.write({"discount": 20, "product_discount": 10})
        cls.care = cls.env["product.category"].create({"name": "Care"})
        cls.hair = cls.env["product.category"].create({"name": "Hair", "parent_id": cls.care.id})

    def _price(self, product, **options):
        self.client.invalidate_recordset(["property_product_pricelist"])
        pricelist = self.client.property_product_pricelist
        price = pricelist._get_product_price(product, 1, **options)
        by_template = pricelist._get_product_price(product.product_tmpl_id, 1, **options)
        self.assertAlmostEqual(price, by_template)
        return price

    def test_services_and_products_have_discounts_of_their_own(self):
        self.assertEqual((self._price(self.cut), self._price(self.shampoo)), (80, 72))
        self.gold.product_discount = 0
        self.assertEqual((self._price(self.cut), self._price(self.shampoo)), (80, 80))

    def test_a_new_tier_with_one_discount_gives_it_on_all(self):
        tier = self.env["salon.membership.tier"].create({"name": "New", "discount": 30})
        self.assertEqual(tier.product_discount, 30)
        self.membership.sudo().tier_id = tier
        self.assertEqual((self._price(self.cut), self._price(self.shampoo)), (70, 56))

    def test_what_has_no_members_price_costs_the_list_price(self):
        self.shampoo.salon_no_member_price = True
        self.assertEqual(self._price(self.shampoo), 80)

    def test_a_category_has_no_members_price_nor_those_below_it(self):
        self.shampoo.categ_id = self.hair
        self.assertEqual(self._price(self.shampoo), 72)
        self.care.salon_no_member_price = True
        self.assertEqual(self._price(self.shampoo), 80)
        self.assertEqual(self._price(self.cut), 80)

    def test_no_discount_goes_below_the_floor(self):
        self.cut.salon_floor_price = 90
        self.assertEqual(self._price(self.cut), 90)
        self.cut.list_price = 60
        self.assertEqual(self._price(self.cut), 60, "the list price, where it is lower than the floor")
        self.cut.list_price = 200
        self.assertEqual(self._price(self.cut), 160)

    def test_the_floor_holds_for_a_rule_made_by_hand_and_in_another_unit(self):
        fixed = {"applied_on": "1_product", "product_tmpl_id": self.cut.product_tmpl_id.id, "fixed_price": 5}
        self.gold.pricelist_id.item_ids = [(0, 0, fixed)]
        self.cut.salon_floor_price = 90
        self.assertEqual(self._price(self.cut), 90)
        dozen = self.env.ref("uom.product_uom_dozen")
        self.shampoo.salon_floor_price = 79
        self.assertAlmostEqual(self._price(self.shampoo, uom=dozen), 79 * 12)

    def test_floors_and_exceptions_are_for_members_alone(self):
        self.cut.write({"salon_floor_price": 90, "salon_no_member_price": True})
        pricelist = self.env["product.pricelist"].create(
            {"name": "Sale", "item_ids": [(0, 0, {"compute_price": "percentage", "percent_price": 50})]}
        )
        self.assertEqual(pricelist._get_product_price(self.cut, 1), 50)

    def test_a_rule_made_by_hand_wins_over_an_exception(self):
        self.shampoo.salon_no_member_price = True
        fixed = {"applied_on": "1_product", "product_tmpl_id": self.shampoo.product_tmpl_id.id, "fixed_price": 75}
        self.gold.pricelist_id.item_ids = [(0, 0, fixed)]
        self.assertEqual(self._price(self.shampoo), 75)

    def test_the_rules_say_what_they_are_for(self):
        names = self.gold.pricelist_id.item_ids.filtered("is_salon_tier_rule").mapped("name")
        self.assertEqual(sorted(names), ["Products", "Salon Services"])

    def test_a_quotation_has_the_same_price(self):
        if "sale.order" in self.env:  # else the tests above ask the pricelist, as quotations do
            line = (0, 0, {"product_id": self.shampoo.id})
            order = self.env["sale.order"].sudo().create({"partner_id": self.client.id, "order_line": [line]})
            self.assertEqual(order.pricelist_id, self.gold.pricelist_id)
            self.assertEqual(order.order_line.price_reduce_taxexcl, 72)
