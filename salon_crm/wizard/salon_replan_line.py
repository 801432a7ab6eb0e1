from datetime import timedelta
from functools import partial

from psycopg2.errors import ExclusionViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..tools.spoken import spoken
from .salon_replan import MOVABLE

OTHERS = 3  # other people and stations at the same time that are proposed
TIMES = 3  # other times that are proposed
NEAR = timedelta(days=7)  # how far before and after, for who was booked
NEARER = timedelta(days=2)  # the same, for anybody
APART = timedelta(hours=1)  # between two times that are proposed


class SalonReplanLine(models.TransientModel):
    """A booking that is hit, and what is to become of it."""

    _name = "salon.replan.line"
    _description = "Booking That Is Hit"
    _order = "start, id"

    replan_id = fields.Many2one("salon.replan", required=True, ondelete="cascade", index=True)
    event_id = fields.Many2one("calendar.event", string="Booking", required=True, ondelete="cascade", readonly=True)
    line_ids = fields.Many2many("salon.booking.line", "salon_replan_line_rel", string="Hit Services", readonly=True)
    start = fields.Datetime(readonly=True, help="When it was as we looked.")
    client_id = fields.Many2one(related="event_id.salon_client_id", string="Client")
    phone = fields.Char(related="event_id.salon_client_phone")
    salon_state = fields.Selection(related="event_id.salon_state")
    when = fields.Char(compute="_compute_said")
    services = fields.Char(compute="_compute_said")
    proposal_ids = fields.One2many("salon.replan.proposal", "replan_line_id")
    proposal_id = fields.Many2one(
        "salon.replan.proposal",
        string="What to Do",
        required=False,
        ondelete="set null",
        domain="[('replan_line_id', '=', id)]",
    )
    kind = fields.Selection(related="proposal_id.kind")
    tell = fields.Boolean(string="Tell the Client")
    how = fields.Char(string="By", compute="_compute_said")
    was = fields.Json(readonly=True, help="What the client was told before.")

    @api.depends("event_id", "start")
    def _compute_said(self):
        for line in self:
            line.when = line.start and spoken(self.env, line.start)
            line.services = ", ".join(line._say_service(booked) for booked in line.event_id.sudo().salon_line_ids)
            line.how = line.client_id._salon_reached_by(line.event_id.company_id or self.env.company)

    def _say_service(self, booked):
        """Return a booked service, with what counts when it is to be given to somebody else."""
        service, stylist = booked.product_id.name, booked.stylist_id
        if stylist not in self.sudo().line_ids.stylist_id:
            return self.env._("%(service)s with %(stylist)s", service=service, stylist=stylist.name)
        if booked.assignment == "asked":
            return self.env._("%(service)s (asked for %(stylist)s)", service=service, stylist=stylist.name)
        return service

    # Proposals --------------------------------------------------------------------------------------------

    def _propose(self, away):
        """Look for what can be done about each of these bookings, so that the first proposals of all fit together.

        Each search sees what those before it will take, and what they will leave.

        :param away: (resource id, start, stop) of who or what is not there
        """
        moved, without = self.env["calendar.event"], [away]
        for line in self:
            values = [
                {**proposal, "sequence": number, "replan_line_id": line.id}
                for number, proposal in enumerate(line._find_proposals(moved, without))
            ]
            proposals = self.env["salon.replan.proposal"].create(values)
            line.proposal_id = proposals[:1]
            if line.kind == "place":
                moved |= line.event_id
                without = without + line.proposal_id._get_takes()

    def _find_proposals(self, moved, without):
        """Return the values of all proposals for this booking, the best first."""
        search = self.event_id._salon_finder(ignore_bookings=moved | self.event_id)
        wishes, proposals = self.event_id._salon_wishes(), {}
        for offer in self._offers_at_the_same_time(search, without) + self._offers_at_other_times(search, without):
            key = (offer["start"], *((line["stylist_id"], line["station_id"]) for line in offer["lines"]))
            if key not in proposals:
                proposals[key] = self.env["salon.proposal"]._prepare_place(self._say(offer), wishes, offer)
        plain = [{"name": self.env._("Leave for now"), "kind": "leave"}]
        if self.salon_state != "arrived":
            plain.append({"name": self.env._("Cancel it"), "kind": "cancel"})
        return [*proposals.values(), *plain]

    def _say(self, offer):
        """Return how an offer reads: who or what takes the place of what is away, and when."""
        hit = [
            chosen
            for line, chosen in zip(self.event_id.salon_line_ids.sorted("sequence"), offer["lines"], strict=True)
            if line in self.line_ids
        ]
        who = self.env["hr.employee"].browse({line["stylist_id"] for line in hit})
        where = self.env["salon.station"].browse({line["station_id"] for line in hit} - {False})
        if not self.replan_id.station_id and where == self.line_ids.station_id:
            where = None
        same_time = offer["start"] == self.start
        if same_time and self.replan_id.station_id and who == self.line_ids.stylist_id:
            who = self.env["hr.employee"]
        return self.env["salon.proposal"]._say_offer(offer, who, where, same_time)

    def _offers_at_the_same_time(self, search, without):
        """Return offers with other people, or at other stations, when the client comes anyway."""
        booking, moment = self.event_id, self.start
        options = {"off_hours": booking.salon_off_hours, "limit": 1}

        def at_once(wishes, taken):
            return search(wishes, moment, moment + timedelta(minutes=1), without=taken, **options)

        offers, taken = [], list(without)
        for wishes in self._wishes_at_the_same_time():
            for _number in range(OTHERS):
                found = at_once(wishes, taken)
                if not found:
                    break
                offers += self._by_one_person(at_once, wishes, found[0], without) or found
                taken += self._substitutes(offers[-1])
            if len(offers) >= OTHERS:
                break
        return offers[:OTHERS]

    def _wishes_at_the_same_time(self):
        """Return what to ask for, one after the other: other stylists, or other stations.

        A service that names no stations can be done at any; one of the same kind is meant then.
        """
        booking, hit = self.event_id, self.line_ids
        if self.replan_id.stylist_id:
            bound = booking.salon_line_ids.filtered("product_id.salon_station_ids")
            return [booking._salon_wishes(hit, waits=True), booking._salon_wishes(hit, bound)]
        wishes = booking._salon_wishes(anywhere=hit, waits=True)
        unbound = [number for number, line in self._numbered() if not line.product_id.salon_station_ids]
        if not unbound:
            return [wishes]
        station = self.replan_id.station_id
        others = self.env["salon.station"].search(
            [
                ("kind", "=", station.kind),
                ("id", "!=", station.id),
                ("company_id", "in", (False, booking.company_id.id)),
            ]
        )
        return [
            [{**wish, "station_id": other.id} if number in unbound else wish for number, wish in enumerate(wishes)]
            for other in others[: 2 * OTHERS]
        ]

    def _numbered(self):
        """Return (number, line) of the services that are hit, as they stand in the booking."""
        lines = self.event_id.salon_line_ids.sorted("sequence")
        return [(number, line) for number, line in enumerate(lines) if line in self.line_ids]

    def _by_one_person(self, at_once, wishes, offer, without):
        """Who is away did several services of this visit: one person to do them all is better than two."""
        numbers = [number for number, _line in self._numbered()]
        people = {offer["lines"][number]["stylist_id"] for number in numbers}
        if len(people) < 2 or self.replan_id.station_id:
            return None
        for person in people:
            alone = [
                {**wish, "stylist_id": person} if number in numbers else wish for number, wish in enumerate(wishes)
            ]
            if found := at_once(alone, without):
                return found
        return None

    def _substitutes(self, offer):
        """Return what an offer takes in place of what is away, to find further ones."""
        takes = self.env["salon.availability"].offer_blocks(self.event_id._salon_wishes(), offer)
        own = self.event_id.sudo().salon_line_ids.block_ids.resource_id.ids
        return [take for take in takes if take[0] not in own]

    def _offers_at_other_times(self, search, without):
        """Return offers with the same people, nearest first, then with anybody."""
        booking, moment, replan = self.event_id, self.start, self.replan_id
        now = fields.Datetime.now()
        # Who is to be told first needs the time to read it; who stands here does not.
        notice = timedelta(minutes=0 if self.salon_state == "arrived" else booking.company_id.salon_notice_minutes)
        bound = booking.salon_line_ids.filtered("product_id.salon_station_ids")
        hit = self.line_ids if replan.stylist_id else bound.browse()
        reach = [(moment - NEAR, moment + NEAR)]
        if replan.stop > moment + NEAR:
            reach.append((replan.stop, replan.stop + NEAR))
        options = {"earliest": now + notice, "apart": APART, "limit": TIMES}

        same = partial(search, without=without)
        offers = booking._salon_offers_near(same, booking._salon_wishes(anywhere=bound), moment, reach, **options)
        if replan.stylist_id:
            # What the same stylist could do stands above.
            without = [*without, (replan._resource_id(), moment - NEAR, moment + NEAR)]
        others = partial(search, without=without)
        anybody = booking._salon_wishes(hit or booking.salon_line_ids, bound)
        reach = [(moment - NEARER, moment + NEARER)]
        return offers + booking._salon_offers_near(others, anybody, moment, reach, **options)

    # What is chosen, done -------------------------------------------------------------------------------------

    def _check_choices(self):
        """Refuse what can't be done, before anything is."""
        for line in self:
            if not line.proposal_id:
                raise UserError(self.env._("Choose what to do about %s.", line._named()))
            if line.kind != "leave" and line._changed_meanwhile():
                raise UserError(
                    self.env._("%s has been changed meanwhile. Search again to see it as it is now.", line._named())
                )
            if line.kind == "cancel" and not line.replan_id.reason_id:
                raise UserError(self.env._("Say why the salon cancels %s.", line._named()))

    def _changed_meanwhile(self):
        booking = self.event_id
        return booking.start != self.start or booking.salon_state not in MOVABLE or self.line_ids.event_id != booking

    def _named(self):
        return f"“{self.event_id.name}” ({self.when})"

    def _apply(self):
        """Do what is chosen for one booking.

        :raise UserError: it does not fit any more; the sentence names it
        """
        self.ensure_one()
        booking = self.event_id
        if self.kind == "cancel":
            booking._salon_set_state("cancelled", salon_cancel_reason_id=self.replan_id.reason_id.id)
            return
        try:
            with self.env.cr.savepoint():
                self._move(booking)
        except ExclusionViolation as error:
            self._refuse(self.env["salon.booking.block"]._clash_message_from_error(error.diag), error)
        except ValidationError as error:
            self._refuse(error.args[0], error)

    def _move(self, booking):
        offer = self.proposal_id._get_offer()
        gone = [(line, line.stylist_id) for line in booking.salon_line_ids]
        before = booking._salon_facts()
        booking._salon_move(offer)
        for line, stylist in gone:
            if line.stylist_id != stylist:
                booking.sudo()._salon_hand_over_visits(stylist, line.stylist_id)
        self.was = {**before, "start": fields.Datetime.to_string(before["start"])}

    def _refuse(self, why, error):
        raise UserError(
            self.env._(
                "%(booking)s can't have “%(proposal)s” any more: %(why)s Search again. Nothing has been changed.",
                booking=self._named(),
                proposal=self.proposal_id.name,
                why=why,
            )
        ) from error

    def _tell(self):
        """Tell the clients of these bookings what became of them."""
        for line in self:
            if line.kind == "cancel":
                line.event_id._salon_tell_clients("cancelled")
            else:
                was = {**line.was, "start": fields.Datetime.to_datetime(line.was["start"])}
                line.event_id._salon_tell_clients("changed", was)


class SalonReplanProposal(models.TransientModel):
    """One thing that can be done about a booking that is hit."""

    _name = "salon.replan.proposal"
    _inherit = ["salon.proposal"]
    _description = "Proposal for a Booking That Is Hit"

    replan_line_id = fields.Many2one("salon.replan.line", required=True, ondelete="cascade", index=True)
