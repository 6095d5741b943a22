#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sell.sh - ask whether a SIM sale may go ahead, with radclient of the package freeradius-utils.
#
#	./sell.sh HOST:PORT SECRET-FILE dictionary.migrantid ATTRIBUTE=VALUE..
#
# Prints the reply; exit status 0: sell, 1: do not sell now, 2: no reply. See shops.md.
set -euo pipefail
server=$1 secret=$2 dictionary=$(realpath "$3")
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# radclient knows no vendor but those of its folder of dictionaries; it hides what that says.
printf '$INCLUDE %s\n' /usr/share/freeradius/dictionary "$dictionary" >"$work/dictionary"

# The sale, in radclient's words: every value in quotes, with \ before \ and ".
for pair; do
	value=${pair#*=}
	value=${value//\\/\\\\}
	printf '%s += "%s"\n' "${pair%%=*}" "${value//\"/\\\"}"
done >"$work/sale"
# Signs the request; unsigned ones are not answered at all.
echo 'Message-Authenticator = 0x00' >>"$work/sale"

state=''
for _ in {1..30}; do
	# The whole sale again and again, and State once there is one. Status 1 is a reply, too: a no.
	# Tells a reply by its heading, for a request that is not answered is printed as well.
	{ cat "$work/sale" && echo "$state"; } |
		radclient -x -D "$work" -S "$secret" -r 3 -t 5 "$server" auth 2>&1 |
		sed -n '/^Received/,$p' | sed -nE 's/^Received ([A-Za-z-]*) .*/\1/p; s/^\t//p' \
		>"$work/reply" || true
	grep -q '^Access-Challenge' "$work/reply" || break
	state=$(grep '^State = ' "$work/reply")
	wait=$(sed -n 's/^MigrantID-Retry-After = //p' "$work/reply")
	sleep "${wait:-1}"
done
[ -s "$work/reply" ] || { echo "no reply: see 'No reply at all' in shops.md" >&2 && exit 2; }
cat "$work/reply"
grep -q '^Access-Accept' "$work/reply"
