"""The page on which everybody can read the odds of a prize draw, and how it is drawn."""

from odoo import http
from odoo.http import request
from odoo.tools import format_date

from odoo.addons.salon_crm.controllers.public_page import InputError, PublicPage, friendly


class DrawPage(PublicPage):
    """The odds as they are now."""

    @http.route("/salon/draw/<int:number>", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    @friendly
    def draw_odds(self, number, **_query):
        """Show what can be won, and how likely it is."""
        draws = request.env["salon.draw"].sudo()
        draw = draws.search([("id", "=", number)], limit=1) if number < 2**31 else draws
        if not draw or draw.date_from > draw.company_id._salon_today():
            raise InputError(request.env._("There is no such prize draw. Please ask us."), 404)
        last = (
            request.env["salon.draw.entry"].sudo().search([("draw_id", "=", draw.id)], order="position desc", limit=1)
        )
        env = request.env
        words = {
            "drawn": env._("%s drawn so far.", draw.drawn),
            "until": draw.date_to and env._("Until %s.", format_date(env, draw.date_to)),
            "left": lambda count: env._("%s left", count),
        }
        values = {
            "company": draw.company_id,
            "draw": draw,
            "odds": draw._say_odds(),
            "chain": last.chain,
            "words": words,
        }
        return self._page("page_draw", values, module="salon_membership")
