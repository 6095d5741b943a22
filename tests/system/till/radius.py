# SPDX-License-Identifier: GPL-2.0-or-later
"""One RADIUS exchange by radclient: attributes as pairs of name and value, there and back."""
import re
import subprocess

PAIR = re.compile(r"^\t([A-Za-z0-9-]+) \+?= (.*)$")
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def quoted(value):
    # In apostrophes radclient expands nothing but \\ and \'.
    return "'%s'" % value.replace("\\", "\\\\").replace("'", "\\'")


def unquoted(value):
    if not (len(value) > 1 and value[0] == value[-1] == '"'):
        return value
    return re.sub(r"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), value[1:-1])


def packets(said):
    """What radclient -x prints: each packet's heading with its attributes, in the order on the wire.

    A repetition of the request is printed again.
    """
    found = []
    for line in said.splitlines():
        heading = re.match(r"^(Sent|Received) ([A-Za-z-]+) Id ", line)
        pair = PAIR.match(line)
        if heading:
            found.append({"way": heading[1], "code": heading[2], "attributes": []})
        elif pair and found:
            found[-1]["attributes"].append([pair[1], unquoted(pair[2])])
    return found


def ask(server, dictionary, secret_file, pairs, state=None):
    """Send an Access-Request; the request and the reply, which is None when there is none.

    server is HOST:PORT, dictionary a folder, state as a reply has it (0x..). It is signed.
    """
    lines = ["%s += %s" % (name, quoted(value)) for name, value in pairs]
    lines.append("Message-Authenticator = 0x00")
    if state:
        lines.append("State = " + state)
    ended = subprocess.run(
        ["radclient", "-x", "-D", dictionary, "-S", secret_file, "-t", "5", "-r", "2", server,
         "auth"],
        input="\n".join(lines) + "\n", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        timeout=30, check=False, encoding="utf-8", errors="replace")
    found = packets(ended.stdout)
    sent = [packet for packet in found if packet["way"] == "Sent"]
    received = [packet for packet in found if packet["way"] == "Received"]
    return (sent[0] if sent else None), received[-1] if received else None
