from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.misc import format_datetime

from .calendar_event import IN_HAND

MINUTES = ("active_minutes", "processing_minutes", "finishing_minutes", "cleanup_minutes")
# A line with one of these set anew changes the times, people or places of its booking.
CHAINED_FIELDS = {*MINUTES, "offset_minutes", "sequence", "product_id", "stylist_id", "station_id"}


class SalonBookingLine(models.Model):
    _name = "salon.booking.line"
    _description = "Booking Line"
    _order = "event_id, sequence, id"
    _check_company_auto = True

    event_id = fields.Many2one("calendar.event", string="Booking", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(related="event_id.company_id")
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        required=True,
        ondelete="restrict",
        check_company=True,
        domain="[('is_salon_service', '=', True)]",
    )
    stylist_id = fields.Many2one(
        "hr.employee",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        domain="[('is_salon_stylist', '=', True)]",
    )
    assignment = fields.Selection(
        [("asked", "Asked for"), ("assigned", "Assigned")],
        required=True,
        default="assigned",
        help="Did the client ask for this stylist, or did the salon assign one?",
    )
    station_id = fields.Many2one("salon.station", ondelete="restrict", index=True, check_company=True)
    active_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    processing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    finishing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    cleanup_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    client_minutes = fields.Integer(
        string="Minutes", compute="_compute_client_minutes", help="How long the client is there for this service."
    )
    offset_minutes = fields.Integer(help="Minutes from the start of the booking to the start of this service.")
    start = fields.Datetime(compute="_compute_times", store=True, precompute=True)
    stop = fields.Datetime(
        compute="_compute_times", store=True, precompute=True, help="When the client is free; clean-up comes after."
    )
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

    @api.depends("event_id", "offset_minutes", "active_minutes", "processing_minutes", "finishing_minutes")
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
        """Refuse what is no service, a stylist who can't perform it, and a station that does not serve it."""
        for line in self.sudo():
            service = line.product_id
            if not service.is_salon_service:
                raise ValidationError(self.env._("%s can't be booked: it is no salon service.", service.name))
            if not line.stylist_id.is_salon_stylist or not line.stylist_id.active:
                raise ValidationError(
                    self.env._("%s does not serve clients. Choose one of the stylists.", line.stylist_id.name)
                )
            if line.station_id and not line.station_id.active:
                raise ValidationError(self.env._("%s is out of use. Choose another station.", line.station_id.name))
            if service.salon_stylist_ids and line.stylist_id.id not in service.salon_stylist_ids.ids:
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
    def _complete_minutes(self, vals_list):
        """Give lines that are to be created the minutes of their services, where they have none of their own."""
        # Browsed together, so that the services of all lines are read at once.
        products = self.env["product.product"].browse({vals.get("product_id") for vals in vals_list} - {None, False})
        by_id = {product.id: product for product in products}
        for vals in vals_list:
            product = by_id.get(vals.get("product_id"), products.browse())
            for name in MINUTES:
                if vals.get(name) is None:
                    vals[name] = product[f"salon_{name}"] or 0

    @api.model
    def _chain(self, vals_list):
        """Put lines that are to be created one after the other; return how many minutes they take."""
        offset = 0
        for vals in vals_list:
            vals["offset_minutes"] = offset
            offset += vals["active_minutes"] + vals["processing_minutes"] + vals["finishing_minutes"]
        return offset

    @api.model_create_multi
    def create(self, vals_list):
        if not self._in_hand():
            # Before the line exists: it would itself give a stylist the right to the booking.
            self.env["calendar.event"].browse({vals.get("event_id") for vals in vals_list}).check_access("write")
        lines = super().create(vals_list)
        lines._booking_changed()
        return lines

    def write(self, vals):
        if "event_id" in vals and self.filtered(lambda line: line.event_id.id != vals["event_id"]):
            raise UserError(self.env._("A booked service stays in its booking. Take it out here, and book it there."))
        result = super().write(vals)
        if CHAINED_FIELDS & vals.keys():
            self._booking_changed()
        return result

    def _in_hand(self):
        return self.env.context.get("salon_booking_in_hand") is IN_HAND

    def unlink(self):
        events = self.event_id
        result = super().unlink()
        self.browse()._booking_changed(events)
        return result

    def _booking_changed(self, events=None):
        """Chain the lines of the bookings anew and block their times.

        A booking that is written whole does it itself, once, when all its lines stand.
        """
        if not self._in_hand():
            events = events or self.event_id
            events._check_salon_write({"salon_line_ids": []})
            events._salon_lines_changed()
            events._check_salon_access()

    @api.model
    def _check_no_coming(self, field, records):
        """Refuse to take `records`, of the field `field`, out of use while they are booked."""
        domain = [
            (field, "in", records.ids),
            ("stop", ">", fields.Datetime.now()),
            ("event_id.salon_state", "in", ("booked", "confirmed", "arrived", "in_service")),
        ]
        for record, count, first in self.sudo()._read_group(domain, [field], ["__count", "start:min"]):
            raise UserError(
                self.env._(
                    "%(name)s is booked %(count)s times from %(first)s on. Give these bookings to others first.",
                    name=record.name,
                    count=count,
                    first=format_datetime(self.env, first, dt_format="short"),
                )
            )

    def _sync_blocks(self):
        """Make the blocks of the bookings of these lines say what their lines say.

        :raise ValidationError: someone or something is taken; it names who and when
        """
        lines = self.event_id.salon_line_ids
        if not lines:
            return
        blocks = self.env["salon.booking.block"]
        values = [
            value for event, its_lines in lines.grouped("event_id").items() for value in its_lines._prepare_blocks()
        ]
        if clash := blocks._find_clash(lines.ids, values):
            raise ValidationError(blocks._clash_message(*clash))
        blocks._replace(lines.ids, values)

    def _prepare_blocks(self):
        """Return (line id, resource id, start, stop, active) for what the lines of one booking take.

        Who goes on with the same client, or stays at the same station, cleans up once, after the last of it.
        """
        active = self.event_id._salon_takes_time()
        by_resource = defaultdict(list)
        for line, resource_id, start, stop, cleanup in self._stretches():
            by_resource[resource_id].append((start, stop, cleanup, line))
        values = []
        for resource_id, stretches in by_resource.items():
            carried = 0
            stretches.sort(key=lambda stretch: stretch[:2])
            for number, (start, stop, cleanup, line) in enumerate(stretches, 1):
                cleanup = max(cleanup, carried)
                cleaned = stop + timedelta(minutes=cleanup)
                carried = cleanup if number < len(stretches) and stretches[number][0] < cleaned else 0
                cleaned = stop if carried else cleaned
                if start < cleaned:
                    values.append((line.id, resource_id, start, cleaned, active))
        return values

    def _stretches(self):
        """Yield (line, resource id, start, stop, clean-up minutes): the stylist while at work, which with
        processing time between is twice, and the station throughout."""
        resources = self.stylist_id._salon_block_resource_ids()
        for line in self:
            stylist = resources[line.stylist_id.id]
            pause_start = line.start + timedelta(minutes=line.active_minutes)
            pause_stop = pause_start + timedelta(minutes=line.processing_minutes)
            if line.processing_minutes:
                yield line, stylist, line.start, pause_start, 0
                yield line, stylist, pause_stop, line.stop, line.cleanup_minutes
            else:
                yield line, stylist, line.start, line.stop, line.cleanup_minutes
            if line.station_id:
                yield line, line.station_id.sudo().resource_id.id, line.start, line.stop, line.cleanup_minutes

    def _prepare_visit_line_values(self):
        """Return the values of the visit line that this booking line becomes."""
        return {
            "product_id": self.product_id.id,
            "station_id": self.station_id.id,
            "performer_ids": [
                (0, 0, {"employee_id": self.stylist_id.id, "part": "stylist", "assignment": self.assignment})
            ],
        }
