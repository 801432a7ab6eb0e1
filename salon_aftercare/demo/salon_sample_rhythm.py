from datetime import datetime, time, timedelta

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


CALLED = 63  # days ago, of who is back: by now it is known what the call brought about
TOLD = ("Had moved houses; would love to come again.", "Did not know that we open until eight.", "Asked for a time.")


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
        self._create_contacts(company)

    def _create_plans(self, company):
        """Agree on three care plans with clients who come often: one well under way, one begun, one proposed."""
        today = company._salon_today()
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

    def _create_contacts(self, company):
        """Note who was called when they were lost, and who was left out by chance: some of them came again."""
        step = self.env.ref("salon_aftercare.salon_followup_step_lost_call")
        staff = company._get_followup_staff()
        rhythms = self.env["salon.client.rhythm"].search(
            [("company_id", "=", company.id), ("state", "in", ("back", "lost"))], order="state, state_since, id"
        )
        vals_list, lost = [], 0
        for number, rhythm in enumerate(rhythms):
            day = fields.Date.today() - timedelta(days=CALLED)
            if rhythm.state == "lost":
                lost += 1
                day = min(rhythm.state_since + timedelta(days=1), fields.Date.today() - timedelta(days=1))
            due_at = datetime.combine(day, time(hour=11))
            values = {
                "partner_id": rhythm.partner_id.id,
                "step_id": step.id,
                "occasion": f"client_state-{rhythm.id}-{day:%Y%m%d}",
                "origin_model": rhythm._name,
                "origin_id": rhythm.id,
                "company_id": company.id,
                "channel": step.channel,
                "is_marketing": True,
                "user_id": staff["manager"][:1].id,
                "planned_for": due_at,
                "due_at": due_at,
                "latest_at": due_at + timedelta(hours=step.window_hours),
            }
            if lost == 1:
                vals_list.append({**values, "state": "skipped", "skip_code": "control"})
                continue
            said = TOLD[number % len(TOLD)] if rhythm.state == "back" else False
            reached = "yes" if rhythm.state == "back" or number % 2 else "no"
            done = {"state": "done", "done_at": due_at + timedelta(minutes=20), "done_by": staff["manager"][:1].id}
            vals_list.append({**values, **done, "reached": reached, "said": said})
        self.env["salon.followup"].with_context(tracking_disable=True).create(vals_list)
