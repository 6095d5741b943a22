#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_damage.sh - whatever octets of the store's file are others: the server starts, decides under
# load and ends, nobody is let through whom the service refuses, and migrantidctl can empty it.
# TRUST_DAMAGES: how many damages; TRUST_SEED: the first one.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/store_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a
trap 'fixture_stop "$a"; rm -rf "$work"' EXIT
mkdir -p "$a"
cat >"$work/people.json" <<'END'
{ "people": [ { "document": {"type": "P", "issuer": "UZB", "number": "BLOCK0001"},
	"nationality": "UZB", "date_of_birth": "1990-01-31", "result": "no", "reason": "id_blocked" } ],
  "default": { "result": "yes", "reason": "match" } }
END
ctl() {
	timeout 20 "$fixture_build/src/tools/ctl/migrantidctl" "$@" --config "$a/settings/migrantid.cfg" \
		>"$work/ctl.out" 2>"$work/ctl.err"
}
# load FROM COUNT: that many people at once.
load() {
	local i
	for i in $(seq "$1" $(($1 + $2 - 1))); do
		printf 'MigrantID-%s\n' 'Document-Type = "P"' 'Document-Issuer = "UZB"' \
			"Document-Number = \"LOAD$(printf %05d "$i")\"" 'Nationality = "UZB"' \
			'Date-of-Birth = "1990-01-31"' 'Consent-Text = "ru-2025-01"'
		printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' ''
	done >"$work/load"
	server_radclient "$a/server" -x -p 6 -r 1 -t 4 <"$work/load" 2>/dev/null |
		grep -c 'MigrantID-Result = Yes'
}

fixture_with "$a" "$work/people.json" || not_ok "a server and a sandbox"
same "answers about three hundred people are kept" "$(load 1 300)" 300
sleep 1.5
server_stop "$a/server"
store_file "$a/store"
cp --sparse=always "$store_file" "$work/good"
first=${TRUST_SEED:-1}
for seed in $(seq "$first" $((first + ${TRUST_DAMAGES:-20} - 1))); do
	rm -f "$a/store"/*
	cp --sparse=always "$work/good" "$store_file"
	store_damage "$store_file" "$seed"
	ctl cache stats
	stats=$?
	if ! server_start "$a/server" 2>"$work/said"; then
		not_ok "T8: damage $seed: the server starts" "$work/said"
		continue
	fi
	# Half of them are in the file, as far as it can be read, and all the others are written.
	same "T8: damage $seed: sales are decided" "$(load 151 300)" 300
	sell "$a" BLOCK0001
	same "T8: damage $seed: a no is a no" "$(decided "$a")" "No id-blocked"
	ctl cache purge --all
	same "T8: damage $seed: can be emptied" $? 0
	[ $stats = 0 ] || [ $stats = 3 ] || not_ok "T8: damage $seed: cache stats ends well" "$work/ctl.err"
	if ! server_stop "$a/server" 2>"$work/said"; then
		not_ok "T8: damage $seed: the server has lived through it" "$work/said"
	fi
done
exit $tap_status
