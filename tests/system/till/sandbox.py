# SPDX-License-Identifier: GPL-2.0-or-later
"""The sandbox service, as whoever has the operator's certificate steers it: migrantid-sandbox(8)."""
import http.client
import json
import re
import ssl
import subprocess


class Sandbox:
    """folder: of fixture_sandbox; program: migrantid-sandbox itself."""

    def __init__(self, folder, program):
        self.folder = folder
        with open(folder + "/sandbox.url", encoding="ascii") as file:
            self.address = file.read().strip().split("//")[1]
        self.tls = ssl.create_default_context(cafile=folder + "/sandbox/ca.pem")
        self.tls.load_cert_chain(folder + "/sandbox/client.pem", folder + "/sandbox/client.key")
        usage = subprocess.run([program, "--help"], check=True, capture_output=True,
                               encoding="utf-8").stdout
        self.faults = re.findall(r"^  ([a-z][a-z0-9-]*) +(.+)$", usage.split("\nFaults")[1], re.M)
        self.fault = None

    def _call(self, method, path, body=None):
        connection = http.client.HTTPSConnection(self.address, context=self.tls, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            reply = connection.getresponse()
            if reply.status != 200:
                raise OSError("the sandbox says %d to %s" % (reply.status, path))
            return json.load(reply)
        finally:
            connection.close()

    def questions(self):
        """How many it has received, those included that it will never answer."""
        return self._call("GET", "/sandbox/questions")["questions"]

    def set_fault(self, name):
        """None ends it; ValueError: there is none of that name."""
        if name is not None and name not in [known for known, _ in self.faults]:
            raise ValueError("there is no such fault")
        self._call("POST", "/sandbox/faults", {"fault": name})
        self.fault = name

    def reset(self):
        self._call("POST", "/sandbox/reset", {})
        self.fault = None

    def log_size(self):
        with open(self.folder + "/sandbox.log", "rb") as file:
            return file.seek(0, 2)

    def said_since(self, size):
        """Its lines about questions, from that size of its log on: they name nobody."""
        with open(self.folder + "/sandbox.log", "rb") as file:
            file.seek(size)
            text = file.read().decode("utf-8", "replace")
        return [line for line in text.splitlines() if line.startswith("question ")]
