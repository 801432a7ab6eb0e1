import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

BATCH = 5000


class SalonMembership(models.Model):
    """What time alone does to memberships: the yearly review, and the end of those that nobody uses.

    Both go through millions of members set by set, in transactions of their own: what is done is not due any more, so
    that they can be stopped at any moment and go on where they were.
    """

    _inherit = "salon.membership"

    @api.model
    def _cron_review(self):
        """Review the tiers that have been held for a year, and end the grace of those whose days are over."""
        for company in self.env["res.company"].sudo().search([("salon_tier_review", "=", True)]):
            today = company._salon_today()
            while count := self._review_batch(company, today):
                if not self.env["ir.cron"]._commit_progress(count):
                    return

    @api.model
    def _review_batch(self, company, today):
        """Review the next members of a company, as of `today`; return how many there were."""
        rows = self._take_for_review(company, today)
        tiers = company._salon_tiers()
        by_id = {tier.id: tier for tier in tiers}
        kept, warned, fallen = [], [], []
        for member_id, tier_id, grace_until, start, spend, visits in rows:
            tier = by_id.get(tier_id)
            lower = tier and tier._below(tiers)
            row = (member_id, tier_id, lower and lower.id, start, spend, visits)
            if not lower or not any(tier._needs(company)) or tier._is_reached(company, float(spend), visits):
                kept.append(row)
            elif grace_until or not company.salon_tier_grace_days:
                fallen.append(row)
            else:
                warned.append(row)
        self._keep(company, today, kept)
        self._warn(company, today, warned)
        self._fall(company, today, fallen)
        return len(rows)

    @api.model
    def _take_for_review(self, company, today):
        """Return (id, tier id, end of grace, first date counted, spent, visits) of the next members to review, locked.

        Who is in grace is looked at again when it is over, with what they did in it.
        """
        began = today - timedelta(days=company.salon_tier_grace_days + 1)
        since, in_grace = (company._salon_counted_from(day, last_year=True) for day in (today, began))
        self.env.flush_all()
        query = SQL(
            """
            WITH due AS MATERIALIZED (
                SELECT id, tier_id, grace_until, company_id, partner_id, start_date FROM salon_membership
                 WHERE company_id = %(company)s AND state = 'active'
                   AND (keep_until IS NULL OR keep_until < %(today)s)
                   AND (grace_until < %(today)s OR (held_from < %(before)s AND grace_until IS NULL))
                 LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED
            )
            SELECT m.id, m.tier_id, m.grace_until, %(in_grace)s, %(figures_in_grace)s
              FROM due m WHERE m.grace_until IS NOT NULL
             UNION ALL
            SELECT m.id, m.tier_id, m.grace_until, %(since)s, %(figures)s FROM due m WHERE m.grace_until IS NULL
            """,
            company=company.id,
            today=today,
            before=company._salon_review_before(today),
            batch=BATCH,
            since=since,
            in_grace=in_grace,
            figures=self._sql_figures(company, since),
            figures_in_grace=self._sql_figures(company, in_grace),
        )
        return self.env.execute_query(query)

    @api.model
    def _keep(self, company, today, rows):
        """Have these members keep their tiers for another year."""
        self._write_reviewed(rows, SQL("held_from = %s, grace_until = NULL", company._salon_reviewed_as_of(today)))

    @api.model
    def _warn(self, company, today, rows):
        """Give these members the days of grace."""
        until = today + timedelta(days=company.salon_tier_grace_days)
        self._write_reviewed(rows, SQL("grace_until = %s", until))
        self._note_reviewed(company, "warned", rows, until)

    @api.model
    def _fall(self, company, today, rows):
        """Have these members fall by one tier."""
        for lower_id in {row[2] for row in rows}:
            mine = [row for row in rows if row[2] == lower_id]
            self._write_reviewed(mine, SQL("tier_id = %s, held_from = %s, grace_until = NULL", lower_id, today))
        self._note_reviewed(company, "demoted", rows)
        self._refresh_till_partners_of([row[0] for row in rows])

    @api.model
    def _write_reviewed(self, rows, assignments):
        if rows:
            ids = [row[0] for row in rows]
            self.env.cr.execute(SQL("UPDATE salon_membership SET %s WHERE id = ANY(%s)", assignments, ids))
            self.invalidate_model(["tier_id", "held_from", "grace_until"], flush=False)

    @api.model
    def _note_reviewed(self, company, kind, rows, until=None):
        self._note_many(
            company,
            [
                {
                    "membership_id": member_id,
                    "kind": kind,
                    "reason": "review",
                    "from_tier_id": tier_id,
                    "to_tier_id": tier_id if kind == "warned" else lower_id,
                    "counted_from": since,
                    "spend": spend,
                    "visits": visits,
                    "until": until,
                }
                for member_id, tier_id, lower_id, since, spend, visits in rows
            ],
        )

    @api.model
    def _note_many(self, company, rows):
        """Write many lines into the history at once."""
        common = {
            "company_id": company.id,
            "created_at": fields.Datetime.now(),
            "created_by": self.env.uid,
            "told": "planned" if company.salon_tell_member else "no",
            "channel": "email",
            "try_at": fields.Datetime.now(),
            "tries": 0,
        }
        self.env["salon.membership.change"]._insert([row | common for row in rows])
        self.invalidate_model(["change_ids"], flush=False)

    @api.model
    def _refresh_till_partners_of(self, member_ids):
        """Have the tills load these clients again, with the price of today."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE res_partner SET write_date = timezone('UTC', now())
                  FROM salon_membership m WHERE m.partner_id = res_partner.id AND m.id = ANY(%s)
                """,
                member_ids,
            )
        )
        self.env["res.partner"].invalidate_model(["write_date", "property_product_pricelist"], flush=False)

    # Memberships that nobody uses -------------------------------------------------------------------

    @api.model
    def _cron_end_inactive(self):
        """End memberships after too long without a visit or a purchase."""
        for company in self.env["res.company"].sudo().search([("salon_inactive_months", ">", 0)]):
            while count := self._end_inactive_batch(company):
                if not self.env["ir.cron"]._commit_progress(count):
                    return

    @api.model
    def _end_inactive_batch(self, company):
        """Look at the next members of a company who did not buy for long; return how many there were.

        Who came or bought all the same is noted as active on that day, and not looked at again until it is long ago.
        """
        since = company._salon_midnight(
            fields.Date.subtract(company._salon_today(), months=company.salon_inactive_months)
        )
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                WITH idle AS MATERIALIZED (
                    SELECT id, tier_id, partner_id, company_id, start_date FROM salon_membership
                     WHERE company_id = %s AND state = 'active' AND last_active_at < %s
                     LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
                )
                SELECT m.id, m.tier_id, GREATEST(%s) FROM idle m
                """,
                company.id,
                since,
                BATCH,
                SQL(", ").join(self._sql_last_activity()),
            )
        )
        used = [(member_id, moment) for member_id, _tier_id, moment in rows if moment and moment >= since]
        ids = [member_id for member_id, _tier_id, moment in rows if not moment or moment < since]
        if used:
            values = SQL(", ").join(SQL("(%s, %s::timestamp)", *pair) for pair in used)
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE salon_membership m SET last_active_at = used.moment
                      FROM (VALUES %s) used (id, moment) WHERE m.id = used.id
                    """,
                    values,
                )
            )
        if ids:
            self._end_many(company, ids, {member_id: tier_id for member_id, tier_id, _moment in rows})
        self.invalidate_model(["last_active_at"], flush=False)
        return len(rows)

    @api.model
    def _sql_last_activity(self):
        """Return SQL expressions of a row `m` of salon_membership: when it was last used, each may be NULL.

        Other addons add what else counts, such as the use of prepaid sessions.
        """
        return [
            SQL("m.start_date::timestamp"),
            SQL(
                """(SELECT MAX(o.date_order) FROM pos_order o
                     WHERE o.partner_id = m.partner_id AND o.company_id = m.company_id
                       AND o.state IN ('paid', 'done'))"""
            ),
            SQL(
                """(SELECT MAX(v.date) FROM salon_visit v
                     WHERE v.partner_id = m.partner_id AND v.company_id = m.company_id AND v.state = 'done')"""
            ),
        ]

    @api.model
    def _end_many(self, company, ids, tier_ids):
        """End these memberships, as `action_end` does; what they have stays on record."""
        self.env.cr.execute(
            SQL(
                "UPDATE salon_membership SET state = 'ended', end_date = %s, grace_until = NULL WHERE id = ANY(%s)",
                company._salon_today(),
                ids,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE loyalty_card SET active = FALSE FROM salon_membership m
                 WHERE m.card_id = loyalty_card.id AND m.id = ANY(%s)
                """,
                ids,
            )
        )
        self._note_many(
            company,
            [
                {"membership_id": id_, "kind": "ended", "reason": "inactive", "from_tier_id": tier_ids[id_],
                 "to_tier_id": tier_ids[id_]}
                for id_ in ids
            ],
        )  # fmt: skip
        self._refresh_till_partners_of(ids)
        self.invalidate_model(["state", "end_date", "grace_until"], flush=False)
        self.env["loyalty.card"].invalidate_model(["active"], flush=False)
        _logger.info("%s memberships of %s ended: nobody used them.", len(ids), company.name)
