from odoo import models
from odoo.tools import SQL

from ..tools.why import Why
from .loyalty_card import BY_LEDGER


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge_salon_files(self, partner_ids, dst_partner):
        """Bring the memberships of the same person together too: one client is one member of a company."""
        result = super()._merge_salon_files(partner_ids, dst_partner)
        domain = [("partner_id", "in", partner_ids), ("state", "=", "active")]
        for memberships in self.env["salon.membership"].sudo().search(domain).grouped("company_id").values():
            if len(memberships) > 1:
                self._merge_salon_memberships(memberships)
        return result

    def _merge_salon_memberships(self, memberships):
        """Keep the membership of the higher tier, of equal ones the older; the points of all are its points then."""
        ordered = memberships.sorted(lambda one: (-one.tier_id.sequence, -one.tier_id.discount, one.start_date, one.id))
        kept, others = ordered[0], ordered[1:]
        others.with_context(salon_why=Why("merge")).action_end()
        self._merge_salon_lots(kept, others)
        note = self.env._(
            "The same client was member %(numbers)s too: their points are here.",
            numbers=", ".join(others.mapped("number")),
        )
        kept.message_post(body=note)
        kept.start_date = min(memberships.mapped("start_date"))
        for membership in memberships:
            membership.card_id.with_context(salon_by=BY_LEDGER, tracking_disable=True).points = membership.points

    def _merge_salon_lots(self, kept, others):
        """Hang the lots and debts of `others` on `kept`; the ledger's own lines stay as they are.

        What one of them owes is paid by what the other has.
        """
        self.env.flush_all()
        # Both may owe for one order: what is booked of it for the others stays, but is not the one line that there is.
        self.env.cr.execute(
            SQL("UPDATE salon_points_debt SET merged = TRUE WHERE membership_id IN %s AND kind <> 'waive'",
                tuple(others.ids))
        )  # fmt: skip
        for table in ("salon_points_lot", "salon_points_debt", "salon_points_hold"):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET membership_id = %s WHERE membership_id IN %s",
                    SQL.identifier(table),
                    kept.id,
                    tuple(others.ids),
                )
            )
        # The triggers of what is held followed by themselves.
        self.env.cr.execute(
            SQL(
                """
                UPDATE salon_membership m SET points = COALESCE(
                    (SELECT SUM(remaining) FROM salon_points_lot l WHERE l.membership_id = m.id), 0
                ), points_debt = COALESCE(
                    (SELECT SUM(amount) FROM salon_points_debt d WHERE d.membership_id = m.id), 0
                )
                WHERE id IN %s
                """,
                tuple((kept | others).ids),
            )
        )
        for model in ("salon.points.lot", "salon.points.debt", "salon.points.hold"):
            self.env[model].invalidate_model(["membership_id"])
        names = ["points", "points_held", "points_debt", "lot_ids", "debt_ids", "hold_ids"]
        (kept | others).invalidate_recordset(names)
        kept._show_on_card(kept._repay())

    def _merge_loyalty_cards(self, src_partners, dst_partner):
        """Core adds up the cards: those of the salon are right already, and go along with their membership."""
        wizard = self.with_context(salon_by=BY_LEDGER, tracking_disable=True)
        return super(MergePartnerAutomatic, wizard)._merge_loyalty_cards(src_partners, dst_partner)
