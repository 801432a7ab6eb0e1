from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from .salon_sending import OPEN

# What tells a client of the booking itself, one after the other; and what reminds them of it.
NEWS = ("confirmation", "changed", "cancelled")
REMINDERS = ("reminder", "reminder_again", "same_day")
GONE = ("sending", "sent", "unsure")  # it went, or may have


class SalonMessage(models.Model):
    """What a client is told of a booking, and what became of it.

    Each row is one message on one channel. It says what the booking was like when it was told (`told_start`,
    `told_what`): the next look at the booking finds by it whether there is anything new to tell. So nothing has to be
    noted when a booking is saved, and a planner that stopped for a while catches up.

    That a message goes once is kept by the indexes: news of a booking have numbers (`round`), of reminders there is one
    of a kind for each start. Two planners who see the same write the same number, and the second writes nothing.

    Personal data: `partner_id` alone. What was written stands in the mail or SMS that it became.
    """

    _name = "salon.message"
    _inherit = ["salon.sending"]
    _description = "Message to a Client"
    _order = "due_at desc, id desc"
    _log_access = False
    _rec_name = "kind"

    event_id = fields.Many2one(
        "calendar.event", string="Booking", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(
        "res.partner", string="Client", readonly=True, ondelete="set null", index="btree_not_null"
    )
    kind = fields.Selection(
        [
            ("confirmation", "Confirmation"),
            ("changed", "Change"),
            ("cancelled", "Cancellation"),
            ("reminder", "Reminder"),
            ("reminder_again", "Second Reminder"),
            ("same_day", "Same-day Reminder"),
        ],
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("none", "None")], string="By", required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sending", "On Its Way"),
            ("retry", "Refused, Tries Again"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("unsure", "Perhaps Sent"),
            ("skipped", "Not Sent"),
            ("withdrawn", "Withdrawn"),
        ],
        required=True,
        readonly=True,
        default="planned",
    )
    reason = fields.Selection(
        [
            ("off", "Switched off in the settings"),
            ("no_address", "No address to write to"),
            ("known", "The client knows"),
            ("soon", "Another message had just gone"),
            ("late", "Too late to be of use"),
            ("overtaken", "Overtaken by another message"),
            ("stopped", "Stopped by hand"),
            ("refused", "The address was refused"),
            ("broken", "The template has an error"),
        ],
        readonly=True,
        help="Why it did not go.",
    )
    round = fields.Integer(readonly=True, help="Which news of the booking it is; 0 is the first. Reminders have none.")
    told_start = fields.Datetime(string="Booked For", required=True, readonly=True, help="The start that it names.")
    told_stop = fields.Datetime(required=True, readonly=True)
    told_what = fields.Char(readonly=True, help="The services and stylists that it names, by their ids.")
    was_start = fields.Datetime(readonly=True, help="Of a change: the start that the client knew.")
    was_what = fields.Char(readonly=True)
    created_at = fields.Datetime(required=True, readonly=True)
    due_at = fields.Datetime(string="Due", required=True, readonly=True, help="When it should go.")
    any_hour = fields.Boolean(readonly=True, help="It goes at once, because it could not wait for a decent hour.")
    phone = fields.Char(related="partner_id.phone")
    why = fields.Char(string="Why Not", compute="_compute_why", help="Why it did not go, as the mail server said it.")

    _whole_news = models.Constraint(
        f"CHECK ((kind IN {REMINDERS}) = (round IS NULL))", "News of a booking have a number, reminders have none."
    )
    _news_once = models.UniqueIndex(
        f"(event_id, channel, round) WHERE kind IN {NEWS}", "The client was told this at this very moment."
    )
    _reminder_once = models.UniqueIndex(
        f"(event_id, kind, channel, told_start) WHERE kind IN {REMINDERS} AND state <> 'withdrawn'",
        "The client was reminded at this very moment.",
    )
    _due_idx = models.Index("(try_at) WHERE state IN ('planned', 'retry', 'sending')")

    @api.depends("kind", "channel")
    def _compute_display_name(self):
        kinds, channels = (dict(self._fields[name]._description_selection(self.env)) for name in ("kind", "channel"))
        for message in self:
            by = f" · {channels[message.channel]}" if message.channel != "none" else ""
            message.display_name = f"{kinds[message.kind]}{by}"

    @api.depends("reason", "state", "mail_id", "sms_id")
    def _compute_why(self):
        """Say why a message did not go; what the server said is for the manager, who may look into the mail."""
        reasons = dict(self._fields["reason"]._description_selection(self.env))
        manager = self.env.user.has_group("salon_crm.group_salon_manager")
        for message in self:
            said = message.state in ("retry", "failed", "unsure") and manager and message.sudo()._server_said()
            message.why = said or reasons.get(message.reason, False)

    def _client_expects_visit(self):
        """Tell whether the client expects the visit, by these news of one booking.

        A cancellation ends that, also one that could not be sent: there is nothing more to wait for.
        """
        known = self.filtered(
            lambda news: news.state in GONE or (news.kind == "cancelled" and news.state != "withdrawn")
        )
        latest = max(known.mapped("round"), default=None)
        return any(news.kind != "cancelled" or news.state in OPEN for news in known if news.round == latest)

    # What a manager can do -----------------------------------------------------------------------------------

    def action_send_again(self):
        """Let messages that failed, or perhaps did not arrive, go now."""
        if not self.env.user.has_group("salon_crm.group_salon_manager"):
            raise AccessError(self.env._("Only a manager sends messages again."))
        self.check_access("read")
        messages = self.sudo()
        messages.lock_for_update()
        messages.invalidate_recordset()
        now = fields.Datetime.now()
        for message in messages:
            if message.state not in ("failed", "unsure", "retry"):
                raise UserError(self.env._("Only messages that failed can be sent again."))
            if message.told_start <= now:
                raise UserError(self.env._("This visit is over. There is nothing left to tell."))
            if message._is_stale():
                raise UserError(
                    self.env._("The booking has changed since. Its client is told of that, and not of this any more.")
                )
        messages.mail_id.filtered(lambda mail: mail.state == "cancel").state = "exception"
        messages.write({"state": "retry", "try_at": now, "reason": False, "any_hour": True, "tries": 0})
        self._trigger()

    # For others --------------------------------------------------------------------------------------------------

    @api.model
    def _trigger(self, at=None):
        """Have messages planned and sent, as soon as this transaction is through or `at` a moment."""
        if cron := self.env.ref("salon_crm.ir_cron_message", raise_if_not_found=False):
            cron.sudo()._trigger(at)

    @api.model
    def _count_all_as_told(self):
        """Note that the clients know of all coming bookings: of those that were there before the first message.

        Safe to run twice. One row each, by one statement.
        """
        for model, names in (
            ("calendar.event", ["is_salon_booking", "salon_state", "salon_client_id", "start", "stop", "active"]),
            ("salon.booking.line", ["event_id", "product_id", "stylist_id", "addon_ids"]),
        ):
            self.env[model].flush_model(names)
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO salon_message (event_id, company_id, partner_id, kind, channel, state, reason, round,
                                           told_start, told_stop, told_what, created_at, due_at, tries)
                SELECT event.id, event.company_id, event.salon_client_id, 'confirmation', 'none', 'skipped', 'known', 0,
                       event.start, event.stop, %s, %s, COALESCE(event.create_date, %s), 0
                  FROM calendar_event event
                 WHERE event.is_salon_booking IS TRUE AND event.active AND event.start > %s
                   AND event.salon_state IN ('booked', 'confirmed')
                   AND NOT EXISTS (SELECT FROM salon_message message WHERE message.event_id = event.id)
                ON CONFLICT DO NOTHING
                """,
                self._sql_what(),
                now,
                now,
                now,
            )
        )
        self.invalidate_model()

    @api.model
    def _sql_what(self):
        """Return the SQL of what a client is told besides the time, of the row `event`: services and who does them.

        As text, to compare with what was told before: "product:stylist" by comma, in the order of the text.
        """
        return SQL(
            """
            (SELECT string_agg(part.what, ',' ORDER BY part.what)
               FROM (SELECT line.product_id || ':' || line.stylist_id AS what
                       FROM salon_booking_line line WHERE line.event_id = event.id
                      UNION ALL
                     SELECT addon.product_product_id || ':' || line.stylist_id
                       FROM salon_booking_line line
                       JOIN salon_booking_line_addon_rel addon ON addon.salon_booking_line_id = line.id
                      WHERE line.event_id = event.id) AS part)
            """
        )

    @api.model
    def _read_what(self, what):
        """Return (products, stylists) of what `_sql_what` gave."""
        pairs = [part.split(":") for part in (what or "").split(",") if part]
        products, stylists = ([int(pair[number]) for pair in pairs] for number in (0, 1))
        return (
            self.env["product.product"].browse(dict.fromkeys(products)).exists(),
            self.env["hr.employee"].browse(dict.fromkeys(stylists)).exists(),
        )
