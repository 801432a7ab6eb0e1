from odoo import fields, models


class SalonDealItem(models.Model):
    """A service of an offer, and how often."""

    _name = "salon.deal.item"
    _description = "Service of a Group-buying Offer"
    _order = "sequence, id"

    offer_id = fields.Many2one(
        "salon.deal.offer", string="Group-buying Offer", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="offer_id.company_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        domain="[('available_in_pos', '=', True), ('sale_ok', '=', True), ('company_id', 'in', (False, company_id))]",
    )
    quantity = fields.Integer(default=1, required=True)

    _sensible = models.Constraint(
        "CHECK (quantity BETWEEN 1 AND 20)", "A voucher is for 1 to 20 pieces of one service."
    )
