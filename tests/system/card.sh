#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# card.sh - digital ID cards at the real server: in pieces over the wire, beside a service that is
# down, and while issuers take cards and keys back. Prints TAP.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d) dir=$work/stand
trap 'fixture_stop "$dir"; rm -rf "$work"' EXIT
uri=https://cards.sandbox.example/status-list
people=tests/policy/people.json

settings() {
	fixture_settings "$dir" credential.enabled=true 'credential.vct="urn:example:migrant-id:1"' \
		"credential.issuers=( { issuer = \"https://cards.sandbox.example\"; jwks_file = \"$work/cards.json\"; } )" \
		"credential.status_directory=\"$work/lists\"" service.connect_timeout=500 \
		service.attempt_timeout=500 service.question_timeout=1000 waiting.wait=1500 "$@"
}

# present SALE NUMBER [OPTION..]: a presentation for that sale at the shop of the fixture.
present() {
	local sale=$1
	shift
	"$fixture_build/src/tools/sandbox/migrantid-sandbox" --people $people --state "$dir/sandbox" \
		--status-uri $uri --audience operator-example/sim-sale-shop --nonce "$sale" --issue "$@"
}

# pieces LENGTH: standard input as so many attributes, in order.
pieces() { fold -w "$1" | sed 's/.*/MigrantID-Credential += "&"/'; }

# show SALE NUMBER [OPTION..]: a sale with a card alone.
show() {
	local lines
	mapfile -t lines < <(present "$@" | pieces 247)
	sell_lines "$dir" 'User-Name = "till-1"' "MigrantID-Sale-Id = \"$1\"" "${lines[@]}"
}

# until_told WANT SALE NUMBER: a card is shown until the sale is decided so, for some seconds.
until_told() {
	local want=$1 tries=30
	shift
	until { show "$@"; [ "$(decided "$dir")" = "$want" ]; }; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.2
	done
}

status() { fixture_steer "$dir" /sandbox/card "{\"document\": \"$1\", \"status\": \"$2\"}"; }
fetched() { cp "$dir/sandbox/cards.status.jwt" "$work/lists/new" && mv "$work/lists/new" "$work/lists/one.jwt"; }
logged() { grep -c "$1" "$dir/server/log"; }

