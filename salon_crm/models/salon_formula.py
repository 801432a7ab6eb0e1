from odoo import api, fields, models
from odoo.tools import format_date

MANAGER = "salon_crm.group_salon_manager"


class SalonFormula(models.Model):
    """What was mixed for a service of a visit, bowl by bowl, in grams.

    Stylists find those of clients they serve, managers all; the front desk reads the summary of the last one alone.
    """

    _name = "salon.formula"
    _inherit = ["salon.visit.part"]
    _description = "Formula"
    _order = "id desc"
    _part_of = "line_id"
    _rec_names_search = ["bowl_ids.component_ids.shade", "bowl_ids.component_ids.product_id", "line_id.product_id"]

    line_id = fields.Many2one("salon.visit.line", string="Visit Line", required=True, ondelete="cascade", index=True)
    visit_id = fields.Many2one(related="line_id.visit_id")
    partner_id = fields.Many2one(related="line_id.visit_id.partner_id", string="Client")
    company_id = fields.Many2one(related="line_id.visit_id.company_id")
    date = fields.Datetime(related="line_id.visit_id.date")
    product_id = fields.Many2one(related="line_id.product_id", string="Service")
    performer_names = fields.Char(related="line_id.performer_names")
    is_locked = fields.Boolean(related="line_id.visit_id.is_locked")
    bowl_ids = fields.One2many("salon.formula.bowl", "formula_id", string="Bowls", copy=True)
    summary = fields.Char(string="Formula", compute="_compute_summary")
    note = fields.Text(string="Result", help="How it came out, and what to change next time.")
    version = fields.Integer(default=1, required=True, readonly=True, copy=False)
    currency_id = fields.Many2one(related="line_id.visit_id.company_id.currency_id")
    cost = fields.Monetary(
        compute="_compute_cost", groups=MANAGER, help="What it took, at today's costs of the products."
    )
    cost_is_known = fields.Boolean(
        compute="_compute_cost",
        groups=MANAGER,
        help="Each product in it says how many grams one unit holds, and what that costs.",
    )

    _line_uniq = models.Constraint("UNIQUE (line_id)", "This service has a formula already. Open it again.")

    @api.depends("bowl_ids.summary", "bowl_ids.zone")
    def _compute_summary(self):
        """One line that a colourist reads at a glance: "6/7 + 6/0 1:1, 20 vol, 35 min"."""
        for formula in self:
            bowls = [(bowl._zone_label(), bowl.summary) for bowl in formula.bowl_ids if bowl.summary]
            if len(bowls) == 1:
                formula.summary = bowls[0][1]
            else:
                formula.summary = "; ".join(f"{zone}: {summary}" if zone else summary for zone, summary in bowls)

    @api.depends("summary", "date")
    def _compute_display_name(self):
        for formula in self:
            parts = [formula.date and format_date(self.env, formula.date), formula.summary]
            formula.display_name = " · ".join(filter(None, parts)) or self.env._("Formula")

    @api.depends("bowl_ids.component_ids.cost", "bowl_ids.developer_cost")
    @api.depends_context("company")
    def _compute_cost(self):
        for formula in self:
            bowls = formula.bowl_ids
            formula.cost = sum(bowls.component_ids.mapped("cost")) + sum(bowls.mapped("developer_cost"))
            formula.cost_is_known = all(
                product and product._salon_gram_cost(formula.company_id)
                for product, _lot, grams in bowls._used_grams()
                if grams
            )

    def _prepare_copy_commands(self):
        """Return the commands that make the bowls of this formula anew; what was weighed then is the plan of now."""
        return [(0, 0, bowl._prepare_copy_values()) for bowl in self.bowl_ids]

    def action_open_pad(self):
        """Show these bowls to be weighed, or to be read where the visit is locked."""
        self.ensure_one()
        return self.line_id.action_formula()
