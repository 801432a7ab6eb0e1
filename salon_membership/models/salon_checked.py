from odoo import models


class SalonChecked(models.AbstractModel):
    """What keeps a balance beside its movements: anybody who may read it can have both compared."""

    _name = "salon.checked"
    _description = "Balance That Its Movements Prove"

    def _mistakes(self):
        """Return where the balances of these records disagree with their movements, as sentences."""
        raise NotImplementedError

    def action_check(self):
        """Rebuild these balances from the movements, and say what differs; nothing is corrected."""
        self.check_access("read")
        mistakes = self.sudo()._mistakes()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if mistakes else "success",
                "sticky": bool(mistakes),
                "message": "\n".join(mistakes) or self.env._("Every balance is what its movements come to."),
            },
        }
