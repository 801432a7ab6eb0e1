import base64
import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, format_amount, format_date

from odoo.addons.salon_crm.tools.frame import local_day

from .salon_contract_template import WORDS

REPORT = "salon_membership.salon_prepaid_contract_report"

_logger = logging.getLogger(__name__)


class SalonPrepaidContract(models.Model):
    """What salon and client agreed on when prepaid money was sold: the exact words of that day. It never changes.

    There is no client on it: they are whose the top-up or the card is, so that merging and erasing need not touch it.
    """

    _name = "salon.prepaid.contract"
    _inherit = ["salon.kept.line"]
    _description = "Prepaid Contract"
    _order = "id desc"
    _log_access = False
    _rec_name = "number"

    number = fields.Char(required=True, readonly=True)
    kind = fields.Selection(
        [("wallet", "Stored Value"), ("treatment", "Treatment Card")], string="For", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    currency_id = fields.Many2one(related="company_id.currency_id")
    lot_id = fields.Many2one(
        "salon.wallet.lot", string="Top-up", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    card_id = fields.Many2one(
        "salon.treatment.card", string="Treatment Card", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Client", compute="_compute_partner_id", search="_search_partner_id", compute_sudo=True
    )
    pos_order_id = fields.Many2one(
        "pos.order", string="Order", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    sold_on = fields.Date(required=True, readonly=True)
    product = fields.Char(string="What Is Sold", readonly=True)
    price = fields.Monetary(required=True, readonly=True)
    bonus = fields.Monetary(readonly=True)
    sessions = fields.Integer(readonly=True)
    services = fields.Char(string="Good For", readonly=True)
    valid_until = fields.Date(readonly=True, help="The last day of use. Empty: it never ends.")
    bonus_until = fields.Date(readonly=True)
    cooling_until = fields.Date(
        string="Cooling-off Until", readonly=True, help="The last day on which it is taken back whole if it is unused."
    )
    lang = fields.Char(string="Language", readonly=True)
    title = fields.Char(required=True, readonly=True)
    client_name = fields.Char(string="Made Out To", readonly=True, help="The client's name on that day.")
    text = fields.Html(readonly=True, sanitize=False, help="The words, exactly as they were agreed on.")
    write_date = fields.Datetime(related="created_at", string="Last Change")
    letter = fields.Selection(
        [
            ("planned", "To Be Sent"),
            ("sending", "On Its Way"),
            ("retry", "Not Sent, Tries Again"),
            ("sent", "Sent"),
            ("unsure", "Perhaps Sent"),
            ("unreachable", "No Email"),
            ("no", "Not to Be Sent"),
            ("failed", "Not Sent: Error"),
        ],
        string="By Email",
        compute="_compute_letter",
        search="_search_letter",
        compute_sudo=True,
        help="What became of the last letter by which this contract went to its client.",
    )
    letter_why = fields.Char(string="Why It Did Not Go", compute="_compute_letter", compute_sudo=True)
    letter_try_at = fields.Datetime(string="Next Try", compute="_compute_letter", compute_sudo=True)

    _number_uniq = models.UniqueIndex("(company_id, number)", "Another contract has this number.")
    _lot_uniq = models.UniqueIndex("(lot_id) WHERE lot_id IS NOT NULL", "This top-up has its contract.")
    _card_uniq = models.UniqueIndex("(card_id) WHERE card_id IS NOT NULL", "This card has its contract.")
    _of_one = models.Constraint(
        "CHECK ((lot_id IS NULL) <> (card_id IS NULL))", "A contract is about one top-up or one card."
    )

    @api.depends("lot_id", "card_id")
    def _compute_partner_id(self):
        for contract in self:
            contract.partner_id = contract.lot_id.wallet_id.partner_id or contract.card_id.partner_id

    @api.model
    def _search_partner_id(self, operator, value):
        return ["|", ("lot_id.wallet_id.partner_id", operator, value), ("card_id.partner_id", operator, value)]

    def _compute_letter(self):
        lots = self._last_letters("salon.wallet.notice", "lot_id", ("topup", "contract"))
        cards = self._last_letters("salon.treatment.notice", "card_id", ("sell", "upgrade", "contract"))
        for contract in self:
            notice = lots.get(contract.lot_id) or cards.get(contract.card_id)
            contract.letter = notice and notice.state
            contract.letter_why = notice and notice.why
            contract.letter_try_at = notice and notice.try_at

    def _last_letters(self, model, link, kinds):
        """Return the last notice with which each of these contracts went: {lot or card: notice}."""
        domain = [(link, "in", self[link].ids), ("kind", "in", kinds)]
        return {notice[link]: notice for notice in self.env[model].search(domain, order="id")}

    @api.model
    def _search_letter(self, operator, value):
        if operator != "in":
            return NotImplemented
        for model in ("salon.wallet.notice", "salon.treatment.notice"):
            self.env[model].flush_model()
        query = SQL(
            """(
            SELECT contract.id FROM salon_prepaid_contract contract
              LEFT JOIN LATERAL (
                SELECT letter.state FROM (
                    SELECT id, state FROM salon_wallet_notice
                     WHERE lot_id = contract.lot_id AND kind IN ('topup', 'contract')
                     UNION ALL
                    SELECT id, state FROM salon_treatment_notice
                     WHERE card_id = contract.card_id AND kind IN ('sell', 'upgrade', 'contract')
                ) letter ORDER BY letter.id DESC LIMIT 1
              ) last ON TRUE
             WHERE COALESCE(last.state, '') = ANY(%s))""",
            [state or "" for state in value],
        )
        return [("id", "in", query)]

    # Making -----------------------------------------------------------------------------------------

    @api.model
    @api.private
    def _make(self, lots=None, cards=None):
        """Make the contracts of top-ups and cards that were just sold, all at once; return them, as superuser.

        What has its contract already gets no other. Nothing is printed here.

        :param lots: salon.wallet.lot
        :param cards: salon.treatment.card
        """
        contracts = self.sudo()
        vals_list = [
            *(lot._prepare_contract_values() for lot in (lots or ()) if not contracts._of("lot_id", lot)),
            *(card._prepare_contract_values() for card in (cards or ()) if not contracts._of("card_id", card)),
        ]
        sequences, signature = self.env["ir.sequence"].sudo(), self.env.user.sudo()._salon_signature()
        for vals in vals_list:
            company = self.env["res.company"].browse(vals["company_id"])
            vals["number"] = sequences.with_company(company).next_by_code(self._name)
            vals |= signature
            vals |= contracts._prepare_words(company, vals)
        return contracts.create(vals_list)

    @api.model
    def _of(self, name, record):
        return self.search([(name, "=", record.id)])

    @api.model
    def _prepare_words(self, company, vals):
        """Return "title" and "text" of a contract with these values, in its language.

        A template with an error makes no sale fail: the contract then says what was sold, for how much.
        """
        lang = vals["lang"]
        template = self.env["salon.contract.template"]._find(company, vals["kind"]).with_context(lang=lang)
        title = template.name or self.with_context(lang=lang).env._("Prepaid Contract")
        try:
            text = template and template._fill(self._prepare_placeholders(company, vals), lang)
        except UserError:
            _logger.warning("The template %s of prepaid contracts has an error", template.id, exc_info=True)
            text = False
        return {"title": title, "text": text or False}

    @api.model
    def _prepare_placeholders(self, company, vals):
        """Return what a template can say of a contract with these values, as people read it; "" where there is none."""
        env = self.with_context(lang=vals["lang"]).env
        home = company.partner_id.with_env(env)

        def amount(name):
            return format_amount(env, vals[name], company.currency_id) if vals.get(name) else ""

        def day(name):
            return format_date(env, vals[name]) if vals.get(name) else ""

        words = {
            "number": vals["number"],
            "date": day("sold_on"),
            "client": vals["client_name"],
            "salon": company.name,
            "salon_address": " ".join(home._display_address(without_company=True).split()),
            "salon_phone": company.phone or "",
            "product": vals["product"],
            "price": format_amount(env, vals["price"], company.currency_id),
            "bonus": amount("bonus"),
            "sessions": str(vals.get("sessions") or ""),
            "services": vals.get("services") or "",
            "valid_until": day("valid_until"),
            "bonus_until": day("bonus_until"),
            "refund_rule": company.with_env(env)._salon_say_refund_rule(vals["kind"]),
            "cooling_days": company.salon_cooling_days if vals.get("cooling_until") else 0,
            "cooling_until": day("cooling_until"),
        }
        assert words.keys() == WORDS.keys()
        return words

    # Giving it out ----------------------------------------------------------------------------------

    def _print(self):
        """Return these contracts as one PDF, each in its language."""
        reports = self.env["ir.actions.report"].sudo().with_context(lang=self[:1].lang)
        return reports._render_qweb_pdf(REPORT, self.ids)[0]

    def _prepare_paper(self):
        """Return the values of a file that goes with one letter, and is deleted with it."""
        self.ensure_one()
        return {
            "name": f"{self.number}.pdf",
            "datas": base64.b64encode(self._print()),
            "mimetype": "application/pdf",
            "res_model": "mail.message",
            "res_id": 0,
        }

    def action_print(self):
        """Give these contracts as a PDF."""
        return self.env.ref(REPORT).report_action(self)

    def action_send(self):
        """Have these contracts sent to their clients by email, at once.

        :raise UserError: a client has no email address, or a letter could not be made
        """
        self.check_access("read")
        for contract in self.sudo():
            if not contract.partner_id.email_normalized:
                raise UserError(self.env._("%s has no email address.", contract.partner_id.display_name))
            notice = contract._note_sending()
            if not notice._letter() or not notice._make():
                raise UserError(notice._say_broken())
            notice._job()._trigger()
        self.invalidate_recordset(["letter", "letter_why", "letter_try_at"], flush=False)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("The contract is on its way.")},
        }

    def _note_sending(self):
        """Note that staff sends this contract now: what becomes of the letter is seen to as with any other."""
        self.ensure_one()
        values = {"company_id": self.company_id.id, "kind": "contract", "at": fields.Datetime.now()}
        if self.lot_id:
            link = {"wallet_id": self.lot_id.wallet_id.id, "lot_id": self.lot_id.id}
            return self.env["salon.wallet.notice"].sudo().create({**values, **link})
        return self.env["salon.treatment.notice"].sudo().create({**values, "card_id": self.card_id.id})

    @api.model
    @api.private
    def _of_client(self, partner):
        """Return the contracts of a client, as superuser, the newest first."""
        contracts = self.sudo()
        return contracts.search([("partner_id", "=", partner.id)], limit=50) if partner else contracts.browse()


class ResCompany(models.Model):
    _inherit = "res.company"

    salon_send_contract = fields.Boolean(
        string="Send Contracts",
        default=True,
        help="The contract of a top-up or a treatment card goes to its client by email, as a PDF.",
        prefetch="salon",
    )

    def _salon_say_refund_rule(self, kind):
        """Return in a sentence how what is unused is refunded after the cooling-off time.

        :param str kind: "wallet" or "treatment"
        """
        self.ensure_one()
        if kind == "wallet":
            return self.env._("Principal that is not used is paid back. The bonus that came with it ends.")
        if self.salon_treatment_refund == "share":
            return self.env._(
                "The client gets back what was paid, less the sessions used, at their share of the price."
            )
        return self.env._(
            "The client gets back what was paid, less the sessions used, at their list price of the day of use."
        )


class SalonWalletLot(models.Model):
    _inherit = "salon.wallet.lot"

    def _prepare_contract_values(self):
        """Return what the contract of this top-up says."""
        self.ensure_one()
        company, partner = self.company_id, self.wallet_id.partner_id
        lang = partner._salon_lang(company)
        topup = company.salon_topup_product_id.with_context(lang=lang)
        return {
            "kind": "wallet",
            "company_id": company.id,
            "lot_id": self.id,
            "pos_order_id": self.pos_order_line_id.order_id.id,
            "sold_on": local_day(company._salon_timezone(), self.topped_up_at),
            "product": topup.name or self.with_context(lang=lang).env._("Top-up"),
            "price": self.principal,
            "bonus": self.bonus,
            "valid_until": self.principal_expires_on,
            "bonus_until": self.bonus_expires_on,
            "cooling_until": self._cooling_until(),
            "client_name": partner.name,
            "lang": lang,
        }


class SalonTreatmentCard(models.Model):
    _inherit = "salon.treatment.card"

    def _prepare_contract_values(self):
        """Return what the contract of this card says."""
        self.ensure_one()
        company, partner = self.company_id, self.partner_id
        lang = partner._salon_lang(company)
        own = self.with_context(lang=lang)
        services = own.service_ids.mapped("name")
        if own.categ_id:
            services.append(own.env._("all of %s", own.categ_id.name))
        return {
            "kind": "treatment",
            "company_id": company.id,
            "card_id": self.id,
            "pos_order_id": self.pos_order_line_id.order_id.id,
            "sold_on": self.sold_on,
            "product": own.product_id.name,
            "price": self.amount,
            "sessions": self.sessions,
            "services": ", ".join(services),
            "valid_until": self.expires_on,
            "cooling_until": self._cooling_until(),
            "client_name": partner.name,
            "lang": lang,
        }


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _salon_lang(self, company):
        """Return the language in which this client is written to by a company."""
        self.ensure_one()
        return self.lang or company.partner_id.lang or self.env.lang or "en_US"
