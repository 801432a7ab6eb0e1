from odoo import fields, models
from odoo.tools import SQL

PARTS = [
    ("list", "Sales at List Price"),
    ("tier", "Tier Prices"),
    ("price", "Other Prices"),
    ("discount", "Discounts"),
    ("coupon", "Coupons and Rewards"),
    ("points", "Points"),
    ("bonus", "Bonus"),
    ("session", "Sessions of Treatment Cards"),
    ("deal", "Sold by Platforms"),
    ("topup", "Top-ups"),
    ("card", "Treatment Cards Sold"),
    ("giftcard", "Gift Cards and eWallets Used"),
    ("tip", "Tips"),
    ("rounding", "Rounding"),
    ("tender", "Payments"),
]


class SalonSessionLine(models.Model):
    """What the orders of a till session are made of: each line of an order by what made its price, each payment.

    There is no client in it: the accountant reads it, who has no orders.
    """

    _name = "salon.session.line"
    _description = "Part of a Till Session"
    _order = "session_id desc, id desc"
    _rec_name = "order_name"
    _auto = False

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    session_id = fields.Many2one("pos.session", string="Till Session", readonly=True)
    config_id = fields.Many2one("pos.config", string="Till", readonly=True)
    order_id = fields.Many2one("pos.order", string="Order Record", readonly=True)
    order_name = fields.Char(string="Order", readonly=True)
    date = fields.Datetime(readonly=True)
    part = fields.Selection(PARTS, readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    payment_method_id = fields.Many2one("pos.payment.method", readonly=True)
    quantity = fields.Float(readonly=True)
    amount = fields.Monetary(readonly=True, help="Taxes included.")

    @property
    def _table_query(self):
        """Each line of an order gives up to three rows: its list price, and what tier and discount took off."""
        return SQL(
            """
            WITH orders AS NOT MATERIALIZED (
                SELECT o.id, o.name, o.date_order, o.session_id, o.company_id, config.id AS config_id,
                       COALESCE(NULLIF(o.currency_rate, 0), 1) AS rate, currency.decimal_places AS places,
                       pricelist.salon_tier_id IS NOT NULL AS has_tier, config.tip_product_id,
                       company.salon_topup_product_id, company.salon_bonus_product_id,
                       o.amount_paid, o.amount_total
                  FROM pos_order o
                  JOIN pos_session session ON session.id = o.session_id
                  JOIN pos_config config ON config.id = session.config_id
                  JOIN res_company company ON company.id = o.company_id
                  JOIN res_currency currency ON currency.id = company.currency_id
                  LEFT JOIN product_pricelist pricelist ON pricelist.id = o.pricelist_id
                 WHERE o.state IN ('paid', 'done')
            ), lines AS NOT MATERIALIZED (
                SELECT line.id, orders.id AS order_id, orders.name, orders.date_order, orders.session_id,
                       orders.company_id, orders.config_id, orders.places, orders.has_tier,
                       line.product_id, line.qty, line.price_unit, line.salon_list_price,
                       line.price_subtotal_incl / orders.rate AS total,
                       CASE WHEN COALESCE(line.discount, 0) < 100
                            THEN line.price_subtotal_incl / (1 - COALESCE(line.discount, 0) / 100) / orders.rate
                            ELSE line.price_unit * line.qty / orders.rate END AS undiscounted,
                       orders.rate,
                       CASE WHEN line.product_id = orders.salon_topup_product_id THEN 'topup'
                            WHEN template.is_salon_card THEN 'card'
                            WHEN line.product_id = orders.salon_bonus_product_id THEN 'bonus'
                            WHEN program.is_salon_program OR line.product_id IN (
                                SELECT salon_points_product_id FROM loyalty_program WHERE is_salon_program
                            ) THEN 'points'
                            WHEN program.program_type IN ('gift_card', 'ewallet') THEN 'giftcard'
                            WHEN line.reward_id IS NOT NULL THEN 'coupon'
                            WHEN line.salon_treatment_card_id IS NOT NULL OR origin.salon_treatment_card_id IS NOT NULL
                            THEN 'session'
                            WHEN line.salon_deal_offer_id IS NOT NULL OR origin.salon_deal_offer_id IS NOT NULL
                            THEN 'deal'
                            WHEN line.product_id = orders.tip_product_id THEN 'tip'
                            ELSE 'list' END AS part
                  FROM orders
                  JOIN pos_order_line line ON line.order_id = orders.id
                  LEFT JOIN pos_order_line origin ON origin.id = line.refunded_orderline_id
                  JOIN product_product product ON product.id = line.product_id
                  JOIN product_template template ON template.id = product.product_tmpl_id
                  LEFT JOIN loyalty_reward reward ON reward.id = COALESCE(line.reward_id, origin.reward_id)
                  LEFT JOIN loyalty_program program ON program.id = reward.program_id
            ), priced AS NOT MATERIALIZED (
                SELECT lines.*, CASE
                           WHEN part <> 'list' THEN total
                           WHEN COALESCE(salon_list_price, 0) = 0 THEN undiscounted
                           WHEN price_unit = 0 THEN ROUND((salon_list_price * qty / rate)::numeric, places)
                           ELSE ROUND((undiscounted * salon_list_price / price_unit)::numeric, places)
                       END AS listed,
                       CASE WHEN part = 'list' THEN ROUND(undiscounted::numeric, places) ELSE total END AS full_price
                  FROM lines
            )
            SELECT priced.id::bigint * 8 + parts.number AS id, priced.company_id, priced.session_id, priced.config_id,
                   priced.order_id, priced.name AS order_name, priced.date_order AS date, parts.part,
                   priced.product_id, NULL::int AS payment_method_id,
                   CASE WHEN parts.number = 0 THEN priced.qty END AS quantity,
                   ROUND(parts.amount::numeric, priced.places) AS amount
              FROM priced, LATERAL (VALUES
                       (0, priced.part, priced.listed::numeric),
                       (1, CASE WHEN priced.has_tier THEN 'tier' ELSE 'price' END, priced.full_price - priced.listed),
                       (2, 'discount', priced.total - priced.full_price)
                   ) AS parts (number, part, amount)
             WHERE parts.number = 0 OR ROUND(parts.amount::numeric, priced.places) <> 0
             UNION ALL
            SELECT orders.id::bigint * 8 + 6, orders.company_id, orders.session_id, orders.config_id, orders.id,
                   orders.name, orders.date_order, 'rounding', NULL, NULL, NULL, rest.amount
              FROM orders, LATERAL (
                       SELECT ROUND((orders.amount_paid - COALESCE(SUM(line.price_subtotal_incl), 0))::numeric
                              / orders.rate, orders.places) AS amount
                         FROM pos_order_line line WHERE line.order_id = orders.id
                   ) rest
             WHERE rest.amount <> 0
             UNION ALL
            SELECT payment.id::bigint * 8 + 7, orders.company_id, orders.session_id, orders.config_id, orders.id,
                   orders.name, payment.payment_date, 'tender', NULL, payment.payment_method_id, NULL,
                   ROUND(payment.amount / orders.rate, orders.places)
              FROM orders JOIN pos_payment payment ON payment.pos_order_id = orders.id
            """
        )
