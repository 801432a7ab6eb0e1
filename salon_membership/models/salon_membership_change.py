from odoo import api, fields, models
from odoo.tools import SQL, format_amount, format_date

from odoo.addons.salon_crm.tools import append_only

from .salon_notice import OF_USE, STATES

TOLD = ("enrolled", "promoted", "demoted", "warned", "ended", "reopened")


class SalonMembershipChange(models.Model):
    """The history of memberships: what became of a tier or a membership, why, and by which figures.

    Lines are added, never changed; only whether the client was told is noted on them later (invariant 5).
    """

    _name = "salon.membership.change"
    _inherit = ["salon.signed.line", "salon.notice"]
    _description = "Membership Change"
    _order = "id desc"
    _log_access = False  # core would change the row when its user is deleted
    _rec_name = "kind"
    _sending_state = "told"

    membership_id = fields.Many2one("salon.membership", required=True, readonly=True, ondelete="restrict", index=True)
    partner_id = fields.Many2one(related="membership_id.partner_id", string="Client")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("enrolled", "Enrolled"),
            ("promoted", "Promoted"),
            ("demoted", "Demoted"),
            ("changed", "Changed"),
            ("warned", "Grace Begins"),
            ("kept", "Tier Kept"),
            ("ended", "Ended"),
            ("reopened", "Reopened"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    reason = fields.Selection(
        [
            ("purchase", "A purchase"),
            ("topup", "A top-up or card"),
            ("hand", "By hand"),
            ("refund", "A refund"),
            ("review", "Yearly review"),
            ("inactive", "No visit for long"),
            ("merge", "Clients merged"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    from_tier_id = fields.Many2one("salon.membership.tier", readonly=True, ondelete="restrict")
    to_tier_id = fields.Many2one("salon.membership.tier", readonly=True, ondelete="restrict")
    note = fields.Char(readonly=True)
    counted_from = fields.Date(readonly=True, help="The first date whose purchases and visits were counted.")
    spend = fields.Monetary(string="Amount Spent", readonly=True)
    visits = fields.Integer(readonly=True)
    missing = fields.Char(compute="_compute_missing")
    until = fields.Date(readonly=True, help="The last day on which what is missing can be reached.")
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    created_at = fields.Datetime(string="When")
    created_by_name = fields.Char(string="By")
    told = fields.Selection(STATES, string="Client Told", required=True, readonly=True, default="no")

    _due_idx = models.Index("(try_at) WHERE told IN ('planned', 'sending', 'retry')")

    @api.private
    def init(self):
        """Have the database itself keep the history."""
        result = super().init()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_membership_refuse_change() RETURNS trigger AS $$
            DECLARE
                letter CONSTANT text[] := '{told,try_at,tries,sending_at,sent_at,mail_id,sms_id}';
            BEGIN
                -- Retention, erasure and merging lift this for their own transaction, by their own procedures.
                IF current_setting('salon.unlock', true) = 'on' THEN
                    RETURN COALESCE(NEW, OLD);
                END IF;
                IF TG_OP = 'UPDATE' THEN  -- that the client was told is known later
                    IF to_jsonb(OLD) - letter = to_jsonb(NEW) - letter THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION 'lines of % are added, never changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
            END $$ LANGUAGE plpgsql
            """
        )
        append_only.keep(self.env.cr, self._table, "salon_membership_refuse_change")
        return result

    @api.depends("kind", "to_tier_id")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for change in self:
            change.display_name = " · ".join(filter(None, (kinds.get(change.kind), change.to_tier_id.name)))

    def _compute_missing(self):
        for change in self:
            warned = change.kind == "warned"
            change.missing = warned and change.to_tier_id._say_missing(change.company_id, change.spend, change.visits)

    @api.model_create_multi
    def create(self, vals_list):
        quiet = self.env.context.get("tracking_disable")
        companies = self.env["res.company"].sudo()
        for vals in vals_list:
            tells = companies.browse(vals["company_id"]).salon_tell_member and vals["kind"] in TOLD
            vals.setdefault("told", "planned" if tells and not quiet else "no")
        changes = super().create(vals_list)
        if "planned" in changes.mapped("told"):
            self._job()._trigger()
        return changes

    # The client is told -----------------------------------------------------------------------------

    @api.model
    def _domain_looked_after(self):
        return [("created_at", ">", fields.Datetime.now() - OF_USE)]

    def _letter(self):
        return self.env.ref("salon_membership.mail_template_membership_change", raise_if_not_found=False)

    def _job(self):
        return self._job_of("salon_membership.cron_tell_members")

    def _is_wanted(self):
        """Of several changes of one membership, the last is told."""
        later = [("membership_id", "=", self.membership_id.id), ("id", ">", self.id), ("told", "not in", ("no", False))]
        return self.company_id.salon_tell_member and not self.search_count(later, limit=1)

    def _of_use_until(self):
        return self.created_at + OF_USE

    def _headline(self):
        """Return in a few words what the client is told."""
        self.ensure_one()
        tier = self.to_tier_id.name
        if self.kind in ("enrolled", "reopened"):
            return self.env._("welcome, you are a member: %s", tier)
        if self.kind == "promoted":
            return self.env._("you are %s now", tier)
        if self.kind == "warned":
            return self.env._("stay %s", tier)
        if self.kind == "ended":
            return self.env._("your membership has ended")
        return self.env._("your tier is %s now", tier)

    def _say_news(self):
        """Return what the till and the receipt say."""
        self.ensure_one()
        tier = self.to_tier_id.name
        if self.kind in ("enrolled", "reopened"):
            return self.env._("New member: %s", tier)
        return self.env._("Now %s", tier)

    def _say_until(self):
        return format_date(self.env, self.until) if self.until else ""

    @api.model
    def _insert(self, rows):
        """Add many lines at once, as the yearly review does.

        :param list rows: dicts of columns, the same in each
        """
        if not rows:
            return
        columns = list(rows[0])
        values = SQL(", ").join(SQL("%s", tuple(row[column] for column in columns)) for row in rows)
        names = SQL(", ").join(SQL.identifier(column) for column in columns)
        self.env.cr.execute(SQL("INSERT INTO salon_membership_change (%s) VALUES %s", names, values))

    def _say_figures(self):
        """Return by which figures this came about, for people."""
        self.ensure_one()
        if not self.counted_from:
            return ""
        return self.env._(
            "%(amount)s and %(visits)s visits since %(day)s",
            amount=format_amount(self.env, self.spend, self.currency_id),
            visits=self.visits,
            day=format_date(self.env, self.counted_from),
        )
