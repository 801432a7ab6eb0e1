from odoo.tests import tagged

from .common import MembershipCommon

OURS = ("salon.membership.tier", "salon.service.variation", "salon.points.rule", "hr.employee.public",
        "salon.deal.platform", "salon.treatment.card")  # fmt: skip


@tagged("post_install", "-at_install")
class TestTillLoad(MembershipCommon):
    """What the till loads when it opens: little is asked for, and all that came since the last time is there."""

    def setUp(self):
        super().setUp()
        self.open_new_session()
        self.session = self.config.current_session_id.with_user(self.till)

    def _load(self, *models):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.session.load_data(list(models))

    def _ids(self, model):
        return {vals["id"] for vals in self._load(model)[model]}

    def test_the_salons_own_settings_are_asked_for_once(self):
        self.env["salon.points.rule"].search([]).unlink()
        self.env["salon.service.variation"].search([]).unlink()
        counts = []
        for models in (["decimal.precision"], ["decimal.precision", *OURS]):
            self._load(*models)
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.session.load_data(models)
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1] - counts[0], 2, "tiers and stylists; of what there is none, nothing is asked")

    def test_a_first_rule_of_points_and_a_first_price_by_level_are_there_at_the_next_opening(self):
        rules, variations = self.env["salon.points.rule"], self.env["salon.service.variation"]
        rules.search([]).unlink()
        variations.search([]).unlink()
        self.assertFalse(self._ids("salon.points.rule") | self._ids("salon.service.variation"))
        rule = rules.create(
            {"program_id": self._program().id, "product_tmpl_id": self.shampoo.product_tmpl_id.id, "value": 2}
        )
        level = self.env["salon.stylist.level"].create({"name": "Senior"})
        variation = variations.create(
            {"product_tmpl_id": self.cut.product_tmpl_id.id, "level_id": level.id, "price_difference": 5}
        )
        self.assertEqual(self._ids("salon.points.rule"), {rule.id})
        self.assertEqual(self._ids("salon.service.variation"), {variation.id})
        rule.unlink()
        variation.unlink()
        self.assertFalse(self._ids("salon.points.rule") | self._ids("salon.service.variation"))

    def test_a_cashier_reads_the_tiers_of_the_tills_company_alone(self):
        other = self.env["res.company"].create({"name": "Other Salon"})
        foreign = self.env["salon.membership.tier"].create({"name": "Foreign", "company_id": other.id})
        own = self.env["salon.membership.tier"].create({"name": "Own", "company_id": self.env.company.id})
        found = self._ids("salon.membership.tier")
        self.assertTrue({own.id, self.gold.id} <= found)
        self.assertNotIn(foreign.id, found)

    def test_pricelists_of_tiers_follow_tier_currency_and_company(self):
        def known():
            return self.config._get_available_pricelists()

        other = self.env["res.company"].create({"name": "Other Salon"})
        before = known()
        self.assertIn(self.gold.pricelist_id, before)
        tier = self.env["salon.membership.tier"].create({"name": "New", "discount": 30})
        pricelist = tier.pricelist_id
        self.assertIn(pricelist, known())
        tier.active = False
        self.assertNotIn(pricelist, known())
        tier.active = True
        self.assertIn(pricelist, known())
        tier.company_id = other
        self.assertNotIn(pricelist, known())
        tier.company_id = False
        self.assertIn(pricelist, known())
        tier.unlink()
        self.assertEqual(known(), before)

    def test_products_that_tills_hide_follow_programs_and_companies(self):
        def hidden():
            return self.env["pos.config"]._get_special_products()

        self.assertIn(self._program().salon_points_product_id, hidden())
        product = self.env["product.product"].create({"name": "Top-up", "type": "service"})
        self.assertNotIn(product, hidden())
        company = self.env["res.company"].create({"name": "Other Salon", "salon_topup_product_id": product.id})
        self.assertIn(product, hidden())
        company.salon_topup_product_id = False
        self.assertNotIn(product, hidden())
        self.env.company.salon_bonus_product_id = product
        self.assertIn(product, hidden())
        self.env.company.salon_bonus_product_id = False
        self.assertNotIn(product, hidden())
        self._program().salon_points_product_id = product
        self.assertIn(product, hidden())
