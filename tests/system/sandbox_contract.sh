# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox_contract.sh - part of sandbox.sh: questions, decisions, tokens and guesses, as
# docs/openapi.yaml has them.

forms() {
	same "somebody known" "$(told_anew document YES000001)" "200 yes match"
	holds "signed as the contract wants it" verify document
	same "it says what it is about" "$(claim sim_sale.subject)" document
	same "in exactly three members" "$(claim 'sim_sale | length')" 3
	same "a token" "$(told_anew token token-of-yes)" "200 yes match"
	holds "signed, too" verify token
	fails "it is none about a token with a document" verify token+document
	same "a token with the document" "$(told_anew both yes-2 YES000001)" "200 yes match"
	holds "signed, as well" verify token+document
	same "with another document of the record" "$(told_anew both yes-3 821234567 1990-01-31 \
		residence-permit RUS)" "200 yes match"
	same "with somebody else's" "$(told_anew both yes-4 NO0000001)" \
		"200 undetermined document_mismatch"
	same "the token is good yet" "$(told_anew both yes-4 YES000001)" "200 yes match"
	same "a document that is no longer good" "$(told_anew both yes-5 OLD000001)" \
		"200 no document_invalid"
	same "alone, too" "$(told_anew document OLD000001)" "200 no document_invalid"
	same "somebody unknown" "$(told_anew document NEW000001)" "200 no not_enrolled"
	same "an unknown token" "$(told_anew token token-of-none)" "200 undetermined token_used"
	same "with a document" "$(told_anew both token-of-none YES000001)" "200 undetermined token_used"
	same "a document of the same first letter" \
		"$(told_anew document YES000001 UZB 1990-01-31 PA)" "200 yes match"
	same "another day of birth" "$(told_anew document YES000001 UZB 1990-01-30)" \
		"200 undetermined document_mismatch"
	same "another nationality" "$(told_anew document YES000001 TJK)" \
		"200 undetermined document_mismatch"
	same "another issuer is another document" \
		"$(told_anew document YES000001 UZB 1990-01-31 P TJK)" "200 no not_enrolled"
}

# Which reason comes first, and which form has it: reason of the file, form, what is said.
reasons() {
	local what
	while IFS='|' read -r what ask want; do
		# shellcheck disable=SC2086 # a subject with its arguments
		same "$what" "$(told_anew $ask)" "200 $want"
	done <<-'END'
		locked, by the document|document NO0000001|no id_locked
		locked, by a token|token no-1|no id_locked
		locked, by a token with another document: the mismatch comes first|both no-2 YES000001|undetermined document_mismatch
		no match, by a token|token no-match-1|no no_match
		no match, with another's document: it comes before the mismatch|both no-match-2 YES000001|no no_match
		no match can be said of no document alone|document NOMATCH01|yes match
		a document that is not good|document BADDOC001|no document_invalid
		with its token|both bad-1 BADDOC001|no document_invalid
		a token alone says nothing of documents|token bad-2|yes match
		a capture of nobody on record|token nobody-1|no not_enrolled
		with any document: it comes before the mismatch|both nobody-2 YES000001|no not_enrolled
		blocked|token blocked-1|no id_blocked
		too soon|token soon-1|no too_soon
		could not tell|token unsure-1|undetermined technical
		a text that is not known|both no-text-1 NOTEXT001|no consent_missing
	END
	anew
	draw
	same "no consent" "$(question "$(document YES000001)" | sed 's/"given":true/"given":false/' |
		ask) $(decision)" "200 no consent_missing"
	anew
	same "no consent comes before an unknown document" "$(question "$(document NEW000001)" |
		sed 's/"given":true/"given":false/' | ask) $(decision)" "200 no consent_missing"
	anew
	same "a token that is used comes before no consent" "$(question "$(token none-such)" |
		sed 's/"given":true/"given":false/' | ask) $(decision)" "200 undetermined token_used"
	same "the log says what was decided" "$(grep -m 1 'result yes' "$work/sandbox.log" |
		sed 's/^question [0-9]*: //')" \
		"status 200, result yes, reason match, fault none, after 0 ms"
}

