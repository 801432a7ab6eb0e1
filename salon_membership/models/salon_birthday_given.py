from odoo import api, fields, models
from odoo.exceptions import UserError

from .salon_birthday_gift import HELD


class SalonBirthdayGiven(models.Model):
    """A birthday benefit that a member was given, or that an open order holds: one of each kind a year."""

    _name = "salon.birthday.given"
    _description = "Birthday Benefit Given"
    _order = "id desc"
    _rec_name = "gift_id"

    membership_id = fields.Many2one("salon.membership", required=True, readonly=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="membership_id.partner_id", string="Client")
    company_id = fields.Many2one(related="membership_id.company_id")
    gift_id = fields.Many2one(
        "salon.birthday.gift", string="Benefit", required=True, readonly=True, ondelete="restrict", index=True
    )
    kind = fields.Selection(
        [("service", "Free Service"), ("gift", "Gift"), ("offer", "Offer")], required=True, readonly=True
    )
    year = fields.Integer(required=True, readonly=True, aggregator=False)
    card_id = fields.Many2one(
        "loyalty.card", string="Coupon", readonly=True, ondelete="set null", index="btree_not_null"
    )
    order_uuid = fields.Char(readonly=True, help="The order that holds it.")
    held_at = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="restrict", index="btree_not_null"
    )

    _once_a_year = models.UniqueIndex(
        "(membership_id, kind, year)",
        "Another till gives this birthday benefit at this moment. Choose the client again to see what is left.",
    )

    _held_idx = models.Index("(order_uuid) WHERE pos_order_id IS NULL")

    @api.model
    def _find(self, client, gift, year):
        """Return what a client was given of the kind of `gift` in a year, by whichever of their memberships here."""
        return self.search(
            [
                ("membership_id.partner_id", "=", client.id),
                ("membership_id.company_id", "=", gift.company_id.id),
                ("kind", "=", gift.kind),
                ("year", "=", year),
            ],
            order="pos_order_id",
            limit=1,
        )

    @api.model
    def _hold(self, gift, membership, year, order_uuid):
        """Return the line by which an order holds a benefit; see `hold_for_order`."""
        given = self._find(membership.partner_id, gift, year)
        if given and given.order_uuid != order_uuid:
            if fields.Datetime.now() - given.held_at < HELD:
                raise UserError(
                    self.env._("Another order holds this birthday benefit. Take it out there, or wait an hour.")
                )
            given.unlink()
            given = self.browse()
        if given and given.gift_id == gift and given.card_id:
            return given
        given.unlink()
        return self.create(
            {
                "membership_id": membership.id,
                "gift_id": gift.id,
                "kind": gift.kind,
                "year": year,
                "order_uuid": order_uuid,
                "card_id": self._make_coupon(gift, membership).id,
            }
        )

    def _make_coupon(self, gift, membership):
        today = membership.company_id._salon_today()
        cards = self.env["loyalty.card"].with_context(action_no_send_mail=True, mail_create_nolog=True)
        return cards.create(
            {
                "program_id": gift.program_id.id,
                "partner_id": membership.partner_id.id,
                "points": 1,
                "is_salon_coupon": True,
                # An order may wait for its payment over midnight.
                "expiration_date": fields.Date.add(today, days=1),
            }
        )

    def unlink(self):
        """What is not held any more can't be given by its coupon either."""
        cards = self.card_id.filtered(lambda card: not card.use_count)
        result = super().unlink()
        cards.active = False
        return result

    @api.model
    def _settle(self, order):
        """Note what a paid order gave, and let go of what it held and did not give."""
        cards = order.lines.coupon_id
        if not cards and not order._salon_known().has_birthday:
            return
        given = self.search(
            [("pos_order_id", "=", False), "|", ("order_uuid", "=", order.uuid), ("card_id", "in", cards.ids)]
        )
        by_this = given.filtered(lambda one: one.card_id in cards)
        by_this.write({"pos_order_id": order.id, "order_uuid": order.uuid})
        (given - by_this).filtered(lambda one: one.order_uuid == order.uuid).unlink()
