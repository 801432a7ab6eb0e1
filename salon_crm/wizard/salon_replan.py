from datetime import datetime, time, timedelta

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.safe_eval import safe_eval

from ..models.calendar_event_move import overlap
from ..tools.frame import utc
from ..tools.spoken import spoken

# In these the time of a booking can still be given to somebody else.
MOVABLE = ("booked", "confirmed", "arrived")


class SalonReplan(models.TransientModel):
    """A stylist is ill or a station is out of service: what becomes of the bookings that this hits."""

    _name = "salon.replan"
    _inherit = ["salon.steps"]
    _description = "Out of Service or Ill"

    stylist_id = fields.Many2one(
        "hr.employee", domain="[('is_salon_stylist', '=', True), ('company_id', 'in', allowed_company_ids)]"
    )
    station_id = fields.Many2one("salon.station")
    start = fields.Datetime(string="From", required=True, default=lambda self: self._default_start())
    stop = fields.Datetime(string="To", required=True, default=lambda self: self._default_stop())
    kind = fields.Selection(
        selection=lambda self: self.env["salon.blocked.time"]._fields["kind"]._description_selection(self.env),
        compute="_compute_kind",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    note = fields.Char(help="Why, for the team; clients never see it.")
    reason_id = fields.Many2one(
        "salon.cancel.reason",
        string="Reason for Cancelling",
        ondelete="set null",
        domain="[('by_client', '=', False)]",
        compute="_compute_kind",
        store=True,
        readonly=False,
        precompute=True,
    )
    line_ids = fields.One2many("salon.replan.line", "replan_id", string="Bookings")
    staying = fields.Char(readonly=True, help="What is in this time and can't be moved here.")
    clash = fields.Char(compute="_compute_clash")
    has_cancel = fields.Boolean(compute="_compute_clash")

    @api.model
    def _default_start(self):
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        return now - timedelta(minutes=now.minute % 5)

    @api.model
    def _default_stop(self):
        """Until the end of the salon's day."""
        zone = self.env.company._salon_timezone()
        today = self.env.company._salon_today()
        return utc(zone, datetime.combine(today + timedelta(days=1), time()))

    @api.depends("stylist_id", "station_id")
    def _compute_kind(self):
        for replan in self:
            station = replan.station_id and not replan.stylist_id
            replan.kind = "out_of_service" if station else "illness"
            reason = "salon_crm.cancel_reason_station" if station else "salon_crm.cancel_reason_stylist_ill"
            replan.reason_id = self.env.ref(reason, raise_if_not_found=False)

    @api.depends("line_ids.proposal_id")
    def _compute_clash(self):
        for replan in self:
            replan.clash = replan._find_clash()
            replan.has_cancel = "cancel" in replan.line_ids.proposal_id.mapped("kind")

    def _find_clash(self):
        """Return the sentence that names two choices that take the same person or station, False when all fit."""
        chosen = []
        for line in self.line_ids.sorted("start"):
            takes = line.proposal_id._get_takes()
            for other, others in chosen:
                if overlap(takes, others):
                    return self.env._(
                        "What is chosen for %(one)s and for %(other)s takes the same person or station."
                        " Choose something else for one of them.",
                        one=f"{other.client_id.name} ({other.when})",
                        other=f"{line.client_id.name} ({line.when})",
                    )
            chosen.append((line, takes))
        return False

    # Who is away, and what that hits ------------------------------------------------------------------

    def _check_asked(self):
        self.env["salon.blocked.time"].check_access("create")
        if len(self.stylist_id) + len(self.station_id) != 1:
            raise UserError(self.env._("Choose who is away: either a stylist or a station."))
        if self.start >= self.stop:
            raise UserError(self.env._("“To” must be later than “From”."))

    def _resource_id(self):
        """Return the id of the resource that is away; a person has one, however many companies employ them."""
        if self.stylist_id:
            return self.stylist_id._salon_block_resource_ids()[self.stylist_id.id]
        return self.station_id.sudo().resource_id.id

    def _blocks_in_the_way(self):
        """Return the blocks of whatever takes the resource in this time, in the order of time."""
        blocks = self.env["salon.booking.block"].sudo()
        return blocks.search(
            [
                ("resource_id", "=", self._resource_id()),
                ("start", "<", self.stop),
                ("stop", ">", self.start),
                ("active", "=", True),
            ],
            order="start",
        )

    def _hit_lines(self):
        """Return the booked services that this hits and that can still go elsewhere, where the user may see them."""
        lines = self._blocks_in_the_way().line_id.filtered(lambda line: line.event_id.salon_state in MOVABLE)
        seen = set(self._seen(lines.event_id, "write").ids)
        return lines.filtered(lambda line: line.event_id.id in seen)

    def _seen(self, bookings, operation="read"):
        """Return those of these bookings that the user may see, or write, in any company that they work in."""
        return self._with_all_companies().env["calendar.event"].browse(bookings.ids)._filtered_access(operation)

    def _with_all_companies(self):
        """A person whom two companies employ is ill in both: look into each that the user works in."""
        companies = self.env.company | self.env.user.company_ids
        return self.with_context(allowed_company_ids=companies.ids)

    def action_search(self):
        """List what is hit, each with proposals that fit together."""
        self.ensure_one()
        self._check_asked()
        self.line_ids.unlink()
        here = self._with_all_companies()
        hit = self._hit_lines().grouped("event_id")
        bookings = sorted(hit, key=lambda booking: (booking.start, booking.id))
        lines = here.env["salon.replan.line"].create(
            [
                {
                    "replan_id": self.id,
                    "event_id": booking.id,
                    "line_ids": [(6, 0, hit[booking].ids)],
                    "start": booking.start,
                    "tell": booking.salon_state != "arrived",
                }
                for booking in bookings
            ]
        )
        lines._propose((self._resource_id(), self.start, self.stop))
        self.searched = True
        self.staying = self._say_staying(self._blocks_in_the_way().line_id.event_id - lines.sudo().event_id)
        return self._open()

    def _get_title(self):
        if not self.searched:
            return self.env._("Out of Service or Ill")
        return self.env._(
            "%(who)s: %(start)s to %(stop)s",
            who=self.stylist_id.name or self.station_id.name,
            start=spoken(self.env, self.start),
            stop=spoken(self.env, self.stop),
        )

    # What is chosen, done -------------------------------------------------------------------------------

    def action_apply(self):
        """Do what is chosen for all bookings and block the time: all of it, or nothing."""
        self.ensure_one()
        self._check_asked()
        here = self._with_all_companies()
        lines = here.line_ids.sorted("start")
        lines._check_choices()
        if clash := self._find_clash():
            raise UserError(clash)
        self._take_turns(lines)
        cancelled = lines.filtered(lambda line: line.kind == "cancel")
        moved = lines.filtered(lambda line: line.kind == "place")
        # What is cancelled makes room first.
        for line in cancelled + moved:
            line._apply()
        self._end_holds()
        self._block()
        cancelled.filtered("tell")._tell()
        moved.filtered("tell")._tell()
        (cancelled | moved).filtered(lambda line: not line.tell).event_id._salon_count_as_told()
        return self._report(moved, cancelled)

    def _take_turns(self, lines):
        """Have two who hand over the same people wait for each other instead of getting into each other's way."""
        resources = {self._resource_id(), *(take[0] for take in lines.proposal_id._get_takes())}
        resources.update(lines.event_id.sudo().salon_line_ids.block_ids.resource_id.ids)
        self.env["salon.booking.block"]._take_turns(sorted(resources))

    def _end_holds(self):
        """What was offered to somebody with who is away now can't be had any more: they wait on."""
        holds = self._blocks_in_the_way().hold_id
        offers = self.env["salon.waiting.offer"].sudo()
        offers.search([("hold_id", "in", holds.ids), ("state", "=", "offered")])._end("expired")
        holds.exists().unlink()

    def _block(self):
        """Block the time, around what stays: that nobody new is booked is sure, whatever waits to be decided.

        :raise UserError: somebody was faster and booked into it
        """
        begin, stretches = self.start, []
        for block in self._blocks_in_the_way():
            if begin < block.start:
                stretches.append((begin, block.start))
            begin = max(begin, block.stop)
        if begin < self.stop:
            stretches.append((begin, self.stop))
        company = self.stylist_id.company_id or self.station_id.company_id or self.env.company
        try:
            with self.env.cr.savepoint():
                self._with_all_companies().env["salon.blocked.time"].create(
                    [
                        {
                            "kind": self.kind,
                            "note": self.note,
                            "company_id": company.id,
                            "stylist_id": self.stylist_id.id,
                            "station_id": self.station_id.id,
                            "start": start,
                            "stop": stop,
                        }
                        for start, stop in stretches
                    ]
                )
        except (ExclusionViolation, ValidationError) as error:
            raise UserError(
                self.env._(
                    "%s was booked a moment ago. Search again to see by whom. Nothing has been changed.",
                    self.stylist_id.name or self.station_id.name,
                )
            ) from error

    def _report(self, moved, cancelled):
        """Say what was done and what remains, and close."""
        left = self._blocks_in_the_way().line_id.event_id
        message = self.env._(
            "%(who)s is blocked from %(start)s to %(stop)s. Moved: %(moved)s, cancelled: %(cancelled)s.",
            who=self.stylist_id.name or self.station_id.name,
            start=spoken(self.env, self.start),
            stop=spoken(self.env, self.stop),
            moved=len(moved),
            cancelled=len(cancelled),
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": f"{message} {self._say_staying(left)}",
                "type": "warning" if left else "success",
                "sticky": bool(left),
                "next": self._open_calendar(),
            },
        }

    def _open_calendar(self):
        """Show the day, as it is now."""
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_crm.salon_booking_action")
        context = safe_eval(action["context"])
        return {
            **action,
            "target": "main",
            "context": {**context, "initial_date": fields.Datetime.to_string(self.start)},
        }

    def _say_staying(self, bookings):
        """Return the sentence that names bookings that stay where they are; those of others are counted alone."""
        seen = self._seen(bookings).sorted("start")
        told = []
        if seen:
            named = "; ".join(f"{spoken(self.env, event.start)} {event.salon_client_id.name}" for event in seen)
            told.append(self.env._("Still booked in this time: %s.", named))
        if hidden := len(bookings) - len(seen):
            told.append(self.env._("Bookings in another company that stay: %s.", hidden))
        return " ".join(told)
