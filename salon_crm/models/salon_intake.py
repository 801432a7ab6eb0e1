import json
from datetime import timedelta
from urllib.parse import urljoin

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.hand_over import hand_over
from ..tools.spoken import spoken_day
from ..tools.token import is_token, new_token
from ..tools.wait_turn import wait_turn

PATH = "/salon/intake/"
MARK = f"{PATH}sheet-"  # with the sheet's id, what stands for its link until the mail goes


class SalonIntake(models.Model):
    """What one client was asked, and answered: it changes nothing in the client's file before staff has looked at it.

    What was told of the client's health lies encrypted, as health notes do: `reveal_health` is the one way out.
    """

    _name = "salon.intake"
    _description = "Filled Intake Form"
    _order = "filled_at desc, id desc"
    _rec_name = "file_id"

    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    version_id = fields.Many2one("salon.intake.version", required=True, readonly=True, ondelete="restrict", index=True)
    form_id = fields.Many2one(related="version_id.form_id", string="Form", store=True, index=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    event_id = fields.Many2one(
        "calendar.event", string="Booking", readonly=True, ondelete="set null", index="btree_not_null"
    )
    state = fields.Selection(
        [("sent", "Not Filled Yet"), ("filled", "To Review"), ("reviewed", "Reviewed"), ("declined", "Declined")],
        required=True,
        readonly=True,
        default="sent",
        index=True,
    )
    health_state = fields.Selection(
        [("none", "Nothing told"), ("open", "To Review"), ("done", "Reviewed"), ("declined", "Declined")],
        string="Health",
        required=True,
        readonly=True,
        default="none",
        help="What was told of the client's health is reviewed by a stylist who serves the client, or by a manager.",
    )
    channel = fields.Selection(
        [("email", "Email"), ("sms", "SMS"), ("both", "Email and SMS"), ("here", "In the salon")],
        string="By",
        readonly=True,
        help="How the client was asked.",
    )
    token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS, help="Who knows it may fill in this form.")
    asked_at = fields.Datetime(string="Asked", required=True, readonly=True, default=fields.Datetime.now)
    asked_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    ends_at = fields.Datetime(string="Link Ends", required=True, readonly=True)
    filled_at = fields.Datetime(string="Filled", readonly=True)
    answers = fields.Json(readonly=True, help="By the key of the question; nothing about health.")
    cipher = fields.Text(readonly=True, copy=False, groups=fields.NO_ACCESS)
    key_id = fields.Many2one("salon.health.key", readonly=True, ondelete="restrict", groups=fields.NO_ACCESS)
    said = fields.Json(string="Answered", compute="_compute_said", help="The answers in words; nothing about health.")
    replaced = fields.Json(compute="_compute_said", help="What the file said before, by the question.")
    taken = fields.Json(readonly=True, help="What was taken over: what the file said before, and what it says now.")
    reviewed_at = fields.Datetime(string="Reviewed On", readonly=True)
    reviewed_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    health_reviewed_at = fields.Datetime(readonly=True)
    health_reviewed_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    mail_id = fields.Many2one("mail.mail", readonly=True, ondelete="set null", groups=fields.NO_ACCESS)
    sms_id = fields.Many2one("sms.sms", readonly=True, ondelete="set null", groups=fields.NO_ACCESS)
    trouble = fields.Char(compute="_compute_trouble", help="Why the client may not have the link.")

    _token_idx = models.UniqueIndex("(token) WHERE token IS NOT NULL")
    _waiting_idx = models.Index("(file_id) WHERE state = 'filled' OR health_state = 'open'")

    @api.depends("state", "ends_at", "mail_id.state", "sms_id.state")
    def _compute_trouble(self):
        now = fields.Datetime.now()
        for sheet in self:
            carriers = sheet.sudo().mail_id.mapped("state") + sheet.sudo().sms_id.mapped("state")
            sheet.trouble = False
            if sheet.state == "sent" and {"exception", "cancel", "error", "canceled"} & set(carriers):
                sheet.trouble = self.env._("It could not be sent. Look at the address, and ask again.")
            elif sheet.state == "sent" and sheet.ends_at <= now:
                sheet.trouble = self.env._("The link has ended. Ask again.")

    @api.depends("answers", "taken")
    @api.depends_context("lang")
    def _compute_said(self):
        for sheet in self:
            sheet.said = sheet._in_words(sheet.answers or {})
            taken = {key: change["old"] for key, change in (sheet.taken or {}).items() if change["old"]}
            names = {question["key"]: question["name"] for question in sheet.version_id.sudo()._questions(health=True)}
            sheet.replaced = {names.get(key, key): old for key, old in taken.items()}

    def _in_words(self, answers):
        """Return {question: answer} as people read it."""
        version = self.version_id.sudo()
        return {
            question["name"]: version._say_answer(question, answers[question["key"]])
            for question in version._questions(health=True)
            if question["key"] in answers
        }

    @api.ondelete(at_uninstall=False)
    def _unlink_messages(self):
        """What was sent of these goes with them."""
        messages = self.env["mail.message"].sudo()
        messages.search([("model", "=", self._name), ("res_id", "in", self.ids)]).unlink()

    # Asking -------------------------------------------------------------------------------------------------

    @api.model
    def _ask(self, file, form, company, event=None):
        """Return a sheet that the client can fill in, as superuser: the one that still waits, or a new one.

        :param event: calendar.event that it is asked for
        """
        file.partner_id._refuse_erased()
        wait_turn(file.sudo())
        values = {
            "version_id": form._current_version().id,
            "company_id": company.id,
            "asked_at": fields.Datetime.now(),
            "asked_by_id": self.env.uid,
            "ends_at": fields.Datetime.now() + timedelta(days=company.sudo().salon_intake_days),
        }
        if event:
            values["event_id"] = event.id
        waiting = [("file_id", "=", file.id), ("form_id", "=", form.id), ("state", "=", "sent")]
        if sheet := self.sudo().search(waiting, limit=1):
            # A link that has ended stays ended.
            renewed = {} if sheet.ends_at > fields.Datetime.now() else {"token": new_token()}
            sheet.write({**values, **renewed})
            return sheet
        return self.sudo().create({**values, "file_id": file.id, "token": new_token()})

    def _path(self):
        """Return the path of the page, for the client alone."""
        return PATH + self.sudo().token

    def _link(self):
        """Return the address of the page, for the client alone."""
        return urljoin(self.sudo().get_base_url(), self._path())

    def _mark(self):
        """Return what stands for the link in a mail, until the mail goes."""
        return urljoin(self.get_base_url(), f"{MARK}{self.id}")

    def _ends_on(self):
        """Return the day on which the link ends, for people."""
        return spoken_day(self.env, self.ends_at, self.company_id._salon_timezone())

    def _send(self):
        """Send the link to the client, by the channels on which bookings are told.

        :raise UserError: the client has no address
        """
        self.ensure_one()
        sheet = self.sudo().with_company(self.company_id)
        client = sheet.file_id.partner_id
        channels = client._salon_channels(sheet.company_id)
        if not channels:
            raise UserError(
                self.env._(
                    "%s can't be written to: note an email address first, or have it filled in here.", client.name
                )
            )
        if "email" in channels:
            mail_id = self.env.ref("salon_crm.mail_template_intake").sudo().send_mail(sheet.id)
            sheet.mail_id = mail_id
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        if "sms" in channels:
            template = self.env.ref("salon_crm.sms_template_intake").sudo()
            body = template._render_field("body", sheet.ids, compute_lang=True)[sheet.id]
            sheet.sms_id = self.env["sms.sms"].sudo().create({"number": client.phone_sanitized, "body": body})
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
        sheet.channel = "both" if len(channels) > 1 else channels[0]

    def action_withdraw(self):
        """End the link: the client is not asked any more."""
        self._check_may_review()
        sheets = self.sudo()
        if sheets.filtered(lambda sheet: sheet.state != "sent"):
            raise UserError(self.env._("This form was filled in already. Review it."))
        sheets.write({"state": "declined", "token": False})

    def _check_may_review(self):
        """Refuse to who may not change the files of these clients."""
        self.check_access("read")
        self.file_id.check_access("write")

    # Filling in ---------------------------------------------------------------------------------------------

    @api.model
    def _by_token(self, token):
        """Return the sheet (as superuser) that a link names; none where the link is wrong or has ended."""
        sheets = self.sudo()
        if not is_token(token):
            return sheets.browse()
        sheet = sheets.search([("token", "=", token), ("ends_at", ">", fields.Datetime.now())], limit=1)
        return sheet if sheet.state == "sent" or sheet.filled_at else sheets.browse()

    def _asked(self):
        """Return the questions as the page shows them; without those about health where nothing could keep them."""
        return self.version_id._questions(health=self.env["salon.health.key"]._is_ready())

    def _fill(self, answers, here=False):
        """Keep what the client answered; what is about health is encrypted before it is written.

        :param dict answers: as salon.intake.version has them, checked, by the key of the question
        :param bool here: it was filled in on a device of the salon
        """
        self.ensure_one()
        wait_turn(self)
        if self.state != "sent":
            return  # a second tap: the first is kept
        given = {key: answer for key, answer in answers.items() if answer.get("text") or answer.get("picked")}
        health = {question["key"] for question in self.version_id.content["questions"] if question["health"]}
        told = {key: answer for key, answer in given.items() if key in health}
        values = {
            "state": "filled",
            "filled_at": fields.Datetime.now(),
            "answers": {key: answer for key, answer in given.items() if key not in health},
        }
        if here:
            values["channel"] = "here"
        if told:
            key = self.env["salon.health.key"]._of_file(self.file_id)
            cipher = key._encrypt(json.dumps(told, ensure_ascii=False, sort_keys=True))
            values.update(key_id=key.id, cipher=cipher, health_state="open")
        self.write(values)

    def _open_health(self):
        """Return what was told of the client's health, by the key of the question.

        :raise UserError: the server's keys are missing or wrong, or the client was erased
        """
        sheet = self.sudo()
        return json.loads(sheet.key_id._decrypt([sheet.cipher])[0]) if sheet.cipher else {}

    # Screens ------------------------------------------------------------------------------------------------

    def action_fill_here(self):
        """Log out on this device, and open the page for the client to fill in."""
        self.ensure_one()
        self._check_may_review()
        if self.state != "sent":
            raise UserError(self.env._("This form was filled in already."))
        sheet = self._ask(self.file_id, self.form_id, self.company_id, self.event_id)
        sheet.channel = "here"
        return hand_over(sheet._path())

    def action_ask_again(self):
        """Send the link once more."""
        self.ensure_one()
        self._check_may_review()
        if self.state != "sent":
            raise UserError(self.env._("This form was filled in already."))
        self._ask(self.file_id, self.form_id, self.company_id, self.event_id)._send()
