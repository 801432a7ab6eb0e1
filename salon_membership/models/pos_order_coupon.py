from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .loyalty_card import BY_LEDGER

CLAIMED = timedelta(minutes=30)
GUARDED = {"points", "code", "partner_id", "program_id", "expiration_date", "active", "is_salon_coupon"}
MANAGERS = ("salon_crm.group_salon_manager", "point_of_sale.group_pos_manager")


class LoyaltyCard(models.Model):
    """A coupon that the salon gave is used by one order, however many tills have its code."""

    _inherit = "loyalty.card"

    is_salon_coupon = fields.Boolean(
        string="Salon's Coupon",
        readonly=True,
        copy=False,
        help="Given by the salon: the server takes it off with the order that uses it, once.",
    )
    salon_claim_uuid = fields.Char(
        readonly=True, copy=False, prefetch="salon_coupon", help="The order that is about to use this coupon."
    )
    salon_claim_until = fields.Datetime(readonly=True, copy=False, prefetch="salon_coupon")

    _salon_claim_idx = models.Index("(salon_claim_uuid) WHERE salon_claim_uuid IS NOT NULL")

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        cards.filtered("is_salon_coupon")._check_coupon_by_server()
        return cards

    def write(self, vals):
        if vals.keys() & GUARDED and not self.env.su:  # the settlement of points need not read the card
            self.filtered("is_salon_coupon")._check_coupon_by_server()
        return super().write(vals)

    def _check_coupon_by_server(self):
        """Core lets every cashier write the cards of coupons."""
        if not self or self.env.su or any(self.env.user.has_group(group) for group in MANAGERS):
            return
        raise UserError(self.env._("Coupons of the salon are given and taken by the server. Ask a manager."))

    def _lock_coupon(self):
        """Wait for whoever uses this coupon at this moment, and read it anew."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT id FROM loyalty_card WHERE id IN %s ORDER BY id FOR UPDATE", tuple(self.ids)),
            log_exceptions=False,
        )
        self.invalidate_recordset(["points", "active", "salon_claim_uuid", "salon_claim_until", "salon_used_at"])

    def _why_unusable(self, client, points, order_uuid):
        """Return why an order can't use this coupon, "" where it can.

        :param client: res.partner of the order
        :param points: what the order takes of it
        :param str order_uuid: the order
        """
        self.ensure_one()
        if not self.active or self.points < points:
            return self.env._("The coupon %s was used already, or taken back.", self.code)
        if self.partner_id and self.partner_id != client:
            return self.env._(
                "The coupon %(code)s is for %(client)s alone.", code=self.code, client=self.partner_id.name
            )
        claimed = self.salon_claim_uuid not in (False, order_uuid) and self.salon_claim_until > fields.Datetime.now()
        if claimed:
            return self.env._("Another order is about to use the coupon %s. Take it out there first.", self.code)
        return ""


class LoyaltyProgram(models.Model):
    _inherit = "loyalty.program"

    def _salon_least_points(self):
        """Return what the cheapest reward of this program costs."""
        return min(self.sudo().reward_ids.mapped("required_points"), default=1)

    @api.model
    def salon_claim_coupons(self, config_id, order_uuid, card_ids, partner_id=False):
        """Keep coupons of the salon for one order that is about to be paid, so that no other order uses them.

        Asking again for the same order keeps them longer, and lets go of those that it does not name any more.

        :param int config_id: the till
        :param str order_uuid: the order, which the server need not know yet
        :param list card_ids: the coupons that the order uses, of whatever program
        :param int partner_id: the order's client
        :return str: why a coupon can't be used, "" where all can
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        every = self.env["loyalty.card"].sudo().with_context(active_test=False, salon_by=BY_LEDGER)
        cards = every.browse(card_ids).exists().filtered(
            lambda card: card.is_salon_coupon and card.company_id in (company, self.env["res.company"])
        )  # fmt: skip
        let_go = every.search([("salon_claim_uuid", "=", order_uuid)]) - cards
        let_go.write({"salon_claim_uuid": False, "salon_claim_until": False})
        if not cards:
            return ""
        cards._lock_coupon()
        client = self.env["res.partner"].browse(partner_id)
        for card in cards:
            least = card.program_id._salon_least_points()
            if reason := card._why_unusable(client or card.partner_id, least, order_uuid):
                return reason
        cards.write({"salon_claim_uuid": order_uuid, "salon_claim_until": fields.Datetime.now() + CLAIMED})
        return ""


