#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The till to look at: a page on loopback, and behind it real RADIUS to the server of ./dev serve.

    gateway.py FOLDER SANDBOX CTL

FOLDER is that of fixture.sh, with a sandbox and a server that run; SANDBOX and CTL are the programs
migrantid-sandbox and migrantidctl. Takes any port that is free, prints its address, and serves until
it is ended. For made-up people only: requests are shown as they are.

A page of somebody else's must not sell through it, though the browser lets it send here: a request has
to name this address (which keeps out names that were made to lead here, DNS rebinding), and one that
does something has to come from this page and bring JSON.
"""
import http.client
import http.server
import json
import os
import re
import subprocess
import sys
import threading
import time

import radius
from sandbox import Sandbox

HERE = os.path.dirname(os.path.abspath(__file__))
BODY_MAX = 16384  # octets of a request to here
VALUE_MAX = 512  # characters of an attribute
PAIRS_MAX = 40
PAGES = {
    "/": ("index.html", "text/html"),
    "/till.css": ("till.css", "text/css"),
    "/till.js": ("till.js", "text/javascript"),
    "/people.js": ("people.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
HEADERS = {
    "Content-Security-Policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def pairs_of(body):
    """The attributes of a sale, or ValueError with what is wrong, which repeats no value."""
    pairs = body.get("attributes")
    if not isinstance(pairs, list) or not 0 < len(pairs) <= PAIRS_MAX:
        raise ValueError("wants 1 to %d attributes" % PAIRS_MAX)
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and
                all(isinstance(part, str) for part in pair)):
            raise ValueError("wants attributes as [name, value]")
        if pair[0] != "User-Name" and not re.fullmatch(r"MigrantID-[A-Za-z-]{1,40}", pair[0]):
            raise ValueError("an attribute is User-Name or MigrantID-..")
        if len(pair[1]) > VALUE_MAX or re.search("[\0-\x1f\x7f\ud800-\udfff]", pair[1]):
            raise ValueError("%s is too long, or is not text of one line" % pair[0])
    return pairs


class Till:
    """The server and the service, one sale at a time, so that what was asked is this sale's."""

    def __init__(self, folder, sandbox_program, ctl):
        self.folder, self.ctl = folder, ctl
        self.sandbox = Sandbox(folder, sandbox_program)
        self.lock = threading.Lock()
        self.decided = set()  # what this run of the server has decided, and so has in memory
        with open(folder + "/server/port", encoding="ascii") as file:
            self.server = "127.0.0.1:" + file.read().strip()

    def about(self, _=None):
        return {"server": self.server, "service": self.sandbox.address,
                "faults": self.sandbox.faults, "fault": self.sandbox.fault,
                "questions": self.sandbox.questions()}

    def logged(self, reference):
        """The fields of the server's line about a decision, which comes a moment after the reply."""
        for _ in range(20 if reference else 0):
            found = self.line(reference)
            if found:
                return found
            time.sleep(0.05)
        return {}

    def line(self, reference):
        with open(self.folder + "/server/log", "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - 65536))
            lines = file.read().decode("utf-8", "replace").splitlines()
        for line in reversed(lines):
            if "reference=%s " % reference in line:
                return dict(re.findall(r"([a-z]+)=(\S+)", line))
        return {}

    def sale(self, body):
        pairs, state = pairs_of(body), body.get("state")
        if state is not None and not re.fullmatch(r"0x[0-9a-f]{2,506}", str(state)):
            raise ValueError("state is as a reply has it")
        with self.lock:
            asked, size, began = self.sandbox.questions(), self.sandbox.log_size(), time.monotonic()
            request, reply = radius.ask(self.server, self.folder + "/server/dictionary",
                                        self.folder + "/server/secret", pairs, state)
            took = round((time.monotonic() - began) * 1000)
            told = dict(reply["attributes"]) if reply else {}
            return {"request": request, "reply": reply, "took_ms": took,
                    "way": self.way(pairs, told),
                    "log": self.logged(told.get("MigrantID-Reference")),
                    # In this order: the service's own line has come by then, too.
                    "questions": self.sandbox.questions() - asked,
                    "said": self.sandbox.said_since(size)}

    def way(self, pairs, told):
        """Who decided: request, rule, memory, disk, service, or nobody yet."""
        source, reason = told.get("MigrantID-Source"), told.get("MigrantID-Reason", "")
        who = tuple(sorted(tuple(pair) for pair in pairs
                           if "-Document-" in pair[0] or pair[0].endswith(("-MRZ", "-Token"))))
        if source == "Cache":
            # What this run of the server has never decided it cannot have but from the disk.
            came = "memory" if who in self.decided else "disk"
        elif source == "Service" or reason.startswith("service-") or reason in (
                "pending", "answer-rejected", "question-refused", "too-many"):
            came = "service"
        elif source == "Rule" or reason == "not-applicable":
            came = "rule"
        else:
            came = "request"
        if told.get("MigrantID-Result") in ("Yes", "No"):
            self.decided.add(who)
        return came

    def fault(self, body):
        with self.lock:
            self.sandbox.set_fault(body.get("fault"))
        return self.about()

    def forget(self, _):
        """The server's answers and all that the service remembers; the server begins anew."""
        with self.lock:
            self.sandbox.reset()
            self.again(subprocess.DEVNULL, [
                self.ctl, "cache", "purge", "--all", "--config",
                self.folder + "/settings/migrantid.cfg"])
        return self.about()

    def restart(self, _):
        """The server begins anew: what it had in memory is gone, what is on disk stays."""
        with self.lock:
            self.again(subprocess.DEVNULL, ["true"])
        return self.about()

    def again(self, out, between):
        script = '. "$0" && server_stop "$1"; shift; "${@:2}" && server_start "$1"'
        folder = self.folder + "/server"
        subprocess.run(["bash", "-c", script, HERE + "/../server.sh", folder, folder] + between,
                       stdin=subprocess.DEVNULL, stdout=out, stderr=out, check=True, timeout=60)
        self.decided.clear()


class Handler(http.server.BaseHTTPRequestHandler):
    server_version, sys_version = "till", ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, format, *args):
        pass  # a request has a person's data in it

    def reply(self, status, content, kind="application/json"):
        if not isinstance(content, bytes):
            content = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind + "; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        if status >= 400:
            self.close_connection = True
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def refuse(self, status, why):
        self.reply(status, {"error": why})

    def here(self):
        """Whether the request names this address, and nobody else's that leads here."""
        hosts = ["%s:%d" % (name, self.server.server_port) for name in ("127.0.0.1", "localhost")]
        if self.headers.get_all("Host", []) in [[host] for host in hosts]:
            return True
        self.refuse(421, "this is not the host that you mean")
        return False

    def do_GET(self):
        if not self.here():
            return
        if self.path == "/about":
            self.attempt(self.server.till.about, None)
        elif self.path in PAGES:
            name, kind = PAGES[self.path]
            with open(os.path.join(HERE, "page", name), "rb") as file:
                self.reply(200, file.read(), kind)
        else:
            self.refuse(404, "there is no such page")

    def do_POST(self):
        if not self.here():
            return
        if self.headers.get_all("Origin", []) != ["http://" + self.headers["Host"]]:
            self.refuse(403, "only this page may do that")
            return
        till = self.server.till
        actions = {"/sale": till.sale, "/fault": till.fault, "/forget": till.forget,
                   "/restart": till.restart}
        if self.headers.get("Content-Type", "").split(";")[0].strip() != "application/json":
            self.refuse(415, "wants JSON")
        elif self.path not in actions:
            self.refuse(404, "there is no such page")
        else:
            self.attempt(actions[self.path], self.body())

    def body(self):
        length = self.headers.get("Content-Length", "")
        if "Transfer-Encoding" in self.headers or not re.fullmatch(r"[0-9]{1,6}", length) or \
                int(length) > BODY_MAX:
            return None
        try:
            return json.loads(self.rfile.read(int(length)))
        except ValueError:
            return None

    def attempt(self, action, body):
        if self.command == "POST" and not isinstance(body, dict):
            self.refuse(400, "wants a JSON object of at most %d octets" % BODY_MAX)
            return
        try:
            self.reply(200, action(body))
        except ValueError as wrong:
            self.refuse(422, str(wrong))
        except (OSError, http.client.HTTPException, subprocess.SubprocessError) as wrong:
            self.refuse(502, "%s: is the server still there?" % type(wrong).__name__)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def main(folder, sandbox_program, ctl):
    server = Server(("127.0.0.1", 0), Handler)
    server.till = Till(folder, sandbox_program, ctl)
    print("http://127.0.0.1:%d/" % server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
