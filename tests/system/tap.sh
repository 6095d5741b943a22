# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# tap.sh - the lines that tests/run counts. To be sourced:
#
#	ok WHAT			it holds
#	not_ok WHAT [FILE]	it does not; the end of FILE shows why
#	skip WHAT WHY		it cannot be tried here
#	holds WHAT COMMAND..	ok if the command succeeds
#	fails WHAT COMMAND..	ok if the command fails
#	same WHAT GOT WANTED	ok if the two are equal
#	tap_status		1 if something did not hold: exit $tap_status

tap_status=0

ok() { printf 'ok - %s\n' "$1"; }

skip() { printf 'ok - %s # SKIP %s\n' "$1" "$2"; }

not_ok() {
	tap_status=1
	printf 'not ok - %s\n' "$1"
	[ -z "${2:-}" ] || tail -n 20 "$2" | sed 's/^/#   /'
}

holds() {
	local what=$1
	shift
	if "$@" >/dev/null 2>&1; then ok "$what"; else not_ok "$what"; fi
}

fails() {
	local what=$1
	shift
	if "$@" >/dev/null 2>&1; then not_ok "$what"; else ok "$what"; fi
}

same() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1: '$2', and not '$3'"; fi
}
