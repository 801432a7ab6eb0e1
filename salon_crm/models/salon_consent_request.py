import hashlib
from datetime import timedelta
from urllib.parse import urljoin

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..tools.hand_over import hand_over
from ..tools.token import is_token, new_token

PATH = "/salon/consent/"
HERE = timedelta(hours=2)  # for which a page on the salon's tablet holds


class SalonConsentRequest(models.Model):
    """A link by which a client reads and signs forms. It ends after a set time; what was signed stays."""

    _name = "salon.consent.request"
    _description = "Request for Consent"
    _order = "id desc"

    token = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    form_ids = fields.Many2many("salon.consent.form", string="Forms", readonly=True)
    signed_form_ids = fields.Many2many(
        "salon.consent.form", "salon_consent_request_signed_rel", string="Signed", readonly=True
    )
    way = fields.Selection([("tablet", "In the Salon"), ("link", "By Link")], required=True, readonly=True)
    expires_at = fields.Datetime(string="Valid Until", required=True, readonly=True)
    sent_to = fields.Char(readonly=True, help="The email address or number that the link went to.")

    _token_idx = models.UniqueIndex("(token)")

    @api.depends("file_id")
    def _compute_display_name(self):
        for request in self:
            request.display_name = request.file_id.display_name

    @api.model
    def _ask(self, partner, forms, company, way):
        """Return a new request, as superuser.

        :param str way: "link", or "tablet" for one that is opened here and now
        :raise UserError: there is nothing to sign
        """
        if not forms:
            raise UserError(self.env._("Nothing is missing: choose a form to be signed."))
        partner._make_salon_clients()
        lasts = HERE if way == "tablet" else timedelta(days=company.salon_consent_link_days)
        return self.sudo().create(
            {
                "token": new_token(),
                "file_id": partner.sudo().salon_file_ids[:1].id,
                "company_id": company.id,
                "form_ids": [(6, 0, forms.ids)],
                "way": way,
                "expires_at": fields.Datetime.now() + lasts,
            }
        )

    def _path(self):
        return PATH + self.sudo().token

    def _link(self):
        """Return the address at which the client signs."""
        return urljoin(self.sudo().get_base_url(), self._path())

    def _send(self):
        """Send the link by the channels on which the client is told of bookings; return how, for people.

        :raise UserError: they can't be written to
        """
        self.ensure_one()
        partner = self.file_id.partner_id
        channels = partner._salon_channels(self.company_id)
        if not channels:
            raise UserError(
                self.env._("%s has no email address and no number for SMS. Press “Sign Here” instead.", partner.name)
            )
        if "email" in channels:
            self.env.ref("salon_crm.mail_template_consent").sudo().send_mail(self.id)
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        if "sms" in channels:
            template = self.env.ref("salon_crm.sms_template_consent").sudo()
            body = template._render_field("body", self.ids, compute_lang=True)[self.id]
            self.env["sms.sms"].sudo().create({"number": partner.phone_sanitized, "body": body})
            self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()
        self.sent_to = partner._salon_reached_by(self.company_id)
        return self.sent_to

    @api.model
    def _by_token(self, token):
        """Return the request (as superuser) that a link names; none where the link is wrong or has ended."""
        if not is_token(token):
            return self.sudo().browse()
        return self.sudo().search([("token", "=", token), ("expires_at", ">", fields.Datetime.now())], limit=1)

    def _open_forms(self):
        """Return what is still to be signed, in order."""
        return (self.form_ids - self.signed_form_ids).filtered("active").sorted()

    @api.model
    def _fingerprint(self, form):
        """Return what stands for the words of a form in the language of this environment."""
        form = form.with_context(lang=self.env.lang)
        return hashlib.sha256(f"{form.version}\n{form.name}\n{form.text}".encode()).hexdigest()[:32]

    def _sign(self, form, values):
        """Keep that a form was signed, in the language of this environment.

        :param dict values: "signed_name", "is_guardian", "signature" (base64 of a PNG, or False), "ip_address"
        :return: salon.consent as superuser
        """
        # Of two who sign at once the second waits here, is told to try again, which is no error, and finds it signed.
        update = SQL("UPDATE salon_consent_request SET write_date = timezone('UTC', now()) WHERE id = %s", self.id)
        self.env.cr.execute(update, log_exceptions=False)
        self.invalidate_recordset(["signed_form_ids", "write_date"])
        if form not in self._open_forms():
            raise UserError(self.env._("This form is signed already. Thank you."))
        form = form.with_context(lang=self.env.lang)
        today = self.company_id._salon_today()
        # On the salon's tablet nobody is logged in: who asked for it there has it signed.
        user = self.create_uid if self.way == "tablet" and self.env.user._is_public() else self.env.user
        consent = (
            self.env["salon.consent"]
            .sudo()
            .create(
                {
                    "file_id": self.file_id.id,
                    "form_id": form.id,
                    "version": form.version,
                    "title": form.name,
                    "text": form.text,
                    "lang": self.env.lang or "en_US",
                    "way": self.way,
                    "valid_until": today + relativedelta(months=form.months) if form.months else False,
                    **values,
                    **user._salon_signature(),
                    "user_name": False if user._is_public() else user._salon_signature()["user_name"],
                }
            )
        )
        self.signed_form_ids |= form
        return consent

    @api.autovacuum
    def _gc_requests(self):
        """Forget links that have ended: what was signed stands elsewhere."""
        self.sudo().search([("expires_at", "<", fields.Datetime.now())]).unlink()

    def _open_here(self):
        """Return the action that logs the user out on this device and opens the page for the client."""
        return hand_over(self._path())

    def _tell_sent(self):
        """Send these links; return the action that tells the user so."""
        reached = [f"{request.file_id.display_name}: {request._send()}" for request in self]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("The link is on its way"),
                "message": "; ".join(reached),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
