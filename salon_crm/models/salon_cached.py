from odoo import api, models


class SalonCached(models.AbstractModel):
    """Settings that are read with each booking or order, and lie in Odoo's caches until one of them changes.

    In the stable one, which clears the usual one too: that is emptied with each new product.
    """

    _name = "salon.cached"
    _description = "Settings That Are Cached"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache("stable")
        return records

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache("stable")
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache("stable")
        return result
