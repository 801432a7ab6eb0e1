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
        if order.salon_settled:
            return super().action_pos_order_paid()
        others = order._salon_book_spend()
        enrolled = self.env["salon.membership"]._enrol_buyer(order)
        self = self._salon_with(member_id=enrolled.id or order._salon_known().member_id)
        result = super().action_pos_order_paid()
        member = self.env["salon.membership"].sudo().browse(self._salon_known().member_id or ())
        members = member | member._get_active(others, order.company_id)
        tiers = members.mapped("tier_id.id")
        for membership in members:
            membership._follow(order)
        if member:
            self.env["salon.birthday.given"].sudo()._settle(order)
        if origins := order.lines.refunded_orderline_id.order_id:
            self.env["salon.membership"].sudo()._follow_refund(order, origins)
        if enrolled or origins or members.mapped("tier_id.id") != tiers:
            self.invalidate_recordset(["salon_tier_news"], flush=False)
        else:
            self._salon_show("salon_tier_news", False)
        return result

    def _salon_book_spend(self):
        """Note what this order counts for the tier; return whose sales it refunds, as far as it is not in their name.

        A refund counts against who bought: what another client bought, or nobody in particular, is taken off that sale.
        """
        amounts = self._salon_spend_amounts()
        others = self.lines.filtered(
            lambda line: line._salon_is_refund() and line.refunded_orderline_id.order_id.partner_id != self.partner_id
        )
        for origin, lines in others.grouped(lambda line: line.refunded_orderline_id.order_id).items():
            origin._salon_show("salon_spend", origin.salon_spend + sum(amounts.pop(line, 0) for line in lines))
        self._salon_show("salon_spend", sum(amounts.values()))
        return others.refunded_orderline_id.order_id.partner_id

    def _salon_count_spend(self):
        """Return what this order counts for the tier, in the company's currency."""
        return sum(self._salon_spend_amounts().values())

    def _salon_spend_amounts(self):
        """Return what each line that counts comes to, in the company's currency: {line: amount}.

        What the till says is taken where it is what the lines come to, which spares computing the taxes.
        """
        rate, lines = self.currency_rate or 1, self._salon_counting_lines()
        if all(line._salon_subtotal_fits() for line in lines):
            return {line: line.price_subtotal_incl / rate for line in lines}
        amounts = self._salon_amounts()
        return {line: amounts[line] / rate for line in lines}

    def _salon_counting_lines(self):
        """Return the lines that count: neither tips nor money that was topped up, nor what was paid with such money."""
        self.ensure_one()
        eligible = self.lines._salon_eligible()
        return self.lines.filtered(
            lambda line: line in eligible or (line._salon_is_refund() and line._salon_over_refunded())
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
        self.env.cr.execute(
            """
            UPDATE pos_order SET salon_settled = TRUE WHERE salon_settled IS NOT TRUE AND state IN ('paid', 'done')
            """
        )
        self.invalidate_model(["salon_spend", "salon_settled"])
