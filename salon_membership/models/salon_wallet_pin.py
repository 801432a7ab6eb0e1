from odoo import api, fields, models
from odoo.exceptions import UserError

TRIES = 5


class SalonWallet(models.Model):
    """A PIN that the client types when much is used at once. Nobody can read it, and few tries guess it."""

    _inherit = "salon.wallet"

    pin_hash = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    pin_tries = fields.Integer(
        string="Wrong PINs", readonly=True, copy=False, help="After 5 the PIN is blocked until a manager resets it."
    )
    has_pin = fields.Boolean(string="PIN Set", compute="_compute_has_pin", compute_sudo=True)

    @api.depends("pin_hash")
    def _compute_has_pin(self):
        for wallet in self:
            wallet.has_pin = bool(wallet.pin_hash)

    def _ask_pin(self, amount, pin=None, code=None):
        """Return nothing where `amount` may be used, or what `hold_value` answers in place of it.

        A wrong PIN is no error: the count of wrong ones must stay, which an error would undo.
        """
        self.ensure_one()
        if not self._needs_pin(amount):
            return None
        way = self.company_id.salon_pin_way
        if code and way != "pin":
            return self._ask_code(code)
        if way == "sms" or (way == "either" and not self.pin_hash and self._code_number()):
            return self._want_code()
        answer = self._ask_own_pin(pin)
        return answer and {**answer, "sms": way == "either" and bool(self._code_number())}

    def _ask_own_pin(self, pin):
        """Return nothing where this is the PIN, or what `hold_value` answers."""
        if not self.pin_hash:
            return {
                "pin": "none",
                "message": self.env._(
                    "From %s on a PIN is needed. Have the client set one, then try again.",
                    self._say(self.company_id.salon_pin_from),
                ),
            }
        if self.pin_tries >= TRIES:
            return self._refuse_pin()
        if not pin:
            return {"pin": "missing", "message": self.env._("Have the client type their PIN.")}
        if self._check_pin(pin):
            return None
        return self._refuse_pin()

    def _needs_pin(self, amount):
        start = self.company_id.salon_pin_from
        return bool(start) and self.currency_id.compare_amounts(amount, start) >= 0

    def _check_pin(self, pin):
        """Tell whether this is the PIN, and count a wrong one."""
        right = self.env["res.users"]._crypt_context().verify(str(pin), self.pin_hash)
        if not right:
            self.pin_tries += 1
        elif self.pin_tries:
            self.pin_tries = 0
        return right

    def _refuse_pin(self):
        if self.pin_tries >= TRIES:
            return {
                "pin": "blocked",
                "message": self.env._("The PIN was wrong too often. A manager can reset it on the stored value."),
            }
        return {
            "pin": "wrong",
            "message": self.env._("The PIN is wrong. %s more tries are left.", TRIES - self.pin_tries),
        }

    @api.model
    def set_pin(self, config_id, partner_id, pin, old_pin=None, code=None):
        """Set the PIN that the client types at the till; who has one already types that too.

        The first one takes the client's code by SMS, where the salon sends codes and their number is known. Elsewhere
        the cashier has them set it at the till. Either way it is noted, and the client is told.

        :param str pin: 4 to 8 digits
        :return dict: empty, or "pin" and "message" as `hold_value` answers where the old one, or the code, is missing
            or wrong
        :raise UserError: the new one is no PIN, or there is no stored value
        """
        config = self.env["pos.config"]._salon_till(config_id)
        wallet = self.sudo()._get_open(self.env["res.partner"].browse(partner_id), config.company_id)
        if not wallet:
            raise UserError(self.env._("This client has no stored value. Top up first."))
        if not (str(pin).isdecimal() and 4 <= len(str(pin)) <= 8):
            raise UserError(self.env._("A PIN has 4 to 8 digits."))
        wallet._lock()
        if wallet.pin_hash:
            if wallet.pin_tries >= TRIES:
                return wallet._refuse_pin()
            if not old_pin:
                return {"pin": "missing", "message": self.env._("Have the client type the PIN that they have now.")}
            if not wallet._check_pin(old_pin):
                return wallet._refuse_pin()
        elif refused := wallet._ask_who_sets(code):
            return refused
        words = self.env._("PIN changed at %s.") if wallet.pin_hash else self.env._("PIN set at %s.")
        wallet.write({"pin_hash": self.env["res.users"]._crypt_context().hash(str(pin)), "pin_tries": 0})
        wallet._note_pin("pin", words % config.name)
        return {}

    def _ask_who_sets(self, code):
        """Return nothing where a first PIN may be set, or what `set_pin` answers in place of it."""
        if self.company_id.salon_pin_way == "pin" or not self._code_number():
            return None
        if code:
            return self._ask_code(code)
        return {
            "pin": "code",
            "message": self.env._("Before a first PIN the client types a code that they get by SMS."),
        }

    def _note_pin(self, kind, words):
        """Note by whom and where a PIN was set or taken away, and have the client told: they may not know of it."""
        self.message_post(body=words, author_id=self.env.user.partner_id.id)
        self.env["salon.wallet.notice"].sudo()._note(
            [
                {
                    "wallet_id": wallet.id,
                    "company_id": wallet.company_id.id,
                    "kind": kind,
                    "principal_balance": wallet.principal,
                    "bonus_balance": wallet.bonus,
                    "at": fields.Datetime.now(),
                }
                for wallet in self
            ]
        )

    def action_reset_pin(self):
        """Take the PIN away, on a manager's word: the client sets a new one at the till."""
        self._check_manager()
        for wallet in self.sudo():
            wallet.write({"pin_hash": False, "pin_tries": 0})
            wallet._note_pin("pin_reset", self.env._("PIN reset."))
