from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

# States of cards that no day ends: there is nothing left, or their days stand still.
ENDLESS = ("expired", "closed", "frozen")
TERMS = {"product_id", "partner_id", "company_id", "number", "service_ids", "categ_id", "is_shared"}
MARKS = 40  # more do not fit on a screen
BALANCE = {"sessions", "amount", "sessions_left", "amount_left", "sessions_held", "amount_held"}


class SalonTreatmentCard(models.Model):
    """Sessions of a service that a client has paid for: ten facials, of which seven are left.

    What it is good for stands on the card as it was sold: who changes the product changes no card. The ledger
    (`salon.treatment.move`) keeps the figures; nothing else writes them.
    """

    _name = "salon.treatment.card"
    _inherit = ["mail.thread", "pos.load.mixin", "salon.checked"]
    _description = "Treatment Card"
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
    product_id = fields.Many2one(
        "product.product", string="Card", required=True, readonly=True, ondelete="restrict", index=True
    )
    service_ids = fields.Many2many(
        "product.template", "salon_treatment_card_service_rel", "card_id", "product_tmpl_id",
        string="Good For", readonly=True,
    )  # fmt: skip
    categ_id = fields.Many2one("product.category", string="Services of", readonly=True, ondelete="restrict")
    sold_on = fields.Date(required=True, readonly=True, default=lambda self: self.env.company._salon_today())
    expires_on = fields.Date(
        string="Ends On", tracking=True, readonly=True, help="The last day of use. Empty: it never ends."
    )
    frozen_from = fields.Date(readonly=True, tracking=True, help="So long as a card is frozen its days stand still.")
    state = fields.Selection(
        [
            ("active", "Active"),
            ("frozen", "Frozen"),
            ("blocked", "Blocked"),
            ("expired", "Expired"),
            ("closed", "Used Up"),
        ],
        required=True,
        default="active",
        readonly=True,
        copy=False,
        tracking=True,
    )
    is_over = fields.Boolean(compute="_compute_is_over", search="_search_is_over", string="Past Its Last Day")
    is_shared = fields.Boolean(string="May Be Shared", readonly=True)
    holder_ids = fields.Many2many(
        "res.partner", "salon_treatment_card_holder_rel", "card_id", "partner_id",
        string="Also for", help="Who may use the sessions besides the client.",
    )  # fmt: skip
    sessions = fields.Integer(readonly=True, required=True, default=0, help="How many there were.")
    amount = fields.Monetary(readonly=True, required=True, default=0.0, string="Paid", help="What was paid for them.")
    sessions_left = fields.Integer(readonly=True, copy=False)
    amount_left = fields.Monetary(string="Worth", readonly=True, copy=False, help="What the sessions left were paid.")
    sessions_held = fields.Integer(
        readonly=True, copy=False, help="Sessions that an order at a till is about to use. No other order gets them."
    )
    amount_held = fields.Monetary(readonly=True, copy=False)
    sessions_used = fields.Integer(compute="_compute_used")
    label = fields.Char(compute="_compute_label", string="What")
    left_label = fields.Char(compute="_compute_label", string="Left")
    strip = fields.Html(string="Marks", compute="_compute_strip", sanitize=False)
    pos_order_line_id = fields.Many2one(
        "pos.order.line", string="Order Line", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    piece = fields.Integer(readonly=True, default=1, help="Which of several cards that one order line sold.")
    account_payment_id = fields.Many2one(
        "account.payment", string="Payment", readonly=True, ondelete="restrict", index="btree_not_null"
    )
    from_card_id = fields.Many2one(
        "salon.treatment.card", readonly=True, ondelete="restrict", index="btree_not_null",
        help="The card whose sessions or worth came to this one.",
    )  # fmt: skip
    move_ids = fields.One2many("salon.treatment.move", "card_id", string="Movements", readonly=True)
    hold_ids = fields.One2many("salon.treatment.hold", "card_id", string="Held", readonly=True)

    _number_uniq = models.UniqueIndex("(company_id, number)", "Another treatment card has this number.")
    _line_uniq = models.UniqueIndex(
        "(pos_order_line_id, piece) WHERE pos_order_line_id IS NOT NULL", "This card is booked already."
    )
    _never_negative = models.Constraint(
        "CHECK (sessions_left BETWEEN 0 AND sessions AND amount_left BETWEEN 0 AND amount"
        " AND sessions_held >= 0 AND amount_held >= 0)",
        "There are not that many sessions left on this card.",
    )
    _empty_is_worth_nothing = models.Constraint(
        "CHECK (sessions_left > 0 OR amount_left = 0)", "A card without sessions is worth nothing."
    )
    _frozen_since = models.Constraint(
        "CHECK ((state = 'frozen') = (frozen_from IS NOT NULL))", "A frozen card says since when."
    )
    _left_idx = models.Index("(partner_id, company_id) WHERE sessions_left > 0")

    @api.private
    def init(self):
        """Have the database refuse every change of what is left that is not a line of the ledger (invariant 5, 7)."""
        result = super().init()
        self.env["salon.prepaid.line"]._make_refusal()
        self.env.cr.execute(
            """
            CREATE OR REPLACE FUNCTION salon_treatment_from_zero() RETURNS trigger AS $$
            BEGIN
                NEW.sessions_left := 0;
                NEW.amount_left := 0;
                NEW.sessions_held := 0;
                NEW.amount_held := 0;
                RETURN NEW;
            END $$ LANGUAGE plpgsql;

            CREATE OR REPLACE TRIGGER salon_treatment_from_zero BEFORE INSERT ON salon_treatment_card
            FOR EACH ROW EXECUTE FUNCTION salon_treatment_from_zero();
            CREATE OR REPLACE TRIGGER salon_treatment_refuse_balance BEFORE UPDATE ON salon_treatment_card
            FOR EACH ROW WHEN (
                (NEW.sessions, NEW.amount, NEW.sessions_left, NEW.amount_left, NEW.sessions_held, NEW.amount_held,
                 NEW.company_id, NEW.product_id)
                IS DISTINCT FROM
                (OLD.sessions, OLD.amount, OLD.sessions_left, OLD.amount_left, OLD.sessions_held, OLD.amount_held,
                 OLD.company_id, OLD.product_id)
            ) EXECUTE FUNCTION salon_prepaid_refuse();
            """
        )
        return result

    # Computes ---------------------------------------------------------------------------------------

    @api.depends("sessions", "sessions_left")
    def _compute_used(self):
        for card in self:
            card.sessions_used = card.sessions - card.sessions_left

    @api.depends("expires_on", "state")
    def _compute_is_over(self):
        for card in self:
            today = card.company_id._salon_today()
            card.is_over = bool(card.expires_on and card.expires_on < today and card.state not in ENDLESS)

    def _search_is_over(self, operator, value):
        if operator != "in":
            return NotImplemented
        over = [
            ("expires_on", "<", self.env.company._salon_today()),
            ("state", "not in", ENDLESS),
        ]
        return over if True in value else ["!", "&", *over]

    @api.depends("product_id", "sessions", "sessions_left")
    def _compute_label(self):
        for card in self:
            card.label = card.product_id.sudo().name
            card.left_label = self.env._(
                "%(left)s of %(sessions)s left", left=card.sessions_left, sessions=card.sessions
            )

    @api.depends("sessions", "sessions_left")
    def _compute_strip(self):
        """One mark for each session, those that are used crossed out; many of them as a number alone."""
        left = Markup('<span class="badge rounded-pill text-bg-success fs-6">%s</span>')
        used = Markup('<span class="badge rounded-pill text-bg-light border text-muted fs-6"><s>%s</s></span>')
        row = Markup('<div class="o_salon_sessions d-flex flex-wrap gap-1">%s</div>')
        for card in self:
            if card.sessions > MARKS:
                card.strip = row % (left % card.left_label)
                continue
            marks = [
                (used if number <= card.sessions_used else left) % number for number in range(1, card.sessions + 1)
            ]
            card.strip = row % Markup("").join(marks)

    @api.depends("number", "product_id", "partner_id")
    def _compute_display_name(self):
        for card in self:
            card.display_name = f"{card.number} · {card.product_id.sudo().name or ''} · {card.partner_id.name or ''}"

    # What is kept -----------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        sequences = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            company_id = vals.setdefault("company_id", self.env.company.id)
            if not vals.get("number"):
                vals["number"] = sequences.with_company(company_id).next_by_code("salon.treatment.card")
        return super().create(vals_list)

    def write(self, vals):
        if vals.keys() & (TERMS | BALANCE):
            raise ValidationError(
                self.env._("A treatment card stays as it was sold. Transfer it, or sell another, instead.")
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A treatment card is never deleted: the books refer to it. Block it instead."))

    @api.constrains("holder_ids")
    def _check_holders(self):
        for card in self:
            if card.holder_ids and not card.is_shared:
                raise ValidationError(self.env._("%s is for its client alone: it was sold so.", card.display_name))

    # Making -----------------------------------------------------------------------------------------

    @api.model
    def _prepare_card_values(self, product, partner, company, day, sessions=None, amount=0.0, **values):
        """Return the values of a new card of `product`: with what it is good for and until when, as of today."""
        template = product.product_tmpl_id
        return {
            "product_id": product.id,
            "partner_id": partner.id,
            "company_id": company.id,
            "service_ids": [Command.set(template.salon_card_service_ids.ids)],
            "categ_id": template.salon_card_categ_id.id,
            "is_shared": template.salon_card_shared,
            "sold_on": day,
            "expires_on": company._salon_ends_on(day, template.salon_card_months),
            "sessions": template.salon_card_sessions if sessions is None else sessions,
            "amount": amount,
            **values,
        }

    # Who may use it ---------------------------------------------------------------------------------

    @api.model
    def _get_usable(self, partner, company, product=None):
        """Return the cards with sessions left that a client may use today in a company: what ends first comes first.

        :param product: a service: those alone that are good for it
        """
        if not partner:
            return self.browse()
        today = company._salon_today()
        cards = self.search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "active"),
                ("sessions_left", ">", 0),
                "|", ("partner_id", "in", partner.ids), ("holder_ids", "in", partner.ids),
                "|", ("expires_on", "=", False), ("expires_on", ">=", today),
            ],
            order="expires_on, sold_on, id",
        )  # fmt: skip
        return cards.filtered(lambda card: card._treats(product)) if product else cards

    def _treats(self, product):
        """Tell whether this card is good for this service."""
        self.ensure_one()
        template, categ = product.product_tmpl_id, self.categ_id
        if template in self.service_ids:
            return True
        path = template.categ_id.parent_path or ""
        return bool(categ and template.is_salon_service and path.startswith(categ.parent_path or "-"))

    # Blocking and freezing --------------------------------------------------------------------------

    def _check_role(self, group="salon_crm.group_salon_manager"):
        """Refuse whoever has not this role, or may not see this card."""
        self.check_access("read")
        if not (self.env.su or self.env.user.has_group(group)):
            raise AccessError(self.env._("Ask a manager to do this."))

    def action_block(self):
        """Let nobody use this card, as when it was lost."""
        self._check_role("salon_crm.group_salon_reception")
        self.sudo().filtered(lambda card: card.state == "active").state = "blocked"

    def action_unblock(self):
        self._check_role()
        self.sudo().filtered(lambda card: card.state == "blocked").state = "active"

    def action_freeze(self):
        """Have the days of this card stand still: the client travels, or is expecting."""
        self._check_role()
        cards = self.sudo()
        cards._lock()
        cards._clear_holds()
        if cards.filtered(lambda card: card.state != "active" or card.is_over):
            raise UserError(self.env._("Only a card that can be used can be frozen."))
        if cards.filtered("sessions_held"):
            raise UserError(self.env._("An order at a till is just using this card. Try again when it is paid."))
        for card in cards:
            card.write({"state": "frozen", "frozen_from": card.company_id._salon_today()})
        cards._note_news("freeze")

    def action_unfreeze(self):
        """Let this card be used again: its last day comes later by as many days as it was frozen."""
        self._check_role()
        frozen = self.sudo().filtered(lambda card: card.state == "frozen")
        for card in frozen:
            values = {"state": "active", "frozen_from": False}
            if card.expires_on:
                values["expires_on"] = card.expires_on + (card.company_id._salon_today() - card.frozen_from)
            card.write(values)
        frozen._note_news("unfreeze")

    def action_view_moves(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_treatment_move_action")
        return {**action, "domain": [("card_id", "=", self.id)], "context": {}}
