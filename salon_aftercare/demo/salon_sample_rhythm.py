from datetime import timedelta

from odoo import api, fields, models

PLANS = (
    ("scalp_treatment", "A calm scalp in three months", "Less itching, and no flakes on a black jacket.", 6, 14, 56,
     (("Mild scalp shampoo", "three times a week", "Leave on for three minutes"),
      ("Scalp tonic", "every evening", "Along the partings, massage gently"))),
    ("classic_facial", "Clear skin for the wedding", "Even skin without powder on the day.", 8, 10, 30,
     (("Cleansing milk", "morning and evening", ""), ("Sun cream", "every morning", "Also in winter"))),
    ("scalp_treatment", "Stronger hair after the bleach", "Ends that do not break any more.", 4, 21, 0,
     (("Repair mask", "once a week", "Leave on for ten minutes under a towel"),)),
)  # fmt: skip
ANSWERS = (
    ("price_dear", "Likes it with us, but twice a year is enough for her now."),
    ("life_moved", "Works in Suzhou since spring."),
    ("service_wait", "Waited half an hour twice, in her lunch break."),
    ("other_near", False),
    ("none_unreached", False),
    ("service_stylist", "Wants to know where Lin Xiao went."),
)


class SalonSampleRhythm(models.AbstractModel):
    """Who is due, at risk and lost in the sample salon, why some stay away, and three care plans."""

    _name = "salon.sample.rhythm"
    _description = "Sample Salon: Coming Back"

    @api.model
    def _create_rhythms(self, company_id):
        company = self.env["res.company"].browse(company_id)
        rhythms = self.env["salon.client.rhythm"]
        run = rhythms._begin_run(company)
        while not run.done_at:
            rhythms._refresh_batch(company, run)
        self._create_plans(company)
        self._create_answers(company)

    def _create_plans(self, company):
        """Agree on three care plans with clients who come often: one well under way, one begun, one proposed."""
        today = company._salon_rhythm_today()
        rhythms = self.env["salon.client.rhythm"].search(
            [("company_id", "=", company.id), ("visits", ">=", 3)], order="last_visit desc, id", limit=len(PLANS)
        )
        for rhythm, (service, name, goal, visits, interval, days_ago, home) in zip(rhythms, PLANS, strict=False):
            last = self.env["salon.visit"].search(
                [("partner_id", "=", rhythm.partner_id.id), ("company_id", "=", company.id), ("state", "=", "done")],
                limit=1,
            )
            plan = self.env["salon.care.plan"].create(
                {
                    "name": name,
                    "goal": goal,
                    "partner_id": rhythm.partner_id.id,
                    "company_id": company.id,
                    "user_id": last.line_ids.performer_ids.employee_id.user_id[:1].id,
                    "product_ids": [(6, 0, self.env.ref(f"salon_crm.service_{service}").product_variant_ids.ids)],
                    "visit_count": visits,
                    "interval_days": interval,
                    "start_date": today - timedelta(days=days_ago),
                    "home_ids": [(0, 0, {"name": what, "often": often, "how": how}) for what, often, how in home],
                }
            )
            if days_ago:
                plan.action_agree()

    def _create_answers(self, company):
        """Note why some of the lost stay away."""
        lost = self.env["salon.client.rhythm"].search(
            [("company_id", "=", company.id), ("state", "=", "lost")], order="state_since desc, id", limit=len(ANSWERS)
        )
        for number, (rhythm, (reason, note)) in enumerate(zip(lost, ANSWERS, strict=False)):
            self.env["salon.lost.answer"].create(
                {
                    "partner_id": rhythm.partner_id.id,
                    "company_id": company.id,
                    "reason_id": self.env.ref(f"salon_aftercare.salon_lost_reason_{reason}").id,
                    "note": note,
                    "asked_on": fields.Date.today() - timedelta(days=9 * number),
                }
            )
