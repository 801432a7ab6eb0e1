import base64
from datetime import datetime, time, timedelta

from odoo import api, fields, models

MEITUAN, DOUYIN = "meituan", "douyin"
# What platforms sell: platform, what for, what the client pays there, what the platform settles, a fee of its own.
OFFERS = {
    "cut": (MEITUAN, ("women_cut",), 49, 52, None),
    "cut_and_spa": (MEITUAN, ("women_cut", "hair_spa"), 99, 99, None),
    "facial": (MEITUAN, ("classic_facial",), 69, 69, 2.5),
    "nails": (DOUYIN, ("gel_manicure",), 39, 42, None),
    "lashes": (DOUYIN, ("lash_lift",), 59, 59, None),
}
# What is redeemed in the sessions of so many days ago: which client has which offer, by which code.
DAYS = (
    (13, (
        ("redeem", 21, "cut", "118204567301"), ("redeem", 23, "cut_and_spa", "118204567418"),
        ("redeem", 26, "nails", "8092 3315 0047"), ("redeem", 28, "facial", "118204567566"),
        ("redeem", 31, "cut", "118204567702"), ("redeem", 33, "lashes", "8092 3315 0161"),
    )),
    (5, (
        ("redeem", 24, "cut", "118204570019"), ("redeem", 36, "facial", "118204570143"),
        ("redeem", 27, "nails", "8092 3315 0298"), ("redeem", 38, "cut_and_spa", "118204570256"),
    )),
)  # fmt: skip


class SalonSampleDeals(models.AbstractModel):
    """Vouchers of two platforms for the sample salon: redeemed at its till, and settled by a statement in part."""

    _name = "salon.sample.deals"
    _inherit = ["salon.sample.prepaid"]
    _description = "Sample Salon: Group-buying Vouchers"

    @api.model
    def _create_deals(self, company_id):
        """Set the platforms up, redeem vouchers, and read what one of them settles."""
        company = self.env["res.company"].browse(company_id)
        quietly = {"allowed_company_ids": [company_id], "tracking_disable": True, "mail_create_nolog": True}
        self = self.with_company(company).with_context(**quietly, salon_quiet=True)
        company = company.with_env(self.env)
        if self.env["salon.deal.platform"].search_count([("company_id", "=", company.id)], limit=1):
            return
        till = self.env.ref("salon_crm.pos_config_salon")
        self._set_up_platform(till, MEITUAN, self.env._("Meituan"), 6, 0)
        self._set_up_platform(till, DOUYIN, self.env._("Douyin"), 3.5, 0.5)
        names = {
            "cut": self.env._("Women's cut for new clients"),
            "cut_and_spa": self.env._("Cut and hair spa"),
            "facial": self.env._("First facial"),
            "nails": self.env._("Gel manicure, any colour"),
            "lashes": self.env._("Lash lift"),
        }
        for name, (platform, services, paid, price, fee) in OFFERS.items():
            self._create_offer(name, names[name], platform, services, paid, price, fee)
        for days_ago, steps in DAYS:
            self._fill_session(till, fields.Date.today() - timedelta(days=days_ago), steps)
        for days_ago, _steps in DAYS:
            self._read_statement(fields.Date.today() - timedelta(days=days_ago), confirm=days_ago > 7)

    def _note_name(self, record, name):
        """Give a record a name of this addon's, by which its terms are translated."""
        self.env["ir.model.data"]._update_xmlids(
            [{"xml_id": f"salon_membership.{name}", "record": record, "noupdate": True}]
        )

    def _set_up_platform(self, till, key, name, percent, fixed):
        wizard = self.env["salon.deal.setup"].create(
            {"name": name, "fee_percent": percent, "fee_fixed": fixed, "config_ids": [(6, 0, till.ids)], "sure": True}
        )
        platform = self.env["salon.deal.platform"].browse(wizard.action_set_up()["res_id"])
        self._note_name(platform, f"deal_platform_{key}")

    def _create_offer(self, key, name, platform, services, paid, price, fee):
        items = [self.env.ref(f"salon_crm.service_{service}").product_variant_id for service in services]
        offer = self.env["salon.deal.offer"].create(
            {
                "name": name,
                "platform_id": self.env.ref(f"salon_membership.deal_platform_{platform}").id,
                "paid_price": paid,
                "price": price,
                "item_ids": [(0, 0, {"product_id": product.id}) for product in items],
                **({} if fee is None else {"fee": fee}),
            }
        )
        self._note_name(offer, f"deal_offer_{key}")

    def _redeem(self, session, client, number, key, code):
        """Sell what a voucher is for, and pay it by that."""
        offer = self.env.ref(f"salon_membership.deal_offer_{key}")
        stylists = self.env["hr.employee"].search(
            [("is_salon_stylist", "=", True), ("company_id", "=", session.company_id.id)]
        )
        lines = []
        for product, amount in offer._pieces():
            stylist = stylists.filtered(lambda one, product=product: product.product_tmpl_id in one.salon_service_ids)
            values = {"salon_stylist_id": stylist[:1].id, "salon_deal_offer_id": offer.id, "salon_deal_code": code}
            lines.append((product, amount, values))
        order = self._make_order(session, client, *lines)
        return self._paid(order, (offer.platform_id.payment_method_id, order.amount_total))

    def _read_statement(self, day, confirm):
        """Read what Meituan settles for what was redeemed on that day; it differs a little from what was expected."""
        platform = self.env.ref(f"salon_membership.deal_platform_{MEITUAN}")
        domain = [("platform_id", "=", platform.id), ("pos_order_id.session_id.start_at", ">=", day)]
        vouchers = self.env["salon.deal.voucher"].search(
            [*domain, ("redeemed_at", "<", datetime.combine(day + timedelta(days=1), time()))], order="id"
        )
        rows = [[one.code, one.amount, one.fee] for one in vouchers]
        if confirm:
            rows.pop()  # the platform has forgotten one
            rows[1][2] += 1.2  # and takes more than it says
            rows.append(["118204567999", 52, 3.12])  # nobody knows this one
        text = "code,amount,fee,net,date\n" + "".join(
            f"{code},{amount:.2f},{fee:.2f},{amount - fee:.2f},{day}\n" for code, amount, fee in rows
        )
        reading = self.env["salon.deal.import"].create(
            {
                "platform_id": platform.id,
                "number": f"MT-{day:%Y%m%d}",
                "file": base64.b64encode(text.encode()),
                "file_name": "statement.csv",
            }
        )
        statement = self.env["salon.deal.statement"].browse(reading.action_read()["params"]["next"]["res_id"])
        if confirm:
            statement.action_confirm()
