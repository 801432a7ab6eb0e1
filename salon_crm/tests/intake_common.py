from .common import SalonCommon
from .health import HealthKeys

QUESTIONS = {
    "about": {"name": "About You", "kind": "section"},
    "birthday": {"name": "Your birthday?", "kind": "date", "target": "birthdate_date"},
    "gender": {"name": "You are?", "kind": "one", "target": "gender"},
    "email": {"name": "Your email?", "kind": "email", "target": "email", "required": True},
    "wechat": {"name": "Your WeChat?", "kind": "char", "target": "wechat"},
    "source": {"name": "How did you find us?", "kind": "one", "target": "source_id", "choices": "A friend\nThe street",
               "with_other": True},
    "likes": {"name": "What do you like?", "kind": "several", "target": "preferences", "choices": "Quiet\nMusic\nTea"},
    "more": {"name": "Anything else?", "kind": "text"},
    "health": {"name": "Your Health", "kind": "section"},
    "allergies": {"name": "Any allergies?", "kind": "several", "health": "sensitivity", "with_other": True},
    "scalp": {"name": "Your scalp?", "kind": "several", "health": "scalp"},
    "pregnant": {"name": "Are you pregnant?", "kind": "yesno", "health": "pregnancy"},
    "medication": {"name": "Any medication?", "kind": "text", "health": "medication"},
}  # fmt: skip


class IntakeCommon(HealthKeys, SalonCommon):
    """The salon with an intake form of twelve questions, four of them about health."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["salon.intake.form"].search([]).active = False
        cls.env["salon.intake"].search([]).unlink()
        cls.substance = cls.env["salon.substance"].create({"name": "Zz Substance"})
        cls.form = cls.env["salon.intake.form"].create(
            {
                "name": "Welcome",
                "intro": "We would like to know you.",
                "question_ids": [(0, 0, {"sequence": n, **one}) for n, one in enumerate(QUESTIONS.values())],
            }
        )
        cls.q = dict(zip(QUESTIONS, cls.form.question_ids, strict=True))
        cls._book((cls.cut, cls.anna))
        cls.file = cls.client.salon_file_ids

    def _key(self, name):
        return str(self.q[name].id)

    def _ask(self, user=None, file=None):
        sheets = self.env["salon.intake"].with_user(user or self.reception)
        return sheets._ask(file or self.file, self.form, self.env.company)

    def _fill(self, sheet, **answers):
        """Fill in a sheet: texts, or lists of what was picked."""
        given = {
            self._key(name): {"picked": answer} if isinstance(answer, list) else {"text": answer}
            for name, answer in answers.items()
        }
        sheet._fill(given)
        return sheet
