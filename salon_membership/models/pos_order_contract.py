import base64

from odoo import api, models


class PosOrder(models.Model):
    """Who tops up or buys a treatment card gets a contract, made with the order itself."""

    _inherit = "pos.order"

    def _salon_settle(self):
        result = super()._salon_settle()
        sold = self.sudo().lines.filtered(lambda line: line.qty > 0 and line._salon_sells_prepaid())
        if sold:
            domain = [("pos_order_line_id", "in", sold.ids)]
            self.env["salon.prepaid.contract"]._make(
                self.env["salon.wallet.lot"].sudo().search(domain),
                self.env["salon.treatment.card"].sudo().search(domain),
            )
        return result

    def action_view_salon_contracts(self):
        """Show what was agreed on with these orders."""
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_prepaid_contract_action")
        return {**action, "domain": [("pos_order_id", "in", self.ids)], "context": {}}

    @api.model
    def print_till_contracts(self, config_id, order_uuid):
        """Return the contracts that were made with a paid order as one PDF, for the till to print.

        :return dict: "name", and "data" (base64); empty where there are none
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        domain = [("pos_order_id.uuid", "=", order_uuid), ("company_id", "=", company.id)]
        contracts = self.env["salon.prepaid.contract"].sudo().search(domain, order="id")
        if not contracts:
            return {}
        return {"name": f"{contracts[0].number}.pdf", "data": base64.b64encode(contracts._print()).decode()}
