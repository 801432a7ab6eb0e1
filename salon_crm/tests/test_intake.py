from datetime import date, timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.mail.tests.common import MockEmail

from ..models.salon_intake import MARK
from .intake_common import IntakeCommon


@tagged("post_install", "-at_install")
class TestIntakeForm(IntakeCommon):
    def test_what_was_asked_stays_as_it_was_asked(self):
        sheet = self._fill(self._ask(), wechat="clara_c")
        first = sheet.version_id
        self.assertEqual((first.number, self.form.version), (1, 1))
        self.q["wechat"].name = "Your WeChat ID?"
        self.form.invalidate_recordset(["version"])
        self.assertEqual(self.form.version, 2)
        self.assertIn("Your WeChat?", [row["question"] for row in sheet.load_review()["rows"]])
        other = self.env["res.partner"].create({"name": "Olga Other", "is_salon_client": True})
        second = self._ask(file=other.salon_file_ids).version_id
        self.assertEqual(second.number, 2)
        self.assertEqual(self.form._current_version(), second, "nothing was changed since")
        self.q["wechat"].unlink()
        self.assertIn("Your WeChat?", [row["question"] for row in sheet.load_review()["rows"]])
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"), self.cr.savepoint():
            first.content = {}
            first.flush_recordset()

    def test_who_has_not_answered_yet_is_asked_what_the_form_says_now(self):
        sheet = self._ask()
        token = sheet.token
        self.q["wechat"].name = "Your WeChat ID?"
        self.assertEqual(self._ask(), sheet)
        self.assertEqual((sheet.version_id.number, sheet.token), (2, token))

    def test_a_form_that_was_sent_is_archived_not_deleted(self):
        self._ask()
        with self.assertRaisesRegex(UserError, "Archive it instead"):
            self.form.unlink()
        copy = self.form.copy()
        self.assertEqual((copy.name, len(copy.question_ids)), ("Welcome (copy)", len(self.form.question_ids)))
        copy.unlink()

    def test_each_language_has_its_own_questions_and_answers(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        chinese = self.q["source"].with_context(lang="zh_CN")
        chinese.write({"name": "您是怎么知道我们的？", "choices": "朋友介绍\n路过"})
        self.q["likes"].with_context(lang="zh_CN").choices = "安静\n音乐"
        version = self.form._current_version()
        shown = {one["key"]: one for one in version.with_context(lang="zh_CN")._questions(health=True)}
        self.assertEqual(shown[self._key("source")]["name"], "您是怎么知道我们的？")
        self.assertEqual(shown[self._key("source")]["choices"], [("0", "朋友介绍"), ("1", "路过")])
        self.assertEqual([text for _code, text in shown[self._key("likes")]["choices"]], ["安静", "音乐"])
        english = {one["key"]: one for one in version._questions(health=True)}
        self.assertEqual(english[self._key("source")]["choices"], [("0", "A friend"), ("1", "The street")])
        self.assertEqual([text for _code, text in english[self._key("likes")]["choices"]], ["安静", "音乐"],
                         "what was taken out is taken out in all languages")  # fmt: skip

    def test_a_question_fits_what_it_fills(self):
        for values, said in (
            ({"kind": "text", "target": "birthdate_date"}, "another kind of"),
            ({"kind": "char", "target": "occupation", "health": "note"}, "health notes alone"),
            ({"kind": "one"}, "at least two answers"),
            ({"kind": "one", "choices": "Only this"}, "at least two answers"),
        ):
            with self.subTest(values), self.assertRaisesRegex(ValidationError, said), self.cr.savepoint():
                self.env["salon.intake.question"].create({"form_id": self.form.id, "name": "Odd", **values})
        for target in ("salon_token", "user_ids", "keeper_id", "alert", "partner_id"):
            with self.subTest(target), self.assertRaisesRegex(ValidationError, "Choose one"), self.cr.savepoint():
                self.env["salon.intake.question"].create({"form_id": self.form.id, "name": "Odd", "target": target})

    def test_the_editor_asks_as_the_field_needs(self):
        with Form(self.form.with_user(self.manager)) as form, form.question_ids.new() as question:
            question.name = "Born?"
            question.target = "birthdate_date"
            self.assertEqual(question.kind, "date")
            question.target = False
            question.health = "note"
        self.assertFalse(self.form.question_ids[-1].target)


@tagged("post_install", "-at_install")
class TestIntakeReview(IntakeCommon):
    def test_what_is_empty_is_proposed_and_nothing_changes_before_it_is_taken_over(self):
        self.file.preferences = "No music"
        self.client.email = "Clara@Example.com"
        sheet = self._fill(
            self._ask(),
            birthday="1990-05-01",
            gender=["female"],
            email="clara@example.com",
            likes=["0", "2"],
            more="Hi",
        )
        self.assertFalse(self.client.birthdate_date)
        rows = {row["question"]: row for row in sheet.with_user(self.reception).load_review()["rows"]}
        self.assertTrue(rows["Your birthday?"]["take"])
        self.assertEqual((rows["You are?"]["answer"], rows["You are?"]["old"]), ("Female", ""))
        self.assertTrue(rows["Your email?"]["same"], "written another way it is the same")
        likes = rows["What do you like?"]
        self.assertEqual((likes["old"], likes["answer"], likes["take"]), ("No music", "Quiet, Tea", False))
        self.assertFalse(rows["Anything else?"]["field"])
        sheet.with_user(self.reception).take_over({rows[name]["key"]: "" for name in ("Your birthday?", "You are?")})
        self.assertEqual((self.client.birthdate_date, self.client.gender), (date(1990, 5, 1), "female"))
        self.assertEqual(self.file.preferences, "No music")
        self.assertEqual((sheet.state, sheet.reviewed_by_id), ("reviewed", self.reception))
        self.assertEqual(self.file.reviewed_by_id, self.reception)
        self.assertIn("Birthday", self.file.message_ids[0].body)
        self.assertEqual(self.file.message_ids[0].author_id, self.reception.partner_id)
        self.assertTrue(sheet.load_review()["rows"][0]["taken"])
        with self.assertRaisesRegex(UserError, "reviewed already"):
            sheet.with_user(self.reception).take_over({})

    def test_how_they_came_is_found_or_made(self):
        friend = self.env["utm.source"].create({"name": "a friend"})
        sheet = self._fill(self._ask(), source=["0"])
        sheet.with_user(self.reception).take_over({self._key("source"): ""})
        self.assertEqual(self.file.source_id, friend)
        sheet = self._fill(self._ask(), source="A magazine")
        sheet.with_user(self.reception).take_over({self._key("source"): "a friend"})
        self.assertEqual(self.file.source_id.name, "A magazine")

    def test_what_was_changed_meanwhile_is_not_overwritten(self):
        sheet = self._fill(self._ask(), wechat="clara_c", birthday="1990-05-01")
        self.file.wechat = "clara_new"
        with self.assertRaisesRegex(UserError, "changed meanwhile: WeChat"), self.cr.savepoint():
            sheet.with_user(self.reception).take_over({self._key("wechat"): "", self._key("birthday"): ""})
        self.assertFalse(self.client.birthdate_date, "all of it or nothing")
        self.assertEqual((sheet.state, self.file.wechat), ("filled", "clara_new"))

    def test_no_answer_gets_where_no_question_leads(self):
        sheet = self._fill(self._ask(), more="text", medication="pills")
        for key in (self._key("more"), self._key("medication"), "999999", "partner_id"):
            with self.subTest(key), self.assertRaises(UserError):
                sheet.with_user(self.reception).take_over({key: ""})

    def test_who_may_not_read_the_file_reviews_nothing(self):
        sheet = self._fill(self._ask(), wechat="clara_c")
        for user in (self.other_stylist_user, self.plain_user):
            with self.subTest(user.login):
                with self.assertRaises(AccessError):
                    sheet.with_user(user).load_review()
                with self.assertRaises(AccessError):
                    sheet.with_user(user).take_over({})
                with self.assertRaises(AccessError):
                    sheet.with_user(user).action_decline()
        sheet.with_user(self.stylist_user).action_decline()
        self.assertEqual((sheet.state, self.file.wechat), ("declined", False))

    def test_health_is_for_who_may_know_it_and_each_look_is_logged(self):
        sheet = self._fill(
            self._ask(), allergies=[str(self.substance.id)], scalp=["psoriasis"], pregnant=["no"], medication="zzpills"
        )
        self.assertEqual((sheet.health_state, sheet.answers), ("open", False))
        questions = [row["question"] for row in sheet.with_user(self.manager).load_review()["rows"]]
        self.assertNotIn("Any medication?", questions)
        for user in (self.reception, self.other_stylist_user, self.plain_user, self.env.ref("base.user_root")):
            with self.subTest(user.login):
                for call in ("reveal_health", "take_over_health", "decline_health"):
                    with self.assertRaises(AccessError):
                        getattr(sheet.with_user(user), call)(*{"reveal_health": ["review"], "take_over_health": [{}]}
                                                             .get(call, []))  # fmt: skip
        with self.assertRaises(AccessError):
            sheet.with_user(self.manager).read(["cipher"])
        told = {one["question"]: one for one in sheet.with_user(self.stylist_user).reveal_health("review")}
        self.assertEqual(told["Any medication?"]["answer"], "zzpills")
        self.assertEqual(told["Are you pregnant?"]["proposals"], [], "a no is nothing to note")
        log = self.env["salon.access.log"].search([("file_id", "=", self.file.id)], limit=1)
        self.assertEqual((log.what, log.operation, log.created_by), ("intake", "read", self.stylist_user.id))
        chosen = {
            proposal["id"]: "3" if proposal["kind"] == "sensitivity" else False
            for one in told.values()
            for proposal in one["proposals"]
        }
        self.assertEqual(len(chosen), 3)
        sheet.with_user(self.stylist_user).take_over_health(chosen)
        sensitivity = self.env["salon.sensitivity"].search([("file_id", "=", self.file.id)])
        self.assertEqual((sensitivity.substance_id, sensitivity.severity), (self.substance, "3"))
        notes = self.file.with_user(self.manager).reveal_health("review")
        self.assertEqual(
            [(note["kind"], note["condition"], note["text"]) for note in notes],
            [("scalp", "psoriasis", ""), ("medication", False, "Any medication?: zzpills")],
        )
        self.assertEqual((sheet.health_state, sheet.health_reviewed_by_id), ("done", self.stylist_user))
        self.assertEqual(sheet.state, "filled", "the rest is still to be reviewed")
        with self.assertRaisesRegex(UserError, "reviewed already"):
            sheet.with_user(self.stylist_user).take_over_health({})

    def test_a_wrong_proposal_or_severity_notes_nothing(self):
        sheet = self._fill(self._ask(), allergies=[str(self.substance.id)])
        (one,) = sheet.with_user(self.manager).reveal_health("review")
        for chosen in ({"999-0": "1"}, {one["proposals"][0]["id"]: "9"}):
            with self.assertRaises(UserError), self.cr.savepoint():
                sheet.with_user(self.manager).take_over_health(chosen)
        self.assertFalse(self.env["salon.sensitivity"].search([("file_id", "=", self.file.id)]))

    def test_no_answer_about_health_lies_in_plain_text(self):
        self._fill(self._ask(), allergies="zzlanolin", medication="zzisotretinoin", more="zzplain")
        self.env.flush_all()
        self.cr.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
                        " AND table_type = 'BASE TABLE'")  # fmt: skip
        found = set()
        for (table,) in self.cr.fetchall():
            for word in ("zzlanolin", "zzisotretinoin", "zzplain"):
                self.cr.execute(f'SELECT 1 FROM "{table}" row WHERE row::text LIKE %s LIMIT 1', [f"%{word}%"])
                if self.cr.fetchall():
                    found.add((table, word))
        self.assertEqual(found, {("salon_intake", "zzplain")})

    def test_without_a_key_health_is_not_asked(self):
        self._keys("")
        sheet = self._ask()
        self.assertNotIn("Any medication?", [question["name"] for question in sheet._asked()])
        self.assertTrue(self.form.lacks_key)
        self._fill(sheet, wechat="clara_c")
        self.assertEqual((sheet.state, sheet.health_state), ("filled", "none"))

    def test_a_merged_client_keeps_the_sheets_of_both(self):
        other = self.env["res.partner"].create({"name": "Clara C.", "is_salon_client": True})
        sheets = self._fill(self._ask(), medication="zzone")
        sheets |= self._fill(self._ask(file=other.salon_file_ids), medication="zztwo", wechat="cc")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | other).ids, self.client, extra_checks=False)
        self.env.invalidate_all()
        self.assertEqual(sheets.file_id, self.file)
        told = [sheet.with_user(self.manager).reveal_health("review")[0]["answer"] for sheet in sheets]
        self.assertEqual(told, ["zzone", "zztwo"])

    def test_who_is_erased_has_no_sheet(self):
        sheet = self._fill(self._ask(), medication="zzpills", wechat="clara_c")
        waiting = self._ask()
        token = waiting.token
        self.client.salon_booking_ids.action_salon_cancel()
        self.env["salon.erasure"].with_user(self.manager)._erase(self.file, "request")
        self.assertFalse((sheet | waiting).exists())
        self.assertFalse(self.env["salon.intake"]._by_token(token))
        with self.assertRaisesRegex(UserError, "was erased"):
            self._ask()

    def test_a_file_that_was_not_reviewed_for_long_says_so(self):
        files = self.env["salon.client.file"].with_user(self.reception)
        mine = files.browse(self.file.id)
        due = [("review_due", "=", True), ("id", "=", mine.id)]
        self.assertFalse(mine.review_due)
        booking = self.client.salon_booking_ids.with_user(self.reception)
        with freeze_time(fields.Datetime.now() + timedelta(days=370)):
            self.env.invalidate_all()
            self.assertTrue(mine.review_due)
            self.assertEqual(files.search(due), mine)
            self.assertEqual(booking.salon_file_review, "due")
            self.env.company.salon_review_months = 0
            self.env.invalidate_all()
            self.assertFalse(mine.review_due or files.search(due))
            self.env.company.salon_review_months = 12
            mine.action_set_reviewed()
            self.env.invalidate_all()
            self.assertFalse(mine.review_due or files.search(due))
            self.assertEqual(mine.reviewed_by_id, self.reception)
        with freeze_time(fields.Datetime.now() + timedelta(days=800)):
            self.env.invalidate_all()
            self.assertEqual(files.search(due), mine)


