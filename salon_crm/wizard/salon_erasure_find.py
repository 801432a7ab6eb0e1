from odoo import api, fields, models
from odoo.tools import email_normalize, format_date


class SalonErasureFind(models.TransientModel):
    """Whether a person was erased, for who asks: by what they tell of themselves.

    Nothing of it is kept: the fields have no column, and the answer comes before anything is saved.
    """

    _name = "salon.erasure.find"
    _description = "Was This Person Erased?"

    phone = fields.Char(store=False)
    email = fields.Char(store=False)
    name = fields.Char(string="Full Name", store=False)
    birthday = fields.Date(store=False)
    found = fields.Boolean(compute="_compute_answer")
    answer = fields.Text(compute="_compute_answer")

    @api.depends("phone", "email", "name", "birthday")
    def _compute_answer(self):
        self.env["salon.erasure"].check_access("read")
        for one in self:
            erasures = one._find()
            one.found = bool(erasures)
            one.answer = False
            if erasures:
                one.answer = "\n".join(one._say(erasure) for erasure in erasures)
            elif one.phone or one.email or (one.name and one.birthday):
                one.answer = self.env._("Nobody was erased who is known by that.")

    def _find(self):
        """Return the erasures of this person that the user may know of."""
        email = email_normalize(self.email) or self.email
        found = self.env["salon.erasure"]._find_erased(
            phone=self.phone, email=email, name=self.name, birthday=self.birthday
        )
        return found.with_env(self.env)._filtered_access("read")

    def _say(self, erasure):
        reasons = dict(erasure._fields["reason"]._description_selection(self.env))
        day = format_date(self.env, fields.Datetime.context_timestamp(self, erasure.created_at))
        return self.env._(
            "Yes, erased on %(day)s by %(who)s: %(reason)s.",
            day=day,
            who=erasure.user_name,
            reason=reasons[erasure.reason],
        )
