#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# privacy.sh - sales of made-up people, and then a search for them: in every file that was written,
# in every reply, in our messages at each level, and in the memory of the process that decided.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/stand.sh
. tests/system/sell.sh
. tests/system/tap.sh
. tests/system/buyers.sh

work=${PRIVACY_WORK:-$(mktemp -d)}
input=$work/input
trap 'end_decide; stand_stop "$work/stand"; rm -rf "$work"' EXIT

# What the test itself wrote: the buyers, their sales, the sandbox's people.
search() { tests/system/find-markers "$input/markers" "$@"; }

# clean WHAT FILE..: nobody is found there.
clean() {
	local what=$1 status=0
	shift
	search "$@" >"$work/found" || status=$?
	case $status in
	0) ok "$what" ;;
	1) not_ok "$what" "$work/found" ;;
	*) not_ok "$what: the search itself failed" ;;
	esac
}

settings() {
	stand_settings "$work/stand" waiting.wait=400 service.question_timeout=3000 \
		service.attempt_timeout=1500 service.connect_timeout=1000 service.breaker_failures=1000 "$@"
}

# The memory of a process, in FILE, once it has had nothing to do for two seconds.
dump() {
	local file=$1 pid=$2
	sleep 2
	gcore -o "$file" "$pid" >"$file.log" 2>&1 && mv "$file.$pid" "$file"
}

end_decide() {
	[ -z "${decide_pid:-}" ] || kill "$decide_pid" 2>/dev/null
	[ -z "${decide_pid:-}" ] || wait "$decide_pid" 2>/dev/null
	decide_pid=''
}

# All sales in a process that holds the gate and nothing of a server.
alone() {
	local sale tries=300 all=$work/requests
	stand_sandbox "$work/stand" "$input/people.json" && settings || return
	for sale in "$input"/sales/*; do
		tail -n +2 "$sale"
		echo
	done >"$all"
	printf '~4000\n\n' >>"$all"
	"$stand_tests/decide" "$work/stand/settings/migrantid.cfg" "$all" >"$work/decided" \
		2>"$work/said" </dev/null &
	decide_pid=$!
	while ! grep -qx idle "$work/decided" && [ $tries -gt 0 ] &&
		kill -0 "$decide_pid" 2>/dev/null; do
		tries=$((tries - 1))
		sleep 0.1
	done
	same "the gate alone decides each as it should" "$(grep -vx idle "$work/decided")" \
		"$(head -qn 1 "$input"/sales/*)"
	rm -f "$all"
	holds "its memory can be looked at" dump "$work/core" "$decide_pid"
	clean "and holds nobody" "$work/core"
	[ -z "${PRIVACY_KEEP:-}" ] || cp "$work/core" "$work/found" "$PRIVACY_KEEP"
	rm -f "$work/core"
	end_decide
	clean "nor do its messages" "$work/said"
	stand_stop "$work/stand"
}

mkdir -p "$input"
buyers_make "$input"
for part in alone; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
