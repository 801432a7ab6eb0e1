from datetime import timedelta
from random import Random

from odoo import api, fields, models
from odoo.tools import SQL

WORDS = {
    "5": (
        "Best cut in years. Thank you!",
        "So relaxing, and the colour is exactly what I wanted.",
        "She listened first, and then cut. I felt in good hands.",
        "As always: warm welcome, wonderful result.",
        "My friends asked at once where I had it done.",
    ),
    "4": (
        "Very nice. The music could be a little softer.",
        "Happy with it. A cup of tea while waiting would be lovely.",
        "Good cut; next time a bit shorter at the back.",
        "All fine, only I had to wait ten minutes.",
    ),
    "3": (
        "It is all right, but not what I showed on the picture.",
        "Good hands, but it felt rushed.",
        "A little dear for a trim.",
    ),
    "2": ("Too short, although I said two fingers.", "I waited for half an hour and nobody said a word."),
    "1": ("One side is longer than the other. I am disappointed.", "The colour washed out after two days."),
}  # fmt: skip
PARTS = {
    "reception": 0.1,
    "advice": -0.1,
    "skill": 0.15,
    "surroundings": 0.0,
    "price": -0.4,
}  # better or worse than all
RECENT = timedelta(days=10)  # what was not good then is still open


class SalonSampleFeedback(models.AbstractModel):
    """What the clients of the sample salon answered in a year, always the same: by link, or when they were called."""

    _name = "salon.sample.feedback"
    _description = "Sample Salon: Feedback"

    @api.model
    def _create_feedback(self, company_id):
        """Make the feedback of all visits of the sample salon, and have most of it answered."""
        feedbacks = self.env["salon.feedback"].with_context(tracking_disable=True)
        feedbacks.search([("company_id", "=", company_id)]).unlink()
        feedbacks._make_missing(SQL("visit.company_id = %s", company_id))
        feedbacks = feedbacks.search([("company_id", "=", company_id)], order="date, id")
        calls = self.env["salon.followup"].search([("visit_id", "in", feedbacks.visit_id.ids), ("rating", "!=", False)])
        calls = {call.visit_id: call for call in calls}
        random = Random(11)
        for feedback in feedbacks:
            feedback.write(self._draw_answer(feedback, calls.get(feedback.visit_id), random))
        answered = feedbacks.filtered("answered_at")
        for feedback in answered:
            feedback._make_rating()
        self._date_ratings(answered)
        recent = fields.Datetime.now() - RECENT
        for feedback in answered.filtered(lambda one: one.rating <= "2" and one.answered_at > recent):
            feedback.case_reason = "rating"
            feedback._open_case()

    def _draw_answer(self, feedback, call, random):
        """Return what became of a feedback: a third answer by the link, others when they are called."""
        asked_at = feedback.date + timedelta(hours=4)
        values = {
            "asked_at": asked_at,
            "ends_at": asked_at + timedelta(days=30),
            "send_state": "sent",
            "channel": "email",
            "sent_at": asked_at,
            "try_at": False,
        }
        if asked_at > fields.Datetime.now():
            return {"send_state": False, "try_at": False}
        by_link, fate = random.random() < 0.36, random.choices("54321", (52, 34, 9, 3.5, 1.5))[0]
        rating = call.rating if call else fate
        details = self._draw_details(rating, random)
        at = asked_at + timedelta(minutes=random.randint(3, 40 * 60))
        if by_link and at < fields.Datetime.now():
            return {**values, "rating": rating, "way": "link", "answered_at": at, **details}
        if call and call.done_at:
            who = call.done_by.id
            return {**values, "rating": rating, "way": "person", "answered_at": call.done_at, "noted_by_id": who}
        return values

    def _draw_details(self, rating, random):
        """Return what else a client says who gave so many stars; half of them say nothing more."""
        if random.random() < 0.45:
            return {}
        details = {}
        for part, better in PARTS.items():
            if random.random() < 0.8:
                stars = round(random.gauss(float(rating) + better, 0.6))
                details[part] = str(min(5, max(1, stars)))
        if random.random() < 0.85:
            likely = round(random.gauss({"5": 9.5, "4": 8.2, "3": 6.2, "2": 3.5, "1": 1.5}[rating], 1))
            details["nps"] = str(min(10, max(0, likely)))
        if random.random() < (0.35 if rating > "2" else 0.9):
            details["comment"] = random.choice(WORDS[rating])
        return details

    def _date_ratings(self, feedbacks):
        """Have the ratings say when they were given, and with which words."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE rating_rating
                   SET create_date = feedback.answered_at, write_date = feedback.answered_at,
                       rated_on = feedback.answered_at, feedback = feedback.comment
                  FROM salon_feedback feedback
                 WHERE rating_rating.res_model = 'salon.feedback' AND rating_rating.res_id = feedback.id
                   AND feedback.id = ANY(%(ids)s);
                UPDATE salon_feedback SET detailed_at = answered_at
                 WHERE id = ANY(%(ids)s) AND (comment IS NOT NULL OR nps IS NOT NULL)
                """,
                ids=feedbacks.ids,
            )
        )
        self.env.invalidate_all()
