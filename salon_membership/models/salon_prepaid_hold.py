from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class SalonPrepaidHold(models.AbstractModel):
    """Prepaid money that one order is about to use: no other order gets it until it is paid, changed or given up.

    A hold is no booking: it ends without a trace when the order is paid, which books what was used, or when its time
    is over. Once validation of the payment began no timer ends it any more: the till may have taken the rest in cash.
    What is held on a card is kept by the database; who inherits this says in `_holder` which field leads to the card,
    whose `_forget_figures` has it read anew.
    """

    _name = "salon.prepaid.hold"
    _description = "Held Prepaid Money"
    _order = "id desc"
    _rec_name = "order_uuid"
    _holder = None

    order_uuid = fields.Char(string="Order's Identifier", required=True, readonly=True)
    expires_at = fields.Datetime(
        string="Held Until", readonly=True, index=True, help="Empty: until the till says how the payment ended."
    )

    @api.model_create_multi
    def create(self, vals_list):
        holds = super().create(vals_list)
        holds[self._holder]._forget_figures()
        return holds

    def write(self, vals):
        cards = self[self._holder]
        result = super().write(vals)
        self.env.flush_all()
        (cards | self[self._holder])._forget_figures()
        return result

    def unlink(self):  # pylint: disable=method-required-super
        """End these holds. Core's way has the server read all that it knows of an order once more, and nothing refers
        to a hold."""
        if self:
            self.check_access("unlink")
            holder = self._fields[self._holder]
            query = SQL(
                "DELETE FROM %s WHERE id IN %s RETURNING %s",
                SQL.identifier(self._table),
                tuple(self.ids),
                SQL.identifier(holder.name),
            )
            cards = self.env[holder.comodel_name].browse({row[0] for row in self.env.execute_query(query)})
            self.invalidate_recordset(flush=False)
            cards.invalidate_recordset(["hold_ids"], flush=False)
            cards._forget_figures()
        return True

    @api.model
    def _release(self, order_uuids, company=None):
        """Let go of what is held for these orders: where a till says so, of its own company's alone."""
        self.search(self._release_domain(order_uuids, company)).unlink()

    @api.model
    def _release_domain(self, order_uuids, company=None):
        domain = [("order_uuid", "in", order_uuids)]
        return [*domain, (f"{self._holder}.company_id", "=", company.id)] if company else domain

    def action_release(self):
        """Let go of what a till holds that will never come back, on a manager's word."""
        self.check_access("read")
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Ask a manager to do this."))
        for hold in self.sudo():
            hold[self._holder].message_post(
                body=self.env._("%s let go of what an order held.", self.env.user.name),
                author_id=self.env.user.partner_id.id,
            )
        self.sudo().unlink()

    @api.autovacuum
    def _gc_holds(self):
        """Remove the holds whose time is over: who asks counts them no more in any case."""
        if self._abstract:
            return None
        done = self.search([("expires_at", "<=", fields.Datetime.now())], limit=10000, order="id")
        done.unlink()
        return len(done), len(done) == 10000