# What must not be taken for a question: sed command, status.
strictness() {
	local what change status
	while IFS='|' read -r what change status; do
		anew
		draw
		same "$what" "$(question "$(document YES000001)" | sed "$change" | ask)" "$status"
		fails "$what: the refusal repeats nothing" grep -q YES000001 "$work/body"
	done <<-'END'
		not JSON|s/^{//|422
		a member twice|s/"purpose"/"nonce":"x","purpose"/|422
		a member missing|s/"purpose":"sim-sale",//|422
		a member more|s/"purpose"/"photo":"x","purpose"/|422
		a member more in the subject|s/"date_of_birth"/"photo":"x","date_of_birth"/|422
		a member more in the document|s/"type"/"expiry":"2030-01-01","type"/|422
		a member more in the consent|s/"given"/"at":"x","given"/|422
		no consent at all|s/,"consent":{[^}]*}//|422
		a consent without its text|s/,"text":"ru-2025-01"//|422
		another purpose|s/sim-sale/sim-swap/|422
		a short nonce|s/"nonce":"..../"nonce":"/|422
		a nonce of stray bits|s/"nonce":"[^"]*"/"nonce":"kGJ3sWbYtq0wYc1sF5m9Ah"/|422
		a short sbj|s/AAECAwQFBgcICQ/AAECAw/|422
		a txn that is none|s/-7b1d-/-7b1-d/|422
		a txn in upper case|s/-7b1d-/-7B1D-/|422
		both a token and a document|s/"subject":{/"subject":{"token":"x",/|422
		a digest without a token|s/"subject":{.*},"sbj"/"subject":{"document_digest":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"},"sbj"/|422
		a token with a short digest|s/"subject":{.*},"sbj"/"subject":{"token":"x","document_digest":"AAEC"},"sbj"/|422
		an empty token|s/"subject":{.*},"sbj"/"subject":{"token":""},"sbj"/|422
		a token with a blank|s/"subject":{.*},"sbj"/"subject":{"token":"a b"},"sbj"/|422
		no subject|s/"subject":{.*},"sbj"/"subject":{},"sbj"/|422
		a document and no birth|s/,"date_of_birth":"1990-01-31"//|422
		a number in the document|s/"number":"YES000001"/"number":1/|422
		consent in words|s/"given":true/"given":"true"/|422
		more behind the end|s/$/{}/|422
	END
	anew
	draw
	question "$(document YES000001)" >"$work/question"
	same "an Idempotency-Key that is none" "$(ask '"x"' <"$work/question")" 400
	same "one without quotes" "$(ask "$(txn)" <"$work/question")" 400
	same "one in upper case" "$(ask "\"$(txn | tr a-f A-F)\"" <"$work/question")" 400
	same "no Idempotency-Key" "$(ask_keyless <"$work/question")" 400
	same "that of another txn" "$(ask '"5c9a1f0e-7b1d-8c3a-9f4e-2d6b8a0c1e3f"' <"$work/question")" 422
	same "a Content-Type with a parameter" \
		"$(ask '' 'Application/JSON; charset=utf-8' <"$work/question")" 200
	same "another Content-Type that begins alike" "$(ask '' application/jsonl <"$work/question")" 415
	same "another Content-Type" "$(ask '' text/plain <"$work/question")" 415
	anew
	question "$(document YES000001)" >"$work/question"
	truncate -s 16384 "$work/question" && tr '\0' ' ' <"$work/question" >"$work/padded"
	same "as long as may be" "$(ask <"$work/padded")" 200
	echo >>"$work/padded"
	same "an octet longer" "$(ask <"$work/padded")" 413
	same "another method" "$(fixture_curl "$work" $origin -o /dev/null -w '%{http_code}')" 405
	same "version 1 is not served" "$(origin=/v1/sim-sale-verifications ask <"$work/question")" 404
	same "another path" "$(fixture_curl "$work" /v2 -o /dev/null -w '%{http_code}')" 404
	echo '{' | ask >/dev/null
	holds "a refusal is a problem document" grep -qi '^content-type: application/problem+json' \
		"$work/headers"
}

# What is not in canonical form is refused, whatever it would become.
canonical() {
	local row
	for row in "document yes000001" "document YES-000001" "document YES000001<" \
		"document 123456789012345678901234567890123" "document YES000001 uzb" \
		"document YES000001 UZBK" "document YES000001 UZB 1990-02-30" \
		"document YES000001 UZB 1990-1-31" "document YES000001 UZB 1990-01-31 p" \
		"document YES000001 UZB 1990-01-31 P<" "document YES000001 UZB 1990-01-31 Visa" \
		"document C01X00T47 D 1990-01-31 P DEU" "document C01X00T47 DEU 1990-01-31 P D"; do
		# shellcheck disable=SC2086 # a subject with its arguments
		same "not canonical: $row" "$(told_anew $row)" 422
	done
	same "an unknown day of birth is a date" "$(told_anew document NEW000001 UZB 1990-00-00)" \
		"200 no not_enrolled"
}

# swapped: the last question in another order, with white space, a new nonce.
swapped() {
	draw
	question "$(document YES000001)" | jq --indent 7 '{consent, sbj, subject, purpose, nonce, txn}' | ask
}

repetition() {
	local iat jti first
	anew
	same "a yes" "$(told document YES000001)" "200 yes match"
	iat=$(claim iat) jti=$(claim jti) first=$(txn)
	ahead 890
	same "is repeated for its txn" "$(told document YES000001)" "200 yes match"
	same "with its own iat" "$(claim iat)" "$iat"
	same "but another jti" "$([ "$(claim jti)" != "$jti" ] && echo other)" other
	same "and the new nonce" "$(claim nonce)" "$(nonce)"
	same "order and white space do not count" "$(swapped) $(claim iat)" "200 $iat"
	same "another txn is decided afresh" "$(told_anew document YES000001)" "200 yes match"
	holds "at its own time" test "$(claim iat)" -ge $((iat + 890))
	again "$first"
	same "another subject under its txn is refused" "$(told document NO0000001)" 422
	same "another form, too" "$(told token yes-6)" 422
	draw
	same "another consent text, too" "$(question "$(document YES000001)" | sed s/ru-2025-01/ru-2026/ |
		ask)" 422
	same "another sbj, too" "$(question "$(document YES000001)" | sed s/AAECAw/BBECAw/ | ask)" 422
	ahead 900
	same "after 15 minutes it is decided afresh" "$(told document YES000001)" "200 yes match"
	holds "at its own time, too" test "$(claim iat)" -ge $((iat + 900))
	ahead 86380
	same "for a day its txn is for nothing else" "$(told document NO0000001)" 422
	ahead 86401
	same "and then forgotten" "$(told document NO0000001)" "200 no id_locked"
	reset
	anew
	told document BRIEF0001 >/dev/null
	iat=$(claim iat)
	ahead 31
	same "a yes is repeated no longer than it is valid" "$(told document BRIEF0001)" "200 yes match"
	holds "but decided afresh" test "$(claim iat)" -gt "$iat"
	refused
}

