from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    """Clients who turn out to be one have one stored value: what the others have is transferred to it."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge_salon_files(self, partner_ids, dst_partner):
        result = super()._merge_salon_files(partner_ids, dst_partner)
        wallets = self.env["salon.wallet"].sudo()
        domain = [("partner_id", "in", partner_ids), ("state", "!=", "closed")]
        for own in wallets.search(domain, order="id").grouped("company_id").values():
            if len(own) > 1:
                self._merge_salon_wallets(own, dst_partner)
        return result

    def _merge_salon_wallets(self, wallets, dst_partner):
        """Keep the stored value of the client who stays, else the oldest; a blocked one among them blocks it."""
        kept = wallets.filtered(lambda wallet: wallet.partner_id == dst_partner) or wallets[0]
        others = wallets - kept
        wallets._lock()
        others.hold_ids.write({"wallet_id": kept.id})
        note = self.env._("Clients merged")
        for other in others:
            other.with_context(salon_quiet=True)._transfer(kept, note=note)
            if other.state == "blocked":
                kept.state = "blocked"
        if not kept.pin_hash and (secret := others.filtered("pin_hash")[:1]):
            kept.write({"pin_hash": secret.pin_hash, "pin_tries": secret.pin_tries})
        self.env.flush_all()
        others.state = "closed"
        kept.message_post(
            body=self.env._(
                "The same client had stored value %(numbers)s too: it is here.",
                numbers=", ".join(others.mapped("number")),
            )
        )
