from odoo import api, models


class SalonTillLoad(models.AbstractModel):
    """Settings that each till loads when it opens: found and read by one question, where core's own way asks twice."""

    _name = "salon.till.load"
    _inherit = ["pos.load.mixin"]
    _description = "What a Till Loads at Once"

    @api.model
    def _load_pos_data_search_read(self, data, config):
        domain = self._server_date_to_domain(self._load_pos_data_domain(data, config))
        if domain is False:
            return []
        # Record rules ask for the company.
        company = [name for name in ("company_id",) if name in self._fields]
        records = self.search_fetch(domain, [*self._load_pos_data_fields(config), *company])
        return self._load_pos_data_read(records, config)
