from odoo import fields, models


class SalonVisitProduct(models.Model):
    """A product that a service used up, with its batch: an ampoule, a mask, half a tube. What is mixed by the gram
    stands in the formula."""

    _name = "salon.visit.product"
    _inherit = ["salon.visit.part"]
    _description = "Product Used"
    _order = "line_id, id"
    _part_of = "line_id"
    _rec_name = "product_id"

    line_id = fields.Many2one("salon.visit.line", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(related="line_id.visit_id")
    company_id = fields.Many2one(related="line_id.visit_id.company_id")
    product_id = fields.Many2one(
        "product.product", required=True, ondelete="restrict", index=True, domain="[('type', '=', 'consu')]"
    )
    lot_id = fields.Many2one(
        "stock.lot",
        string="Batch",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('product_id', '=', product_id)]",
    )
    quantity = fields.Float(default=1.0, digits="Product Unit")
    uom_id = fields.Many2one(related="product_id.uom_id", string="Unit")

    _quantity_positive = models.Constraint("CHECK (quantity > 0)", "How much of the product was used?")
