from odoo import api, fields, models
from odoo.tools import format_amount, format_date, format_datetime

BATCH = 100


class SalonWalletNotice(models.Model):
    """What a client is to be told of their stored value: a line for each event, which a job sends later.

    The ledger itself never changes: whether its client was told is noted here.
    """

    _name = "salon.wallet.notice"
    _description = "News of Stored Value"
    _order = "id desc"
    _rec_name = "kind"

    wallet_id = fields.Many2one("salon.wallet", required=True, readonly=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="wallet_id.partner_id", string="Client")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        [
            ("topup", "Topped Up"),
            ("spend", "Used"),
            ("return", "Given Back"),
            ("payout", "Paid Out"),
            ("transfer_out", "Transferred Away"),
            ("transfer_in", "Transferred Here"),
            ("expire", "Ended"),
            ("ending", "Ends Soon"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    principal = fields.Monetary(readonly=True)
    bonus = fields.Monetary(readonly=True)
    principal_balance = fields.Monetary(string="Principal After", readonly=True)
    bonus_balance = fields.Monetary(string="Bonus After", readonly=True)
    at = fields.Datetime(string="When", required=True, readonly=True)
    lot_id = fields.Many2one("salon.wallet.lot", readonly=True, ondelete="restrict", index="btree_not_null")
    ends_on = fields.Date(readonly=True)
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="set null", index="btree_not_null"
    )
    state = fields.Selection(
        [("due", "To Be Told"), ("told", "Told"), ("unreachable", "No Email"), ("no", "Not to Be Told")],
        string="Client Told",
        required=True,
        readonly=True,
        default="due",
    )

    _ending_uniq = models.UniqueIndex(
        "(lot_id, ends_on) WHERE kind = 'ending'", "Notice of this end was given already."
    )
    _due_idx = models.Index("(id) WHERE state = 'due'")

    @api.model
    def _cron_tell(self):
        """Tell clients what became of their money, by email, at hours at which they may be written to."""
        last = 0
        while notices := self.search([("state", "=", "due"), ("id", ">", last)], order="id", limit=BATCH):
            last = notices[-1].id
            notices = notices.try_lock_for_update().filtered(lambda notice: notice.state == "due")
            notices._tell()
            if not self.env["ir.cron"]._commit_progress(len(notices)):
                return

    def _tell(self):
        now = fields.Datetime.now()
        template = self.env.ref("salon_membership.mail_template_wallet", raise_if_not_found=False)
        for notice in self:
            company, client = notice.company_id, notice.partner_id
            if not template or not company.salon_tell_prepaid:
                notice.state = "no"
            elif "email" not in client._salon_channels(company):
                notice.state = "unreachable"
            elif company._salon_decent_hours(client).next(now) <= now:
                template.send_mail(notice.id)
                notice.state = "told"

    def _headline(self):
        """Return in a few words what happened, for the client."""
        self.ensure_one()
        return {
            "topup": self.env._("your stored value was topped up"),
            "spend": self.env._("you paid by stored value"),
            "return": self.env._("stored value was given back to you"),
            "payout": self.env._("stored value was paid out to you"),
            "transfer_out": self.env._("stored value was transferred"),
            "transfer_in": self.env._("stored value was transferred to you"),
            "expire": self.env._("stored value has ended"),
            "ending": self.env._("stored value ends soon"),
        }[self.kind]

    def _say(self, name):
        """Return an amount as people read it, without its sign."""
        return format_amount(self.with_context(lang=self._lang()).env, abs(self[name]), self.currency_id)

    def _say_when(self):
        return format_datetime(self.env, self.at, tz=str(self.company_id._salon_timezone()), lang_code=self._lang())

    def _say_end(self):
        return format_date(self.env, self.ends_on, lang_code=self._lang()) if self.ends_on else ""

    def _lang(self):
        return self.partner_id.lang or self.company_id.partner_id.lang or self.env.lang or "en_US"


class SalonWalletMove(models.Model):
    _inherit = "salon.wallet.move"

    def _note_news(self):
        """Have the clients told of these moves: one line for each event of each client."""
        quiet = self.env.context.get("salon_quiet")
        vals_list = []
        for (wallet, kind), moves in self.grouped(lambda move: (move.wallet_id, move.kind)).items():
            if quiet or not wallet.company_id.salon_tell_prepaid:
                continue
            last = moves[-1]
            vals_list.append(
                {
                    "wallet_id": wallet.id,
                    "company_id": wallet.company_id.id,
                    "kind": kind,
                    "principal": sum(moves.mapped("principal")),
                    "bonus": sum(moves.mapped("bonus")),
                    "principal_balance": last.principal_balance,
                    "bonus_balance": last.bonus_balance,
                    "at": last.date,
                    "pos_order_id": last.pos_order_id.id,
                }
            )
        if vals_list:
            self.env["salon.wallet.notice"].sudo().create(vals_list)
            self.env.ref("salon_membership.cron_tell_wallets")._trigger()
