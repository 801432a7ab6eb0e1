from odoo import api, models


class SalonGoodwill(models.AbstractModel):
    """The one place that gives a client a coupon to make up for something, for addons that do not keep coupons.

    An addon that keeps them answers in a file of this name. Without one there is nothing to give.
    """

    _name = "salon.goodwill"
    _description = "Coupons Given to Make up for Something"

    @api.model
    def _can_give(self):
        """Tell whether an addon is there that keeps coupons."""
        return False

    @api.model
    def _offers(self, client, company, is_gift=False):
        """Return {key: name} of what this client can be given in this company now.

        :param bool is_gift: what is free alone, not what makes something cheaper
        """
        return {}

    @api.model
    def _give(self, key, client, company, why):
        """Give the client one coupon.

        :param str key: of `_offers`
        :param str why: noted with the coupon, for staff
        :return dict: `model` and `id` of the coupon, its `code`, and `until` (date or False): its last day
        :raise UserError: it can't be given any more
        """
        raise NotImplementedError

    @api.model
    def _used_at(self, model, coupon_id):
        """Return when a coupon that was given was used (naive UTC), False where it was not."""
        return False
