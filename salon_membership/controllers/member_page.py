"""A client's own page: their tier, what is missing to the next, points and when they end, and what they may choose."""

from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal, pager

PAGE = "/my/membership"
LINES = 20  # of the history on one page


class MemberPage(CustomerPortal):
    """What is shown is of who is logged in: no number in an address leads to anybody else's."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "salon_membership_count" in counters:
            values["salon_membership_count"] = len(self._own_memberships())
        return values

    @staticmethod
    def _own_memberships():
        return request.env["salon.membership"]._of_client(request.env.user.partner_id)

    @http.route(
        [PAGE, f"{PAGE}/page/<int:page>"], type="http", auth="user", methods=["GET"], website=True, sitemap=False
    )
    def salon_membership(self, page=1, salon=None, **_query):
        """Show one's own membership; of which salon, where one is a member of several."""
        memberships = self._own_memberships()
        chosen = memberships.filtered(lambda one: str(one.company_id.id) == salon)[:1] or memberships[:1]
        partner = request.env.user.partner_id
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "salon_membership",
            "memberships": memberships,
            "membership": chosen,
            "marketing": partner._salon_marketing(),
            "saved": request.session.pop("salon_marketing_saved", False),
        }
        if chosen:
            values |= self._member_values(chosen, page)
        response = request.render("salon_membership.portal_membership", values)
        response.headers.update(
            {"X-Frame-Options": "DENY", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        )
        return response

    @staticmethod
    def _member_values(membership, page):
        moves = request.env["salon.points.move"].sudo()
        domain = membership._portal_moves_domain()
        lines = pager(
            url=PAGE,
            url_args={"salon": membership.company_id.id},
            total=moves.search_count(domain),
            page=page,
            step=LINES,
        )
        return {
            "company": membership.company_id,
            "progress": membership._portal_progress(),
            "benefits": membership._portal_benefits(),
            "words": membership._portal_words(),
            "vouchers": membership._portal_vouchers(),
            "moves": moves.search(domain, limit=LINES, offset=lines["offset"]),
            "pager": lines,
            "number_picture": membership._number_picture(),
            "shares": membership.company_id.salon_referral,
        }

    @http.route(f"{PAGE}/marketing", type="http", auth="user", methods=["POST"], website=True, sitemap=False)
    def salon_marketing(self, **form):
        """Keep by which ways one wants to hear of offers."""
        partner = request.env.user.partner_id
        for channel in partner._salon_marketing():
            partner._salon_set_marketing(channel, form.get(channel) == "1")
        request.session["salon_marketing_saved"] = True
        return request.redirect(f"{PAGE}#marketing", code=303)

    @http.route(f"{PAGE}/contract/<int:number>", type="http", auth="user", methods=["GET"], website=True, sitemap=False)
    def salon_contract(self, number, **_query):
        """Give one of one's own contracts as a PDF."""
        contracts = request.env["salon.prepaid.contract"]._of_client(request.env.user.partner_id)
        contract = contracts.filtered(lambda one: one.id == number)
        if not contract:
            raise request.not_found()
        headers = {
            "Content-Type": "application/pdf",
            "Content-Disposition": f'inline; filename="{contract.number}.pdf"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return request.make_response(contract._print(), headers=list(headers.items()))
