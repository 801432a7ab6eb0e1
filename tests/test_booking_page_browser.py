"""Clients on the booking page in a real browser, with the mails that really came: at desk and phone size, in both
languages, by keyboard."""
import re
from datetime import timedelta

import pytest
import vobject
from playwright.sync_api import expect

import mail_server
import rush
from committed import environment

DESK, PHONE = (1280, 800), (390, 844)
OWN_BYTES = 150_000  # of styles and scripts that a page may load
# What a reader with poor eyes or without a mouse needs: labels, one heading, and colours that stand out (WCAG 2.1 AA).
CHECK = """() => {
    const problems = [];
    const shown = (element) => element.checkVisibility() && !element.closest('[aria-hidden=true]');
    for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea')) {
        if (shown(field) && !field.labels.length && !field.getAttribute('aria-label')) {
            problems.push('no label: ' + field.name);
        }
    }
    for (const button of document.querySelectorAll('a, button')) {
        if (!button.textContent.trim() && !button.getAttribute('aria-label')) {
            problems.push('no name: ' + button.outerHTML);
        }
        const box = button.getBoundingClientRect();
        if (button.matches('button, .button, .day') && shown(button) && box.width && box.height < 44) {
            problems.push('too small for a thumb: ' + button.outerHTML);
        }
    }
    if (document.querySelectorAll('h1').length !== 1) problems.push('not one heading');
    if (!document.documentElement.lang) problems.push('no language');
    if (document.documentElement.scrollWidth > window.innerWidth) problems.push('wider than the screen');
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => {
        const [x, y, z] = [r, g, b].map((part) => {
            part /= 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * x + 0.7152 * y + 0.0722 * z;
    };
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const colour = parts(getComputedStyle(element).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.textContent.trim() || !shown(element) || element.matches('script, style')) continue;
        const ink = light(parts(getComputedStyle(element).color)), paper = light(ground(element));
        const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
        if (contrast < 4.5) problems.push('hard to read: ' + walker.currentNode.textContent.trim());
    }
    return problems;
}"""


class Salon:
    """A salon with an open booking page, a running server and a postbox."""

    def __init__(self, registry, port, box):
        """Hold them."""
        self.registry, self.base, self.box = registry, f"http://127.0.0.1:{port}", box

    def post(self):
        """Send what waits to be sent; return the mail that came last."""
        with environment(self.registry) as env:
            env["salon.message"]._cron_messages()
            env["mail.mail"].process_email_queue()
        return self.box.mails[-1]

    def code(self):
        """Return the code in the mail that came last."""
        return re.match(r"\d{6}", self.post()[1]["subject"])[0]

    def bookings(self):
        """Return what is booked: (client, email, services, state)."""
        with environment(self.registry) as env:
            events = env["calendar.event"].search([("is_salon_booking", "=", True)], order="id")
            return [
                (client.name, client.email, event.salon_line_ids.product_id.mapped("name"), event.salon_state)
                for event in events
                for client in event.salon_client_id
            ]


@pytest.fixture
def salon(database, sandbox):
    """A running server with a salon that takes bookings."""
    from odoo.modules.registry import Registry

    registry = Registry(database)
    with mail_server.opened() as box:
        salon = Salon(registry, 0, box)
        with environment(registry) as env:
            rush.prepare(env)
            mail_server.use(env, box.port)
            env["res.lang"]._activate_lang("zh_CN")
            env["ir.module.module"]._load_module_terms(["salon_crm"], ["zh_CN"])
            env.company.write({"salon_online_booking": True, "email": "hello@salon.example.com"})
            env["res.partner"].create({"name": "Known Client", "email": "known@example.com", "is_salon_client": True})
        with rush.serve(sandbox, database) as (session, log):
            salon.base = f"http://127.0.0.1:{session.port}"
            with environment(registry) as env:
                env["ir.config_parameter"].set_param("web.base.url", salon.base)
            yield salon
            bad = re.findall(r"^.* (?:ERROR|CRITICAL) .*$", log.read_text(), re.MULTILINE)
            assert not bad, bad


