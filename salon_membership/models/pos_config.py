from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import ormcache

from .res_company_prepaid import PREPAID_PRODUCTS


class ProgramsOnce:
    """The programs of a till while it is loaded, which core asks for eight times.

    Only server code can make one: no context that comes in by RPC can hold it.
    """

    def __init__(self):
        self.found = {}


class PosConfig(models.Model):
    _inherit = "pos.config"

    @api.model
    def _salon_till(self, config_id):
        """Return the till that asks, as superuser, for those alone who may work at it.

        :raise AccessError: the user is nobody of the till, or it is another company's
        """
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only the till may ask this."))
        till = self.browse(config_id)
        till.check_access("read")
        return till.sudo()

    def _get_available_pricelists(self):
        """The till knows the tiers' prices, whether its cashiers may choose among pricelists or not."""
        return super()._get_available_pricelists() | self._get_salon_tier_pricelists()

    def _get_salon_tier_pricelists(self):
        pricelists = self.env["product.pricelist"]
        return pricelists.browse(pricelists._salon_of_tiers(self.currency_id.id, self.company_id.id))

    def _get_program_ids(self):
        """A user of two companies loads both companies' programs; the salon's points belong to one."""
        once = self.env.context.get("salon_programs")
        key = (self.id, self.env.su)
        if isinstance(once, ProgramsOnce) and key in once.found:
            return once.found[key].with_env(self.env)
        programs = super()._get_program_ids()
        programs = programs.filtered(
            lambda program: not program.is_salon_program or program.company_id == self.company_id
        )
        if isinstance(once, ProgramsOnce):
            once.found[key] = programs
        return programs

    def _get_special_products(self):
        """The till needs the products of part payment and of top-ups, and shows them to nobody."""
        return super()._get_special_products() | self.env["product.product"].browse(self._salon_special_products())

    @api.model
    @ormcache(cache="stable")
    def _salon_special_products(self):
        """Return the ids of these products of all companies, which core asks for again and again.

        None of them can be deleted while program or company names it, and who names another one empties this cache.
        """
        programs = self.env["loyalty.program"].sudo().search([("is_salon_program", "=", True)])
        companies = self.env["res.company"].sudo().search_fetch([], PREPAID_PRODUCTS)
        prepaid = companies.salon_topup_product_id | companies.salon_bonus_product_id
        return (programs.salon_points_product_id | prepaid)._ids
