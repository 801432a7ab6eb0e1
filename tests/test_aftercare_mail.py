"""Follow-ups by email really leave: once, in the client's language, and with links that work."""
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta

import pytest
import requests
from freezegun.api import freeze_time
from playwright.sync_api import expect

import mail_server
import rush
from committed import environment, run_at_once

TUESDAY = datetime(2030, 1, 8, 9)
PHONE = (390, 844)
TEXTS = {
    "en_US": ("How is it, {{client}}?", "Dear {{client}},\n\ndoes your {{services}} still suit you?\n\n{{salon}}"),
    "zh_CN": ("{{client}},近来可好?", "{{client}},您好!\n\n{{services}}后感觉怎么样?\n\n{{salon}}"),
}  # fmt: skip


class Salon:
    """A salon on a database of its own that writes to its clients an hour after the visit."""

    def __init__(self, database, postbox):
        from odoo.modules.registry import Registry

        self.registry, self.postbox = Registry(database), postbox
        with self.env() as env:
            mail_server.use(env, postbox.port)
            env["res.lang"]._activate_lang("zh_CN")
            env["ir.module.module"]._load_module_terms(["salon_crm", "salon_aftercare"], ["zh_CN"])
            env.company.write({"email": "hello@salon.example.com", "name": "Salon"})
            env.company.resource_calendar_id.tz = "UTC"
            env.company.write({"salon_message_from": 9, "salon_message_to": 20})
            env["salon.followup.plan"].search([]).active = False
            plan = env["salon.followup.plan"].create({"name": "Tips", "trigger": "visit_done"})
            step = env["salon.followup.step"].create(
                {
                    "plan_id": plan.id,
                    "name": "Tips",
                    "channel": "email",
                    "delay": 1,
                    "window_hours": 72,
                    "since": "2020-01-01",
                }
            )
            for lang, (subject, script) in TEXTS.items():
                step.with_context(lang=lang).write({"subject": subject, "script": script})
            service = {"name": "Cut", "type": "service", "is_salon_service": True, "salon_active_minutes": 30}
            self.service, self.plan = env["product.product"].create(service).id, plan.id

    def env(self):
        """Return a context that gives an environment and commits."""
        return environment(self.registry)

    def visit(self, name, agreed=True, **values):
        """Have a client's visit end now."""
        with self.env() as env:
            client = env["res.partner"].create(
                {"name": name, "email": f"{name.lower()}@example.com", "is_salon_client": True, **values}
            )
            if agreed:
                client.salon_file_ids._set_contact_choice("marketing", "email", True)
            visit = env["salon.visit"].create(
                {"partner_id": client.id, "line_ids": [(0, 0, {"product_id": self.service})]}
            )
            visit.action_done()

    def run(self):
        """Let the crons do their work, on a connection of their own."""
        with self.env() as env:
            env["salon.followup"]._cron_due()
        with self.env() as env:
            env["salon.followup"]._cron_send()

    def run_for(self, clock, every=5, **delta):
        """Let the clock go on, with the crons at work every few minutes."""
        end = datetime.now() + timedelta(**delta)
        while datetime.now() < end:
            clock.tick(timedelta(minutes=every))
            self.run()

    def states(self):
        """Return how many follow-ups are how far."""
        with self.env() as env:
            return Counter((one.state, one.sending) for one in env["salon.followup"].search([]))


@pytest.fixture
def salon(database):
    """A salon with a mail server on loopback."""
    with mail_server.opened() as postbox:
        yield Salon(database, postbox)


def _clock(start=TUESDAY):
    return freeze_time(start, real_asyncio=True)


def _quiet():
    """Mute what Odoo logs of a server that takes nothing."""
    from odoo.tools import mute_logger

    return mute_logger("odoo.addons.mail.models.mail_mail")


def _html(mail):
    return mail.get_body(("html",)).get_content()


@pytest.mark.template("salon")
def test_a_follow_up_arrives_once_in_the_language_of_its_client(salon):
    with _clock() as clock:
        salon.visit("Clara", lang="en_US")
        salon.visit("Mei", lang="zh_CN")
        salon.run()
        assert not salon.postbox.mails, "it is not time yet"
        salon.run_for(clock, hours=3, every=15)
    mails = {to: mail for (to,), mail in salon.postbox.mails}
    assert len(salon.postbox.mails) == 2
    clara, mei = mails["clara@example.com"], mails["mei@example.com"]
    assert "hello@salon.example.com" in clara["From"]
    assert clara["Subject"] == "How is it, Clara?"
    assert "does your Cut still suit you?" in _html(clara)
    assert mei["Subject"] == "Mei,近来可好?"
    assert "Cut后感觉怎么样" in _html(mei)
    assert "Salon" in mei.get_body(("plain",)).get_content()
    assert clara["Auto-Submitted"] == "auto-generated"
    assert salon.states() == {("done", "sent"): 2}


