from functools import reduce
from math import gcd

from odoo import api, fields, models

from .salon_formula import MANAGER


class SalonFormulaBowl(models.Model):
    """One bowl of a formula: what goes into it, with which developer, where it is put on and for how long."""

    _name = "salon.formula.bowl"
    _inherit = ["salon.visit.part"]
    _description = "Bowl"
    _order = "formula_id, sequence, id"
    _part_of = "formula_id"
    _rec_name = "zone"

    formula_id = fields.Many2one("salon.formula", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(related="formula_id.line_id.visit_id")
    company_id = fields.Many2one(related="formula_id.line_id.visit_id.company_id")
    sequence = fields.Integer(default=10)
    zone = fields.Selection(
        [
            ("roots", "Roots"),
            ("lengths", "Lengths"),
            ("ends", "Ends"),
            ("whole", "Whole hair"),
            ("strands", "Strands"),
            ("hairline", "Hairline"),
            ("brows", "Brows and lashes"),
            ("other", "Elsewhere"),
        ],
        string="Where",
        default="roots",
    )
    component_ids = fields.One2many("salon.formula.component", "bowl_id", string="Components", copy=True)
    developer_id = fields.Many2one("product.product", ondelete="restrict", domain="[('type', '=', 'consu')]")
    developer_lot_id = fields.Many2one(
        "stock.lot", string="Developer's Batch", ondelete="restrict", domain="[('product_id', '=', developer_id)]"
    )
    developer_strength = fields.Float(string="Strength", digits=(6, 2))
    strength_unit = fields.Selection(
        [("vol", "vol"), ("percent", "%")], string="Strength In", default="vol", required=True
    )
    ratio = fields.Float(
        digits=(6, 2), default=1.0, help="Parts of developer to one part of the rest: 1.5 for 1:1.5. 0: none."
    )
    developer_target = fields.Float(
        string="Developer Planned (g)",
        compute="_compute_developer_target",
        help="Grams: what the components weigh as planned, times the ratio.",
    )
    developer_grams = fields.Float(
        string="Developer (g)",
        digits=(8, 1),
        compute="_compute_developer_grams",
        store=True,
        readonly=False,
        help="Grams that were used. As planned until somebody weighs.",
    )
    minutes = fields.Integer(help="How long it develops.")
    heat = fields.Selection([("none", "No heat"), ("warm", "Heat"), ("steam", "Steam")], default="none", required=True)
    summary = fields.Char(compute="_compute_summary")
    currency_id = fields.Many2one(related="formula_id.line_id.visit_id.company_id.currency_id")
    developer_cost = fields.Monetary(compute="_compute_developer_cost", groups=MANAGER)

    _weights_positive = models.Constraint(
        "CHECK (COALESCE(developer_grams, 0) >= 0 AND COALESCE(developer_strength, 0) >= 0"
        " AND COALESCE(ratio, 0) >= 0 AND COALESCE(minutes, 0) BETWEEN 0 AND 600)",
        "Grams, strength and ratio can't be negative, and nothing develops for more than ten hours.",
    )

    @api.depends("component_ids.target_grams", "ratio")
    def _compute_developer_target(self):
        for bowl in self:
            bowl.developer_target = sum(bowl.component_ids.mapped("target_grams")) * bowl.ratio

    @api.depends("component_ids.target_grams", "ratio")
    def _compute_developer_grams(self):
        for bowl in self:
            bowl.developer_grams = bowl.developer_target

    @api.depends(
        "component_ids.shade",
        "component_ids.product_id",
        "component_ids.actual_grams",
        "developer_strength",
        "strength_unit",
        "ratio",
        "minutes",
    )
    def _compute_summary(self):
        for bowl in self:
            parts = [bowl._components_summary(), bowl._developer_summary()]
            if bowl.minutes:
                parts.append(self.env._("%s min", bowl.minutes))
            bowl.summary = ", ".join(filter(None, parts))

    def _components_summary(self):
        """Return "6/7 + 6/0 2:1"."""
        named = [one for one in self.component_ids if one._short_name()]
        names = " + ".join(one._short_name() for one in named)
        parts = proportion([one.actual_grams for one in named])
        return f"{names} {parts}" if parts else names

    def _developer_summary(self):
        """Return "20 vol" or "6 % 1:1.5"."""
        if not self.developer_strength:
            return ""
        number = f"{self.developer_strength:g}"
        strength = f"{number} %" if self.strength_unit == "percent" else self.env._("%s vol", number)
        return strength if self.ratio in (0, 1) else f"{strength} 1:{self.ratio:g}"

    def _zone_label(self):
        return dict(self._fields["zone"]._description_selection(self.env)).get(self.zone, "")

    @api.depends(
        "developer_grams",
        "developer_id.standard_price",
        "developer_id.salon_grams_per_unit",
        "developer_id.uom_id",
    )
    def _compute_developer_cost(self):
        for bowl in self:
            bowl.developer_cost = bowl.developer_grams * bowl.developer_id._salon_gram_cost(bowl.company_id)

    def _used_grams(self):
        """Return (product.product or an empty one, its batch, grams) of all that went into these bowls."""
        used = [(one.product_id, one.lot_id, one.actual_grams) for one in self.component_ids]
        developers = self.filtered("developer_id")
        return used + [(bowl.developer_id, bowl.developer_lot_id, bowl.developer_grams) for bowl in developers]

    def _prepare_copy_values(self):
        components = [(0, 0, one._prepare_copy_values()) for one in self.component_ids]
        return {
            "sequence": self.sequence,
            "zone": self.zone,
            "developer_id": self.developer_id.id,
            "developer_strength": self.developer_strength,
            "strength_unit": self.strength_unit,
            "ratio": self.ratio,
            "developer_grams": self.developer_grams,
            "minutes": self.minutes,
            "heat": self.heat,
            "component_ids": components,
        }


def proportion(grams):
    """Return how weights relate, as "2:1"; nothing for less than two of them, or where that says nothing.

    :param list grams: numbers
    """
    tenths = [round(weight * 10) for weight in grams]
    if len(tenths) < 2 or not all(tenths):
        return ""
    common = reduce(gcd, tenths)
    parts = [weight / common for weight in tenths]
    if max(parts) > 20:
        parts = [round(weight / min(tenths), 1) for weight in tenths]
    return ":".join(f"{part:g}" for part in parts)
