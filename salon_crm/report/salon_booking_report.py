from odoo import api, fields, models
from odoo.tools import SQL


class SalonBookingReport(models.Model):
    """Figures of bookings: a row for each booked service.

    What is counted of a booking as a whole (bookings, waits, no-shows, late cancellations) stands in the row of its
    first service alone, so that no sum and no average counts a booking twice.
    """

    _name = "salon.booking.report"
    _description = "Booking Figures"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "event_id"
    _depends = {
        "calendar.event": [
            "is_salon_booking", "active", "company_id", "salon_client_id", "salon_state", "salon_channel", "start",
            "salon_arrived_at", "salon_started_at", "salon_late_cancel",
        ],
        "salon.booking.line": [
            "event_id", "sequence", "product_id", "stylist_id", "station_id", "guest_id", "assignment", "start",
            "active_minutes", "processing_minutes", "finishing_minutes",
        ],
    }  # fmt: skip

    event_id = fields.Many2one("calendar.event", string="Booking", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Datetime(readonly=True, help="When the service was booked for.")
    partner_id = fields.Many2one("res.partner", string="Client", readonly=True, help="Who has the service.")
    stylist_id = fields.Many2one("hr.employee", readonly=True)
    station_id = fields.Many2one("salon.station", readonly=True)
    product_id = fields.Many2one("product.product", string="Service", readonly=True)
    assignment = fields.Selection(
        selection=lambda self: self.env["salon.booking.line"]._fields["assignment"]._description_selection(self.env),
        string="Asked For or Assigned",
        readonly=True,
        help="Did the client ask for this stylist, or did the salon assign one?",
    )
    channel = fields.Selection(
        selection=lambda self: self.env["calendar.event"]._fields["salon_channel"]._description_selection(self.env),
        string="Booked By",
        readonly=True,
    )
    state = fields.Selection(
        selection=lambda self: self.env["calendar.event"]._fields["salon_state"]._description_selection(self.env),
        readonly=True,
    )
    bookings = fields.Integer(readonly=True, help="How many bookings; each counts once, with its first service.")
    minutes = fields.Integer(
        readonly=True, help="How long clients are there for the service: active, processing and finishing minutes."
    )
    wait_minutes = fields.Float(
        string="Average Wait",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="Minutes until the service began: for a booked client from the booked time, or from arrival where that was"
        " later; for a walk-in from the moment they came. Of bookings whose arrival and beginning were noted; each"
        " counts once, with its first service. The trade's bar is 15 minutes.",
    )
    no_show_percent = fields.Float(
        string="No-show %",
        readonly=True,
        aggregator="avg",
        digits=(16, 1),
        help="No-shows ÷ (done + no-shows). Each booking counts once, with its first service; cancelled and open ones"
        " do not count.",
    )
    late_cancellations = fields.Integer(
        readonly=True,
        help="Bookings that clients cancelled when the time could hardly be given to somebody else; how late is late is"
        " a setting. Each counts once, with its first service.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT line.id, event.id AS event_id, event.company_id, line.start AS date,
                   COALESCE(line.guest_id, event.salon_client_id) AS partner_id,
                   line.stylist_id, line.station_id, line.product_id, line.assignment,
                   event.salon_channel AS channel, event.salon_state AS state,
                   CASE WHEN first.id = line.id THEN 1 ELSE 0 END AS bookings,
                   line.active_minutes + line.processing_minutes + line.finishing_minutes AS minutes,
                   CASE WHEN first.id = line.id AND event.salon_started_at IS NOT NULL
                         AND event.salon_arrived_at IS NOT NULL THEN EXTRACT(epoch FROM GREATEST(
                       event.salon_started_at - CASE event.salon_channel
                           WHEN 'walk_in' THEN event.salon_arrived_at
                           ELSE GREATEST(event.salon_arrived_at, event.start) END,
                       interval '0')) / 60
                   END AS wait_minutes,
                   CASE WHEN first.id = line.id THEN
                       CASE event.salon_state WHEN 'no_show' THEN 100.0 WHEN 'done' THEN 0.0 END
                   END AS no_show_percent,
                   CASE WHEN first.id = line.id AND event.salon_state = 'cancelled' AND event.salon_late_cancel
                       THEN 1 ELSE 0 END AS late_cancellations
              FROM calendar_event event
              JOIN salon_booking_line line ON line.event_id = event.id
              JOIN LATERAL (
                   SELECT id FROM salon_booking_line WHERE event_id = event.id ORDER BY sequence, id LIMIT 1
              ) AS first ON TRUE
             WHERE event.is_salon_booking IS TRUE AND event.active
            """
        )

    @api.readonly
    def action_open_booking(self):
        """Show the booking behind a row."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": self.event_id.id,
            "views": [(self.env.ref("salon_crm.salon_booking_view_form").id, "form")],
        }
