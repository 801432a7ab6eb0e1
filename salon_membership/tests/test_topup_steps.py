from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .prepaid_shop import PrepaidCommon


@tagged("post_install", "-at_install")
class TestTopupSteps(PrepaidCommon):
    """What the till proposes for a top-up. 100 and more gives 10 % (PrepaidCommon)."""

    def _steps(self, partner=None, user=None):
        wallets = self.env["salon.wallet"].with_user(user or self.till)
        return [
            (step["amount"], step["bonus"])
            for step in wallets.load_topup_steps(self.config.id, (partner or self.client).id)
        ]

    def test_each_amount_at_which_a_bonus_begins_with_the_best_that_it_gives(self):
        self.env["salon.topup.rule"].create(
            [
                {"amount_from": 500, "bonus": 80},
                {"amount_from": 500, "bonus": 120, "tier_ids": [Command.set(self.gold.ids)]},
                {"amount_from": 1000, "bonus": 50},  # 10 % is more
            ]
        )
        self.assertEqual(self._steps(), [(100, 10), (500, 120), (1000, 120)])
        self.assertEqual(self._steps(self.guest), [(100, 10), (500, 80), (1000, 100)])

    def test_what_is_for_others_or_another_day_is_not_proposed(self):
        self.rule.tier_ids = self.silver
        yesterday = fields.Date.today() - timedelta(days=2)
        self.env["salon.topup.rule"].create({"amount_from": 300, "bonus": 30, "date_to": yesterday})
        self.assertEqual(self._steps(), [])

    def test_only_the_till_may_ask(self):
        with self.assertRaises(AccessError):
            self._steps(user=self.plain_user)