@tagged("post_install", "-at_install")
class TestIntakeAsking(IntakeCommon, MockEmail):
    def test_the_link_goes_by_the_clients_channel_and_the_team_does_not_read_it(self):
        self.client.email = "clara@example.com"
        wizard = self.env["salon.intake.ask"].with_user(self.reception).create({"file_id": self.file.id})
        self.assertEqual((wizard.form_id, wizard.reached_by), (self.form, "clara@example.com"))
        with self.mock_mail_gateway():
            wizard.action_send()
            sheet = self.file.intake_ids
            message = self.env["mail.message"].search([("model", "=", "salon.intake"), ("res_id", "=", sheet.id)])
            self.assertIn(f"{MARK}{sheet.id}", message.body)
            self.assertNotIn(sheet.token, message.body)
            self._new_mails.send()
        self.assertEqual((sheet.channel, sheet.state, sheet.asked_by_id), ("email", "sent", self.reception))
        (mail,) = self._mails
        self.assertIn(sheet._link(), mail["body"])
        self.assertNotIn(MARK, mail["body"])

    def test_who_has_no_address_fills_in_here(self):
        wizard = self.env["salon.intake.ask"].with_user(self.reception).create({"file_id": self.file.id})
        self.assertFalse(wizard.can_send)
        with self.assertRaisesRegex(UserError, "can't be written to"), self.cr.savepoint():
            wizard.action_send()
        action = wizard.action_fill_here()
        sheet = self.file.intake_ids
        self.assertIn("logout", action["url"])
        self.assertTrue(action["url"].endswith(f"%2Fsalon%2Fintake%2F{sheet.token}"))
        self.assertEqual(sheet.channel, "here")

    def test_a_booking_of_a_new_client_asks_and_says_what_waits(self):
        booking = self.client.salon_booking_ids.with_user(self.reception)
        self.assertTrue(booking.salon_may_ask_intake)
        action = booking.action_salon_ask_intake()
        self.assertEqual(action["context"], {"default_file_id": self.file.id, "default_event_id": booking.id})
        self._fill(self._ask(), wechat="cc")
        self.env.invalidate_all()
        self.assertEqual((booking.salon_file_review, booking.salon_may_ask_intake), ("intake", False))
        self.assertEqual(booking.action_salon_review_intake()["res_id"], self.file.intake_ids.id)

    def test_the_export_of_a_client_has_questions_and_answers_in_words(self):
        self.client.write({"birthdate_date": "1980-01-01"})
        sheet = self._fill(self._ask(), likes=["0", "2"], birthday="1990-05-01", pregnant=["yes"], allergies="zznickel")
        sheet.with_user(self.reception).take_over({self._key("birthday"): "01/01/1980"})
        exports = self.env["salon.client.export"].with_user(self.manager)
        data = exports._collect(self.file.with_user(self.manager), [])
        (row,) = data["records"]["Filled Intake Form"]
        self.assertEqual(row["Answered"], {"What do you like?": "Quiet, Tea", "Your birthday?": "1990-05-01"})
        self.assertEqual(row["Replaced"], {"Your birthday?": "01/01/1980"})
        (health,) = data["health"]["intake"]
        self.assertEqual(health["told"], {"Any allergies?": "zznickel", "Are you pregnant?": "Yes"})

    def test_links_end_and_are_withdrawn(self):
        sheet = self._ask()
        sheets, token = self.env["salon.intake"], sheet.token
        self.assertEqual(sheets._by_token(token), sheet)
        for wrong in ("", "x" * 32, None, token[:-1], "%" * 40):
            self.assertFalse(sheets._by_token(wrong))
        sheet.ends_at = fields.Datetime.now()
        self.assertFalse(sheets._by_token(token))
        self.assertIn("has ended", sheet.trouble)
        self._ask()
        self.assertNotEqual(sheet.token, token, "a link that has ended stays ended")
        sheet.with_user(self.reception).action_withdraw()
        self.assertFalse(sheet.token)
        self.assertFalse(sheets._by_token(token))

    def test_new_clients_are_asked_once_after_they_were_told_of_the_booking(self):
        company = self.env.company
        company.write({"salon_message_from": 0, "salon_message_to": 24})
        self.client.email = "clara@example.com"
        booking = self.client.salon_booking_ids
        messages, sheets = self.env["salon.message"], self.env["salon.intake"]
        sheets._ask_new_clients(company)
        self.assertFalse(self.file.intake_ids, "the salon does not want it")
        company.salon_intake_first = True
        sheets._ask_new_clients(company)
        self.assertFalse(self.file.intake_ids, "the client was not told of the booking yet")
        messages._plan_news(company, booking).write({"state": "sent"})
        sheets._ask_new_clients(company)
        self.assertEqual((self.file.intake_ids.event_id, self.file.intake_ids.channel), (booking, "email"))
        sheets._ask_new_clients(company)
        self.assertEqual(len(self.file.intake_ids), 1)
        known = self.env["res.partner"].create({"name": "Known", "email": "known@example.com"})
        again = self._book((self.cut, self.anna), client=known, minutes=120)
        visit = self.env["salon.visit"].create({"partner_id": known.id}).sudo()
        now = fields.Datetime.now()
        visit.write({"state": "done", "done_at": now, "locked_at": now})
        messages._plan_news(company, again).write({"state": "sent"})
        sheets._ask_new_clients(company)
        self.assertFalse(known.salon_file_ids.intake_ids, "who was here is not new")

    def test_at_night_nobody_is_asked(self):
        company = self.env.company
        company.write({"salon_intake_first": True, "salon_message_from": 9, "salon_message_to": 20})
        company.resource_calendar_id.tz = "UTC"
        company.salon_opening_calendar_id = False
        self.client.write({"email": "clara@example.com", "tz": "UTC"})
        self.env["salon.message"]._plan_news(company, self.client.salon_booking_ids).write({"state": "sent"})
        night = fields.Datetime.now().replace(hour=3) + timedelta(days=1)
        with freeze_time(night):
            self.env["salon.intake"]._ask_new_clients(company)
        self.assertFalse(self.file.intake_ids)
        with freeze_time(night.replace(hour=10)):
            self.env["salon.intake"]._ask_new_clients(company)
        self.assertTrue(self.file.intake_ids)
