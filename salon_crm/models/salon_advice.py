from odoo import api, fields, models
from odoo.tools import SQL


class SalonAdvice(models.Model):
    """A product or service that was recommended, with the price that was quoted; and whether the client bought it."""

    _name = "salon.advice"
    _inherit = ["salon.visit.part"]
    _description = "Advice"
    _order = "diagnosis_id desc, sequence, id"
    _part_of = "diagnosis_id"
    _rec_name = "product_id"

    diagnosis_id = fields.Many2one("salon.diagnosis", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(related="diagnosis_id.visit_id")
    company_id = fields.Many2one(related="diagnosis_id.visit_id.company_id")
    partner_id = fields.Many2one(related="diagnosis_id.visit_id.partner_id", string="Client")
    date = fields.Datetime(related="diagnosis_id.visit_id.date", string="Advised On")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="restrict", index=True, domain="[('sale_ok', '=', True)]"
    )
    currency_id = fields.Many2one(related="diagnosis_id.visit_id.company_id.currency_id")
    price = fields.Monetary(
        string="Price Quoted", compute="_compute_price", store=True, precompute=True, readonly=False
    )
    bought_at = fields.Datetime(string="Bought On", compute="_compute_bought")
    is_bought = fields.Boolean(string="Bought", compute="_compute_bought", help="At the till, since it was advised.")

    _price_positive = models.Constraint("CHECK (price >= 0)", "A price can't be negative.")

    @api.depends("product_id")
    def _compute_price(self):
        for advice in self:
            advice.price = advice.product_id.lst_price

    def _compute_bought(self):
        bought = self._first_sales()
        for advice in self:
            advice.bought_at = bought.get(advice._origin.id, False)
            advice.is_bought = bool(advice.bought_at)

    def _first_sales(self):
        """Return {id: when} of those of these that were sold to the client at the till in that visit or since, and not
        taken back; by one query."""
        if not self._origin:
            return {}
        self.env["pos.order"].flush_model(["partner_id", "company_id", "state", "date_order", "salon_visit_id"])
        self.env["pos.order.line"].flush_model(["order_id", "product_id", "qty"])
        self.flush_recordset(["diagnosis_id", "product_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT advice.id, min(sale.date_order)
                  FROM salon_advice advice
                  JOIN salon_diagnosis diagnosis ON diagnosis.id = advice.diagnosis_id
                  JOIN salon_visit visit ON visit.id = diagnosis.visit_id
                  JOIN pos_order sale ON sale.partner_id = visit.partner_id AND sale.company_id = visit.company_id
                   AND sale.state IN ('paid', 'done')
                   AND (sale.salon_visit_id = visit.id OR sale.date_order >= visit.date)
                  JOIN pos_order_line line ON line.order_id = sale.id AND line.product_id = advice.product_id
                 WHERE advice.id = ANY(%s)
              GROUP BY advice.id
                HAVING sum(line.qty) > 0
                """,
                self._origin.ids,
            )
        )
        return dict(rows)
