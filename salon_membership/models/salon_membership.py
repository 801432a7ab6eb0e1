from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from .loyalty_card import BY_LEDGER


class SalonMembership(models.Model):
    """A client's membership in one company: the tier gives the price, the lots hold the points.

    Who comes back gets the ended membership again, with its number.
    """

    _name = "salon.membership"
    _inherit = ["mail.thread", "pos.load.mixin"]
    _description = "Membership"
    _order = "number desc, id desc"
    _rec_names_search = ["number", "partner_id"]

    number = fields.Char(
        string="Membership Number", required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    partner_id = fields.Many2one("res.partner", string="Client", required=True, ondelete="restrict", index=True)
    tier_id = fields.Many2one(
        "salon.membership.tier",
        required=True,
        ondelete="restrict",
        index=True,
        tracking=True,
        default=lambda self: self._default_tier_id(),
        domain="[('company_id', 'in', (False, company_id))]",
    )
    color = fields.Integer(related="tier_id.color")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="restrict", default=lambda self: self.env.company
    )
    state = fields.Selection(
        [("active", "Active"), ("ended", "Ended")],
        required=True,
        default="active",
        readonly=True,
        copy=False,
        tracking=True,
    )
    start_date = fields.Date(string="Member Since", required=True, default=lambda self: self.env.company._salon_today())
    end_date = fields.Date(string="Ended On", readonly=True, copy=False)
    card_id = fields.Many2one(
        "loyalty.card", string="Loyalty Card", ondelete="restrict", readonly=True, copy=False, index="btree_not_null"
    )

    _active_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE state = 'active'", "This client is a member already."
    )
    _number_uniq = models.UniqueIndex("(company_id, number)", "Another membership has this number.")
    _end_when_ended = models.Constraint(
        "CHECK ((state = 'ended') = (end_date IS NOT NULL))",
        "An ended membership needs the day on which it ended. End it by its button.",
    )

    def _default_tier_id(self):
        return self.env.company._salon_first_tier()

    @api.depends("number", "partner_id")
    def _compute_display_name(self):
        for membership in self:
            membership.display_name = f"{membership.number} · {membership.partner_id.name or ''}"

    @api.constrains("tier_id", "company_id")
    def _check_tier_company(self):
        for membership in self:
            if membership.tier_id.company_id not in (membership.company_id, self.env["res.company"]):
                raise ValidationError(
                    self.env._(
                        "The tier %(tier)s belongs to another company. Choose one of %(company)s.",
                        tier=membership.tier_id.name,
                        company=membership.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        sequences = self.env["ir.sequence"].sudo()
        for vals in vals_list:
            company_id = vals.get("company_id") or self.env.company.id
            if not vals.get("number"):
                vals["number"] = sequences.with_company(company_id).next_by_code("salon.membership")
        self._check_nobody_comes_back(vals_list)
        memberships = super().create(vals_list)
        memberships._join()
        return memberships

    def _check_nobody_comes_back(self, vals_list):
        """Who was a member here has a number and points: reopening keeps them, a new membership would hide them."""
        partner_ids = [vals.get("partner_id") for vals in vals_list]
        for ended in self.sudo().search([("partner_id", "in", partner_ids), ("state", "=", "ended")]):
            companies = [
                vals.get("company_id") or self.env.company.id
                for vals in vals_list
                if vals.get("partner_id") == ended.partner_id.id
            ]
            if ended.company_id.id in companies:
                raise ValidationError(self.env._("%s was a member before. Reopen that membership.", ended.display_name))

    def write(self, vals):
        for membership in self:
            if vals.get("partner_id", membership.partner_id.id) != membership.partner_id.id:
                raise ValidationError(self.env._("A membership stays with its client. Enrol the other client instead."))
            if vals.get("company_id", membership.company_id.id) != membership.company_id.id:
                raise ValidationError(
                    self.env._("A membership stays in its company. Enrol the client in the other one.")
                )
        result = super().write(vals)
        if "number" in vals:
            self.partner_id._refresh_salon_keys()
        if "tier_id" in vals:
            self.tier_id._keep_pricelists()
        if vals.keys() & {"tier_id", "state"}:
            self._refresh_till_partners()
        return result

    def _join(self):
        """Give new members what hangs on a membership: a client file, a loyalty card and the tier's price."""
        self.tier_id._keep_pricelists()
        self.partner_id._make_salon_clients()
        self.partner_id._refresh_salon_keys()
        for membership in self.sudo():
            membership.card_id = membership._get_card()
        self._refresh_till_partners()

    def _get_card(self):
        """Return the card of this member's points, a new one for who had none yet."""
        program = self.env["loyalty.program"]._get_salon_program(self.company_id, create=True)
        cards = (
            self.env["loyalty.card"]
            .sudo()
            .with_context(
                salon_by=BY_LEDGER,
                active_test=False,
                action_no_send_mail=True,
                mail_create_nolog=True,
                tracking_disable=True,
            )
        )
        card = cards.search([("program_id", "=", program.id), ("partner_id", "=", self.partner_id.id)], limit=1)
        if not card:
            card = cards.create({"program_id": program.id, "partner_id": self.partner_id.id, "points": self.points})
        card.write({"active": True, "points": self.points})
        return card

    def _refresh_till_partners(self):
        """Have the tills load these clients again: they keep clients, and their prices, by the date of change."""
        self.env.flush_all()
        if self.partner_id:
            self.env.cr.execute(
                SQL(
                    "UPDATE res_partner SET write_date = timezone('UTC', now()) WHERE id IN %s",
                    tuple(self.partner_id.ids),
                )
            )
            self.partner_id.invalidate_recordset(["write_date", "property_product_pricelist"])

    def action_end(self):
        """End these memberships: list price and no more points from now on; what they have stays on record."""
        active = self.filtered(lambda membership: membership.state == "active")
        for company, own in active.grouped("company_id").items():
            own.write({"state": "ended", "end_date": company._salon_today()})
        active.sudo().card_id.with_context(salon_by=BY_LEDGER).active = False

    def action_reopen(self):
        """Make these members again, with their number and their points."""
        ended = self.filtered(lambda membership: membership.state == "ended")
        ended.write({"state": "active", "end_date": False})
        ended._join()

    @api.model
    def _enrol(self, partners, tier, start_date=None):
        """Make members of `partners` in this company; who is one already stays as they are.

        :return: the new and the reopened memberships
        """
        company = self.env.company
        known = self.sudo().search([("partner_id", "in", partners.ids), ("company_id", "=", company.id)], order="id")
        members = known.filtered(lambda membership: membership.state == "active").partner_id
        back = known.filtered(lambda membership: membership.partner_id not in members).sorted("id", reverse=True)
        back = self.browse({membership.partner_id.id: membership.id for membership in back}.values()).sudo()
        if back:
            back.write({"tier_id": tier.id, "state": "active", "end_date": False})
            back._join()
        start_date = start_date or company._salon_today()
        new = self.create(
            [
                {"partner_id": partner.id, "tier_id": tier.id, "start_date": start_date, "company_id": company.id}
                for partner in partners - known.partner_id
            ]
        )
        return new | back.sudo(False)

    @api.model
    def _get_active(self, partners, company):
        """Return the active memberships of `partners` in `company`."""
        if not partners:
            return self.browse()
        domain = [("partner_id", "in", partners.ids), ("company_id", "=", company.id), ("state", "=", "active")]
        return self.search(domain)

    @api.model
    def _get_tier_pricelists(self, partners, company):
        """Return by which pricelist each member among `partners` pays in `company`, as {partner id: pricelist}."""
        memberships = self.sudo()._get_active(partners._origin, company)
        pricelists = {tier: tier._get_pricelist(company) for tier in memberships.tier_id}
        return {
            membership.partner_id.id: pricelists[membership.tier_id]
            for membership in memberships
            if pricelists[membership.tier_id].active
        }

    # The till ---------------------------------------------------------------------------------------

    @api.model
    def _load_pos_data_domain(self, data, config):
        return False  # one membership at a time, when its client is chosen

    @api.model
    def _load_pos_data_fields(self, config):
        standing = ["next_tier_id", "missing_spend", "missing_visits", "till_offers"]
        return ["partner_id", "tier_id", "number", *standing, "write_date"]

    @api.model
    def load_till_membership(self, partner_id, config_id):
        """Return what the till shows of a client: membership, card, and the client with the price that is due now.

        :param int partner_id: the client chosen at the till
        :param int config_id: the till
        :return dict: records by model, as the till's own loading returns them
        """
        config = self.env["pos.config"]._salon_till(config_id)
        partner = self.env["res.partner"].with_company(config.company_id).browse(partner_id)
        membership = self.sudo()._get_active(partner, config.company_id)
        values = membership.read(self._load_pos_data_fields(config), load=False)
        membership._add_till_points(values, config)
        cards = membership.card_id
        return {
            "salon.membership": values,
            "loyalty.card": cards.read(cards._load_pos_data_fields(config), load=False),
            "res.partner": partner._load_pos_data_read(partner, config),
        }
