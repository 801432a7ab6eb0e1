from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

CHANNELS = [
    ("call", "Call"),
    ("sms", "SMS"),
    ("email", "Email"),
    ("wechat", "WeChat"),
    ("post", "Post"),
    ("task", "Task"),
]
CARRIED_OUT = ("call",)


class SalonFollowupStep(models.Model):
    """One contact of a plan: from when until when, by which channel, by whom, and what to say."""

    _name = "salon.followup.step"
    _description = "Follow-up Step"
    _order = "plan_id, from_hours, id"

    plan_id = fields.Many2one("salon.followup.plan", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="plan_id.company_id")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    from_hours = fields.Integer(
        string="From (Hours)", required=True, default=24, help="The contact is due so many hours after the visit."
    )
    latest_hours = fields.Integer(
        string="Latest (Hours)", required=True, default=48, help="After so many hours it is overdue."
    )
    channel = fields.Selection(CHANNELS, required=True, default="call")
    who = fields.Selection(
        [("stylist", "The stylist of the visit"), ("reception", "Reception"), ("manager", "The manager")],
        required=True,
        default="stylist",
        help="Who makes the contact. Where this person can't (no user, or no role in this company), a manager does.",
    )
    script = fields.Text(translate=True, help="What to say and to ask.")
    since = fields.Datetime(
        string="For Visits From",
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="Visits that were done before are not followed up by this step, so that a new or reactivated step"
        " does not flood the salon.",
    )

    _hours_in_order = models.Constraint(
        "CHECK (from_hours >= 0 AND latest_hours >= from_hours)",
        "The hours of a step can't lie before the visit, and the latest can't come before the first. Correct them.",
    )

    @api.depends("name", "plan_id.name")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.plan_id.name}: {step.name}"

    @api.constrains("channel")
    def _check_channel(self):
        """Refuse what nobody would carry out: a follow-up that is planned is also made."""
        labels = dict(self._fields["channel"]._description_selection(self.env))
        for step in self:
            if step.channel not in CARRIED_OUT:
                raise ValidationError(
                    self.env._("“%(channel)s” can't be sent yet. Plan a call instead.", channel=labels[step.channel])
                )

    def write(self, vals):
        woken = self.filtered(lambda step: not step.active) if vals.get("active") else self.browse()
        result = super().write(vals)
        if "since" not in vals:
            woken.since = fields.Datetime.now()
        return result

    @api.model
    def _get_steps(self, trigger, company):
        """Return what is to be done in `company` after `trigger`."""
        domain = [
            ("plan_id.active", "=", True),
            ("plan_id.trigger", "=", trigger),
            ("plan_id.company_id", "in", [False, company.id]),
        ]
        return self.search(domain)

    def _choose_user(self, visit, staff):
        """Return who makes this contact after `visit`, or nobody.

        A stylist who has no user, or none with a role in this company, can't be reminded nor open the
        follow-up: another who served is asked then, the stylist who noted the visit (a consultation names
        nobody else), the one who keeps the client's file, and at last a manager.

        :param staff: what `res.company._get_followup_staff` returns for the visit's company
        """
        wanted = self.env["res.users"]
        if self.who == "stylist":
            performers = visit.line_ids.performer_ids.filtered(lambda performer: performer.part == "stylist")
            noted_by = visit.create_uid & staff["stylist"]
            wanted = performers.employee_id.user_id | noted_by | visit.partner_id.salon_file_ids.keeper_id.user_id
        elif self.who == "reception":
            wanted = staff["reception"]
        return next((user for user in wanted | staff["manager"] if user in staff["all"]), self.env["res.users"])

    def _prepare_followup_values(self, visit, staff):
        """Return the values of the follow-up that this step makes of `visit`."""
        due_at = visit.date + timedelta(hours=self.from_hours)
        return {
            "partner_id": visit.partner_id.id,
            "visit_id": visit.id,
            "step_id": self.id,
            "company_id": visit.company_id.id,
            "channel": self.channel,
            "user_id": self._choose_user(visit, staff).id,
            "due_at": due_at,
            "latest_at": visit.date + timedelta(hours=self.latest_hours),
            "state": "due" if due_at <= fields.Datetime.now() else "planned",
        }
