"""Clients say how it was: by the link in a mail that really came, in a real browser, on a phone and at a desk, in both
languages; and many taps at the same moment."""
import re
import urllib.parse
from datetime import datetime, timedelta
from functools import partial

import pytest
from freezegun.api import freeze_time
from playwright.sync_api import expect

import mail_server
import rush
from committed import environment
from test_booking_page_browser import CHECK, DESK, OWN_BYTES, PHONE
from test_public_pages import Stranger

MONDAY = datetime(2030, 1, 7, 12)
LINK = re.compile(r'href="([^"]*/salon/feedback/[\w-]{32})"')


class Salon:
    """A salon that asks its clients, and a postbox."""

    def __init__(self, registry, box):
        """Set it up."""
        self.registry, self.box, self.base = registry, box, "https://salon.example.com"
        with environment(registry) as env:
            self.facts = rush.prepare(env)
            mail_server.use(env, box.port)
            env["res.lang"]._activate_lang("zh_CN")
            env["ir.module.module"]._load_module_terms(["salon_crm", "salon_aftercare"], ["zh_CN"])
            env.company.write({
                "email": "hello@salon.example.com", "phone": "020 5555 0100", "salon_feedback_hours": 0,
                "salon_message_from": 0, "salon_message_to": 24,
            })
            env.company.salon_feedback_since = datetime(2020, 1, 1)
            self.move_to(env, self.base)

    def move_to(self, env, base):
        """Serve at another address."""
        env["ir.config_parameter"].set_param("web.base.url", base)
        self.base = base

    def visit(self, name="Clara", **values):
        """Note a visit of a client that is done; return the id of the visit."""
        with environment(self.registry) as env:
            client = env["res.partner"].create({"name": name, "email": f"{name.lower()}@example.com", **values})
            visit = env["salon.visit"].create({"partner_id": client.id, "line_ids": [(0, 0, {
                "product_id": self.facts["services"][0],
                "performer_ids": [(0, 0, {"employee_id": self.facts["stylists"][0]})]})]})
            visit.action_done()
            return visit.id

    def run(self):
        """Let the cron do its work, on a connection of its own."""
        with environment(self.registry) as env:
            env["salon.feedback"]._cron_feedback()

    def ask(self, visit):
        """Have the client of a visit asked; return the link in the mail that came."""
        self.run()
        recipients, mail = self.box.mails[-1]
        with environment(self.registry) as env:
            assert recipients == [env["salon.visit"].browse(visit).partner_id.email]
        return LINK.search(mail.get_body(("html",)).get_content())[1]

    def answer(self, visit, *names):
        """Return what stands in these fields of the feedback of a visit."""
        with environment(self.registry) as env:
            feedback = env["salon.feedback"].search([("visit_id", "=", visit)])
            return tuple(feedback[name] for name in names)


@pytest.fixture
def quiet_salon(database):
    """A salon with a postbox, and nobody who opens links."""
    from odoo.modules.registry import Registry

    with mail_server.opened() as box:
        yield Salon(Registry(database), box)


@pytest.fixture
def salon(quiet_salon, sandbox, database):
    """The same salon with a server."""
    with rush.serve(sandbox, database) as (session, log):
        with environment(quiet_salon.registry) as env:
            quiet_salon.move_to(env, f"http://127.0.0.1:{session.port}")
        quiet_salon.port = session.port
        yield quiet_salon
        bad = re.findall(r"^.* (?:ERROR|CRITICAL) .*$", log.read_text(), re.MULTILINE)
        assert not bad, bad


def _open(browser, size, script=True):
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, is_mobile=size == PHONE, has_touch=size == PHONE,
        java_script_enabled=script,
    )
    page, loaded = context.new_page(), {}
    page.on("response", lambda response: loaded.update(
        {response.url: int(response.header_value("content-length") or 0)} if "/static/" in response.url else {}))
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    return page, loaded


def _check(page):
    problems = page.evaluate(CHECK)
    assert not problems, (page.url, problems)


