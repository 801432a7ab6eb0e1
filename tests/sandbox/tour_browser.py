"""The browser of the tours: one for all tours of a process, in place of one for each.

To start a browser, and to have it compile the same bundles, costs more of the processor than most tours. So each tour
gets a tab of its own in a browser that goes on, and finds there what the server sent under names that never change
their content, and what was compiled of it. All else ends with the tour, and the next begins when it is gone: the tab,
its workers, cookies, storage, databases. A browser in which that does not succeed ends as a whole.
"""
import contextlib
import itertools
import json
import logging
import os
import shutil
import subprocess
import time
from urllib.request import urlopen

import psutil
import websocket

_logger = logging.getLogger(__name__)
HOST = "127.0.0.1"
PATIENCE = 10  # seconds for an answer, and for the end of a tab
PAUSE = 0.03  # seconds
# Of the size that a page believes it has, what is painted. Where its parts lie stays as it is, and a screenshot too.
SCALE = 0.1
FLAGS = (
    # One process less, and no painting for nobody to see; screenshots of failures still come out.
    "--in-process-gpu", "--disable-software-rasterizer",
    # All tabs share the process that keeps what was compiled; a page that was left is kept nowhere.
    "--process-per-site", "--disable-features=BackForwardCache",
    # Room for what a page makes while it loads, so that it is not sorted through again and again.
    "--js-flags=--expose-gc --min-semi-space-size=32",
)
browsers = {}  # by whether they have a touch screen


class RefusedError(Exception):
    """The browser does not do what it was asked for."""


class SharedBrowser:
    """A browser that outlives the tours. Its first tab stays, for with the last one a renderer would end."""

    def __init__(self, process, port, profile, site):
        """Talk to the browser `process`; the tours visit pages of `site`."""
        self.process, self.port, self.profile, self.site = process, port, profile, site
        self.numbers = itertools.count(1)
        with urlopen(f"http://{HOST}:{port}/json/version", timeout=PATIENCE) as answer:
            address = json.load(answer)["webSocketDebuggerUrl"]
        self.socket = websocket.create_connection(address, suppress_origin=True, timeout=PATIENCE)
        self.first = _until(self.targets)[0]["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=self.first, flatten=True)["sessionId"]
        self.call("Page.navigate", session=self.session, url=f"{site}/web/static/img/nologo.png")

    def call(self, method, session=None, **parameters):
        """Have the browser, or its first tab by `session`, do something; return what it answers."""
        number = next(self.numbers)
        about = {"sessionId": session} if session else {}
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters, **about}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                if "error" in answer:
                    raise RefusedError(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def targets(self):
        """Return tabs and workers, without the browser's own buttons, which are pages too."""
        return [target for target in self.call("Target.getTargets")["targetInfos"] if target["type"] != "browser_ui"]

    def _close_others(self):
        """Close the tabs that a tour opened, and return what is there yet of them: workers end after their tabs."""
        others = [target for target in self.targets() if target["targetId"] != self.first]
        for target in others:
            if target["type"] == "page":
                with contextlib.suppress(RefusedError):  # it is closed by now
                    self.call("Target.closeTarget", targetId=target["targetId"])
        return others

    def open_tab(self):
        """Open an empty tab and return its id."""
        return self.call("Target.createTarget", url="about:blank")["targetId"]

    def clean(self):
        """Close all tabs but the first; return when nothing is left of them but what their pages were made from."""
        _until(lambda: not self._close_others())
        self.call("Network.clearBrowserCookies", session=self.session)
        self.call("Storage.clearDataForOrigin", session=self.session, origin=self.site, storageTypes="all")

    def end(self):
        """End the browser; its profile goes with it."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.socket.close()
        shutil.rmtree(self.profile, ignore_errors=True)


class Tab:
    """A tour's part of a shared browser. To Odoo it is the process of the tour's browser, which ends with the tour."""

    def __init__(self, browser):
        """Open it."""
        self.browser, self.pid, self.id = browser, browser.process.pid, browser.open_tab()

    def poll(self):
        """Return None as long as the browser runs."""
        return self.browser.process.poll()

    def terminate(self):
        """Close the tab, and have nothing of it left."""
        try:
            self.browser.clean()
        except (RefusedError, OSError, ValueError, websocket.WebSocketException) as error:  # it crashed, or hangs
            _logger.warning("The browser of the tours is replaced: %s", error)
            self.browser.end()

    def wait(self, timeout=None):
        """Return: there is nothing more to wait for."""


def _until(found):
    """Return what `found` returns as soon as that is something."""
    end = time.monotonic() + PATIENCE
    while not (result := found()):
        if time.monotonic() > end:
            raise TimeoutError("The browser of the tours does not do what it is asked for.")
        time.sleep(0.02)
    return result


def share_browsers():
    """Have all tours of this process run in the same browser, or two: one has a touch screen."""
    from odoo.tests.common import ChromeBrowser

    start, spawn, connect = ChromeBrowser._chrome_start, ChromeBrowser._spawn_chrome, ChromeBrowser._open_websocket
    request, list_children = ChromeBrowser._websocket_request, psutil.Process.children

    def _chrome_start(self, user_data_dir, touch_enabled, headless=True, debug=False):
        options = {"user_data_dir": user_data_dir, "touch_enabled": touch_enabled}
        if not headless or debug is not False:  # somebody watches
            return start(self, headless=headless, debug=debug, **options)
        browser = browsers.get(touch_enabled)
        if not browser or browser.process.poll() is not None:
            browser = SharedBrowser(*start(self, **options), user_data_dir, self.test_case.base_url())
            browsers[touch_enabled] = browser
        else:
            os.rmdir(user_data_dir)
        self.user_data_dir += "_tab"  # Odoo removes this folder after the tour, and the profile has to stay
        return Tab(browser), browser.port

    def _spawn_chrome(self, command):
        return spawn(self, [*command[:-1], *FLAGS, command[-1]])

    def _open_websocket(self):
        if not isinstance(self.chrome, Tab):
            return connect(self)
        address = f"ws://{HOST}:{self.devtools_port}/devtools/page/{self.chrome.id}"
        socket = websocket.create_connection(address, enable_multithread=True, suppress_origin=True)
        socket.settimeout(0.01)
        return socket

    def _websocket_request(self, method, **options):
        if method == "Emulation.setDeviceMetricsOverride":
            options["params"]["scale"] = SCALE
        if method == "Browser.close" and isinstance(self.chrome, Tab):
            return None
        if method == "Runtime.evaluate" and options["params"]["expression"].startswith("try {"):
            time.sleep(PAUSE)  # is the page ready? Odoo asks hundreds of times a second, of a page that loads
        return request(self, method, **options)

    def children(self, recursive=False):  # Odoo ends the processes that a class of tests left
        kept = {browser.process.pid for browser in browsers.values()}
        return [child for child in list_children(self, recursive) if child.pid not in kept]

    ChromeBrowser._chrome_start, ChromeBrowser._spawn_chrome = _chrome_start, _spawn_chrome
    ChromeBrowser._open_websocket, ChromeBrowser._websocket_request = _open_websocket, _websocket_request
    psutil.Process.children = children


def end_browsers():
    """End the browsers of this process."""
    while browsers:
        browsers.popitem()[1].end()
