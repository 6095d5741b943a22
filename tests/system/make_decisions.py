#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make_decisions.py DAY [TIME=HH:MM:SS] [text] WHAT=COUNT.. - lines of a decision log of made-up sales.

WHAT is shop:NAME, rule:NAME or RESULT:shop:NAME. References are made from what is asked for, so that
the same arguments give the same lines; `text` gives the form of the server's log.
"""
import json
import random
import sys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXY"
REASON = {"Yes": "match", "No": "no-match", "Undetermined": "pending", "Exempt": "exempt",
          "Not-Applicable": "not-applicable"}


def reference(chance):
    values = [chance.randrange(31) for _ in range(11)]
    rest = sum((i + 1) * value for i, value in enumerate(values))
    values.append(next(value for value in range(31) if (rest + 12 * value) % 31 == 0))
    text = "".join(ALPHABET[value] for value in values)
    return "-".join(text[at:at + 4] for at in (0, 4, 8))


def main():
    day, time, text = sys.argv[1], "12:00:00", False
    chance = random.Random(" ".join(sys.argv[1:]))
    for word in sys.argv[2:]:
        if word == "text":
            text = True
            continue
        what, value = word.rsplit("=", 1)
        if what == "TIME":
            time = value
            continue
        kind, name = what.rsplit(":", 1)
        result = "Exempt" if kind == "rule" else kind.split(":")[0] if ":" in kind else "Yes"
        for _ in range(int(value)):
            line = {"time": f"{day}T{time}.{chance.randrange(1000):03}Z", "reference": reference(chance),
                    "result": result, "reason": REASON[result],
                    "source": "Rule" if result == "Exempt" else "Service", "rules": "0123456789ab",
                    "ms": 12, "rule" if result == "Exempt" else "shop": name}
            if text:
                print(f"Thu Nov 26 05:40:36 2026 : Info: migrantid: {' '.join(f'{k}={v}' for k, v in line.items())}")
            else:
                print(json.dumps(line, separators=(",", ":")))


main()
