from odoo import api, fields, models


class MailActivity(models.Model):
    """A call that tells a client of a booking hangs on the client's file, which the salon's roles alone can read.

    Not on the booking: core gathers the activities of calendar events as meetings.
    """

    _inherit = "mail.activity"

    salon_event_id = fields.Many2one("calendar.event", string="Booking", ondelete="cascade", index="btree_not_null")
    salon_client_phone = fields.Char(related="salon_event_id.salon_client_phone", string="Phone")
    salon_start = fields.Datetime(related="salon_event_id.start", string="Booked For")

    @api.model_create_multi
    def create(self, vals_list):
        activities = super().create(vals_list)
        activities._check_salon_access()
        return activities

    def write(self, vals):
        result = super().write(vals)
        if {"res_model_id", "res_model", "res_id", "salon_event_id", "calendar_event_id"} & vals.keys():
            self._check_salon_access()
        return result

    def _check_salon_access(self):
        """Refuse an activity on what the user may not read: it shows, and keeps, the name of what it is about.

        Core looks at who reads the activity alone, and its own assignee always may.
        """
        if self.env.su:
            return
        (self.salon_event_id | self.calendar_event_id).check_access("read")
        for activity in self.filtered("res_id"):
            if (activity.res_model or "").startswith("salon.") or activity.res_model == "calendar.event":
                self.env[activity.res_model].browse(activity.res_id).check_access("read")

    def action_salon_called(self):
        """The client knows."""
        self.action_feedback()
