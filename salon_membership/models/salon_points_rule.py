from odoo import api, fields, models


class SalonPointsRule(models.Model):
    """What a product, or all products of a category, earns otherwise than the rest of the salon.

    The product's own rule counts before that of its category, and that of a category before those above it. Server and
    till read the same rules by this same order.
    """

    _name = "salon.points.rule"
    _inherit = ["salon.till.load", "salon.cached"]
    _description = "Points Rule"
    _order = "program_id, id"

    program_id = fields.Many2one("loyalty.program", required=True, ondelete="cascade", index=True)
    product_tmpl_id = fields.Many2one(
        "product.template",
        string="Product",
        ondelete="cascade",
        index="btree_not_null",
        domain=[("sale_ok", "=", True)],
    )
    categ_id = fields.Many2one("product.category", string="Category", ondelete="cascade", index="btree_not_null")
    kind = fields.Selection(
        [("factor", "Times the Usual Points"), ("points", "Points for Each Piece")], required=True, default="factor"
    )
    value = fields.Float(
        required=True, digits=(12, 2), help="0: nothing is earned. The factors of tier and day come on top."
    )

    _product_uniq = models.UniqueIndex(
        "(program_id, product_tmpl_id) WHERE product_tmpl_id IS NOT NULL", "There is a rule for this product already."
    )
    _categ_uniq = models.UniqueIndex(
        "(program_id, categ_id) WHERE categ_id IS NOT NULL", "There is a rule for this category already."
    )
    _one_scope = models.Constraint(
        "CHECK (num_nonnulls(product_tmpl_id, categ_id) = 1)", "A rule is for a product or for a category: choose one."
    )
    _value_positive = models.Constraint("CHECK (value >= 0)", "Points can't be below 0.")

    @api.onchange("product_tmpl_id")
    def _onchange_product_tmpl_id(self):
        if self.product_tmpl_id:
            self.categ_id = False

    @api.onchange("categ_id")
    def _onchange_categ_id(self):
        if self.categ_id:
            self.product_tmpl_id = False

    @api.depends("product_tmpl_id", "categ_id")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = rule.product_tmpl_id.display_name or rule.categ_id.display_name

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        if not self._has_any():
            return False
        return [("program_id.is_salon_program", "=", True), ("program_id.company_id", "=", config.company_id.id)]

    @api.model
    def _load_pos_data_fields(self, config):
        return ["kind", "value", "product_tmpl_id", "categ_id", "write_date"]
