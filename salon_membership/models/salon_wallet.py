import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.tools import mute_logger


class SalonWallet(models.Model):
    """A client's stored value in one company: principal, which is their money, and bonus given on top of it.

    The ledger (`salon.wallet.move`) keeps the figures; nothing else writes them.
    """

    _name = "salon.wallet"
    _inherit = ["mail.thread", "salon.checked"]
    _description = "Stored Value"
    _order = "number desc, id desc"
    _rec_names_search = ["number", "partner_id"]

    number = fields.Char(required=True, readonly=True, copy=False, default=lambda self: self.env._("New"))
    partner_id = fields.Many2one(
        "res.partner", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("active", "Active"), ("blocked", "Blocked"), ("closed", "Closed")],
        required=True,
        default="active",
        readonly=True,
        copy=False,
        tracking=True,
    )
    principal = fields.Monetary(
        readonly=True, copy=False, help="The client's own money: what was paid in and is not used yet."
    )
    bonus = fields.Monetary(readonly=True, copy=False, help="What the salon gave on top. It is never paid out.")
    total = fields.Monetary(string="Balance", compute="_compute_total")
    principal_held = fields.Monetary(
        readonly=True, copy=False, help="Principal that an order at a till is about to use. No other order gets it."
    )
    bonus_held = fields.Monetary(
        readonly=True, copy=False, help="Bonus that an order at a till is about to use. No other order gets it."
    )
    lot_ids = fields.One2many("salon.wallet.lot", "wallet_id", string="Top-ups", readonly=True)
    move_ids = fields.One2many("salon.wallet.move", "wallet_id", string="Movements", readonly=True)
    hold_ids = fields.One2many("salon.wallet.hold", "wallet_id", string="Held", readonly=True)

    _partner_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE state <> 'closed'", "This client has stored value here already."
    )
    _number_uniq = models.UniqueIndex("(company_id, number)", "Another stored value has this number.")
    _never_negative = models.Constraint(
        "CHECK (principal >= 0 AND bonus >= 0 AND principal_held >= 0 AND bonus_held >= 0)",
        "There is not that much stored value left.",
    )
    _closed_is_empty = models.Constraint(
        "CHECK (state <> 'closed' OR (principal = 0 AND bonus = 0))", "Stored value is closed when nothing is left."
    )

    @api.private
    def init(self):
        """Have the database refuse every change of a balance that is not a line of the ledger (invariants 5 and 7)."""
        result = super().init()
        self.env["salon.prepaid.line"]._make_refusal()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_wallet_from_zero() RETURNS trigger AS $$
            BEGIN
                NEW.principal := 0;
                NEW.bonus := 0;
                NEW.principal_held := 0;
                NEW.bonus_held := 0;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_wallet_from_zero BEFORE INSERT ON salon_wallet
            FOR EACH ROW EXECUTE FUNCTION salon_wallet_from_zero();
            CREATE OR REPLACE TRIGGER salon_wallet_refuse_balance BEFORE UPDATE ON salon_wallet
            FOR EACH ROW WHEN (
                (NEW.principal, NEW.bonus, NEW.principal_held, NEW.bonus_held, NEW.company_id)
                IS DISTINCT FROM (OLD.principal, OLD.bonus, OLD.principal_held, OLD.bonus_held, OLD.company_id)
            ) EXECUTE FUNCTION salon_prepaid_refuse();
            """
        )
        return result

    @api.depends("principal", "bonus")
    def _compute_total(self):
        for wallet in self:
            wallet.total = wallet.principal + wallet.bonus

    @api.depends("number", "partner_id")
    def _compute_display_name(self):
        for wallet in self:
            wallet.display_name = f"{wallet.number} · {wallet.partner_id.name or ''}"

    @api.model_create_multi
    def create(self, vals_list):
        sequences = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            company_id = vals.setdefault("company_id", self.env.company.id)
            if not vals.get("number"):
                vals["number"] = sequences.with_company(company_id).next_by_code("salon.wallet")
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & {"partner_id", "company_id", "number"}:
            raise ValidationError(self.env._("Stored value stays with its client. Transfer the money instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("Stored value is never deleted: the books refer to it. Block it instead."))

    @api.model
    def _get_open(self, partners, company):
        """Return the stored value of `partners` in `company`, blocked ones too."""
        if not partners:
            return self.browse()
        domain = [("partner_id", "in", partners.ids), ("company_id", "=", company.id), ("state", "!=", "closed")]
        return self.search(domain)

    @api.model
    def _open_for(self, partner, company):
        """Return the stored value of a client in a company, as superuser: a new one for who has none.

        Two tills may do so at the same moment: the second tries again, and finds what the first made.
        """
        wallets = self.sudo()
        wallet = wallets._get_open(partner, company)
        if wallet:
            return wallet
        try:
            with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                wallet = wallets.create({"partner_id": partner.id, "company_id": company.id})
                wallet.flush_recordset()
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError("another till has just opened this client's stored value") from error
        partner._make_salon_clients()
        return wallet

    def _forget_figures(self):
        """Read what is held anew: the database adds it up."""
        self.invalidate_recordset(["principal_held", "bonus_held"], flush=False)

    # Blocking ---------------------------------------------------------------------------------------

    def action_block(self):
        """Let nobody spend this stored value, as when a card was lost. Money still comes in and is paid out."""
        self._check_manager("salon_crm.group_salon_reception")
        self.sudo().filtered(lambda wallet: wallet.state == "active").state = "blocked"

    def action_unblock(self):
        self._check_manager()
        self.sudo().filtered(lambda wallet: wallet.state == "blocked").state = "active"

    def _check_manager(self, group="salon_crm.group_salon_manager"):
        """Refuse whoever has not this role, or may not see this stored value."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("Ask a manager to do this."))

    def action_view_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_wallet_move_action")
        return {**action, "domain": [("wallet_id", "=", self.id)], "context": {}}
