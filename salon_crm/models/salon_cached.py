from odoo import api, models
from odoo.tools import ormcache


class SalonCached(models.AbstractModel):
    """Settings that are read with each booking or order, and lie in Odoo's caches until one of them changes.

    In the stable one, which clears the usual one too: that is emptied with each new product.
    """

    _name = "salon.cached"
    _description = "Settings That Are Cached"

    @api.model
    @ormcache(cache="stable")
    def _has_any(self):
        """Tell whether there is any of them at all, in whatever company: most salons do without some settings."""
        return bool(self.sudo().with_context(active_test=False).search_count([], limit=1))

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