@pytest.mark.template("salon")
def test_the_link_of_an_offer_that_arrived_stops_offers_in_a_browser_and_by_one_click(salon, sandbox, browser):
    with salon.env() as env:
        env["salon.followup.plan"].browse(salon.plan).is_marketing = True
        env.company.write({"salon_message_from": 0, "salon_message_to": 24})
        rush.prepare(env)
    with rush.serve(sandbox, salon.registry.db_name) as (session, _log):
        base = f"http://127.0.0.1:{session.port}"
        with salon.env() as env:
            env["ir.config_parameter"].set_param("web.base.url", base)
        with freeze_time(datetime.now() - timedelta(hours=2), real_asyncio=True):
            for name in ("Clara", "Dora"):
                salon.visit(name)
        salon.visit("Eva", agreed=False)
        salon.run()
        mails = {to: mail for (to,), mail in salon.postbox.mails}
        assert set(mails) == {"clara@example.com", "dora@example.com"}

        link = re.search(rf'{base}/salon/choices/[\w-]{{32}}(?=")', _html(mails["clara@example.com"]))[0]
        context = browser.new_context(viewport=dict(zip(("width", "height"), PHONE, strict=True)))
        page = context.new_page()
        page.goto(link)
        assert _agreed(salon, "Clara"), "opening it changes nothing"
        page.get_by_role("button", name="No More Offers and news: Email").click()
        expect(page.get_by_role("status")).to_contain_text("Saved")
        assert not _agreed(salon, "Clara")
        page.get_by_role("button", name="Undo Offers and news: Email").click()
        expect(page.get_by_role("button", name="No More Offers and news: Email")).to_be_visible()
        assert _agreed(salon, "Clara")
        page.goto(link.replace("/salon/", "/zh_CN/salon/"))
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        context.close()

        header = mails["dora@example.com"]["List-Unsubscribe"].strip("<>")
        assert mails["dora@example.com"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        requests.get(header, timeout=60)
        assert _agreed(salon, "Dora"), "a mail program may open it"
        answer = requests.post(header, data={"List-Unsubscribe": "One-Click"}, timeout=60)
        assert answer.status_code == 200
        assert not _agreed(salon, "Dora")


def _agreed(salon, name):
    with salon.env() as env:
        return env["res.partner"].search([("name", "=", name)]).salon_file_ids.marketing_email


@pytest.mark.parametrize("mood", ["busy", "unplugged"])
@pytest.mark.template("salon")
def test_what_a_server_refuses_for_hours_arrives_once(salon, mood):
    with _clock() as clock, _quiet():
        for number in range(5):
            salon.visit(f"Client{number}")
        salon.postbox.close() if mood == "unplugged" else setattr(salon.postbox, "mood", mood)
        salon.run_for(clock, hours=3, every=30)
        assert not salon.postbox.mails
        assert {state for state, _sending in salon.states()} == {"due"}
        salon.postbox.open() if mood == "unplugged" else setattr(salon.postbox, "mood", "open")
        salon.run_for(clock, hours=7, every=30)
    assert sorted(to[0] for to, _mail in salon.postbox.mails) == [f"client{number}@example.com" for number in range(5)]
    assert salon.states() == {("done", "sent"): 5}


@pytest.mark.template("salon")
def test_an_address_that_the_server_has_not_is_shown_and_holds_up_nobody(salon):
    with _clock() as clock, _quiet():
        for name in ("Nobody", "Clara", "Dora"):
            salon.visit(name)
        salon.postbox.unknown = {"nobody@example.com"}
        salon.run_for(clock, hours=2, every=15)
        assert salon.states() == {("done", "sent"): 2, ("due", "failed"): 1}
        with salon.env() as env:
            followup = env["salon.followup"].search([("sending", "=", "failed")])
            assert "550" in followup.server_said
            assert followup.partner_id.name == "Nobody"
            assert followup.activity_id.summary == "Could not be sent: ask for the right address"


@pytest.mark.template("salon")
def test_two_workers_at_once_send_nothing_twice(salon):
    with _clock() as clock:
        for number in range(12):
            salon.visit(f"Client{number}")
        clock.tick(timedelta(hours=1))
        with salon.env() as env:
            env["salon.followup"]._cron_due()

        def send(_seed):
            with salon.env() as env:
                env["salon.followup"]._cron_send()

        assert not run_at_once(send, 4)
    assert len(salon.postbox.mails) == len({to[0] for to, _mail in salon.postbox.mails}) == 12
    assert salon.states() == {("done", "sent"): 12}


@pytest.mark.template("salon")
def test_a_worker_killed_while_it_sends_loses_none_and_sends_none_twice(salon, tmp_path):
    with salon.env() as env:
        env.company.write({"salon_message_from": 0, "salon_message_to": 24})
    with freeze_time(datetime.now() - timedelta(hours=2), real_asyncio=True):
        for number in range(6):
            salon.visit(f"Client{number}")
    with salon.env() as env:
        env["salon.followup"]._cron_due()
    script = tmp_path / "worker.py"
    script.write_text(
        "import sys, odoo\n"
        "from odoo.modules.registry import Registry\n"
        f"odoo.tools.config.parse_config(['-c', {os.environ['ODOO_RC']!r}, '-d', sys.argv[1]])\n"
        "with Registry(sys.argv[1]).cursor() as cr:\n"
        "    odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})['salon.followup']._cron_send()\n"
    )
    postbox = salon.postbox
    worker = subprocess.Popen([sys.executable, str(script), salon.registry.db_name])
    postbox.mood = lambda _mail: len(postbox.mails) == 3 and os.kill(worker.pid, signal.SIGKILL)
    assert worker.wait(timeout=240) == -signal.SIGKILL
    postbox.mood = "open"
    # The server has the third, and nobody was told so.
    assert salon.states() == {("done", "sent"): 2, ("due", "sending"): 1, ("due", "planned"): 3}
    salon.run()
    with freeze_time(datetime.now() + timedelta(hours=1), real_asyncio=True):
        salon.run()
    assert sorted(to[0] for to, _mail in postbox.mails) == [f"client{number}@example.com" for number in range(6)]
    assert salon.states() == {("done", "sent"): 5, ("due", "unsure"): 1}
