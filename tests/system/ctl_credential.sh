# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_credential.sh - part of ctl.sh: a digital ID card, issued and bound by others' code, and here.

sample=tests/vectors/sd-jwt/sample.json
jq .jwks $sample >"$dir/cards.json"
card=(credential --issuer-jwks "$dir/cards.json" --issuer "$(jq -r .issuer $sample)"
	--vct "$(jq -r .vct $sample)" --at "$(jq -r .now $sample)")
here=(--audience "$(jq -r .audience $sample)" --nonce "$(jq -r .nonce $sample)")
for ((i = 0; i < $(jq '.cases | length' $sample); i++)); do
	name=$(jq -r ".cases[$i].name" $sample)
	shown=$(jq -r ".cases[$i].presentation" $sample)
	if jq -e ".cases[$i].ok" $sample >/dev/null; then
		t 0 "credential: $name" "$shown"$'\n' "${card[@]}" "${here[@]}" --json
		json "credential: $name is shown" \
			'.valid and .status == "fine" and (.checks | length) == 15 and
			([.checks[].finding] | all(. == "passed")) and
			(.claims | contains('"$(jq -c ".cases[$i].claims // {}" $sample)"')) and
			(.claims | has('"$(jq -c ".cases[$i].absent[]? // \"-\"" $sample | head -n 1 |
				grep . || echo '"-"')"') | not)'
	else
		t 1 "credential: $name" "$shown" "${card[@]}" "${here[@]}" --json
		json "credential: $name is refused" '.valid == false and .claims == {} and
			.status == "no" and ([.checks[] | select(.finding == "failed")] |
			length == 1 and .[0].why != null)'
		silent "credential: $name shows nothing" 'FA1234567|UZB'
	fi
done
shown=$(jq -r '.cases[0].presentation' $sample)
t 0 "credential: for people" "$shown" "${card[@]}" "${here[@]}"
says "credential: a line for a claim" '^nationality: "UZB"$'
says "credential: a line for a check" '^15 status +passed'
t 1 "credential: another shop" "$shown" "${card[@]}" --audience other --nonce sale-0001
says "credential: the word that says why" '^12 audience +failed +other-audience$'
says "credential: what is not reached" '^13 nonce +not reached'
silent "credential: nothing of a refused card" 'FA1234567|UZB'
t 1 "credential: too long a life" "$shown" "${card[@]}" "${here[@]}" --max-lifetime 60
says "credential: too long a life says so" 'too-long-a-life'
t 1 "credential: long after" "$shown" "${card[@]:0:7}" "${here[@]}" --at 2026-12-30
t 1 "credential: too long" "$(printf '%03001d' 0)" "${card[@]}" "${here[@]}"
says "credential: too long says so" '^ 1 form +failed +too-long$'
t 1 "credential: nothing" "" "${card[@]}" "${here[@]}"
t 1 "credential: no usable key" "$shown" credential --issuer-jwks "$dir/jwks-unusable.json" \
	"${card[@]:3}" "${here[@]}"
t 3 "credential: no key file" "$shown" credential --issuer-jwks "$dir/none" "${card[@]:3}" "${here[@]}"
t 3 "credential: no list file" "$shown" "${card[@]}" "${here[@]}" --status-list "$dir/none"
t 2 "credential: without --nonce" "$shown" "${card[@]}" --audience a
t 2 "credential: --at noon" "$shown" "${card[@]:0:7}" "${here[@]}" --at noon
t 2 "credential: --max-lifetime 0" "$shown" "${card[@]}" "${here[@]}" --max-lifetime 0

# A card with a status, issued to the holder "other", who binds it; the list's first octets are b9 a3.
other_x=$(openssl pkey -in "$dir/other.pem" -pubout -outform DER 2>/dev/null | tail -c 32 | b64u)
# status_card INDEX: one presentation.
status_card() {
	local presented
	presented=$(token '{"alg":"EdDSA","kid":"k1","typ":"dc+sd-jwt"}' "$(jq -cn '{iss: "i", vct: "v",
		iat: 1767225600, exp: 1769817600, nationality: "BLR",
		cnf: {jwk: {kty: "OKP", crv: "Ed25519", x: "'"$other_x"'"}},
		status: {status_list: {idx: '"$1"', uri: "https://cards.example/1"}}}')")~
	printf '%s' "$presented"
	token '{"alg":"EdDSA","typ":"kb+jwt"}' "$(jq -cn '{aud: "a", nonce: "n", iat: 1767227000,
		sd_hash: "'"$(printf %s "$presented" | openssl dgst -sha256 -binary | b64u)"'"}')" other
}
# status_list [MEMBER=VALUE]: a list, into $dir/list.jwt.
status_list() {
	token '{"alg":"EdDSA","kid":"k1","typ":"statuslist+jwt"}' "$(jq -cn '{iat: 1767225600,
		sub: "https://cards.example/1", ttl: 43200,
		status_list: {bits: 2, lst: "eNrbuRgAAhcBXQ"}} | .'"${1:-ttl=43200}")" >"$dir/list.jwt"
	echo >>"$dir/list.jwt"
}
card=(credential --issuer-jwks "$dir/jwks.json" --issuer i --vct v --audience a --nonce n
	--at 2026-01-01T00:25:00Z)
status_list
t 1 "credential: a status and no list" "$(status_card 5)" "${card[@]}"
says "credential: it says that the list is missing" '^15 status +failed +no-status-list$'
t 0 "credential: a valid status" "$(status_card 5)" "${card[@]}" --status-list "$dir/list.jwt"
t 1 "credential: a revoked card" "$(status_card 0)" "${card[@]}" --status-list "$dir/list.jwt"
says "credential: it says that it is revoked" '^15 status +failed +revoked$'
t 1 "credential: a suspended card" "$(status_card 1)" "${card[@]}" --status-list "$dir/list.jwt"
says "credential: it says that it is suspended" '^15 status +failed +suspended$'
status_list 'ttl=60'
t 1 "credential: a stale list" "$(status_card 5)" "${card[@]}" --status-list "$dir/list.jwt"
says "credential: it says that the list is stale" 'list.jwt: error: .*check 6, time, fails'
