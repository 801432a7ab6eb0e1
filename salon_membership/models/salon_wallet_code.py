import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

DIGITS = 6
LASTS = timedelta(minutes=5)
TRIES = 3
AGAIN = timedelta(seconds=30)
MOST, WITHIN = 5, timedelta(hours=1)


class SalonWallet(models.Model):
    """A code by SMS, in place of the PIN: it is good for one payment, for five minutes. Nobody can read it here."""

    _inherit = "salon.wallet"

    code_hash = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    code_until = fields.Datetime(readonly=True, copy=False, groups=fields.NO_ACCESS)
    code_tries = fields.Integer(readonly=True, copy=False, groups=fields.NO_ACCESS)

    def _code_number(self):
        """Return the number to which a code goes; False where none is known."""
        return self.partner_id.phone_sanitized

    @api.model
    def send_code(self, config_id, partner_id):
        """Send a code to the client's phone, by which they pay in place of a PIN. An earlier one ends.

        :return dict: "message", for the cashier, and "sent": False where one was sent just now, or too many were
        :raise UserError: this salon uses no codes, the client has no stored value, or no number is known
        """
        config = self.env["pos.config"]._salon_till(config_id)
        wallet = self.sudo()._get_open(self.env["res.partner"].browse(partner_id), config.company_id)
        if not wallet:
            raise UserError(self.env._("This client has no stored value. Top up first."))
        if config.company_id.salon_pin_way == "pin":
            raise UserError(
                self.env._("This salon asks for the PIN. A manager can allow codes by SMS in the settings.")
            )
        if not wallet._code_number():
            raise UserError(wallet._say_no_number())
        wallet._lock()
        attempts = self.env["salon.public.attempt"]
        if not attempts._allow("wallet_code_again", str(wallet.id), 1, AGAIN):
            return {
                "sent": False,
                "message": self.env._("A code was sent just now. Wait half a minute before the next."),
            }
        if not attempts._allow("wallet_code", str(wallet.id), MOST, WITHIN):
            return {
                "sent": False,
                "message": self.env._("Too many codes were sent. Try again in an hour, or pay otherwise."),
            }
        wallet._make_code()
        return {"sent": True, "message": wallet._say_code_sent()}

    def _make_code(self):
        """Send a new code by SMS, and keep what it can be known by."""
        self.ensure_one()
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self.write(
            {
                "code_hash": self.env["res.users"]._crypt_context().hash(code),
                "code_until": fields.Datetime.now() + LASTS,
                "code_tries": 0,
            }
        )
        env = self.with_context(lang=self.partner_id._salon_lang(self.company_id)).env
        text = env._(
            "%(salon)s: %(code)s is your code to pay by stored value. It is good for 5 minutes. Give it to our cashier"
            " alone.",
            salon=self.company_id.name,
            code=code,
        )
        self.env["sms.sms"].sudo().create({"number": self._code_number(), "body": text})
        self.env.ref("sms.ir_cron_sms_scheduler_action").sudo()._trigger()

    def _ask_code(self, code):
        """Return nothing where this is the code, which ends with it; or what `hold_value` answers in place of it.

        A wrong code is no error: the count of wrong ones must stay, which an error would undo.
        """
        self.ensure_one()
        if not self.code_hash or self.code_until <= fields.Datetime.now():
            return {"pin": "code", "message": self.env._("This code has ended. Send another one.")}
        if self.env["res.users"]._crypt_context().verify(str(code), self.code_hash):
            self._end_code()
            return None
        self.code_tries += 1
        if self.code_tries >= TRIES:
            self._end_code()
            return {"pin": "code", "message": self.env._("The code was wrong too often. Send another one.")}
        return {
            "pin": "code_wrong",
            "message": self.env._("The code is wrong. %s more tries are left.", TRIES - self.code_tries),
        }

    def _end_code(self):
        self.write({"code_hash": False, "code_until": False, "code_tries": 0})

    def _want_code(self):
        """Return what `hold_value` answers where a code is needed."""
        if not self._code_number():
            return {"pin": "blocked", "message": self._say_no_number()}
        return {"pin": "code", "message": self.env._("A code by SMS is needed for so much.")}

    def _say_no_number(self):
        return self.env._("No mobile number is known of %s, to send a code to.", self.partner_id.name)

    def _say_code_sent(self):
        return self.env._("A code was sent to the client's phone, the number ending in %s.", self._code_number()[-4:])
