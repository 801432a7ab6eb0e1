from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.frame import local_day
from ..tools.spoken import spoken, spoken_time
from .salon_waiting_offer_line import lowest_free

A_DAY = 3  # offers to one client, whatever they wait for


class SalonWaitingOffer(models.Model):
    """A freed time that is held for one client on the waiting list, until it is accepted, declined or expired.

    A client gets at most three offers a day, and any moment of a stylist's time is offered at most three times
    (see the lines). The database holds both: each offer bears its number of the day, each line its number of the time,
    no two the same; who comes second at the same moment is refused and looks again.

    Personal data: the client. Erasing a client deletes their entries on the waiting list, and these with them.
    """

    _name = "salon.waiting.offer"
    _description = "Offer to the Waiting List"
    _order = "id desc"
    _rec_name = "summary"

    waiting_id = fields.Many2one("salon.waiting", required=True, ondelete="cascade", index=True, readonly=True)
    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", readonly=True)
    phone = fields.Char(related="partner_id.phone")
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    start = fields.Datetime(required=True, readonly=True)
    stop = fields.Datetime(required=True, readonly=True)
    expires_at = fields.Datetime(string="Holds Until", required=True, readonly=True)
    state = fields.Selection(
        [("offered", "Offered"), ("accepted", "Accepted"), ("declined", "Declined"), ("expired", "Expired")],
        required=True,
        default="offered",
        readonly=True,
    )
    line_ids = fields.One2many("salon.waiting.offer.line", "offer_id", string="Services", readonly=True)
    hold_id = fields.Many2one("salon.booking.hold", ondelete="set null", readonly=True, index="btree_not_null")
    event_id = fields.Many2one("calendar.event", string="Booking", ondelete="set null", readonly=True)
    day = fields.Date(required=True, readonly=True, help="The salon's day on which it was offered.")
    day_number = fields.Integer(readonly=True, help="Which offer of that day to this client it is.")
    summary = fields.Char(compute="_compute_summary")
    expires_text = fields.Char(compute="_compute_expires_text", help="The time until which it is held, for a letter.")

    _at_most_three_a_day = models.Constraint(
        f"CHECK (day_number BETWEEN 1 AND {A_DAY})", "A client gets three offers a day at most."
    )
    _one_number_a_day = models.UniqueIndex(
        "(partner_id, day, day_number)", "This client was offered another time at this very moment. Try again."
    )
    _open_idx = models.Index("(expires_at) WHERE state = 'offered'")

    @api.depends("start", "line_ids.stylist_id", "line_ids.product_id")
    def _compute_summary(self):
        for offer in self:
            zone = offer.company_id._salon_timezone() if offer.company_id else pytz.utc
            when = offer.start and spoken(self.env, offer.start, zone)
            stylists = ", ".join(dict.fromkeys(offer.sudo().line_ids.stylist_id.mapped("name")))
            offer.summary = f"{when or ''} · {stylists}"

    @api.depends("expires_at")
    def _compute_expires_text(self):
        for offer in self:
            offer.expires_text = offer.expires_at and offer._clock(offer.expires_at)

    def _clock(self, moment):
        """Return a moment on the salon's clocks, with its day where that is not today."""
        zone = self.company_id._salon_timezone()
        far = local_day(zone, moment) != self._today(self.company_id)
        return (spoken if far else spoken_time)(self.env, moment, zone)

    # Made -----------------------------------------------------------------------------------------------------

    @api.model
    def _today(self, company):
        return company._salon_today()

    @api.model
    def _next_of_day(self, partner, company):
        """Return which offer of today the next one to this client would be, None when they had all three."""
        made = self.search([("partner_id", "=", partner.id), ("day", "=", self._today(company))])
        return lowest_free(made.mapped("day_number"), A_DAY)

    @api.model
    def _make(self, waiting, requests, found, numbers):
        """Hold a time for a client and tell them and the front desk.

        :param found: what `find_offers` found for `requests`
        :param numbers: by service, which offer of that time this is
        :raise psycopg2.errors.ExclusionViolation, UniqueViolation, SerializationFailure: another transaction was faster
        """
        company = waiting.company_id
        self._take_turn(waiting.partner_id)
        expires_at = min(fields.Datetime.now() + timedelta(minutes=company.salon_offer_minutes), found["start"])
        blocks = self.env["salon.availability"].offer_blocks(requests, found)
        resources = waiting._resources([found])
        wishes = waiting.wish_ids.sorted("sequence")
        offer = self.create(
            {
                "waiting_id": waiting.id,
                "partner_id": waiting.partner_id.id,
                "company_id": company.id,
                "start": found["start"],
                "stop": found["stop"],
                "expires_at": expires_at,
                "hold_id": self.env["salon.booking.hold"]._hold(company, blocks, expires_at).id,
                "day": self._today(company),
                "day_number": self._next_of_day(waiting.partner_id, company),
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            "sequence": number,
                            "product_id": line["product_id"],
                            "stylist_id": line["stylist_id"],
                            "resource_id": resources["stylist", line["stylist_id"]],
                            "station_id": line["station_id"],
                            "wait_minutes": line["wait_minutes"],
                            "start": line["start"],
                            "stop": line["stop"],
                            "number": time_number,
                            "assignment": "asked" if wish.stylist_id else "assigned",
                        },
                    )
                    for number, (line, time_number, wish) in enumerate(
                        zip(found["lines"], numbers, wishes, strict=True), 1
                    )
                ],
            }
        )
        self.env.flush_all()  # a number that somebody else took shows here, not after the client was told
        waiting.state = "offered"
        offer._tell()
        self.env["salon.waiting"]._trigger(expires_at + timedelta(minutes=1))
        return offer

    @api.model
    def _take_turn(self, partner):
        """Have others who offer something to this client at the same moment wait until this transaction ends.

        Each offer changes an entry of the client: whoever waited is refused by the database, without a trace in the
        log, and looks anew at how many offers the client had.
        """
        waiting = self.env["salon.waiting"]
        waiting.flush_model(["partner_id"])
        self.env.cr.execute(
            SQL("SELECT id FROM salon_waiting WHERE partner_id = %s ORDER BY id FOR UPDATE", partner.id),
            log_exceptions=False,
        )

    def _tell(self):
        """Remind the front desk to call the client, and write to a client who has an email."""
        template = self.env.ref("salon_crm.mail_template_waiting_offer", raise_if_not_found=False)
        for offer in self:
            waiting = offer.waiting_id
            until = offer._clock(offer.expires_at)
            # Without a letter to the colleague: it would keep the client's name.
            waiting.with_context(mail_activity_quick_update=True).activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=offer.day,
                summary=self.env._("Offer %(time)s, held until %(until)s", time=offer.summary, until=until),
                user_id=offer._find_caller().id,
            )
            if template and offer.partner_id.email:
                template.send_mail(offer.id, force_send=False)

    def _find_caller(self):
        """Return who calls the client: who put them on the list, else anybody at the front desk."""
        user = self.waiting_id.user_id
        if user.active:
            return user
        desk = self.env.ref("salon_crm.group_salon_reception").all_user_ids
        return desk.filtered(lambda user: user.active and self.company_id in user.company_ids)[:1] or self.env.user

    # Ended ----------------------------------------------------------------------------------------------------

    def action_accept(self):
        """Book the held time for the client: the hold goes and the booking takes its place in one transaction.

        :raise UserError: the offer has ended
        """
        self.ensure_one()
        self._lock_open()
        if self.expires_at <= fields.Datetime.now():
            raise UserError(
                self.env._("The time was held until %s. Book what is free now.", self._clock(self.expires_at))
            )
        self.sudo().hold_id.unlink()
        events = self.env["calendar.event"]
        booking = events.create(self._prepare_booking())
        self.sudo().write({"state": "accepted", "event_id": booking.id})
        self.sudo().waiting_id.write({"state": "booked", "event_id": booking.id})
        self._end_activities()
        return {
            "type": "ir.actions.act_window",
            "res_model": "calendar.event",
            "res_id": booking.id,
            "views": [(self.env.ref("salon_crm.salon_booking_view_form").id, "form")],
        }

    def _prepare_booking(self):
        """Return the values of the booking of this offer."""
        return {
            "is_salon_booking": True,
            "salon_client_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "start": self.start,
            "notes": self.waiting_id.note,
            "salon_line_ids": [
                (
                    0,
                    0,
                    {
                        "sequence": line.sequence,
                        "product_id": line.product_id.id,
                        "stylist_id": line.stylist_id.id,
                        "station_id": line.station_id.id,
                        "wait_minutes": line.wait_minutes,
                        "assignment": line.assignment,
                    },
                )
                for line in self.line_ids.sorted("sequence")
            ],
        }

    def action_decline(self):
        """The client does not take the time: the next on the list gets it, and they wait on."""
        self._lock_open()
        self._end("declined")

    def _lock_open(self):
        """See to it that nobody else ends these offers meanwhile. Who may change the list may end its offers."""
        self.check_access("read")
        self.waiting_id.check_access("write")
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        if self.filtered(lambda offer: offer.state != "offered"):
            raise UserError(self.env._("This offer has ended already."))

    @api.model
    def _end_expired(self):
        """End the offers whose time is over."""
        over = self.search([("state", "=", "offered"), ("expires_at", "<=", fields.Datetime.now())])
        over.try_lock_for_update()._end("expired")

    def _end(self, state):
        """Close these offers unused: their time is free for the next on the list."""
        freed = [
            (resource, line.start, line.stop)
            for line in self.sudo().line_ids
            for resource in {line.resource_id.id, line.station_id.resource_id.id} - {False}
        ]
        self.sudo().hold_id.unlink()
        self.sudo().state = state
        self.sudo().waiting_id.state = "waiting"
        self._end_activities()
        self.env["salon.freed.time"]._note(freed)

    def _end_activities(self):
        """Delete the activities of these offers: archived, they would keep the client's name."""
        self.sudo().waiting_id.activity_unlink(["mail.mail_activity_data_call"])
