"""The page on which everybody can read the odds of a prize draw, and how it is drawn."""

from odoo import http
from odoo.http import request

from odoo.addons.salon_crm.controllers.public_page import InputError, PublicPage, friendly


class DrawPage(PublicPage):
    """The odds as they are now."""

    @http.route("/salon/draw/<int:number>", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    @friendly
    def draw_odds(self, number, **_query):
        """Show what can be won, and how likely it is."""
        draws = request.env["salon.draw"].sudo()
        draw = draws.search([("id", "=", number)], limit=1) if number < 2**31 else draws
        if not draw:
            raise InputError(request.env._("There is no such prize draw. Please ask us."), 404)
        last = (
            request.env["salon.draw.entry"].sudo().search([("draw_id", "=", draw.id)], order="position desc", limit=1)
        )
        values = {"company": draw.company_id, "draw": draw, "odds": draw._say_odds(), "chain": last.chain}
        return self._page("page_draw", values, module="salon_membership")
