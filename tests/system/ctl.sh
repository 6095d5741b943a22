#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl.sh - migrantidctl as people and programs use it: every verb, with good and bad input, its exit
# codes, --json, and that nothing of a person stands in its arguments or messages.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit

FIXTURE_BUILD=${FIXTURE_BUILD:-$PWD/build/main}
ctl=$FIXTURE_BUILD/src/tools/ctl/migrantidctl
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failures=0

verdict() {
	if [ "$2" = 0 ]; then
		echo "ok - $1"
	else
		echo "not ok - $1"
		failures=$((failures + 1))
		sed 's/^/#   /' "$dir/out" "$dir/err" 2>/dev/null | head -n 20
	fi
}

# t STATUS NAME INPUT ARGUMENT..: run; the text INPUT is standard input.
t() {
	local want=$1 name=$2 input=$3 got=0
	shift 3
	printf '%s' "$input" | "$ctl" "$@" >"$dir/out" 2>"$dir/err" || got=$?
	[ $got = "$want" ] || echo "# exit code $got, not $want" >>"$dir/err"
	[ $got = "$want" ]
	verdict "$name" $?
}

# says / silent NAME PATTERN: what the last run said, on either stream.
says() {
	cat "$dir/out" "$dir/err" | grep -qE -- "$2"
	verdict "$1" $?
}
silent() {
	! cat "$dir/out" "$dir/err" | grep -qE -- "$2"
	verdict "$1" $?
}

# json NAME FILTER: the last run's standard output is one JSON object, and the filter holds.
json() {
	jq -es "length == 1 and (.[0] | $2)" "$dir/out" >/dev/null 2>>"$dir/err"
	verdict "$1" $?
}

# shellcheck source=tests/system/ctl_inputs.sh
. tests/system/ctl_inputs.sh
for part in general mrz verify credential config explain card log cache; do
	# shellcheck source=/dev/null
	. "tests/system/ctl_$part.sh"
done
[ $failures = 0 ]
