from odoo import api, models
from odoo.exceptions import UserError

from ..tools.deal_code import normalise


class SalonDealVoucher(models.Model):
    """What a till asks of vouchers. Each answer is for the till's own company."""

    _inherit = "salon.deal.voucher"

    @api.model
    def load_till_offers(self, config_id):
        """Return the platforms that this till takes, and what they sell.

        :return dict: records by model, as the till's own loading returns them
        """
        config = self.env["pos.config"]._salon_till(config_id)
        platforms = self.env["salon.deal.platform"].sudo().search(
            [("company_id", "=", config.company_id.id), ("payment_method_id", "in", config.payment_method_ids.ids)]
        )  # fmt: skip
        offers = self.env["salon.deal.offer"].sudo().search([("platform_id", "in", platforms.ids)])
        return {
            "salon.deal.platform": platforms._load_pos_data_read(platforms, config),
            "salon.deal.offer": offers._load_pos_data_read(offers, config),
        }

    @api.model
    def check_voucher(self, config_id, offer_id, code, order_uuid):
        """Tell a till what a voucher is good for, before the order is paid with it.

        It is redeemed with the order. Who asks twice is told the same.

        :param str code: as it was typed or scanned
        :param order_uuid: the order that it is for
        :return dict: "code" (the one way to write it), "amount" (what it pays, taxes included), "pieces": a list of
            {"product_id", "amount"}
        :raise UserError: it is used already (when and where, not by whom), the offer is not sold any more, or the
            order is paid
        """
        config = self.env["pos.config"]._salon_till(config_id)
        offer = self.env["salon.deal.offer"].sudo().browse(offer_id).exists()
        platform = offer.platform_id
        if not offer.active or not platform.active or platform.company_id != config.company_id:
            raise UserError(self.env._("This offer is not taken any more. Ask a manager."))
        if platform.payment_method_id not in config.payment_method_ids:
            raise UserError(self.env._("This till does not take %s. Ask a manager to add it.", platform.name))
        if config.currency_id != config.company_id.currency_id:
            raise UserError(self.env._("Vouchers are redeemed in %s alone.", config.company_id.currency_id.name))
        number = normalise(code)
        if not number:
            raise UserError(self.env._("Type or scan the code of the voucher."))
        if self.env["pos.order"].sudo().search_count([("uuid", "=", order_uuid), ("state", "!=", "draft")], limit=1):
            raise UserError(self.env._("This order is paid already: its vouchers are redeemed."))
        if earlier := self._find_kept(platform, [number])[:1]:
            raise UserError(earlier._say_used())
        return {
            "code": number,
            "amount": offer.price,
            "pieces": [{"product_id": product.id, "amount": amount} for product, amount in offer._pieces()],
        }

    @api.model
    def check_give_back(self, config_id, line_ids):
        """Tell a till whether the vouchers that paid for these order lines can be given back.

        :raise UserError: one is on a statement of its platform
        """
        config = self.env["pos.config"]._salon_till(config_id)
        lines = self.env["pos.order.line"].sudo().browse(line_ids).exists()
        lines = lines.filtered(lambda line: line.company_id == config.company_id)
        domain = [("pos_order_id", "in", lines.order_id.ids), ("code", "in", lines.mapped("salon_deal_code"))]
        self.sudo().search(domain)._check_give_back()
        return True
