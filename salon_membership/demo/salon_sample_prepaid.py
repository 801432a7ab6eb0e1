from contextlib import contextmanager
from datetime import datetime, time, timedelta
from unittest.mock import patch
from uuid import uuid4

from odoo import api, fields, models

from ..models.pos_payment_method import WALLET

# What happens in the sessions of so many days ago, in this order: what, which client, how much of what.
DAYS = (
    (24, (
        ("top_up", 1, 500), ("top_up", 6, 1000), ("top_up", 7, 300), ("top_up", 8, 200), ("sell_card", 9, "facials"),
        ("top_up", 2, 500), ("top_up", 11, 100), ("use_card", 9, "classic_facial"),
    )),
    (17, (
        ("pay", 1, 0, "hair_spa"), ("pay", 6, 0, "women_cut", "hair_spa"), ("buy", 7), ("top_up", 13, 200),
        ("top_up", 14, 1000), ("sell_card", 16, "washes"), ("use_card", 16, "wash_and_blow_dry"),
        ("pay", 2, 0, "full_colour", "women_cut"), ("top_up", 20, 300),
    )),
    (10, (
        ("give_back", 7), ("use_card", 9, "classic_facial"), ("pay", 8, 150, "women_cut", "digital_perm"),
        ("top_up", 10, 500), ("pay", 14, 0, "balayage"), ("use_card", 16, "wash_and_blow_dry"), ("top_up", 17, 200),
        ("sell_card", 18, "facials"), ("pay", 13, 0, "women_cut"),
    )),
    (3, (
        ("pay", 6, 0, "deep_cleansing_facial"), ("use_card", 9, "deep_cleansing_facial"), ("top_up", 1, 200),
        ("top_up", 5, 500),
        ("use_card", 16, "wash_and_blow_dry"), ("pay", 10, 60, "hair_spa", "women_cut"),
        ("use_card", 18, "classic_facial"), ("pay", 20, 0, "gel_manicure"),
    )),
)  # fmt: skip
RULES = ((200, 5), (500, 10), (1000, 15))  # from so much on so many per cent; a diamond has 5 more


