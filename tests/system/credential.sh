#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# credential.sh - digital ID cards of others' making: the npm packages @sd-jwt issue, disclose, bind
# and list them, migrantidctl verifies; and what is spoilt it refuses, each by its own word. Those of the
# sandbox they verify in turn. Prints TAP.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/tap.sh

ctl=${FIXTURE_BUILD:-build/main}/src/tools/ctl/migrantidctl
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# The packages, by the versions and digests of the lock file, in a folder that is kept.
npm=build/npm
if ! command -v npm >/dev/null; then
	skip "cards of the @sd-jwt packages" "there is no npm"
	exit 0
fi
mkdir -p $npm
cp tests/system/npm/* $npm/
if ! (cd $npm && timeout 120 npm ci --ignore-scripts --no-audit --no-fund) >"$work/npm" 2>&1; then
	skip "cards of the @sd-jwt packages" "npm ci failed: $(grep -m1 -E 'ERR|error' "$work/npm")"
	exit 0
fi
if ! node $npm/issue.mjs >"$work/cases" 2>"$work/said"; then
	not_ok "the packages make their cards" "$work/said"
	exit $tap_status
fi

# checked: what migrantidctl says of the case whose parts are in these variables; all at one time.
checked() {
	local arguments=()
	printf %s "$jwks" >"$work/jwks"
	printf %s "$list" >"$work/list"
	[ -z "$list" ] || arguments=(--status-list "$work/list")
	printf %s "$presentation" |
		"$ctl" credential --json --issuer-jwks "$work/jwks" --issuer "$issuer" --vct "$vct" \
			--audience "$audience" --nonce "$nonce" --at "$at" "${arguments[@]}" >"$work/out" 2>&1
}

# as_meant STATUS: whether it is what the case wants: refused by that word, or these claims.
as_meant() {
	jq -e --argjson status "$1" --arg why "$why" --argjson claims "$claims" --arg exact "$exact" '
		if $why != "" then $status == 1 and .valid == false and .claims == {} and
			[.checks[].why // empty] == [$why]
		else $status == 0 and .valid and
			(if $exact == "true" then .claims == $claims else .claims | contains($claims) end) end' \
		"$work/out" >/dev/null
}

jq -r '.[] | @sh "name=\(.name) jwks=\(.jwks | tojson) presentation=\(.presentation) list=\(.list // "") " +
	@sh "issuer=\(.issuer) vct=\(.vct) audience=\(.audience) nonce=\(.nonce) at=\(.now) " +
	@sh "why=\(.why // "") exact=\(.exact // "") differs=\(.differs // "") claims=\(.claims // {nationality: "UZB"} | tojson)"' \
	"$work/cases" >"$work/assignments"
holds "the packages make cards" [ "$(wc -l <"$work/assignments")" -ge 200 ]
while IFS= read -r assignments; do
	name='' jwks='' presentation='' list='' issuer='' vct='' audience='' nonce='' at='' why='' exact='' claims=''
	eval "$assignments"
	checked
	status=$?
	name+=${why:+: $why}${differs:+ (the packages take it: $differs)}
	if as_meant $status; then ok "$name"; else not_ok "$name" "$work/out"; fi
done <"$work/assignments"

# Where the packages differ it is known why; and what is right they take as well.
holds "every difference is explained" jq -e 'any(.[]; .differs == "lax") and
	all(.[]; .differs != "unexplained")' "$work/cases"
holds "the packages take what is right" jq -e '[.[] | select(has("peer") and (.why | not)).peer] |
	length >= 8 and all' "$work/cases"

# The other way round: cards of the sandbox, put through the packages.
cat >"$work/people" <<'EOF'
{ "people": [ { "document": { "type": "P", "issuer": "UZB", "number": "FA1234567" },
		"nationality": "UZB", "date_of_birth": "1990-01-31" },
	{ "document": { "type": "P", "issuer": "UZB", "number": "LOST00001" }, "card": "revoked",
		"nationality": "UZB", "date_of_birth": "1990-01-31" } ] }
EOF
sandbox=("${FIXTURE_BUILD:-build/main}/src/tools/sandbox/migrantid-sandbox" --people "$work/people"
	--state "$work/state")

# theirs NUMBER NONCE: what the packages say of a card of the sandbox.
theirs() {
	"${sandbox[@]}" --status-list >"$work/list" &&
		"${sandbox[@]}" --issue "$1" --audience op/shop --nonce sale-1 |
		node $npm/verify.mjs "$work/state/cards.jwks.json" "$work/list" "$2" >"$work/out" 2>"$work/said"
}
for algorithm in ES256 PS256 Ed25519; do
	rm -rf "$work/state"
	"${sandbox[@]}" --algorithm $algorithm --issue FA1234567 >/dev/null
	holds "$algorithm: the packages take a card of the sandbox" theirs FA1234567 sale-1
	holds "$algorithm: and read in it what it says" jq -e '.nationality == "UZB" and
		.document_number == "FA1234567" and .age_equal_or_over["6"] and (has("_sd") | not)' "$work/out"
	fails "$algorithm: not for another sale" theirs FA1234567 sale-2
	fails "$algorithm: not a revoked one" theirs LOST00001 sale-1
	holds "$algorithm: which they say" grep -qi 'status' "$work/said"
done
exit $tap_status
