#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# credential.sh - digital ID cards of others' making: the npm packages @sd-jwt issue, disclose, bind
# and list them, migrantidctl verifies; and what is spoilt it refuses, each by its own word. Prints TAP.
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

# one NUMBER: the case's fields as files, and what migrantidctl says of it.
one() {
	local case=".[$1]" arguments=()
	jq -c "$case.jwks" "$work/cases" >"$work/jwks"
	if jq -er "$case.list // empty" "$work/cases" >"$work/list"; then
		arguments=(--status-list "$work/list")
	fi
	jq -jr "$case.presentation" "$work/cases" |
		"$ctl" credential --json --issuer-jwks "$work/jwks" --issuer "$(jq -r "$case.issuer" "$work/cases")" \
			--vct "$(jq -r "$case.vct" "$work/cases")" --audience "$(jq -r "$case.audience" "$work/cases")" \
			--nonce "$(jq -r "$case.nonce" "$work/cases")" "${arguments[@]}" >"$work/out" 2>&1
}

count=$(jq length "$work/cases")
holds "the packages make cards" [ "$count" -ge 40 ]
for ((i = 0; i < count; i++)); do
	name=$(jq -r ".[$i] | .name + (if .peer then \" (the packages take it)\" else \"\" end)" "$work/cases")
	why=$(jq -r ".[$i].why // \"\"" "$work/cases")
	one $i
	status=$?
	if [ -z "$why" ]; then
		jq -e --argjson want "$(jq ".[$i].claims // {nationality: \"UZB\"}" "$work/cases")" \
			'.valid and (.claims | contains($want))' "$work/out" >/dev/null && [ $status = 0 ]
	else
		jq -e --arg why "$why" '.valid == false and .claims == {} and
			[.checks[].why // empty] == [$why]' "$work/out" >/dev/null && [ $status = 1 ]
	fi
	status=$?
	if [ $status = 0 ]; then ok "$name${why:+: $why}"; else not_ok "$name${why:+: $why}" "$work/out"; fi
done
exit $tap_status
