from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .salon_message import NEWS, REMINDERS
from .salon_sending import OPEN

AT_HAND = timedelta(minutes=15)  # whose visit begins sooner is here, or on the way
READ_BEFORE = timedelta(hours=1)  # what is told less than that before the visit may come too late to be read
LEAST_USE = timedelta(minutes=30)  # before the visit; a reminder that comes later reminds nobody
EVENING = timedelta(hours=1)  # before the end of the decent hours, a reminder goes that the morning is too late for
COLUMNS = (
    "event_id", "company_id", "partner_id", "kind", "channel", "state", "reason", "round", "told_start", "told_stop",
    "told_what", "was_start", "was_what", "created_at", "due_at", "try_at", "any_hour", "tries",
)  # fmt: skip


class SalonMessage(models.Model):
    """The planner: what is to be told now, by what the bookings are and what was told of them."""

    _inherit = "salon.message"

    @api.model
    def _cron_messages(self):
        """Plan the messages that are due, and send them.

        Safe to stop at any moment, to run twice, and by two workers at once.
        """
        self._in_step(self._note_stuck)
        self._in_step(self._withdraw_stale)
        for company in self.env["res.company"].search([]):
            self._in_step(self._plan_news, company)
            self._in_step(self._plan_reminders, company)
        self._send_due()
        for company in self.env["res.company"].search([("salon_intake_first", "=", True)]):
            self._in_step(self.env["salon.intake"]._ask_new_clients, company)

    # What is no longer true -------------------------------------------------------------------------------------

    @api.model
    def _withdraw_stale(self):
        """Take back what has not gone yet and is not true any more."""
        self.env.flush_all()
        found = self.env.execute_query(
            SQL("SELECT message.id FROM %s AND message.state = ANY(%s)", self._sql_stale(), list(OPEN))
        )
        self.browse(message_id for (message_id,) in found).try_lock_for_update()._withdraw()

    def _is_stale(self):
        """Tell whether one of these does not say of its booking what is true now."""
        self.env.flush_all()
        query = SQL("SELECT message.id FROM %s AND message.id = ANY(%s)", self._sql_stale(), self.ids)
        return bool(self.env.execute_query(query))

    @api.model
    def _sql_stale(self):
        """Return the SQL from FROM on, up to the conditions for what messages (`message`) are not true any more."""
        return SQL(
            """
            salon_message message
              JOIN calendar_event event ON event.id = message.event_id
             WHERE CASE
                   WHEN message.kind = 'cancelled' THEN
                        event.salon_client_id = message.partner_id
                        AND event.active AND event.salon_state IN ('booked', 'confirmed')
                   ELSE NOT event.active
                        OR event.salon_state NOT IN ('booked', 'confirmed')
                        OR event.salon_client_id IS DISTINCT FROM message.partner_id
                        OR event.start <> message.told_start
                        OR (message.kind = 'reminder_again' AND event.salon_state <> 'booked')
                        OR (message.kind = ANY(%s) AND message.told_what IS DISTINCT FROM %s)
                   END
            """,
            list(NEWS),
            self._sql_what(),
        )

    def _withdraw(self):
        """Take these back. What one mail says of other bookings as well goes in another one."""
        mails = self.mail_id.try_lock_for_update()
        held = self.filtered(lambda message: message.mail_id and message.mail_id not in mails)
        gone = self - held  # the mail of those that are held is being sent by hand just now
        gone.filtered(lambda message: message.mail_id.state == "sent").write({"state": "sent"})
        gone = gone.filtered(lambda message: message.state != "sent")
        gone.mail_id.state = "cancel"
        gone.sms_id.state = "canceled"
        others = self.search([("mail_id", "in", gone.mail_id.ids), ("id", "not in", gone.ids), ("state", "in", OPEN)])
        others.write({"state": "planned", "mail_id": False})
        gone.write({"state": "withdrawn", "try_at": False})

    # News ------------------------------------------------------------------------------------------------------

    @api.model
    def _plan_news(self, company, bookings=None):
        """Plan what there is to tell of coming bookings: that they are made, changed or cancelled.

        :param bookings: look at these alone, and at once: no rest, no decent hour (who waits for it is awake)
        :return: the messages
        """
        at_once = bookings is not None
        now = fields.Datetime.now()
        found = {news["event_id"]: news for news in self._find_news(company, bookings)}
        messages = self._insert(
            [row for news in found.values() for row in self._prepare_news(company, news, now, at_once)]
        )
        for message in messages:
            if message.reason == "no_address" and message.kind != "confirmation":
                message._plan_call(found[message.event_id.id])
        return messages

    @api.model
    def _tell(self, bookings, kind, was=None):
        """Tell the clients of these bookings, because somebody said so: now, or at the next decent hour.

        :param bookings: of one client and company
        :param str kind: "confirmation", "changed" or "cancelled"
        :param was: what `_salon_facts` gave before the change
        :return: the messages; those without a channel are for the telephone
        """
        company, now, rows = bookings.company_id, fields.Datetime.now(), []
        for found in self._find_news(company, bookings, kind):
            if was:
                found.update(told_partner_id=None, told_start=was["start"], told_what=was["what"])
            rows += self._prepare_news(company, found, now, at_once=False, forced=True)
        messages = self._insert(rows)
        self._trigger()
        return messages

    @api.model
    def _count_as_told(self, bookings):
        """Note that the clients of these bookings know how they are now: nothing of it is told them any more."""
        now, rows = fields.Datetime.now(), []
        for company, its_bookings in bookings.grouped("company_id").items():
            for found in self._find_news(company, its_bookings):
                row = {
                    "company_id": company.id,
                    "partner_id": found["client_id"],
                    "kind": found["kind"],
                    "round": found["round"],
                    "due_at": now,
                    **self._facts_now(found),
                }
                rows.append(_left_out(row, "known"))
        return self._insert(rows)

    @api.model
    def _find_news(self, company, bookings=None, kind=None):
        """Return a dict for each coming booking of which there is something new to tell, by one query.

        A booking that is still being changed rests first: who drags it twice tells it once. What a client booked by
        themselves is told at once.

        :param bookings: look at these alone, whether they have rested or not
        :param kind: these have to be told that, whatever was told before
        """
        self.env.flush_all()
        now = fields.Datetime.now()
        rest = timedelta(minutes=company.salon_message_rest_minutes)
        rested = SQL(
            """
            (GREATEST(event.write_date,
                      (SELECT max(line.write_date) FROM salon_booking_line line WHERE line.event_id = event.id)) <= %s
             OR (told.id IS NULL AND event.salon_channel = 'online'))
            """,
            now - rest,
        )
        only = rested if bookings is None else SQL("event.id = ANY(%s)", bookings.ids)
        coming = SQL("TRUE")
        if not kind:
            coming = SQL(
                "event.start > %s AND (event.salon_state = 'cancelled'"
                " OR event.salon_state IN ('booked', 'confirmed') AND event.salon_to_approve IS NOT TRUE)",
                now,
            )
        query = SQL(
            """
            SELECT * FROM (
                SELECT event.id AS event_id, event.start, event.stop, event.salon_client_id AS client_id,
                       event.create_date, event.write_uid, event.salon_cancel_reason_id AS cancel_reason_id,
                       what.what, told.partner_id AS told_partner_id, told.told_start, told.told_stop, told.told_what,
                       COALESCE(numbered.last + 1, 0) AS round,
                       CASE WHEN %(kind)s IS NOT NULL THEN %(kind)s
                            WHEN off.off THEN
                                 CASE WHEN told.kind <> 'cancelled' AND told.told_start > %(now)s THEN 'cancelled' END
                            WHEN told.id IS NULL OR told.kind = 'cancelled'
                                 OR told.partner_id <> event.salon_client_id THEN 'confirmation'
                            WHEN told.told_start <> event.start OR told.told_what IS DISTINCT FROM what.what
                                 THEN 'changed'
                       END AS kind
                  FROM calendar_event event
            CROSS JOIN LATERAL (SELECT NOT event.active OR event.salon_state = 'cancelled' AS off) off
            CROSS JOIN LATERAL (SELECT %(what)s AS what) what
             LEFT JOIN LATERAL %(told)s told ON TRUE
            CROSS JOIN LATERAL (SELECT max(message.round) AS last FROM salon_message message
                                 WHERE message.event_id = event.id AND message.kind = ANY(%(news)s)) numbered
                 WHERE event.company_id = %(company)s AND event.is_salon_booking IS TRUE
                   AND %(coming)s AND %(only)s) AS found
             WHERE kind IS NOT NULL
          ORDER BY start, event_id
            """,
            now=now,
            kind=SQL("%s::text", kind),
            what=self._sql_what(),
            told=self._sql_told(),
            news=list(NEWS),
            company=company.id,
            coming=coming,
            only=only,
        )
        return self.env.execute_query_dict(query)

    @api.model
    def _sql_told(self):
        """Return the SQL of what the client was told last of the row `event`, as a row of salon_message."""
        return SQL(
            """
            (SELECT * FROM salon_message message
              WHERE message.event_id = event.id AND message.kind = ANY(%s) AND message.state <> 'withdrawn'
           ORDER BY message.round DESC, message.id DESC LIMIT 1)
            """,
            list(NEWS),
        )

    @api.model
    def _prepare_news(self, company, found, now, at_once, forced=False):
        """Return the rows for what `_find_news` found of one booking.

        :param bool forced: somebody said that the client is to be told: whatever the settings say of this kind
        """
        partners = self.env["res.partner"].with_context(active_test=False)
        rows, number = [], found["round"]
        told_other = found["told_partner_id"] and found["told_partner_id"] != found["client_id"]
        if told_other and found["kind"] == "confirmation" and found["told_start"] > now:
            # It was given to somebody else: who thinks that they are booked are not.
            other = partners.browse(found["told_partner_id"])
            told = self._facts_told(found)
            rows += self._prepare_rows(company, other, "cancelled", told, number, now, at_once, forced)
            number += 1
        cancelled = found["kind"] == "cancelled"
        client = partners.browse(found["told_partner_id"] if cancelled and told_other else found["client_id"])
        facts = self._facts_told(found) if cancelled else self._facts_now(found)
        if found["kind"] == "changed":
            facts.update(was_start=found["told_start"], was_what=found["told_what"])
        return rows + self._prepare_rows(company, client, found["kind"], facts, number, now, at_once, forced)

    def _facts_now(self, found):
        return {
            "event_id": found["event_id"],
            "told_start": found["start"],
            "told_stop": found["stop"],
            "told_what": found["what"],
        }

    def _facts_told(self, found):
        """Return what the client was told; of what nothing was told of, what it is."""
        if not found["told_start"]:
            return self._facts_now(found)
        return {
            "event_id": found["event_id"],
            **{name: found[name] for name in ("told_start", "told_stop", "told_what")},
        }

    @api.model
    def _prepare_rows(self, company, client, kind, facts, number, now, at_once, forced):
        """Return the rows of one piece of news: one for each channel, or one that says why it does not go."""
        row = {"company_id": company.id, "partner_id": client.id, "kind": kind, "round": number, "due_at": now, **facts}
        start = facts["told_start"]
        reason = None
        if not forced and not company[f"salon_tell_{'made' if kind == 'confirmation' else kind}"]:
            reason = "off"
        elif not forced and kind != "cancelled" and start - now < AT_HAND:
            reason = "late"
        channels = client._salon_channels(company)
        if reason or not channels:
            return [_left_out(row, reason or "no_address")]
        at, any_hour = now, at_once
        if not at_once:
            at = company._salon_decent_hours(client).next(now)
            if at > max(start - READ_BEFORE, now):
                at, any_hour = now, True
        return [{**row, "channel": channel, "due_at": at, "try_at": at, "any_hour": any_hour} for channel in channels]

    def _plan_call(self, found):
        """Have the front desk call a client who can't be written to; not for what the client did by themselves."""
        self.ensure_one()
        booking = self.event_id.sudo()
        by_client = self.env["salon.cancel.reason"].browse(found["cancel_reason_id"]).by_client
        who = self.env["res.users"].browse(found["write_uid"])
        if who.share or (self.kind == "cancelled" and (by_client or not found["cancel_reason_id"])):
            return
        if self.partner_id != booking.salon_client_id:
            return
        desk = who if who.active and who.has_group("salon_crm.group_salon_reception") else who.browse()
        was = {"start": self.was_start, "stylists": self._stylist_names(self.was_what)} if self.was_start else None
        booking.with_context(lang=desk.lang or self.env.lang)._salon_plan_call(self.kind, was, desk)

    def _stylist_names(self, what):
        """Return the names of the stylists in what was told, by comma."""
        return ", ".join(self._read_what(what)[1].sudo().mapped("name"))

    # Reminders -----------------------------------------------------------------------------------------------

    @api.model
    def _plan_reminders(self, company):
        """Plan the reminders whose moment has come."""
        now = fields.Datetime.now()
        if leads := company._salon_reminder_hours():
            rows = []
            for found in self._find_to_remind(company, max(leads.values())):
                rows += self._prepare_reminders(company, found, leads, now)
            self._insert(rows)

    @api.model
    def _find_to_remind(self, company, hours):
        """Return a dict for each booking within that many hours, and a day, of which the client knows all there is."""
        self.env.flush_all()
        now = fields.Datetime.now()
        query = SQL(
            """
            SELECT event.id AS event_id, event.start, event.stop, event.salon_client_id AS client_id, what.what,
                   event.salon_state, event.create_date, file.remind_day_before AS day_before,
                   EXISTS (SELECT FROM salon_visit visit
                            WHERE visit.partner_id = partner.id AND visit.state = 'done') AS was_here,
                   (SELECT array_agg(DISTINCT message.kind) FROM salon_message message
                     WHERE message.event_id = event.id AND message.kind = ANY(%(reminders)s)
                       AND message.told_start = event.start AND message.state <> 'withdrawn') AS done,
                   (SELECT max(COALESCE(message.sent_at, message.due_at)) FROM salon_message message
                     WHERE message.event_id = event.id AND message.state <> 'withdrawn'
                       AND (message.state <> 'skipped' OR message.reason = 'known')) AS last
              FROM calendar_event event
              JOIN res_partner partner ON partner.id = event.salon_client_id
         LEFT JOIN salon_client_file file ON file.partner_id = partner.id
        CROSS JOIN LATERAL (SELECT %(what)s AS what) what
        CROSS JOIN LATERAL %(told)s told
             WHERE event.company_id = %(company)s AND event.is_salon_booking IS TRUE AND event.active
               AND event.start > %(now)s AND event.start <= %(far)s
               AND event.salon_state IN ('booked', 'confirmed')
               AND told.kind <> 'cancelled' AND told.partner_id = event.salon_client_id
               AND told.told_start = event.start AND told.told_what IS NOT DISTINCT FROM what.what
          ORDER BY event.start, event.id
            """,
            reminders=list(REMINDERS),
            what=self._sql_what(),
            told=self._sql_told(),
            company=company.id,
            now=now,
            far=now + timedelta(hours=hours + 24),
        )
        return self.env.execute_query_dict(query)

    @api.model
    def _prepare_reminders(self, company, found, leads, now):
        """Return the rows for the reminders of one booking whose moment has come; only the last of them goes.

        :param dict leads: hours before the visit by kind, and by "new" for who is new or wants it so
        """
        client = self.env["res.partner"].with_context(active_test=False).browse(found["client_id"])
        due = self._due_reminders(company, found, leads, client, now)
        if not due:
            return []
        facts = {"company_id": company.id, "partner_id": client.id, "round": None, **self._facts_now(found)}
        *overtaken, row = ({**facts, "kind": kind, "due_at": at} for at, kind in due)
        rows = [_left_out(earlier, "overtaken") for earlier in overtaken]
        last = max(filter(None, (found["last"], found["create_date"])))
        channels = client._salon_channels(company)
        reason = None
        if row["due_at"] < last + timedelta(hours=company.salon_message_gap_hours):
            reason = "soon"
        elif now > found["start"] - LEAST_USE:
            reason = "late"
        if reason or not channels:
            return [*rows, _left_out(row, reason or "no_address")]
        return rows + [{**row, "channel": channel, "try_at": now} for channel in channels]

    def _due_reminders(self, company, found, leads, client, now):
        """Return (moment, kind) of the reminders whose moment has come and that were not looked at yet, in order."""
        by_day = found["day_before"] or not found["was_here"]
        first = leads.get("new" if by_day else "reminder")
        hours = {"reminder": first, "reminder_again": leads.get("reminder_again"), "same_day": leads.get("same_day")}
        if found["salon_state"] != "booked" or (first and hours["reminder_again"] and hours["reminder_again"] >= first):
            hours["reminder_again"] = None
        decent = company._salon_decent_hours(client)
        due = []
        for order, kind in enumerate(REMINDERS):
            if hours[kind] and kind not in (found["done"] or ()):
                moment = found["start"] - timedelta(hours=hours[kind])
                at = decent.next(moment)
                if at > max(found["start"] - READ_BEFORE, moment):
                    at = decent.last(moment, EVENING)
                if at <= now:
                    due.append((at, order, kind))
        return [(at, kind) for at, _order, kind in sorted(due)]

    # Rows -----------------------------------------------------------------------------------------------------------

    @api.model
    def _insert(self, rows):
        """Write rows; return those messages that are new. What somebody else planned meanwhile is left out."""
        if not rows:
            return self.browse()
        now = fields.Datetime.now()
        defaults = {"state": "planned", "created_at": now, "any_hour": False, "tries": 0}
        values = [tuple({**defaults, **row}.get(name) for name in COLUMNS) for row in rows]
        query = SQL(
            "INSERT INTO salon_message (%s) VALUES %s ON CONFLICT DO NOTHING RETURNING id",
            SQL(", ").join(map(SQL.identifier, COLUMNS)),
            SQL(", ").join(SQL("%s", value) for value in values),
        )
        self.env.cr.execute(query, log_exceptions=False)
        messages = self.browse(message_id for (message_id,) in self.env.cr.fetchall())
        self.invalidate_model()
        return messages


def _left_out(row, reason):
    """Return the row of a message that is not sent, with the reason."""
    return {**row, "channel": "none", "state": "skipped", "reason": reason}
