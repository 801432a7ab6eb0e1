import math
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, ormcache

from odoo.addons.salon_crm.tools.frame import local_day

USUAL = ("factor", 1.0)  # what a product earns that no rule names
PREPAID = ("gift_card", "ewallet")
# What of a program lies in Odoo's caches.
CACHED = {"is_salon_program", "company_id", "program_type", "active", "pos_ok", "salon_points_product_id",
          "salon_points_for_one"}  # fmt: skip


class Terms(NamedTuple):
    """By which points are earned and spent: what each order asks for."""

    program_id: int
    company_id: int
    is_active: bool
    product_id: int  # of part payment
    for_one: int  # so many points are worth one unit of currency
    per_unit: float  # so many points one unit of currency gives, before the factors
    has_milestones: bool  # members are written to when they reach so many points


NO_TERMS = Terms(False, False, False, False, 0, 0.0, False)


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    is_salon_program = fields.Boolean(
        string="Salon Points",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The points of the salon's members. The server settles them with the order, into the salon's own ledger.",
    )

    salon_points_product_id = fields.Many2one(
        "product.product",
        string="Points Product",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="The product by which part payment by points stands on an order.",
    )
    salon_points_for_one = fields.Integer(
        string="Points for One Unit of Currency",
        default=100,
        help="So many points are worth one unit of currency in part payment. 0: points can't pay.",
    )
    salon_points_minimum = fields.Integer(string="At Least", help="Part payment takes no fewer points than this.")
    salon_points_share = fields.Float(
        string="Share of an Order",
        default=100.0,
        digits=(5, 2),
        help="At most this part of an order is paid by points (%).",
    )
    salon_hold_minutes = fields.Integer(
        string="Held for (Minutes)", default=30, help="So long points are kept for an order that is not paid yet."
    )

    salon_rule_ids = fields.One2many("salon.points.rule", "program_id", string="Products and Categories")
    salon_day_ids = fields.One2many("salon.points.day", "program_id", string="Days with More Points")

    _salon_points_settings = models.Constraint(
        "CHECK (salon_points_for_one >= 0 AND salon_points_minimum >= 0 AND salon_hold_minutes > 0"
        " AND salon_points_share >= 0 AND salon_points_share <= 100)",
        "Points and minutes can't be below 0, and the share of an order lies between 0 and 100 %.",
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
        own = ["salon_points_product_id", "salon_points_for_one", "salon_points_minimum", "salon_points_share"]
        return [*super()._load_pos_data_fields(config), "is_salon_program", *own]

    @api.model
    def _get_salon_program(self, company, create=False):
        """Return the points program of `company`, made on demand: until someone is a member, core stays as it was."""
        programs = self.sudo().with_context(active_test=False)
        program = programs.browse(self._find_salon_program(company.id))
        if program or not create:
            return program
        # Points are spent as part payment: rewards are the salon's choice, which core insists on.
        programs = programs.with_context(loyalty_skip_reward_check=True)
        return programs.create(programs._prepare_salon_program_values(company)).with_context(
            loyalty_skip_reward_check=False
        )

    @api.model
    def _find_salon_program(self, company_id):
        """Return the id of the points program of a company, False where there is none."""
        return self._find_terms(company_id).program_id

    @api.model
    def _get_salon_terms(self, company):
        """Return by which `Terms` points are earned and spent in `company`: asked for with each order."""
        return self._find_terms(company.id)

    @ormcache("self.id", cache="stable")
    def _salon_terms(self):
        return self._find_terms(self.sudo().company_id.id)

    @api.model
    @ormcache("company_id", cache="stable")
    def _find_terms(self, company_id):
        # One question in place of a search, and a reading of program and rules: an order waits for it.
        self.env["loyalty.program"].flush_model(["company_id", "is_salon_program", *CACHED])
        self.env["loyalty.rule"].flush_model(["program_id", "active", "reward_point_amount"])
        self.env["loyalty.mail"].flush_model(["program_id", "trigger"])
        query = SQL(
            """
            SELECT p.id, p.company_id, p.active, p.salon_points_product_id, COALESCE(p.salon_points_for_one, 0),
                   COALESCE((SELECT SUM(r.reward_point_amount) FROM loyalty_rule r
                              WHERE r.program_id = p.id AND r.active AND p.active), 0),
                   EXISTS (SELECT FROM loyalty_mail m WHERE m.program_id = p.id AND m.trigger = 'points_reach')
              FROM loyalty_program p WHERE p.is_salon_program AND p.company_id = %s
            """,
            company_id or None,
        )
        rows = self.env.execute_query(query)
        return Terms(*(value or False for value in rows[0][:4]), *rows[0][4:]) if rows else NO_TERMS

    @api.model
    def _get_prepaid(self, company):
        """Return (programs of prepaid money, products that top it up) of `company`, as two sets of ids.

        Of all its tills, and whatever the day: who sells or takes such money elsewhere sells no goods for it either.
        """
        programs, products = self._find_prepaid(company.id)
        return set(programs), set(products)

    @api.model
    @ormcache("company_id", cache="stable")
    def _find_prepaid(self, company_id):
        # One question in place of five readings, as above.
        self.env["loyalty.program"].flush_model(["company_id", *CACHED])
        self.env["loyalty.rule"].flush_model(["program_id", "active", "product_ids"])
        self.env["product.product"].flush_model(["active"])
        query = SQL(
            """
            SELECT ARRAY_AGG(DISTINCT p.id), ARRAY_AGG(DISTINCT product.id) FILTER (WHERE product.active)
              FROM loyalty_program p
              LEFT JOIN loyalty_rule r ON r.program_id = p.id AND r.active
              LEFT JOIN loyalty_rule_product_product_rel topup ON topup.loyalty_rule_id = r.id
              LEFT JOIN product_product product ON product.id = topup.product_product_id
             WHERE p.active AND p.pos_ok AND p.program_type IN %s AND (p.company_id IS NULL OR p.company_id IN %s)
            """,
            PREPAID,
            self.env["res.company"].sudo().browse(company_id).parent_ids._ids or (0,),
        )
        [[programs, products]] = self.env.execute_query(query)
        return tuple(programs or ()), tuple(products or ())

    @api.model
    @ormcache("company_id")
    def _has_coupons(self, company_id):
        """Tell whether a company has coupons to give: asked for with each client file."""
        domain = [("program_type", "=", "coupons"), ("company_id", "in", (False, company_id))]
        return bool(self.sudo().search_count(domain, limit=1))

    @api.model_create_multi
    def create(self, vals_list):
        programs = super().create(vals_list)
        programs._forget_known()
        return programs

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & CACHED:
            self.env.registry.clear_cache("stable")
        return result

    def unlink(self):
        self._forget_known()
        return super().unlink()

    def _forget_known(self):
        """Have what is known of the companies' programs asked for again."""
        if any(program.is_salon_program or program.program_type in ("coupons", *PREPAID) for program in self):
            self.env.registry.clear_cache("stable")

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
            "salon_points_product_id": self._salon_points_product().id,
        }
        # Sales orders and the web shop settle with Odoo's own figures, which know neither tier nor ledger.
        return values | {name: False for name in ("sale_ok", "ecommerce_ok") if name in self._fields}

    def _salon_points_product(self):
        """Make the product of part payment: a discount, whose taxes are those of what it is taken off."""
        return (
            self.env["product.product"]
            .sudo()
            .create(
                {
                    "name": self.env._("Paid by Points"),
                    "type": "service",
                    "list_price": 0,
                    "taxes_id": False,
                    "supplier_taxes_id": False,
                    "sale_ok": True,
                    "purchase_ok": False,
                    "available_in_pos": False,
                }
            )
        )

    def _salon_part_payment_refusal(self, points, payable, tolerance=0.0):
        """Return why so many points can't pay a part of an order, "" where they can.

        :param int points: by which a part is paid
        :param float payable: what the goods come to
        :param float tolerance: points by which the rounding of taxes may be off
        """
        self.ensure_one()
        if not self.salon_points_for_one:
            return self.env._("Points don't pay here.")
        if points < self.salon_points_minimum - tolerance:
            return self.env._("At least %s points pay a part of an order. Use more points, or none.",
                              self.salon_points_minimum)  # fmt: skip
        most = math.ceil(max(payable, 0) * self.salon_points_share / 100 * self.salon_points_for_one - 1e-6)
        if points > most + tolerance:
            share = f"{self.salon_points_share:g}"
            return self.env._(
                "At most %(share)s %% of an order is paid by points: %(most)s of this one.", share=share, most=most
            )
        return ""

    def _salon_points_per_unit(self):
        """Return how many points one unit of currency gives before the tier's factor."""
        return self._salon_terms().per_unit

    @ormcache("self.id", cache="stable")
    def _salon_rules(self):
        """Return the rules of this program by what they are for: {(field, id): (kind, value)}."""
        rules = {}
        for rule in self.sudo().salon_rule_ids:
            scope = "product_tmpl_id" if rule.product_tmpl_id else "categ_id"
            rules[scope, rule[scope].id] = (rule.kind, rule.value)
        return rules

    @ormcache("self.id", cache="stable")
    def _salon_days(self):
        """Return the days with another factor: [(first day, last day, day of the week, factor)]."""
        return [
            (day.date_from, day.date_to, int(day.weekday) if day.weekday else None, day.factor)
            for day in self.sudo().salon_day_ids
        ]

    def _salon_rule_for(self, product):
        """Return (kind, value) of the rule by which `product` earns: the nearest one, or the usual points."""
        self.ensure_one()
        rules = self._salon_rules()
        if not rules:
            return USUAL
        keys = [("product_tmpl_id", product.product_tmpl_id.id)]
        path = [int(part) for part in (product.categ_id.parent_path or "").split("/") if part]
        keys += [("categ_id", categ_id) for categ_id in reversed(path)]
        return next((rules[key] for key in keys if key in rules), USUAL)

    def _salon_day_factor(self, moment):
        """Return how many times the usual points an order of that moment (UTC) earns; of several days the best."""
        self.ensure_one()
        terms = self._salon_terms()
        day = local_day(self.env["res.company"].browse(terms.company_id)._salon_timezone(), moment)
        factors = [
            factor
            for first, last, weekday, factor in self._salon_days()
            if (not first or first <= day) and (not last or day <= last) and weekday in (None, day.weekday())
        ]
        return max(factors, default=1.0)

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
