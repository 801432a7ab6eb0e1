from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import sql

from ..tools.spoken import spoken

MANAGER = "salon_crm.group_salon_manager"
OPEN_STATES = ("booked", "confirmed", "arrived", "in_service")


class SalonClientFile(models.Model):
    """What a client can ask of their data: to have all of it, and to be forgotten."""

    _inherit = "salon.client.file"

    erased_at = fields.Datetime(string="Erased On", readonly=True, copy=False, index="btree_not_null")

    def _auto_init(self):
        """Fill the column of whether a client is archived at once: there may be a million files."""
        if sql.table_exists(self.env.cr, self._table) and not sql.column_exists(self.env.cr, self._table, "active"):
            sql.create_column(self.env.cr, self._table, "active", "bool")
            self.env.cr.execute(
                "UPDATE salon_client_file file SET active = client.active"
                "  FROM res_partner client WHERE client.id = file.partner_id"
            )
        return super()._auto_init()

    def write(self, vals):
        if not self.env.su:
            self.partner_id._refuse_erased()
        return super().write(vals)

    def _refresh_keys(self):
        """Who was erased is found by nothing."""
        return super(SalonClientFile, self.filtered(lambda file: not file.sudo().erased_at))._refresh_keys()

    @api.model
    def _kept_with_file(self):
        return [*super()._kept_with_file(), "salon.erasure"]

    def action_export_all(self):
        """Send all that is known of this client: a zip, for managers; the access log notes it."""
        self.ensure_one()
        self.env["salon.client.export"]._check_may_export(self)
        return {"type": "ir.actions.act_url", "url": f"/salon/client/{self.id}/export", "target": "self"}

    def action_erase(self):
        """Show what erasing this client would take and leave."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase Client"),
            "res_model": "salon.erase",
            "view_mode": "form",
            "target": "new",
            "context": {"default_file_id": self.id, "dialog_size": "large"},
        }

    # What speaks against it ------------------------------------------------------------------------------------

    def _erasure_obstacles(self):
        """Return why this client can't be erased now: sentences that say what to do first. Addons add theirs, as where
        the salon holds money of the client's."""
        self.ensure_one()
        return [
            *self._obstacle_staff(),
            *self._obstacle_companies(),
            *self._obstacle_bookings(),
            *self._obstacle_till(),
            *self._obstacle_books(),
        ]

    def _obstacle_staff(self):
        partner = self.sudo().partner_id
        users = partner.with_context(active_test=False).user_ids
        employed = self.env["hr.employee"].sudo().with_context(active_test=False)
        works = users.filtered(lambda user: not user.share) or employed.search(
            [("work_contact_id", "=", partner.id)], limit=1
        )
        if works or partner.with_context(active_test=False).ref_company_ids:
            yield self.env._(
                "%s works here, or is a company of yours: that can't be erased as a client's data.", partner.name
            )

    def _obstacle_companies(self):
        """A manager erases nobody whom a company serves that they have no say in."""
        if self.env.su:
            return
        partner = self.sudo().partner_id
        served = (
            partner.company_id
            | self.env["salon.visit"].sudo().search([("partner_id", "=", partner.id)]).company_id
            | self.env["calendar.event"].sudo().search([("salon_client_id", "=", partner.id)]).company_id
        )
        if others := served - self.env.user.company_ids:
            yield self.env._(
                "%(client)s is a client of %(companies)s too. Have somebody erase them who is a manager of all.",
                client=partner.name,
                companies=", ".join(others.mapped("name")),
            )

    def _obstacle_bookings(self):
        partner = self.sudo().partner_id
        of_client = Domain("salon_client_id", "=", partner.id) | Domain("salon_line_ids.guest_id", "=", partner.id)
        to_come = Domain("salon_state", "in", OPEN_STATES) & Domain("stop", ">", fields.Datetime.now())
        if booking := self.env["calendar.event"].sudo().search(of_client & to_come, order="start", limit=1):
            yield self.env._(
                "%(client)s has a booking on %(when)s. Cancel it first.",
                client=partner.name,
                when=spoken(self.env, booking.start),
            )
        if self.env["salon.visit"].sudo().search([("partner_id", "=", partner.id), ("state", "=", "open")], limit=1):
            yield self.env._("A visit of %s is open. Close it first.", partner.name)

    def _obstacle_till(self):
        """What is ordered and not paid, or paid on account in a session that has not been posted yet."""
        partner = self.sudo().partner_id
        orders = self.env["pos.order"].sudo().search([("partner_id", "=", partner.id)], order="id")
        if unpaid := orders.filtered(lambda order: order.state == "draft")[:1]:
            yield self.env._(
                "%(client)s has not paid the order %(order)s at the till. Settle or cancel it first.",
                client=partner.name,
                order=unpaid.pos_reference or unpaid.name,
            )
        on_account = orders.payment_ids.filtered(
            lambda payment: payment.payment_method_id.type == "pay_later" and payment.session_id.state != "closed"
        )
        if on_account:
            yield self.env._(
                "%(client)s paid the order %(order)s on account. Close the session and settle it first.",
                client=partner.name,
                order=on_account[0].pos_order_id.pos_reference or on_account[0].pos_order_id.name,
            )

    def _obstacle_books(self):
        """What the client owes by the books or is owed, and invoices that are not posted."""
        partner = self.sudo().partner_id
        moves = self.env["account.move"].sudo()
        if draft := moves.search([("partner_id", "=", partner.id), ("state", "=", "draft")], limit=1):
            yield self.env._("The entry %s is a draft. Post it or delete it first.", draft.display_name)
        open_lines = self.env["account.move.line"].sudo().search(
            [
                ("partner_id", "=", partner.id),
                ("account_id.account_type", "in", ("asset_receivable", "liability_payable")),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("amount_residual", "!=", 0),
            ]
        )  # fmt: skip
        for company, lines in open_lines.grouped("company_id").items():
            amount = company.currency_id.round(sum(lines.mapped("amount_residual")))
            texts = {
                "client": partner.name,
                "amount": company.currency_id.format(abs(amount)),
                "entries": ", ".join(dict.fromkeys(lines.move_id.mapped("name"))),
            }
            if amount > 0:
                yield self.env._("%(client)s owes %(amount)s (%(entries)s). Settle it first.", **texts)
            elif amount < 0:
                yield self.env._("%(client)s is owed %(amount)s (%(entries)s). Pay it out first.", **texts)
            else:
                yield self.env._("The open entries %(entries)s of %(client)s are to be reconciled first.", **texts)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_erased(self):
        if any(file.sudo().erased_at for file in self):
            raise UserError(self.env._("This file stays: the log of the erasure refers to it."))
