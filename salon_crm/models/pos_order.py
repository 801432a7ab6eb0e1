from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import format_amount


class PosOrder(models.Model):
    _inherit = "pos.order"

    salon_visit_id = fields.Many2one(
        "salon.visit",
        string="Visit",
        index="btree_not_null",
        copy=False,
        help="The payer's own visit, or the first of those of the guests for whom they pay.",
    )
    salon_next_visit_at = fields.Datetime(
        string="Next Visit", copy=False, help="What was booked at the till when this was paid, as the receipt says it."
    )

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._salon_close_visit()
        self._salon_check_prices()
        return result

    @api.model
    def _process_order(self, order, existing_order):
        """Take visits and their lines that are there no more out of the order: no sale is lost over one."""
        self._salon_follow_merged(order)
        lines = [command[2] for command in order.get("lines") or [] if command[0] in (0, 1)]
        self._salon_drop_gone([order], "salon_visit_id", "salon.visit")
        self._salon_drop_gone(lines, "salon_visit_line_id", "salon.visit.line")
        return super()._process_order(order, existing_order)

    @api.model
    def _salon_follow_merged(self, order):
        """Have an order of a client who was merged since the till loaded them be that of the client who stayed.

        Core would take the client out of it: then nobody had what it sold, nor paid with what is theirs.
        """
        partner_id, merged = order.get("partner_id"), self.env["salon.merged.client"].sudo()
        if partner_id and merged._has_any() and not self.env["res.partner"].browse(partner_id).exists():
            order["partner_id"] = merged.search([("gone_id", "=", partner_id)]).partner_id.id or partner_id

    @api.model
    def _salon_drop_gone(self, vals_list, name, model):
        """Empty the field `name` where it refers to a record of `model` that is there no more."""
        ids = {vals[name] for vals in vals_list if vals.get(name)}
        gone = ids - set(self.env[model].sudo().browse(ids).exists().ids)
        for vals in vals_list:
            if vals.get(name) in gone:
                vals[name] = False

    # Visits -----------------------------------------------------------------------------------------

    def _salon_close_visit(self):
        """Tie this paid order to the visits it pays for, and close them.

        The till proposes the visits; the server decides. Services that were sold without a visit make one,
        so that nothing which was sold is missing from the file. A refund changes no visit.
        """
        self.ensure_one()
        named = self._salon_payable(self.salon_visit_id)
        services = self.lines.filtered(lambda line: line.product_id.is_salon_service and line.qty > 0)
        shares = self._salon_share_out(services, named)
        own = [visit for visit in shares if visit.partner_id == self.partner_id]
        visit = named or next(iter(own or shares), named)
        if self.salon_visit_id != visit:
            self.salon_visit_id = visit
        paid = named.browse()
        for visit in [*named, *(visit for visit in shares if visit != named)]:
            if visit._salon_take_payment(shares.get(visit, services.browse()), closing=visit == named):
                paid |= visit
        if closing := paid.filtered(lambda visit: visit.state == "open"):
            closing._close_paid()

    def _salon_payable(self, visits):
        """Return those of these visits that this order's client pays for in this company and that can still change.

        That is their own, and those of all guests of a booking that they made.
        """
        client = self.partner_id
        return visits.sudo().filtered(
            lambda visit: (
                visit.company_id == self.company_id
                and not visit.is_locked
                and (visit.partner_id == client or (client and visit.event_id.salon_client_id == client))
            )
        )

    def _salon_share_out(self, services, named):
        """Return {visit: lines of this order}: to which visit each of the services belongs that it sold."""
        shares = defaultdict(services.browse)
        rest = services.browse()
        for line in services:
            visit = self._salon_payable(line.salon_visit_line_id.sudo().visit_id)
            if visit:
                shares[visit] |= line
            else:
                rest |= line
        if rest and not named:
            rest = self._salon_match(rest, shares)
        if rest:
            shares[named or self._salon_own_visit(shares)] |= rest
        return shares

    def _salon_match(self, services, shares):
        """Give services that name no visit to that of a guest who had them; return the others."""
        visits = self.env["salon.visit"].sudo()._get_till_visits(self.partner_id, self.company_id)
        own = visits.filtered(lambda visit: visit.partner_id == self.partner_id)
        unpaid = (own | visits).line_ids.filtered(lambda line: not line.pos_order_line_id)
        rest = services.browse()
        for service in services:
            line = unpaid.filtered(lambda line, sold=service: line.product_id == sold.product_id)[:1]
            unpaid -= line
            if line:
                shares[line.visit_id] |= service
            else:
                rest |= service
        if rest and own:
            shares[own] |= rest
            rest = services.browse()
        return rest

    def _salon_own_visit(self, shares):
        """Return the visit that takes services which belong to none: the first of those paid for, or a new one."""
        own = [visit for visit in shares if visit.partner_id == self.partner_id]
        return next(iter(own or shares), None) or self.env["salon.visit"].sudo().create(
            self._prepare_salon_visit_values()
        )

    def _prepare_salon_visit_values(self):
        return {"partner_id": self.partner_id.id, "company_id": self.company_id.id, "date": self.date_order}

    # Prices by stylist ------------------------------------------------------------------------------

    def _salon_check_prices(self):
        """Note on this paid order where a till went by other prices than those of today for who performed a service.

        What the client paid stands: a till that was opened yesterday, or that had no connection, is no reason
        to lose a sale.
        """
        for line in self.lines:
            if line.refunded_orderline_id or not (line.salon_stylist_id or line.salon_price_difference):
                continue
            due = line._get_salon_price_difference()
            if self.currency_id.compare_amounts(due, line.salon_price_difference):
                self.sudo().message_post(
                    body=self.env._(
                        "The till added %(charged)s to the list price of %(service)s; by today's prices it is %(due)s."
                        " Close the till's window and open it again to load today's prices.",
                        service=" · ".join(filter(None, (line.product_id.name, line.salon_stylist_id.name))),
                        charged=format_amount(self.env, line.salon_price_difference, self.currency_id),
                        due=format_amount(self.env, due, self.currency_id),
                    )
                )
