# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox_cards.sh - part of sandbox.sh: the ID cards that it issues, verified by migrantidctl.

cards_at=2026-12-01T10:00:00Z

# issue OPTION..: prints what is issued to the people of sandbox.sh, at a time that is no other.
issue() {
	"$sandbox" --people "$work/cards.json" --state "$work/cards" --at $cards_at "$@" 2>"$work/said"
}
presented() { issue --audience op/shop --nonce sale-1 --issue "$@"; }

# checked [NONCE [AUDIENCE [TIME]]]: what migrantidctl says of the presentation on standard input,
# into $work/card.
checked() {
	"$ctl" credential --json --issuer-jwks "$work/cards/cards.jwks.json" --at "${3:-$cards_at}" \
		--issuer https://cards.sandbox.example --vct urn:example:migrant-id:1 \
		--audience "${2:-op/shop}" --nonce "${1:-sale-1}" --status-list "$work/list.jwt" \
		>"$work/card" 2>&1
}
claims() { jq -cS .claims "$work/card"; }
why() { jq -r '.checks[] | select(.finding == "failed").why' "$work/card"; }
# in_clear FILE: the issuer's own claims.
in_clear() { cut -d. -f2 "$1" | tr '_-' '/+' | base64 -d 2>/dev/null; }

cards() {
	cat >"$work/cards.json" <<-END
	{ "people": [
		$(somebody YES000001 yes match '"documents": [
			{ "document": { "type": "P", "issuer": "TJK", "number": "TWICE0001" },
			  "nationality": "UZB", "date_of_birth": "1990-01-31" } ]'),
		$(somebody TWICE0001 no id_locked '"card": "revoked", "accreditation": "mfa-diplomatic",
			"accreditation_expiry": "2040-01-01"'),
		$(somebody LOST00001 no id_locked '"card": "suspended"'),
		$(somebody CHILD0001 yes match '"card": "valid"' | sed 's/1990-01-31/2020-12-02/'),
		$(somebody NODAY0001 yes match | sed 's/1990-01-31/1990-00-00/') ] }
	END
	issue --status-list >"$work/list.jwt"
	cards_shown
	cards_wrongly_called
	cards_taken_back
	cards_served
}

cards_shown() {
	presented YES000001 >"$work/whole"
	holds "a card: it stands every check" checked <"$work/whole"
	same "a card: all that it says" "$(claims)" "$(jq -cnS '{nationality: "UZB",
		birthdate: "1990-01-31", document_type: "P", document_issuer: "UZB",
		document_number: "YES000001", age_equal_or_over: {"6": true, "18": true}}')"
	holds "a card: short enough to be presented" test "$(wc -c <"$work/whole")" -le 3001
	fails "a card: says nothing in clear" grep -qE 'UZB|1990|YES0' <(in_clear "$work/whole")
	presented YES000001 --disclose nationality,age_equal_or_over.6 | checked
	same "--disclose: two claims" "$(claims)" '{"age_equal_or_over":{"6":true},"nationality":"UZB"}'
	presented YES000001 --disclose document | checked
	same "--disclose document: three" "$(claims)" "$(jq -cnS '{document_type: "P",
		document_issuer: "UZB", document_number: "YES000001", age_equal_or_over: {}}')"
	presented YES000001 --disclose none | checked
	same "--disclose none: nothing" "$(claims)" '{"age_equal_or_over":{}}'
	presented CHILD0001 --disclose age | checked
	same "a child on the day before the sixth birthday" "$(claims)" \
		'{"age_equal_or_over":{"18":false,"6":false}}'
	presented CHILD0001 --disclose age --issued 2026-12-01T23:00:00Z --at 2026-12-02T00:00:00Z |
		checked sale-1 op/shop 2026-12-02T00:00:00Z
	same "the day counts on which the card was issued" "$(claims)" \
		'{"age_equal_or_over":{"18":false,"6":false}}'
	issue --issue NODAY0001 >"$work/whole"
	same "of a birth that is not known to the day it says nothing" \
		"$(tr -cd '~' <"$work/whole" | wc -c)" 5
	presented "fa 1234567" --disclose all >"$work/whole"
	same "nobody's card" "$?$(cat "$work/whole")" 1
	presented 'yes-000001' --disclose none | checked
	same "a number as somebody writes it" $? 0
	presented YES000001 --disclose accreditation >"$work/whole"
	same "a claim that the card has not" "$?$(cat "$work/whole")" 1
	holds "it is named" grep -q 'no accreditation' "$work/said"
	presented TWICE0001 >"$work/whole"
	same "a number of two documents" "$?$(cat "$work/whole")" 1
	cards_bound
}

