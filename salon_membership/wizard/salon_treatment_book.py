from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

BOOKERS = ("salon_crm.group_salon_manager", "account.group_account_invoice")


class SalonTreatmentBook(models.TransientModel):
    """What happens to a treatment card without a till: sold or refunded by bank, upgraded, transferred, ended."""

    _name = "salon.treatment.book"
    _description = "Book a Treatment Card"

    kind = fields.Selection(
        [
            ("sell", "Sell"),
            ("refund", "Refund"),
            ("upgrade", "Upgrade"),
            ("transfer", "Transfer"),
            ("extend", "Extend"),
            ("share", "Share the Card"),
            ("expire", "Book What Is Over"),
        ],
        string="What",
        required=True,
        default="sell",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    card_id = fields.Many2one("salon.treatment.card", string="Treatment Card", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", required=True)
    product_id = fields.Many2one(
        "product.product",
        string="New Card",
        domain="[('is_salon_card', '=', True), ('company_id', 'in', (False, company_id))]",
    )
    price = fields.Monetary(compute="_compute_price", store=True, readonly=False)
    credit = fields.Monetary(
        string="Counts Towards It", compute="_compute_figures", help="What the sessions left are worth, which counts."
    )
    amount = fields.Monetary(string="To Pay", compute="_compute_figures", help="What the client pays, or gets back.")
    words = fields.Char(compute="_compute_figures", string="How It Is Reckoned")
    rest = fields.Monetary(compute="_compute_figures", string="Booked as Income")
    other_id = fields.Many2one("res.partner", string="To Client", domain="[('id', '!=', partner_id)]")
    holder_ids = fields.Many2many("res.partner", "salon_treatment_book_holder_rel", string="Also for")
    ends_on = fields.Date(related="card_id.expires_on", string="Last Day Now")
    expires_on = fields.Date(string="New Last Day")
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid By",
        domain="[('company_id', '=', company_id), ('type', 'in', ('bank', 'cash')), ('id', '!=', prepaid_journal_id)]",
    )
    prepaid_journal_id = fields.Many2one(related="company_id.salon_prepaid_journal_id")
    entry_journal_id = fields.Many2one(
        "account.journal", string="Journal", domain="[('company_id', '=', company_id), ('type', '=', 'general')]"
    )
    account_id = fields.Many2one(
        "account.account",
        string="Income Account",
        domain="[('company_ids', 'in', company_id), ('account_type', 'in', ('income', 'income_other'))]",
    )
    note = fields.Char(string="Reason")

    @api.depends("product_id")
    def _compute_price(self):
        for wizard in self:
            wizard.price = wizard.product_id.lst_price

    @api.depends("kind", "card_id", "price")
    def _compute_figures(self):
        for wizard in self:
            card = wizard.card_id.sudo()
            wizard.words, wizard.rest, wizard.credit = False, 0.0, 0.0
            wizard.amount = wizard.price if wizard.kind == "sell" else 0.0
            if not card:
                continue
            wizard.credit = card.amount_left
            if wizard.kind == "refund":
                wizard.amount, wizard.words = card._refundable()
                wizard.rest = card.amount_left - wizard.amount
            elif wizard.kind == "upgrade":
                wizard.amount = wizard.currency_id.round(wizard.price - card.amount_left)
            elif wizard.kind == "expire":
                wizard.rest = card.amount_left

    # Booking ----------------------------------------------------------------------------------------

    def action_book(self):
        """Book it, and show the card.

        :raise UserError: something is missing, or it can't be done
        """
        self.ensure_one()
        if not (self.env.su or any(self.env.user.has_group(group) for group in BOOKERS)):
            raise AccessError(self.env._("Ask a manager to do this."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose %s above first.", self.company_id.name))
        wizard = self.sudo().with_company(self.company_id)
        if self.card_id:
            self.card_id.check_access("read")
            if wizard.card_id.company_id != wizard.company_id:
                raise AccessError(self.env._("Choose %s above first.", wizard.card_id.company_id.name))
            wizard.card_id._lock()
        elif self.kind != "sell":
            raise UserError(self.env._("Which card? Open it first."))
        card = getattr(wizard, f"_book_{self.kind}")()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Treatment Card"),
            "res_model": "salon.treatment.card",
            "res_id": card.id,
            "views": [(False, "form")],
        }

    def _book_sell(self):
        payment = self._make_payment("inbound", self.price, self._need_product().name)
        return self._make_card(self.price, "sell", payment)

    def _book_upgrade(self):
        """Sell a bigger card, for which the unused worth of this one counts."""
        old = self.card_id
        self._need_product()
        if old.state not in ("active", "frozen"):
            raise UserError(self.env._("Only a card that can be used can be upgraded."))
        if self.currency_id.compare_amounts(self.amount, 0) < 0:
            raise UserError(
                self.env._("This card is worth more than the new one costs: choose a bigger one, or refund it.")
            )
        payment = self._make_payment("inbound", self.amount, self.env._("Upgrade of %s", old.number))
        price = self.price
        old._book_rest("upgrade", account_payment_id=payment.id, note=self.note)
        card = self._make_card(price, "upgrade", payment, from_card_id=old.id, partner_id=old.partner_id.id)
        self._tell(old, self.env._("Upgraded to %s.", card.number))
        self._tell(card, self.env._("Upgraded from %s.", old.number))
        return card

    def _book_refund(self):
        """Pay out what the formula says. What it keeps for sessions used at the list price is income."""
        card, amount, rest = self.card_id, self.amount, self.rest
        if card.state == "blocked":
            raise UserError(self.env._("%s is blocked. Ask a manager to unblock it.", card.display_name))
        entry = self._make_entry(rest) if rest > 0 else self.env["account.move"]
        payment = self._make_payment("outbound", amount, self.env._("Refund of %s", card.number))
        card._book_rest("refund", account_payment_id=payment.id, account_move_id=entry.id, note=self.note or self.words)
        return card

    def _book_transfer(self):
        card = self.card_id
        if not self.other_id or self.other_id == card.partner_id:
            raise UserError(self.env._("To whom? Choose another client."))
        if card.state != "active":
            raise UserError(self.env._("Only a card that can be used can be transferred."))
        new = card._give_to(self.other_id, note=self.note)
        self._tell(card, self.env._("Transferred to %s.", new.number))
        self._tell(new, self.env._("Transferred from %s.", card.number))
        return new

    def _book_extend(self):
        card = self.card_id
        if not card.expires_on or not self.expires_on or self.expires_on <= card.expires_on:
            raise UserError(self.env._("Choose a day after the last day of this card."))
        card.expires_on = self.expires_on
        card._note_news("extend")
        if self.note:
            self._tell(card, self.note)
        return card

    def _book_share(self):
        self.card_id.holder_ids = self.holder_ids - self.card_id.partner_id
        return self.card_id

    def _book_expire(self):
        """Book the worth of a card whose last day is over as income, by an entry of its own."""
        card = self.card_id
        if not card.is_over:
            raise UserError(self.env._("The last day of %s is not over.", card.display_name))
        entry = self._make_entry(card.amount_left) if card.amount_left else self.env["account.move"]
        card._book_rest("expire", account_move_id=entry.id, note=self.note)
        return card

    # Its parts --------------------------------------------------------------------------------------

    def _tell(self, card, text):
        card.message_post(body=text, author_id=self.env.user.partner_id.id)

    def _account(self):
        account = self.company_id.salon_treatment_account_id
        if not account:
            raise UserError(self.env._("Set up prepaid money first: the page is in the configuration of the salon."))
        return account

    def _need_product(self):
        if not self.product_id.is_salon_card:
            raise UserError(self.env._("Which card is sold? Choose it."))
        if self.currency_id.compare_amounts(self.price, 0) < 0:
            raise UserError(self.env._("The price can't be negative."))
        return self.product_id

    def _make_card(self, amount, kind, payment, **values):
        cards = self.env["salon.treatment.card"]
        day = self.company_id._salon_today()
        values = cards._prepare_card_values(
            self.product_id, self.partner_id, self.company_id, day, amount=amount,
            account_payment_id=payment.id, **values,
        )  # fmt: skip
        card = cards.create(values)
        card._book(card.sessions, amount, kind, account_payment_id=payment.id, note=self.note)
        card.partner_id._make_salon_clients()
        self.env["salon.prepaid.contract"]._make(cards=card)
        return card

    def _make_payment(self, way, amount, memo):
        """Post the payment that brings the money in or out; its counterpart is what the salon owes its clients."""
        payments = self.env["account.payment"]
        account = self._account()
        if self.currency_id.is_zero(amount):
            return payments
        if not self.journal_id:
            raise UserError(self.env._("Choose by which bank or cash journal it is paid."))
        payment = payments.create(
            {
                "payment_type": way,
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "amount": amount,
                "currency_id": self.currency_id.id,
                "journal_id": self.journal_id.id,
                "memo": " · ".join(filter(None, (memo, self.note))),
                "destination_account_id": account.id,
            }
        )
        payment.action_post()
        return payment

    def _make_entry(self, amount):
        """Post the entry that turns what is owed into income."""
        if not (self.account_id and self.entry_journal_id):
            raise UserError(self.env._("Choose the journal and the income account."))
        name = self.env._("Rest of %s", self.card_id.number)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.entry_journal_id.id,
                "ref": name,
                "line_ids": [
                    (0, 0, {"account_id": account.id, "name": name, "debit": debit, "credit": credit})
                    for account, debit, credit in ((self._account(), amount, 0.0), (self.account_id, 0.0, amount))
                ],
            }
        )
        entry.action_post()
        return entry


class SalonTreatmentCard(models.Model):
    _inherit = "salon.treatment.card"

    def action_book(self):
        """Offer what the context names (`default_kind`) for this card."""
        self.ensure_one()
        kinds = dict(self.env["salon.treatment.book"]._fields["kind"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": kinds[self.env.context.get("default_kind", "refund")],
            "res_model": "salon.treatment.book",
            "view_mode": "form",
            "target": "new",
            "context": {
                **self.env.context,
                "default_card_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
                "default_holder_ids": [(6, 0, self.holder_ids.ids)],
                "default_expires_on": self.expires_on,
            },
        }
