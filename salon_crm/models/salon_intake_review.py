from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize
from odoo.tools.misc import format_date

from ..tools.phone import whole_number
from ..tools.wait_turn import wait_turn
from .salon_health_note import CONDITIONS

SEVERITIES = ("1", "2", "3")


class SalonIntake(models.Model):
    """Looking at what a client answered, and taking over into the file what is right."""

    _inherit = "salon.intake"

    # What is not about health -------------------------------------------------------------------------------

    def load_review(self):
        """Return what the client answered beside what the file says now.

        :return dict: "rows", a list of dicts: "key", "section", "question", "answer" (text), "field" (its name or
            False), "old" (text), "same" and "take" (bool); where it was reviewed already, "taken" (text of before)
        """
        self.ensure_one()
        self.check_access("read")
        self.file_id.check_access("read")
        rows, section = [], ""
        for question in self.version_id.sudo()._questions(health=False):
            if question["kind"] == "section":
                section = question["name"]
            else:
                rows.append({"section": section, **self._prepare_row(question)})
        return {"rows": rows}

    def _prepare_row(self, question):
        answer = (self.answers or {}).get(question["key"], {})
        field = self._target_field(question)
        row = {
            "key": question["key"],
            "question": question["name"],
            "answer": self._say_answer(question, answer),
            "field": field and field._description_string(self.env),
            "old": "",
            "same": False,
            "take": False,
            "taken": False,
        }
        if field and row["answer"]:
            row["old"] = self._say_value(field, self.file_id.sudo()[field.name])
            row["same"] = self._is_same(question, row["old"], row["answer"])
            row["take"] = not row["old"]
        if taken := (self.taken or {}).get(question["key"]):
            row.update(taken=True, old=taken["old"])
        return row

    def _target_field(self, question):
        """Return the field of the client file that an answer is proposed for, None for those that stay here."""
        allowed = dict(self.env["salon.intake.question"]._target_selection())
        return self.file_id._fields[question["target"]] if question["target"] in allowed else None

    def _say_answer(self, question, answer):
        if question["kind"] == "date" and answer.get("text"):
            return format_date(self.env, answer["text"])
        return self.version_id.sudo()._say_answer(question, answer)

    def _say_value(self, field, value):
        """Return the value of a field as people read it."""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        if field.type == "date":
            return format_date(self.env, value) if value else ""
        if field.type == "many2one":
            return value.display_name or ""
        return value or ""

    def _is_same(self, question, old, new):
        """Tell whether two texts say the same, however they are written."""
        if question["kind"] == "phone":
            country = self.company_id.sudo().country_id
            return (whole_number(old, country) or old) == (whole_number(new, country) or new)
        if question["kind"] == "email":
            return email_normalize(old) == email_normalize(new)
        return old.strip().casefold() == new.strip().casefold()

    def take_over(self, seen):
        """Write the answers that were ticked into the client's file, and end the review: all of it or nothing.

        :param dict seen: what the file said when the answers were ticked, by their key
        :raise UserError: it was reviewed already, or the file says something else meanwhile
        """
        self._begin_review("filled")
        questions = {question["key"]: question for question in self.version_id.sudo()._questions(health=False)}
        values, taken = {}, {}
        for key, old in seen.items():
            question = questions.get(key)
            field = question and self._target_field(question)
            answer = (self.answers or {}).get(key)
            if not field or not answer:
                raise UserError(self.env._("This answer can't be taken over. Open the form again."))
            row = self._prepare_row(question)
            if row["old"] != old:
                raise UserError(
                    self.env._(
                        "The file was changed meanwhile: %s. Open the form again.", field._description_string(self.env)
                    )
                )
            values[field.name] = self._read_value(field, question, answer)
            taken[key] = {"old": old, "new": row["answer"]}
        if values:
            # Whoever may change the file may take over: the contact behind it is written for them.
            self.file_id.sudo().write(values)
            named = [self.file_id._fields[name]._description_string(self.env) for name in values]
            self._note_in_file(self.env._("Taken over from the intake form: %s", ", ".join(named)))
        else:
            self._note_in_file(self.env._("Intake form reviewed: nothing was to be taken over."))
        self.sudo().write({"state": "reviewed", "taken": taken, **self._prepare_signature()})
        self.file_id._set_reviewed()

    def action_decline(self):
        """Take nothing over: the answers stay in the sheet alone."""
        self._begin_review("filled")
        self.sudo().write({"state": "declined", **self._prepare_signature()})
        self._note_in_file(self.env._("Intake form declined: nothing was taken over."))

    def _begin_review(self, state, name="state"):
        self.ensure_one()
        self._check_may_review()
        wait_turn(self.sudo())
        if self[name] != state:
            raise UserError(self.env._("This form is reviewed already, or was never filled in. Open it again."))

    def _prepare_signature(self, prefix=""):
        return {f"{prefix}reviewed_at": fields.Datetime.now(), f"{prefix}reviewed_by_id": self.env.uid}

    def _note_in_file(self, text):
        self.file_id.sudo().message_post(body=text, author_id=self.env.user.partner_id.id)

    def _read_value(self, field, question, answer):
        """Return an answer as the field takes it."""
        if field.type == "selection":
            (code,) = answer["picked"]
            return code
        if field.type == "date":
            return fields.Date.to_date(answer["text"])
        text = self._say_answer(question, answer)
        if field.type == "many2one":
            return self._find_source(text)
        return " ".join(text.split()) if field.type == "char" else text

    def _find_source(self, name):
        """Return the id of how clients come (utm.source) that has this name, a new one where there is none."""
        sources = self.env["utm.source"].sudo()
        return (sources.search([("name", "=ilike", name)], limit=1) or sources.create({"name": name})).id

    # Health -------------------------------------------------------------------------------------------------

    def may_see_health(self):
        """Tell whether this user may see what was told of the client's health."""
        self.ensure_one()
        return bool(self.file_id._filter_health_access())

    def reveal_health(self, purpose):
        """Return what the client told of their health and what may become of it, and log that the user read it.

        :param str purpose: what for; one of the purposes of salon.access.log
        :return list: a dict for each answer: "key", "question", "answer", and "proposals": dicts of "id", "kind"
            ("sensitivity" or of a health note), "text" and "known" (bool: the file says so already)
        :raise AccessError, UserError: as `salon.health.note.reveal`
        """
        self.ensure_one()
        self._check_health(purpose)
        told = self._open_health()
        self.env["salon.access.log"]._note(self, "intake", "read", purpose)
        return [
            {
                "key": question["key"],
                "question": question["name"],
                "answer": self._say_answer(question, told[question["key"]]),
                "proposals": [
                    {name: proposal[name] for name in ("id", "kind", "text", "known")}
                    for proposal in self._propose(question, told[question["key"]])
                ],
            }
            for question in self._health_questions()
            if question["key"] in told
        ]

    def take_over_health(self, chosen, purpose="update"):
        """Note what was ticked among the client's sensitivities and health notes, and end this part of the review.

        :param dict chosen: severity ("1" to "3"; False for health notes) by the id of the proposal
        :raise AccessError, UserError: as `reveal_health`; it was reviewed already
        """
        self._check_health(purpose)
        self._begin_review("open", "health_state")
        told = self._open_health()
        proposals = {
            proposal["id"]: proposal
            for question in self._health_questions()
            for proposal in self._propose(question, told.get(question["key"], {}))
        }
        for proposal_id, severity in chosen.items():
            if proposal_id not in proposals:
                raise UserError(self.env._("This answer can't be taken over. Open the form again."))
            self._note_health(proposals[proposal_id], severity, purpose)
        self.sudo().write({"health_state": "done", **self._prepare_signature("health_")})

    def decline_health(self):
        """Note nothing: what was told stays in the sheet alone, encrypted."""
        self._check_health("update")
        self._begin_review("open", "health_state")
        self.sudo().write({"health_state": "declined", **self._prepare_signature("health_")})

    def _check_health(self, purpose):
        self.env["salon.access.log"]._check_purpose(purpose)
        self.file_id._check_health_access()

    def _health_questions(self):
        return [question for question in self.version_id.sudo()._questions(health=True) if question["health"]]

    def _propose(self, question, answer):
        """Return what may become of an answer about health: sensitivities where substances were picked, conditions,
        and health notes of what was written."""
        about, source, label = question["health"], question["choice_source"], question["name"]
        kind = "note" if about == "sensitivity" else about
        names = dict(question["choices"])
        picked = [code for code in answer.get("picked", ()) if code in names]
        proposals, words = [], [answer["text"]] if answer.get("text") else []
        if source == "substances":
            proposals += self._propose_sensitivities(picked)
        elif source == "conditions" and about in CONDITIONS:
            proposals += [
                {"kind": about, "condition": code, "text": names[code], "note": ""}
                for code in picked
                if code in CONDITIONS[about]
            ]
        elif picked != ["no"]:
            words = [names[code] for code in picked] + words
        if words:
            text = f"{label}: {', '.join(words)}"
            proposals.append({"kind": kind, "condition": False, "text": text, "note": text})
        return [
            {"known": False, **proposal, "id": f"{question['key']}-{number}"}
            for number, proposal in enumerate(proposals)
        ]

    def _propose_sensitivities(self, codes):
        known = self.env["salon.sensitivity"].sudo().search([("file_id", "=", self.file_id.id)]).substance_id
        substances = self.env["salon.substance"].sudo().browse(map(int, codes)).exists()
        return [
            {"kind": "sensitivity", "substance_id": one.id, "text": one.with_env(self.env).name, "known": one in known}
            for one in substances
        ]

    def _note_health(self, proposal, severity, purpose):
        if proposal["kind"] != "sensitivity":
            content = {"kind": proposal["kind"], "condition": proposal["condition"], "text": proposal["note"]}
            self.env["salon.health.note"].conceal(self.file_id.id, content, purpose)
            return
        if severity not in SEVERITIES:
            raise UserError(self.env._("Choose how severe it is."))
        if not proposal["known"]:
            values = {"file_id": self.file_id.id, "substance_id": proposal["substance_id"], "severity": severity}
            self.env["salon.sensitivity"].create(values)

    # The list -----------------------------------------------------------------------------------------------

    @api.model
    def _waiting_domain(self):
        """Return the domain of what this user can review now."""
        if self.env.user.has_group("salon_crm.group_salon_stylist"):
            return ["|", ("state", "=", "filled"), ("health_state", "=", "open")]
        return [("state", "=", "filled")]
