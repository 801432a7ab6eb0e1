from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import PLACEHOLDERS, find_placeholders

CHANNELS = [
    ("call", "Call"),
    ("sms", "SMS"),
    ("email", "Email"),
    ("wechat", "WeChat"),
    ("post", "Post"),
    ("task", "Task"),
]


class SalonFollowupStep(models.Model):
    """One contact of a plan: when, by which channel, by whom, and what to say.

    A gateway for a channel is a small addon: `_carry_out_<channel>` of salon.followup.
    """

    _name = "salon.followup.step"
    _description = "Follow-up Step"
    _order = "plan_id, delay_hours, id"

    plan_id = fields.Many2one("salon.followup.plan", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="plan_id.company_id")
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(string="In Use", default=True)
    delay = fields.Integer(
        required=True, default=24, help="So long after the occasion the contact is due; before it where negative."
    )
    delay_unit = fields.Selection(
        [("hours", "hours"), ("days", "days")], string="Hours or Days", required=True, default="hours"
    )
    delay_hours = fields.Integer(compute="_compute_delay_hours", store=True, help="For the order of the steps.")
    at_hour = fields.Float(string="At", default=10.0, help="The hour of that day, on the salon's clocks.")
    window_hours = fields.Integer(
        string="Within (Hours)",
        required=True,
        default=24,
        help="So many hours later a call is overdue, and what was not made by then is not made any more.",
    )
    when = fields.Char(compute="_compute_when")
    channel = fields.Selection(CHANNELS, required=True, default="call")
    who = fields.Selection(
        [("stylist", "Their stylist"), ("reception", "Front desk"), ("manager", "The manager")],
        required=True,
        default="stylist",
        help="Who makes the contact. Where this person can't (no user, or no role in this company), a manager does.",
    )
    subject = fields.Char(translate=True, help="Of an email.")
    script = fields.Text(
        translate=True,
        help="What to say and to ask. Of an email, SMS or WeChat message it is the text. These words are filled in:"
        " {{client}}, {{stylist}}, {{services}}, {{salon}}, {{date}}, {{link}}, {{feedback}},"
        " {{festival}}, and {{what}} for what ends.",
    )
    since = fields.Datetime(
        string="From",
        required=True,
        default=fields.Datetime.now,
        copy=False,
        help="What happened before is not followed up by this step, so that a new or reactivated step does not flood"
        " the salon.",
    )

    _window_positive = models.Constraint(
        "CHECK (window_hours >= 0)", "A contact can't be overdue before it is due. Correct the hours of the step."
    )
    _hour_of_day = models.Constraint(
        "CHECK (at_hour >= 0 AND at_hour < 24)", "The hour of a step lies between 0:00 and 23:59. Correct it."
    )
    _delay_sensible = models.Constraint(
        "CHECK (delay_hours BETWEEN -87600 AND 87600)", "A step lies within ten years of its occasion. Correct it."
    )

    @api.depends("delay", "delay_unit")
    def _compute_delay_hours(self):
        for step in self:
            step.delay_hours = step.delay * (24 if step.delay_unit == "days" else 1)

    @api.depends("delay", "delay_unit", "at_hour")
    def _compute_when(self):
        for step in self:
            step.when = step._say_when()

    def _say_when(self):
        """Return when this step is due, in words."""
        if self.delay_unit == "hours":
            if not self.delay:
                return self.env._("at once")
            return (
                self.env._("%s hours after", self.delay)
                if self.delay > 0
                else self.env._("%s hours before", -self.delay)
            )
        minutes = round(self.at_hour * 60)
        at = f"{minutes // 60}:{minutes % 60:02}"
        if not self.delay:
            return self.env._("on the day, %s", at)
        if self.delay > 0:
            return self.env._("%(days)s days after, %(hour)s", days=self.delay, hour=at)
        return self.env._("%(days)s days before, %(hour)s", days=-self.delay, hour=at)

    @api.depends("name", "plan_id.name")
    def _compute_display_name(self):
        for step in self:
            step.display_name = f"{step.plan_id.name}: {step.name}"

    @api.constrains("script", "subject")
    def _check_placeholders(self):
        """Refuse words that nothing would fill in: a client would read them."""
        for step in self:
            unknown = find_placeholders(f"{step.script or ''} {step.subject or ''}") - set(PLACEHOLDERS)
            if unknown:
                raise ValidationError(
                    self.env._(
                        "Nothing fills in {{%(unknown)s}}. These can be used: %(known)s.",
                        unknown=min(unknown),
                        known=", ".join(f"{{{{{name}}}}}" for name in PLACEHOLDERS),
                    )
                )

    def write(self, vals):
        woken = self.filtered(lambda step: not step.active) if vals.get("active") else self.browse()
        result = super().write(vals)
        if "since" not in vals:
            woken.since = fields.Datetime.now()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["salon.followup"].sudo().search_count([("step_id", "in", self.ids)], limit=1):
            raise ValidationError(
                self.env._("Clients were contacted by this step: it stays for the record. Switch it off instead.")
            )

    @api.model
    def _get_steps(self, trigger, company=None):
        """Return what is to be done after `trigger`, the first by priority.

        :param company: whose; None: of all
        """
        domain = [("plan_id.active", "=", True), ("plan_id.trigger", "=", trigger)]
        if company:
            domain.append(("plan_id.company_id", "in", [False, company.id]))
        return self.search(domain).sorted(lambda step: (step.plan_id.sequence, step.plan_id.id, step.id))