def _open(browser, size):
    """Return a page, and what it loads of styles, scripts and pictures: {address: bytes}."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, is_mobile=size == PHONE, has_touch=size == PHONE
    )
    page, loaded = context.new_page(), {}

    def keep(response):
        """Ask for the size at once: a page that was left has none any more."""
        if "/static/" in response.url:
            loaded[response.url] = int(response.header_value("content-length") or 0)

    page.on("response", keep)
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    return page, loaded


def _check(page):
    """Check what each page owes to everybody."""
    problems = page.evaluate(CHECK)
    assert not problems, (page.url, problems)


@pytest.mark.template("salon")
def test_somebody_new_books_on_a_phone(salon, browser):
    page, loaded = _open(browser, PHONE)
    page.goto(f"{salon.base}/salon/book")
    _check(page)
    page.get_by_text("Cut", exact=True).tap()
    page.get_by_text("Care", exact=True).tap()

    def tap(*what, **by):
        """Tap on something that leads to another page, and wait for that page."""
        with page.expect_navigation():
            (page.get_by_role(*what, **by) if by else page.locator(*what)).tap()
        page.wait_for_load_state()
        _check(page)

    tap("button", name="Show times")
    tap("a.day >> nth=-1")
    tap(".times button >> nth=2")
    expect(page.locator(".left")).to_contain_text("4:")
    page.get_by_label("Your name").fill("Nora New")
    page.get_by_label("Email").fill("nora@example.com")
    tap("button", name="Send me a code")
    expect(page.get_by_text("nora@example.com")).to_be_visible()
    page.get_by_label("Code").fill("000000")
    tap("button", name="Book")
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    page.get_by_label("Code").fill(salon.code())
    tap("button", name="Book")
    expect(page.get_by_role("status")).to_contain_text("Booked.")
    assert salon.bookings() == [("Nora New", "nora@example.com", ["Care", "Cut"], "booked")]
    recipients, mail = salon.post()
    assert recipients == ["nora@example.com"]
    link = re.search(r'href="([^"]*/salon/visit/[^"]*)"', mail.get_body(("html",)).get_content())[1]
    page.goto(link)
    assert salon.bookings()[0][-1] == "booked", "mail programs open links by themselves"
    tap("button", name="Yes, I’m coming")
    expect(page.get_by_role("status")).to_contain_text("You said that you are coming")
    assert salon.bookings()[0][-1] == "confirmed"
    with page.expect_download() as download:
        page.get_by_role("link", name="Add to my calendar").tap()
    (event,) = vobject.readOne(download.value.path().read_text()).vevent_list
    assert event.status.value == "CONFIRMED"
    tap("link", name="Move")
    tap(".times button >> nth=-1")
    expect(page.get_by_role("status").first).to_contain_text("Moved.")
    tap("link", name="Cancel")
    assert salon.bookings()[0][-1] == "confirmed", "a link alone cancels nothing"
    tap("button", name="Yes, cancel it")
    expect(page.get_by_role("status")).to_contain_text("cancelled")
    assert salon.bookings()[0][-1] == "cancelled"
    salon.post()
    subjects = [mail["subject"] for _recipients, mail in salon.box.mails]
    assert len([subject for subject in subjects if "cancelled" in subject]) == 1, subjects
    assert all(loaded.values()), loaded
    assert sum(loaded.values()) < OWN_BYTES, loaded
    print(f"own assets of the pages: {loaded}")


@pytest.mark.template("salon")
def test_a_known_client_books_at_a_desk_in_chinese_by_keyboard(salon, browser):
    page, _loaded = _open(browser, DESK)
    page.goto(f"{salon.base}/zh_CN/salon/book")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"

    def enter():
        """Press the button that has the focus, and wait for what it brings."""
        with page.expect_navigation():
            page.keyboard.press("Enter")
        page.wait_for_load_state()

    def reach(selector):
        """Go on by the tabulator until the focus is there, and see that one sees where it is."""
        for _step in range(120):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                width = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
                assert width >= 2, f"the focus on {selector} is not to be seen"
                return
        pytest.fail(f"{selector} can't be reached by keyboard")

    reach("input[name=service]")
    page.keyboard.press("Space")
    reach(".go button")
    enter()
    _check(page)
    assert re.search(r"[\u4e00-\u9fff]", page.get_by_role("heading", level=1).inner_text())
    reach(".times button")
    enter()
    reach("#name")
    page.keyboard.type("Known Client")
    reach("#contact")
    page.keyboard.type("KNOWN@example.com")
    enter()
    _check(page)
    (recipients, mail) = salon.post()
    assert recipients == ["known@example.com"]
    assert re.search(r"[\u4e00-\u9fff]", mail["subject"])
    reach("#code")
    page.keyboard.type(re.search(r"\d{6}", mail["subject"])[0])
    enter()
    assert "/salon/visit/" in page.url
    _check(page)
    assert [booking[:2] for booking in salon.bookings()] == [("Known Client", "known@example.com")]
    english = re.findall(r"[A-Za-z]{4,}", page.locator("main").inner_text().replace("Known Client", ""))
    assert not [word for word in english if word not in ("Care", "Colour", "Anna")], english


@pytest.mark.template("salon")
def test_two_who_want_one_time_and_a_link_that_has_ended(salon, browser):
    with environment(salon.registry) as env:
        env["hr.employee"].search([("name", "=", "Ben")]).salon_online = False
    pages = [_open(browser, size)[0] for size in (PHONE, DESK)]
    for page in pages:
        page.goto(f"{salon.base}/salon/book")
        page.get_by_text("Cut", exact=True).click()
        page.get_by_role("button", name="Show times").click()
    pages[0].locator(".times button").nth(1).click()
    expect(pages[0].get_by_label("Your name")).to_be_visible()
    taken = pages[1].locator(".times button").nth(1).get_attribute("value")
    pages[1].locator(".times button").nth(1).click()
    expect(pages[1].get_by_role("alert")).to_contain_text("Somebody has just taken that time")
    _check(pages[1])
    assert taken not in pages[1].locator(".times button").evaluate_all("all => all.map(one => one.value)")
    with environment(salon.registry) as env:
        service, stylist = env["product.product"].search([("name", "=", "Cut")], limit=1), env["hr.employee"].search(
            [("name", "=", "Ben")])  # fmt: skip
        booking = env["calendar.event"].create({
            "is_salon_booking": True, "salon_client_id": env["res.partner"].search([], limit=1).id,
            "start": env.cr.now().replace(microsecond=0) - timedelta(days=3), "salon_off_hours": True,
            "salon_line_ids": [(0, 0, {"product_id": service.id, "stylist_id": stylist.id})]})
        path = booking._salon_path()
    answer = pages[0].goto(salon.base + path)
    assert answer.status == 404
    expect(pages[0].get_by_role("alert")).to_contain_text("This link has ended")
    _check(pages[0])
