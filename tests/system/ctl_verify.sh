# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_verify.sh - part of ctl.sh: the verbs verify and keys.

alone=(verify --signature-only --jwks "$dir/jwks.json")
whole=(verify --jwks "$dir/jwks.json" --issuer https://id.example --audience op
	--form token+document --at 2026-01-01T00:30:00Z)
answer=$(token "$header" "$(claims)")

t 0 "verify --signature-only: a right token" "$answer" "${alone[@]}"
t 0 "verify --signature-only: one newline at the end" "$answer"$'\n' "${alone[@]}"
t 1 "verify --signature-only: two newlines at the end" "$answer"$'\n\n' "${alone[@]}"
t 1 "verify --signature-only: a space before" " $answer" "${alone[@]}"
t 1 "verify --signature-only: nothing" "" "${alone[@]}"
t 0 "verify --signature-only: no typ, no claims" "$(token '{"alg":"EdDSA","kid":"k1"}' x)" \
	"${alone[@]}"
t 0 "verify --signature-only: no kid, one key" "$(token '{"alg":"Ed25519"}' x)" "${alone[@]}"
t 0 "verify --signature-only: neither has a kid" "$(token '{"alg":"Ed25519"}' x)" \
	verify --signature-only --jwks "$dir/jwks-no-kid.json"
t 1 "verify --signature-only: another's signature" "$(token "$header" "$(claims)" other)" \
	"${alone[@]}" --json
json "verify --signature-only: check 4 fails" '.status == "no" and
	[.checks[].finding] == ["passed", "passed", "passed", "failed"]'
t 1 "verify --signature-only: an unknown kid" "$(token '{"alg":"EdDSA","kid":"k2"}' x)" \
	"${alone[@]}" --json
json "verify --signature-only: check 3 fails" '[.checks[].finding] ==
	["passed", "passed", "failed", "not reached"]'
t 1 "verify --signature-only: alg none" \
	"$(printf '{"alg":"none"}' | b64u).$(printf x | b64u)." "${alone[@]}"
t 1 "verify --signature-only: an algorithm that is not taken" "$answer" "${alone[@]}" \
	--algorithms ES256,RS256
t 1 "verify --signature-only: no usable key" "$answer" verify --signature-only \
	--jwks "$dir/jwks-unusable.json"
t 3 "verify --signature-only: no key file" "$answer" verify --signature-only --jwks "$dir/none"
t 2 "verify: without --jwks" "$answer" verify --signature-only
t 2 "verify --signature-only with a claim" "$answer" "${alone[@]}" --issuer x
t 2 "verify: an unknown algorithm" "$answer" "${alone[@]}" --algorithms ES256,HS256

# A token of another implementation, signed with RS256: taken alone, in a whole check only if told.
cookbook=tests/vectors/jose-cookbook/4_1.rsa_v15_signature.json
jq '{keys: [.input.key | {kty, kid, use, n, e}]}' $cookbook >"$dir/jwks-rsa.json"
t 0 "verify --signature-only: the JOSE cookbook's RS256" "$(jq -r .output.compact $cookbook)" \
	verify --signature-only --jwks "$dir/jwks-rsa.json"

t 0 "verify: a right answer" "$answer"$'\n'"$subject" "${whole[@]}" --json
json "verify: eleven checks, the question not asked for" '(.checks | length) == 11 and
	([.checks[] | select(.finding != "passed") | [.name, .finding]] ==
	[["question", "not asked for"]]) and .result == "Yes" and .reason == "match" and
	.expires == "2026-01-01T01:00:00Z" and .key == "'"$thumbprint"'"'
silent "verify: the pseudonym is not repeated" $subject
t 0 "verify: with its question" "$answer"$'\n'"$subject"$'\n' "${whole[@]}" --txn t --nonce n
t 2 "verify: no pseudonym" "$answer" "${whole[@]}"
t 2 "verify: --txn without --nonce" "$answer"$'\n'"$subject" "${whole[@]}" --txn t
t 2 "verify: no issuer" "$answer"$'\n'"$subject" verify --jwks "$dir/jwks.json"
for at in yesterday 2026-02-30 2026-01-01T24:00:00Z 2026-01-01T00:00:00 -5 ''; do
	t 2 "verify: --at '$at'" "$answer"$'\n'"$subject" "${whole[@]:0:9}" --at "$at"
done
t 2 "verify: --max-lifetime 1h" "$answer"$'\n'"$subject" "${whole[@]}" --max-lifetime 1h

