from odoo import api, models
from odoo.exceptions import ValidationError


class PosConfig(models.Model):
    """A till that takes prepaid money."""

    _inherit = "pos.config"

    @api.constrains("payment_method_ids")
    def _check_salon_later(self):
        """What a card lacks in the end becomes the client's debt: without that method the order would be refused."""
        for config in self.sudo():
            methods = config.payment_method_ids.filtered("active")
            if methods._salon_prepaid() and not methods.filtered(lambda method: method.type == "pay_later"):
                raise ValidationError(
                    self.env._(
                        "%(till)s takes %(method)s, so it needs the method Customer Account too: what a card lacks"
                        " after a lost connection becomes the client's debt. Keep it, or take both away.",
                        till=config.name,
                        method=methods._salon_prepaid()[0].name,
                    )
                )