@pytest.mark.template("salon")
def test_a_client_taps_a_face_on_the_phone_and_says_more(salon, browser):
    visit = salon.visit()
    link = salon.ask(visit)
    page, loaded = _open(browser, PHONE)
    for _time in range(2):
        page.goto(link)
    assert salon.answer(visit, "state", "rating") == ("asked", False), "mail programs open links by themselves"
    expect(page.get_by_text("Cut · Anna")).to_be_visible()
    _check(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Good").tap()
    assert salon.answer(visit, "rating", "way") == ("4", "link")
    expect(page.get_by_role("status")).to_contain_text("“Good”")
    _check(page)
    page.get_by_role("group", name="Skill").get_by_label("Great").check()
    page.get_by_role("group", name="recommend us").get_by_label("9", exact=True).check()
    page.get_by_label("Anything else?").fill("Lovely, thank you")
    with page.expect_navigation():
        page.get_by_role("button", name="Send").tap()
    expect(page.get_by_role("status")).to_contain_text("We have your answer")
    _check(page)
    assert salon.answer(visit, "skill", "nps", "comment", "advice") == ("5", "9", "Lovely, thank you", False)
    page.goto(link)
    assert not page.locator("form").count()
    salon.run()
    assert len(salon.box.mails) == 1
    assert all(loaded.values())
    assert sum(loaded.values()) < OWN_BYTES, loaded


@pytest.mark.template("salon")
def test_a_client_who_is_not_content_says_so_in_chinese_without_a_script(salon, browser):
    visit = salon.visit("Dora", lang="zh_CN")
    link = salon.ask(visit)
    _recipients, mail = salon.box.mails[-1]
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert chinese.search(mail["subject"])
    assert chinese.search(mail.get_body(("plain",)).get_content())
    page, _loaded = _open(browser, DESK, script=False)
    page.goto(link.replace("/salon/", "/zh_CN/salon/"))
    for _step in range(2):
        assert chinese.search(page.get_by_role("heading", level=1).inner_text())
        words = page.locator("main").inner_text()
        assert not set(re.findall(r"[A-Za-z]{3,}", words)) - {"Cut", "Anna"}, words
        if page.locator("button[name=rating]").count():
            page.locator("button[name=rating][value='1']").click()
            page.wait_for_load_state()
    page.locator("textarea").fill("剪得太短了")
    page.locator(".go button").click()
    page.wait_for_load_state()
    assert salon.answer(visit, "rating", "comment", "case_reason") == ("1", "剪得太短了", "rating")
    with environment(salon.registry) as env:
        case, = env["salon.case"].search([("visit_id", "=", visit)])
        assert case.kind == "complaint"
        assert "剪得太短了" in " ".join(case.message_ids.mapped("body"))


@pytest.mark.template("salon")
def test_many_taps_at_the_same_moment_are_one_answer(salon):
    visit = salon.visit()
    path = urllib.parse.urlsplit(salon.ask(visit)).path
    strangers = [Stranger(salon.port, {**salon.facts, "paths": []}, seed) for seed in range(8)]
    form = re.compile(rb'name="csrf_token" value="([^"]+)"')
    for stranger in strangers:
        _status, body, _location = stranger.request("GET", path)
        stranger.csrf = form.search(body)[1].decode()

    def tap(stranger, step, **values):
        fields = urllib.parse.urlencode({"csrf_token": stranger.csrf, **values}).encode()
        return stranger.request("POST", f"{path}/{step}", fields, {
            "Cookie": stranger.cookie, "Content-Type": "application/x-www-form-urlencoded"})[0]

    ratings = [1 + number % 2 for number in range(8)]
    taps = [partial(tap, stranger, "rate", rating=rating) for stranger, rating in zip(strangers, ratings, strict=True)]
    assert set(rush.at_once(taps)) == {303}
    words = [partial(tap, stranger, "more", comment=f"Words {number}") for number, stranger in enumerate(strangers)]
    assert set(rush.at_once(words)) == {303}
    with environment(salon.registry) as env:
        feedback = env["salon.feedback"].search([("visit_id", "=", visit)])
        rating, = env["rating.rating"].search(feedback._rating_domain())
        assert (int(feedback.rating), feedback.comment) == (rating.rating, rating.feedback)
        case, = env["salon.case"].search([("visit_id", "=", visit)])
        assert sum("Words" in message.body for message in case.message_ids) == 1


@pytest.mark.parametrize("mood", ["away", "busy", "closed", "lost"])
@pytest.mark.template("salon")
def test_what_a_server_refuses_for_hours_arrives_once(quiet_salon, mood):
    from odoo.tools import mute_logger

    box = quiet_salon.box
    with freeze_time(MONDAY, real_asyncio=True) as clock, mute_logger("odoo.addons.mail.models.mail_mail"):
        visits = [quiet_salon.visit(f"Client{number}") for number in range(5)]
        if mood == "away":
            box.close()
        box.mood = mood
        for _quarter in range(16):
            clock.tick(timedelta(minutes=15))
            quiet_salon.run()
        states = {quiet_salon.answer(visit, "send_state")[0] for visit in visits}
        if mood == "lost":  # nobody knows whether it came: it does not go twice
            assert states == {"unsure"}
        else:
            assert not box.mails
            assert states <= {"retry", "planned"}
        if mood == "away":
            box.open()
        box.mood = "open"
        for _quarter in range(16):
            clock.tick(timedelta(minutes=15))
            quiet_salon.run()
    assert sorted(to[0] for to, _mail in box.mails) == [f"client{number}@example.com" for number in range(5)]
    links = {LINK.search(mail.get_body(("html",)).get_content())[1] for _to, mail in box.mails}
    assert len(links) == 5
