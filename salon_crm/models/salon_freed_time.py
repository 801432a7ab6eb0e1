from odoo import api, fields, models
from odoo.tools import SQL


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
