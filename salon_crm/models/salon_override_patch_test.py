from datetime import datetime, time

from odoo import api, fields, models

from ..tools.frame import utc


class SalonOverride(models.Model):
    """An exception is also about the patch tests that a client lacks, or reacted to, as far as known then."""

    _inherit = "salon.override"

    @api.model
    def _prepare_covers(self, file, service, valid_until):
        """Add {"line:id of a product line": ids of the tests that showed a reaction}, of the lines without a test that
        holds now and until the exception's last day."""
        covers = super()._prepare_covers(file, service, valid_until)
        client, product = file.partner_id.id, service.sudo().product_variant_id.id
        tests = self.env["salon.patch.test"]._load([(client, product)], self.env.company)
        if tests:
            last = utc(tests.zone, datetime.combine(valid_until, time.max)).replace(microsecond=0)
            for moment in (fields.Datetime.now(), last):
                # As if no exception had been made before: a new one stands for itself.
                found = tests._replace(exceptions={}).find_all(client, product, moment)
                covers.update({f"line:{line}": tests.reactions(client, line) for line in found})
        return covers
