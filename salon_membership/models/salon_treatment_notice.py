from datetime import timedelta

from odoo import api, fields, models

SALES = ("sell", "upgrade")


class SalonTreatmentNotice(models.Model):
    """What a client is to be told of a treatment card of theirs."""

    _name = "salon.treatment.notice"
    _inherit = ["salon.prepaid.notice"]
    _rec_name = "kind"
    _description = "News of a Treatment Card"

    card_id = fields.Many2one("salon.treatment.card", required=True, readonly=True, ondelete="cascade", index=True)
    partner_id = fields.Many2one(related="card_id.partner_id", string="Client")
    kind = fields.Selection(
        [
            ("sell", "Sold"),
            ("upgrade", "Upgraded"),
            ("use", "Session Used"),
            ("return", "Given Back"),
            ("refund", "Refunded"),
            ("transfer_out", "Transferred Away"),
            ("transfer_in", "Transferred Here"),
            ("expire", "Expired"),
            ("ending", "Ends Soon"),
            ("freeze", "Frozen"),
            ("unfreeze", "No Longer Frozen"),
            ("extend", "Extended"),
            ("contract", "Contract Sent Again"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    sessions = fields.Integer(readonly=True, help="How many came, or went.")
    sessions_balance = fields.Integer(string="Sessions After", readonly=True)

    _ending_uniq = models.UniqueIndex(
        "(card_id, ends_on) WHERE kind = 'ending'", "Notice of this end was given already."
    )

    def _letter(self):
        name = "mail_template_contract" if self.kind == "contract" else "mail_template_treatment"
        return self.env.ref(f"salon_membership.{name}", raise_if_not_found=False)

    def _letter_of(self):
        return self._contracts() if self.kind == "contract" else super()._letter_of()

    def _job(self):
        return self._job_of("salon_membership.cron_tell_treatments")

    def _contracts(self):
        if self.kind not in (*SALES, "contract"):
            return super()._contracts()
        return self.env["salon.prepaid.contract"].sudo().search([("card_id", "=", self.card_id.id)])

    def _headline(self):
        """Return in a few words what happened, for the client."""
        self.ensure_one()
        return {
            "sell": self.env._("your new treatment card"),
            "upgrade": self.env._("your new treatment card"),
            "use": self.env._("you used your treatment card"),
            "return": self.env._("sessions were given back to you"),
            "refund": self.env._("your treatment card was refunded"),
            "transfer_out": self.env._("your treatment card was transferred"),
            "transfer_in": self.env._("a treatment card was transferred to you"),
            "expire": self.env._("your treatment card has ended"),
            "ending": self.env._("your treatment card ends soon"),
            "freeze": self.env._("your treatment card is frozen"),
            "unfreeze": self.env._("your treatment card can be used again"),
            "extend": self.env._("your treatment card lasts longer"),
            "contract": self.env._("your contract"),
        }[self.kind]

    def _say_left(self):
        """Return how many sessions were left then, for the client."""
        env = self.with_context(lang=self._lang()).env
        return env._("%(left)s of %(sessions)s left", left=self.sessions_balance, sessions=self.card_id.sessions)


class SalonTreatmentMove(models.Model):
    _inherit = "salon.treatment.move"

    def _note_news(self):
        """Have the clients told of these moves: one line for each event of each card."""
        if self.env.context.get("salon_quiet"):
            return
        notices, vals_list = self.env["salon.treatment.notice"].sudo(), []
        for (card, kind), moves in self.sorted("id").grouped(lambda move: (move.card_id, move.kind)).items():
            last = moves[-1]
            if kind == "upgrade" and last.sessions < 0:
                continue  # the news is the new card
            if notices._wanted(card.company_id, kind in SALES):
                vals_list.append(
                    {
                        **card._prepare_news_values(kind),
                        "sessions": sum(moves.mapped("sessions")),
                        "sessions_balance": last.sessions_balance,
                        "at": last.date,
                        "pos_order_id": last.pos_order_id.id,
                    }
                )
        notices._note(vals_list)


class SalonTreatmentCard(models.Model):
    _inherit = "salon.treatment.card"

    def _note_news(self, kind):
        """Have the clients told of what happened to these cards beside their sessions."""
        notices = self.env["salon.treatment.notice"].sudo()
        told = self.filtered(lambda card: notices._wanted(card.company_id, False))
        notices._note([card._prepare_news_values(kind) for card in told])

    def _prepare_news_values(self, kind):
        """Return the values of a notice of this card, as it is now."""
        self.ensure_one()
        return {
            "card_id": self.id,
            "company_id": self.company_id.id,
            "kind": kind,
            "sessions_balance": self.sessions_left,
            "ends_on": self.expires_on,
            "at": fields.Datetime.now(),
        }

    @api.model
    def _cron_give_notice(self):
        """Have the clients told whose cards end within the days of notice: once for each end."""
        for company in self.env["res.company"].search([]):
            self._give_notice(company)

    @api.model
    def _give_notice(self, company):
        today = company._salon_today()
        until = today + timedelta(days=company.salon_prepaid_notice_days)
        notices = self.env["salon.treatment.notice"].sudo()
        cards = self.sudo().search(
            [("company_id", "=", company.id), ("sessions_left", ">", 0), ("state", "in", ("active", "blocked")),
             ("expires_on", ">=", today), ("expires_on", "<=", until)],
            order="id",
        )  # fmt: skip
        known = notices.search([("card_id", "in", cards.ids), ("kind", "=", "ending")])
        known = {(notice.card_id, notice.ends_on) for notice in known}
        cards = cards.filtered(lambda card: (card, card.expires_on) not in known)
        cards._note_news("ending")
        self.env["ir.cron"]._commit_progress(len(cards))
