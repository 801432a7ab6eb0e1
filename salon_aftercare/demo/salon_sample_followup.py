from datetime import datetime, time, timedelta
from random import Random

from odoo import api, fields, models

OPEN_DAYS = 3
SAID = {
    "5": (
        "Got compliments at work the next day. Same again, please.",
        "Loves the colour; easy to style at home.",
        "Best head massage ever. Will bring her sister along.",
        "Delighted. Asked for the name of the mask, will take one next time.",
    ),
    "4": (
        "All well. A bit shorter at the sides next time.",
        "Content; the fringe needed two days to fall right.",
        "Good. Had to wait ten minutes for the basin.",
        "Skin feels calm. Wants to come every five weeks now.",
    ),
    "3": (
        "Fine, but expected it a little lighter.",
        "Nice, only the parking was a trial.",
        "So-so: curls already looser. Offered to look at it.",
    ),
    "2": ("One nail chipped after three days: redo agreed for Friday.", "Too short for her taste. Talked it over."),
    "1": ("Scalp itched until the evening. Manager will call her.",),
}
NOT_REACHED = ("No answer, sent a message.", "Mailbox. Tried twice.", "On holiday until next week.")
REASONS = ("Was here again the day after.", "Does not want calls.", "Spoke to her in the shop.")


class SalonSampleFollowup(models.AbstractModel):
    """The calls of a year for the sample salon, always the same, and those of yesterday and today still to make."""

    _name = "salon.sample.followup"
    _description = "Sample Salon: Follow-ups"

    @api.model
    def _create_followups(self, company_id):
        """Plan the calls after the latest visits as the visits themselves do; note how those before went."""
        company = self.env["res.company"].browse(company_id)
        followups = self.env["salon.followup"].with_context(tracking_disable=True)
        followups.search([("company_id", "=", company_id)]).unlink()
        visits = self.env["salon.visit"].search(
            [("company_id", "=", company_id), ("state", "=", "done"), ("partner_id", "!=", False)], order="date, id"
        )
        today = datetime.combine(fields.Date.today(), time())
        latest = visits.filtered(lambda visit: visit.date >= today - timedelta(days=OPEN_DAYS))
        latest._plan_followups()
        known = set()
        staff = company._get_followup_staff()
        random = Random(7)
        followups.create(
            [
                {
                    **self._prepare_call(self._choose_step(visit, known), visit, staff),
                    **self._draw_result(visit, random),
                }
                for visit in visits - latest
            ]
        )

    def _choose_step(self, visit, known):
        """Return the step that had this visit followed up: of several calls on a day one was made.

        :param set known: the clients who were here before; this one is added
        """
        is_first = visit.partner_id not in known
        known.add(visit.partner_id)
        chemical = any(product.salon_processing_minutes for product in visit.line_ids.product_id)
        name = "first_1" if is_first else "chemical_1" if chemical else "visit_call"
        return self.env.ref(f"salon_aftercare.salon_followup_step_{name}")

    def _prepare_call(self, step, visit, staff):
        """Return the values of the call that `step` planned after `visit`."""
        due_at = visit.date + timedelta(hours=step.delay_hours)
        performers = visit.line_ids.performer_ids.filtered(lambda performer: performer.part == "stylist")
        return {
            "partner_id": visit.partner_id.id,
            "visit_id": visit.id,
            "step_id": step.id,
            "occasion": f"visit-{visit.id}",
            "origin_model": visit._name,
            "origin_id": visit.id,
            "company_id": visit.company_id.id,
            "channel": step.channel,
            "user_id": (performers.employee_id.user_id & staff["all"] | staff["manager"])[:1].id,
            "planned_for": due_at,
            "due_at": due_at,
            "latest_at": due_at + timedelta(hours=step.window_hours),
        }

    def _draw_result(self, visit, random):
        """Return how the call after `visit` went: most clients are reached, and most of them are content."""
        fate = random.random()
        if fate < 0.04:
            return {"state": "skipped", "skip_code": "by_hand", "reason": random.choice(REASONS)}
        done_at = visit.date + timedelta(hours=24, minutes=random.randint(5, 23 * 60))
        result = {
            "state": "done",
            "done_at": done_at,
            "done_by": visit.line_ids.performer_ids[:1].employee_id.user_id.id,
        }
        if fate < 0.14:
            return {**result, "reached": "no", "said": random.choice(NOT_REACHED)}
        rating = random.choices("54321", (46, 38, 11, 4, 1))[0]
        said = random.choice(SAID[rating]) if rating < "4" or random.random() < 0.5 else False
        return {**result, "reached": "yes", "rating": rating, "said": said}
