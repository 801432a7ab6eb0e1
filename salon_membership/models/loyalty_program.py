from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    is_salon_program = fields.Boolean(
        string="Salon Points",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The points of the salon's members. The server settles them with the order, into the salon's own ledger.",
    )

    _salon_company_uniq = models.UniqueIndex(
        "(company_id) WHERE is_salon_program IS TRUE", "This company has its points program already."
    )

    @api.constrains(
        "is_salon_program", "program_type", "date_from", "date_to", "limit_usage", "pricelist_ids", "trigger"
    )
    def _check_salon_program(self):
        """Till and server compute the points apart from each other: what only one of them would heed is refused."""
        for program in self.filtered("is_salon_program"):
            limited = program.date_from or program.date_to or program.limit_usage or program.pricelist_ids
            if limited or program.program_type != "loyalty" or program.trigger != "auto":
                raise ValidationError(
                    self.env._(
                        "%(program)s are earned by members on every sale. Dates, limits, pricelists and codes do not"
                        " apply to them. Make another loyalty program for that.",
                        program=program.name,
                    )
                )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "is_salon_program"]

    @api.model
    def _get_salon_program(self, company, create=False):
        """Return the points program of `company`, made on demand: until someone is a member, core stays as it was."""
        programs = self.sudo().with_context(active_test=False)
        program = programs.search([("is_salon_program", "=", True), ("company_id", "=", company.id)], limit=1)
        if program or not create:
            return program
        # Points are spent by rules that come later: for now the program has no reward, which core would refuse.
        programs = programs.with_context(loyalty_skip_reward_check=True)
        return programs.create(programs._prepare_salon_program_values(company)).with_context(
            loyalty_skip_reward_check=False
        )

    def _prepare_salon_program_values(self, company):
        values = {
            "name": self.env._("Salon Points"),
            "is_salon_program": True,
            "company_id": company.id,
            "currency_id": company.currency_id.id,
            "program_type": "loyalty",
            "applies_on": "both",
            "trigger": "auto",
            "portal_visible": True,
            "portal_point_name": self.env._("Points"),
            "rule_ids": [(0, 0, {"reward_point_mode": "money", "reward_point_amount": 1.0, "minimum_qty": 0})],
            "reward_ids": [],
            "communication_plan_ids": [],
            "pos_ok": True,
        }
        # Sales orders and the web shop settle with Odoo's own figures, which know neither tier nor ledger.
        return values | {name: False for name in ("sale_ok", "ecommerce_ok") if name in self._fields}

    def _salon_points_per_unit(self):
        """Return how many points one unit of currency gives before the tier's factor."""
        return sum(self.rule_ids.mapped("reward_point_amount")) if self.active else 0.0

    @api.model
    def action_open_salon_program(self):
        """Open the points program of the company in which one works."""
        program = self._get_salon_program(self.env.company, create=True)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Points Program"),
            "res_model": "loyalty.program",
            "res_id": program.id,
            "view_mode": "form",
        }