refused() {
	local iat first
	reset
	anew
	told document SHORT0001 >/dev/null
	iat=$(claim iat)
	same "a no is valid for a minute at least" $(($(claim exp) - iat)) 60
	ahead 55
	same "a no is repeated" "$(told document SHORT0001) $(claim iat)" "200 no id_locked $iat"
	ahead 60
	told document SHORT0001 >/dev/null
	holds "for a minute" test "$(claim iat)" -ge $((iat + 60))
	reset
	anew
	first=$(txn)
	told document YES000001 >/dev/null
	iat=$(claim iat)
	reason '"consent_missing"'
	told_anew document YES000001 >/dev/null
	reason '"technical"'
	told_anew document YES000001 >/dev/null
	again "$first"
	same "no consent and no result end no yes" "$(told document YES000001) $(claim iat)" \
		"200 yes match $iat"
	reason '"id_locked"'
	same "a no of another person does not, either" "$(sbj=BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
		told_anew document NO0000001)" "200 no id_locked"
	again "$first"
	same "and the yes is there yet" "$(told document YES000001)" "200 yes match"
	told_anew document YES000001 >/dev/null
	again "$first"
	same "a later no with its sbj ends a yes" "$(told document YES000001)" "200 no id_locked"
	reset
	reason '"technical"'
	told_anew document YES000001 >/dev/null
	reason null
	same "what could not be told is never repeated" "$(told document YES000001)" "200 yes match"
}

tokens() {
	local first iat
	same "a token" "$(told_anew both yes-2 YES000001)" "200 yes match"
	iat=$(claim iat) first=$(txn)
	same "the question asked again may use it" "$(told both yes-2 YES000001) $(claim iat)" \
		"200 yes match $iat"
	same "with another document's digest it does not fit" "$(told both yes-2 NO0000001)" \
		"200 undetermined document_mismatch"
	same "which is no end of what was decided" "$(told both yes-2 YES000001) $(claim iat)" \
		"200 yes match $iat"
	same "under another txn it is spent" "$(told_anew both yes-2 YES000001)" \
		"200 undetermined token_used"
	again "$first"
	ahead 901
	same "under its own as well, once the decision is no longer repeated" \
		"$(told both yes-2 YES000001)" "200 undetermined token_used"
	reset
	same "a no about the person spends it" "$(told_anew token no-1)" "200 no id_locked"
	same "for other questions" "$(told_anew token no-1)" "200 undetermined token_used"
	reason '"consent_missing"'
	same "no consent leaves it" "$(told_anew token yes-3)" "200 no consent_missing"
	same "repeated, it is no try" "$(told token yes-3)" "200 no consent_missing"
	reason '"technical"'
	same "no result leaves it" "$(told_anew token yes-3)" "200 undetermined technical"
	fixture_fault "$work" http-500
	same "a failure is no try" "$(told_anew token yes-3)" 500
	fixture_fault "$work" null
	same "no result again" "$(told token yes-3)" "200 undetermined technical"
	reason null
	same "after three tries it is used up" "$(told_anew token yes-3)" "200 undetermined token_used"
	reason '"not_enrolled"'
	same "nobody on record" "$(told_anew both yes-7 YES000001)" "200 no not_enrolled"
	same "is repeated whatever the document" "$(told both yes-7 NO0000001)" "200 no not_enrolled"
	reason null
}

