from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_date

DEEP = 6  # levels that are shown
MOST = 200  # clients that are shown


class SalonClientFile(models.Model):
    """Who brought a client, whom they brought, and whom those brought."""

    _inherit = "salon.client.file"

    referral_ids = fields.One2many(
        "salon.referral", "referrer_file_id", string="Referrals", groups="salon_crm.group_salon_reception"
    )
    referral_state = fields.Selection(
        selection=lambda self: self.env["salon.referral"]._fields["state"]._description_selection(self.env),
        string="Referral",
        compute="_compute_referral_state",
        compute_sudo=True,
        groups="salon_crm.group_salon_reception",
        help="What became of it that somebody brought this client.",
    )
    membership_referral_code = fields.Char(
        related="membership_id.referral_code", string="Referral Code", related_sudo=True
    )
    membership_referral_url = fields.Char(
        compute="_compute_membership_referral_url",
        string="Referral Link",
        compute_sudo=True,
        groups="salon_crm.group_salon_reception",
    )
    brought_count = fields.Integer(
        string="Clients Brought",
        compute="_compute_brought",
        compute_sudo=True,
        help="Clients whom this one brought, those whom they brought, and so on.",
    )
    brought_spend = fields.Monetary(
        string="Spent by Clients Brought",
        compute="_compute_brought",
        compute_sudo=True,
        groups="salon_crm.group_salon_reception",
        help="What all of these clients paid at the till in this company so far.",
    )
    referral_tree = fields.Html(
        compute="_compute_referral_tree", sanitize=False, groups="salon_crm.group_salon_reception"
    )

    def _compute_referral_state(self):
        brought = self.filtered("referrer_id")
        referrals = self.env["salon.referral"].search([("file_id", "in", brought.ids), ("merged", "=", False)])
        by_file = referrals.grouped("file_id")
        for file in self:
            file.referral_state = by_file.get(file._origin, referrals.browse()).state

    def _compute_membership_referral_url(self):
        for file in self:
            file.membership_referral_url = file.membership_id.referral_url

    def _salon_works_here(self):
        """Tell whether one of these clients works in the salon."""
        partners = self.sudo().partner_id
        employees = self.env["hr.employee"].sudo()
        return bool(
            partners.user_ids.filtered(lambda user: user.active and not user.share)
            or employees.search_count([("work_contact_id", "in", partners.ids)], limit=1)
        )

    # The chain --------------------------------------------------------------------------------------

    @api.constrains("referrer_id")
    def _check_referrer_loop(self):
        """Nobody can be brought by somebody whom they brought themselves, by however many steps.

        The files of the chain are locked: of two who write at the same moment the second is told to look again.
        """
        if self.env.context.get("salon_referral_merging"):
            return
        for file in self.filtered("referrer_id"):
            if file.partner_id in file._salon_chain_up(lock=True).partner_id:
                raise ValidationError(
                    self.env._(
                        "%(referrer)s was brought by %(client)s, or by somebody whom they brought. Choose another"
                        " client.",
                        referrer=file.referrer_id.name,
                        client=file.partner_id.name,
                    )
                )

    def _salon_chain_up(self, lock=False):
        """Return the files of who brought this client, who brought them, and so on: the nearest first.

        Where it comes round to this client, their own file stands last.
        """
        self.ensure_one()
        self.env["salon.client.file"].flush_model(["referrer_id", "partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE up (partner_id, path) AS (
                    SELECT referrer_id, ARRAY[referrer_id] FROM salon_client_file WHERE id = %s
                    UNION ALL
                    SELECT f.referrer_id, up.path || f.referrer_id
                      FROM up JOIN salon_client_file f ON f.partner_id = up.partner_id
                     WHERE f.referrer_id IS NOT NULL AND f.referrer_id <> ALL(up.path)
                )
                SELECT f.id FROM up JOIN salon_client_file f ON f.partner_id = up.partner_id
                 ORDER BY array_length(up.path, 1)
                """,
                self.id,
            )
        )
        ids = [id_ for (id_,) in rows]
        if lock and ids:
            lock = SQL("SELECT id FROM salon_client_file WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", ids)
            self.env.cr.execute(lock, log_exceptions=False)
        return self.browse(ids)

    def _salon_chain_down(self):
        """Return [(file id, partner id, id of who brought them, level)] of all whom this client brought."""
        self.ensure_one()
        self.env["salon.client.file"].flush_model(["referrer_id", "partner_id"])
        return self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE down (id, partner_id, by_id, path) AS (
                    SELECT id, partner_id, referrer_id, ARRAY[referrer_id, partner_id]
                      FROM salon_client_file WHERE referrer_id = %(partner)s AND partner_id <> %(partner)s
                    UNION ALL
                    SELECT f.id, f.partner_id, f.referrer_id, down.path || f.partner_id
                      FROM down JOIN salon_client_file f ON f.referrer_id = down.partner_id
                     WHERE f.partner_id <> ALL(down.path)
                )
                SELECT id, partner_id, by_id, array_length(path, 1) - 1 FROM down ORDER BY path
                """,
                partner=self.partner_id.id,
            )
        )

    @api.depends("partner_id")
    @api.depends_context("company")
    def _compute_brought(self):
        for file in self:
            clients = {partner_id for __, partner_id, *__ in file._salon_chain_down()} if file.partner_id else set()
            file.brought_count = len(clients)
            file.brought_spend = sum(self._salon_spend_of(clients).values())

    @api.model
    def _salon_spend_of(self, partner_ids):
        """Return {partner id: what they paid in this company}, in its currency."""
        groups = self.env["pos.order"]._read_group(
            [
                ("partner_id", "in", list(partner_ids)),
                ("company_id", "=", self.env.company.id),
                ("state", "not in", ("draft", "cancel")),
            ],
            ["partner_id", "currency_rate"],
            ["amount_total:sum"],
        )
        spend = {}
        for partner, rate, amount in groups:
            spend[partner.id] = spend.get(partner.id, 0.0) + amount / (rate or 1)
        return spend

    @api.depends("partner_id", "referrer_id")
    @api.depends_context("company", "lang")
    def _compute_referral_tree(self):
        for file in self:
            file.referral_tree = file._render_chain() if file._origin else False

    def _render_chain(self):
        """Return the chain as nested lists: who brought this client above, whom they brought below."""
        self.ensure_one()
        if not self.referrer_id and not self.brought_count:
            return False
        up = self._origin.sudo()._salon_chain_up()
        down = [row for row in self._origin.sudo()._salon_chain_down() if row[3] <= DEEP][:MOST]
        files = self.sudo().browse([row[0] for row in down])
        referrals = self.env["salon.referral"].sudo().search([("file_id", "in", files.ids), ("merged", "=", False)])
        values = {
            "file": self,
            "up": list(reversed(up)),
            "levels": self._nest(down, self.partner_id.id),
            "spend": self.sudo()._salon_spend_of({row[1] for row in down}),
            "referrals": referrals.grouped("file_id"),
            "states": dict(self.env["salon.referral"]._fields["state"]._description_selection(self.env)),
            "say_day": lambda moment: format_date(self.env, moment),
            "currency": self.env.company.currency_id,
        }
        return Markup(self.env["ir.qweb"]._render("salon_membership.referral_tree", values))

    def _nest(self, rows, root):
        """Return [(file, [the same of whom they brought])] of the rows of `_salon_chain_down`."""
        by_referrer = {}
        for file_id, partner_id, by_id, __ in rows:
            by_referrer.setdefault(by_id, []).append((file_id, partner_id))

        def branch(partner_id):
            return [(self.sudo().browse(id_), branch(one)) for id_, one in by_referrer.pop(partner_id, ())]

        return branch(root)

    # Who brought them -------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        files = super().create(vals_list)
        files.filtered("referrer_id")._follow_referrer()
        return files

    def write(self, vals):
        before = {file: file.referrer_id for file in self} if "referrer_id" in vals else {}
        result = super().write(vals)
        self.filtered(lambda file: file in before and before[file] != file.referrer_id)._follow_referrer()
        return result

    def _follow_referrer(self):
        """Make a referral of who is named on the file of a new client; of who came before it stays a note.

        Files that are imported tell of the past, and give no points.
        """
        quiet = {"salon_referral_noted", "salon_referral_merging", "import_file", "install_mode"}
        company = self.env.company
        if quiet & {name for name, value in self.env.context.items() if value} or not company.salon_referral:
            return
        referrals = self.env["salon.referral"].sudo()
        for file in self.sudo():
            known = referrals.search([("file_id", "=", file.id), ("merged", "=", False)])
            if known and not file.referrer_id:
                self._forget_referral(known)
            elif file.referrer_id and (known or referrals._is_new(file.partner_id, company)):
                referrals._refer(file.partner_id, file.referrer_id, known.company_id or company, "file")

    def _forget_referral(self, referral):
        """Take back that somebody was named by mistake."""
        if referral.state != "invited":
            referrer = referral.referrer_file_id.partner_id
            raise ValidationError(
                self.env._(
                    "%(client)s was brought by %(referrer)s: that is settled and stays.",
                    client=referral.file_id.partner_id.name,
                    referrer=referrer.name,
                )
            )
        referral.unlink()

    def action_view_brought(self):
        """Show whom this client brought."""
        self.ensure_one()
        ids = [row[0] for row in self.sudo()._salon_chain_down()]
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_client_file_action")
        return {**action, "name": self.env._("Clients Brought"), "domain": [("id", "in", ids)], "context": {}}
