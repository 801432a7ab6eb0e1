from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import timeline
from ..tools.frame import Frame
from ..tools.roster import Roster, load_stylists

LOOK_AHEAD = 100  # days in which hours that grow are noted
WATCH = "salon_crm.hours"  # what is known of the hours before they change, until the transaction ends


class SalonFreedTime(models.Model):
    """Time that somebody or something has again, for which nobody on the waiting list was looked for yet.

    Whoever frees time notes it here and goes on; the cron of the waiting list looks who wants it. So a cancellation
    never waits for a search, and what a crash interrupted is still here.
    """

    _name = "salon.freed.time"
    _description = "Freed Time"
    _order = "start, id"
    _log_access = False
    _rec_name = "resource_id"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade", readonly=True)
    resource_id = fields.Many2one("resource.resource", required=True, ondelete="cascade", readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)

    @api.model
    def _note(self, stretches):
        """Note that these stretches are free again, where somebody waits for a time on such a day.

        :param stretches: (resource id, start, stop), times in naive UTC
        """
        now = fields.Datetime.now()
        stretches = [stretch for stretch in stretches if stretch[2] > now]
        if not stretches:
            return
        self.env["salon.waiting"].flush_model(["company_id", "state", "date_from", "date_to"])
        rows = SQL(", ").join(SQL("(%s, %s::timestamp, %s::timestamp)", *stretch) for stretch in stretches)
        noted = self.env.execute_query(
            SQL(
                """
                INSERT INTO salon_freed_time (company_id, resource_id, start, stop)
                SELECT DISTINCT waiting.company_id, freed.resource_id, freed.start, freed.stop
                  FROM (VALUES %s) AS freed(resource_id, start, stop)
                  JOIN salon_waiting waiting
                    ON waiting.state = 'waiting'
                   -- Days are the salon's own, times are not: one day more on either side is never wrong.
                   AND waiting.date_from <= freed.stop::date + 1 AND waiting.date_to >= freed.start::date - 1
             RETURNING id
                """,
                rows,
            )
        )
        if noted:
            self.invalidate_model()
            self.env["salon.waiting"]._trigger()

    @api.model
    def _note_blocks(self, owner, records):
        """Note the time of records that are about to go, with their blocks.

        :param str owner: the field by which the blocks know them
        """
        blocks = self.env["salon.booking.block"].sudo().search([(owner, "in", records.ids)])
        self._note([(block.resource_id.id, block.start, block.stop) for block in blocks])

    # Working hours that grow, time off that is withdrawn --------------------------------------------------------

    @api.model
    def _watch_hours(self):
        """Note what stylists and stations have more when this transaction is through; call it before hours change.

        All that changes in a transaction is looked at once, and nothing where nobody waits.
        """
        precommit = self.env.cr.precommit
        if WATCH not in precommit.data and (frames := self._wanted_frames()):
            freed = self.sudo().browse()
            precommit.data[WATCH] = {company: (frame, freed._present(company, frame)) for company, frame in frames}
            precommit.add(freed._note_hours)

    @api.model
    def _note_hours(self):
        """Note what is there now and was not when the watch began."""
        grown = []
        for company, (frame, before) in self.env.cr.precommit.data.pop(WATCH).items():
            for resource_id, bits in self._present(company, frame).items():
                more = bits & ~before.get(resource_id, 0)
                grown += [(resource_id, *map(frame.moment, stretch)) for stretch in timeline.stretches(more)]
        self._note(grown)

    @api.model
    def _present(self, company, frame):
        """Return {resource id: bits of the minutes} in which the stylists and stations of a company can be booked."""
        stations = self.env["salon.station"].search([("company_id", "in", (company.id, False))])
        roster = Roster(self.env, company, frame)
        return roster.present(list(load_stylists(self.env, company).values()), set(stations.resource_id.ids))

    @api.model
    def _wanted_frames(self):
        """Return (company, Frame) for the companies whose waiting list is not empty: the days that are wanted."""
        waiting = self.env["salon.waiting"]
        waiting.flush_model(["company_id", "state", "date_from", "date_to"])
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT company_id, MIN(date_from)::timestamp, MAX(date_to)::timestamp
                  FROM salon_waiting WHERE state = 'waiting' AND date_to >= %s::date - 1
              GROUP BY company_id
                """,
                now,
            )
        )
        frames = []
        for company_id, first, last in rows:
            # Days are the salon's own: one more on either side is never wrong.
            start = max(first - timedelta(days=1), now)
            stop = min(last + timedelta(days=2), now + timedelta(days=LOOK_AHEAD))
            if start < stop:
                frames.append((self.env["res.company"].sudo().browse(company_id), Frame(start, stop)))
        return frames
