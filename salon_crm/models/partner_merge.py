from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Bring the client files of the same person together first: one partner has one file.

        Locked visits follow their client here too; nothing else of them changes.
        """
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        try:
            self._merge_salon_files(partner_ids, dst_partner)
            return super()._merge(partner_ids, dst_partner, extra_checks)
        finally:
            self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")

    def _merge_salon_files(self, partner_ids, dst_partner):
        """Keep one file of these partners, with what all of them say."""
        files = self.env["salon.client.file"].sudo().search([("partner_id", "in", partner_ids)], order="id")
        if len(files) < 2:
            return
        kept = files.filtered(lambda file: file.partner_id == dst_partner) or files[0]
        others = files - kept
        for name, glue in (("alert", "; "), ("preferences", "\n")):
            texts = [text for text in (kept | others).mapped(name) if text]
            kept[name] = glue.join(dict.fromkeys(texts)) or False
        kept.keeper_id = kept.keeper_id or others.keeper_id[:1]
        for other in others:
            other.message_ids.write({"res_id": kept.id})
        others.unlink()
