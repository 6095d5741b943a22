# SPDX-License-Identifier: GPL-2.0-or-later
"""Chromium without a screen, steered by chromedriver over HTTP (W3C WebDriver), with no library."""
import base64
import http.client
import json
import os
import re
import subprocess
import tempfile
import time

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver, section 11: the key of an element


class Browser:
    """To be used by `with`: it ends with the programs and the folder that it has made."""

    def __enter__(self):
        # A profile and a home of its own: nothing is kept, nothing of the user's is read.
        self.home = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL, encoding="utf-8", start_new_session=True,
            env={**os.environ, "HOME": self.home.name, "TMPDIR": self.home.name})
        port = None
        while not port:
            line = self.driver.stdout.readline()
            if not line:
                raise OSError("chromedriver does not start")
            port = re.search(r"started successfully on port (\d+)", line)
        self.port, self.session = int(port[1]), ""
        options = ["--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update",
                   "--no-proxy-server", "--force-device-scale-factor=1", "--hide-scrollbars",
                   "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                   "--user-data-dir=" + self.home.name + "/profile"]
        if os.geteuid() == 0:
            options.append("--no-sandbox")  # which root cannot have
        made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": {"args": options},
            "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.session = "/session/" + made["sessionId"]
        return self

    def __exit__(self, *_):
        try:
            self.call("DELETE", "")
        except OSError:
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
        self.home.cleanup()

    def call(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request(method, (self.session if path != "/session" else "") + path,
                           json.dumps({} if body is None else body) if method == "POST" else None,
                           {"Content-Type": "application/json"})
        value = json.load(connection.getresponse())["value"]
        connection.close()
        if isinstance(value, dict) and "error" in value:
            raise OSError("%s: %s" % (value["error"], value["message"].splitlines()[0]))
        return value

    def devtools(self, command, **parameters):
        return self.call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def screen(self, width, height, scheme="light"):
        """Its size in pixels, and what the user likes: light or dark."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": scheme},
                                {"name": "prefers-reduced-motion", "value": "reduce"}])

    def open(self, address):
        self.call("POST", "/url", {"url": address})

    def run(self, script, *arguments):
        """The value that a function with this body returns, or settles to."""
        return self.call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def element(self, selector):
        found = self.call("POST", "/element", {"using": "css selector", "value": selector})
        return "/element/" + found[ELEMENT]

    def elements(self, selector):
        found = self.call("POST", "/elements", {"using": "css selector", "value": selector})
        return ["/element/" + one[ELEMENT] for one in found]

    def click(self, selector):
        self.call("POST", self.element(selector) + "/click")

    def text(self, selector):
        """As it is seen: nothing, when it is hidden."""
        return self.call("GET", self.element(selector) + "/text")

    def label(self, element):
        """What a screen reader calls it."""
        return self.call("GET", element + "/computedlabel")

    def role(self, element):
        return self.call("GET", element + "/computedrole")

    def keys(self, *keys):
        """Press them, one after the other, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.call("POST", "/actions",
                  {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def choose(self, selector, value):
        self.run("const one = document.querySelector(arguments[0]); one.value = arguments[1];"
                 "one.dispatchEvent(new Event('change', { bubbles: true }));", selector, value)

    def until(self, what, seconds=15):
        """Whether it comes true in time; what is a function."""
        ends = time.monotonic() + seconds
        while not what():
            if time.monotonic() > ends:
                return False
            time.sleep(0.1)
        return True

    def complaints(self):
        """What it has to say of the page since it was last asked: errors, blocked contents."""
        return [entry["message"] for entry in self.call("POST", "/se/log", {"type": "browser"})]

    def picture(self, file):
        """The whole page, however long."""
        size = self.run("const root = document.documentElement;"
                        "return [root.clientWidth, root.scrollHeight];")
        taken = self.devtools("Page.captureScreenshot", format="png", captureBeyondViewport=True,
                              clip={"x": 0, "y": 0, "width": size[0], "height": size[1],
                                    "scale": 1})
        with open(file, "wb") as out:
            out.write(base64.b64decode(taken["data"]))