class PosOrder(models.Model):
    """Coupons are taken off with the order that uses them, by the server, and come back to nothing with a refund."""

    _inherit = "pos.order"

    def action_pos_order_paid(self):
        order = self.sudo()
        settled = order.salon_settled
        result = super().action_pos_order_paid()
        if not settled:
            order._salon_use_coupons()
            order._salon_take_vouchers_back()
        return result

    def _salon_use_coupons(self):
        """Take the salon's coupons off that this order uses: each once; what was used already is told to managers."""
        lines = self.lines.filtered(
            lambda line: line.coupon_id.is_salon_coupon and line.reward_id and not line._salon_is_refund()
        )
        cards = lines.coupon_id.with_context(salon_by=BY_LEDGER, active_test=False, tracking_disable=True)
        if not cards:
            return
        cards._lock_coupon()
        for card in cards:
            own = lines.filtered(lambda line, card=card: line.coupon_id == card)
            points = own._salon_coupon_points()
            reason = card._why_unusable(self.partner_id, points, self.uuid)
            if card.active and card.points >= points:
                card.write(
                    {"points": card.points - points, "salon_claim_uuid": False, "salon_claim_until": False}
                )  # fmt: skip
                self._salon_note_coupon(card, points)
            if reason:
                self._salon_tell_coupon(reason)

    def _salon_note_coupon(self, card, points):
        self.env["loyalty.history"].sudo().create(
            {
                "card_id": card.id,
                "order_model": self._name,
                "order_id": self.id,
                "description": self.env._("Onsite %s", self.display_name),
                "used": points,
                "issued": 0,
            }
        )

    def _salon_tell_coupon(self, reason):
        """Note on this paid order what was not right with a coupon of it: no sale is lost over it."""
        self.message_post(body=reason)
        self.partner_id._salon_ask_managers(
            self.company_id, lambda env: (env._("A coupon on %s was not right", self.name), reason)
        )

    def _salon_take_vouchers_back(self):
        """Take back the coupons that were given with sales of which nothing is left after this refund."""
        origins = self.lines.refunded_orderline_id.order_id
        if not origins:
            return
        cards = self.env["loyalty.card"].sudo().with_context(salon_by=BY_LEDGER, active_test=False)
        cards = cards.search([("source_pos_order_id", "in", origins.ids), ("is_salon_coupon", "=", True)])
        for card in cards.filtered(lambda card: card.source_pos_order_id._salon_left() <= 0):
            card._lock_coupon()
            if card.points > 0 and not card.salon_used_at:
                card.write({"points": 0, "active": False})
            elif card.salon_used_at:
                self._salon_tell_coupon(
                    self.env._("The coupon %s was given with the sale that is refunded, and is used.", card.code)
                )

    def _salon_left(self):
        """Return what this order counts for after all paid refunds of it, in the company's currency."""
        self.ensure_one()
        left = sum(amount * (1 - line._salon_refunded_part()) for line, amount in self._salon_spend_amounts().items())
        return self.company_id.currency_id.round(left)

    @api.model
    def _salon_is_offer(self, program_id):
        """Tell whether the server alone gives coupons of this program."""
        program = self.env["loyalty.program"].sudo().with_context(active_test=False).browse(program_id).exists()
        return bool(
            (program.salon_offer and program.program_type == "coupons")
            or self.env["salon.birthday.gift"].sudo().with_context(active_test=False).search_count(
                [("program_id", "=", program.id)], limit=1
            )
        )  # fmt: skip

    def confirm_coupon_programs(self, coupon_data):
        """The salon's coupons were taken off when the order was settled: what the till says of them changes nothing."""
        cards = self.env["loyalty.card"].sudo().with_context(active_test=False)
        points_id = self.env["loyalty.program"]._get_salon_program(self.company_id).id
        ids = [int(key) for key, vals in coupon_data.items() if int(key) > 0 and vals["program_id"] != points_id]
        known = cards.browse(ids).exists().filtered("is_salon_coupon")
        own = {
            key: vals
            for key, vals in coupon_data.items()
            if int(key) in known.ids or (int(key) < 0 and self._salon_is_offer(vals["program_id"]))
        }
        result = super().confirm_coupon_programs({key: vals for key, vals in coupon_data.items() if key not in own})
        result["program_updates"] += [
            {"program_id": program.id, "usages": program.total_order_count} for program in known.program_id
        ]
        return result


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _salon_coupon_points(self):
        """Return what these lines take off their coupon: each reward costs what its program says."""
        points = 0
        for lines in self.grouped(lambda line: (line.reward_id, line.reward_identifier_code)).values():
            reward = lines.reward_id
            if reward.reward_type == "product":
                points += sum(lines._salon_reward_costs({}).values())
            else:
                points += reward.required_points
        return points
