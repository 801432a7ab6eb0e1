from odoo import api, fields, models


class PosOrder(models.Model):
    """What a till sells to a client who may not have it: refused before it is paid, noted where it was paid."""

    _inherit = "pos.order"

    @api.model
    def salon_refusal(self, partner_id, config_id, lines):
        """Return the sentence that says why a client can't be sold services, False where nothing speaks against it.

        What has begun at the chair was asked there, and is paid for.

        :param int partner_id: the client chosen at the till, False where none is
        :param int config_id: the till
        :param list lines: (id of the product, id of the visit line or False) of each service
        :raise AccessError: the user may not use this till
        """
        self.env["pos.config"].browse(config_id).check_access("read")
        company = self.env["pos.config"].sudo().browse(config_id).company_id
        visit_lines = self.env["salon.visit.line"].sudo().browse(line for _product, line in lines if line).exists()
        begun = {line.id: line.visit_id for line in visit_lines}
        wanted = [
            (begun[line].partner_id.id if line in begun else partner_id, product_id)
            for product_id, line in lines
            if not (line in begun and begun[line]._has_begun())
        ]
        safety = self.env["salon.safety"]
        if unknown := safety._explain_unknown(wanted):
            return unknown
        found = safety._finder(wanted, company, "sale")(fields.Datetime.now())
        return safety._refusal(found, company)["message"] if found else False

    def _salon_visits(self):
        """Return the visits that this order names."""
        return self.sudo().salon_visit_id | self.lines.sudo().salon_visit_line_id.visit_id

    def _salon_close_visit(self):
        """Note what was sold all the same: no sale is lost, least of all one that a till made without a connection."""
        services = self.lines.filtered(lambda line: line.product_id.is_salon_service and line.qty > 0)
        if not services:  # most orders of a till that sells products too: nothing more is asked for them
            return super()._salon_close_visit()
        visits = self.env["salon.visit"].sudo()._get_till_visits(self.partner_id, self.company_id)
        begun = (visits | self._salon_visits()).filtered(lambda visit: visit._has_begun())
        result = super()._salon_close_visit()
        lines = self.env["salon.visit.line"].sudo().search([("pos_order_line_id", "in", services.ids)])
        for line in lines.filtered(lambda line: line.visit_id.partner_id and line.visit_id not in begun):
            visit = line.visit_id
            wanted = [(visit.partner_id.id, line.product_id.id)]
            if found := self.env["salon.safety"]._finder(wanted, visit.company_id, "sale")(self.date_order):
                line.was_unsafe = True
                self.sudo().message_post(
                    body=self.env._(
                        "Sold all the same: %s", self.env["salon.safety"]._refusal(found, visit.company_id)["message"]
                    )
                )
        return result