class SalonSamplePrepaid(models.AbstractModel):
    """Prepaid money for the sample salon: topped up, used and given back at its till, in sessions that are closed.

    All of it is made by the code that makes it in the salon; what time it is then is all that is made up.
    """

    _name = "salon.sample.prepaid"
    _description = "Sample Salon: Prepaid Money"

    @api.model
    def _create_prepaid(self, company_id):
        """Set prepaid money up, and fill some weeks of it."""
        company = self.env["res.company"].browse(company_id)
        quietly = {"allowed_company_ids": [company_id], "tracking_disable": True, "mail_create_nolog": True}
        self = self.with_company(company).with_context(**quietly, salon_quiet=True)
        company = company.with_env(self.env)
        if company.salon_topup_product_id:
            return
        till = self.env.ref("salon_crm.pos_config_salon")
        setup = self.env["salon.prepaid.setup"].create({"config_ids": [(6, 0, till.ids)], "sure": True})
        setup.action_set_up()
        company.salon_bonus_months = 12
        self._create_rules(company)
        for days_ago, steps in DAYS:
            self._fill_session(till, fields.Date.today() - timedelta(days=days_ago), steps)
        lost = self._client(11)
        self.env["salon.wallet"]._get_open(lost, company).action_block()

    @api.model
    def _create_rules(self, company):
        diamond = self.env.ref("salon_membership.tier_diamond")
        self.env["salon.topup.rule"].create(
            [
                {"company_id": company.id, "amount_from": amount, "kind": "percent", "percent": percent + more,
                 "tier_ids": [(6, 0, tiers)]}
                for amount, percent in RULES
                for more, tiers in ((0, []), (5, diamond.ids))
            ]
        )  # fmt: skip

    def _fill_session(self, till, day, steps):
        """Do what was done in one session, and close it with its entry of that day."""
        moment = datetime.combine(day, time(9))
        with self._at(moment):
            user = self.env.ref("salon_crm.user_reception")
            session = self.env["pos.session"].create({"config_id": till.id, "user_id": user.id})
            session.set_opening_control(0, "")
        session.start_at = moment
        for number, (what, client, *details) in enumerate(steps):
            moment += timedelta(minutes=45)
            with self._at(moment):
                getattr(self, f"_{what}")(session, self._client(client), number, *details)
        moment = datetime.combine(day, time(20))
        payments = session.order_ids.payment_ids
        cash = sum(payments.filtered(lambda payment: payment.payment_method_id.is_cash_count).mapped("amount"))
        session = session.with_context(default_date=day)
        with self._at(moment), patch.object(fields.Date, "context_today", lambda record, timestamp=None: day):
            session.post_closing_cash_details(cash)
            session.close_session_from_ui()
        session.stop_at = moment

    @contextmanager
    def _at(self, moment):
        """Have it be so late: what prepaid money says of when is never changed afterwards."""
        with patch.object(fields.Datetime, "now", staticmethod(lambda: moment)):
            yield

    def _client(self, number):
        return self.env.ref(f"salon_crm.client_{number:02}")

    # Orders -----------------------------------------------------------------------------------------

    def _make_order(self, session, client, *lines):
        """Return an order of (product, price, further values) lines that nobody paid yet."""
        order = self.env["pos.order"].create(
            {
                "session_id": session.id,
                "company_id": session.company_id.id,
                "partner_id": client.id,
                "date_order": fields.Datetime.now(),
                "uuid": str(uuid4()),
                "amount_tax": 0,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_return": 0,
                "lines": [
                    (0, 0, {"product_id": product.id, "qty": 1, "price_unit": price, "uuid": str(uuid4()),
                            "tax_ids": [(6, 0, product.taxes_id.ids)], "price_subtotal": 0, "price_subtotal_incl": 0,
                            **values})
                    for product, price, values in lines
                ],
            }
        )  # fmt: skip
        return self._reckon(order)

    def _reckon(self, order):
        order.lines._onchange_amount_line_all()
        order._compute_prices()
        return order

    def _paid(self, order, *payments):
        """Have an order be paid by (method, amount); what is left by card."""
        bank = order.config_id.payment_method_ids.filtered(
            lambda method: method.type == "bank" and not method._salon_prepaid()
        )[:1]
        rest = order.currency_id.round(order.amount_total - sum(amount for _method, amount in payments))
        for method, amount in (*payments, (bank, rest)):
            if amount:
                order.add_payment({"pos_order_id": order.id, "amount": amount, "payment_method_id": method.id})
        order.action_pos_order_paid()
        return order

    def _service_line(self, name):
        service = self.env.ref(f"salon_crm.service_{name}").product_variant_id
        company = service.company_id
        stylists = self.env["hr.employee"].search([("is_salon_stylist", "=", True), ("company_id", "=", company.id)])
        stylist = stylists.filtered(lambda one: service.product_tmpl_id in one.salon_service_ids)[:1]
        difference = service._get_salon_price_difference(stylist)
        values = {"salon_stylist_id": stylist.id, "salon_price_difference": difference}
        return service, service.lst_price + difference, values

    # What clients do --------------------------------------------------------------------------------

    def _top_up(self, session, client, number, amount):
        order = self._make_order(session, client, (session.company_id.salon_topup_product_id, amount, {}))
        cash = session.config_id.payment_method_ids.filtered("is_cash_count")[:1]
        self._paid(order, *([(cash, amount)] if number % 3 == 1 else []))

    def _pay(self, session, client, number, most, *services):
        """Sell services, and pay by stored value: so much of them at most (0: all)."""
        return self._pay_by_value(session, client, most, *(self._service_line(name) for name in services))

    def _buy(self, session, client, number):
        """Sell a product of the shelf, and pay it by stored value."""
        domain = [("is_salon_service", "=", False), ("available_in_pos", "=", True), ("type", "=", "consu"),
                  ("company_id", "=", session.company_id.id)]  # fmt: skip
        product = self.env["product.product"].search(domain, order="list_price desc, id", limit=1)
        return self._pay_by_value(session, client, 0, (product, product.lst_price, {}))

    def _pay_by_value(self, session, client, most, *lines):
        company, wallets = session.company_id, self.env["salon.wallet"]
        order = self._make_order(session, client, *lines)
        free = sum(wallets._get_open(client, company)._free())
        amount = min(order.amount_total, most or order.amount_total, free)
        split = wallets.hold_value(session.config_id.id, client.id, order.uuid, amount)
        if split["bonus"]:
            taxes = order.lines.tax_ids
            order.lines = [
                (0, 0, {"product_id": company.salon_bonus_product_id.id, "qty": 1, "price_unit": -split["bonus"],
                        "tax_ids": [(6, 0, taxes.ids)], "price_subtotal": 0, "price_subtotal_incl": 0})
            ]  # fmt: skip
            self._reckon(order)
        return self._paid(order, (company.salon_wallet_method_id, split["principal"]))

    def _give_back(self, session, client, number):
        """Refund what this client paid by stored value last."""
        domain = [("wallet_id.partner_id", "=", client.id), ("kind", "=", "spend")]
        order = self.env["salon.wallet.move"].search(domain, order="id desc", limit=1).pos_order_id
        refund = order._refund()
        used = order.payment_ids.filtered(lambda payment: payment.payment_method_id._salon_prepaid(WALLET))
        self._paid(refund, (used.payment_method_id, -sum(used.mapped("amount"))))

    def _sell_card(self, session, client, number, name):
        card = self.env.ref(f"salon_membership.card_{name}").product_variant_id
        self._paid(self._make_order(session, client, (card, card.lst_price, {})))

    def _use_card(self, session, client, number, name):
        order = self._make_order(session, client, self._service_line(name))
        line = order.lines
        arguments = (session.config_id.id, client.id, order.uuid, line.uuid, line.product_id.id)
        held = self.env["salon.treatment.card"].hold_session(*arguments)
        line.write({"price_unit": held["amount"], "salon_treatment_card_id": held["card_id"],
                    "salon_price_difference": 0})  # fmt: skip
        self._reckon(order)
        self._paid(order, (session.company_id.salon_treatment_method_id, held["amount"]))
