import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.spoken import spoken, spoken_time

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

    line_id = fields.Many2one("salon.booking.line", ondelete="cascade", index="btree_not_null", readonly=True)
    blocked_id = fields.Many2one("salon.blocked.time", ondelete="cascade", index="btree_not_null", readonly=True)
    hold_id = fields.Many2one("salon.booking.hold", ondelete="cascade", index="btree_not_null", readonly=True)
    resource_id = fields.Many2one("resource.resource", required=True, ondelete="restrict", readonly=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    active = fields.Boolean(required=True, default=True, readonly=True)

    _not_empty = models.Constraint("CHECK (start < stop)", "A booking must end after it starts.")
    _one_owner = models.Constraint(
        "CHECK (num_nonnulls(line_id, blocked_id, hold_id) = 1)",
        "A block belongs to a booked service, to blocked time or to a hold.",
    )
    _one_place_at_a_time = models.Constraint(
        "EXCLUDE USING gist (int8range(resource_id, resource_id, '[]') WITH &&, tsrange(start, stop) WITH &&)"
        " WHERE (active) DEFERRABLE INITIALLY IMMEDIATE",
        lambda env, diag: env["salon.booking.block"]._clash_message_from_error(diag),
    )
    # Looking for free times reads many weeks of all resources: several times faster than by the constraint's index.
    _resource_start_idx = models.Index("(resource_id, start) WHERE active")

    @api.model
    def _replace(self, owner, owner_ids, values, fresh=False):
        """Put `values` in place of all blocks of their owners, in one statement each.

        :param str owner: "line_id", "blocked_id" or "hold_id"
        :param owner_ids: ids of the booked services, blocked times or holds
        :param values: list of (owner id, resource id, start, stop, active), times in UTC
        :param bool fresh: their owners are new and have no blocks yet
        :raise psycopg2.errors.ExclusionViolation: another transaction took a resource meanwhile
        """
        cr = self.env.cr
        held = owner == "hold_id"  # who holds a time says themselves when nobody wants it
        owner = SQL.identifier(owner)
        resource_ids = sorted({value[1] for value in values if value[4]})
        if resource_ids and self._take_turns(resource_ids):
            self.env["salon.booking.hold"]._remove_expired(resource_ids)
        gone = []
        if not fresh:
            delete = "DELETE FROM salon_booking_block WHERE %s = ANY(%s) RETURNING resource_id, start, stop, active"
            # Somebody else may just be changing the same booking: who comes second looks at it anew.
            cr.execute(SQL(delete, owner, list(owner_ids)), log_exceptions=False)
            gone = [row[:3] for row in cr.fetchall() if row[3]]
        if values:
            rows = SQL(", ").join(SQL("%s", value) for value in values)
            insert = SQL(
                "INSERT INTO salon_booking_block (%s, resource_id, start, stop, active) VALUES %s", owner, rows
            )
            cr.execute(insert, log_exceptions=False)
        self.invalidate_model()
        if gone and not held:
            self.env["salon.freed.time"]._note(_left_of(gone, [value[1:4] for value in values if value[4]]))

    @api.model
    def _take_turns(self, resource_ids):
        """Wait until no other transaction is taking one of these resources: two that insert crosswise would deadlock.

        :param list resource_ids: in ascending order; in one order they queue
        :return bool: there are holds that have ended: asked on the way, for nearly always there are none
        """
        rows = self.env.execute_query(
            SQL(
                """
                SELECT EXISTS(SELECT FROM salon_booking_hold WHERE expires_at <= %s), pg_advisory_xact_lock(%s, r)
                  FROM unnest(%s) WITH ORDINALITY AS t(r, n) ORDER BY n
                """,
                fields.Datetime.now(),
                LOCK_SPACE,
                resource_ids,
            )
        )
        return rows[0][0]

    @api.model
    def _find_clash(self, owner, owner_ids, values):
        """Return (resource id, start, stop) of the first block of others that one of `values` meets,
        None when all are free. The parameters are those of `_replace`."""
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
             LEFT JOIN salon_booking_hold hold ON hold.id = block.hold_id
                 WHERE block.active
                   AND (block.%s IS NULL OR block.%s <> ALL(%s))
                   AND (hold.id IS NULL OR hold.expires_at > %s)
              ORDER BY block.start
                 LIMIT 1
                """,
                rows,
                SQL.identifier(owner),
                SQL.identifier(owner),
                list(owner_ids),
                fields.Datetime.now(),
            )
        )
        return clash[0] if clash else None

    @api.model
    def _find_clashes(self, values):
        """Return {number of a value: (resource id, start, stop)} of the first block that each of `values` meets.

        :param values: list of (resource id, start, stop), times in UTC
        """
        if not values:
            return {}
        rows = SQL(", ").join(
            SQL("(%s, %s, %s::timestamp, %s::timestamp)", n, *value) for n, value in enumerate(values)
        )
        clashes = self.env.execute_query(
            SQL(
                """
                WITH wanted(number, resource_id, start, stop) AS (VALUES %s)
                SELECT DISTINCT ON (wanted.number) wanted.number, block.resource_id, block.start, block.stop
                  FROM wanted
                  JOIN salon_booking_block block
                    ON int8range(block.resource_id, block.resource_id, '[]')
                       && int8range(wanted.resource_id, wanted.resource_id, '[]')
                   AND tsrange(block.start, block.stop) && tsrange(wanted.start, wanted.stop)
             LEFT JOIN salon_booking_hold hold ON hold.id = block.hold_id
                 WHERE block.active AND (hold.id IS NULL OR hold.expires_at > %s)
              ORDER BY wanted.number, block.start
                """,
                rows,
                fields.Datetime.now(),
            )
        )
        return {number: clash for number, *clash in clashes}

    @api.model
    def _clash_message(self, resource_id, start, stop):
        """Return the sentence that names who is taken and when; the client of that time stays unnamed,
        for who reads it may not see that client's booking."""
        resource = self.env["resource.resource"].sudo().browse(resource_id)
        return self.env._(
            "%(who)s is taken from %(start)s to %(stop)s. Choose another time, person or station.",
            who=resource.name,
            start=spoken(self.env, start),
            stop=spoken_time(self.env, stop),
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


def _left_of(stretches, taken):
    """Return what is left of (resource id, start, stop) stretches without those that are taken."""
    for resource_id, begin, end in taken:
        cut = []
        for stretch in stretches:
            resource, start, stop = stretch
            if resource != resource_id or end <= start or stop <= begin:
                cut.append(stretch)
                continue
            cut += [(resource, start, begin)] * (start < begin) + [(resource, end, stop)] * (end < stop)
        stretches = cut
    return stretches
