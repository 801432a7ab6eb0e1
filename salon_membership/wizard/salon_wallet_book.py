from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

BOOKERS = ("salon_crm.group_salon_manager", "account.group_account_invoice")


class SalonWalletBook(models.TransientModel):
    """What moves stored value without a till: a top-up or a payout by bank or cash, a transfer, an end."""

    _name = "salon.wallet.book"
    _description = "Book Stored Value"

    kind = fields.Selection(
        [
            ("topup", "Top Up"),
            ("payout", "Pay Out"),
            ("transfer", "Transfer"),
            ("expire", "Book What Is Over"),
        ],
        string="What",
        required=True,
        default="topup",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    wallet_id = fields.Many2one("salon.wallet", string="Stored Value", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", required=True)
    available = fields.Monetary(string="Principal to Use", compute="_compute_available")
    amount = fields.Monetary(help="Principal: what the client pays, gets, or has transferred.")
    everything = fields.Boolean(string="All There Is", help="All principal, and all bonus too.")
    bonus = fields.Monetary(compute="_compute_bonus", help="What the best rule gives on top.")
    bonus_ends = fields.Monetary(
        string="Bonus That Ends", compute="_compute_bonus_ends", help="The bonus that came with what is paid out."
    )
    other_id = fields.Many2one("res.partner", string="To Client", domain="[('id', '!=', partner_id)]")
    journal_id = fields.Many2one(
        "account.journal",
        string="Paid By",
        domain="[('company_id', '=', company_id), ('type', 'in', ('bank', 'cash')), ('id', '!=', prepaid_journal_id)]",
    )
    entry_journal_id = fields.Many2one(
        "account.journal", string="Journal", domain="[('company_id', '=', company_id), ('type', '=', 'general')]"
    )
    prepaid_journal_id = fields.Many2one(related="company_id.salon_prepaid_journal_id")
    account_id = fields.Many2one(
        "account.account",
        string="Income Account",
        domain="[('company_ids', 'in', company_id), ('account_type', 'in', ('income', 'income_other'))]",
    )
    note = fields.Char(string="Reason")

    @api.depends("partner_id", "kind")
    def _compute_available(self):
        for wizard in self:
            wallet = wizard._wallet()
            if wizard.kind == "expire":
                wizard.available = wallet.principal_over
            else:
                wizard.available = wallet.principal - wallet.principal_held

    @api.depends("partner_id", "kind", "amount")
    def _compute_bonus(self):
        rules = self.env["salon.topup.rule"].sudo()
        for wizard in self:
            topup = wizard.kind == "topup" and wizard.partner_id
            wizard.bonus = topup and rules._best(wizard.company_id, wizard.partner_id, wizard.amount)[0]

    @api.depends("partner_id", "kind", "amount", "everything", "available")
    def _compute_bonus_ends(self):
        for wizard in self:
            wallet, amount = wizard._wallet(), wizard.available if wizard.everything else wizard.amount
            parts = ()
            if wizard.kind == "payout" and wallet:
                parts = wallet._payout_parts(amount, wallet._open_lots(), wallet.bonus - wallet.bonus_held)
            wizard.bonus_ends = wizard.currency_id.round(sum(bonus for _lot, _part, bonus in parts))

    def _wallet(self):
        return self.env["salon.wallet"].sudo()._get_open(self.partner_id, self.company_id)

    def action_book(self):
        """Book it, and show the stored value.

        :raise UserError: something is missing, or there is not so much
        """
        self.ensure_one()
        if not (self.env.su or any(self.env.user.has_group(group) for group in BOOKERS)):
            raise AccessError(self.env._("Ask a manager to do this."))
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("Choose %s above first.", self.company_id.name))
        if self.currency_id.compare_amounts(self.amount, 0) <= 0 and not (self.everything or self.kind == "expire"):
            raise UserError(self.env._("Give an amount above 0."))
        wizard = self.sudo().with_company(self.company_id)
        wallet = getattr(wizard, f"_book_{self.kind}")()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Stored Value"),
            "res_model": "salon.wallet",
            "res_id": wallet.id,
            "views": [(False, "form")],
        }

    def _book_topup(self):
        account = self.company_id.salon_wallet_account_id
        if not account:
            raise UserError(self.env._("Set up prepaid money first: the page is in the configuration of the salon."))
        wallet = self.env["salon.wallet"]._open_for(self.partner_id, self.company_id)
        wallet._lock()
        payment = self._make_payment("inbound", self.env._("Top-up of %s", wallet.number))
        move = wallet._top_up(self.amount, self.bonus, fields.Datetime.now(), payment=payment, note=self.note)
        self.env["salon.prepaid.contract"]._make(lots=move.lot_id)
        return wallet

    def _book_payout(self):
        wallet = self._need_wallet()
        if self.everything:
            self.amount = wallet._free()[0]
        if self.amount <= 0:
            raise UserError(self.env._("There is no principal to pay out."))
        payment = self._make_payment("outbound", self.env._("Payout of %s", wallet.number))
        wallet._pay_out(self.amount, account_payment_id=payment.id, note=self.note)
        return wallet

    def _book_transfer(self):
        wallet = self._need_wallet()
        if not self.other_id or self.other_id == self.partner_id:
            raise UserError(self.env._("To whom? Choose another client."))
        other = self.env["salon.wallet"]._open_for(self.other_id, self.company_id)
        (wallet | other)._lock()
        wallet._clear_holds()
        if wallet.principal_held or wallet.bonus_held:
            raise UserError(
                self.env._("An order at a till is just using this stored value. Try again when it is paid.")
            )
        if not self.everything and self.currency_id.compare_amounts(self.amount, wallet.principal) > 0:
            raise UserError(wallet._say_not_enough())
        wallet._transfer(other, None if self.everything else self.amount, note=self.note)
        for one, text in (
            (wallet, self.env._("Transferred to %s.", other.number)),
            (other, self.env._("Transferred from %s.", wallet.number)),
        ):
            one.message_post(body=text, author_id=self.env.user.partner_id.id)
        return wallet

    def _book_expire(self):
        """Book principal that is over as income, by an entry of its own."""
        wallet = self._need_wallet()
        lots = wallet._lots_over()
        amount, bonus = sum(lots.mapped("principal_left")), sum(lots.mapped("bonus_left"))
        free, above = wallet._free(), self.currency_id.compare_amounts
        if not lots or above(amount, free[0]) > 0 or above(bonus, free[1]) > 0:
            raise UserError(self.env._("Nothing is over whose client was told before, or an order is just using it."))
        if not (self.account_id and self.entry_journal_id):
            raise UserError(self.env._("Choose the journal and the income account."))
        name = self.env._("Stored value of %s that is over", wallet.number)
        entry = self.env["account.move"].create(
            {
                "journal_id": self.entry_journal_id.id,
                "ref": name,
                "line_ids": [
                    (0, 0, {"account_id": account.id, "name": name, "debit": debit, "credit": credit})
                    for account, debit, credit in (
                        (self.company_id.salon_wallet_account_id, amount, 0.0),
                        (self.account_id, 0.0, amount),
                    )
                ],
            }
        )
        entry.action_post()
        wallet._book(
            [
                lot._prepare_move_values(
                    -lot.principal_left, -lot.bonus_left, "expire", account_move_id=entry.id, note=self.note
                )
                for lot in lots
            ]
        )
        return wallet

    def _need_wallet(self):
        """Return the client's stored value, locked."""
        wallet = self._wallet()
        if not wallet:
            raise UserError(self.env._("This client has no stored value."))
        wallet._lock()
        return wallet

    def _make_payment(self, way, memo):
        """Post the payment that brings the money in or out; its counterpart is what the salon owes its clients."""
        if not self.journal_id:
            raise UserError(self.env._("Choose by which bank or cash journal it is paid."))
        payment = self.env["account.payment"].create(
            {
                "payment_type": way,
                "partner_type": "customer",
                "partner_id": self.partner_id.id,
                "amount": self.amount,
                "currency_id": self.currency_id.id,
                "journal_id": self.journal_id.id,
                "memo": " · ".join(filter(None, (memo, self.note))),
                "destination_account_id": self.company_id.salon_wallet_account_id.id,
            }
        )
        payment.action_post()
        return payment


class SalonWallet(models.Model):
    _inherit = "salon.wallet"

    def action_book(self):
        """Offer to move this stored value, in the way that the context names (`default_kind`)."""
        self.ensure_one()
        kinds = dict(self.env["salon.wallet.book"]._fields["kind"]._description_selection(self.env))
        return {
            "type": "ir.actions.act_window",
            "name": kinds[self.env.context.get("default_kind", "topup")],
            "res_model": "salon.wallet.book",
            "view_mode": "form",
            "target": "new",
            "context": {
                **self.env.context,
                "default_wallet_id": self.id,
                "default_partner_id": self.partner_id.id,
                "default_company_id": self.company_id.id,
            },
        }
