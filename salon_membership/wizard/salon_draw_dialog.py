from odoo import api, fields, models


class SalonDrawDialog(models.TransientModel):
    """Lets a client draw at reception: the odds and the digest first, then the prize."""

    _name = "salon.draw.dialog"
    _description = "Draw"

    file_id = fields.Many2one("salon.client.file", string="Client", required=True, readonly=True)
    draw_id = fields.Many2one("salon.draw", required=True, readonly=True)
    word = fields.Char(
        string="Lucky Word", size=20, help="The client may say a word or a number: it takes part in the draw."
    )
    odds = fields.Html(compute="_compute_shown", compute_sudo=True, sanitize=False)
    digest = fields.Char(
        compute="_compute_shown", compute_sudo=True, help="SHA-256 of the seed, which is shown after the draw."
    )
    entry_id = fields.Many2one("salon.draw.entry", readonly=True)
    prize = fields.Char(compute="_compute_result", compute_sudo=True)
    result = fields.Char(compute="_compute_result", compute_sudo=True)
    seed = fields.Char(compute="_compute_result", compute_sudo=True)

    @api.depends("draw_id", "file_id", "entry_id")
    @api.depends_context("lang")
    def _compute_shown(self):
        for dialog in self:
            draw, entry = dialog.draw_id.sudo(), dialog.entry_id.sudo()
            draw = draw.filtered(lambda one: one.company_id in self.env.companies)
            dialog.digest = entry.digest or (draw and draw._prepare(dialog.file_id.sudo()).digest)
            dialog.odds = (
                self.env["ir.qweb"]._render("salon_membership.draw_odds", {"odds": draw._say_odds()}) if draw else False
            )

    @api.depends("entry_id")
    @api.depends_context("lang")
    def _compute_result(self):
        for dialog in self:
            entry = dialog.entry_id
            # Whoever makes a dialog by hand is shown nothing of what others drew.
            own = entry and (entry.draw_id, entry.file_id) == (dialog.draw_id, dialog.file_id)
            result = entry._result() if own and entry.company_id in self.env.companies else {}
            dialog.prize, dialog.result, dialog.seed = (result.get(name, False) for name in ("prize", "text", "seed"))

    def action_draw(self):
        """Draw, once, and show what was won."""
        self.ensure_one()
        draws = self.env["salon.draw"]
        result = draws.salon_draw(self.draw_id.id, self.file_id.partner_id.id, self.word or "")
        self.sudo().entry_id = result["entry_id"]
        return {
            "type": "ir.actions.act_window",
            "name": self.draw_id.sudo().name,
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
