from datetime import timedelta

from odoo import api, fields, models

BROUGHT = 6  # sample clients who were brought by members


class SalonSampleExtras(models.AbstractModel):
    """Referrals, a prize draw and offers for the sample salon: made by the code that makes them in life."""

    _name = "salon.sample.extras"
    _description = "Sample Salon: Referrals, Draw and Offers"

    @api.model
    def _create_extras(self, company_id):
        """Set up offers and a draw; let new clients be brought by members, and draw."""
        company = self.env["res.company"].browse(company_id)
        quietly = {"allowed_company_ids": [company_id], "tracking_disable": True, "mail_create_nolog": True}
        env = self.with_company(company).with_context(**quietly).env
        if env["salon.draw"].search_count([("company_id", "=", company_id)], limit=1):
            return
        self._set_up_offers(env, company)
        draw = self._create_draw(env, company)
        members = env["salon.membership"].search(
            [("company_id", "=", company_id), ("state", "=", "active")], order="points desc, id", limit=BROUGHT
        )
        if members:
            self._bring_clients(env, company, members, draw)

    @api.model
    def _set_up_offers(self, env, company):
        names = ("salon_crm.service_women_cut", "salon_crm.service_hair_spa")
        templates = [env.ref(name, raise_if_not_found=False) for name in names]
        services = env["product.product"].union(*(one.product_variant_id for one in templates if one))
        values = {"company_id": company.id, "half_price": True, "voucher": True}
        if len(services) > 1:
            values |= {"bundle": True, "bundle_service_ids": services[:2].ids, "pair": True}
            values["pair_service_ids"] = services[:1].ids
        env["salon.offer.setup"].create(values).action_set_up()

    @api.model
    def _create_draw(self, env, company):
        voucher = env["loyalty.program"].search(
            [("company_id", "=", company.id), ("salon_offer", "=", "voucher")], limit=1
        )
        prizes = [
            {"name": self.env._("Voucher for the next visit"), "kind": "coupon", "program_id": voucher.id, "stock": 20},
            {"name": self.env._("100 points"), "kind": "points", "points": 100, "unlimited": True},
            {"name": self.env._("Thank you for coming"), "kind": "nothing", "unlimited": True},
        ]
        product = env["product.product"].search(
            [("is_salon_service", "=", False), ("available_in_pos", "=", True),
             ("company_id", "=", company.id), ("type", "=", "consu")], order="list_price, id", limit=1
        )  # fmt: skip
        if product:
            prizes.insert(0, {"name": product.name, "kind": "product", "product_id": product.id, "stock": 5})
        weights = [1, 3, 4, 2] if product else [3, 4, 3]
        return env["salon.draw"].create(
            {
                "name": self.env._("Welcome draw"),
                "company_id": company.id,
                "date_from": fields.Date.today() - timedelta(days=30),
                "prize_ids": [
                    (0, 0, {**prize, "weight": weight}) for prize, weight in zip(prizes, weights, strict=True)
                ],
            }
        )

    @api.model
    def _bring_clients(self, env, company, members, draw):
        """Let new clients come by members, one of them by one who was brought herself."""
        names = ("Li Wei", "Zhao Min", "Emma Keller", "Sun Yue", "Noah Baker", "Wang Fang")
        clients = env["res.partner"].create(
            [{"name": name, "phone": f"+86 138 0000 77{number:02}", "lang": company.partner_id.lang}
             for number, name in enumerate(names)]
        )  # fmt: skip
        clients[5].phone = members[2].partner_id.phone  # of one household: a manager decides
        referrals = env["salon.referral"]
        tier = env["salon.membership.tier"].search([("company_id", "in", (False, company.id))], limit=1)
        referrers = members[:3].partner_id | clients[0]
        for number, client in enumerate(clients):
            referrer = clients[0] if number == 3 else referrers[number % 3]
            referrals._refer(client, referrer, company, "file" if number % 2 else "till")
        for client in clients[:3]:
            draw._draw(client.salon_file_ids, "8")
        env["salon.membership"]._enrol(clients[0] | clients[1] | clients[3] | clients[5], tier)
