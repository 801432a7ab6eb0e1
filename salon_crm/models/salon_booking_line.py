from collections import defaultdict
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools import timeline
from ..tools.free_times import stretches
from ..tools.known import load_known
from ..tools.spoken import spoken
from .calendar_event import in_hand, right_in_hand
from .product_product import MINUTES
from .salon_station import PLACE_FIELDS

# A line with one of these set anew changes the times, people or places of its booking.
CHAINED_FIELDS = {
    *MINUTES,
    "offset_minutes",
    "sequence",
    "product_id",
    "stylist_id",
    "station_id",
    "addon_ids",
    "guest_id",
    "parallel",
    "wait_minutes",
}


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
    addon_ids = fields.Many2many(
        "product.product",
        "salon_booking_line_addon_rel",
        string="Add-ons",
        domain="[('is_salon_service', '=', True)]",
        help="Done by the same stylist at the end of this service.",
    )
    guest_id = fields.Many2one(
        "res.partner",
        string="For",
        ondelete="restrict",
        index="btree_not_null",
        help="Who has this service, where it is not the client who booked: partner, child, friend.",
    )
    parallel = fields.Boolean(
        string="At the Same Time", help="Begins with the service before it: another stylist does nails during colour."
    )
    wait_minutes = fields.Integer(string="Wait", help="Minutes between the service before and this one.")
    active_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    processing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    finishing_minutes = fields.Integer(compute="_compute_minutes", store=True, readonly=False, precompute=True)
    cleanup_minutes = fields.Integer(
        string="Clean-up Minutes", compute="_compute_minutes", store=True, readonly=False, precompute=True
    )
    client_minutes = fields.Integer(
        string="Minutes", compute="_compute_client_minutes", help="How long the client is there for this service."
    )
    offset_minutes = fields.Integer(help="Minutes from the start of the booking to the start of this service.")
    start = fields.Datetime(compute="_compute_times", store=True, precompute=True)
    stop = fields.Datetime(
        compute="_compute_times", store=True, precompute=True, help="When the client is free; clean-up comes after."
    )
    finished_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="When this was done before its booked end: from then on, and after cleaning up, who did it is free.",
    )
    block_ids = fields.One2many("salon.booking.block", "line_id")

    _minutes_positive = models.Constraint(
        "CHECK (active_minutes > 0 AND processing_minutes >= 0 AND finishing_minutes >= 0 AND cleanup_minutes >= 0"
        " AND offset_minutes >= 0 AND wait_minutes >= 0)",
        "A booked service needs at least one active minute, and no time of it can be negative.",
    )

    @api.depends("product_id", "stylist_id", "addon_ids")
    def _compute_minutes(self):
        for line in self:
            stylist = line.stylist_id._origin.sudo()
            pair = (stylist.id, stylist.salon_level_id.id)
            minutes = line.product_id and line.product_id._origin._get_salon_minutes([pair], line.addon_ids._origin.ids)
            for number, name in enumerate(MINUTES):
                line[name] = minutes[stylist.id][number] if minutes else 0

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
        for line in self.sudo() if not right_in_hand(self.env) else ():
            service = line.product_id
            if not service.is_salon_service:
                raise ValidationError(self.env._("%s can't be booked: it is no salon service.", service.name))
            if not line.stylist_id.is_salon_stylist or not line.stylist_id.active:
                raise ValidationError(
                    self.env._("%s does not serve clients. Choose one of the stylists.", line.stylist_id.name)
                )
            if line.station_id and not line.station_id.active:
                raise ValidationError(self.env._("%s is out of use. Choose another station.", line.station_id.name))
            line.stylist_id._check_performs(service)
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
    def _know(self, company, vals_list):
        """Return what is Known of all that lines which are to be created in `company` name."""
        products = {vals.get("product_id") for vals in vals_list}
        products = products.union(*(linked_ids(vals.get("addon_ids")) for vals in vals_list))
        stylists = {vals.get("stylist_id") for vals in vals_list}
        return load_known(self.env, company, products - {None, False}, stylists - {None, False})

    @api.model
    def _is_right(self, vals, company, known):
        """Tell whether a line that is to be created passes `_check_who_and_where` and is of one company throughout, by
        what is Known."""
        product_id, station_id = vals.get("product_id"), vals.get("station_id")
        if not known.performs(vals.get("stylist_id"), product_id):
            return False
        service = known.services[product_id]
        if service.company_id not in (None, company.id):
            return False
        if not station_id or service.stations is not None:
            return not station_id or station_id in service.stations
        station = self.env["salon.station"].sudo().browse(station_id)
        station.fetch(PLACE_FIELDS)
        return station.active and station.company_id.id in (False, company.id)

    def _check_company(self, fnames=None):
        """What a booking has found right when it read it need not be read again."""
        return None if right_in_hand(self.env) else super()._check_company(fnames)

    @api.model
    def _complete_minutes(self, vals_list, known):
        """Give lines that are to be created the minutes of their services, where they have none of their own."""
        for vals in vals_list:
            service = known.services.get(vals.get("product_id"))
            if service and any(vals.get(name) is None for name in MINUTES):
                stylist = known.stylists.get(vals.get("stylist_id"))
                pair = (stylist.id, stylist.level_id) if stylist else (False, False)
                addons = map(known.services.get, linked_ids(vals.get("addon_ids")))
                addons = [addon.own for addon in addons if addon]
                minutes = self.env["product.product"]._minutes_with([pair], service.own, addons)[pair[0]]
                for name, usual in zip(MINUTES, minutes, strict=True):
                    if vals.get(name) is None:
                        vals[name] = usual

    @api.model
    def _chain(self, vals_list, one_after_the_other):
        """Put lines that are to be created one after the other; return how many minutes they take."""
        services = [
            (
                vals.get("guest_id") or 0,
                vals.get("parallel"),
                vals.get("wait_minutes") or 0,
                sum(vals.get(name) or 0 for name in MINUTES[:3]),
            )
            for vals in vals_list
        ]
        offsets, length = timeline.chain(services, one_after_the_other)
        for vals, offset in zip(vals_list, offsets, strict=True):
            vals["offset_minutes"] = offset
        return length

    def _chained(self, one_after_the_other):
        """Return the offsets of these lines, in their order, and how many minutes they take."""
        services = [(line.guest_id.id or 0, line.parallel, line.wait_minutes, line.client_minutes) for line in self]
        return timeline.chain(services, one_after_the_other)

    def _prepare_request(self):
        """Return this line as the search for free times wants it, with everything fixed."""
        return {
            "product_id": self.product_id.id,
            "stylist_id": self.stylist_id.id,
            "station_id": self.station_id.id,
            "guest": self.guest_id.id or 0,
            "parallel": self.parallel,
            "wait_minutes": self.wait_minutes,
            **{name: self[name] for name in MINUTES},
        }

    def _own_minutes(self):
        """Return the minutes that somebody gave this service by hand: a change of stylist keeps them."""
        pair = (self.stylist_id.id, self.stylist_id.sudo().salon_level_id.id)
        usual = self.product_id._get_salon_minutes([pair], self.addon_ids.ids)[self.stylist_id.id]
        return {name: self[name] for name, minutes in zip(MINUTES, usual, strict=True) if self[name] != minutes}

    @api.model_create_multi
    def create(self, vals_list):
        if not in_hand(self.env):
            # Before the line exists: it would itself give a stylist the right to the booking.
            self.env["calendar.event"].browse({vals.get("event_id") for vals in vals_list}).check_access("write")
        lines = super().create(vals_list)
        lines._check_safety()
        lines._booking_changed()
        return lines

    def write(self, vals):
        if "event_id" in vals and self.filtered(lambda line: line.event_id.id != vals["event_id"]):
            raise UserError(self.env._("A booked service stays in its booking. Take it out here, and book it there."))
        result = super().write(vals)
        if {"product_id", "addon_ids", "guest_id"} & vals.keys():
            self._check_safety()
        if CHAINED_FIELDS & vals.keys():
            self._booking_changed()
        return result

    def unlink(self):
        events = self.event_id
        self.env["salon.freed.time"]._note_blocks("line_id", self)
        result = super().unlink()
        self.browse()._booking_changed(events)
        return result

    def _check_safety(self):
        """A booking that is written whole asks itself, once."""
        if not in_hand(self.env):
            self.event_id._check_safety(lines=self)

    def _booking_changed(self, events=None):
        """Chain the lines of the bookings anew and block their times.

        A booking that is written whole does it itself, once, when all its lines stand.
        """
        if not in_hand(self.env):
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
                    first=spoken(self.env, first),
                )
            )

    def _sync_blocks(self, fitted=False, fresh=False, known=None):
        """Make the blocks of the bookings of these lines say what their lines say.

        :param bool fitted: the search has just found them free; should somebody have been faster since, the
            constraint says so
        :param bool fresh: the bookings have just been made
        :param dict known: {company: what is Known of all that these lines name}, where the caller had to ask it, too
        :raise ValidationError: someone or something is taken; it names who and when
        """
        lines = self.event_id.salon_line_ids
        if not lines:
            return
        blocks = self.env["salon.booking.block"]
        values = [
            value
            for event, its_lines in lines.grouped("event_id").items()
            for value in its_lines._prepare_blocks(known and known[event.company_id])
        ]
        if not fitted and (clash := blocks._find_clash("line_id", lines.ids, values)):
            raise ValidationError(blocks._clash_message(*clash))
        blocks._replace("line_id", lines.ids, values, fresh)

    def _finish(self):
        """These services are over. What is left of their time is free from the next full minute on, clean-up kept.

        What is booked stays as it is; only the blocks become shorter, never longer.
        """
        now = fields.Datetime.now()
        now += timedelta(seconds=-now.second % 60)
        early = self.sudo().filtered(lambda line: not line.finished_at and line.stop and now < line.stop)
        if early:
            early.finished_at = now
            early._sync_blocks(fitted=True)  # less than was theirs already

    def _stretch(self, minutes):
        """Take more or less of the stylist's time for this service."""
        part = "finishing_minutes" if self.finishing_minutes else "active_minutes"
        if self[part] + minutes < 1:
            raise UserError(
                self.env._(
                    "“%(service)s” can't be that short. Make the booking longer, or take a service out of it.",
                    service=self.product_id.name,
                )
            )
        self[part] += minutes

    def _prepare_blocks(self, known=None):
        """Return (line id, resource id, start, stop, active) for what the lines of one booking take.

        What was done early takes its stylist and station until then, and as long as they clean up.

        :param known: see `_sync_blocks`
        """
        event = self.event_id
        active = event._salon_takes_time()
        if known:
            resources = {stylist.id: stylist.resource_id for stylist in known.stylists.values()}
            station_free = {service.id: service.station_free for service in known.services.values()}
        else:
            resources = self.stylist_id._salon_block_resource_ids()
            station_free = {product.id: product.salon_station_free for product in self.product_id}
        by_resource = defaultdict(list)
        for line in self:
            station = line.station_id.sudo().resource_id.id
            minutes = [line[name] for name in MINUTES]
            offset = round((line.start - event.start).total_seconds() / 60)
            for resource_id, start, stop, cleanup in stretches(
                resources[line.stylist_id.id], station, offset, minutes, station_free[line.product_id.id]
            ):
                by_resource[resource_id].append((start, stop, cleanup, line.id))
        ends = {line.id: (line.finished_at - event.start).total_seconds() // 60 for line in self if line.finished_at}
        blocks = []
        for resource_id, parts in by_resource.items():
            cleanup = max(part[2] for part in parts)
            for start, stop, line_id in timeline.clean(parts):
                stop = min(stop, ends.get(line_id, stop) + cleanup)
                if start < stop:
                    moments = (event.start + timedelta(minutes=minute) for minute in (start, stop))
                    blocks.append((line_id, resource_id, *moments, active))
        return blocks

    def _services(self):
        """Return the services of these lines in their order, the add-ons of each behind it."""
        return [product for line in self for product in (line.product_id, *line.addon_ids)]

    def _prepare_visit_lines(self):
        """Return the commands that make the visit lines of this booking line: the service and its add-ons."""
        performer = {"employee_id": self.stylist_id.id, "part": "stylist", "assignment": self.assignment}
        return [
            (
                0,
                0,
                {
                    "product_id": product.id,
                    "station_id": self.station_id.id,
                    "performer_ids": [(0, 0, performer)],
                },
            )
            for product in self._services()
        ]


def linked_ids(commands):
    """Return the ids that x2many commands link."""
    ids = []
    for command in commands or ():
        if command[0] == 6:
            ids = list(command[2])
        elif command[0] == 4:
            ids.append(command[1])
    return ids
