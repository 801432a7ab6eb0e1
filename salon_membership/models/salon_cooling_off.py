from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from odoo.addons.salon_crm.tools.frame import local_day

LATE = timedelta(hours=1)  # for which the till's own time of a refund is believed


class SalonCoolingOff(models.AbstractModel):
    """A sale of prepaid money that is taken back whole within the cooling-off time: without a manager, if it is unused.

    Who inherits this says on which day it was sold, and whether anything of it is used.
    """

    _name = "salon.cooling.off"
    _description = "Sale With a Cooling-off Time"

    def _sold_day(self):
        """Return the day of the sale on the salon's clocks."""
        raise NotImplementedError

    def _is_unused(self):
        """Tell whether all that was sold is still there."""
        raise NotImplementedError

    def _cooling_until(self):
        """Return the last day on which this is taken back whole; False where the salon has no cooling-off time."""
        self.ensure_one()
        days = self.company_id.salon_cooling_days
        return bool(days) and self._sold_day() + timedelta(days=days)

    def _taken_back_whole(self, at=None):
        """Tell whether this is taken back whole, without asking anybody: unused, and within the cooling-off time.

        :param datetime at: when it is asked for (UTC); now, if it is not given
        """
        self.ensure_one()
        until = self._cooling_until()
        today = local_day(self.company_id._salon_timezone(), at or fields.Datetime.now())
        return bool(until) and today <= until and self._is_unused()

    def _check_take_back(self, whole=True, at=None):
        """Refuse to take this back for who is no manager, unless it is unused and its cooling-off time is not over.

        :param bool whole: whether all of it comes back
        :raise UserError: says why, and who may
        """
        self.ensure_one()
        if self._may_take_back_always() or (whole and self._taken_back_whole(at)):
            return
        raise UserError(self._say_take_back(whole))

    def _refuse_take_back(self):
        """Return why the till does not take this back now, for who asks; None where it does."""
        self.ensure_one()
        if self._taken_back_whole() or self._may_take_back_always():
            return None
        return self._say_take_back()

    def _take_back_amount(self):
        """Return what is paid back for all that is left of this."""
        raise NotImplementedError

    def _may_take_back_always(self):
        user = self.env.user
        return user._is_superuser() or user.has_group("salon_crm.group_salon_manager")

    def _say_take_back(self, whole=True):
        """Return in a sentence why this is not simply taken back."""
        until = self._cooling_until()
        what = self.display_name
        if not self._is_unused():
            return self.env._("%s is used in part: a manager refunds what is left of it.", what)
        if not until:
            return self.env._("There is no cooling-off time: a manager refunds %s.", what)
        if not whole:
            return self.env._(
                "Within the cooling-off time %s is taken back whole. A manager refunds a part of it.", what
            )
        day = format_date(self.env, until)
        return self.env._(
            "The cooling-off time of %(what)s ended on %(day)s: a manager refunds it.", what=what, day=day
        )

    def _say_taken_back(self):
        """Return in a sentence what who takes this back gives for it."""
        raise NotImplementedError

    def _say_whole(self):
        day = format_date(self.env, self._cooling_until())
        return self.env._(
            "%(what)s is unused and in its cooling-off time until %(day)s: it is taken back whole.",
            what=self.display_name,
            day=day,
        )


class SalonWalletLot(models.Model):
    _name = "salon.wallet.lot"
    _inherit = ["salon.wallet.lot", "salon.cooling.off"]

    def _sold_day(self):
        return local_day(self.company_id._salon_timezone(), self.topped_up_at)

    def _is_unused(self):
        """Bonus that ended by itself was not used, and what merging clients moved is still theirs."""
        lots = self._all_of_client()
        rounded = self.currency_id.round
        ended = sum(lots.move_ids.filtered(lambda move: move.kind == "expire").mapped("bonus"))
        return (
            rounded(sum(lots.mapped("principal_left"))) == self.principal
            and rounded(sum(lots.mapped("bonus_left")) - ended) == self.bonus
        )

    def _say_taken_back(self):
        if self._taken_back_whole():
            return " ".join((self._say_whole(), self.env._("The bonus that came with it ends.")))
        return self.env._(
            "%(left)s principal of %(what)s is left: no more is paid back. The bonus that came with it ends.",
            left=self.wallet_id._say(self._take_back_amount()),
            what=self.display_name,
        )

    def _take_back_amount(self):
        return self.currency_id.round(sum(self._all_of_client().mapped("principal_left")))

    def _all_of_client(self):
        """Return this top-up and where merging its client moved it to; what is another client's now is gone."""
        self.ensure_one()
        lots, newer = self, self
        while newer := newer.search([("from_lot_id", "in", newer.ids)]):
            lots |= newer
        return lots.filtered(lambda lot: lot.wallet_id.partner_id == self.wallet_id.partner_id)


