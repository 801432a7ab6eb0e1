from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.why import Why


class SalonMembership(models.Model):
    """How a member stands: what they spent and how often they came, the tier that this gives, and the history."""

    _inherit = "salon.membership"

    change_ids = fields.One2many("salon.membership.change", "membership_id", string="History", readonly=True)
    held_from = fields.Date(
        string="Tier Since",
        readonly=True,
        copy=False,
        help="Since when the tier is held, or when it was last reviewed: the next yearly review is a year later.",
    )
    grace_until = fields.Date(
        readonly=True, copy=False, help="Until then the member can reach what the yearly review found missing."
    )
    keep_until = fields.Date(
        string="Keep Tier Until", readonly=True, copy=False, help="No review takes the tier away before this day."
    )
    last_active_at = fields.Datetime(
        string="Last Purchase",
        readonly=True,
        copy=False,
        help="The last paid order, or the last visit that was looked up.",
    )
    next_tier_id = fields.Many2one("salon.membership.tier", compute="_compute_next", compute_sudo=True)
    missing_spend = fields.Float(compute="_compute_next", compute_sudo=True, digits=(16, 2))
    missing_visits = fields.Integer(compute="_compute_next", compute_sudo=True)
    progress = fields.Char(
        string="To the Next Tier", compute="_compute_next", compute_sudo=True, help="What is missing to the next tier."
    )

    _review_idx = models.Index("(company_id, held_from) WHERE state = 'active'")
    _grace_idx = models.Index("(company_id, grace_until) WHERE grace_until IS NOT NULL")
    _active_at_idx = models.Index("(company_id, last_active_at) WHERE state = 'active'")

    @api.depends("tier_id", "state", "last_active_at")
    @api.depends_context("lang")
    def _compute_next(self):
        for company, members in self.grouped("company_id").items():
            tiers = company._salon_tiers()
            since = company._salon_counted_from(company._salon_today())
            figures = members._figures(since)
            for member in members:
                rising = member.tier_id._above(tiers, company) if member.state == "active" else tiers.browse()
                tier = rising[:1]
                spend, visits = figures.get(member._origin.id, (0, 0))
                member.next_tier_id = tier
                member.missing_spend, member.missing_visits = tier._missing(company, spend, visits) if tier else (0, 0)
                member.progress = tier._say_missing(company, spend, visits) if tier else False

    # Figures ----------------------------------------------------------------------------------------

    @api.model
    def _sql_figures(self, company, since, order=None):
        """Return the SQL of what a row `m` of salon_membership spent since a date, and on how many days it came.

        Refunds count against what was spent; what was before the membership does not count. `order` is left out.
        """
        zone = company._salon_timezone().zone
        begin = SQL(
            "GREATEST(%s, timezone('UTC', timezone(%s, m.start_date::timestamp)))", company._salon_midnight(since), zone
        )
        spend = SQL(
            """(SELECT COALESCE(SUM(o.salon_spend), 0) FROM pos_order o
                 WHERE o.partner_id = m.partner_id AND o.company_id = m.company_id AND o.state IN ('paid', 'done')
                   AND o.date_order >= %s AND LEAST(o.date_order, o.create_date) >= %s AND o.id <> %s)""",
            begin,
            begin,  # a till's clock may be wrong
            order.id if order else 0,
        )
        visits = SQL(
            """(SELECT COUNT(DISTINCT timezone(%s, timezone('UTC', v.date))::date) FROM salon_visit v
                 WHERE v.partner_id = m.partner_id AND v.company_id = m.company_id AND v.state = 'done'
                   AND v.date >= %s AND LEAST(v.date, v.create_date) >= %s)""",
            zone,
            begin,
            begin,
        )
        return SQL("%s, %s", spend, visits)

    def _figures(self, since):
        """Return {membership id: (spent, visits)} of these memberships of one company, since a date."""
        if not self.ids:
            return {}
        self.env.flush_all()
        query = SQL("SELECT m.id, %s FROM salon_membership m WHERE m.id IN %s",
                    self._sql_figures(self.company_id, since), tuple(self.ids))  # fmt: skip
        return {id_: (float(spend), visits) for id_, spend, visits in self.env.execute_query(query)}

    def _figures_after(self, order):
        """Note that this member bought something, and return (spent, visits, since).

        Writing, not only locking: who settles another order of this member at the same moment is told by the database
        to look again, and sees this one.
        """
        self.ensure_one()
        company = self.company_id
        since = company._salon_counted_from(company._salon_today())
        self._flush_figures(order)
        bought_at = min(order.date_order, fields.Datetime.now())
        query = SQL(
            """
            UPDATE salon_membership m SET last_active_at = GREATEST(m.last_active_at, %s)
             WHERE m.id = %s RETURNING %s
            """,
            bought_at,
            self.id,
            self._sql_figures(company, since, order),
        )
        self.env.cr.execute(query, log_exceptions=False)
        [(spend, visits)] = self.env.cr.fetchall()
        self.invalidate_recordset(["last_active_at", "next_tier_id", "missing_spend", "missing_visits", "progress"])
        begin = company._salon_midnight(max(since, self.start_date))
        if order.partner_id == self.partner_id and min(order.date_order, order.create_date) >= begin:
            spend = float(spend) + order.salon_spend
        return float(spend), visits, since

    def _flush_figures(self, order):
        """Write what is counted, and no more: the order itself is written once, when all is settled."""
        self.flush_recordset(["last_active_at", "start_date"])
        self.env["salon.visit"].flush_model(["partner_id", "company_id", "state", "date"])
        if order.lines.refunded_orderline_id:  # a sale of somebody else's may have changed
            self.env["pos.order"].flush_model(["salon_spend"])

    # Promotion --------------------------------------------------------------------------------------

    def _follow(self, order):
        """Give this member the tier that a paid order brings, at once; take it back when that order is refunded."""
        self.ensure_one()
        spend, visits, since = self._figures_after(order)
        figures = {"spend": spend, "visits": visits, "counted_from": since}
        if reached := self._reached(spend, visits):
            self._set_tier(reached[-1], Why("purchase", order_id=order.id, figures=figures))
        elif order.lines.refunded_orderline_id:
            self._take_promotion_back(order, figures)

    def _reached(self, spend, visits):
        """Return the tiers above this member's own that they have come to, the lowest first."""
        company = self.company_id
        ladder, tier = company._salon_ladder(), self.tier_id
        own = ladder.get(tier.id)
        rank = own.rank if own else tier._rank()
        if not any(step.may_be_reached(rank, spend, visits) for step in ladder.values()):
            return tier.browse()  # most orders bring nobody to another tier, and none has to be read
        return tier._above(company._salon_tiers(), company).filtered(
            lambda tier: tier._is_reached(company, spend, visits)
        )

    def _take_promotion_back(self, order, figures):
        """Undo the last promotion, where the order that brought it is refunded and what is left is not enough."""
        last = self.change_ids.filtered(lambda change: change.kind in ("promoted", "demoted", "changed"))[:1]
        if last.kind != "promoted" or self.tier_id._is_reached(self.company_id, figures["spend"], figures["visits"]):
            return
        brought = last.pos_order_id in order.lines.refunded_orderline_id.order_id
        if brought or not self.tier_id._is_reached(self.company_id, last.spend - self._refunded_of(last), last.visits):
            self._set_tier(last.from_tier_id, Why("refund", order_id=order.id, figures=figures))

    def _refunded_of(self, change):
        """Return what was refunded since of that spending which counted for a promotion; all of it by hand: nothing."""
        order = change.pos_order_id
        if not order:
            return 0
        lines = self.env["pos.order.line"].search(
            [
                ("refunded_orderline_id.order_id.partner_id", "=", self.partner_id.id),
                ("refunded_orderline_id.order_id.company_id", "=", self.company_id.id),
                (
                    "refunded_orderline_id.order_id.date_order",
                    ">=",
                    self.company_id._salon_midnight(change.counted_from),
                ),
                ("refunded_orderline_id.order_id.date_order", "<=", order.date_order),
                ("order_id.state", "in", ("paid", "done")),
                ("order_id", ">", order.id),
            ]
        )
        return -sum(line.price_subtotal_incl / (line.order_id.currency_rate or 1) for line in lines)

    def _set_tier(self, tier, why, keep_until=None):
        """Give these members a tier, and say why in their history."""
        values = {"tier_id": tier.id}
        if keep_until is not None:
            values["keep_until"] = keep_until
        self.with_context(salon_why=why).write(values)

    # History ----------------------------------------------------------------------------------------

    def _why(self):
        """Return why this is done, as far as server code said so."""
        why = self.env.context.get("salon_why")
        return why if isinstance(why, Why) else None

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            since = fields.Date.to_date(vals.get("start_date")) or company._salon_today()
            if not self.env.su and not self._why() and vals.get("tier_id"):
                tier = self.env["salon.membership.tier"].browse(vals["tier_id"])
                self._check_may_enrol(tier, company, "by hand")  # the form has none but the first
            vals.setdefault("held_from", since)
            vals.setdefault("last_active_at", fields.Datetime.to_datetime(since))
        memberships = super().create(vals_list)
        why = self._why() or Why()
        self.env["salon.membership.change"].sudo().create(
            [member._prepare_change("enrolled", why, to_tier_id=member.tier_id.id) for member in memberships]
        )
        return memberships

    def write(self, vals):
        if not vals.keys() & {"tier_id", "state"}:
            return super().write(vals)
        why = self._why()
        if "tier_id" in vals and not why and not self.env.su and any(one.tier_id.id != vals["tier_id"] for one in self):
            raise UserError(self.env._("A tier is changed by the button “Change Tier”, with a reason."))
        before = {member: (member.tier_id, member.state) for member in self}
        if vals.get("tier_id") and any(tier.id != vals["tier_id"] for tier, _state in before.values()):
            vals = {"held_from": self.company_id[:1]._salon_today(), "grace_until": False, **vals}
        if vals.get("state") == "active":
            vals = {"last_active_at": fields.Datetime.now(), **vals}
        result = super().write(vals)
        self._note_changes(before, why or Why())
        return result

    def _note_changes(self, before, why):
        rows = []
        for member, (tier, state) in before.items():
            kind = member._kind_of_change(tier, state)
            if kind:
                tiers = {"from_tier_id": tier.id, "to_tier_id": member.tier_id.id}
                rows.append(member._prepare_change(kind, why, **tiers))
        self.env["salon.membership.change"].sudo().create(rows)

    def _kind_of_change(self, tier, state):
        """Return what became of this membership since it had that tier and state, None where nothing did."""
        if state != self.state:
            return "ended" if self.state == "ended" else "reopened"
        if tier == self.tier_id:
            return None
        if tier._rank() == self.tier_id._rank():
            return "changed"
        return "promoted" if self.tier_id._rank() > tier._rank() else "demoted"

    def _prepare_change(self, kind, why, **values):
        self.ensure_one()
        return {
            "membership_id": self.id,
            "company_id": self.company_id.id,
            "kind": kind,
            "reason": why.reason,
            "note": why.note,
            "pos_order_id": why.order_id,
            **why.figures,
            **values,
        }

    def action_change_tier(self):
        """Ask for the new tier and the reason."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Change Tier"),
            "res_model": "salon.membership.change.tier",
            "view_mode": "form",
            "target": "new",
            "context": {"default_membership_ids": self.ids},
        }
