from odoo import api, models

# The minutes of a service, in the order of a visit; the service itself has them with salon_ before their names.
MINUTES = ("active_minutes", "processing_minutes", "finishing_minutes", "cleanup_minutes")


class ProductProduct(models.Model):
    _inherit = "product.product"

    def _salon_unit_grams(self):
        """Return how many grams one unit of this product holds: as its form says, else by its unit of weight; 0 where
        nobody knows."""
        if not self:
            return 0.0
        self.ensure_one()
        gram = self.env.ref("uom.product_uom_gram", raise_if_not_found=False)
        if not self.salon_grams_per_unit and gram and self.uom_id._has_common_reference(gram):
            return self.uom_id._compute_quantity(1, gram, round=False)
        return self.salon_grams_per_unit

    def _salon_gram_cost(self, company):
        """Return what one gram of this product costs the company today; 0 where that is not known."""
        grams = self._salon_unit_grams()
        return self.sudo().with_company(company).standard_price / grams if grams else 0.0

    def _get_salon_minutes(self, stylists, addon_ids=()):
        """Return what this service takes with each of some stylists, add-ons included.

        What is agreed for a stylist comes before what holds for their level, and that before the service's own.
        Add-ons are done by the same stylist, at the end of the work.

        :param list stylists: (employee id, level id or None)
        :param addon_ids: ids of product.product
        :return dict: {employee id: (active, processing, finishing, clean-up minutes)}
        """
        self.ensure_one()
        templates = [product.product_tmpl_id for product in (self, *self.browse(addon_ids))]
        service, *addons = [
            (template.id, tuple(template[f"salon_{part}"] for part in MINUTES)) for template in templates
        ]
        return self._minutes_with(stylists, service, addons)

    @api.model
    def _minutes_with(self, stylists, service, addons):
        """Return `_get_salon_minutes` of what is known already.

        :param tuple service: (template id, its own minutes)
        :param list addons: the same of each
        """
        (find, *find_more) = [self._minutes_finder(*one) for one in (service, *addons)]
        return {
            stylist[0]: self._add_minutes(find(*stylist), [find_one(*stylist) for find_one in find_more])
            for stylist in stylists
        }

    @api.model
    def _minutes_finder(self, template_id, usual):
        """Return a function of a stylist and their level (ids) that returns what a service takes with them."""
        variations = self.env["salon.service.variation"]._get_of_service(template_id)

        def find(stylist_id, level_id):
            found = variations.get(("stylist", stylist_id)) or variations.get(("level", level_id))
            return found[: len(MINUTES)] if found else usual

        return find

    def _get_salon_variation(self, stylist_id, level_id):
        """Return what is agreed for a stylist, else for their level: minutes and price difference; else None."""
        variations = self.env["salon.service.variation"]._get_of_service(self.product_tmpl_id.id)
        return variations.get(("stylist", stylist_id)) or variations.get(("level", level_id))

    def _add_minutes(self, minutes, others):
        """Return `minutes` with those of add-ons: worked off after the service, cleaned up as the longest of them."""
        active, processing, finishing, cleanup = minutes
        more = sum(sum(other[:3]) for other in others)
        cleanup = max([cleanup, *(other[3] for other in others)])
        return (active, processing, finishing + more, cleanup) if finishing else (active + more, processing, 0, cleanup)

    def _get_salon_price_difference(self, stylist):
        """Return what this service costs more with `stylist` (hr.employee) than its sales price, in its currency."""
        self.ensure_one()
        found = self._get_salon_variation(stylist.id, stylist.sudo().salon_level_id.id)
        return found[-1] if found else 0.0
