from odoo import models
from odoo.tools import SQL


class MergePartnerAutomatic(models.TransientModel):
    """Who was brought, and by whom, follows the files that are merged."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        wizard = self.with_context(salon_referral_merging=True)
        partners = self.env["res.partner"].browse(partner_ids).exists()
        dst_partner = dst_partner or self._get_ordered_partner(partners.ids)[-1:]
        result = super(MergePartnerAutomatic, wizard)._merge(partner_ids, dst_partner, extra_checks)
        file = dst_partner.exists().sudo().with_context(active_test=False, salon_referral_merging=True).salon_file_ids
        # The clients of a chain may have been one person: then it would bring itself.
        if file.referrer_id and file in file._salon_chain_up():
            file.referrer_id = False
        return result

    def _move_kept_with_files(self, others, kept):
        """A person is brought once: of several referrals the first that was settled stays, else the first."""
        referrals = self.env["salon.referral"].sudo()
        files = others | kept
        own = referrals.search([("file_id", "in", files.ids), ("referrer_file_id", "in", files.ids)])
        own._take_back()  # who brought whom was the same person
        brought = referrals.search([("file_id", "in", files.ids), ("merged", "=", False)], order="id") - own
        settled = brought.filtered(lambda one: one.state in ("qualified", "rewarded"))
        double = brought - (settled[:1] or brought[:1])
        double.filtered(lambda one: one.state in ("qualified", "rewarded"))._take_back()
        (own | double).write({"state": "refused", "merged": True})
        self.env.flush_all()
        for column in ("file_id", "referrer_file_id"):
            name = SQL.identifier(column)
            self.env.cr.execute(
                SQL("UPDATE salon_referral SET %s = %s WHERE %s IN %s", name, kept.id, name, tuple(others.ids))
            )
        referrals.invalidate_model(["file_id", "referrer_file_id"])
        self._move_draws_with_files(others, kept)
        return super()._move_kept_with_files(others, kept)

    def _move_draws_with_files(self, others, kept):
        """What was drawn follows the client. Who drew twice, as two clients, has both entries: nobody can undo them."""
        ids = tuple((others | kept).ids)
        self.env.cr.execute(
            SQL(
                """
                WITH doubles AS (
                    SELECT id, row_number() OVER (PARTITION BY draw_id ORDER BY id) AS place
                      FROM salon_draw_entry WHERE file_id IN %(files)s AND merged IS NOT TRUE
                )
                UPDATE salon_draw_entry e SET merged = TRUE FROM doubles WHERE doubles.id = e.id AND place > 1
                """,
                files=ids,
            )
        )
        self.env.cr.execute(
            SQL("UPDATE salon_draw_entry SET file_id = %s WHERE file_id IN %s", kept.id, tuple(others.ids))
        )
        # A ticket that nobody drew with is of no account: the next one is made when it is asked for.
        self.env.cr.execute(SQL("DELETE FROM salon_draw_ticket WHERE file_id IN %s", tuple(others.ids)))
        for model in ("salon.draw.entry", "salon.draw.ticket"):
            self.env[model].invalidate_model()
