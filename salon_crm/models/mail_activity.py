from odoo import fields, models


class MailActivity(models.Model):
    """A call that tells a client of a booking hangs on the client's file, which the salon's roles alone can read.

    Not on the booking: core gathers the activities of calendar events as meetings.
    """

    _inherit = "mail.activity"

    salon_event_id = fields.Many2one("calendar.event", string="Booking", ondelete="cascade", index="btree_not_null")
    salon_client_phone = fields.Char(related="salon_event_id.salon_client_phone", string="Phone")
    salon_start = fields.Datetime(related="salon_event_id.start", string="Booked For")

    def action_salon_called(self):
        """The client knows."""
        self.action_feedback()
