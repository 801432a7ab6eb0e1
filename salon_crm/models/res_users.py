from odoo import api, models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _salon_signature(self):
        """Return what a line that is never changed says of who made it: it stays when the user is deleted."""
        return {"created_by": self.id, "user_name": f"{self.name} ({self.login})"}

    @api.model
    def _load_pos_data_read(self, records, config):
        """Tell the till whether its user books: a cashier without a role in the salon does not."""
        values = super()._load_pos_data_read(records, config)
        for vals in values:
            user = self.browse(vals["id"])
            vals["salon_books"] = user.has_group("salon_crm.group_salon_stylist") or user.has_group(
                "salon_crm.group_salon_reception"
            )
        return values
