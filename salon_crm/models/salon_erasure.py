import base64
import logging
from collections import defaultdict
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, LockError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import client_key
from ..tools.personal import FREE, digest
from ..tools.phone import whole_number

_logger = logging.getLogger(__name__)

LATE = timedelta(days=31)  # so long after an erasure what still comes in of that client is looked for
# What opens an account, or says whence somebody used it.
ACCOUNT = ("res.users.apikeys", "auth_totp.device", "auth.passkey.key", "res.device.log", "res.users.log")


class SalonErasure(models.Model):
    """That a client was erased: when, by whom, why, and what went. It does not say who that was.

    Whoever asks later whether they were erased gives their number, email, or name and birthday: the digests tell
    (`_find_erased`). Lines are added, never changed.
    """

    _name = "salon.erasure"
    _inherit = ["salon.kept.line"]
    _description = "Erased Client"
    _order = "id desc"
    _log_access = False

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    reason = fields.Selection(
        [
            ("request", "The client asked"),
            ("inactive", "No visit for years"),
            ("mistake", "Should never have been noted"),
            ("late", "Came in after the erasure"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    details = fields.Json(required=True, readonly=True)
    summary = fields.Html(string="What Went, What Stays", compute="_compute_summary", sanitize=False)
    created_at = fields.Datetime(index=True)
    phone_digest = fields.Char(readonly=True, index="btree_not_null", groups=fields.NO_ACCESS)
    email_digest = fields.Char(readonly=True, index="btree_not_null", groups=fields.NO_ACCESS)
    name_digest = fields.Char(readonly=True, index="btree_not_null", groups=fields.NO_ACCESS)

    def _compute_display_name(self):
        for erasure in self:
            erasure.display_name = self.env._("Erasure %s", erasure.id)

    @api.depends("details")
    def _compute_summary(self):
        for erasure in self:
            erasure.summary = self._show(erasure.details or [])

    @api.model
    def _show(self, details):
        """Return a table of what goes and what stays.

        :param list details: a dict for each kind of record: "model", "count", "does" (deleted, blanked, kept), "why"
        """
        labels = {
            "deleted": self.env._("Deleted"),
            "blanked": self.env._("Personal data blanked"),
            "kept": self.env._("Kept"),
        }
        rows = Markup().join(
            Markup("<tr><td>%s</td><td class='text-end'>%s</td><td>%s</td><td class='text-muted'>%s</td></tr>")
            % (self._label(one["model"]), one["count"], labels[one["does"]], one["why"])
            for one in details
        )
        heads = (self.env._("What"), self.env._("How Many"), self.env._("What Happens"), self.env._("What Stays"))
        head = Markup("<tr><th>%s</th><th class='text-end'>%s</th><th>%s</th><th>%s</th></tr>") % heads
        return Markup("<table class='table table-sm o_salon_erasure'><thead>%s</thead><tbody>%s</tbody></table>") % (
            head,
            rows,
        )

    def _label(self, model):
        return self.env["ir.model"].sudo()._get(model).name or model

    # Who was erased --------------------------------------------------------------------------------------------

    @api.model
    def _digests(self, phone=False, email=False, name=False, birthday=False, country=None):
        """Return {field: digest} of what is known of a person."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        number = phone and (whole_number(phone, country or self.env.company.country_id) or phone)
        known = {
            "phone_digest": "".join(letter for letter in number or "" if letter.isdigit()),
            "email_digest": (email or "").strip().casefold(),
            "name_digest": f"{client_key.joined(name)} {birthday}" if name and birthday else "",
        }
        return {field: digest(secret, f"{field} {text}") for field, text in known.items() if text}

    @api.model
    def _find_erased(self, **known):
        """Return the erasures of whom this is; the names of arguments are those of `_digests`."""
        return self.sudo().search(
            Domain.OR(Domain(field, "=", value) for field, value in self._digests(**known).items())
        )

    # Erase -----------------------------------------------------------------------------------------------------

    @api.model
    def _erase(self, file, reason):
        """Erase a client: nothing stays that says who it was, but what the law keeps; every total stays as it was.

        :param file: salon.client.file of one client
        :param str reason: one of the reasons of this model
        :return: the line of the log
        :raise UserError: something speaks against it, in a sentence; or somebody is writing of this client right now
        """
        file.ensure_one()
        self._check_may_erase(file)
        file = file.sudo()
        self.env.flush_all()
        self._lock(file)
        if file.erased_at:
            raise UserError(self.env._("This client was erased already."))
        if obstacles := file.with_env(self.env)._erasure_obstacles():
            raise UserError("\n".join(obstacles))
        partner = file.partner_id
        digests = self._digests(
            partner.phone, partner.email_normalized, partner.name, partner.birthdate_date, partner.country_id
        )
        details = self._take(file)
        erasure = self.sudo().create(
            {
                "file_id": file.id,
                "reason": reason,
                "details": details,
                **digests,
                **self.env.user._salon_signature(),
            }
        )
        self._unlock(False)
        self._trigger_sweep()
        _logger.info("client file %s was erased by user %s: %s", file.id, self.env.uid, reason)
        return erasure.with_env(self.env)

    @api.model
    def _unlock(self, on=True):
        """Have the database let this transaction, and no other, change what is kept for ever."""
        self.env.flush_all()
        self.env.cr.execute("SELECT set_config('salon.unlock', %s, true)", ["on" if on else "off"])

    @api.model
    def _check_may_erase(self, file):
        if not self.env.su:
            if not self.env.user.has_group("salon_crm.group_salon_manager"):
                raise AccessError(self.env._("Clients are erased by managers. Ask one of them."))
            file.check_access("write")

    @api.model
    def _lock(self, file):
        """Have everybody else wait, and refuse where somebody is faster: they would write of who is gone."""
        try:
            file.partner_id.lock_for_update()
            file.lock_for_update()
        except LockError:
            raise UserError(
                self.env._("Somebody is working on this client right now. Try again in a moment.")
            ) from None

    @api.model
    def _plan(self, file):
        """Return [(answer, records)] of all that is known of a client, and of their addresses."""
        data = self.env["salon.personal.data"].sudo()
        people = self._people(file)
        return [(answer, data._find(answer, people)) for answer in data._installed_answers()]

    @api.model
    def _people(self, file):
        """Return the partners that are this client: themselves, and addresses that are nobody else's."""
        partner = file.sudo().partner_id
        children = partner.with_context(active_test=False).child_ids
        return partner | children.filtered(lambda child: not child.is_salon_client and not child.user_ids)

    @api.model
    def _preview(self, file):
        """Return what an erasure would say that it did, as `details`."""
        details = []
        for answer, records in self._plan(file):
            does = self._does(answer)
            details += [self._detail(answer.model, len(records), does, answer.why)] if records else []
        return self._merged([*details, self._detail("res.partner", len(self._people(file)), "blanked", "")])

    @api.model
    def _does(self, answer):
        if answer.delete:
            return "deleted"
        return "blanked" if self.env["salon.personal.data"]._new_values(answer) else "kept"

    @api.model
    def _detail(self, model, count, does, why):
        return {"model": model, "count": count, "does": does, "why": str(why)}

    @api.model
    def _merged(self, details):
        """Return `details` with one line for each kind of record and what becomes of it."""
        counts, whys = defaultdict(int), {}
        for one in details:
            key = (one["model"], one["does"])
            counts[key] = counts[key] + one["count"]
            whys.setdefault(key, one["why"])
        return [self._detail(model, count, does, whys[model, does]) for (model, does), count in counts.items() if count]

    @api.model
    def _take(self, file):
        """Do it, and return what was done."""
        data = self.env["salon.personal.data"].sudo()
        people = self._people(file)
        self._say_whom_was_invoiced(people)
        posted = self._posted_names(people)
        plan = [(answer, records, len(records)) for answer, records in self._plan(file)]
        file._erase_health()
        self._unlock()
        details, trail = [], [0, 0, 0]
        for answer, records, count in plan:
            records = records.exists()
            if answer.trail and not answer.delete and records:
                trail = [sum(pair) for pair in zip(trail, data._delete_trail(records), strict=True)]
            done = data._carry_out(answer, records)
            does = "kept" if done is None else self._does(answer)
            details.append(self._detail(answer.model, count, does, answer.why))
        trail = [sum(pair) for pair in zip(trail, data._delete_trail(people), strict=True)]
        for model, count in zip(("mail.message", "ir.attachment", "mail.activity"), trail, strict=True):
            details.append(self._detail(model, count, "deleted", ""))
        self.env.cr.execute(
            SQL("UPDATE salon_client_file SET erased_at = %s WHERE id = %s", fields.Datetime.now(), file.id)
        )
        self.env.invalidate_all()
        details.append(self._detail("res.users", self._close_accounts(people), "blanked", ""))
        self._blank_partners(people, self.env._("Erased client %s", file.id))
        details.append(self._detail("res.partner", len(people), "blanked", ""))
        self._forget_imports(plan, people)
        self.env.flush_all()
        for move_id, name in posted:
            self.env.cr.execute(
                SQL("UPDATE account_move SET invoice_partner_display_name = %s WHERE id = %s", name, move_id)
            )
        self.env.invalidate_all()
        return self._merged(details)

    @api.model
    def _posted_names(self, people):
        """Return [(account.move id, name)]: a posted invoice goes on saying whom it was made out to."""
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                "SELECT id, invoice_partner_display_name FROM account_move"
                " WHERE partner_id IN %s AND state = 'posted' AND invoice_partner_display_name IS NOT NULL",
                tuple(people.ids),
            )
        )

    @api.model
    def _say_whom_was_invoiced(self, people):
        """Keep with posted invoices that have no document yet to whom they were made out: the law asks for it."""
        moves = (
            self.env["account.move"]
            .sudo()
            .search([("partner_id", "in", people.ids), ("state", "=", "posted"), ("move_type", "like", "out_")])
        )
        files = self.env["ir.attachment"].sudo()
        papers = files.search(
            [("res_model", "=", "account.move"), ("res_id", "in", moves.ids), ("mimetype", "=", "application/pdf"),
             ("id", "!=", 0)]
        )  # fmt: skip
        files.create(
            [
                {
                    "name": self.env._("Invoiced to.txt"),
                    "res_model": "account.move",
                    "res_id": move.id,
                    "datas": base64.b64encode(
                        "\n".join(
                            filter(
                                None, (move.partner_id._display_address(), move.partner_id.name, move.partner_id.vat)
                            )
                        ).encode()
                    ),
                }
                for move in moves.filtered(lambda move: move.id not in papers.mapped("res_id"))
            ]
        )

    @api.model
    def _close_accounts(self, people):
        """End the client's own access to Odoo; return how many accounts there were."""
        users = people.with_context(active_test=False).user_ids
        if not users:
            return 0
        for model in ACCOUNT:
            if model in self.env and self.env[model]._auto:
                owner = "user_id" if "user_id" in self.env[model]._fields else "create_uid"
                table = SQL.identifier(self.env[model]._table)
                self.env.cr.execute(
                    SQL("DELETE FROM %s WHERE %s IN %s", table, SQL.identifier(owner), tuple(users.ids))
                )
        users.sudo().with_context(tracking_disable=True).active = False
        self.env.flush_all()
        # Not by the ORM: Odoo would write to their old address that their login has changed.
        self.env.cr.execute(
            SQL(
                "UPDATE res_users SET login = 'erased-' || id, password = NULL, signature = NULL WHERE id IN %s",
                tuple(users.ids),
            )
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        return len(users)

    @api.model
    def _blank_partners(self, people, name):
        """Leave nothing of these partners but an archived row, to which the books refer."""
        erasing = people.sudo().with_context(tracking_disable=True, no_vat_validation=True)
        kept = {"name", "complete_name"}
        free = {
            name: field
            for name, field in people._fields.items()
            if field.store and field.column_type and field.type in (*FREE, "date") and name not in kept
        }
        values = {
            name: False
            for name, field in free.items()
            if not field.related and not field.company_dependent and not (field.compute and field.readonly)
        }
        erasing.write(
            {
                **values,
                "name": name,
                "active": False,
                "gender": False,
                "category_id": [(5,)],
                "parent_id": False,
                "user_id": False,
                "state_id": False,
                "country_id": False,
                "partner_latitude": 0,
                "partner_longitude": 0,
                **self._prepare_partner_values(),
            }
        )
        self.env.flush_all()
        for name, field in free.items():
            if field.company_dependent:  # of every company
                self.env.cr.execute(
                    SQL("UPDATE res_partner SET %s = NULL WHERE id IN %s", SQL.identifier(name), tuple(people.ids))
                )
        self.env.invalidate_all()

    @api.model
    def _prepare_partner_values(self):
        """Return what else a partner gets who is erased; addons add what they keep there beside texts and dates."""
        return {}

    @api.model
    def _forget_imports(self, plan, people):
        """Forget by what names other systems know these records."""
        for records in (people, *(records for _answer, records, _count in plan)):
            if records:
                self.env.cr.execute(
                    SQL(
                        """
                        DELETE FROM ir_model_data WHERE model = %s AND res_id IN %s
                           AND module NOT IN (SELECT name FROM ir_module_module WHERE state = 'installed')
                        """,
                        records._name,
                        tuple(records.ids),
                    )
                )

    # What comes in later ---------------------------------------------------------------------------------------

    @api.model
    def _trigger_sweep(self):
        if cron := self.env.ref("salon_crm.ir_cron_erasure", raise_if_not_found=False):
            cron.sudo()._trigger()

    @api.model
    def _cron_sweep(self):
        """Take what somebody wrote of a client in the moment of the erasure, or a till or a mail brought after it; then
        have the file store drop its files."""
        since = fields.Datetime.now() - LATE
        files = self.env["salon.client.file"].sudo().with_context(active_test=False)
        files = files.search([("erased_at", ">", since)], order="id")
        for file in files:
            self._take_late(file)
            if not self.env["ir.cron"]._commit_progress(1):
                return
        if files:
            self.env["ir.attachment"].sudo()._gc_file_store()

    @api.model
    def _take_late(self, file):
        """Erase what came in of a client since they were erased; return the line of the log, if there was anything."""
        data = self.env["salon.personal.data"].sudo()
        details, trail = [], [0, 0, 0]
        notes = self.env["salon.health.note"].sudo().search([("file_id", "=", file.id)])
        photos = file._photos()
        told = notes or self.env["salon.sensitivity"].sudo().search([("file_id", "=", file.id)])
        if photos:
            details.append(self._detail("salon.photo", len(photos), "deleted", ""))
        if told:
            details.append(self._detail("salon.health.note", max(len(notes), 1), "deleted", ""))
        if told or photos:
            file._erase_health()
        self._unlock()
        for answer, records in self._plan(file):
            if answer.trail and not answer.delete and records:
                trail = [sum(pair) for pair in zip(trail, data._delete_trail(records), strict=True)]
            details.append(self._detail(answer.model, data._carry_out(answer, records) or 0, self._does(answer), ""))
        trail = [sum(pair) for pair in zip(trail, data._delete_trail(self._people(file)), strict=True)]
        for model, count in zip(("mail.message", "ir.attachment", "mail.activity"), trail, strict=True):
            details.append(self._detail(model, count, "deleted", ""))
        details = self._merged(details)
        line = self.browse()
        if details:
            values = {"file_id": file.id, "reason": "late", "details": details, **self.env.user._salon_signature()}
            line = self.sudo().create(values)
        self._unlock(False)
        return line
