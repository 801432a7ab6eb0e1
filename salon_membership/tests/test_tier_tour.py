from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


@tagged("post_install", "-at_install")
class TestTierTour(SalonCommon, TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cut.taxes_id = False
        cls.env["product.product"].create(
            {"name": "Serum", "list_price": 500, "taxes_id": False, "available_in_pos": True}
        )
        cls.env["salon.membership.tier"].search([])._keep_pricelists()  # the test's set-up archives all pricelists
        cls.guest = cls.env["res.partner"].create({"name": "Greta Guest"})
        cls.form = cls.env["salon.consent.form"].create(
            {"name": "Our Rules", "kind": "club", "text": "<p>Please be kind.</p>", "months": 0}
        )
        cls.company = cls.main_pos_config.company_id
        cls.company.write({"salon_tier_basis": "spend", "salon_club_form_id": cls.form.id, "salon_enrol_amount": 500})

    def _tour(self, name):
        self.main_pos_config.with_user(self.pos_user).open_ui()
        self.start_pos_tour(name)

    def test_who_reaches_the_amount_becomes_a_member_at_the_till(self):
        self._tour("salon_till_enrols")
        member = self.env["salon.membership"]._get_active(self.guest, self.company)
        order = self.env["pos.order"].search([("partner_id", "=", self.guest.id), ("state", "=", "paid")])
        self.assertEqual((order.amount_total, order.salon_spend), (600, 600))
        change = member.change_ids
        self.assertEqual((change.kind, change.reason, change.pos_order_id), ("enrolled", "purchase", order))
        self.assertEqual(member.points, 600, "the order that makes one a member earns")
        consent = member.rules_consent_id
        self.assertEqual((consent.form_id, consent.version, consent.signed_name), (self.form, 1, "Greta Guest"))
        self.assertEqual(consent.created_by, self.pos_user.id)

    def test_the_price_at_once(self):
        self.company.salon_enrol_at_once = True
        self._tour("salon_till_enrols_at_once")
        member = self.env["salon.membership"]._get_active(self.guest, self.company)
        self.assertEqual(member.change_ids.pos_order_id.amount_total, 450)

    def test_the_order_that_reaches_a_tier_brings_it(self):
        silver, gold = (self.env.ref(f"salon_membership.tier_{name}") for name in ("silver", "gold"))
        gold.spend = 480
        member = self.env["salon.membership"]._enrol(self.client, silver)
        self._tour("salon_till_promotes")
        self.assertEqual(member.tier_id, gold)

    def test_till_and_server_have_the_same_prices(self):
        gold = self.env.ref("salon_membership.tier_gold")
        gold.write({"discount": 20, "product_discount": 7})
        self.env["salon.membership"]._enrol(self.client, gold)
        care = self.env["product.category"].create({"name": "Care", "salon_no_member_price": True})
        hair = self.env["product.category"].create({"name": "Hair", "parent_id": care.id})
        products = self.cut | self.env["product.product"].create(
            [
                {"name": name, "list_price": 50, "taxes_id": False, "available_in_pos": True, **values}
                for name, values in (
                    ("Conditioner", {}),
                    ("Gift Set", {"salon_no_member_price": True}),
                    ("Wax", {"categ_id": hair.id}),
                    ("Oil", {"salon_floor_price": 49}),
                    ("Comb", {"salon_floor_price": 60}),
                    ("Brush", {"salon_floor_price": 30}),
                )
            ]
        )
        rule = {"applied_on": "1_product", "product_tmpl_id": products[-1].product_tmpl_id.id, "fixed_price": 20}
        pricelist = gold._get_pricelist(self.company)
        pricelist.item_ids = [(0, 0, rule)]
        self._tour("salon_till_member_prices")
        lines = self.env["pos.order"].search([("partner_id", "=", self.client.id)]).lines
        sold = {line.product_id: line.price_unit for line in lines}
        self.assertEqual(sold, {product: pricelist._get_product_price(product, 1) for product in products})
        self.assertEqual(list(sold.values()), [80, 46.5, 50, 50, 49, 50, 30])

    def test_a_scanned_card_finds_the_client_and_the_birthday_is_given_once(self):
        gold = self.env.ref("salon_membership.tier_gold")
        gold.benefit_ids = [(0, 0, {"name": "Champagne"})]
        member = self.env["salon.membership"]._enrol(self.client, gold)
        member.number = "CARD7"
        self.client.birthdate_date = self.company._salon_today().replace(year=1988)
        gift = self.env["salon.birthday.gift"].create(
            {"name": "Free Cut", "kind": "service", "product_id": self.cut.id, "company_id": self.company.id}
        )
        self._tour("salon_till_birthday")
        order = self.env["pos.order"].search([("partner_id", "=", self.client.id), ("state", "=", "paid")])
        self.assertEqual((order.amount_total, order.salon_spend), (400, 400))
        self.assertEqual((member.given_ids.gift_id, member.given_ids.pos_order_id), (gift, order))
        self.assertEqual(member.given_ids.card_id.points, 0, "the coupon is used up")
