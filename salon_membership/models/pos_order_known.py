from typing import NamedTuple

from odoo import models
from odoo.tools import SQL


class Known(NamedTuple):
    """What there is about an order and its client at the moment it is paid: most orders have nothing of most.

    Only server code can make one: no context that comes in by RPC can hold it.
    """

    order_id: int
    member_id: int | None  # the client's active membership
    has_hold: bool  # points are held for this order
    is_invited: bool  # somebody brought the client, and got nothing for it yet
    has_birthday: bool  # a birthday gift was taken for this order
    has_value: bool  # stored value is held for this order
    has_sessions: bool  # sessions of treatment cards are held for this order


class PosOrder(models.Model):
    """One question for all that a paid order could mean to a member, in place of a search for each."""

    _inherit = "pos.order"

    def _salon_known(self):
        """Return what is known about this order: asked once, and handed on in the context while it is settled."""
        self.ensure_one()
        known = self.env.context.get("salon_known")
        return known if isinstance(known, Known) and known.order_id == self.id else self._salon_find_known()

    def _salon_find_known(self):
        self.env["salon.membership"].flush_model(["partner_id", "company_id", "state"])
        self.env["salon.referral"].flush_model(["file_id", "company_id", "state"])
        self.env["salon.birthday.given"].flush_model(["order_uuid", "pos_order_id"])
        query = SQL(
            """
            SELECT (SELECT id FROM salon_membership
                     WHERE partner_id = %(partner)s AND company_id = %(company)s AND state = 'active'),
                   EXISTS (SELECT FROM salon_points_hold WHERE order_uuid = %(uuid)s),
                   EXISTS (SELECT FROM salon_referral r JOIN salon_client_file f ON f.id = r.file_id
                            WHERE f.partner_id = %(partner)s AND r.company_id = %(company)s AND r.state = 'invited'),
                   EXISTS (SELECT FROM salon_birthday_given WHERE order_uuid = %(uuid)s AND pos_order_id IS NULL),
                   EXISTS (SELECT FROM salon_wallet_hold WHERE order_uuid = %(uuid)s),
                   EXISTS (SELECT FROM salon_treatment_hold WHERE order_uuid = %(uuid)s)
            """,
            partner=self.partner_id.id or None,
            company=self.company_id.id,
            uuid=self.uuid,
        )
        [row] = self.env.execute_query(query)
        return Known(self.id, *row)

    def _salon_with(self, **values):
        """Return this order with what is known about it, as it became by `values`."""
        return self.with_context(salon_known=self._salon_known()._replace(**values))
