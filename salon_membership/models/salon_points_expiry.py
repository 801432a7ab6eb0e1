import logging
from datetime import date

import psycopg2
from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, ormcache

_logger = logging.getLogger(__name__)

BATCH = 5000  # lots
EXPIRY = {"salon_expiry", "salon_expiry_months", "salon_clearing_day", "salon_clearing_month", "salon_clearing_keep"}


class LoyaltyProgram(models.Model):
    """When points end: on a yearly clearing day, by their age, or never."""

    _inherit = "loyalty.program"

    salon_expiry = fields.Selection(
        [("yearly", "On a Yearly Clearing Day"), ("age", "By Their Age"), ("never", "Never")],
        string="Points End",
        default="yearly",
        required=True,
    )
    salon_clearing_day = fields.Integer(string="Clearing Day", default=31)
    salon_clearing_month = fields.Selection(
        [
            ("1", "January"),
            ("2", "February"),
            ("3", "March"),
            ("4", "April"),
            ("5", "May"),
            ("6", "June"),
            ("7", "July"),
            ("8", "August"),
            ("9", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        string="Clearing Month",
        default="12",
        required=True,
    )
    salon_clearing_keep = fields.Integer(
        string="Younger Points Stay (Months)",
        default=12,
        help="Points that are younger than this on the clearing day stay until the next one. With 12 and December 31,"
        " the points of a year end with the following year.",
    )
    salon_expiry_months = fields.Integer(string="Points Last (Months)", default=24)
    salon_notice_days = fields.Integer(
        string="Notice (Days Before)", default=30, help="Members get an email so long before points end. 0: none."
    )

    _salon_expiry_settings = models.Constraint(
        "CHECK (salon_clearing_day BETWEEN 1 AND 31 AND salon_clearing_keep >= 0 AND salon_expiry_months > 0"
        " AND salon_notice_days >= 0)",
        "Choose a day of the month from 1 to 31, and months and days that are not below 0. Points last a month at"
        " least.",
    )

    @api.model
    def _load_pos_data_fields(self, config):
        return [*super()._load_pos_data_fields(config), "salon_notice_days"]

    def _salon_today(self):
        self.ensure_one()
        return self.company_id._salon_today()

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & EXPIRY:
            self.env.registry.clear_cache("stable")
        return result

    @ormcache("self.id", "earned_on", cache="stable")
    def _salon_expires_on(self, earned_on):
        """Return the last day on which points can be used that were earned on the day `earned_on`; False: always."""
        self.ensure_one()
        if self.salon_expiry == "age":
            return earned_on + relativedelta(months=self.salon_expiry_months)
        if self.salon_expiry == "never":
            return False
        old_enough = earned_on + relativedelta(months=self.salon_clearing_keep)
        clearing = self._salon_clearing(old_enough.year)
        return clearing if clearing >= old_enough else self._salon_clearing(old_enough.year + 1)

    def _salon_clearing(self, year):
        """Return the clearing day of `year`; of a month that is too short its last day."""
        return date(year, int(self.salon_clearing_month), 1) + relativedelta(day=self.salon_clearing_day)

    def action_salon_apply_expiry(self):
        """Have the points that members have now end by the settings of now; none sooner than after a notice.

        Without this, points end on the day that was set when they were earned.
        """
        self.ensure_one()
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Only a manager may say when members' points end."))
        zone, earliest = (
            self.company_id._salon_timezone(),
            self._salon_today() + relativedelta(days=self.salon_notice_days),
        )
        self.env.flush_all()
        query = """
            SELECT DISTINCT (earned_at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date FROM salon_points_lot
             WHERE company_id = %s AND remaining > 0
        """
        self.env.cr.execute(query, [zone.zone, self.company_id.id])
        days = [(day, self._salon_expires_on(day)) for (day,) in self.env.cr.fetchall()]
        self.env.cr.execute("SELECT set_config('salon.unlock', 'on', true)")
        query = """
            UPDATE salon_points_lot l SET expires_on = d.ends
              FROM unnest(%s::date[], %s::date[]) AS d(day, ends)
             WHERE l.company_id = %s AND l.remaining > 0
               AND (l.earned_at AT TIME ZONE 'UTC' AT TIME ZONE %s)::date = d.day
        """
        ends = [max(end, earliest) if end else None for _day, end in days]
        self.env.cr.execute(query, [[day for day, _end in days], ends, self.company_id.id, zone.zone])
        self.env.cr.execute("SELECT set_config('salon.unlock', 'off', true)")
        self.env["salon.points.lot"].invalidate_model(["expires_on"])
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("Members' points end by these settings now.")},
        }


