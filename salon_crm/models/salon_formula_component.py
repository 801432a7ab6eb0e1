from odoo import api, fields, models

from .salon_formula import MANAGER


class SalonFormulaComponent(models.Model):
    """What goes into a bowl: a product, a shade of it or both, as it was planned and as it was weighed."""

    _name = "salon.formula.component"
    _inherit = ["salon.visit.part"]
    _description = "Component"
    _order = "bowl_id, sequence, id"
    _part_of = "bowl_id"

    bowl_id = fields.Many2one("salon.formula.bowl", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(related="bowl_id.formula_id.line_id.visit_id")
    company_id = fields.Many2one(related="bowl_id.formula_id.line_id.visit_id.company_id")
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one(
        "product.product", ondelete="restrict", index="btree_not_null", domain="[('type', '=', 'consu')]"
    )
    lot_id = fields.Many2one(
        "stock.lot", string="Batch", ondelete="restrict", domain="[('product_id', '=', product_id)]"
    )
    shade = fields.Char(index="trigram", help="As on the tube: 6/7, 9-1, clear.")
    target_grams = fields.Float(string="Planned (g)", digits=(8, 1))
    actual_grams = fields.Float(
        string="Weighed (g)",
        digits=(8, 1),
        compute="_compute_actual_grams",
        store=True,
        precompute=True,
        readonly=False,
        help="Grams that were used. As planned until somebody weighs.",
    )
    currency_id = fields.Many2one(related="bowl_id.formula_id.line_id.visit_id.company_id.currency_id")
    cost = fields.Monetary(compute="_compute_cost", groups=MANAGER)

    _weights_positive = models.Constraint(
        "CHECK (COALESCE(target_grams, 0) >= 0 AND COALESCE(actual_grams, 0) >= 0)", "Grams can't be negative."
    )
    _is_something = models.Constraint(
        "CHECK (product_id IS NOT NULL OR COALESCE(shade, '') <> '')", "Name the shade or the product of each weight."
    )

    @api.depends("product_id", "shade", "actual_grams")
    def _compute_display_name(self):
        for one in self:
            one.display_name = self.env._("%(what)s %(grams)s g", what=one._short_name(), grams=f"{one.actual_grams:g}")

    @api.depends("target_grams")
    def _compute_actual_grams(self):
        for one in self:
            one.actual_grams = one.target_grams

    @api.depends("actual_grams", "product_id.standard_price", "product_id.salon_grams_per_unit", "product_id.uom_id")
    def _compute_cost(self):
        for one in self:
            one.cost = one.actual_grams * one.product_id._salon_gram_cost(one.company_id)

    def _short_name(self):
        """Return the shade, or the product where it has none."""
        return self.shade or self.product_id.name or ""

    def _prepare_copy_values(self):
        """The batch is of that day."""
        return {
            "sequence": self.sequence,
            "product_id": self.product_id.id,
            "shade": self.shade,
            "target_grams": self.actual_grams,
            "actual_grams": self.actual_grams,
        }
