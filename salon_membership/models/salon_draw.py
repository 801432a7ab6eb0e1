from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import fair_draw

MANAGER = "salon_crm.group_salon_manager"
RECEPTION = "salon_crm.group_salon_reception"
WORD = 20  # characters


class SalonDraw(models.Model):
    """A prize draw: for new clients at reception or at the till, once for each person.

    The server draws. Two at once never win the last prize: they draw one after the other.
    """

    _name = "salon.draw"
    _description = "Prize Draw"
    _order = "date_from desc, id desc"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company", required=True, ondelete="restrict", default=lambda self: self.env.company, index=True
    )
    date_from = fields.Date(string="From", required=True, default=lambda self: self.env.company._salon_today())
    date_to = fields.Date(string="Last Day", help="The last day. Empty: until it is archived.")
    audience = fields.Selection(
        [("new", "New clients"), ("any", "All clients")], string="Who Draws", required=True, default="new",
        help="New clients: who bought nothing here before today. Everybody draws once.",
    )  # fmt: skip
    active = fields.Boolean(default=True)
    prize_ids = fields.One2many("salon.draw.prize", "draw_id", string="Prizes", copy=True)
    entry_ids = fields.One2many("salon.draw.entry", "draw_id", string="Entries", readonly=True)
    drawn = fields.Integer(readonly=True, copy=False, help="How often it was drawn.")
    is_open = fields.Boolean(string="Open", compute="_compute_is_open")
    public_url = fields.Char(string="Page with the Odds", compute="_compute_public_url")

    _dates_in_order = models.Constraint(
        "CHECK (date_to IS NULL OR date_from <= date_to)", "A draw can't end before it begins."
    )
    _drawn_positive = models.Constraint("CHECK (drawn >= 0)", "A draw can't be drawn less than 0 times.")

    @api.depends("date_from", "date_to", "active")
    def _compute_is_open(self):
        for draw in self:
            today = (draw.company_id or self.env.company)._salon_today()
            begun = draw.date_from and draw.date_from <= today
            draw.is_open = bool(draw.active and begun and (not draw.date_to or today <= draw.date_to))

    def _compute_public_url(self):
        for draw in self:
            draw.public_url = f"{draw.get_base_url()}/salon/draw/{draw.id}" if draw.id else False

    def write(self, vals):
        if "company_id" in vals and any(draw.drawn and draw.company_id.id != vals["company_id"] for draw in self):
            raise UserError(self.env._("Somebody drew already: the draw stays with its company."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_drawn(self):
        if drawn := self.filtered("drawn"):
            raise UserError(self.env._("Somebody drew in “%s” already. Archive it instead.", drawn[0].name))

    @api.model
    def _get_open(self, company):
        """Return the draws of `company` that are open today."""
        today = company._salon_today()
        domain = [("company_id", "=", company.id), ("date_from", "<=", today)]
        return self.sudo().search([*domain, "|", ("date_to", "=", False), ("date_to", ">=", today)])

    def _open_for(self, client):
        """Return those of these draws in which `client` may still draw."""
        entered = self.env["salon.draw.entry"].sudo().search(
            [("draw_id", "in", self.ids), ("file_id.partner_id", "=", client.id)]
        )  # fmt: skip
        draws = (self - entered.draw_id).filtered(lambda draw: draw._odds())
        new_only = draws.filtered(lambda draw: draw.audience == "new")
        if new_only and not self.env["salon.referral"]._is_new(client, new_only.company_id[:1]):
            draws -= new_only
        return draws

    def _why_not_once(self, file):
        """Return why a client may be one who drew already, or no new one, "" where they may draw."""
        self.ensure_one()
        referrals = self.env["salon.referral"]
        if self.audience == "new" and (reason := referrals._why_not_told_apart(file.partner_id, self.company_id)):
            return reason
        others = referrals._same_keys(file)
        entries = self.env["salon.draw.entry"].sudo()
        drew = others and entries.search_count([("draw_id", "=", self.id), ("file_id", "in", others.ids)], limit=1)
        if drew and not self.env.user.has_group(MANAGER):
            return self.env._(
                "Another client with the phone or email of %s has drawn already. Ask a manager.", file.partner_id.name
            )
        return ""

    # The odds ---------------------------------------------------------------------------------------

    def _odds(self):
        """Return what can be won now, in order, as it is kept with each entry: prize, name, weight and stock."""
        self.ensure_one()
        prizes = self.sudo().prize_ids.sorted(lambda prize: (prize.sequence, prize.id))
        return [
            {
                "prize": prize.id,
                "name": prize.name,
                "weight": prize.weight,
                "stock": None if prize.unlimited else prize.stock,
            }
            for prize in prizes
            if prize.active and prize.weight > 0 and (prize.unlimited or prize.stock > 0)
        ]

    def _say_odds(self):
        """Return [{name, percent}] of what can be won now, as clients read it."""
        odds = self._odds()
        total = fair_draw.total(odds)
        names = {prize.id: prize.name for prize in self.sudo().prize_ids}
        return [
            {"name": names[one["prize"]], "percent": f"{100 * one['weight'] / total:.4g}", "left": one["stock"]}
            for one in odds
        ]

    # Drawing ----------------------------------------------------------------------------------------

    def _check_may_draw(self, file):
        self.ensure_one()
        if not self.is_open:
            raise UserError(self.env._("“%s” is not open today.", self.name))
        entries = self.env["salon.draw.entry"].sudo()
        client = file.partner_id
        if entries.search_count([("draw_id", "=", self.id), ("file_id", "=", file.id)], limit=1):
            raise UserError(self.env._("%s has drawn already: everybody draws once.", client.name))
        if self.audience == "new" and not self.env["salon.referral"]._is_new(client, self.company_id):
            names = {"draw": self.name, "client": client.name}
            raise UserError(self.env._("“%(draw)s” is for new clients: %(client)s came before.", **names))
        if reason := self._why_not_once(file):
            raise UserError(reason)
        if not self._odds():
            raise UserError(self.env._("Nothing is left to win in “%s”.", self.name))

    def _prepare(self, file):
        """Return the ticket of a client: its digest is shown before they draw. It is the same however often asked."""
        self._check_may_draw(file)
        tickets = self.env["salon.draw.ticket"].sudo()
        ticket = tickets.search([("draw_id", "=", self.id), ("file_id", "=", file.id)])
        if not ticket:
            seed = fair_draw.new_seed()
            ticket = tickets.create(
                {"draw_id": self.id, "file_id": file.id, "seed": seed, "digest": fair_draw.digest(seed)}
            )
        return ticket

    def _draw(self, file, word=""):
        """Draw for a client; return the entry, as superuser.

        :param file: salon.client.file
        :param str word: what the client said, which together with the seed gives the number
        :raise UserError: the client may not draw
        """
        draw = self.sudo()
        # Whoever draws at the same moment waits here, and begins anew with what is left then.
        self.env.flush_all()
        self.env.cr.execute(
            SQL("UPDATE salon_draw SET drawn = COALESCE(drawn, 0) + 1 WHERE id = %s RETURNING drawn", draw.id),
            log_exceptions=False,
        )
        position = self.env.cr.fetchone()[0]
        draw.invalidate_recordset(["drawn"])
        draw.prize_ids.invalidate_recordset(["stock"])
        ticket = draw._prepare(file)
        entries = self.env["salon.draw.entry"].sudo()
        previous = entries.search([("draw_id", "=", draw.id)], order="position desc", limit=1).chain or ""
        odds = draw._odds()
        total = fair_draw.total(odds)
        word = " ".join((word or "").split())[:WORD]
        drawn = fair_draw.number(ticket.seed, draw.id, word, total)
        prize = draw.prize_ids.browse(fair_draw.winner(odds, drawn)["prize"])
        prize._take_one()
        values = {
            "draw_id": draw.id,
            "file_id": file.id,
            "company_id": draw.company_id.id,
            "position": position,
            "seed": ticket.seed,
            "digest": ticket.digest,
            "word": word,
            "number": drawn,
            "total": total,
            "odds": odds,
            "prize_id": prize.id,
            "kind": prize.kind,
            "points": prize.points if prize.kind == "points" else 0,
            "product_id": prize.product_id.id if prize.kind == "product" else False,
            "card_id": prize._issue_card(file.partner_id, draw.company_id).id,
            "previous": previous,
            "created_by": self.env.uid,
            "user_name": self.env.user.name,
        }
        values["chain"] = fair_draw.link(previous, entries._facts(values))
        entry = entries.create(values)
        entry._grant_points()
        return entry

    # Reception and the till -------------------------------------------------------------------------

    @api.model
    def _get_for(self, draw_id, partner_id, company):
        """Return (draw, client file), for those alone who may draw for clients."""
        user = self.env.user
        if not (user.has_group(RECEPTION) or user.has_group("point_of_sale.group_pos_user")):
            raise AccessError(self.env._("Only the front desk and the till draw for clients."))
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        draw = self._get_open(company).filtered(lambda one: one.id == draw_id)
        if not draw:
            raise UserError(self.env._("This draw is not open today."))
        partner.sudo()._make_salon_clients()
        file = self.env["salon.client.file"].sudo().with_context(active_test=False)
        return draw, file.search([("partner_id", "=", partner_id)])

    @api.model
    def salon_prepare_draw(self, draw_id, partner_id, config_id=False):
        """Return what is shown before a client draws.

        :param int draw_id: the draw
        :param int partner_id: the client
        :param int config_id: the till, none at reception
        :return dict: "name" of the draw, "odds" ({"name", "percent", "left"} each), "digest" of the seed, and "url"
            of the page with the odds
        :raise UserError: the client may not draw
        """
        draw, file = self._get_for(draw_id, partner_id, self._company_of(config_id))
        ticket = draw._prepare(file)
        named = draw.with_env(self.env).sudo()
        return {"name": named.name, "odds": named._say_odds(), "digest": ticket.digest, "url": draw.public_url}

    @api.model
    def salon_draw(self, draw_id, partner_id, word="", config_id=False):
        """Draw for a client, once.

        :param str word: what the client said
        :return dict: what was won: "kind", "prize", "text" (for people), "code" of a coupon, "product_id" and
            "entry_id" of a product that comes into the order, "seed" with which the result can be checked
        :raise UserError: the client may not draw
        """
        draw, file = self._get_for(draw_id, partner_id, self._company_of(config_id))
        return draw._draw(file, word).with_env(self.env).sudo()._result()

    def _company_of(self, config_id):
        if not config_id:
            return self.env.company
        config = self.env["pos.config"].browse(config_id)
        config.check_access("read")
        return config.sudo().company_id

    # Checking ---------------------------------------------------------------------------------------

    def action_check(self):
        """Draw everything again from what was kept, and say whether all of it was right."""
        self.ensure_one()
        self.check_access("read")
        entries = self.sudo().entry_ids.sorted("position")
        previous = ""
        for position, entry in enumerate(entries, 1):
            problem = entry._find_problem(previous)
            if entry.position != position:
                problem = self.env._("an entry before it is missing")
            if problem:
                raise UserError(
                    self.env._("Entry %(number)s is not right: %(why)s.", number=entry.position, why=problem)
                )
            previous = entry.chain
        if len(entries) != self.sudo().drawn:
            counts = {"kept": len(entries), "drawn": self.sudo().drawn}
            raise UserError(self.env._("Entries are missing: %(kept)s of %(drawn)s are there.", **counts))
        return self.env["salon.draw.entry"]._say_right(self.env._("%s entries were drawn right.", len(entries)))

    def action_view_entries(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("salon_membership.salon_draw_entry_action")
        return {**action, "domain": [("draw_id", "=", self.id)]}


class SalonDrawPrize(models.Model):
    """What can be won in a draw, how many there are, and how likely it is."""

    _name = "salon.draw.prize"
    _description = "Prize"
    _order = "sequence, id"

    draw_id = fields.Many2one("salon.draw", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="draw_id.company_id")
    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    kind = fields.Selection(
        [("coupon", "Coupon"), ("product", "Product"), ("points", "Points"), ("nothing", "Nothing")],
        required=True,
        default="coupon",
        help="A coupon is for the client alone; a product comes into an order at 0; points are for members, and wait"
        " for who becomes one later.",
    )
    program_id = fields.Many2one(
        "loyalty.program",
        string="Coupon Of",
        ondelete="restrict",
        domain="[('program_type', '=', 'coupons'), ('company_id', 'in', (False, company_id))]",
    )
    product_id = fields.Many2one(
        "product.product", ondelete="restrict", domain="[('company_id', 'in', (False, company_id))]"
    )
    points = fields.Integer()
    unlimited = fields.Boolean(help="There is no end of this prize.")
    stock = fields.Integer(string="Left", copy=False, help="How many are left.")
    weight = fields.Integer(
        default=1, help="How many numbers win this prize: with 1 here and 9 elsewhere one of ten draws wins it."
    )
    odds = fields.Float(string="Odds (%)", compute="_compute_odds", digits=(5, 2))
    won_count = fields.Integer(string="Won", compute="_compute_won_count")

    _stock_positive = models.Constraint("CHECK (stock >= 0)", "There are not that many of this prize left.")
    _weight_positive = models.Constraint(
        "CHECK (weight BETWEEN 0 AND 1000000)", "The weight of a prize can't be negative."
    )
    _kind_complete = models.Constraint(
        "CHECK ((kind <> 'coupon' OR program_id IS NOT NULL) AND (kind <> 'product' OR product_id IS NOT NULL)"
        " AND (kind <> 'points' OR points > 0))",
        "A coupon needs its program, a product the product, points their number.",
    )

    @api.depends("weight", "stock", "unlimited", "active", "draw_id.prize_ids.weight", "draw_id.prize_ids.stock",
                 "draw_id.prize_ids.unlimited", "draw_id.prize_ids.active")  # fmt: skip
    def _compute_odds(self):
        for prize in self:
            total = sum(one._counts() for one in prize.draw_id.prize_ids)
            prize.odds = 100 * prize._counts() / total if total else 0

    def _counts(self):
        """Return how many numbers win this prize now."""
        return self.weight if self.active and (self.unlimited or self.stock > 0) else 0

    def _compute_won_count(self):
        groups = (
            self.env["salon.draw.entry"].sudo()._read_group([("prize_id", "in", self.ids)], ["prize_id"], ["__count"])
        )
        counts = {prize.id: count for prize, count in groups}
        for prize in self:
            prize.won_count = counts.get(prize.id, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_won(self):
        if won := self.filtered("won_count"):
            raise UserError(self.env._("“%s” was won already. Archive it instead.", won[0].name))

    def _take_one(self):
        """Take one of this prize from its stock."""
        if self.unlimited:
            return
        self.env.cr.execute(SQL("UPDATE salon_draw_prize SET stock = COALESCE(stock, 0) - 1 WHERE id = %s", self.id))
        self.invalidate_recordset(["stock"])

    def _issue_card(self, client, company):
        """Return the coupon that this prize becomes, none where it is no coupon."""
        if self.kind != "coupon":
            return self.env["loyalty.card"]
        return self.program_id._salon_issue(client, company)
