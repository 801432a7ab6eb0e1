from odoo import api, models

MOST = 6


class SalonWallet(models.Model):
    """The amounts that the till proposes for a top-up: those at which a bonus begins."""

    _inherit = "salon.wallet"

    @api.model
    def load_topup_steps(self, config_id, partner_id):
        """Return what this client may be offered today, the smallest amount first.

        :return list: dicts of "amount" and "bonus", what the best rule gives for it
        """
        company = self.env["pos.config"]._salon_till(config_id).company_id
        rules = self.env["salon.topup.rule"].sudo()
        partner = self.env["res.partner"].sudo().browse(partner_id)
        day = company._salon_today()
        steps = []
        for amount in sorted(set(rules.search([("company_id", "=", company.id)]).mapped("amount_from"))):
            bonus, _rule = rules._best(company, partner, amount, day)
            if bonus:
                steps.append({"amount": amount, "bonus": bonus})
        return steps[:MOST]
