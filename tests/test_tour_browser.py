"""Tours share a browser: what one leaves in it, the next must not find."""
import json

import psutil

from odoo.tests import HttpCase, tagged

from sandbox import tour_browser

PAGE = "/web/static/src/module_loader.js"  # any address of the server that limits nothing by its headers
LEAVE = """
    document.cookie = "a cookie=1; path=/";
    localStorage["local storage"] = sessionStorage["session storage"] = 1;
    await new Promise((done) => { indexedDB.open("a database").onsuccess = done; });
    await (await caches.open("a cache")).put("/left", new Response("1"));
    await navigator.serviceWorker.register("/web/service-worker.js", { scope: "/odoo/" });
    new SharedWorker("data:text/javascript,");
"""
LOOK = """
    const found = [
        ...document.cookie.split("; ").filter((cookie) => cookie.startsWith("a cookie")),
        ...Object.keys(localStorage),
        ...Object.keys(sessionStorage),
        ...(await indexedDB.databases()).map((database) => database.name),
        ...(await caches.keys()),
        ...(await navigator.serviceWorker.getRegistrations()).map((worker) => new URL(worker.scope).pathname),
    ];
    const right = wanted.length ? wanted.every((name) => found.includes(name)) : !found.length;
    console.log(right ? "test successful" : `found: ${found}`);
"""
ALL = ["a cookie=1", "local storage", "session storage", "a database", "a cache", "/odoo/"]


@tagged("post_install", "-at_install")
class TestTourBrowser(HttpCase):
    def test_nothing_stays_of_a_tour_and_the_browser_does(self):
        self._look(ALL, first=LEAVE)
        browser = tour_browser.browsers[False]
        self.assertEqual([target["targetId"] for target in browser.targets()], [browser.first])
        self._look()
        self.assertIs(tour_browser.browsers[False], browser)
        # After each class Odoo ends the children that it sees.
        self.assertNotIn(browser.process.pid, [child.pid for child in psutil.Process().children()])

    def test_a_browser_that_died_is_replaced(self):
        self._look()
        browser = tour_browser.browsers[False]
        browser.process.kill()
        browser.process.wait()
        self._look()
        self.assertIsNot(tour_browser.browsers[False], browser)

    def _look(self, wanted=(), first=""):
        code = f"(async () => {{ const wanted = {json.dumps(wanted)}; {first} {LOOK} }})()"
        self.browser_js(PAGE, code, timeout=10)
