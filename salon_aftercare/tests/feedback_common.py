from odoo import fields

from .common import AftercareCommon


class FeedbackCommon(AftercareCommon):
    """The same salon, which asks its clients after each visit; nothing else in this database is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.company"].search([]).salon_feedback_ask = False
        cls.env["salon.feedback"]._make_for_latest()
        cls.env["salon.feedback"].search([("send_state", "in", ("planned", "retry"))]).send_state = "skipped"
        cls.env.company.write(
            {
                "salon_feedback_ask": True,
                "salon_feedback_since": fields.Datetime.to_datetime("2020-01-01"),
                "salon_feedback_hours": 0,
                "salon_message_from": 0,
                "salon_message_to": 24,
                "salon_message_email": True,
                "email": "hello@salon.example.com",
            }
        )
        cls.client.email = "clara@example.com"

    @classmethod
    def _feedback(cls, *stylists, **values):
        """Return the feedback of a visit that is done now."""
        return cls.env["salon.feedback"]._of_visits(cls._done_visit(*stylists, **values))

    @classmethod
    def _answered(cls, rating, *stylists, way="link", client=None, **told):
        """Return a feedback that is answered."""
        feedback = cls._feedback(*stylists, client=client)
        if way == "link":
            feedback._link()
        feedback._answer(rating, way, cls.env.user if way == "person" else None)
        if told:
            feedback._tell_more(told)
        return feedback
