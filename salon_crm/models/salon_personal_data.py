from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize_all

from ..tools.personal import FREE, Answer
from .salon_client_file_contact import CHOICES


class SalonPersonalData(models.AbstractModel):
    """The one place that says what is known of a client: what the export shows, and what the erasure takes.

    An addon that keeps something of clients adds its answers in a file of this name. A model of the salon that leads to
    a client and has none makes a test fail.
    """

    _name = "salon.personal.data"
    _description = "What Is Known of a Client"

    @api.model
    def _answers(self):
        """Return the answers (see `tools.personal.Answer`), in the order in which they are carried out."""
        return [
            *self._answers_of_bookings(),
            *self._answers_of_visits(),
            *self._answers_of_file(),
            *self._answers_of_till(),
            *self._answers_of_messages(),
            *self._answers_of_others(),
        ]

    def _answers_of_bookings(self):
        whole = self.env._("That somebody was booked, when and with whom: for the figures.")
        of_booking = ("event_id.salon_client_id", "guest_id")
        return [
            Answer("mail.activity", by=("salon_event_id.salon_client_id",), delete=True),
            Answer("salon.waiting.offer", delete=True),
            Answer("salon.waiting.offer.line", by=("offer_id.partner_id",), delete=True),
            Answer("salon.waiting", delete=True),
            Answer(
                "salon.walk.in",
                by=("partner_id", "event_id.salon_client_id"),
                why=self.env._("That somebody came, and how long they waited: for the figures."),
            ),
            Answer("salon.wish", by=("walk_in_id.partner_id", "waiting_id.partner_id"), why=whole),
            Answer(
                "salon.online.booking",
                by=("event_id.salon_client_id",),
                also=self._online_bookings,
                delete=True,
                export=("name", "email", "phone", "note", "start", "stop", "lang"),
            ),
            Answer("salon.message", keeps=("told_what", "was_what"), why=whole),
            Answer("salon.booking.series", why=whole),
            Answer("salon.booking.block", by=tuple(f"line_id.{path}" for path in of_booking), why=whole, export=()),
            Answer("salon.booking.line", by=of_booking, why=whole),
            # What is written of a booking may be about its guests.
            Answer(
                "calendar.event",
                by=("salon_line_ids.guest_id",),
                values={"description": False},
                why=whole,
                export=("start", "stop", "salon_state"),
                shared=True,
            ),
            Answer(
                "calendar.event",
                by=("salon_client_id",),
                values={
                    "name": self.env._("Erased client"),
                    "description": False,
                    "location": False,
                    "videocall_location": False,
                    "salon_token": False,
                },
                why=whole,
                export=(
                    "name",
                    "start",
                    "stop",
                    "description",
                    "location",
                    "salon_state",
                    "salon_channel",
                    "salon_arrived_at",
                    "salon_started_at",
                    "salon_cancelled_at",
                    "salon_cancel_reason_id",
                    "salon_late_cancel",
                    "company_id",
                    "create_date",
                ),
            ),
        ]

    def _online_bookings(self, partners):
        """Return the domain of what these clients typed on the booking page: it names nobody but by email or number."""
        emails = [email for email in partners.mapped("email_normalized") if email]
        phones = [phone for partner in partners for phone in (partner.phone, partner.phone_sanitized) if phone]
        return Domain("email", "in", emails) | Domain("phone", "in", phones)

    def _answers_of_visits(self):
        done = self.env._("What was done, by whom and when: for the figures, commissions and the books.")
        mixed = self.env._("What was mixed, without a name: for stock and costs.")
        return [
            Answer("salon.formula.component", by=("bowl_id.formula_id.line_id.visit_id.partner_id",), keeps=("shade",),
                   why=mixed),
            Answer("salon.formula.bowl", by=("formula_id.line_id.visit_id.partner_id",), why=mixed),
            Answer("salon.formula", by=("line_id.visit_id.partner_id",), why=mixed),
            Answer(
                "salon.advice",
                by=("diagnosis_id.visit_id.partner_id",),
                why=self.env._("What was advised and at what price: for the figures."),
            ),
            Answer(
                "salon.diagnosis",
                by=("visit_id.partner_id",),
                why=self.env._("How hair or skin was found, of nobody in particular."),
            ),
            Answer("stock.move", by=("salon_visit_id.partner_id",), why=mixed, trail=False, export=()),
            Answer("salon.visit.product", by=("line_id.visit_id.partner_id",), why=mixed),
            Answer("salon.visit.performer", by=("line_id.visit_id.partner_id",), why=done),
            Answer("salon.photo", by=("visit_id.partner_id",), delete=True, export=()),  # files of their own there
            Answer("salon.visit.line", by=("visit_id.partner_id",), why=done),
            Answer("salon.visit", why=done),
        ]  # fmt: skip

    def _answers_of_file(self):
        secret = self.env._("It is encrypted. What it says is in the export, as far as the server's keys open it.")
        return [
            Answer("salon.health.note", by=("file_id.partner_id",), delete=True, export=(), left_out=secret),
            Answer("salon.sensitivity", by=("file_id.partner_id",), delete=True, export=()),
            Answer(
                "salon.override",
                by=("file_id.partner_id",),
                keeps=("cipher", "covers", "user_name"),
                why=self.env._("That a manager made an exception. The reason can't be read any more."),
                export=(),
            ),
            Answer(
                "salon.health.key",
                by=("file_id.partner_id",),
                keeps=("wrapped", "master"),
                why=self.env._("An empty place: the key itself is destroyed, so that no backup can be read."),
                export=(),
            ),
            Answer(
                "salon.access.log",
                by=("file_id.partner_id",),
                keeps=("user_name",),
                why=self.env._("Who of the salon looked at health information, without the client's name."),
                export=("created_at", "operation", "what", "purpose"),
            ),
            Answer(
                "salon.erasure",
                by=("file_id.partner_id",),
                keeps=("user_name", "details", "phone_digest", "email_digest", "name_digest"),
                why=self.env._("That somebody was erased, without saying who."),
                export=(),
            ),
            Answer(
                "salon.intake",
                by=("file_id.partner_id",),
                delete=True,
                export=("form_id", "asked_at", "filled_at", "said", "replaced", "state", "reviewed_at"),
            ),
            Answer("salon.patch.test", by=("file_id.partner_id",), delete=True),
            Answer("salon.consent.request", by=("file_id.partner_id",), delete=True, export=("sent_to", "expires_at")),
            Answer(
                "salon.consent",
                by=("file_id.partner_id",),
                delete=True,
                export=(
                    "title",
                    "text",
                    "action",
                    "version",
                    "signed_name",
                    "is_guardian",
                    "ip_address",
                    "way",
                    "valid_until",
                    "created_at",
                    "signature",
                ),
            ),
            Answer(
                "salon.contact.choice",
                by=("file_id.partner_id",),
                delete=True,
                export=("created_at", "purpose", "channel", "agreed", "way"),
            ),
            Answer("salon.client.event", by=("file_id.partner_id",), delete=True),
            Answer("salon.choice.link", by=("file_id.partner_id",), delete=True, export=()),
            Answer("salon.client.key", by=("file_id.partner_id",), delete=True, export=()),
            Answer(
                "salon.client.file",
                values=dict.fromkeys(
                    (
                        "keeper_id",
                        "referrer_id",
                        "region",
                        "influence",
                        "contact_way",
                        "contact_time",
                        "talk_preference",
                        "remind_day_before",
                        "language_ids",
                        "first_service_ids",
                        "other_person_ids",
                    ),
                    False,
                ),
                keeps=("source_id", "reviewed_at", "reviewed_by_id", *CHOICES),
                why=self.env._("An empty file with its number, and how the client came: for the figures."),
            ),
        ]

    def _answers_of_till(self):
        books = self.env._("Posted entries and paid orders: the law has the salon keep its books.")
        return [
            Answer("pos.payment", by=("pos_order_id.partner_id",), values={"cardholder_name": False, "ticket": False},
                   why=books, export=("payment_date", "amount", "payment_method_id", "cardholder_name", "card_no")),
            Answer("pos.order.line", by=("order_id.partner_id",), values={"customer_note": False, "note": False},
                   why=books, export=("full_product_name", "qty", "price_unit", "discount", "price_subtotal_incl",
                                      "customer_note", "order_id")),
            Answer(
                "pos.order",
                values={
                    "email": False,
                    "mobile": False,
                    "general_customer_note": False,
                    "internal_note": False,
                    "floating_order_name": False,
                    "last_order_preparation_change": False,  # what was printed, with the notes
                },
                why=books,
                export=("name", "pos_reference", "date_order", "amount_total", "state", "email", "mobile",
                        "general_customer_note", "internal_note", "floating_order_name", "company_id"),
            ),
            Answer("account.payment", why=books, trail=False, export=("name", "date", "amount", "memo", "state")),
            Answer("account.bank.statement.line", why=books, trail=False,
                   export=("date", "amount", "payment_ref", "partner_name", "account_number")),
            Answer("account.move", why=books, trail=False,
                   export=("name", "move_type", "invoice_date", "amount_total", "amount_residual", "state",
                           "narration", "company_id")),
            Answer(
                "loyalty.card",
                keeps=("salon_claim_uuid",),  # salon_membership's: an order's number
                why=books,
                export=("code", "points", "program_id", "expiration_date"),
            ),
            Answer("sale.order", values={"client_order_ref": False, "note": False, "access_token": False},
                   why=books, export=("name", "date_order", "amount_total", "state", "client_order_ref", "note")),
            Answer(
                "payment.transaction",
                values=dict.fromkeys(
                    ("partner_name", "partner_email", "partner_phone", "partner_address", "partner_zip",
                     "partner_city", "state_message"), False
                ),
                why=books,
                export=("reference", "amount", "state", "partner_name", "partner_email", "partner_phone"),
            ),
            Answer("payment.token", delete=True, export=()),
        ]  # fmt: skip

    def _answers_of_messages(self):
        return [
            Answer("sms.sms", by=(), also=self._texts_to, delete=True,
                   export=("number", "body", "state", "create_date")),
            Answer("mail.mail", by=("recipient_ids",), also=self._mails_to, delete=True,
                   export=("subject", "body_content", "date", "state", "email_to")),
            Answer("mail.blacklist", by=(), also=self._refused_emails, delete=True, export=("email", "create_date")),
            Answer("phone.blacklist", by=(), also=self._refused_numbers, delete=True,
                   export=("number", "create_date")),
            Answer("mail.message", by=("author_id",), delete=True, export=("date", "subject", "body", "model")),
            Answer("mail.notification", by=("res_partner_id",), delete=True, export=()),
            Answer("snailmail.letter", delete=True, export=()),
            Answer("mail.push.device", delete=True, export=()),
            Answer("calendar.attendee", delete=True, export=("event_id", "state", "email")),
            Answer(
                "rating.rating",
                values={"feedback": False, "publisher_comment": False, "res_name": False, "parent_res_name": False},
                why=self.env._("The stars that were given: for the figures."),
                export=("rating", "feedback", "create_date"),
            ),
        ]  # fmt: skip

    def _texts_to(self, partners):
        """Return the domain of what was sent to their numbers, and of what was sent to them at an earlier one."""
        numbers = [phone for partner in partners for phone in (partner.phone, partner.phone_sanitized) if phone]
        return Domain("number", "in", numbers) | Domain("id", "in", self._sent_to(partners, "sms_id").ids)

    def _mails_to(self, partners):
        """Return the domain of what was sent to their addresses, and of what was sent to them at an earlier one."""
        emails = {email for email in partners.mapped("email_normalized") if email}
        mails = self.env["mail.mail"].sudo()
        # Many addresses end as another one does: what is found by a part is looked at.
        alike = mails.search(Domain.OR(Domain("email_to", "ilike", email) for email in emails))
        exact = alike.filtered(lambda mail: emails & set(email_normalize_all(mail.email_to)))
        return Domain("id", "in", (exact | self._sent_to(partners, "mail_id")).ids)

    def _sent_to(self, partners, carrier):
        """Return what carried messages and forms to these clients.

        :param str carrier: "mail_id" or "sms_id"
        """
        told = self.env["salon.message"].sudo().search([("partner_id", "in", partners.ids), (carrier, "!=", False)])
        asked = self.env["salon.intake"].sudo()
        asked = asked.search([("file_id.partner_id", "in", partners.ids), (carrier, "!=", False)])
        return told[carrier] | asked[carrier]

    def _refused_emails(self, partners):
        """Return the domain of the addresses that want no mailings, and that nobody else has."""
        return Domain("email", "in", self._theirs_alone(partners, "email_normalized"))

    def _refused_numbers(self, partners):
        return Domain("number", "in", self._theirs_alone(partners, "phone_sanitized"))

    def _theirs_alone(self, partners, name):
        """Return the values of a field of these partners that no other contact has."""
        values = {value for value in partners.mapped(name) if value}
        others = Domain(name, "in", list(values)) & Domain("id", "not in", partners.ids)
        return list(values - set(partners.sudo().search(others).mapped(name)))

    def _answers_of_others(self):
        """What belongs to a contact and to nothing else."""
        return [Answer("res.partner.bank", delete=True, export=("acc_number", "bank_id"))]

    # Read -----------------------------------------------------------------------------------------------------

    @api.model
    def _installed_answers(self):
        """Return the answers for the models that this database has."""
        return [answer for answer in self._answers() if answer.model in self.env]

    @api.model
    def _domain(self, answer, partners):
        """Return the domain of what `answer` is about, of these clients."""
        domain = Domain.OR(Domain(path, "in", partners.ids) for path in answer.by)
        return domain | answer.also(partners) if answer.also else domain

    @api.model
    def _find(self, answer, partners):
        """Return all records of these clients that `answer` is about, as superuser."""
        model = self.env[answer.model].sudo().with_context(active_test=False, prefetch_fields=False)
        return model.search(self._domain(answer, partners), order="id")

    @api.model
    def _free_fields(self, model):
        """Return the names of the stored fields of a model in which anything may stand that somebody typed."""
        return [
            name
            for name, field in self.env[model]._fields.items()
            if field.store and field.type in FREE and not field.related
        ]

    @api.model
    def _new_values(self, answer):
        """Return {column: value} of what records get that stay: nothing where they said something."""
        values = {}
        if answer.model.startswith("salon."):
            values = {name: None for name in self._free_fields(answer.model) if name not in answer.keeps}
        values |= {name: value or None for name, value in answer.values.items()}
        fields = self.env[answer.model]._fields
        return {name: value for name, value in values.items() if name in fields and fields[name].column_type}

    # Erase ----------------------------------------------------------------------------------------------------

    @api.model
    def _carry_out(self, answer, records):
        """Delete these records, or blank what they say; return how many said anything at all.

        Straight in the database: no rule of a locked visit, no tracking and no message stands against it.
        """
        if not records:
            return 0
        self.env.flush_all()
        if answer.delete:
            self._delete(records)
            return len(records)
        self._unlink_relations(answer, records)
        values = self._new_values(answer)
        if not values:
            return 0
        columns = {SQL.identifier(name): value for name, value in values.items()}
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s AND (%s)",
                SQL.identifier(records._table),
                SQL(", ").join(SQL("%s = %s", column, value) for column, value in columns.items()),
                tuple(records.ids),
                SQL(" OR ").join(
                    SQL("%s IS NOT NULL", column)
                    if value is None
                    else SQL("%s::text IS DISTINCT FROM %s", column, value)
                    for column, value in columns.items()
                ),
            )
        )
        changed = self.env.cr.rowcount
        records.invalidate_recordset(list(values))
        return changed

    @api.model
    def _unlink_relations(self, answer, records):
        """Take away the links to many that `answer` names, from either side where a model is linked to itself."""
        for name in answer.values:
            field = records._fields.get(name)
            if field and field.type == "many2many":
                sides = [field.column1] + ([field.column2] if field.comodel_name == records._name else [])
                for side in sides:
                    self.env.cr.execute(
                        SQL(
                            "DELETE FROM %s WHERE %s IN %s",
                            SQL.identifier(field.relation),
                            SQL.identifier(side),
                            tuple(records.ids),
                        )
                    )
                records.invalidate_model([name])

    @api.model
    def _delete(self, records):
        """Delete records with all that hangs on them, whatever their own rules say of deleting by hand."""
        self._delete_trail(records)
        if records._name == "mail.mail":
            records = records.mail_message_id
        if records._name == "mail.message":
            self._delete_attachments(Domain("id", "in", records.attachment_ids.ids))
        self.env.flush_all()
        self.env.cr.execute(SQL("DELETE FROM %s WHERE id IN %s", SQL.identifier(records._table), tuple(records.ids)))
        self.env.invalidate_all()

    @api.model
    def _delete_trail(self, records):
        """Delete what Odoo hangs on any record: messages with their files, files, activities, followers, ratings.

        Return how many messages, files and activities there were.
        """
        self.env.flush_all()
        on = Domain("res_id", "in", records.ids)
        model = Domain("model", "=", records._name)
        every = self.env(context={**self.env.context, "active_test": False}, su=True)
        messages = every["mail.message"].search(model & on)
        activities = every["mail.activity"].search(Domain("res_model", "=", records._name) & on)
        files = self._delete_attachments(Domain("res_model", "=", records._name) & on)
        files += self._delete_attachments(Domain("id", "in", messages.attachment_ids.ids))
        for found in (messages, activities):
            if found:
                self.env.cr.execute(
                    SQL("DELETE FROM %s WHERE id IN %s", SQL.identifier(found._table), tuple(found.ids))
                )
        self.env.cr.execute(
            SQL("DELETE FROM mail_followers WHERE res_model = %s AND res_id = ANY(%s)", records._name, records.ids)
        )
        if "mail.scheduled.message" in every:
            every["mail.scheduled.message"].search(model & on).unlink()
        self.env.invalidate_all()
        return len(messages), files, len(activities)

    @api.model
    def _delete_attachments(self, domain):
        """Delete files, also those that are the value of a field; the store drops what no record refers to."""
        files = self.env["ir.attachment"].sudo().search(domain & Domain("id", "!=", 0))
        count = len(files)
        files.unlink()
        return count
