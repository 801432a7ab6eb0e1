from odoo import fields, models
from odoo.exceptions import AccessError

RECORDS = ("account_move_id", "account_payment_id", "session_id", "wallet_id", "card_id")


class SalonPrepaidCheckLine(models.Model):
    """One record that explains a difference."""

    _name = "salon.prepaid.check.line"
    _description = "Record That Explains a Difference"
    _order = "check_id, id"

    check_id = fields.Many2one(
        "salon.prepaid.check",
        string="Prepaid Difference",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    company_id = fields.Many2one(related="check_id.company_id", store=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(string="What", required=True, readonly=True)
    ledger = fields.Monetary(string="On the Cards", readonly=True)
    booked = fields.Monetary(string="In the Books", readonly=True)
    unposted = fields.Monetary(string="Not Posted Yet", readonly=True)
    difference = fields.Monetary(readonly=True)
    account_move_id = fields.Many2one("account.move", string="Journal Entry", readonly=True, ondelete="set null")
    account_payment_id = fields.Many2one("account.payment", string="Payment", readonly=True, ondelete="set null")
    session_id = fields.Many2one("pos.session", string="Till Session", readonly=True, ondelete="set null")
    wallet_id = fields.Many2one("salon.wallet", string="Stored Value", readonly=True, ondelete="cascade")
    card_id = fields.Many2one("salon.treatment.card", string="Treatment Card", readonly=True, ondelete="cascade")

    _key_uniq = models.UniqueIndex("(check_id, key)", "This record is named already.")

    def action_open(self):
        """Show the record."""
        self.ensure_one()
        record = next((self[name] for name in RECORDS if self[name]), None)
        if self.session_id and not record.has_access("read"):
            return self.session_id._salon_reconciliation()
        if not record:
            return self._open_without_entry() or self.check_id.action_open_report()
        if not record.has_access("read"):
            raise AccessError(self.env._("Ask an accountant: you may not see this record."))
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }

    def _open_without_entry(self):
        """Return the list of the movements that no entry stands for, if this line is about them."""
        if self.key != "none:0" or self.check_id.subject not in ("wallet", "treatment"):
            return None
        return self.env["salon.prepaid.report"]._open_without_entry(self.company_id, self.check_id.subject)
