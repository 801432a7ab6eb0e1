from odoo import api, fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    salon_visit_id = fields.Many2one("salon.visit", string="Visit", index="btree_not_null", copy=False)

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._salon_close_visit()
        return result

    @api.model
    def _process_order(self, order, existing_order):
        """Take visits and their lines that are there no more out of the order: no sale is lost over one."""
        lines = [command[2] for command in order.get("lines") or [] if command[0] in (0, 1)]
        self._salon_drop_gone([order], "salon_visit_id", "salon.visit")
        self._salon_drop_gone(lines, "salon_visit_line_id", "salon.visit.line")
        return super()._process_order(order, existing_order)

    @api.model
    def _salon_drop_gone(self, vals_list, name, model):
        """Empty the field `name` where it refers to a record of `model` that is there no more."""
        ids = {vals[name] for vals in vals_list if vals.get(name)}
        gone = ids - set(self.env[model].sudo().browse(ids).exists().ids)
        for vals in vals_list:
            if vals.get(name) in gone:
                vals[name] = False

    def _salon_close_visit(self):
        """Tie this paid order to the visit it pays for, and close that.

        The till proposes the visit; the server decides. Services that were sold without a visit make one,
        so that nothing which was sold is missing from the file. A refund changes no visit.
        """
        self.ensure_one()
        services = self.lines.filtered(lambda line: line.product_id.is_salon_service and line.qty > 0)
        named = self._salon_named_visit()
        visit = named
        if services and not visit:
            visit = visit._get_till_visit(self.partner_id, self.company_id) or self.env["salon.visit"].sudo().create(
                self._prepare_salon_visit_values()
            )
        if self.salon_visit_id != visit:
            self.salon_visit_id = visit
        if visit:
            visit._salon_take_payment(services, closing=bool(named))

    def _salon_named_visit(self):
        """Return the visit that the till named, if it is this client's in this company and can still change."""
        visit = self.salon_visit_id.sudo()
        fits = visit.company_id == self.company_id and visit.partner_id == self.partner_id and not visit.is_locked
        return visit if fits else visit.browse()

    def _prepare_salon_visit_values(self):
        return {"partner_id": self.partner_id.id, "company_id": self.company_id.id, "date": self.date_order}
