"""Walk through the sample salon as its people do, and take the README's pictures on the way."""

import datetime
import pathlib
import shutil
import sys

from playwright.sync_api import sync_playwright

FOLDER = pathlib.Path(__file__).parents[2] / "salon_crm" / "static" / "description"
DESK, PHONE = (1280, 800), (390, 844)


class Salon:
    """The sample salon in a browser."""

    def __init__(self, browser, port):
        """Use `browser` on the server that answers at `port`."""
        self.browser, self.base = browser, f"http://127.0.0.1:{port}"

    def page(self, login, size=DESK):
        """Log in as one of the salon's people and return their page."""
        width, height = size
        context = self.browser.new_context(
            viewport={"width": width, "height": height}, has_touch=size == PHONE, is_mobile=size == PHONE
        )
        page = context.new_page()
        page.goto(f"{self.base}/web/login")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", login)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_web_client")
        return page

    def open(self, page, path, selector):
        """Go to `path` and wait for `selector`, and for what moves to come to rest."""
        page.goto(f"{self.base}{path}")
        page.wait_for_selector(selector, timeout=60000)
        page.wait_for_timeout(2500)

    def call(self, page, model, method, *args, **kwargs):
        """Call a method of the server with the rights of the page's user."""
        answer = page.request.post(
            f"{self.base}/web/dataset/call_kw/{model}/{method}",
            data={"jsonrpc": "2.0", "params": {"model": model, "method": method, "args": args, "kwargs": kwargs}},
        ).json()
        if "error" in answer:
            raise RuntimeError(answer["error"]["data"]["message"])
        return answer["result"]

    def take(self, page, name):
        """Take the picture `name`."""
        page.screenshot(path=FOLDER / f"picture_{name}.png")
        print(f"    picture_{name}.png", flush=True)


def backend(salon):
    """The calendar, a booking, and the booking's visit once it is done; return a member who is here now."""
    page = salon.page("reception")
    salon.open(page, "/odoo/salon-bookings", ".fc-event")
    salon.take(page, "calendar")
    coming = salon.call(
        page, "calendar.event", "search_read",
        [["is_salon_booking", "=", True], ["salon_state", "in", ["booked", "confirmed"]]],
        ["salon_client_id", "salon_line_ids", "start"], order="start",
    )  # fmt: skip
    largest = max(coming, key=lambda booking: len(booking["salon_line_ids"]))
    salon.open(page, f"/odoo/salon-bookings/{largest['id']}", ".o_form_view")
    salon.take(page, "booking")
    done = salon.call(
        page,
        "salon.visit",
        "search",
        [["state", "=", "done"], ["note", "!=", False], ["line_ids.sequence", "=", 10]],
        limit=1,
    )
    salon.open(page, f"/odoo/salon-visits/{done[0]}", ".o_form_view")
    salon.take(page, "visit")
    members = salon.call(page, "salon.membership", "search_read", [["state", "=", "active"]], ["partner_id", "tier_id"])
    tiers = {member["partner_id"][0]: member["tier_id"][0] for member in members}
    known = [booking for booking in coming if booking["salon_client_id"][0] in tiers]
    best = max(known, key=lambda booking: (tiers[booking["salon_client_id"][0]], len(booking["salon_line_ids"])))
    salon.call(page, "calendar.event", "action_salon_arrive", [best["id"]])
    return best["salon_client_id"][1]


def till(salon, client):
    """The till with the visit of a member, on a desk and on a phone."""
    page = salon.page("reception")
    configs = salon.call(page, "pos.config", "search", [])
    for name, size in (("till", DESK), ("till_phone", PHONE)):
        page = salon.page("reception", size)
        page.goto(f"{salon.base}/pos/ui/{configs[0]}")
        page.locator("text=/Open Register|Unlock Register/").first.click(timeout=60000)
        page.wait_for_timeout(2000)
        opening = page.locator(".modal button:has-text('Open Register')")
        if opening.count():
            opening.click()
        if size == PHONE:
            page.locator(".review-button").click()
        page.locator(".set-partner").first.click(timeout=60000)
        if size == DESK:
            page.locator(".modal input").first.fill(client)
        page.wait_for_timeout(1500)
        page.locator(
            f".modal .partner-line:has-text('{client}'), .modal .partner-info:has-text('{client}')"
        ).first.click()
        page.locator(".salon-add-services").wait_for()
        if size == DESK:
            page.locator(".salon-add-services").click()
            page.locator(".salon-stylist").first.wait_for()
        page.wait_for_timeout(1500)
        salon.take(page, name)


def followups(salon):
    """What a stylist has to call about today; on a quiet day of hers, what she did before."""
    page = salon.page("stylist")
    today = datetime.date.today().isoformat()
    due = salon.call(
        page, "salon.followup", "search_count", [["state", "=", "due"], ["due_at", "<=", f"{today} 23:59:59"]]
    )
    salon.open(page, "/odoo/salon-followups-today" if due else "/odoo/salon-followups", ".o_list_view, .o_kanban_view")
    salon.take(page, "followups")


def booking_page(salon):
    """The page on which clients book by themselves, as somebody who is not logged in."""
    for size in (PHONE, DESK):
        context = salon.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=size == PHONE, is_mobile=size == PHONE
        )
        page = context.new_page()
        page.goto(f"{salon.base}/salon/book")
        for service in ("Women's Cut", "Root Colour"):
            page.locator("label.choice", has_text=service).first.click()
        if size == PHONE:
            salon.take(page, "page_services")
        page.locator(".go button").click()
        page.locator("a.day").last.click()
        page.locator(".times button").first.wait_for()
        salon.take(page, "page_times" if size == PHONE else "page_times_desk")


def visit_page(salon):
    """The page of a booking that lies ahead, by its link."""
    page = salon.page("admin", PHONE)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
    domain = [["is_salon_booking", "=", True], ["start", ">", now], ["salon_state", "=", "booked"]]
    (booking,) = salon.call(page, "calendar.event", "search", domain, limit=1, offset=12, order="start")
    link = salon.call(page, "calendar.event", "action_salon_client_page", [booking])["url"]
    page.goto(salon.base + "/salon/" + link.partition("/salon/")[2])
    page.locator(".card").wait_for()
    salon.take(page, "page_visit")


def main(port):
    """Take them all."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        salon = Salon(browser, port)
        till(salon, backend(salon))
        followups(salon)
        booking_page(salon)
        visit_page(salon)
        browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
