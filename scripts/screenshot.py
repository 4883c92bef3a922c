#!/usr/bin/env python3
"""Take a picture of a page of a running Odoo, logged in, in headless Chromium.

    screenshot.py /odoo/crm out.png --login manager [--db slf_demo] [--width 390]

Runs in the prepared environment (``make screenshots`` or ``dev.py shot``): it needs
``requests`` and ``websocket-client``. The lists of pages for the handbook are in
``scripts/screenshots.txt``.
"""

import argparse
import base64
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urljoin

import requests
import websocket

BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--hide-scrollbars",
    "--no-first-run",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
# True once nothing loads any more and Odoo has drawn something.
SETTLED = """
document.readyState === 'complete'
&& !document.querySelector('.o_loading_indicator, .o_blockUI')
&& (!!document.querySelector('.o_action_manager > * > *')
    || !location.pathname.startsWith('/odoo'))
"""
CLICK = """
(() => {
    const element = document.querySelector(SELECTOR);
    element?.scrollIntoView({block: 'nearest'});
    element?.click();
})()
"""


class Page:
    """One tab of a headless Chromium, spoken to over the DevTools protocol."""

    def __init__(self, width, height, timezone):
        self.profile = tempfile.mkdtemp(prefix="slf-shot-")
        browser = next(filter(None, map(shutil.which, BROWSERS)), None)
        if not browser:
            sys.exit("No Chromium or Chrome on PATH.")
        command = [browser, *SWITCHES, f"--window-size={width},{height}"]
        self.process = subprocess.Popen(
            [*command, f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.socket = websocket.create_connection(self._address(), timeout=60)
        self.last_id = 0
        self.command("Page.enable")
        self.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.command("Emulation.setTimezoneOverride", timezoneId=timezone)

    def _address(self):
        """Web socket of the first tab, once the browser has written its port."""
        port_file = Path(self.profile) / "DevToolsActivePort"
        for _attempt in range(200):
            if port_file.exists() and port_file.read_text().strip():
                port = port_file.read_text().split()[0]
                tabs = requests.get(f"http://127.0.0.1:{port}/json", timeout=5).json()
                return next(t for t in tabs if t["type"] == "page")[
                    "webSocketDebuggerUrl"
                ]
            time.sleep(0.1)
        sys.exit("Chromium did not start.")

    def command(self, method, **params):
        """Send one command and return its result; events are passed over."""
        self.last_id += 1
        message = {"id": self.last_id, "method": method, "params": params}
        self.socket.send(json.dumps(message))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == self.last_id:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']['message']}")
                return answer["result"]

    def evaluate(self, expression):
        """Value of a JavaScript expression in the page."""
        result = self.command(
            "Runtime.evaluate",
            expression=expression,
            returnByValue=True,
            awaitPromise=True,
        )
        return result["result"].get("value")

    def wait(self, expression, seconds=30):
        """Wait until the expression holds twice in a row; False when it never does."""
        deadline, held = time.monotonic() + seconds, 0
        while time.monotonic() < deadline:
            held = held + 1 if self.evaluate(expression) else 0
            if held == 2:
                return True
            time.sleep(0.4)
        return False

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(10)
        shutil.rmtree(self.profile, ignore_errors=True)


def session_cookie(base, database, login):
    """Log in over JSON-RPC and return the session's id."""
    params = {"db": database, "login": login, "password": login}
    answer = requests.post(
        urljoin(base, "/web/session/authenticate"),
        json={"jsonrpc": "2.0", "params": params},
        timeout=60,
    )
    if answer.json().get("error"):
        sys.exit(f"Cannot log in as {login}: {answer.json()['error']['data']}")
    return answer.cookies["session_id"]


def shoot(page, base, shot):
    """Open the address and write the picture; returns its path."""
    page.command("Page.navigate", url=urljoin(base, shot["url"]))
    time.sleep(1)
    if not page.wait(SETTLED):
        print(f"(page never settled: {shot['url']})", file=sys.stderr)
    for selector in shot.get("clicks", ()):
        page.wait(f"!!document.querySelector({json.dumps(selector)})")
        page.evaluate(CLICK.replace("SELECTOR", json.dumps(selector)))
        time.sleep(1)
        page.wait(SETTLED)
    for script in shot.get("scripts", ()):
        page.evaluate(script)
        time.sleep(1.2)
    if shot.get("wait"):
        page.wait(f"!!document.querySelector({json.dumps(shot['wait'])})")
    time.sleep(0.5)
    picture = page.command("Page.captureScreenshot", format="png")["data"]
    path = Path(shot["file"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(base64.b64decode(picture))
    return path


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", help="path below the server, e.g. /odoo/crm")
    parser.add_argument("file", help="PNG to write")
    parser.add_argument("--base", default="http://localhost:8069")
    parser.add_argument("--db", default="slf_demo")
    parser.add_argument("--login", default="admin", help="its password is the same")
    parser.add_argument("--width", type=int, default=1366)
    parser.add_argument("--height", type=int, default=900)
    parser.add_argument("--timezone", default="Asia/Shanghai", help="of the reader")
    parser.add_argument("--wait", default="", help="CSS selector to wait for")
    parser.add_argument(
        "--click", action="append", default=[], help="CSS selector to click first"
    )
    parser.add_argument("--js", action="append", default=[], help="run before the shot")
    return parser.parse_args()


def main():
    options = parse_arguments()
    cookie = session_cookie(options.base, options.db, options.login)
    page = Page(options.width, options.height, options.timezone)
    try:
        page.command("Network.enable")
        page.command(
            "Network.setCookie", name="session_id", value=cookie, url=options.base
        )
        shot = {"url": options.url, "file": options.file, "wait": options.wait}
        steps = {"clicks": options.click, "scripts": options.js}
        print(shoot(page, options.base, shot | steps))
    finally:
        page.close()


if __name__ == "__main__":
    main()
