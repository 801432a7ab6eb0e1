from odoo import api, fields, models
from odoo.tools import SQL


class SalonWaitingOfferLine(models.Model):
    """One service of an offer. Its number says which offer of this time of this stylist it is: one, two or three."""

    _name = "salon.waiting.offer.line"
    _description = "Offered Service"
    _order = "offer_id, sequence, id"
    _log_access = False

    offer_id = fields.Many2one("salon.waiting.offer", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    product_id = fields.Many2one("product.product", string="Service", required=True, ondelete="restrict")
    stylist_id = fields.Many2one("hr.employee", required=True, ondelete="restrict")
    resource_id = fields.Many2one("resource.resource", required=True, ondelete="restrict")
    station_id = fields.Many2one("salon.station", ondelete="restrict")
    assignment = fields.Selection([("asked", "Asked for"), ("assigned", "Assigned")], required=True)
    wait_minutes = fields.Integer()
    start = fields.Datetime(required=True)
    stop = fields.Datetime(required=True)
    number = fields.Integer(required=True)

    _at_most_three = models.Constraint("CHECK (number BETWEEN 1 AND 3)", "A freed time is offered three times at most.")
    _one_number_a_time = models.Constraint(
        "EXCLUDE USING gist (int8range(resource_id, resource_id, '[]') WITH &&,"
        " int4range(number, number, '[]') WITH &&, tsrange(start, stop) WITH &&)",
        "This time was offered to somebody else at this very moment. Try again.",
    )

    @api.model
    def _next_of_time(self, resource_id, start, stop):
        """Return which offer of this time of a stylist the next one would be, None when it was offered three times."""
        self.flush_model()
        numbers = self.env.execute_query(
            SQL(
                """
                SELECT number FROM salon_waiting_offer_line
                 WHERE int8range(resource_id, resource_id, '[]') && int8range(%s, %s, '[]')
                   AND tsrange(start, stop) && tsrange(%s, %s)
                """,
                resource_id,
                resource_id,
                start,
                stop,
            )
        )
        return lowest_free([number for (number,) in numbers], 3)


def lowest_free(numbers, most):
    """Return the lowest number from 1 to `most` that is not in `numbers`, None when there is none."""
    return min(set(range(1, most + 1)) - set(numbers), default=None)