# fails NUMBER NAME TOKEN [ARGUMENT..]: this check is the first that fails.
fails() {
	local number=$1 name=$2 token=$3
	shift 3
	t 1 "verify: $name" "$token"$'\n'"$subject" "${whole[@]}" --json "$@"
	json "verify: $name fails check $number" "[.checks[] | select(.finding == \"failed\") |
		.number] == [$number] and ([.checks[] | select(.number > $number) | .finding] |
		all(. == \"not reached\")) and has(\"result\") == false"
}
fails 1 "padding" "$answer="
fails 2 "another typ" "$(token '{"alg":"EdDSA","kid":"k1","typ":"JWT"}' "$(claims)")"
fails 3 "no kid" "$(token "${header/'"kid":"k1",'/}" "$(claims)")"
fails 4 "another's signature" "$(token "$header" "$(claims)" other)"
fails 5 "iat as text" "$(token "$header" "$(claims 'iat="1767225600"')")"
fails 6 "another issuer" "$(token "$header" "$(claims 'iss="https://other.example"')")"
fails 7 "another audience" "$(token "$header" "$(claims 'aud="other"')")"
fails 8 "another question" "$answer" --txn t --nonce other
fails 9 "another person" "$(token "$header" "$(claims 'sbj="other"')")"
fails 10 "too long a life" "$answer" --max-lifetime 60
fails 5 "a fourth member of sim_sale" "$(token "$header" "$(claims 'sim_sale.more=1')")"
fails 5 "an answer that does not say what it is about" \
	"$(token "$header" "$(claims 'sim_sale={result: "yes", reason: "match"}')")"
fails 11 "a yes without a match" "$(token "$header" "$(claims 'sim_sale.reason="no_match"')")"
fails 11 "an answer about a token alone" "$(token "$header" "$(claims 'sim_sale.subject="token"')")"
for form in document token token+document; do
	said=$(token "$header" "$(claims "sim_sale.subject=\"$form\"")")
	t 0 "verify: --form $form" "$said"$'\n'"$subject" "${whole[@]:0:7}" --form $form \
		--at 2026-01-01T00:30:00Z --json
	json "verify: --form $form is shown" ".subject == \"$form\""
done
said=$(token "$header" "$(claims 'sim_sale={subject: "document", result: "no", reason: "no_match"}')")
t 1 "verify: a document alone is never no_match" "$said"$'\n'"$subject" "${whole[@]:0:7}" \
	--form document --at 2026-01-01T00:30:00Z
t 2 "verify: without --form" "$answer"$'\n'"$subject" "${whole[@]:0:7}"
t 2 "verify: another --form" "$answer"$'\n'"$subject" "${whole[@]:0:7}" --form person
t 1 "verify: an expired answer" "$answer"$'\n'"$subject" "${whole[@]:0:9}"

t 0 "keys --jwks" "" keys --jwks "$dir/jwks.json" --json
json "keys: kid, type, algorithms, thumbprint" '.keys == [{"kid": "k1", "type": "OKP Ed25519",
	"algorithms": ["Ed25519"], "thumbprint": "'"$thumbprint"'"}]'
t 0 "keys --config" "" keys --config "$config"
says "keys: a line for people" "^k1 +OKP Ed25519 +Ed25519 +$thumbprint\$"
t 0 "keys: without a kid" "" keys --jwks "$dir/jwks-no-kid.json"
says "keys: without a kid is warned of" 'warning: .*no kid'
jq -c '.keys += [{"kty": "oct", "k": "c2VjcmV0", "kid": "k2"}]' "$dir/jwks.json" >"$dir/jwks2.json"
t 0 "keys: one of two is usable" "" keys --jwks "$dir/jwks2.json"
says "keys: the other is warned of" 'warning: .*k2'
t 1 "keys: none is usable" "" keys --jwks "$dir/jwks-unusable.json"
t 1 "keys: not JSON" "" keys --jwks "$config"
t 3 "keys: no file" "" keys --jwks "$dir/none"
t 2 "keys: --jwks and --config" "" keys --jwks "$dir/jwks.json" --config "$config"
printf '{"keys":[%s,"kid":"a\\u001b[2Jb"}]}' "$jwk" >"$dir/jwks-escape.json"
t 0 "keys: a kid with an escape sequence" "" keys --jwks "$dir/jwks-escape.json"
silent "keys: it does not reach the terminal" $'\x1b'