class SalonPointsLot(models.Model):
    _inherit = "salon.points.lot"

    _due_index = models.Index("(company_id, expires_on, id) WHERE remaining > 0")

    @api.model
    def _cron_expire(self):
        """End the points whose last day is over, in sets, each committed on its own.

        Stopped at any moment and started again, it goes on where it was; run twice at once, each does its own part.
        Points that an order holds end when it is paid or given up: at the next run.
        """
        programs = self.env["loyalty.program"].sudo().with_context(active_test=False)
        for program in programs.search([("is_salon_program", "=", True)]):
            after, tries = (date.min, 0), 0
            while after:
                try:
                    done, after = self._expire_some(program.company_id, program._salon_today(), after)
                except psycopg2.errors.SerializationFailure:
                    # A till settled for one of these members at this very moment: read anew.
                    self.env.cr.rollback()
                    tries += 1
                    if tries > 20:
                        raise
                    continue
                self.env.invalidate_all()
                if not self.env["ir.cron"]._commit_progress(done):
                    return

    @api.model
    def _expire_some(self, company, today, after, limit=BATCH):
        """End the points of up to `limit` lots of `company` whose last day was before `today`.

        :param tuple after: the last lot that was looked at, as (its last day, its id)
        :return: how many lots were ended, and where to go on: None at the end
        """
        cr = self.env.cr
        self.env.flush_all()
        cr.execute(
            SQL(
                """
                SELECT expires_on, id, membership_id FROM salon_points_lot
                 WHERE company_id = %s AND remaining > 0 AND expires_on < %s AND (expires_on, id) > (%s, %s)
                 ORDER BY expires_on, id LIMIT %s
                """,
                company.id,
                today,
                *after,
                limit,
            )
        )
        lots = cr.fetchall()
        if not lots:
            return 0, None
        after = lots[-1][:2] if len(lots) == limit else None
        cr.execute(
            SQL(
                """
                SELECT id FROM salon_membership m WHERE id = ANY(%s) AND NOT EXISTS (
                    SELECT FROM salon_points_hold h WHERE h.membership_id = m.id AND h.expires_at > %s
                ) ORDER BY id FOR UPDATE SKIP LOCKED
                """,
                sorted({membership_id for _day, _id, membership_id in lots}),
                fields.Datetime.now(),
            ),
            log_exceptions=False,
        )
        members = [membership_id for (membership_id,) in cr.fetchall()]
        cr.execute(
            SQL(
                """
                WITH due AS MATERIALIZED (
                    SELECT id, membership_id, remaining, expires_on FROM salon_points_lot
                     WHERE id = ANY(%(lots)s) AND membership_id = ANY(%(members)s) AND remaining > 0
                ), ended AS (
                    INSERT INTO salon_points_move (lot_id, kind, amount, date, created_at, created_by)
                    SELECT id, 'expire', -remaining, %(now)s, %(now)s, %(user)s FROM due ORDER BY expires_on, id
                    RETURNING lot_id
                ), told AS (
                    INSERT INTO loyalty_history
                           (card_id, description, used, issued, create_uid, create_date, write_uid, write_date)
                    SELECT m.card_id, %(description)s, d.remaining, 0, %(user)s, %(now)s, %(user)s, %(now)s
                      FROM due d JOIN salon_membership m ON m.id = d.membership_id
                     WHERE m.card_id IS NOT NULL
                )
                SELECT COUNT(*) FROM ended
                """,
                now=fields.Datetime.now(),
                user=self.env.uid,
                lots=[lot_id for _day, lot_id, _member in lots],
                members=members,
                description=self.env._("Expired"),
            )
        )
        done = cr.fetchone()[0]
        cr.execute(
            """
            UPDATE loyalty_card c SET points = m.points FROM salon_membership m
             WHERE m.card_id = c.id AND m.id = ANY(%s)
            """,
            [members],
        )
        return done, after
