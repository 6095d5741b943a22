#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# opens.sh - who opens files, as strace sees it: after the start the watcher alone opens what belongs
# to the configuration, the thread of the disk what is kept there, and the workers and the engine's
# thread none, while sales are asked, kept and found and everything is changed under them. So a disk
# or a network file system that hangs stops no question.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
trace=$work/trace

if ! strace -f -Y -e trace=openat -o "$trace" true 2>/dev/null; then
	skip "who opens files" "strace may not trace here"
	exit $tap_status
fi

echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
export SERVER_WAIT=60 SERVER_PREFIX="strace -D -f -Y -e trace=open,openat,openat2,creat -o $trace"
fixture_with "$work" "$work/people.json" || not_ok "a server under strace"
started=$(wc -l <"$trace")

sell "$work" FA0000001
same "a sale is asked about" "$(decided "$work")" "Yes match"
sell "$work" FA0000001
same "and found again" "$(reply "$work" MigrantID-Source)" Cache

# Everything that a reload reads.
for file in rules.cfg messages.cfg jwks.json person.key ca.pem client.pem client.key; do
	cp "$work/settings/$file" "$work/settings/new" && mv "$work/settings/new" "$work/settings/$file"
done
fixture_set "$work/settings/migrantid.cfg" waiting.retry_after=3
sleep 3
sell "$work" FA0000002
same "after a reload, too" "$(decided "$work")" "Yes match"
for i in $(seq 3 12); do sell "$work" "FA00000$(printf %02d "$i")"; done

# Lines of threads by their names: `1234<migrantid-watch> openat(..., "PATH", ...) = N`.
tail -n +"$((started + 1))" "$trace" | grep -E 'open(at|at2)?\(|creat\(' | grep -v ' = -1 ' >"$work/opened"
opened_by() { grep -E "^[0-9]+<$1>" "$work/opened"; }

holds "the watcher opened what was changed" grep -qE '^[0-9]+<migrantid-watch> .*settings/rules\.cfg' \
	"$work/opened"
holds "and the certificates" grep -qE '^[0-9]+<migrantid-watch> .*settings/client\.pem' "$work/opened"
same "nobody else opened a file of the configuration" \
	"$(grep -vE '^[0-9]+<migrantid-watc' "$work/opened" | grep -F "$work/settings" | head -n 3)" ''
same "nobody but its own thread opened the store" \
	"$(grep -vE '^[0-9]+<migrantid-disk>' "$work/opened" | grep -F "$work/store" | head -n 3)" ''
same "the engine's thread opened no file" \
	"$(opened_by migrantid | grep -vE '"/proc/|"/sys/' | head -n 3)" ''
same "nor did a worker" \
	"$(grep -vE '^[0-9]+<migrantid' "$work/opened" | grep -vE '"/proc/|"/sys/' | head -n 3)" ''
exit $tap_status
