from odoo import api, models
from odoo.exceptions import UserError
from odoo.http import request


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    def _signup_create_user(self, values):
        """Who registers by a member's link was brought by that member."""
        known = values.get("partner_id")
        user = super()._signup_create_user(values)
        if request and not known:
            user.partner_id._salon_brought_by_link(request.session.get("salon_invite"), "signup")
        return user


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _salon_brought_by_link(self, token, way, company=None):
        """Note that this client came by a member's link; where they are no new client, nothing is noted or said."""
        membership = self.env["salon.membership"]._by_referral_token(token)
        if not self or not membership.company_id.salon_referral or company not in (None, membership.company_id):
            return
        if self.env["salon.referral"]._of_client(self):
            return  # who brought them is known already
        try:
            with self.env.cr.savepoint():
                self.env["salon.referral"]._refer(self.sudo(), membership.partner_id, membership.company_id, way)
        except UserError:
            return
