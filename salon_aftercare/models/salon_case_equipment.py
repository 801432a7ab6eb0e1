from odoo import api, fields, models
from odoo.exceptions import UserError


class SalonCase(models.Model):
    """A chair, basin or machine that does not work: until it does, its bookings go elsewhere."""

    _inherit = "salon.case"

    station_id = fields.Many2one("salon.station", ondelete="restrict", check_company=True, index="btree_not_null")
    repair_by = fields.Char(string="Repaired By", help="Who repairs it, and how to reach them.")
    is_blocked = fields.Boolean(string="Out of Service", compute="_compute_station")
    hit_count = fields.Integer(
        string="Hit Bookings", compute="_compute_station", help="Bookings at this station until it is to be repaired."
    )

    _fault_says_where = models.Constraint(
        "CHECK (kind <> 'equipment' OR station_id IS NOT NULL)", "Choose the station that has the fault."
    )

    @api.depends("station_id", "state", "solution_due_at")
    def _compute_station(self):
        faults = self.filtered(lambda case: case.kind == "equipment" and case.is_open and case.station_id)
        (self - faults).update({"is_blocked": False, "hit_count": 0})
        for case in faults:
            case.is_blocked = bool(case._get_blocked_times())
            case.hit_count = len(case._get_hit_bookings())

    def _get_blocked_times(self):
        """Return the times that are still to come in which the station is out of service because of this fault: those
        that were blocked since it was reported."""
        self.ensure_one()
        blocked = self.env["salon.blocked.time"].sudo()
        return blocked.search(
            [
                ("station_id", "in", self.station_id.ids),
                ("kind", "=", "out_of_service"),
                ("stop", ">", fields.Datetime.now()),
                ("create_date", ">=", self.create_date),
            ]
        )

    def _get_hit_bookings(self):
        """Return the bookings, as superuser, that have this station before it is to be repaired; without a deadline all
        that are still to come."""
        self.ensure_one()
        domain = [
            ("station_id", "=", self.station_id.id),
            ("stop", ">", fields.Datetime.now()),
            ("event_id.salon_state", "in", ("booked", "confirmed", "arrived")),
        ]
        if self.solution_due_at:
            domain.append(("start", "<", self.solution_due_at))
        return self.env["salon.booking.line"].sudo().search(domain).event_id

    def action_view_hit(self):
        """Show the bookings that need another place."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_booking_action")
        return {
            **action,
            "name": self.env._("Hit Bookings"),
            "domain": [("id", "in", self._get_hit_bookings().ids)],
            "views": [(False, "list"), (False, "form")],
            "context": {},
        }

    def action_out_of_service(self):
        """Take the station out of service until it is to be repaired, and see what becomes of its bookings."""
        self.ensure_one()
        self.check_access("write")
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_replan_action")
        context = {"dialog_size": "extra-large", "default_station_id": self.station_id.id, "default_note": self.name}
        if self.solution_due_at and self.solution_due_at > fields.Datetime.now():
            context["default_stop"] = fields.Datetime.to_string(self.solution_due_at)
        return {**action, "context": context}

    def action_back_in_service(self):
        """The station works again: what was blocked from now on is free."""
        self.check_access("write")
        for case in self:
            if not case.station_id:
                raise UserError(self.env._("Choose the station that has the fault."))
            case._free_station()

    def _free_station(self):
        """End the blocked times of the station now; those that were still to come go."""
        now = fields.Datetime.now()
        blocked = self._get_blocked_times()
        blocked.filtered(lambda time: time.start < now).write({"stop": now})
        blocked.filtered(lambda time: time.start >= now).unlink()
        if blocked:
            self._message_log(body=self.env._("%s is back in service.", self.station_id.name))

    def _move(self, state):
        """A fault that is solved, or closed at once, keeps its station from nobody any more."""
        running = self.filtered(lambda case: case.kind == "equipment" and not case.solved_at)
        result = super()._move(state)
        for case in running.filtered("solved_at"):
            case._free_station()
        return result
