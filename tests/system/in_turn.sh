#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# in_turn.sh BUILD - each call that may fail does, one after the other (see in_turn.c), with the
# sandbox and a file. For a build with a sanitizer, which finds what crashes and what leaks.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
FIXTURE_BUILD=$(cd "${1:-build/main}" && pwd)
. tests/system/fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"

fixture_sandbox "$work" "$work/people.json" &&
	fixture_settings "$work" waiting.wait=5000 service.breaker_failures=1000 service.breaker_pause=100 ||
	not_ok "a sandbox and settings"
for what in SALES "START 7"; do
	# shellcheck disable=SC2086 # words
	"$fixture_tests/in_turn" "$work/settings/migrantid.cfg" $what 2>"$work/said"
	same "${what% *}: it ends as it should" $? 0
	[ $tap_status = 0 ] || tail -n 60 "$work/said"
done
exit $tap_status
