from odoo import api, fields, models
from odoo.tools import SQL


class SalonBookingHold(models.Model):
    """A time that is kept for somebody for a while: who was offered it, or who is just booking it.

    Its blocks keep everybody else out. When it ends, the time counts as free at once; the rows go when the
    time is booked, or with the next clean-up.
    """

    _name = "salon.booking.hold"
    _description = "Held Time"
    _order = "expires_at, id"

    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company, index=True)
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    expires_at = fields.Datetime(required=True, index=True)
    block_ids = fields.One2many("salon.booking.block", "hold_id")

    @api.model
    def _hold(self, company, values, expires_at):
        """Hold stretches of time.

        :param list values: (resource id, start, stop), times in UTC
        :raise psycopg2.errors.ExclusionViolation: another transaction took one of them meanwhile
        """
        hold = self.sudo().create(
            {
                "company_id": company.id,
                "start": min(value[1] for value in values),
                "stop": max(value[2] for value in values),
                "expires_at": expires_at,
            }
        )
        rows = [(hold.id, *value, True) for value in values]
        self.env["salon.booking.block"].sudo()._replace("hold_id", hold.ids, rows, fresh=True)
        return hold

    @api.autovacuum
    def _gc_holds(self):
        """Remove what has ended."""
        self._remove_expired()

    @api.model
    def _remove_expired(self, resource_ids=None):
        """Remove the holds that have ended; of `resource_ids` alone, where given."""
        only = SQL("TRUE")
        if resource_ids is not None:
            only = SQL(
                "id IN (SELECT hold_id FROM salon_booking_block WHERE hold_id IS NOT NULL AND resource_id = ANY(%s))",
                list(resource_ids),
            )
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM salon_booking_hold WHERE id IN (
                    SELECT id FROM salon_booking_hold
                     WHERE expires_at <= %s AND %s
                       FOR UPDATE SKIP LOCKED)
                """,
                fields.Datetime.now(),
                only,
            )
        )
