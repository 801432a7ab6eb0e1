from odoo import models


class PosConfig(models.Model):
    _inherit = "pos.config"

    def _get_available_pricelists(self):
        """The till knows the tiers' prices, whether its cashiers may choose among pricelists or not."""
        return super()._get_available_pricelists() | self._get_salon_tier_pricelists()

    def _get_salon_tier_pricelists(self):
        return self.env["product.pricelist"].search(
            [
                ("salon_tier_id", "!=", False),
                ("currency_id", "=", self.currency_id.id),
                ("company_id", "in", (False, self.company_id.id)),
            ]
        )

    def _get_program_ids(self):
        """A user of two companies loads both companies' programs; the salon's points belong to one."""
        programs = super()._get_program_ids()
        return programs.filtered(lambda program: not program.is_salon_program or program.company_id == self.company_id)
