from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command


class ProductTemplate(models.Model):
    """A product that is a treatment card: ten facials, sold at once and used one by one."""

    _inherit = "product.template"

    is_salon_card = fields.Boolean(string="Treatment Card", help="Who buys it gets sessions of services, to use later.")
    salon_card_sessions = fields.Integer(string="Sessions", default=10, prefetch="salon_card")
    salon_card_service_ids = fields.Many2many(
        "product.template", "salon_card_service_rel", "card_tmpl_id", "service_tmpl_id",
        string="Good For", domain="[('is_salon_service', '=', True)]",
    )  # fmt: skip
    salon_card_categ_id = fields.Many2one(
        "product.category",
        string="Services of",
        ondelete="restrict",
        help="All services of this category.",
        prefetch="salon_card",
    )
    salon_card_months = fields.Integer(string="Valid For (Months)", help="0: it never ends.", prefetch="salon_card")
    salon_card_shared = fields.Boolean(
        string="May Be Shared", help="Others whom the client names may use it too.", prefetch="salon_card"
    )

    _salon_card_sessions_positive = models.Constraint(
        "CHECK (is_salon_card IS NOT TRUE OR salon_card_sessions BETWEEN 1 AND 1000)",
        "A treatment card has 1 to 1,000 sessions.",
    )
    _salon_card_months_fit = models.Constraint(
        "CHECK (salon_card_months BETWEEN 0 AND 240)", "A treatment card is valid for 0 to 240 months."
    )
    _salon_card_idx = models.Index("(id) WHERE is_salon_card")

    @api.constrains("is_salon_card", "salon_card_service_ids", "salon_card_categ_id", "taxes_id", "type")
    def _check_salon_card(self):
        for card in self.filtered("is_salon_card"):
            if not (card.salon_card_service_ids or card.salon_card_categ_id):
                raise ValidationError(self.env._("What is “%s” good for? Choose services, or a category.", card.name))
            if card.is_salon_service:
                raise ValidationError(
                    self.env._("“%s” is either a service or a card of sessions: make two products.", card.name)
                )
            if card.taxes_id:
                raise ValidationError(
                    self.env._(
                        "“%s” is paid in advance: its taxes are due with each session. Take them off.", card.name
                    )
                )

    @api.onchange("is_salon_card")
    def _onchange_is_salon_card(self):
        """A card is no stock, is sold at the till, and its tax is due when it is used."""
        for template in self.filtered("is_salon_card"):
            template.type = "service"
            template.available_in_pos = True
            template.is_salon_service = False
            template.taxes_id = [Command.clear()]
            template.salon_card_sessions = template.salon_card_sessions or 10

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        templates.filtered("is_salon_card")._salon_sell_on_liability()
        return templates

    def write(self, vals):
        result = super().write(vals)
        if vals.get("is_salon_card"):
            self._salon_sell_on_liability()
        return result

    def _force_default_sale_tax(self, companies):
        """Core gives products without a company the default taxes of other companies."""
        return super(
            ProductTemplate, self.filtered(lambda template: not template.is_salon_card)
        )._force_default_sale_tax(companies)

    def _salon_sell_on_liability(self, companies=None):
        """Have these cards be booked on what companies owe their clients, where prepaid money is set up."""
        companies = companies or self.env["res.company"].sudo().search([("salon_treatment_account_id", "!=", False)])
        for company in companies.filtered("salon_treatment_account_id"):
            for template in self.sudo().with_company(company):
                if template.company_id <= company:
                    template.property_account_income_id = company.salon_treatment_account_id

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "is_salon_card"]
