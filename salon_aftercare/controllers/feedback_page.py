"""The page on which a client says how a visit was: one tap on a face, and then what else they wish to say.

Mail programs open links by themselves: only a tap answers anything.
"""

from odoo import http
from odoo.http import request

from odoo.addons.salon_crm.controllers.public_page import HOUR, InputError, PublicPage, friendly
from odoo.addons.salon_crm.tools.spoken import spoken_day

from ..models.salon_feedback import PARTS

WORDS = 2000  # characters
TRIES = 30  # with one link in an hour
TRIES_FROM = 300  # from one address; a whole salon may be behind it
# The mouths of the faces, from bad to great: paths in a field of 40 to 40.
FACES = (
    ("1", "M12 30 Q20 20 28 30"),
    ("2", "M13 28 Q20 23 27 28"),
    ("3", "M13 27 L27 27"),
    ("4", "M13 25 Q20 30 27 25"),
    ("5", "M11 23 Q20 36 29 23 Z"),
)


class FeedbackPage(PublicPage):
    """Feedback as its client gives it.

    Odoo makes one class of all pages: no method here may be named as one of another page.
    """

    @http.route("/salon/feedback/<string:token>", type="http", auth="public", methods=["GET"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def feedback(self, token, **_query):
        """Show the faces; once one was tapped the rest, and at last the thanks."""
        feedback = self._feedback_by(token)
        if feedback.detailed_at or (feedback.answered_at and feedback._has_ended()):
            return self._show_feedback(feedback, "page_feedback_done")
        if feedback._has_ended():
            return self._show_feedback(feedback, "page_feedback_ended", status=410)
        return self._show_feedback(feedback, "page_feedback_more" if feedback.answered_at else "page_feedback")

    @http.route("/salon/feedback/<string:token>/rate", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def rate_feedback(self, token, **_form):
        """Keep the face that was tapped. Whoever taps again is shown what was answered first."""
        feedback = self._feedback_tried(token)
        feedback._answer(self._face("rating", needed=True), "link")
        return request.redirect(f"/salon/feedback/{token}", code=303)

    @http.route("/salon/feedback/<string:token>/more", type="http", auth="public", methods=["POST"], website=True,
                sitemap=False)  # fmt: skip
    @friendly
    def tell_feedback(self, token, **_form):
        """Keep what else the client says."""
        feedback = self._feedback_tried(token)
        if not feedback.answered_at or feedback.detailed_at or feedback._has_ended():
            return request.redirect(f"/salon/feedback/{token}", code=303)
        values = {name: self._face(name) for name in PARTS}
        nps = self._number("nps")
        if nps is not None and nps > 10:
            raise self._wrong_address()
        values["nps"] = nps is not None and str(nps)
        try:
            values["comment"] = self._text("comment", WORDS, lines=True)
        except InputError as error:
            typed = {**values, "comment": self._one("comment")[: WORDS * 2]}
            return self._show_feedback(feedback, "page_feedback_more", status=422, typed=typed, problem=str(error))
        feedback._tell_more(values)
        return request.redirect(f"/salon/feedback/{token}", code=303)

    def _feedback_by(self, token):
        feedback = request.env["salon.feedback"]._by_token(token)
        if not feedback:
            message = request.env._("This link is not complete. Please open it from our message once more.")
            raise InputError(message, 404)
        return feedback

    def _feedback_tried(self, token):
        """Return the feedback that something is sent for, where that is not done too often."""
        if self._one("website"):  # people don't see this field
            raise InputError(request.env._("This did not work. Please call us."))
        feedback = self._feedback_by(token)
        self._check_limit("feedback", token, TRIES, HOUR)
        self._check_limit("feedback_from", self._address(), TRIES_FROM, HOUR)
        return feedback

    def _face(self, name, needed=False):
        """Return which face came for `name`, "1" to "5"; False where none did."""
        number = self._number(name)
        if number is None and not needed:
            return False
        if number not in range(1, 6):
            raise self._wrong_address()
        return str(number)

    def _show_feedback(self, feedback, template, status=200, typed=None, problem=None):
        env = request.env
        labels = {
            "1": env._("Bad"), "2": env._("Poor"), "3": env._("So-so"), "4": env._("Good"), "5": env._("Great"),
        }  # fmt: skip
        parts = {
            "reception": env._("Welcome"),
            "advice": env._("Advice"),
            "skill": env._("Skill"),
            "surroundings": env._("Surroundings"),
            "price": env._("Value for Money"),
        }
        visit = feedback.visit_id.with_context(lang=env.lang)
        values = {
            "company": feedback.company_id,
            "feedback": feedback,
            "path": f"/salon/feedback/{feedback.token}",
            "faces": [(value, mouth, labels[value]) for value, mouth in FACES],
            "parts": parts.items(),
            "services": ", ".join(visit.line_ids.product_id.mapped("name")),
            "stylists": ", ".join(visit.line_ids.performer_ids.employee_id.mapped("name")),
            "when": spoken_day(env, visit.date, feedback.company_id._salon_timezone()),
            "label": labels.get(feedback.rating),
            "typed": typed or {},
            "problem": problem,
            "longest": WORDS,
        }
        return self._page(template, values, status=status, secret=True, module="salon_aftercare")
