from odoo import api, fields, models
from odoo.tools import SQL


class PosOrder(models.Model):
    """What a paid order means for the tier of its client."""

    _inherit = "pos.order"

    salon_spend = fields.Float(
        string="Counts for the Tier",
        readonly=True,
        copy=False,
        digits=(16, 2),
        help="What this order counts for enrolment and tier, in the company's currency: after discounts, with taxes,"
        " without tips, top-ups and gift cards. Refunds count against it.",
    )
    salon_enrol = fields.Boolean(
        string="Enrol", copy=False, help="The till offered a membership and the client took it."
    )
    salon_rules_accepted = fields.Boolean(string="Club Rules Accepted", copy=False)
    salon_change_ids = fields.One2many(
        "salon.membership.change", "pos_order_id", string="Membership", groups="salon_crm.group_salon_reception"
    )
    salon_tier_news = fields.Char(
        string="Tier News",
        compute="_compute_salon_tier_news",
        compute_sudo=True,
        help="What this order did to the client's tier, as the till and the receipt say it.",
    )

    @api.depends("salon_change_ids")
    @api.depends_context("lang")
    def _compute_salon_tier_news(self):
        changes = self.env["salon.membership.change"].search([("pos_order_id", "in", self.ids)], order="id")
        by_order = changes.grouped("pos_order_id")
        for order in self:
            own = by_order.get(order._origin, changes.browse())
            order.salon_tier_news = own[-1]._say_news() if own else False

    def action_pos_order_paid(self):
        """Members are made before points are settled, that this order earns; they rise after it."""
        order = self.sudo()
        order.salon_spend = order._salon_count_spend()
        self.env["salon.membership"]._enrol_buyer(order)
        result = super().action_pos_order_paid()
        membership = self.env["salon.membership"].sudo()._get_active(order.partner_id, order.company_id)
        if membership:
            membership._follow(order)
            self.env["salon.birthday.given"].sudo()._settle(order)
        self.invalidate_recordset(["salon_tier_news"], flush=False)
        return result

    def _salon_count_spend(self):
        """Return what this order counts for the tier, in the company's currency."""
        return sum(self._salon_counting_lines().mapped("price_subtotal_incl")) / (self.currency_rate or 1)

    def _salon_counting_lines(self):
        """Return the lines that count: neither tips nor money that was topped up, nor what was paid with such money."""
        self.ensure_one()
        prepaid = self.config_id._get_program_ids().sudo().filtered("is_payment_program")
        excluded = self.config_id.tip_product_id | prepaid.trigger_product_ids
        return self.lines.filtered(
            lambda line: line.product_id not in excluded and line.reward_id.program_id not in prepaid
        )

    def _salon_reaches_enrolment(self):
        """Tell whether this order makes its client a member, who accepted the rules if there are any."""
        self.ensure_one()
        company = self.company_id
        if not company.salon_enrol_amount or (company.salon_club_form_id and not self.salon_rules_accepted):
            return False
        amount = self._salon_count_spend()
        if company.salon_enrol_at_once and self.pricelist_id.salon_tier_id:
            amount = self._salon_before_tier() / (self.currency_rate or 1)
        return company.currency_id.compare_amounts(amount, company.salon_enrol_amount) >= 0

    def _salon_before_tier(self):
        """Return what the lines that count would have come to without the tier's price."""
        return sum(
            line.price_subtotal_incl * (line.salon_list_price / line.price_unit if line.price_unit else 1)
            for line in self._salon_counting_lines()
        )

    def _salon_say_not_enrolled(self):
        """Say on the order why the till's offer came to nothing."""
        self.message_post(
            body=self.env._(
                "%s was not enrolled: the order does not reach the amount for it, or the club rules were not accepted."
                " Enrol them by hand.",
                self.partner_id.name,
            )
        )

    @api.model
    def _salon_fill_spend(self):
        """Count what the orders of before mean for the tiers: paid before there was such a column."""
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        prepaid = programs.search([("program_type", "in", ("gift_card", "ewallet"))])
        tips = self.env["pos.config"].sudo().with_context(active_test=False).search([]).tip_product_id
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE pos_order o SET salon_spend = sums.amount / COALESCE(NULLIF(o.currency_rate, 0), 1)
                  FROM (SELECT line.order_id, SUM(line.price_subtotal_incl) AS amount
                          FROM pos_order_line line LEFT JOIN loyalty_reward reward ON reward.id = line.reward_id
                         WHERE line.product_id <> ALL(%s) AND COALESCE(reward.program_id, 0) <> ALL(%s)
                         GROUP BY line.order_id) sums
                 WHERE sums.order_id = o.id AND o.salon_spend IS NULL AND o.state IN ('paid', 'done')
                """,
                (prepaid.trigger_product_ids | tips).ids,
                prepaid.ids,
            )
        )
        self.invalidate_model(["salon_spend"])
