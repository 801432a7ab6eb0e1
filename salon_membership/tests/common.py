from odoo.addons.mail.tests.common import MockEmail
from odoo.addons.point_of_sale.tests.common import TestPoSCommon
from odoo.addons.salon_crm.tests.common import SalonCommon


class MembershipCommon(SalonCommon, TestPoSCommon, MockEmail):
    """A till, a gold member (20 % off, points times 1.5), and somebody who is no member."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.config = cls.basic_config
        cls.config.use_pricelist = False
        cls.regular = cls.env.ref("salon_membership.tier_regular")
        cls.silver = cls.env.ref("salon_membership.tier_silver")
        cls.gold = cls.env.ref("salon_membership.tier_gold")
        cls.shampoo = cls.env["product.product"].create(
            {"name": "Shampoo", "list_price": 80, "taxes_id": False, "available_in_pos": True}
        )
        cls.membership = cls.env["salon.membership"]._enrol(cls.client, cls.gold)
        cls.guest = cls.env["res.partner"].create({"name": "Greta Guest"})
        cls.till = cls.env["res.users"].create(
            {
                "name": "Till",
                "login": "till_user",
                "group_ids": [
                    (6, 0, (cls.env.ref("point_of_sale.group_pos_user") | cls.env.ref("base.group_user")).ids)
                ],
                "company_id": cls.env.company.id,
                "company_ids": [(6, 0, cls.env.company.ids)],
            }
        )

    def _prepare_sale(self, *lines, partner=None, pricelist=None, **values):
        """Return a paid order of (product, quantity[, discount]) lines at the client's price, as the till sends it."""
        if not self.config.current_session_id:
            self.open_new_session()
        self.pos_session = self.config.current_session_id
        partner = partner or self.client
        self.pricelist = pricelist or partner.property_product_pricelist
        data = self.create_ui_order_data(list(lines), customer=partner)
        data["pricelist_id"] = self.pricelist.id
        return {**data, **values}

    def _sync(self, data, user=None):
        orders = self.env["pos.order"].with_user(user or self.env.user)
        result = orders.sync_from_ui([data])
        uuid = data.get("uuid")
        ids = [vals["id"] for vals in result["pos.order"] if not uuid or vals["uuid"] == uuid]
        return self.env["pos.order"].browse(ids[-1])

    def _sell(self, *lines, partner=None, user=None, **values):
        return self._sync(self._prepare_sale(*lines, partner=partner, **values), user)

    def _points_line(self, amount, tax=None):
        """Return the line by which `amount`, tax included, is paid by points, as the till makes it."""
        rate = 1 + (tax.amount if tax else 0) / 100
        price = self.env.company.currency_id.round(amount / rate)
        return {
            "product": self._program().salon_points_product_id,
            "quantity": 1,
            "price_unit": -price,
            "price_subtotal": -price,
            "price_subtotal_incl": -amount,
            "tax_ids": [(6, 0, tax.ids if tax else [])],
        }

    def _program(self):
        return self.membership.card_id.program_id

    def _hold(self, points, uuid, partner=None):
        return self.env["salon.membership"].hold_points((partner or self.client).id, self.config.id, uuid, points)

    def _give(self, points, membership=None):
        """Have a member earn `points` by an order of its own."""
        self.gold.points_factor, factor = 1, self.gold.points_factor
        order = self._sell(
            {
                "product": self.shampoo,
                "quantity": 1,
                "price_unit": points,
                "price_subtotal": points,
                "price_subtotal_incl": points,
            },
            partner=membership and membership.partner_id,
        )
        self.gold.points_factor = factor
        return order

    def _refund(self, order, quantities=None):
        """Refund `order`, or of each product as many as `quantities` says, as the till does."""
        product = self._program().salon_points_product_id
        lines, back = [], 0
        goods = order.lines.filtered(lambda line: line.product_id != product)
        for line in goods:
            quantity = line.qty if quantities is None else quantities.get(line.product_id, 0)
            back += line.price_subtotal_incl * (quantity - sum(line.refund_orderline_ids.mapped("qty"))) / line.qty
            if quantity:
                part = -quantity / line.qty
                lines.append(
                    {
                        "product": line.product_id,
                        "quantity": -quantity,
                        "discount": line.discount,
                        "price_unit": line.price_unit,
                        "price_subtotal": line.price_subtotal * part,
                        "price_subtotal_incl": line.price_subtotal_incl * part,
                        "refunded_orderline_id": line.id,
                    }
                )
        for line in order.lines - goods:
            given = sum(one.qty * one.price_unit for one in line.refund_orderline_ids)
            price = line.price_unit * back / sum(goods.mapped("price_subtotal_incl"))
            price = self.env.company.currency_id.round(price) + given
            values = {"quantity": -1, "price_unit": price, "price_subtotal": -price, "price_subtotal_incl": -price}
            lines.append({**self._points_line(0), **values, "refunded_orderline_id": line.id})
        return self._sell(*lines, partner=order.partner_id, pricelist=order.pricelist_id)

    def _moves(self, membership=None):
        domain = [("lot_id.membership_id", "=", (membership or self.membership).id)]
        return self.env["salon.points.move"].search(domain, order="id")

    def _assert_ledger(self, membership, *amounts):
        """Check the ledger's lines and that every balance, also those that Odoo shows, is their sum."""
        moves = self._moves(membership)
        self.assertEqual(moves.mapped("amount"), list(amounts))
        self.env.invalidate_all()
        total = sum(amounts)
        self.assertEqual(membership.points, total)
        self.assertEqual(sum(membership.lot_ids.mapped("remaining")), total)
        self.assertEqual(membership.card_id.points, total)
        for lot in membership.lot_ids:
            self.assertEqual(lot.remaining, sum(lot.move_ids.mapped("amount")))
        self.assertEqual(membership.points_debt, sum(membership.debt_ids.mapped("amount")))
        self.assertEqual(membership.points_held, sum(membership.hold_ids.mapped("points")))
        history = membership.card_id.history_ids
        self.assertEqual(sum(history.mapped("issued")) - sum(history.mapped("used")), total)
        if moves:
            self.assertEqual(moves[-1].balance, total)
