"""The link to a salon's anonymous survey: it stays the same when a new quarter begins."""

from odoo import http
from odoo.http import request

from odoo.addons.salon_crm.controllers.public_page import InputError, PublicPage, friendly


class SurveyPage(PublicPage):
    """Where the poster in the salon leads to."""

    @http.route("/salon/survey", type="http", auth="public", methods=["GET"], website=True, sitemap=False)
    @friendly
    def current_survey(self, **_query):
        """Lead on to the survey that is open now."""
        number = self._number("salon")
        company = request.env["res.company"].sudo().browse(number or ()).exists()
        survey = company and request.env["survey.survey"]._salon_current(company)
        if not survey:
            raise InputError(request.env._("There is no survey just now. Thank you for your interest."), 404)
        return request.redirect(survey.get_start_url(), code=303)
