from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount


class SalonTopupRule(models.Model):
    """What the salon gives on top of a top-up: from an amount on, for some tiers more, in some weeks more."""

    _name = "salon.topup.rule"
    _description = "Top-up Bonus"
    _order = "company_id, amount_from, id"

    name = fields.Char(translate=True, help="As the till shows it. Empty: by what it gives.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="cascade", default=lambda self: self.env.company, index=True
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount_from = fields.Monetary(string="From Amount", required=True)
    kind = fields.Selection(
        [("fixed", "An amount"), ("percent", "A percentage")], string="Bonus Is", required=True, default="fixed"
    )
    bonus = fields.Monetary()
    percent = fields.Float(string="Bonus %", digits=(16, 2))
    repeats = fields.Boolean(
        string="For Each Step", help="Topping up twice the amount gives twice the bonus, three times three times."
    )
    tier_ids = fields.Many2many(
        "salon.membership.tier",
        string="Tiers",
        domain="[('company_id', 'in', (False, company_id))]",
        help="Whom it is for. Empty: for everybody.",
    )
    date_from = fields.Date(string="First Day")
    date_to = fields.Date(string="Last Day")

    _sensible = models.Constraint(
        "CHECK (amount_from > 0 AND ((kind = 'fixed' AND bonus > 0) OR (kind = 'percent' AND percent > 0"
        " AND percent <= 1000)) AND (date_from IS NULL OR date_to IS NULL OR date_from <= date_to))",
        "A bonus begins at an amount above 0, gives something (1,000 % at most), and its first day is not after its"
        " last.",
    )

    @api.constrains("tier_ids", "company_id")
    def _check_tiers(self):
        for rule in self:
            if rule.tier_ids.company_id - rule.company_id:
                raise ValidationError(self.env._("Choose tiers of %s.", rule.company_id.name))

    @api.depends("name", "amount_from", "kind", "bonus", "percent")
    def _compute_display_name(self):
        for rule in self:
            if rule.name:
                rule.display_name = rule.name
                continue
            currency = rule.currency_id or self.env.company.currency_id
            given = f"{rule.percent:g} %" if rule.kind == "percent" else format_amount(self.env, rule.bonus, currency)
            rule.display_name = self.env._(
                "%(given)s from %(amount)s on", given=given, amount=format_amount(self.env, rule.amount_from, currency)
            )

    @api.model
    def _best(self, company, partner, amount, day=None):
        """Return (bonus, rule) of the rule that gives most for topping up `amount`.

        :param partner: who tops up: a member's tier may give more
        :param day: the date in the salon; None: today
        """
        day = day or company._salon_today()
        rules = self.search([("company_id", "=", company.id), ("amount_from", "<=", amount)])
        tier = self.env["salon.membership"].sudo()._get_active(partner, company).tier_id
        best, chosen = 0.0, self.browse()
        for rule in rules:
            if (rule.tier_ids and tier not in rule.tier_ids) or not rule._holds_on(day):
                continue
            bonus = rule._bonus_for(amount)
            if bonus > best:
                best, chosen = bonus, rule
        return best, chosen

    def _holds_on(self, day):
        self.ensure_one()
        return (not self.date_from or self.date_from <= day) and (not self.date_to or day <= self.date_to)

    def _bonus_for(self, amount):
        """Return what this rule gives for topping up `amount`, rounded as the currency is."""
        self.ensure_one()
        if self.kind == "percent":
            return self.currency_id.round(amount * self.percent / 100)
        steps = int((amount + self.currency_id.rounding / 2) // self.amount_from) if self.repeats else 1
        return self.currency_id.round(self.bonus * steps)
