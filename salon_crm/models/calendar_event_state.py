from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

# What a booking can become from each state. Once the client is here it is the visit that goes on.
NEXT_STATES = {
    "booked": ("confirmed", "arrived", "in_service", "no_show", "cancelled"),
    "confirmed": ("booked", "arrived", "in_service", "no_show", "cancelled"),
    "arrived": ("in_service", "done"),
    "in_service": ("arrived", "done"),
    "done": (),
    "no_show": ("booked", "arrived"),
    "cancelled": ("booked",),
}


class CalendarEvent(models.Model):
    """What becomes of a booking, and when: from booked to done, or lost."""

    _inherit = "calendar.event"

    salon_arrived_at = fields.Datetime(string="Arrived At", readonly=True, copy=False)
    salon_started_at = fields.Datetime(string="Service Began At", readonly=True, copy=False)
    salon_wait_minutes = fields.Integer(
        string="Waited",
        compute="_compute_salon_wait_minutes",
        help="Minutes to the beginning of the service: from the booked time, or from arrival where that was later; of"
        " who came without a booking, from the moment they came.",
    )
    salon_cancelled_at = fields.Datetime(string="Cancelled At", readonly=True, copy=False)
    salon_cancel_reason_id = fields.Many2one(
        "salon.cancel.reason", string="Cancellation Reason", ondelete="restrict", copy=False, index="btree_not_null"
    )
    salon_late_cancel = fields.Boolean(
        string="Late Cancellation",
        readonly=True,
        copy=False,
        help="Cancelled by the client when the time could hardly be given to somebody else.",
    )

    @api.depends("salon_arrived_at", "salon_started_at", "salon_channel")
    def _compute_salon_wait_minutes(self):
        for event in self:
            event.salon_wait_minutes = 0
            if event.salon_arrived_at and event.salon_started_at:
                due = event.salon_arrived_at
                if event.start and event.salon_channel != "walk_in":
                    due = max(due, event.start)
                event.salon_wait_minutes = max((event.salon_started_at - due).total_seconds() // 60, 0)

    def _salon_set_state(self, state, **values):
        changing = self.filtered(lambda event: event.is_salon_booking and event.salon_state != state)
        changing.write({"salon_state": state, **values})

    @api.model
    def _salon_begun_early(self, company, now):
        """Return (resource id, start, stop), naive UTC, for stylists who serve already whom the plan has for later.

        The plan knows them free until then; they are with that client from now on for as long as it says.
        """
        early = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("is_salon_booking", "=", True),
                ("salon_state", "=", "in_service"),
                ("start", ">", now),
                ("start", "<", now + timedelta(days=1)),
                ("salon_started_at", "!=", False),
            ]
        )
        lines = early.salon_line_ids
        resources = lines.stylist_id._salon_block_resource_ids()
        ahead = [(line, line.event_id.start - line.event_id.salon_started_at) for line in lines]
        return [
            (resources[line.stylist_id.id], max(line.start - lead, now), line.stop - lead)
            for line, lead in ahead
            if line.stop - lead > now
        ]

    def _check_salon_transition(self, state):
        """Refuse a state that a booking can't get to from where it is."""
        labels = dict(self._fields["salon_state"]._description_selection(self.env))
        for booking in self.sudo().filtered("salon_state"):
            if state != booking.salon_state and state not in NEXT_STATES[booking.salon_state]:
                raise UserError(
                    self.env._(
                        "“%(booking)s” is %(old)s and can't become %(new)s. Correct its visit, or make a new booking.",
                        booking=booking.name,
                        old=labels[booking.salon_state],
                        new=labels.get(state, state),
                    )
                )

    def _prepare_salon_state_values(self, vals):
        """Return what else is noted of one booking when it comes into the state that `vals` give it."""
        state, now = vals.get("salon_state"), fields.Datetime.now()
        if not state or state == self.salon_state:
            return {}
        if state == "arrived":
            return {"salon_arrived_at": self.salon_arrived_at or now}
        if state == "in_service":
            return {"salon_arrived_at": self.salon_arrived_at or now, "salon_started_at": self.salon_started_at or now}
        if state == "cancelled":
            reason = self.env["salon.cancel.reason"].browse(vals.get("salon_cancel_reason_id"))
            by_client = reason.by_client if reason else True
            late = self.start - timedelta(hours=self.company_id.salon_late_cancel_hours) < now
            return {"salon_cancelled_at": now, "salon_late_cancel": by_client and late}
        if state == "booked":
            return {
                "salon_cancelled_at": False,
                "salon_cancel_reason_id": False,
                "salon_late_cancel": False,
            }
        return {}

    def action_salon_confirm(self):
        """The client said that they will come."""
        self._salon_set_state("confirmed")

    def action_salon_arrive(self):
        """The client is here: open the visit, with what is booked, and show it."""
        self._salon_set_state("arrived")
        return self._salon_open_visits()._action_open()

    def action_salon_start(self):
        """The stylist begins, with the first service."""
        for visit in self._salon_open_visits().sudo().filtered(lambda visit: visit.state == "open"):
            if not any(visit.line_ids.mapped("started_at")):
                visit.line_ids[:1].started_at = fields.Datetime.now()
        self._salon_set_state("in_service")

    def action_salon_no_show(self):
        """The client did not come; the time is free again."""
        self._salon_set_state("no_show")

    def action_salon_cancel(self):
        """The booking is off; the time is free again."""
        self._salon_set_state("cancelled")

    def action_salon_rebook(self):
        """Take a cancelled booking or a no-show up again, if its time is still free."""
        self._salon_set_state("booked")
