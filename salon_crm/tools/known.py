"""What is read once of services and of who performs them, and serves all that one search or one booking asks."""

from typing import NamedTuple

from .roster import load_stylists
from .services import load_services


class Known(NamedTuple):
    """Stylists and services of one company."""

    stylists: dict  # {id: Stylist}, as `load_stylists` returns them
    services: dict  # {product id: Service}, as `load_services` returns them

    @property
    def harmless(self):
        """The ids of the services that every client may have, as far as sensitivities and patch tests go."""
        return {product_id for product_id, service in self.services.items() if not service.guarded}

    def performs(self, stylist_id, product_id):
        """Tell whether this is a stylist of the company who performs this service."""
        stylist, service = self.stylists.get(stylist_id), self.services.get(product_id)
        if not stylist or not service or not service.is_service:
            return False
        return not service.stylist_ids or stylist_id in service.stylist_ids


def load_known(env, company, product_ids, stylist_ids=None):
    """Return what is Known in `company` of some products; of these stylists alone, where given."""
    return Known(load_stylists(env, company, only=stylist_ids), load_services(env, company, product_ids))
