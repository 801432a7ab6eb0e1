from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

MANAGER = "salon_crm.group_salon_manager"
OFFERS = [
    ("half_price", "New client half price"),
    ("voucher", "Voucher for the next visit"),
    ("bundle", "Bundle"),
    ("pair", "Package for two"),
    ("prize", "Prize"),
]


class LoyaltyProgram(models.Model):
    """Offers of the salon are Odoo's own programs. What is added: who gives their coupons, when and to whom."""

    _inherit = "loyalty.program"

    salon_offer = fields.Selection(OFFERS, readonly=True, copy=False)
    salon_at_till = fields.Boolean(
        string="Given at Checkout", help="The till offers to give a coupon of this program with the order."
    )
    salon_new_only = fields.Boolean(
        string="For New Clients", help="A coupon is given to who bought nothing here before today, and once."
    )
    salon_valid_days = fields.Integer(
        string="Valid for", default=90, help="Days after which a coupon ends that the salon gave. 0: it does not end."
    )

    _salon_valid_days = models.Constraint(
        "CHECK (salon_valid_days BETWEEN 0 AND 3650)", "A coupon is valid for 10 years at most."
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_at_till", "salon_new_only"]

    def _salon_refusal(self, client, company):
        """Return why this program's coupons can't be given to `client`, "" where they can."""
        self.ensure_one()
        program = self.sudo()
        if (
            not program.active
            or program.program_type != "coupons"
            or program.company_id not in (company, self.env["res.company"])
        ):
            return self.env._("“%s” has no coupons to give any more.", program.name)
        if program.date_to and program.date_to < company._salon_today():
            return self.env._("“%s” is over.", program.name)
        if not program.salon_new_only:
            return ""
        if not client:
            return self.env._("“%s” is for new clients: choose the client first.", program.name)
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        if cards.search_count([("program_id", "=", program.id), ("partner_id", "=", client.id)], limit=1):
            return self.env._("%(client)s had “%(offer)s” already.", client=client.name, offer=program.name)
        referrals = self.env["salon.referral"]
        if not referrals._is_new(client, company):
            return self.env._(
                "“%(offer)s” is for new clients: %(client)s came before.", client=client.name, offer=program.name
            )
        if reason := referrals._why_not_told_apart(client, company):
            return reason
        others = referrals._same_keys(client.sudo().salon_file_ids[:1]).partner_id
        domain = [("program_id", "=", program.id), ("partner_id", "in", others.ids)]
        if others and not self.env.user.has_group(MANAGER) and cards.search_count(domain, limit=1):
            return self.env._(
                "Another client with the phone or email of %(client)s had “%(offer)s”. Ask a manager.",
                client=client.name,
                offer=program.name,
            )
        return ""

    def _salon_issue(self, client, company, order=None, stylist=None):
        """Give one coupon of this program; return the card, as superuser.

        :param client: res.partner for whom alone it is, or none
        :param order: pos.order with which it is given
        :param stylist: hr.employee who gives it, where it is known
        :raise UserError: the program does not allow it
        """
        self.ensure_one()
        if refusal := self._salon_refusal(client, company):
            raise UserError(refusal)
        program = self.sudo()
        days = program.salon_valid_days
        today = company._salon_today()
        cards = self.env["loyalty.card"].sudo().with_context(tracking_disable=True)
        return cards.create(
            {
                "program_id": program.id,
                "partner_id": client.id,
                "points": min(program.reward_ids.mapped("required_points"), default=1),
                "expiration_date": days and today + timedelta(days=days),
                "source_pos_order_id": order and order.id,
                "is_salon_coupon": True,
                "salon_given_at": fields.Datetime.now(),
                "salon_given_by_id": ((order and order.user_id) or self.env.user).id,
                "salon_given_stylist_id": stylist and stylist.id,
            }
        )

    @api.model
    def action_salon_offers(self):
        """Show the offers of the salon, in the company in which one works."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Offers"),
            "res_model": "loyalty.program",
            "view_mode": "list,form",
            "domain": [("company_id", "in", (False, self.env.company.id)), ("salon_offer", "!=", False)],
            "context": {"active_test": False},
        }


class LoyaltyCard(models.Model):
    """Who gave a coupon, with which order, and which order brought it back."""

    _inherit = "loyalty.card"

    salon_given_at = fields.Datetime(string="Given", readonly=True, copy=False, prefetch="salon_coupon")
    salon_given_by_id = fields.Many2one(
        "res.users",
        string="Given By",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        prefetch="salon_coupon",
    )
    salon_given_stylist_id = fields.Many2one(
        "hr.employee",
        string="Stylist",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups="salon_crm.group_salon_reception",
        prefetch="salon_coupon",
    )
    salon_used_order_id = fields.Many2one(
        "pos.order",
        string="Brought Back With",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        prefetch="salon_coupon",
    )
    salon_used_at = fields.Datetime(string="Brought Back", readonly=True, copy=False, prefetch="salon_coupon")
    salon_used_amount = fields.Monetary(
        string="Order Total",
        related="salon_used_order_id.amount_total",
        currency_field="currency_id",
        related_sudo=True,
    )

    _salon_once_per_order = models.UniqueIndex(
        "(source_pos_order_id, program_id) WHERE salon_given_at IS NOT NULL AND source_pos_order_id IS NOT NULL",
        "A coupon was given with this order already.",
    )

    def _salon_open_domain(self, client, company):
        """Return the domain of the coupons that `client` has and can still use in `company`."""
        today = company._salon_today()
        return (
            Domain("partner_id", "=", client.id)
            & Domain("program_type", "=", "coupons")
            & Domain("points", ">", 0)
            & (Domain("expiration_date", "=", False) | Domain("expiration_date", ">=", today))
        )


class LoyaltyHistory(models.Model):
    _inherit = "loyalty.history"

    @api.model_create_multi
    def create(self, vals_list):
        """A coupon that is used was brought back with that order."""
        histories = super().create(vals_list)
        for history in histories.sudo():
            card = history.card_id
            if (
                history.used > 0
                and history.order_model == "pos.order"
                and card.salon_given_at
                and not card.salon_used_at
            ):
                card.write({"salon_used_order_id": history.order_id, "salon_used_at": fields.Datetime.now()})
        return histories