over_the_wire() {
	local card lines
	show alone CY0000001
	same "a card decides" "$(told "$dir")" "Yes match Credential"
	same "and says until when of nothing" "$(reply "$dir" MigrantID-Valid-Until)" ''
	holds "the log says so" fixture_logged "$dir" 'result=Yes reason=match .*source=Credential'

	card=$(present small CY0000001)
	mapfile -t lines < <(pieces 140 <<<"$card")
	holds "small pieces: there are many (${#lines[@]})" [ ${#lines[@]} -ge 10 ]
	sell_lines "$dir" 'User-Name = "till-1"' 'MigrantID-Sale-Id = "small"' "${lines[@]}"
	same "small pieces are joined in the order in which they came" "$(told "$dir")" "Yes match Credential"
	sell_lines "$dir" "${lines[0]}" 'User-Name = "till-1"' "${lines[@]:1:4}" 'MigrantID-Sale-Id = "small"' \
		"${lines[@]:5}"
	same "with others in between" "$(told "$dir")" "Yes match Credential"
	sell_lines "$dir" 'MigrantID-Sale-Id = "small"' "${lines[1]}" "${lines[0]}" "${lines[@]:2}"
	same "two of them exchanged are no card" "$(decided "$dir")" "Undetermined credential-invalid"
	sell_lines "$dir" 'MigrantID-Sale-Id = "small"' "${lines[@]:0:${#lines[@]}-1}"
	same "nor is one without its end" "$(decided "$dir")" "Undetermined credential-invalid"
	mapfile -t lines < <(pieces 80 <<<"$card")
	sell_lines "$dir" 'MigrantID-Sale-Id = "small"' "${lines[@]}"
	same "too many pieces (${#lines[@]}) are refused by name" \
		"$(decided "$dir") $(reply "$dir" MigrantID-Attribute)" "Undetermined attribute-invalid MigrantID-Credential"
	mapfile -t lines < <(head -c 3001 /dev/zero | tr '\0' a | pieces 247)
	sell_lines "$dir" 'MigrantID-Sale-Id = "small"' "${lines[@]}"
	same "and so is what is too long" "$(decided "$dir") $(reply "$dir" MigrantID-Attribute)" \
		"Undetermined attribute-invalid MigrantID-Credential"
	same "nobody was asked" "$(fixture_questions "$dir")" 0
}

# The same presentation again, for its own sale and for another.
again() {
	local lines
	mapfile -t lines < <(present once CY0000001 | pieces 247)
	for sale in once once twice; do
		sell_lines "$dir" "MigrantID-Sale-Id = \"$sale\"" "${lines[@]}"
		echo "$sale $(decided "$dir")"
	done >"$work/again"
	same "a presentation is good for its own sale, and again for that" "$(head -n 2 "$work/again")" \
		$'once Yes match\nonce Yes match'
	same "and for no other" "$(tail -n 1 "$work/again")" "twice Undetermined credential-invalid"
}

while_the_service_is_down() {
	local began lines
	fixture_fault "$dir" hang
	show down-1 CY0000001
	began=$(date +%s%N)
	show down-2 CY0000001
	same "while the service hangs a card decides" "$(told "$dir")" "Yes match Credential"
	holds "and waits for nothing" [ $((($(date +%s%N) - began) / 1000000)) -lt 1000 ]
	mapfile -t lines < <(present down-3 CB0000001 --disclose nationality,document | pieces 247)
	sell_lines "$dir" 'MigrantID-Sale-Id = "down-3"' "${lines[@]}"
	same "or exempts" "$(told "$dir")" "Exempt exempt Rule"
	fixture_fault "$dir" null
}

taken_back() {
	show back-1 CY0000001
	status CY0000001 revoked
	fetched
	holds "a card that is taken back decides nothing from the moment the list is there" \
		until_told "Undetermined credential-revoked" back-2 CY0000001
	same "the log says which check it was" "$(logged 'a digital ID card does not count (status: revoked)')" 1
	show back-3 CY0000001
	same "once a minute" "$(logged 'does not count (status: revoked)')" 1
	status CY0000001 suspended
	fetched
	holds "suspended" until_told "Undetermined credential-suspended" back-4 CY0000001
	status CY0000001 valid
	fetched
	holds "and given back" until_told "Yes match" back-5 CY0000001
	rm "$work/lists/one.jwt"
	holds "without its list it does not count" until_told "Undetermined credential-invalid" back-6 CY0000001
	fetched
	holds "with it, it does" until_told "Yes match" back-7 CY0000001
}

keys_change() {
	cp "$work/cards.json" "$work/kept.json"
	echo '{"keys":[]}' >"$work/new" && mv "$work/new" "$work/cards.json"
	holds "a key set without a key takes them all back" \
		until_told "Undetermined credential-invalid" key-1 CY0000001
	holds "and is told of" grep -q 'says that there is no usable key' "$dir/server/log"
	mv "$work/kept.json" "$work/cards.json"
	holds "another one is in force without a restart" until_told "Yes match" key-2 CY0000001
	echo nonsense >"$work/cards.json"
	sleep 1.5
	show key-3 CY0000001
	same "what is no key set leaves the keys in force" "$(decided "$dir")" "Yes match"
}

nothing_is_said() {
	fixture_stop "$dir"
	find "$dir/server/log" "$dir/stats" "$dir/store" "$dir/state" -type f >"$work/files"
	grep -lE 'eyJ|CY0000001|CB0000001|urn:example' $(cat "$work/files") >"$work/found"
	same "nothing of a card stands in log, figures or store" "$(cat "$work/found")" ''
}

mkdir "$work/lists"
FIXTURE_PLAIN=yes
fixture_sandbox "$dir" $people --status-uri $uri && cp "$dir/sandbox/cards.jwks.json" "$work/cards.json" &&
	fetched && settings credential.decides=true && cat >"$dir/settings/rules.cfg" <<'END' && fixture_server "$dir" || exit 1
home = "RUS";
rules = ( { id = "belarus-card"; citation = "c"; nationality = "BLR"; evidence = "credential"; } );
END
over_the_wire
again
while_the_service_is_down
taken_back
keys_change
nothing_is_said
exit $tap_status
