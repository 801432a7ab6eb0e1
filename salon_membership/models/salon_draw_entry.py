from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import fair_draw


class SalonDrawEntry(models.Model):
    """What one client drew, with all that it takes to draw it again. Lines are added, never changed."""

    _name = "salon.draw.entry"
    _inherit = ["salon.kept.line"]
    _description = "Entry of a Prize Draw"
    _order = "id desc"
    _rec_name = "prize_id"
    _log_access = False

    draw_id = fields.Many2one("salon.draw", required=True, readonly=True, ondelete="restrict", index=True)
    file_id = fields.Many2one(
        "salon.client.file", string="Client", required=True, readonly=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="restrict")
    position = fields.Integer(string="Number of the Entry", required=True, readonly=True, aggregator=False)
    prize_id = fields.Many2one("salon.draw.prize", required=True, readonly=True, ondelete="restrict", index=True)
    kind = fields.Selection(
        [("coupon", "Coupon"), ("product", "Product"), ("points", "Points"), ("nothing", "Nothing")],
        required=True,
        readonly=True,
    )
    points = fields.Integer(readonly=True)
    product_id = fields.Many2one("product.product", readonly=True, ondelete="restrict")
    card_id = fields.Many2one("loyalty.card", string="Coupon", readonly=True, ondelete="restrict")
    seed = fields.Char(required=True, readonly=True, help="What the server had chosen before the client drew.")
    digest = fields.Char(
        string="Digest Shown Before", required=True, readonly=True, help="SHA-256 of the seed, shown before the draw."
    )
    word = fields.Char(string="Word of the Client", readonly=True)
    number = fields.Integer(string="Number Drawn", required=True, readonly=True, aggregator=False)
    total = fields.Integer(string="Numbers in All", required=True, readonly=True, aggregator=False)
    odds = fields.Json(required=True, readonly=True, help="Weights and stock at that moment.")
    previous = fields.Char(string="Chain Before", readonly=True)
    chain = fields.Char(required=True, readonly=True, help="SHA-256 of this entry and of the chain before it.")
    merged = fields.Boolean(readonly=True, help="The client turned out to be one who had drawn already.")
    handed_out = fields.Boolean(compute="_compute_handed_out", help="The product came into a paid order.")

    _client_once = models.UniqueIndex(
        "(draw_id, file_id) WHERE merged IS NOT TRUE", "This client has drawn already: everybody draws once."
    )
    _position_once = models.UniqueIndex("(draw_id, position)", "Somebody drew at the same moment. Try again.")
    _number_within = models.Constraint("CHECK (number >= 0 AND number < total)", "The number is beyond the odds.")

    def _compute_handed_out(self):
        lines = self.env["pos.order.line"].sudo().search(
            [("salon_prize_number", "in", self.ids), ("order_id.state", "not in", ("draft", "cancel"))]
        )  # fmt: skip
        numbers = set(lines.mapped("salon_prize_number"))
        for entry in self:
            entry.handed_out = entry.id in numbers

    @api.model
    def _facts(self, values):
        """Return what the chain holds fast of an entry: nothing of it says who drew."""
        names = ("draw_id", "position", "seed", "digest", "word", "number", "total", "odds", "prize_id")
        return {name: values[name] for name in names}

    def _find_problem(self, previous):
        """Draw this entry again; return what is not right in words, "" where all is.

        :param str previous: the chain of the entry before it
        """
        self.ensure_one()
        entry = self.sudo()
        if fair_draw.digest(entry.seed) != entry.digest:
            return self.env._("the seed is not the one of which the digest was shown")
        if fair_draw.total(entry.odds) != entry.total:
            return self.env._("the odds do not add up")
        if fair_draw.number(entry.seed, entry.draw_id.id, entry.word or "", entry.total) != entry.number:
            return self.env._("the seed gives another number")
        if fair_draw.winner(entry.odds, entry.number)["prize"] != entry.prize_id.id:
            return self.env._("the number wins another prize")
        values = {
            "draw_id": entry.draw_id.id, "position": entry.position, "seed": entry.seed, "digest": entry.digest,
            "word": entry.word or "", "number": entry.number, "total": entry.total, "odds": entry.odds,
            "prize_id": entry.prize_id.id,
        }  # fmt: skip
        if (entry.previous or "") != previous or fair_draw.link(previous, self._facts(values)) != entry.chain:
            return self.env._("it was changed, or one before it")
        return ""

    def action_check(self):
        """Draw this entry again from what was kept, and say whether it was right."""
        self.ensure_one()
        self.check_access("read")
        before = self.sudo().search(
            [("draw_id", "=", self.draw_id.id), ("position", "<", self.position)], order="position desc", limit=1
        )
        if problem := self._find_problem(before.chain or ""):
            raise UserError(self.env._("Entry %(number)s is not right: %(why)s.", number=self.position, why=problem))
        return self._say_right(
            self.env._("Drawn right: number %(number)s of %(total)s.", number=self.number, total=self.total)
        )

    @api.model
    def _say_right(self, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": message},
        }

    def _result(self):
        """Return what was won, for reception and the till."""
        self.ensure_one()
        prize = self.prize_id
        texts = {
            "coupon": self.env._("A coupon: %s", self.card_id.code),
            "product": self.env._("It comes into the order at 0."),
            "points": self.env._("%s points", self.points),
            "nothing": self.env._("No prize this time."),
        }
        return {
            "kind": self.kind,
            "prize": prize.name,
            "text": texts[self.kind],
            "code": self.card_id.code or False,
            "product_id": self.product_id.id,
            "entry_id": self.id,
            "number": self.number,
            "total": self.total,
            "seed": self.seed,
        }

    def _grant_points(self):
        """Give points that were won, once: to members at once, to others when they become one."""
        memberships = self.env["salon.membership"].sudo()
        for entry in self.sudo().filtered(lambda one: one.kind == "points"):
            member = memberships._get_active(entry.file_id.partner_id, entry.company_id)
            if member:
                member._grant(entry.points, f"draw,{entry.id}", self.env._("Won in a prize draw"))

    @api.model
    def _to_hand_out(self, client, company):
        """Return the products that `client` won and has not got yet."""
        domain = [
            ("file_id.partner_id", "=", client.id),
            ("company_id", "=", company.id),
            ("kind", "=", "product"),
        ]
        won = self.sudo().search(domain)
        won.invalidate_recordset(["handed_out"])
        return won.filtered(lambda entry: not entry.handed_out)
