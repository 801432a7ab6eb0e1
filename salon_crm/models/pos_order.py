from odoo import fields, models
from odoo.tools import float_compare


class PosOrder(models.Model):
    _inherit = "pos.order"

    salon_visit_id = fields.Many2one("salon.visit", string="Visit", index="btree_not_null", copy=False)

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._salon_close_visit()
        return result

    def _salon_close_visit(self):
        """Tie this paid order to the visit it pays for, and close that.

        The till proposes the visit; the server decides. Services that were sold without a visit make one,
        so that nothing which was sold is missing from the file. A refund changes no visit.
        """
        self.ensure_one()
        services = self.lines.filtered(lambda line: line.product_id.is_salon_service and line.qty > 0)
        visit = self._salon_find_visit(services)
        if not visit and not services:
            return
        visit = visit or self.env["salon.visit"].sudo().create(self._prepare_salon_visit_values())
        if self.salon_visit_id != visit:
            self.salon_visit_id = visit
        if not visit.is_locked:
            visit._salon_take_payment(services)

    def _salon_find_visit(self, services):
        """Return the visit that this order pays for: the one the till named, if it is this client's in this
        company, else the client's open visit when services were sold."""
        visit = self.salon_visit_id.sudo()
        if visit and visit.company_id == self.company_id and visit.partner_id == self.partner_id:
            return visit
        return visit._get_open_visit(self.partner_id, self.company_id) if services else visit.browse()

    def _prepare_salon_visit_values(self):
        return {"partner_id": self.partner_id.id, "company_id": self.company_id.id, "date": self.date_order}

    def _prepare_refund_values(self, current_session):
        return {**super()._prepare_refund_values(current_session), "salon_visit_id": False}


class SalonVisit(models.Model):
    _inherit = "salon.visit"

    def _salon_take_payment(self, order_lines):
        """Note on this visit which till lines paid for what, and close it."""
        self.ensure_one()
        unpaid = self.line_ids.filtered(lambda line: not line.pos_order_line_id)
        for order_line in order_lines - self.line_ids.pos_order_line_id:
            visit_line = unpaid.filtered(lambda line, sold=order_line: line._is_paid_by(sold))[:1]
            unpaid -= visit_line
            if visit_line:
                visit_line.write({"pos_order_line_id": order_line.id, "quantity": order_line.qty})
            else:
                self.env["salon.visit.line"].create({**order_line._prepare_salon_visit_line_values(), "visit_id": self.id})
        self.action_done()


class SalonVisitLine(models.Model):
    _inherit = "salon.visit.line"

    def _is_paid_by(self, order_line):
        """Tell whether this line is what `order_line` sold: named by the till, or else the same service."""
        if order_line.salon_visit_line_id:
            return order_line.salon_visit_line_id == self
        return self.product_id == order_line.product_id and float_compare(order_line.qty, 0, precision_digits=2) > 0
