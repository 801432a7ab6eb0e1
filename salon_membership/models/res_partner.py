from odoo import api, fields, models

from odoo.addons.salon_crm.models.res_partner import STAFF


class ResPartner(models.Model):
    _inherit = "res.partner"

    salon_membership_ids = fields.One2many("salon.membership", "partner_id", string="Memberships", groups=STAFF)

    @api.depends("salon_membership_ids.state", "salon_membership_ids.tier_id", "salon_membership_ids.company_id")
    def _compute_product_pricelist(self):
        return super()._compute_product_pricelist()
