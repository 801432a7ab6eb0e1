from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

MINUTES = ("active_minutes", "processing_minutes", "finishing_minutes", "cleanup_minutes")
# A line with one of these set anew takes other times, other people or another place.
BLOCKING_FIELDS = {*MINUTES, "offset_minutes", "stylist_id", "station_id", "event_id"}


class SalonBookingLine(models.Model):
    _name = "salon.booking.line"
    _description = "Booking Line"
    _order = "event_id, sequence, id"

    event_id = fields.Many2one("calendar.event", string="Booking", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="event_id.company_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        domain="[('is_salon_service', '=', True)]",
    )
    stylist_id = fields.Many2one(
        "hr.employee",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('is_salon_stylist', '=', True)]",
    )
    assignment = fields.Selection(
        [("asked", "Asked for"), ("assigned", "Assigned")],
        required=True,
        default="assigned",
        help="Did the client ask for this stylist, or did the salon assign one?",
    )
    station_id = fields.Many2one("salon.station", ondelete="restrict", index=True)
    active_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    processing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    finishing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    cleanup_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    client_minutes = fields.Integer(
        string="Minutes", compute="_compute_client_minutes", help="How long the client is there for this service."
    )
    offset_minutes = fields.Integer(help="Minutes from the start of the booking to the start of this service.")
    start = fields.Datetime(compute="_compute_times", store=True)
    stop = fields.Datetime(compute="_compute_times", store=True, help="When the client is free; clean-up comes after.")
    block_ids = fields.One2many("salon.booking.block", "line_id")

    _minutes_positive = models.Constraint(
        "CHECK (active_minutes > 0 AND processing_minutes >= 0 AND finishing_minutes >= 0 AND cleanup_minutes >= 0"
        " AND offset_minutes >= 0)",
        "A booked service needs at least one active minute, and no time of it can be negative.",
    )

    @api.depends("product_id")
    def _compute_minutes(self):
        for line in self:
            for name in MINUTES:
                line[name] = line.product_id[f"salon_{name}"]

    @api.depends("active_minutes", "processing_minutes", "finishing_minutes")
    def _compute_client_minutes(self):
        for line in self:
            line.client_minutes = line.active_minutes + line.processing_minutes + line.finishing_minutes

    @api.depends("event_id.start", "offset_minutes", "active_minutes", "processing_minutes", "finishing_minutes")
    def _compute_times(self):
        for line in self:
            if line.event_id.start:
                line.start = line.event_id.start + timedelta(minutes=line.offset_minutes)
                line.stop = line.start + timedelta(minutes=line.client_minutes)
            else:
                line.start = line.stop = False

    @api.depends("product_id", "stylist_id")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.product_id.name} · {line.stylist_id.name}"

    @api.constrains("product_id", "stylist_id", "station_id")
    def _check_who_and_where(self):
        """Refuse a stylist who can't perform the service, and a station that does not serve it."""
        for line in self.sudo():
            service = line.product_id
            if service.salon_stylist_ids and line.stylist_id not in service.salon_stylist_ids:
                raise ValidationError(
                    self.env._(
                        "%(stylist)s does not perform %(service)s. Choose one of: %(others)s.",
                        stylist=line.stylist_id.name,
                        service=service.name,
                        others=", ".join(service.salon_stylist_ids.mapped("name")),
                    )
                )
            if line.station_id and service.salon_station_ids and line.station_id not in service.salon_station_ids:
                raise ValidationError(
                    self.env._(
                        "%(service)s can't be done at %(station)s. Choose one of: %(others)s.",
                        service=service.name,
                        station=line.station_id.name,
                        others=", ".join(service.salon_station_ids.mapped("name")),
                    )
                )

    @api.model
    def _minutes_of_commands(self, commands):
        """Return how many minutes the lines will take that these x2many commands create."""
        return sum(self.new(command[2]).client_minutes for command in commands if command[0] == 0)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._booking_changed()
        return lines

    def write(self, vals):
        events = self.event_id
        result = super().write(vals)
        if BLOCKING_FIELDS & vals.keys() or {"product_id", "sequence"} & vals.keys():
            self._booking_changed(events)
        return result

    def unlink(self):
        events = self.event_id
        result = super().unlink()
        self._booking_changed(events)
        return result

    def _booking_changed(self, events=None):
        """Chain the lines of the bookings anew and block their times.

        A booking that is written whole does it itself, once, when all its lines stand.
        """
        if not self.env.context.get("salon_booking_in_hand"):
            ((events or self.env["calendar.event"]) | self.exists().event_id)._salon_lines_changed()

    def _sync_blocks(self):
        """Make the blocks say what these lines say.

        :raise ValidationError: someone or something is taken; it names who and when
        """
        if not self:
            return
        blocks = self.env["salon.booking.block"]
        values = self._prepare_block_values()
        if clash := blocks._find_clash(self.ids, values):
            raise ValidationError(blocks._clash_message(*clash))
        blocks._replace(self.ids, values)

    def _prepare_block_values(self):
        """Return the stretches that these lines take: the stylist while at work, the station throughout."""
        resources = self.stylist_id._salon_block_resource_ids()
        values = []
        for line in self:
            active = line.event_id._salon_takes_time()
            stretches = [(resources[line.stylist_id.id], *stretch) for stretch in line._stylist_stretches()]
            if line.station_id:
                stretches.append((line.station_id.sudo().resource_id.id, line.start, line._cleaned_at()))
            values += [(line.id, *stretch, active) for stretch in stretches]
        return values

    def _cleaned_at(self):
        return self.stop + timedelta(minutes=self.cleanup_minutes)

    def _stylist_stretches(self):
        """Return when the stylist is at work: with processing time between, that is twice."""
        self.ensure_one()
        pause_start = self.start + timedelta(minutes=self.active_minutes)
        pause_stop = pause_start + timedelta(minutes=self.processing_minutes)
        end = self._cleaned_at()
        if pause_start == pause_stop or pause_stop == end:
            return [(self.start, end if pause_start == pause_stop else pause_start)]
        return [(self.start, pause_start), (pause_stop, end)]

    def _prepare_visit_line_values(self):
        """Return the values of the visit line that this booking line becomes."""
        return {
            "product_id": self.product_id.id,
            "station_id": self.station_id.id,
            "performer_ids": [
                (0, 0, {"employee_id": self.stylist_id.id, "part": "stylist", "assignment": self.assignment})
            ],
        }