class SalonTreatmentCard(models.Model):
    _name = "salon.treatment.card"
    _inherit = ["salon.treatment.card", "salon.cooling.off"]

    def _sold_day(self):
        return self.sold_on

    def _is_unused(self):
        """A card that came of another one by transfer or upgrade is no sale by itself."""
        return bool(self.sessions) and self.sessions_left == self.sessions and self.amount_left == self.amount

    def _say_taken_back(self):
        if self._taken_back_whole():
            return self._say_whole()
        return f"{self.display_name}: {self._refundable()[1]}"

    def _take_back_amount(self):
        return self._refundable()[0]

    def _refuse_take_back(self):
        """A formula that leaves a rest, which is income, is booked in the back office."""
        if self.state == "blocked":
            return self.env._("%s is blocked. Ask a manager to unblock it.", self.display_name)
        return super()._refuse_take_back() or self._refuse_rest()

    def _refuse_rest(self):
        amount, words = self._refundable()
        if not self.currency_id.compare_amounts(amount, self.amount_left):
            return None
        return self.env._(
            "%(card)s is refunded in the back office, on its own form. %(words)s.", card=self.display_name, words=words
        )


class PosOrder(models.Model):
    _inherit = "pos.order"

    def _salon_asked_at(self):
        """Return when this refund was asked for: by the till's clock, but for one that says longer ago than an hour."""
        now = fields.Datetime.now()
        return max(min(self.date_order, now), now - LATE)

    def _salon_check_take_back(self, lot, amount):
        """Refuse to pay a top-up back that is not simply taken back, for who is no manager.

        :param lot: of the top-up; none where the refund names no sale
        :raise UserError: says why, and who may
        """
        if lot:
            whole = self.company_id.currency_id.compare_amounts(amount, lot.principal) >= 0
            lot._check_take_back(whole, self._salon_asked_at())
        elif not self.env["salon.cooling.off"]._may_take_back_always():
            raise UserError(self.env._("Refund the order of the top-up. Anything else a manager pays out."))


class PosOrderLine(models.Model):
    _inherit = "pos.order.line"

    def _salon_prepaid_sold(self):
        """Return what this line sold: a top-up, or treatment cards of which something is left, the least used first."""
        self.ensure_one()
        lots = self.env["salon.wallet.lot"].sudo().search([("pos_order_line_id", "=", self.id)])
        if lots:
            return lots
        cards = self.env["salon.treatment.card"].sudo()
        cards = cards.search([("pos_order_line_id", "=", self.id), ("sessions_left", ">", 0)])
        return cards.sorted(lambda card: (card.sessions - card.sessions_left, -card.id))

    @api.model
    def load_till_take_back(self, config_id, quantities):
        """Return whether what these lines sold, prepaid money, can be taken back now, and what the cashier is to know.

        :param dict quantities: {id of the line that sold it: how many pieces come back}
        :return list: of each line with prepaid money a dict of "line_id", "may", "message", a sentence for the cashier,
            and "amount", what is paid back for it
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        answers = []
        for line_id, quantity in quantities.items():
            line = self.sudo().search([("id", "=", int(line_id)), ("company_id", "=", company.id)])
            if line and line._salon_sells_prepaid():
                answers.append({"line_id": line.id, **line._salon_say_take_back(int(quantity))})
        return answers

    def _salon_say_take_back(self, pieces):
        """Return "may", "message" and "amount" for so many pieces of what this line sold."""
        sold = self._salon_prepaid_sold()[: max(pieces, 0)]
        left = [one for one in sold if one._take_back_amount() > 0]
        if not left or (sold._name == "salon.treatment.card" and len(left) < pieces):
            message = self.env._("Nothing is left of this %s: it can't be refunded.", self.product_id.name)
            return {"may": False, "message": message, "amount": 0.0}
        refused = [why for one in left if (why := one._refuse_take_back())]
        return {
            "may": not refused,
            "message": " ".join(refused or [one._say_taken_back() for one in left]),
            "amount": sum(one._take_back_amount() for one in left),
        }
