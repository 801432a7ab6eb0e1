from odoo import api, models

PAID = ("paid", "done")
# How many of the sample clients are members of each tier: those who spent most are in the highest.
MEMBERS = {"tier_diamond": 3, "tier_gold": 7, "tier_silver": 12, "tier_regular": 18}


class SalonSampleMembership(models.AbstractModel):
    """Members for the sample salon, with the points of a year: settled by the code that settles them at the till."""

    _name = "salon.sample.membership"
    _description = "Sample Salon: Membership"

    @api.model
    def _create_members(self, company_id):
        """Enrol those of the sample clients who spent most, as of the beginning of the sample year."""
        company = self.env["res.company"].browse(company_id)
        quietly = {"allowed_company_ids": [company_id], "tracking_disable": True, "mail_create_nolog": True}
        orders = self.env["pos.order"].with_company(company).with_context(**quietly)
        memberships = self.env["salon.membership"].with_company(company).with_context(**quietly)
        domain = [("company_id", "=", company_id), ("state", "in", PAID), ("partner_id", "!=", False)]
        groups = orders._read_group(
            domain, ["partner_id"], ["amount_total:sum", "date_order:min"], order="amount_total:sum DESC, partner_id"
        )
        if not groups:
            return
        start_date = min(first for __, __, first in groups).date()
        clients = [client for client, *__ in groups]
        for xmlid, count in MEMBERS.items():
            tier = self.env.ref(f"salon_membership.{xmlid}")
            chosen, clients = clients[:count], clients[count:]
            memberships._enrol(orders.partner_id.union(*chosen), tier, start_date)
        for order in orders.search(domain, order="date_order, id"):
            order._salon_settle_points()
