from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

HELD = timedelta(hours=1)


class SalonBirthdayGift(models.Model):
    """What members get for their birthday, given at the till by a coupon of Odoo's that is good for one order."""

    _name = "salon.birthday.gift"
    _description = "Birthday Benefit"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, ondelete="restrict"
    )
    kind = fields.Selection(
        [("service", "Free Service"), ("gift", "Gift"), ("offer", "Offer")],
        required=True,
        default="gift",
        help="Of each kind a member gets one a year.",
    )
    due = fields.Selection(
        [("day", "On the day"), ("month", "In the month")], string="When", required=True, default="day"
    )
    days_around = fields.Integer(
        string="Days Before and After", help="It can be given so many days before and after the birthday too."
    )
    tier_ids = fields.Many2many("salon.membership.tier", string="Tiers", help="Empty: every member.")
    product_id = fields.Many2one(
        "product.product",
        string="Free Product or Service",
        domain="[('sale_ok', '=', True), ('available_in_pos', '=', True)]",
        ondelete="restrict",
        help="One of it is free. Empty: a discount on the order.",
    )
    discount = fields.Float(string="Discount (%)", digits=(5, 2))
    program_id = fields.Many2one("loyalty.program", string="Coupon Program", readonly=True, copy=False,
                                 ondelete="restrict")  # fmt: skip
    given_ids = fields.One2many("salon.birthday.given", "gift_id", string="Given to", readonly=True)
    given_count = fields.Integer(string="Given", compute="_compute_given_count")

    _gives_something = models.Constraint(
        "CHECK ((product_id IS NOT NULL) = (discount = 0) AND discount BETWEEN 0 AND 100"
        " AND days_around BETWEEN 0 AND 60)",
        "A birthday benefit is either a free product or service, or a discount from 1 to 100 %, at most 60 days around"
        " the day.",
    )

    def _compute_given_count(self):
        counts = dict(
            self.env["salon.birthday.given"]._read_group(
                [("gift_id", "in", self.ids), ("pos_order_id", "!=", False)], ["gift_id"], ["__count"]
            )
        )
        for gift in self:
            gift.given_count = counts.get(gift, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            vals.setdefault("discount", 0.0)
        gifts = super().create(vals_list)
        gifts._keep_programs()
        return gifts

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"name", "active", "company_id", "product_id", "discount"}:
            self._keep_programs()
        return result

    def unlink(self):
        programs = self.sudo().program_id
        result = super().unlink()
        programs.active = False
        return result

    def _keep_programs(self):
        """Have Odoo's coupon programs say what these benefits say: the till applies the coupon as any other."""
        for gift in self.sudo():
            values = gift._prepare_program_values()
            reward = gift._prepare_reward_values()
            if gift.program_id:
                gift.program_id.write(values)
                gift.program_id.reward_ids[:1].write(reward)
            else:
                programs = gift.env["loyalty.program"].with_company(gift.company_id)
                gift.program_id = programs.create({**values, "reward_ids": [(0, 0, reward)]})

    def _prepare_program_values(self):
        values = {
            "name": self.name,
            "program_type": "coupons",
            "applies_on": "current",
            "trigger": "with_code",
            "company_id": self.company_id.id,
            "currency_id": self.company_id.currency_id.id,
            "active": self.active,
            "portal_visible": False,
            "pos_ok": True,
            "rule_ids": [],
            "communication_plan_ids": [],
        }
        return values | {name: False for name in ("sale_ok", "ecommerce_ok") if name in self.env["loyalty.program"]}

    def _prepare_reward_values(self):
        values = {"required_points": 1, "description": self.name}
        if self.product_id:
            return values | {
                "reward_type": "product", "reward_product_id": self.product_id.id, "reward_product_qty": 1
            }  # fmt: skip
        return values | {
            "reward_type": "discount",
            "discount": self.discount,
            "discount_mode": "percent",
            "discount_applicability": "order",
        }

    # When it is due ---------------------------------------------------------------------------------

    def _year_due(self, born, today):
        """Return the year of the birthday for which this is due on `today`, None where it is not.

        :param date born: the birthday, None where it is not known
        """
        self.ensure_one()
        if not born:
            return None
        for year in (today.year, today.year - 1, today.year + 1):
            birthday = self.company_id._salon_birthday(born, year)
            if self.due == "month":
                is_due = (birthday.year, birthday.month) == (today.year, today.month)
            else:
                is_due = abs((birthday - today).days) <= self.days_around
            if is_due:
                return year
        return None

    @api.model
    def _due_for(self, membership):
        """Return [(gift, year)] of what a member can be given today."""
        client, company = membership.partner_id, membership.company_id
        if not membership or membership.state != "active" or not client.birthdate_date:
            return []
        today = company._salon_today()
        gifts = self.sudo().search([("company_id", "=", company.id)])
        due = []
        for gift in gifts.filtered(lambda gift: not gift.tier_ids or membership.tier_id in gift.tier_ids):
            year = gift._year_due(client.birthdate_date, today)
            if year and not self.env["salon.birthday.given"].sudo()._find(client, gift, year).pos_order_id:
                due.append((gift, year))
        return due

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def hold_for_order(self, gift_id, partner_id, config_id, order_uuid):
        """Hold a birthday benefit for an order, and return the coupon by which the till gives it.

        While one order holds it no other can; it is given when the order is paid. A till that is asked again gets the
        same coupon. What was held for over an hour and not paid is free for another order.

        :param int gift_id: the benefit
        :param int partner_id: the client of the order
        :param int config_id: the till
        :param str order_uuid: the order
        :return dict: "code", and "product_id" of what comes into the order, or False
        :raise UserError: it is not due, was given this year, or is held for another order
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        client = self.env["res.partner"].sudo().browse(partner_id)
        membership = self.env["salon.membership"].sudo()._get_active(client, company)
        year = {gift.id: year for gift, year in self._due_for(membership)}.get(gift_id)
        if not year:
            raise UserError(self.env._("This birthday benefit was given this year already, or is not due today."))
        gift = self.sudo().browse(gift_id)
        given = self.env["salon.birthday.given"].sudo()._hold(gift, membership, year, order_uuid)
        return {"code": given.card_id.code, "product_id": gift.product_id.id}