cards_bound() {
	local kept
	presented YES000001 | checked sale-2
	same "bound to its sale" "$(why)" other-nonce
	presented YES000001 | checked sale-1 op/other
	same "bound to its shop" "$(why)" other-audience
	presented YES000001 | checked sale-1 op/shop 2026-12-01T10:06:00Z
	same "for five minutes" "$(why)" binding-too-old
	presented YES000001 --issued 2026-10-01 | checked
	same "--valid-for: thirty days" "$(why)" expired
	presented YES000001 --issued 2026-10-01 --valid-for 31536000 --disclose none | checked
	same "--valid-for: a year" $? 0
	presented YES000001 --issuer https://elsewhere.example | checked
	same "--issuer" "$(why)" other-issuer
	presented YES000001 --vct urn:x | checked
	same "--vct" "$(why)" other-type
	issue --issue YES000001 --printed | checked
	same "--printed: bound to nobody's key" "$(why)" no-holder-key
	issue --issue YES000001 >"$work/whole"
	checked <"$work/whole"
	same "without --nonce: not presented yet" "$(why)" not-bound
	same "without --nonce: all disclosures" "$(tr -cd '~' <"$work/whole" | wc -c)" 8
	for kept in cards.key holder-1.key; do
		same "$kept is for its owner alone" "$(stat -c %a "$work/cards/$kept")" 600
	done
	kept=$(cat "$work"/cards/*.key "$work/cards/cards.jwks.json" | cksum)
	presented YES000001 >"$work/again"
	same "keys are kept" "$kept" "$(cat "$work"/cards/*.key "$work/cards/cards.jwks.json" | cksum)"
	presented CHILD0001 >/dev/null
	fails "two people have two keys" cmp -s "$work/cards/holder-1.key" "$work/cards/holder-4.key"
	fails "two cards of one person have no salt in common" test \
		"$(cut -d'~' -f2 "$work/whole")" = "$(cut -d'~' -f2 "$work/again")"
	echo rubbish >"$work/cards/cards.key"
	presented YES000001 >/dev/null
	holds "a damaged key: its name" grep -q 'cards/cards.key: is no' "$work/said"
	rm -rf "$work/cards"
	issue --issue YES000001 --algorithm Ed25519 >/dev/null
	same "--algorithm: the issuer's" "$(jq -r '.keys[].alg' "$work/cards/cards.jwks.json")" Ed25519
	rm -rf "$work/cards"
	issue --status-list >"$work/list.jwt"
}

cards_wrongly_called() {
	while IFS='|' read -r what row; do
		# shellcheck disable=SC2086 # options
		same "$what is wrong usage" "$(started --people "$work/cards.json" $row)" 2
	done <<-END
		a nonce for nobody|--issue YES000001 --nonce n
		a nonce on paper|--issue YES000001 --nonce n --audience a --printed
		a card and a list|--issue YES000001 --status-list
		a nonce to serve|--nonce n --audience a
		a time to serve|--at 2026-12-01
		an hour to issue at|--issue YES000001 --at noon
		a life of a century|--issue YES000001 --valid-for 3153600000
		a list that is nowhere|--status-list --status-uri none
		a list at any port|--status-list --port 0
	END
}

cards_taken_back() {
	presented LOST00001 | checked
	same "a suspended card" "$(why)" suspended
	# From here on the number is of one document alone.
	jq '.people[0].documents = []' "$work/cards.json" >"$work/cards.one" &&
		mv "$work/cards.one" "$work/cards.json"
	presented TWICE0001 | checked
	same "a revoked card" "$(why)" revoked
	presented TWICE0001 --status-uri none --disclose accreditation,accreditation_expiry | checked
	same "--status-uri none: nobody can take it back" "$(claims)" "$(jq -cnS '{age_equal_or_over: {},
		accreditation: "mfa-diplomatic", accreditation_expiry: "2040-01-01"}')"
	presented YES000001 --port 1234 | checked
	same "a card of another list" "$(why)" other-status-list
	issue --status-list --status-uri https://cards.example/1 >"$work/list.jwt"
	presented YES000001 --status-uri https://cards.example/1 | checked
	same "--status-uri" $? 0
	same "a list is of its time" "$(in_clear "$work/list.jwt" | jq -c '[.iat, .exp, .ttl]')" \
		'[1796119200,1796205600,86400]'
}

# fetched: the status list that is served, into its file.
fetched() {
	"$ctl" status-list fetch --url "$fixture_url/cards/status-list" --file "$work/fetched.jwt" \
		--ca "$work/sandbox/ca.pem" --issuer-jwks "$work/sandbox/cards.jwks.json"
}

# standing FILE: how the card of YES000001 stands by that list.
standing() {
	"$sandbox" --people "$work/people.json" --state "$work/sandbox" --port "${fixture_url##*:}" \
		--issue YES000001 --audience op/shop --nonce sale-1 | "$ctl" credential --json \
		--issuer-jwks "$work/sandbox/cards.jwks.json" --issuer https://cards.sandbox.example \
		--vct urn:example:migrant-id:1 --audience op/shop --nonce sale-1 \
		--status-list "$1" >"$work/card" 2>&1
	if jq -e .valid "$work/card" >/dev/null; then echo valid; else why; fi
}

# switched STATUS: how it stands, once that was said; of a list that was fetched, and of the file.
switched() {
	steer card "{\"document\": \"YES000001\", \"status\": $1}" >"$work/switched"
	rm -f "$work/fetched.jwt"
	fetched && echo "$(standing "$work/fetched.jwt") $(standing "$work/sandbox/cards.status.jwt")"
}

cards_served() {
	fixture_url=$(cat "$work/sandbox.url")
	same "the cards' keys are for everybody" "$(curl --silent --cacert "$work/sandbox/ca.pem" \
		"$fixture_url/cards/jwks.json" | jq -c .)" "$(jq -c . "$work/sandbox/cards.jwks.json")"
	same "as it begins a card is valid" "$(rm -f "$work/fetched.jwt"
		fetched && standing "$work/fetched.jwt")" valid
	same "revoked" "$(switched '"revoked"')" "revoked revoked"
	same "it says so" "$(jq -r .status "$work/switched")" revoked
	same "suspended" "$(switched '"suspended"')" "suspended suspended"
	same "as the file has it" "$(switched null)" "valid valid"
	switched '"revoked"' >/dev/null
	reset
	same "a reset takes it back" "$(standing "$work/sandbox/cards.status.jwt")" valid
	same "an unknown status is refused" \
		"$(steer card '{"document": "YES000001", "status": "lost"}' | jq .status)" 422
	same "a card of nobody, too" \
		"$(steer card '{"document": "NONE00001", "status": null}' | jq .status)" 422
	same "and a status of no card" "$(steer card '{"status": "revoked"}' | jq .status)" 422
	same "with another method there is nothing" "$(curl --silent --cacert "$work/sandbox/ca.pem" \
		-X POST "$fixture_url/cards/status-list" | jq .status)" 405
	same "the rest is not for everybody" "$(curl --silent --cacert "$work/sandbox/ca.pem" \
		"$fixture_url/sandbox/card" | jq .status)" 401
}
