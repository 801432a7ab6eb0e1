from markupsafe import Markup

from odoo import models
from odoo.models import MAGIC_COLUMNS
from odoo.tools import SQL

from .salon_client_file_contact import CHOICES


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        """Bring the client files of the same person together first: one partner has one file.

        Locked visits follow their client here too; nothing else of them changes. A manager of the salon merges clients
        with different emails too, unless one of them works here.
        """
        partners = self.env["res.partner"].browse(partner_ids).exists()
        partners._refuse_erased()
        dst_partner = dst_partner or self._get_ordered_partner(partners.ids)[-1:]
        if self.env.user.has_group("salon_crm.group_salon_manager"):
            clients = partners.sudo().with_context(active_test=False)
            extra_checks = extra_checks and not (all(clients.mapped("is_salon_client")) and not clients.user_ids)
        # For this transaction alone, and after an error it ends with it.
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        lost = self._get_salon_differences(partners, dst_partner)
        self._merge_salon_files(partners.ids, dst_partner)
        self._merge_salon_offers(partners.ids)
        clients = bool(partners.filtered("is_salon_client"))
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        if clients:
            self._note_salon_clients_gone(partners.ids, dst_partner)
        self._keep_salon_differences(dst_partner, lost)
        dst_partner._refresh_salon_keys()
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        return result

    def _note_salon_clients_gone(self, partner_ids, dst_partner):
        """Note who became whom: a till goes on with the clients that it has loaded."""
        gone = set(partner_ids) - set(self.env["res.partner"].browse(partner_ids).exists().ids)
        rows = [{"gone_id": partner_id, "partner_id": dst_partner.id} for partner_id in sorted(gone)]
        self.env["salon.merged.client"].sudo().create(rows)

    def _get_salon_differences(self, partners, dst_partner):
        """Return what the clients who go say otherwise than who stays: lists of values by the fields of their files."""
        files = partners.sudo().with_context(active_test=False).salon_file_ids
        kept = files.filtered(lambda file: file.partner_id == dst_partner)
        differences = {}
        for name in ("name", "phone", "email", "birthdate_date", "gender", "city"):
            stays = kept[name] or dst_partner.sudo()[files._fields[name].related.split(".")[1]]
            values = [file[name] for file in files - kept if file[name] and file[name] != stays]
            # Who had none takes the first of these over: that is no difference.
            if values := list(dict.fromkeys(values))[0 if stays else 1 :]:
                differences[name] = values
        return differences

    def _keep_salon_differences(self, partner, differences):
        """Note in the file that stays what the others said of the client; another phone is their second one."""
        file = partner.sudo().with_context(active_test=False).salon_file_ids
        if not file:
            return
        if differences.get("phone") and not file.second_phone:
            file.second_phone = differences["phone"].pop(0)
        self._note_in_salon_file(file, differences)

    def _note_in_salon_file(self, file, differences):
        """Write into the log of `file` what another file of the same client said, by field."""
        lines = [
            Markup("<li>%s: %s</li>")
            % (
                file._fields[name]._description_string(self.env),
                ", ".join(self._say(file._fields[name], value) for value in values),
            )
            for name, values in differences.items()
            if values
        ]
        if lines:
            said = self.env._("Merged. Another file of this client said:")
            file.message_post(body=Markup("%s<ul>%s</ul>") % (said, Markup().join(lines)))

    def _say(self, field, value):
        """Return the value of a field as people read it."""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        return field.convert_to_display_name(value, self) or ""

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
        self._join_salon_files(others, kept)
        self._update_reference_fields_generic("salon.client.file", others, kept)
        self._move_kept_with_files(others, kept)
        kept._renew_choices()
        others.unlink()

    def _join_salon_files(self, others, kept):
        """Have the file that stays say what the others said: texts one after the other, lists together, of anything
        else its own or else theirs. What differs then is noted in its log."""
        differences = {}
        # Nobody sent themselves: who was sent by the other was one and the same.
        partners = (kept | others).partner_id
        (kept | others).filtered(lambda file: file.referrer_id in partners).referrer_id = False
        for name, field in kept._fields.items():
            if not field.store or field.compute or field.related or name in ("partner_id", *MAGIC_COLUMNS, *CHOICES):
                continue
            if field.type in ("char", "text"):
                texts = [text for text in (kept | others).mapped(name) if text]
                kept[name] = ("\n" if field.type == "text" else "; ").join(dict.fromkeys(texts)) or False
            elif field.type == "many2many":
                kept[name] |= others[name]
            elif field.type == "one2many":
                # What hangs on a file by the database, and its log, is moved with them.
                if field.comodel_name.startswith("salon.") and field.comodel_name not in kept._kept_with_file():
                    others[name].write({field.inverse_name: kept.id})
            else:
                values = list(dict.fromkeys(other[name] for other in others if other[name]))
                if values and not kept[name]:
                    kept[name] = values.pop(0)
                if values := [value for value in values if value != kept[name]]:
                    differences[name] = values
        kept.other_person_ids -= kept | others
        self._note_in_salon_file(kept, differences)

    def _move_kept_with_files(self, others, kept):
        """Have health notes, their keys and the log of who read them follow: none of it is opened or changed.

        So do the links that the clients have in their mails.
        """
        self.env.flush_all()
        for model in [*kept._kept_with_file(), "salon.choice.link"]:
            table = SQL.identifier(self.env[model]._table)
            self.env.cr.execute(
                SQL("UPDATE %s SET file_id = %s WHERE file_id IN %s", table, kept.id, tuple(others.ids))
            )
            self.env[model].invalidate_model(["file_id"])
