from odoo import api, fields, models

from ..tools.why import Why

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
        self._make_past(memberships, company)
        self._make_birthday(company)

    @api.model
    def _make_past(self, memberships, company):
        """Give the members a past: when they last came, and who rose by hand."""
        self.env["pos.order"]._salon_fill_spend()
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE salon_membership m SET last_active_at = paid.moment
              FROM (SELECT partner_id, company_id, MAX(date_order) AS moment FROM pos_order GROUP BY 1, 2) paid
             WHERE paid.partner_id = m.partner_id AND paid.company_id = m.company_id AND m.company_id = %s
            """,
            (company.id,),
        )
        memberships.invalidate_model(["last_active_at"])
        silver, gold = (self.env.ref(f"salon_membership.tier_{name}") for name in ("silver", "gold"))
        risen = memberships.search([("company_id", "=", company.id), ("tier_id", "=", silver.id)], limit=1)
        if risen:
            until = fields.Date.add(company._salon_today(), months=6)
            note = self.env._("Model at our colour evening")
            risen.sudo()._set_tier(gold, Why("hand", note=note), keep_until=until)

    @api.model
    def _make_birthday(self, company):
        """Let one of the members have their birthday today."""
        gold = self.env.ref("salon_membership.tier_gold")
        domain = [("company_id", "=", company.id), ("tier_id", "=", gold.id), ("state", "=", "active")]
        client = self.env["salon.membership"].search(domain, order="id", limit=1).partner_id
        today = company._salon_today()
        if client and (today.month, today.day) != (2, 29):
            client.birthdate_date = today.replace(year=1988)
