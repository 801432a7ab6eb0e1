from odoo import api, fields, models

from ..tools.why import Why

PAID = ("paid", "done")
# How many of the sample clients are members of each tier: those who spent most are in the highest.
MEMBERS = {"tier_diamond": 3, "tier_gold": 7, "tier_silver": 12, "tier_regular": 18}

BENEFITS = {
    "tier_silver": (("other", "A hot drink of the house", 0),),
    "tier_gold": (
        ("early", "Books a week further ahead", 7),
        ("trial", "A sample of the new hair care line", 0),
        ("other", "A head massage with each wash", 0),
    ),
    "tier_diamond": (
        ("early", "Books two weeks further ahead", 14),
        ("senior", "Served by a senior stylist, in the quiet area", 0),
        ("topup", "5 % more on each top-up", 5),
        ("invitation", "An invitation to the evening in December", 0),
    ),
}
GIFTS = (
    {"name": "Scalp treatment for your birthday", "kind": "service", "due": "day", "days_around": 3,
     "product": "service_scalp_treatment"},
    {"name": "10 % off in your birthday month", "kind": "offer", "due": "month", "discount": 10},
)  # fmt: skip


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
        self._tell_of_tiers(memberships, company)
        self._make_gifts(company)

    @api.model
    def _tell_of_tiers(self, memberships, company):
        """Give the tiers their benefits, and the members a past: when they last came, and who rose by hand."""
        for xmlid, benefits in BENEFITS.items():
            tier = self.env.ref(f"salon_membership.{xmlid}")
            if not tier.benefit_ids:
                values = [{"kind": kind, "name": name, "value": value} for kind, name, value in benefits]
                tier.benefit_ids = [(0, 0, one) for one in values]
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
    def _make_gifts(self, company):
        """Make what members get for their birthday, and let one of them have it today."""
        gifts = self.env["salon.birthday.gift"].with_company(company)
        for values in GIFTS:
            values = {**values, "company_id": company.id}
            if product := values.pop("product", None):
                values["product_id"] = self.env.ref(f"salon_crm.{product}").product_variant_id.id
            gifts.create(values)
        gold = self.env.ref("salon_membership.tier_gold")
        domain = [("company_id", "=", company.id), ("tier_id", "=", gold.id), ("state", "=", "active")]
        client = self.env["salon.membership"].search(domain, order="id", limit=1).partner_id
        today = company._salon_today()
        if client and (today.month, today.day) != (2, 29):
            client.birthdate_date = today.replace(year=1988)
