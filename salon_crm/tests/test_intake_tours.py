from odoo.tests import HttpCase, tagged

from .intake_common import IntakeCommon

# A person with a thumb or poor eyes: labels, sizes, nothing lost when an answer is missing.
FILL_IN = """
    const check = () => {
        const problems = [];
        const shown = (one) => one.checkVisibility() && !one.closest("[aria-hidden=true]");
        for (const field of document.querySelectorAll("main input:not([type=hidden]), main textarea")) {
            if (shown(field) && !field.labels.length) problems.push("no label: " + field.name);
            const touched = field.closest(".choice") || field;
            if (shown(field) && touched.getBoundingClientRect().height < 44) problems.push("too small: " + field.name);
        }
        if (document.documentElement.scrollWidth > window.innerWidth) problems.push("wider than the screen");
        if (document.documentElement.lang !== "%(lang)s") problems.push("not the language");
        if (problems.length) throw new Error(problems.join("; "));
    };
    const send = async () => {
        const form = document.querySelector("form.intake");
        const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        document.body.replaceWith(page.body);
    };
    const by = (name) => document.querySelector(`[name="${name}"]`);
    (async () => {
        check();
        by("%(text)s").value = "kept text";
        document.querySelector("[name='%(one)s'][value=female]").click();
        await send();
        check();
        if (!document.querySelector("#wrong a[href='#%(email)s']")) throw new Error("nothing says what is missing");
        if (by("%(text)s").value !== "kept text") throw new Error("a text was lost");
        if (!document.querySelector("[name='%(one)s'][value=female]").checked) throw new Error("a choice was lost");
        by("%(email)s").value = "clara@example.com";
        await send();
        if (!document.querySelector(".notice.good")) throw new Error("it is not done");
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestIntakeTours(IntakeCommon, HttpCase):
    def test_a_manager_writes_a_form(self):
        self.start_tour("/odoo/salon-intake-forms", "salon_manager_writes_intake_form", login=self.manager.login)
        form = self.env["salon.intake.form"].search([("name", "=", "Tour Form")])
        self.assertEqual(form.question_ids.mapped("kind"), ["date", "char"])
        self.assertEqual(form.question_ids.mapped("target"), ["birthdate_date", False])

    def test_the_front_desk_and_a_stylist_review(self):
        self.client.write({"email": "clara@example.com", "birthdate_date": "1980-01-01"})
        sheet = self._fill(
            self._ask(), email="clara@example.com", birthday="1990-05-01", wechat="clara_c", gender=["female"],
            allergies=[str(self.substance.id)], medication="No thanks",
        )  # fmt: skip
        self.start_tour(f"/odoo/salon-clients/{self.file.id}", "salon_desk_reviews_intake", login=self.reception.login)
        self.assertEqual((self.file.wechat, self.file.gender), ("clara_c", False))
        self.assertEqual((str(self.file.birthdate_date), self.file.reviewed_by_id), ("1980-01-01", self.reception))
        path = f"/odoo/salon-intakes/{sheet.id}"
        self.start_tour(path, "salon_stylist_reviews_intake_health", login=self.stylist_user.login)
        (one,) = self.env["salon.sensitivity"].search([("file_id", "=", self.file.id)])
        self.assertEqual((one.substance_id, one.severity), (self.substance, "3"))
        self.assertFalse(self.file.with_user(self.manager).reveal_health("review"), "it was not ticked")

    def test_the_front_desk_asks_and_says_that_the_file_is_right(self):
        self.client.email = "clara@example.com"
        self.cr.execute("UPDATE salon_client_file SET create_date = '2020-01-01' WHERE id = %s", [self.file.id])
        path = f"/odoo/salon-clients/{self.file.id}"
        self.start_tour(path, "salon_desk_asks_and_reviews_file", login=self.reception.login)
        self.assertEqual((self.file.reviewed_by_id, self.file.intake_ids.channel), (self.reception, "email"))


@tagged("post_install", "-at_install")
class TestIntakePhone(IntakeCommon, HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_the_page_on_a_phone_in_both_languages(self):
        self.env["res.lang"]._activate_lang("zh_CN")
        for lang, prefix in (("en-US", "/en"), ("zh-CN", "/zh_CN")):
            with self.subTest(lang):
                sheet = self._ask()
                names = {name: f"q{self._key(key)}" for name, key in
                         (("text", "more"), ("one", "gender"), ("email", "email"))}  # fmt: skip
                code = FILL_IN % {"lang": lang, **names}
                # The page says that an answer is missing by a status that the browser logs as an error.
                self.browser_js(
                    prefix + sheet._path(), code, ready="document.readyState === 'complete'", login=None,
                    error_checker=lambda message: "422" not in message,
                )  # fmt: skip
                self.assertEqual((sheet.state, sheet.answers[self._key("more")]["text"]), ("filled", "kept text"))
