from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class SalonOfferSetup(models.TransientModel):
    """Makes the offers that salons have, as programs of Odoo: nothing turns on that nobody asked for."""

    _name = "salon.offer.setup"
    _description = "Set Up Offers"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    half_price = fields.Boolean(string="New client half price", help="One service at half price, once for each person.")
    half_service_ids = fields.Many2many(
        "product.product",
        "salon_offer_setup_half_rel",
        string="Services at Half Price",
        domain="[('is_salon_service', '=', True)]",
        help="Empty: the cheapest in the order.",
    )
    voucher = fields.Boolean(string="Voucher for the next visit", help="Given at the till with the order.")
    voucher_amount = fields.Monetary(default=20.0)
    voucher_days = fields.Integer(string="Valid for Days", default=60)
    bundle = fields.Boolean(help="Who takes all of these services in one order pays less.")
    bundle_service_ids = fields.Many2many(
        "product.product",
        "salon_offer_setup_bundle_rel",
        string="Services of the Bundle",
        domain="[('is_salon_service', '=', True)]",
    )
    bundle_discount = fields.Float(string="Bundle Discount (%)", default=15.0)
    pair = fields.Boolean(string="Package for two", help="Two who come together pay less for the same service.")
    pair_service_ids = fields.Many2many(
        "product.product",
        "salon_offer_setup_pair_rel",
        string="Services for Two",
        domain="[('is_salon_service', '=', True)]",
    )
    pair_discount = fields.Float(string="Discount for Two (%)", default=20.0)

    @api.constrains("bundle_discount", "pair_discount", "voucher_amount", "voucher_days")
    def _check_sensible(self):
        for setup in self:
            percents = (setup.bundle_discount, setup.pair_discount)
            if not all(0 < percent <= 100 for percent in percents):
                raise ValidationError(self.env._("A discount lies between 0 and 100 %."))
            if setup.voucher_amount <= 0 or not 0 <= setup.voucher_days <= 3650:
                raise ValidationError(self.env._("A voucher is worth more than 0, and ends after 10 years at most."))

    def action_set_up(self):
        """Make the programs that are ticked and that this company lacks, and show all of them."""
        self.ensure_one()
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise UserError(self.env._("Only a manager sets up offers."))
        if self.company_id not in self.env.companies:
            raise UserError(self.env._("Choose a company in which you work."))
        wanted = [kind for kind in ("half_price", "voucher", "bundle", "pair") if self[kind]]
        if not wanted:
            raise UserError(self.env._("Tick at least one offer."))
        programs = self.env["loyalty.program"].sudo().with_company(self.company_id)
        known = programs.search([("company_id", "=", self.company_id.id), ("salon_offer", "in", wanted)])
        if known:
            raise UserError(self.env._("There is an offer of this kind already: %s. Change that one.", known[0].name))
        for kind in wanted:
            programs.create({**self._prepare_program(), **getattr(self, f"_prepare_{kind}")(), "salon_offer": kind})
        return self.env["loyalty.program"].with_company(self.company_id).action_salon_offers()

    def _prepare_program(self):
        values = {
            "company_id": self.company_id.id,
            "currency_id": self.company_id.currency_id.id,
            "applies_on": "current",
            "portal_visible": False,
            "pos_ok": True,
            "communication_plan_ids": [],
        }
        fields_of_others = {"sale_ok": False, "ecommerce_ok": False}
        known = self.env["loyalty.program"]._fields
        return values | {name: value for name, value in fields_of_others.items() if name in known}

    def _prepare_coupons(self, name, reward, **values):
        return {
            "name": name,
            "program_type": "coupons",
            "trigger": "with_code",
            "portal_point_name": self.env._("Coupon"),
            "rule_ids": [],
            "reward_ids": [(0, 0, {"reward_type": "discount", "required_points": 1, **reward})],
            **values,
        }

    def _prepare_half_price(self):
        services = self.half_service_ids
        reward = {"discount": 50, "discount_mode": "percent", "discount_applicability": "cheapest"}
        if services:
            # Of one service: of a second one the dearest would be half price as well.
            most = max(services.mapped("lst_price")) / 2
            reward |= {
                "discount_applicability": "specific",
                "discount_product_ids": [(6, 0, services.ids)],
                "discount_max_amount": self.currency_id.round(most),
            }
        return self._prepare_coupons(
            self.env._("New client half price"), reward, salon_at_till=True, salon_new_only=True, salon_valid_days=30
        )

    def _prepare_voucher(self):
        reward = {"discount": self.voucher_amount, "discount_mode": "per_order", "discount_applicability": "order"}
        name = self.env._("Voucher for the next visit")
        return self._prepare_coupons(name, reward, salon_at_till=True, salon_valid_days=self.voucher_days)

    def _prepare_bundle(self):
        services = self.bundle_service_ids
        if len(services) < 2:
            raise UserError(self.env._("Choose at least two services for the bundle."))
        rule = {"reward_point_mode": "order", "reward_point_amount": 1, "minimum_qty": 1}
        return {
            "name": self.env._("Bundle: %s", " + ".join(services.mapped("name"))),
            "program_type": "promotion",
            "trigger": "auto",
            "portal_point_name": self.env._("Services"),
            # Each of the services gives one point of those that the discount asks for: all of them together do.
            "rule_ids": [(0, 0, {**rule, "product_ids": [(6, 0, service.ids)]}) for service in services],
            "reward_ids": [(0, 0, self._prepare_discount(services, self.bundle_discount, len(services)))],
        }

    def _prepare_pair(self):
        services = self.pair_service_ids
        if not services:
            raise UserError(self.env._("Choose the services of the package for two."))
        rule = {"reward_point_mode": "order", "reward_point_amount": 1, "minimum_qty": 2}
        return {
            "name": self.env._("Package for two"),
            "program_type": "promotion",
            "trigger": "auto",
            "portal_point_name": self.env._("Packages"),
            "rule_ids": [(0, 0, {**rule, "product_ids": [(6, 0, service.ids)]}) for service in services],
            "reward_ids": [(0, 0, self._prepare_discount(services, self.pair_discount, 1))],
        }

    def _prepare_discount(self, services, percent, points):
        return {
            "reward_type": "discount",
            "discount": percent,
            "discount_mode": "percent",
            "discount_applicability": "specific",
            "discount_product_ids": [(6, 0, services.ids)],
            "required_points": points,
        }
