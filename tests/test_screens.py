"""Every screen that a role has in its menus opens in a real browser, with its first record and all its pages."""
import re

import pytest

import rush
from committed import environment

SALON = "salon_crm.menu_salon"
DESK, PHONE = (1440, 900), (390, 844)
FIRST = ".o_data_row .o_data_cell:nth-child(2), .o_kanban_record:not(.o_kanban_ghost)"
OPEN = """id => {
    const { action, dialog } = odoo.__WOWL_DEBUG__.root.env.services;
    dialog.closeAll();
    return action.doAction(id, { clearBreadcrumbs: true });
}"""
STARTED = "() => window.odoo?.__WOWL_DEBUG__?.root"
TROUBLE = ".o_error_dialog, .modal .o_technical_modal"


def _screens(registry, login):
    """Return {name: action id} of what a role finds in the salon's menus, the salon's own screens alone."""
    with environment(registry) as env:
        user = env["res.users"].search([("login", "=", login)])
        menus = env["ir.ui.menu"].with_user(user).load_menus(False)
        root = env.ref(SALON).id

        def below(menu):
            for child in menu["children"]:
                yield menus[child]
                yield from below(menus[child])

        return {
            menu["name"]: menu["action_id"]
            for menu in below(menus[root])
            if menu["action_model"] == "ir.actions.act_window"
            and env["ir.actions.act_window"].browse(menu["action_id"]).res_model.startswith(("salon.", "calendar."))
        }


class Calls:
    """What a page has asked the server and waits for."""

    def __init__(self, page):
        """Count from now on."""
        self.page, self.open = page, 0
        page.on("request", lambda request: self._count(request, 1))
        for end in ("requestfinished", "requestfailed"):
            page.on(end, lambda request: self._count(request, -1))

    def _count(self, request, step):
        if re.search(r"/web/(dataset|action)/", request.url):
            self.open += step

    def settle(self):
        """Wait until nothing has been asked for a while."""
        quiet = 0
        while quiet < 3:
            self.page.wait_for_timeout(100)
            quiet = 0 if self.open else quiet + 1


def _look(page, calls, action):
    """Open a screen as its menu does, its first record and all pages of that; return what went wrong."""
    page.wait_for_function(STARTED)
    page.evaluate(OPEN, action)
    page.wait_for_selector(f".o_control_panel, .o_form_view, {TROUBLE}")
    calls.settle()
    first = page.locator(FIRST).first
    if first.is_visible() and not page.query_selector(".modal"):
        first.click()
        calls.settle()
        for tab in page.query_selector_all(".o_form_view .o_notebook_headers .nav-link:not(.active)"):
            tab.click()
        calls.settle()
    if trouble := page.query_selector(TROUBLE):
        return trouble.inner_text()
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return f"wider than the screen by {wide}" if wide > 2 else ""


@pytest.mark.template("salon_demo")
def test_every_screen_opens_for_every_role(database, sandbox, browser):
    """At desk and phone size, with the sample data."""
    from odoo.modules.registry import Registry

    registry, troubles, seen = Registry(database), [], 0
    with environment(registry) as env:
        rush.make_user(env)
        env["res.users"].search([]).odoobot_state = "disabled"  # its greeting would cover a phone
    with rush.serve(sandbox, database) as (session, log):
        base = f"http://127.0.0.1:{session.port}"
        for login, size in (("manager", PHONE), ("stylist", PHONE), ("reception", DESK)):
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, is_mobile=size == PHONE, has_touch=size == PHONE)
            page, errors = context.new_page(), []
            calls = Calls(page)
            page.on("console", lambda said, errors=errors: said.type == "error" and errors.append(said.text))
            page.goto(f"{base}/web/login")
            page.fill("input[name=login]", login)
            page.fill("input[name=password]", login)
            page.click("button[type=submit]")
            page.wait_for_selector(".o_web_client")
            for name, action in _screens(registry, login).items():
                errors.clear()
                if trouble := _look(page, calls, action):
                    troubles.append(f"{login}, {size}: {name}: {trouble} {'; '.join(errors)}")
                seen += 1
            context.close()
        # Live updates go by another port, which a proxy would send them to.
        bad = re.findall(r'"(?:GET|POST) (?!/websocket)\S+ HTTP/1.1" 5\d\d', log.read_text())
    assert not troubles, "\n".join(troubles)
    assert not bad, bad
    assert seen > 60
