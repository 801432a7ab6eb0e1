import re

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from odoo.addons.salon_crm.tools import client_key
from odoo.addons.salon_crm.tools.frame import utc

MANAGER = "salon_crm.group_salon_manager"


class SalonReferral(models.Model):
    """That one client brought another: who, how, and what both got for it.

    A new client is brought once, for ever. Who brought them gets their points once; so does the new client. What looks
    like the same person, or the same household, waits for a manager.
    """

    _name = "salon.referral"
    _description = "Referral"
    _order = "id desc"
    _rec_name = "file_id"

    file_id = fields.Many2one(
        "salon.client.file", string="New Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    referrer_file_id = fields.Many2one(
        "salon.client.file", string="Brought By", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    way = fields.Selection(
        [
            ("file", "Client file"),
            ("till", "Code at the till"),
            ("booking", "Link, booked online"),
            ("signup", "Link, registered"),
        ],
        string="How",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("invited", "Invited"), ("qualified", "Qualified"), ("rewarded", "Rewarded"), ("refused", "Refused")],
        required=True,
        readonly=True,
        default="invited",
        index=True,
        help="Invited: the new client is neither a member yet, nor has paid enough. Qualified: that is done, and the"
        " points wait for a manager, or for who brought the client to be a member. Rewarded: the points are given.",
    )
    flags = fields.Char(readonly=True, help="What looks as if it were no new client: read by the program.")
    is_flagged = fields.Boolean(string="Looks Doubtful", readonly=True)
    flag_reason = fields.Char(string="What Looks Doubtful", compute="_compute_flag_reason")
    to_decide = fields.Boolean(compute="_compute_to_decide", search="_search_to_decide")
    decision = fields.Selection([("approved", "Approved"), ("refused", "Refused")], readonly=True)
    decided_at = fields.Datetime(readonly=True)
    decided_by_id = fields.Many2one("res.users", readonly=True, ondelete="set null")
    invited_at = fields.Datetime(string="Invited On", required=True, readonly=True, default=fields.Datetime.now)
    qualified_at = fields.Datetime(readonly=True)
    rewarded_at = fields.Datetime(readonly=True)
    order_id = fields.Many2one(
        "pos.order",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="The purchase by which the new client qualified.",
    )
    points = fields.Integer(string="Points for Who Brought", readonly=True)
    new_points = fields.Integer(string="Points for the New Client", readonly=True)
    referrer_rewarded = fields.Boolean(readonly=True)
    new_rewarded = fields.Boolean(string="New Client Rewarded", readonly=True)
    taken_back = fields.Boolean(readonly=True, help="The points were taken back: the purchase was refunded.")
    merged = fields.Boolean(readonly=True, help="The client turned out to be one who had been brought already.")

    _file_uniq = models.UniqueIndex(
        "(file_id) WHERE merged IS NOT TRUE", "This client was brought by somebody already."
    )
    _not_oneself = models.Constraint(
        "CHECK (file_id <> referrer_file_id OR merged IS TRUE)", "Nobody can bring themselves. Choose another client."
    )
    _rewarded_when = models.Constraint(
        "CHECK (state <> 'rewarded' OR rewarded_at IS NOT NULL)", "A rewarded referral has the day of its reward."
    )
    _points_positive = models.Constraint("CHECK (points >= 0 AND new_points >= 0)", "Points can't be negative.")

    @api.depends("flags")
    @api.depends_context("lang")
    def _compute_flag_reason(self):
        names = {
            "phone": self.env._("same phone as who brought them"),
            "email": self.env._("same email as who brought them"),
            "address": self.env._("same address or family as who brought them"),
            "staff": self.env._("who brought them, or they, work here"),
            "known": self.env._("another client has this phone or email"),
        }
        for referral in self:
            referral.flag_reason = ", ".join(names[flag] for flag in (referral.flags or "").split(",") if flag)

    @api.depends("state", "is_flagged", "decision")
    def _compute_to_decide(self):
        for referral in self:
            referral.to_decide = referral.is_flagged and not referral.decision and referral.state != "refused"

    def _search_to_decide(self, operator, value):
        if operator != "in":
            return NotImplemented
        domain = [("is_flagged", "=", True), ("decision", "=", False), ("state", "!=", "refused")]
        return domain if True in value else ["!", "&", "&", *domain]

    # Bringing somebody ------------------------------------------------------------------------------

    @api.model
    def _refer(self, client, referrer, company, way):
        """Note that `referrer` brought `client` to `company`; return the referral.

        :param client: res.partner, who is new
        :param referrer: res.partner
        :raise UserError: it is the same person, no new client, or somebody who was brought by another
        """
        if client == referrer:
            raise UserError(self.env._("%s can't have brought themselves. Choose another client.", client.name))
        (client | referrer)._make_salon_clients()
        files = self.env["salon.client.file"].sudo().with_context(active_test=False)
        files = files.search([("partner_id", "in", (client | referrer).ids)])
        file = files.filtered(lambda one: one.partner_id == client)
        self._lock_file(file)
        referral = self.sudo().search([("file_id", "=", file.id), ("merged", "=", False)])
        if referral:
            return referral._rename(files - file, way)
        if not self._is_new(client, company):
            raise UserError(
                self.env._("%s has been a client before: only new clients can be brought.", client.display_name)
            )
        referral = self.sudo().create(
            {
                "file_id": file.id,
                "referrer_file_id": (files - file).id,
                "company_id": company.id,
                "way": way,
                "points": company.salon_referral_points,
                "new_points": company.salon_referral_new_points,
            }
        )
        referral._note_on_file()
        referral._settle()
        return referral

    @api.model
    def _of_client(self, client):
        """Return the referral by which a client was brought, as superuser; none where nobody brought them."""
        return self.sudo().search([("file_id.partner_id", "=", client.id), ("merged", "=", False)], limit=1)

    @api.model
    def _lock_file(self, file):
        """Wait for whoever refers the same client at this moment."""
        self.env.flush_all()
        lock = SQL("SELECT id FROM salon_client_file WHERE id = %s FOR NO KEY UPDATE", file.id)
        self.env.cr.execute(lock, log_exceptions=False)  # who comes second is told to look again, which is no error

    def _rename(self, referrer_file, way):
        """Correct who brought a client, as long as nothing came of it."""
        self.ensure_one()
        if self.referrer_file_id == referrer_file:
            return self
        if self.state != "invited":
            raise UserError(
                self.env._(
                    "%(client)s was brought by %(referrer)s: that is settled and stays.",
                    client=self.file_id.partner_id.name,
                    referrer=self.referrer_file_id.partner_id.name,
                )
            )
        self.write({"referrer_file_id": referrer_file.id, "way": way, "decision": False})
        self._note_on_file()
        self._settle()
        return self

    def _note_on_file(self):
        """Have the client file say who brought the client, and look at what may be doubtful."""
        for referral in self:
            file, referrer = referral.file_id, referral.referrer_file_id.partner_id
            if file.referrer_id != referrer:
                file.with_context(salon_referral_noted=True).referrer_id = referrer
        self._look_for_flags()

    @api.model
    def _is_new(self, client, company):
        """Tell whether `client` bought nothing in `company`, was never there and was no member before today.

        What was today may be said later: reception learns at the till who sent a client. What was imported is of the
        day that it says; a till's clock may be wrong.
        """
        zone = company._salon_timezone()
        today = company._salon_today()
        begin = utc(zone, fields.Datetime.to_datetime(today))
        here = [("partner_id", "=", client.id), ("company_id", "=", company.id)]
        orders = ["|", ("date_order", "<", begin), ("create_date", "<", begin)]
        kept = [("is_salon_booking", "=", True), ("salon_client_id", "=", client.id), ("company_id", "=", company.id)]
        invoices = [("move_type", "=", "out_invoice"), ("state", "=", "posted"), ("invoice_date", "<", today)]
        before = {
            "pos.order": [*here, ("state", "not in", ("draft", "cancel")), *orders],
            "salon.visit": [*here, ("date", "<", begin)],
            "salon.membership": [*here, ("start_date", "<", today)],
            "calendar.event": [*kept, ("salon_state", "in", ("arrived", "in_service", "done")), ("start", "<", begin)],
            "account.move": [*here, *invoices],
        }
        return not any(self.env[name].sudo().search_count(domain, limit=1) for name, domain in before.items())

    @api.model
    def _why_not_told_apart(self, client, company):
        """Return why a new client can't be told from those of before, "" where they can.

        A new name makes no new client: what is for new clients once wants a phone or an email that is nobody else's who
        came before. Managers know their clients, and decide for themselves.
        """
        client.sudo()._make_salon_clients()
        if self.env.user.has_group(MANAGER):
            return ""
        file = client.sudo().with_context(active_test=False).salon_file_ids[:1]
        keys = {kind: {key for one, key in file._search_keys() if one == kind} for kind in ("phone", "email")}
        if not any(keys.values()):
            return self.env._("Note the phone or email of %s first: it is for new clients, once.", client.name)
        others = self._same_keys(file, keys).partner_id
        if any(not self._is_new(other, company) for other in others):
            return self.env._(
                "Another client with the phone or email of %s came before. Ask a manager.", client.display_name
            )
        return ""

    @api.model
    def _same_keys(self, file, keys=None):
        """Return the other client files, as superuser, with the phone or the email of this one."""
        files = self.env["salon.client.file"].sudo().with_context(active_test=False)
        if not file:
            return files
        if keys is None:
            keys = {kind: {key for one, key in file._search_keys() if one == kind} for kind in ("phone", "email")}
        clauses = [
            SQL("(kind = %s AND key = ANY(%s))", kind, sorted(values)) for kind, values in keys.items() if values
        ]
        if not clauses:
            return files.browse()
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT file_id FROM salon_client_key WHERE file_id <> %s AND (%s) LIMIT 20",
                file.id,
                SQL(" OR ").join(clauses),
            )
        )
        return files.browse(file_id for (file_id,) in rows)

    # What looks doubtful ----------------------------------------------------------------------------

    def _look_for_flags(self):
        """Note what says that the new client may be who brought them, of their household, or a client of before."""
        for referral in self:
            flags = referral._find_flags()
            if flags != (referral.flags or "").split(","):
                referral.write({"flags": ",".join(flags), "is_flagged": bool(flags)})

    def _find_flags(self):
        self.ensure_one()
        new, old = self.file_id, self.referrer_file_id
        mine, theirs = (
            {kind: {key for one, key in file._search_keys() if one == kind} for kind in ("phone", "email")}
            for file in (new, old)
        )
        flags = [kind for kind in (client_key.PHONE, client_key.EMAIL) if mine[kind] & theirs[kind]]
        family = new.partner_id.commercial_partner_id == old.partner_id.commercial_partner_id
        if family or (self._address(new) and self._address(new) == self._address(old)):
            flags.append("address")
        if (new | old)._salon_works_here():
            flags.append("staff")
        if self._is_known(new, old, mine):
            flags.append("known")
        return flags

    @api.model
    def _is_known(self, new, old, keys):
        """Tell whether another client has the phone or the email of `new`."""
        clauses = [
            SQL("(kind = %s AND key = ANY(%s))", kind, sorted(values)) for kind, values in keys.items() if values
        ]
        if not clauses:
            return False
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM salon_client_key WHERE file_id <> ALL(%s) AND (%s) LIMIT 1",
                    [new.id, old.id],
                    SQL(" OR ").join(clauses),
                )
            )
        )

    @api.model
    def _address(self, file):
        """Return where a client lives in a form that compares, "" where nobody knows."""
        partner = file.partner_id
        street = re.sub(r"[\W_]+", "", " ".join(filter(None, (partner.street, partner.street2))).casefold())
        place = re.sub(r"[\W_]+", "", (partner.zip or partner.city or "").casefold())
        return f"{street} {place}" if len(street) > 3 else ""

    # What they get ----------------------------------------------------------------------------------

    def _settle(self, order=None):
        """Give what is due for these referrals: to each once, whoever asks how often.

        :param order: pos.order that was just paid
        """
        for referral in self.sudo().sorted("id"):
            if referral._lock() and referral.state in ("invited", "qualified", "rewarded"):
                referral._settle_locked(order)

    def _lock(self):
        """Wait for whoever settles this referral, and read it anew."""
        self.ensure_one()
        self.env.flush_all()
        lock = SQL("SELECT id FROM salon_referral WHERE id = %s FOR UPDATE", self.id)
        self.env.cr.execute(lock, log_exceptions=False)
        found = bool(self.env.cr.fetchall())
        self.invalidate_recordset()
        return found

    def _settle_locked(self, order):
        if self.state == "invited":
            bought = self._qualifying_order(order)
            if not self._is_met(bought):
                return
            self.write({"state": "qualified", "qualified_at": fields.Datetime.now(), "order_id": bought.id})
            self._look_for_flags()
        if self.is_flagged and self.decision != "approved":
            return
        memberships = self.env["salon.membership"].sudo()
        referrer = memberships._get_active(self.referrer_file_id.partner_id, self.company_id)
        new = memberships._get_active(self.file_id.partner_id, self.company_id)
        if new and not self.new_rewarded:
            new._grant(self.new_points, self._key("new"), self.env._("Welcome: brought by a member"))
            self.new_rewarded = True
        if referrer and not self.referrer_rewarded:
            referrer._grant(self.points, self._key("referrer"), self.env._("Brought a new client"))
            self.write({"referrer_rewarded": True, "state": "rewarded", "rewarded_at": fields.Datetime.now()})

    def _key(self, side):
        return f"referral,{self.id},{side}"

    def _is_met(self, bought):
        """Tell whether the new client did what the salon asks for."""
        if self.company_id.salon_referral_when == "paid":
            return bool(bought)
        client = self.file_id.partner_id
        return bool(self.env["salon.membership"].sudo()._get_active(client, self.company_id))

    def _qualifying_order(self, order=None):
        """Return the purchase by which the new client qualifies, none where there is none yet."""
        company = self.company_id
        domain = [
            ("partner_id", "=", self.file_id.partner_id.id),
            ("company_id", "=", company.id),
            ("state", "not in", ("draft", "cancel")),
            ("amount_total", ">", 0),
        ]
        orders = order or self.env["pos.order"].sudo().search(domain, order="date_order, id", limit=50)
        if company.salon_referral_when == "member":
            return orders[-1:] if order else orders.browse()
        return next((one for one in orders if one._salon_still_qualifies(company)), orders.browse())

    def _take_back(self):
        """Take back what was given for these referrals, as far as it is there; what is spent already is owed."""
        for referral in self.sudo().sorted("id"):
            if not referral._lock() or referral.taken_back or referral.state not in ("qualified", "rewarded"):
                continue
            note = self.env._("Taken back: the purchase of the new client was refunded")
            for side in ("new", "referrer"):
                gift = self.env["salon.points.move"].sudo().search([("gift_key", "=", referral._key(side))])
                if gift:
                    gift.membership_id._take_gift_back(gift.gift_key, note)
            referral.write({"state": "refused", "taken_back": True})

    def _follow_returns(self):
        """Take back what was given for clients who brought their goods back, if without the sale that they are from."""
        for referral in self:
            company, order = referral.company_id, referral.order_id
            domain = [
                ("partner_id", "=", referral.file_id.partner_id.id),
                ("company_id", "=", company.id),
                ("state", "not in", ("draft", "cancel")),
                ("id", ">=", order.id),
            ]
            [[spent]] = self.env["pos.order"].sudo()._read_group(domain, aggregates=["salon_spend:sum"])
            if order and not order._salon_is_enough(spent or 0, company):
                referral._take_back()

    # The manager decides ----------------------------------------------------------------------------

    def action_approve(self):
        """Give the points although something looks doubtful."""
        self._decide("approved")
        self._settle()

    def action_refuse(self):
        """Give no points for these referrals."""
        self._decide("refused")
        self.sudo().filtered(lambda referral: referral.state != "rewarded").state = "refused"

    def _decide(self, decision):
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only a manager decides on referrals."))
        self.check_access("read")
        for referral in self.sudo():
            referral._lock()
            if referral.state in ("rewarded", "refused"):
                raise UserError(
                    self.env._("The referral of %s is settled already.", referral.file_id.partner_id.display_name)
                )
        values = {"decision": decision, "decided_at": fields.Datetime.now(), "decided_by_id": self.env.uid}
        self.sudo().write(values)

    def action_open_client(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "salon.client.file",
            "res_id": self.file_id.id,
            "view_mode": "form",
        }
