#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_sales.sh - a sale that is put right can succeed; one buyer's answer is never another's, not
# even when memory runs out; a shop is not told where an answer came from.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT

person() {
	printf '{ "document": {"type": "P", "issuer": "UZB", "number": "%s"}, "nationality": "UZB",
		"date_of_birth": "1990-01-31", "result": "%s", "reason": "%s" %s }' "$@"
}
cat >"$work/people.json" <<END
{ "people": [ $(person TOKEN0001 yes match ', "tokens": [ "token-one", "token-two" ]'),
	$(person BLOCK0001 no id_blocked) ], "default": { "result": "yes", "reason": "match" } }
END
id() { echo "MigrantID-Sale-Id = \"$1\""; }

# The second try differs from the first in one thing, and is made by a server that never heard of
# the first.
second_try() {
	fixture_with "$work" "$work/people.json" cache.keep_yes=0 'cache.store="none"' || return
	sell "$work" TOKEN0001 "$(id fresh-token)" 'MigrantID-Subject-Token = "token-one"'
	sell "$work" TYPED0001 "$(id other-type)"
	sell "$work" CONSENT01 "$(id other-consent)"
	same "a first try" "$(decided "$work")" "Yes match"
	server_stop "$work/server"
	server_start "$work/server" || return
	sell "$work" TOKEN0001 "$(id fresh-token)" 'MigrantID-Subject-Token = "token-two"'
	same "T3: the same sale with a fresh token" "$(decided "$work")" "Yes match"
	sell "$work" TYPED0001 "$(id other-type)" 'MigrantID-Document-Type = "PN"'
	same "T3: with a corrected document" "$(decided "$work")" "Yes match"
	sell "$work" CONSENT01 "$(id other-consent)" 'MigrantID-Consent-Text = "ru-2026-01"'
	same "T3: with another consent text" "$(decided "$work")" "Yes match"
	fails "T3: and no alarm is given" grep -qi 'certificate' "$work/server/log"
	sell "$work" TYPED0001 "$(id other-type)" 'MigrantID-Document-Type = "PN"'
	same "the same once more is no new question" "$(fixture_questions "$work")" 6
	server_stop "$work/server"
	server_start "$work/server" || return
	fixture_fault "$work" http-422
	sell "$work" REFUSED01
	same "T3: one refused question is that sale's alone" "$(decided "$work")" \
		"Undetermined question-refused"
	fails "T3: and no alarm, either" grep -qi 'no sale can be decided' "$work/server/log"
	fixture_stop "$work"
}

# What is made of a sale to find its answer again could not be made.
broken_crypto() {
	local name
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" cache.keep_yes=0 || return
	SERVER_PREFIX="env BROKEN_CRYPTO=$work/broken LD_PRELOAD=$fixture_tests/unbind.so:$fixture_tests/broken_crypto.so" \
		fixture_server "$work" || return
	for name in EVP_Digest EVP_MAC_final RAND_bytes; do
		printf %s "$name" >"$work/broken"
		sell "$work" HONEST001 "$(id "one-$name")"
		[ "$(reply "$work" MigrantID-Result)" != No ] || not_ok "T12: $name fails: no no" "$work/reply"
		sell "$work" BLOCK0001 "$(id "two-$name")"
		if [ "$(reply "$work" MigrantID-Result)" = Yes ]; then
			not_ok "T12: $name fails: no other buyer's yes" "$work/reply"
		else
			ok "T12: $name fails: no other buyer's yes"
		fi
		rm "$work/broken"
		sell "$work" HONEST001 "$(id "three-$name")"
		same "T12: $name works again: a yes" "$(decided "$work")" "Yes match"
		sell "$work" BLOCK0001 "$(id "two-$name")"
		same "T12: $name works again: a no" "$(decided "$work")" "No id-blocked"
	done
	holds "T12: and the server has lived through it" server_stop "$work/server"
	fixture_stop "$work"
}

# Another shop has asked about this buyer an hour ago: that is nobody's business.
told_shops() {
	fixture_sandbox "$work" "$work/people.json" && FIXTURE_SHIPPED=yes fixture_settings "$work" &&
		fixture_server "$work" || return
	sell "$work" SECRET001
	sell "$work" SECRET001
	same "a kept answer serves as shipped" "$(decided "$work") $(fixture_questions "$work")" "Yes match 1"
	same "T13: the reply does not say that it was kept" "$(reply "$work" MigrantID-Source)" ""
	same "T13: nor until when it holds" "$(reply "$work" MigrantID-Valid-Until)" ""
	holds "the log does" fixture_logged "$work" source=Cache
	fixture_stop "$work"
}

for part in second_try broken_crypto told_shops; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