pending() {
	local first
	same "a capture under way" "$(told_anew token late-1)" 202
	first=$(txn)
	holds "says when to ask again" grep -qi '^retry-after: 2' "$work/headers"
	holds "and has no body" test ! -s "$work/body"
	same "its token under another txn" "$(told_anew token late-1)" 409
	holds "says when, too" grep -qi '^retry-after: 1' "$work/headers"
	same "another one of the same person" "$(told_anew document NEW000001)" "200 no not_enrolled"
	same "the other form of question" "$(told_anew both late-1 LATE00001)" 409
	again "$first"
	ahead 2
	same "and is decided then" "$(told token late-1)" "200 yes match"
	same "its token is spent" "$(told_anew token late-1)" "200 undetermined token_used"
	same "a capture whose asker has gone" "$(told_anew token late-2)" 202
	first=$(txn)
	ahead 10
	same "is decided all the same" "$(told_anew token late-2)" "200 undetermined token_used"
	again "$first"
	same "and told when the asker comes back" "$(told token late-2)" "200 yes match"
	reason '"consent_missing"'
	same "without consent nobody looks" "$(told_anew document LATE00001)" "200 no consent_missing"
}

guesses() {
	local day
	for day in 01 02 03; do
		same "a guess at the day of birth" "$(told_anew document YES000001 UZB 1990-02-$day)" \
			"200 undetermined document_mismatch"
	done
	same "after three there are no more" "$(told_anew document YES000001 UZB 1990-02-04)" \
		"200 undetermined technical"
	same "not even a right one" "$(told_anew document YES000001)" "200 undetermined technical"
	same "of that document" "$(told_anew document NO0000001)" "200 no id_locked"
	ahead 3601
	same "for an hour" "$(told_anew document YES000001)" "200 yes match"
	for day in 01 02; do
		same "a guess with a token" "$(told_anew both yes-8 YES000001 1990-02-$day)" \
			"200 undetermined document_mismatch"
	done
	same "fits at last" "$(told_anew both yes-8 YES000001)" "200 yes match"
}

# What the page shows is what it says, and what is served.
examples() {
	local example key api=tests/system/openapi.py
	if ! python3 -c 'import jsonschema, yaml' 2>/dev/null; then
		ok "the contract's examples # SKIP no python3-jsonschema, python3-yaml"
		return
	fi
	# shellcheck disable=SC2046 # names
	holds "every example of the contract is what its schema says" $api check \
		$("$sandbox" --help | sed -n '/^Faults/,/^Exit/p' | awk '/^  / { print $1 }')
	for example in document token token+document; do
		$api question $example >"$work/example"
		key=$(jq .txn "$work/example")
		same "the contract's example of a $example" "$(ask "$key" <"$work/example")" 200
		holds "a $example: the claims are what the contract says" says_claims
	done
	$api keys >"$work/keys"
	holds "the contract's example of an answer stands" eval '
		{ $api answer && jq -r .sbj "$work/example"; } | "$ctl" verify --jwks "$work/keys" \
			--issuer https://id.example --audience operator-example --form token+document \
			--txn "$(jq -r .txn "$work/example")" --nonce "$(jq -r .nonce "$work/example")" \
			--at "$($api answer | cut -d. -f2 | tr _- /+ | base64 -d 2>/dev/null | jq .iat)"'
	holds "the key set is what it says" eval \
		'fixture_curl "$work" /.well-known/jwks.json | $api says KeySet'
	echo '{' | ask >/dev/null
	holds "a problem is what it says" eval '$api says Problem <"$work/body"'
}
says_claims() { payload | tests/system/openapi.py says AnswerClaims; }
