import re

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

# Namespace of our advisory locks, so that they never meet those of another addon.
LOCK_SPACE = 0x5A10


class SalonBookingBlock(models.Model):
    """A stretch in which one resource is taken.

    The exclusion constraint is what makes a double booking impossible, whoever writes and by whatever
    way. It is checked at the end of each statement, not of each row: a booking with several blocks can
    move by less than its own length without meeting its own old place.
    """

    _name = "salon.booking.block"
    _description = "Booking Block"
    _order = "start, id"
    _log_access = False
    _rec_name = "resource_id"

    line_id = fields.Many2one("salon.booking.line", required=True, ondelete="cascade", index=True)
    resource_id = fields.Many2one("resource.resource", required=True, ondelete="restrict", readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    active = fields.Boolean(required=True, default=True, readonly=True)

    _not_empty = models.Constraint("CHECK (start < stop)", "A booking must end after it starts.")
    _one_place_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int8range(resource_id, resource_id, '[]') WITH &&, tsrange(start, stop) WITH &&)"
        " WHERE (active) DEFERRABLE INITIALLY IMMEDIATE",
        lambda env, diag: env["salon.booking.block"]._clash_message_from_error(diag),
    )

    @api.model
    def _replace(self, line_ids, values):
        """Put `values` in place of all blocks of the lines `line_ids`, in one statement each.

        :param values: list of (line id, resource id, start, stop, active), times in UTC
        :raise psycopg2.errors.ExclusionViolation: another transaction took a resource meanwhile
        """
        cr = self.env.cr
        if resource_ids := sorted({value[1] for value in values if value[4]}):
            # Two that insert crosswise would deadlock; taking the resources in one order, they queue.
            cr.execute(
                "SELECT pg_advisory_xact_lock(%s, r) FROM unnest(%s) WITH ORDINALITY AS t(r, n) ORDER BY n",
                (LOCK_SPACE, resource_ids),
            )
        cr.execute("DELETE FROM salon_booking_block WHERE line_id = ANY(%s)", (list(line_ids),))
        if values:
            rows = SQL(", ").join(SQL("%s", value) for value in values)
            insert = SQL("INSERT INTO salon_booking_block (line_id, resource_id, start, stop, active) VALUES %s", rows)
            cr.execute(insert, log_exceptions=False)
        self.invalidate_model()

    @api.model
    def _find_clash(self, line_ids, values):
        """Return (resource id, start, stop) of the first block of other lines that one of `values` meets,
        None when all are free."""
        wanted = [value for value in values if value[4]]
        if not wanted:
            return None
        rows = SQL(", ").join(SQL("(%s, %s::timestamp, %s::timestamp)", *value[1:4]) for value in wanted)
        clash = self.env.execute_query(
            SQL(
                """
                WITH wanted(resource_id, start, stop) AS (VALUES %s)
                SELECT block.resource_id, block.start, block.stop
                  FROM wanted
                  JOIN salon_booking_block block
                    ON int8range(block.resource_id, block.resource_id, '[]')
                       && int8range(wanted.resource_id, wanted.resource_id, '[]')
                   AND tsrange(block.start, block.stop) && tsrange(wanted.start, wanted.stop)
                 WHERE block.active AND block.line_id <> ALL(%s)
              ORDER BY block.start
                 LIMIT 1
                """,
                rows,
                list(line_ids),
            )
        )
        return clash[0] if clash else None

    @api.model
    def _clash_message(self, resource_id, start, stop):
        """Return the sentence that names who is taken and when; the client of that time stays unnamed,
        for who reads it may not see that client's booking."""
        resource = self.env["resource.resource"].sudo().browse(resource_id)
        return self.env._(
            "%(who)s is taken from %(start)s to %(stop)s. Choose another time, person or station.",
            who=resource.name,
            start=format_datetime(self.env, start, dt_format="short"),
            stop=format_datetime(self.env, stop, dt_format="HH:mm"),
        )

    @api.model
    def _clash_message_from_error(self, diag):
        """Return the same sentence from PostgreSQL's words, where a concurrent booking was faster."""
        existing = ((diag and diag.message_detail) or "").rpartition("=")[2]
        found = re.search(r'\(\[(\d+),\d+\), \["?([^",]+)"?,"?([^")]+)"?\)\)', existing)
        if not found:
            return self.env._("This time was taken a moment ago. Choose another time.")
        start, stop = (fields.Datetime.to_datetime(moment) for moment in found.groups()[1:])
        return self._clash_message(int(found[1]), start, stop)
