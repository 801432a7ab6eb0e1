import math
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonWallet(models.Model):
    """What a till asks of stored value. Each answer is for the till's own company."""

    _inherit = "salon.wallet"

    @api.model
    def load_till_wallet(self, config_id, partner_id):
        """Return what the till shows of a client's stored value.

        :return dict: "wallet_id" (False: none yet), "number", "state", "principal", "bonus", "free_principal",
            "free_bonus" (not held by another order), "has_pin", "pin_from" (amount from which a PIN is asked; 0: never)
        """
        config = self.env["pos.config"]._salon_till(config_id)
        company = config.company_id
        wallet = self.sudo()._get_open(self.env["res.partner"].browse(partner_id), company)
        free = wallet._free() if wallet else (0.0, 0.0)
        return {
            "wallet_id": wallet.id,
            "number": wallet.number,
            "state": wallet.state,
            "principal": wallet.principal,
            "bonus": wallet.bonus,
            "free_principal": free[0],
            "free_bonus": free[1],
            "has_pin": bool(wallet.pin_hash),
            "pin_from": company.salon_pin_from,
        }

    @api.model
    def hold_value(self, config_id, partner_id, order_uuid, amount, pin=None, code=None):
        """Keep stored value for one order until it is paid, so that no other order uses it (invariant 6).

        Asking again for the same order changes what is held for it; 0 ends it. A hold ends by itself after the minutes
        that the settings say, until `begin_validation`.

        :param float amount: what the card shall cover in all, principal and bonus together; of what is sold, without
            top-ups
        :param str pin: what the client typed, where the amount needs it
        :param str code: or the code that `send_code` sent them
        :return dict: "principal" (the tender), "bonus" (the discount), "left_principal", "left_bonus" (on the card
            after this order), "wallet_id"; or, where a PIN is needed, "pin": "none" (the client has none yet),
            "missing", "wrong", "blocked", "code" (send one) or "code_wrong", with "message", a sentence for the
            cashier, and "sms", whether a code would do in place of a PIN: then nothing is held
        :raise UserError: it is blocked, there is not enough, or the order is paid already
        """
        config = self.env["pos.config"]._salon_till(config_id)
        company = config.company_id
        holds = self.env["salon.wallet.hold"].sudo()
        if not math.isfinite(amount):
            raise UserError(self.env._("Give an amount."))
        amount = company.currency_id.round(amount)
        if amount <= 0:
            holds._release([order_uuid], company)
            return {"principal": 0.0, "bonus": 0.0, "left_principal": 0.0, "left_bonus": 0.0, "wallet_id": False}
        wallet = self.sudo()._get_open(self.env["res.partner"].browse(partner_id), company)
        wallet._lock()
        wallet._check_can_spend(config, order_uuid)
        if refused := wallet._ask_pin(amount, pin, code):
            return refused
        hold = holds.search([("order_uuid", "=", order_uuid), ("wallet_id.company_id", "=", company.id)])
        principal, bonus = wallet._split(amount, hold)
        if company.currency_id.compare_amounts(principal + bonus, amount) < 0:
            raise UserError(
                self.env._(
                    "%(client)s can use %(free)s now, not %(amount)s.",
                    client=wallet.partner_id.name,
                    free=wallet._say(principal + bonus),
                    amount=wallet._say(amount),
                )
            )
        values = {
            "wallet_id": wallet.id,
            "principal": principal,
            "bonus": bonus,
            "expires_at": fields.Datetime.now() + timedelta(minutes=company.salon_hold_minutes),
        }
        if hold:
            hold.write(values)
        else:
            holds.create({"order_uuid": order_uuid, **values})
        return {
            "principal": principal,
            "bonus": bonus,
            "left_principal": wallet.currency_id.round(wallet.principal - principal),
            "left_bonus": wallet.currency_id.round(wallet.bonus - bonus),
            "wallet_id": wallet.id,
        }

    def _check_can_spend(self, config, order_uuid):
        """Refuse an order that can't be paid by this stored value, with a sentence for the cashier."""
        if not self:
            raise UserError(self.env._("This client has no stored value. Top up first."))
        if config.currency_id != self.currency_id:
            raise UserError(self.env._("Stored value is used in %s alone.", self.currency_id.name))
        if self.state == "blocked":
            raise UserError(self.env._("%s is blocked. Ask a manager to unblock it.", self.display_name))
        if self.env["pos.order"].sudo().search_count([("uuid", "=", order_uuid), ("state", "!=", "draft")], limit=1):
            raise UserError(self.env._("This order is paid already: its stored value is booked."))

    @api.model
    def begin_validation(self, config_id, order_uuid):
        """Have the hold of this order end by no timer any more: its payment is being completed.

        :raise UserError: the hold is gone
        """
        config = self.env["pos.config"]._salon_till(config_id)
        hold = (
            self.env["salon.wallet.hold"]
            .sudo()
            .search([("order_uuid", "=", order_uuid), ("wallet_id.company_id", "=", config.company_id.id)])
        )
        hold.wallet_id._lock()
        if not hold.exists() or (hold.expires_at and hold.expires_at <= fields.Datetime.now()):
            raise UserError(self.env._("The stored value is not held any more. Remove this payment and add it again."))
        if hold.expires_at:
            hold.expires_at = False
        return True

    @api.model
    def release_value(self, config_id, order_uuids):
        """Let go of what is held for orders that use no stored value any more."""
        config = self.env["pos.config"]._salon_till(config_id)
        holds = self.env["salon.wallet.hold"].sudo()
        holds._release(order_uuids, config.company_id)
        return True

    @api.model
    def topup_preview(self, config_id, partner_id, amount):
        """Return what bonus a client gets for topping up `amount` now.

        :return dict: "bonus" and "rule", the name of the rule by which it is given (False: none)
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        bonus, rule = (
            self.env["salon.topup.rule"]
            .sudo()
            ._best(company, self.env["res.partner"].sudo().browse(partner_id), amount)
        )
        return {"bonus": bonus, "rule": rule.display_name}
