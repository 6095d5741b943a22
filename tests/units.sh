#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# units.sh BUILD [TEST..] - the unit tests of one build, two at a time, as TAP: every case of every
# program, and a "not ok" for a program that died without having said what failed. Meson's limits
# are for an idle machine; one under load or a sanitizer takes several times as long.
set -uo pipefail
cd "$(dirname "$0")/.."
dir=$1
shift

rm -f "$dir/meson-logs/testlog.json"
CMOCKA_MESSAGE_OUTPUT=TAP meson test -C "$dir" --no-rebuild --num-processes 2 \
	--timeout-multiplier 10 "$@" >"$dir/meson-test.log" 2>&1
status=$?
if [ ! -s "$dir/meson-logs/testlog.json" ]; then
	cat "$dir/meson-test.log"
	echo "not ok - meson test ended with status $status"
	exit 1
fi

# A case's line gets its program's name; whatever else a program says stands before its own cases.
jq -r '
	.name as $name | .result as $result
	| ((.stderr // "") | select(. != "" and $result != "OK")),
	((.stdout // "") | split("\n")[] | select(. != "")
		| sub("^\\s*(?<verdict>not ok|ok) \\d+ - (?<what>.*)$"; "\(.verdict) - \($name): \(.what)")),
	(select($result != "OK" and $result != "SKIP" and ((.stdout // "") | test("(^|\n)\\s*not ok") | not))
		| "not ok - \(.name) ended with \(.result | ascii_downcase), status \(.returncode)"),
	(select($result == "SKIP") | "ok - \(.name) # SKIP it says so")
' "$dir/meson-logs/testlog.json"
exit $status
