from odoo import models
from odoo.tools import SQL


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Bring the client files of the same person together first: one partner has one file.

        Locked visits follow their client here too; nothing else of them changes.
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        dst_partner = dst_partner or self._get_ordered_partner(partners.ids)[-1:]
        # For this transaction alone, and after an error it ends with it.
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        self._merge_salon_files(partners.ids, dst_partner)
        self._merge_salon_offers(partners.ids)
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        dst_partner._refresh_salon_keys()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        return result

    def _merge_salon_offers(self, partner_ids):
        """Take the numbers of the day off the offers to these partners: no two of one client can be the same."""
        offers = self.env["salon.waiting.offer"]
        offers.flush_model(["day_number"])
        self.env.cr.execute(
            SQL("UPDATE salon_waiting_offer SET day_number = NULL WHERE partner_id = ANY(%s)", list(partner_ids))
        )
        offers.invalidate_model(["day_number"])

    def _merge_salon_files(self, partner_ids, dst_partner):
        """Keep one file of these partners, with what all of them say and what hangs on them."""
        files = self.env["salon.client.file"].sudo().search([("partner_id", "in", partner_ids)], order="id")
        if len(files) < 2:
            return
        kept = files.filtered(lambda file: file.partner_id == dst_partner) or files[0]
        others = files - kept
        for name, glue in (("alert", "; "), ("preferences", "\n")):
            texts = [text for text in (kept | others).mapped(name) if text]
            kept[name] = glue.join(dict.fromkeys(texts)) or False
        kept.keeper_id = kept.keeper_id or others.keeper_id[:1]
        self._update_reference_fields_generic("salon.client.file", others, kept)
        self._move_kept_with_files(others, kept)
        others.unlink()

    def _move_kept_with_files(self, others, kept):
        """Have health notes, their keys and the log of who read them follow: none of it is opened or changed."""
        self.env.flush_all()
        for model in kept._kept_with_file():
            table = SQL.identifier(self.env[model]._table)
            self.env.cr.execute(
                SQL("UPDATE %s SET file_id = %s WHERE file_id IN %s", table, kept.id, tuple(others.ids))
            )
            self.env[model].invalidate_model(["file_id"])
