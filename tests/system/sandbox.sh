#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox.sh - migrantid-sandbox serves the contract of docs/openapi.yaml, as seen by curl.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/tap.sh
. tests/system/sandbox_start.sh
. tests/system/sandbox_contract.sh
. tests/system/sandbox_cards.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
sandbox=$fixture_build/src/tools/sandbox/migrantid-sandbox
ctl=$fixture_build/src/tools/ctl/migrantidctl
sbj=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8
origin=/v2/sim-sale-verifications

# somebody NUMBER RESULT REASON [MORE]: an entry of the people file.
somebody() {
	printf '{ "document": { "type": "P", "issuer": "UZB", "number": "%s" },
	"nationality": "UZB", "date_of_birth": "1990-01-31",
	"result": "%s", "reason": "%s"%s }' "$1" "$2" "$3" "${4:+, $4}"
}

cat >"$work/people.json" <<EOF
{ "people": [
	$(somebody YES000001 yes match '"token": "token-of-yes", "tokens": [ "yes-2", "yes-3",
		"yes-4", "yes-5", "yes-6", "yes-7", "yes-8" ], "documents": [
		{ "document": { "type": "residence-permit", "issuer": "RUS", "number": "821234567" },
		  "nationality": "UZB", "date_of_birth": "1990-01-31" },
		{ "document": { "type": "P", "issuer": "UZB", "number": "OLD000001" },
		  "nationality": "UZB", "date_of_birth": "1990-01-31", "invalid": true } ]'),
	$(somebody NO0000001 no id_locked '"tokens": [ "no-1", "no-2" ]'),
	$(somebody NOMATCH01 no no_match '"tokens": [ "no-match-1", "no-match-2" ]'),
	$(somebody BADDOC001 no document_invalid '"tokens": [ "bad-1", "bad-2" ]'),
	$(somebody NOBODY001 no not_enrolled '"tokens": [ "nobody-1", "nobody-2" ]'),
	$(somebody BLOCKED01 no id_blocked '"tokens": [ "blocked-1" ]'),
	$(somebody SOON00001 no too_soon '"tokens": [ "soon-1" ]'),
	$(somebody UNSURE001 undetermined technical '"tokens": [ "unsure-1" ]'),
	$(somebody NOTEXT001 no consent_missing '"tokens": [ "no-text-1" ]'),
	$(somebody SHORT0001 no id_locked '"valid_for": 1'),
	$(somebody BRIEF0001 yes match '"valid_for": 30'),
	$(somebody LATE00001 yes match '"pending_ms": 1200, "tokens": [ "late-1", "late-2" ]'),
	$(somebody SLOW00001 yes match '"delay_ms": 700'),
	$(somebody HANG00001 yes match '"fault": "hang"'),
	$(somebody LORIS0001 yes match '"fault": "slow-loris"'),
	$(somebody ENDLESS01 yes match '"fault": "endless"') ] }
EOF

# The txn and the nonce of the question now asked, which subshells have to know, too; anew: a txn
# that was never used; again: one that was. A nonce is drawn for each request.
txn() { cat "$work/txn"; }
nonce() { cat "$work/nonce"; }
anew() {
	local number
	number=$(($(cat "$work/number") + 1))
	echo $number >"$work/number"
	printf '%08d-7b1d-8c3a-9f4e-2d6b8a0c1e3f' $number >"$work/txn"
}
again() { echo "$1" >"$work/txn"; }
echo 10000000 >"$work/number"
b64u() { basenc --base64url | tr -d '=\n'; }
draw() { head -c 16 /dev/urandom | b64u >"$work/nonce"; }

# document NUMBER [NATIONALITY BIRTH [TYPE ISSUER]], token TOKEN: a subject.
document() {
	printf '{"document":{"type":"%s","issuer":"%s","number":"%s"},' "${4:-P}" "${5:-UZB}" "$1"
	printf '"nationality":"%s","date_of_birth":"%s"}' "${2:-UZB}" "${3:-1990-01-31}"
}
token() { printf '{"token":"%s"}' "$1"; }

# prefixed FIELD..: each behind its length in two octets.
prefixed() {
	local field
	for field in "$@"; do
		# shellcheck disable=SC2059 # octets
		printf "\\x$(printf %02x $((${#field} >> 8)))\\x$(printf %02x $((${#field} & 255)))"
		printf %s "$field"
	done
}

# both TOKEN NUMBER [BIRTH [TYPE ISSUER]]: a token with the digest of a document under this nonce,
# made by OpenSSL. TYPE as it counts: of a code one letter.
both() {
	local key digest
	key=$(printf '%s==' "$(nonce)" | basenc -d --base64url | od -An -tx1 | tr -d ' \n')
	digest=$(prefixed migrantid-document-1 "${4:-P}" "${5:-UZB}" "$2" UZB "${3:-1990-01-31}" |
		openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | b64u)
	printf '{"token":"%s","document_digest":"%s"}' "$1" "$digest"
}

# question SUBJECT: with the txn and the nonce as they are.
question() {
	printf '{"txn":"%s","nonce":"%s","purpose":"sim-sale","subject":%s,"sbj":"%s",' "$(txn)" \
		"$(nonce)" "$1" "$sbj"
	printf '"consent":{"given":true,"text":"ru-2025-01"}}'
}

# ask [KEY [CONTENT-TYPE]]: the question on standard input; prints the status, leaves the body.
ask() {
	: >"$work/body"
	fixture_curl "$work" $origin -H "Content-Type: ${2:-application/json}" \
		-H "Idempotency-Key: ${1:-\"$(txn)\"}" -D "$work/headers" -o "$work/body" \
		-w '%{http_code}' --data-binary @- --max-time 3 2>"$work/error"
}

ask_keyless() {
	fixture_curl "$work" $origin -H "Content-Type: application/json" -o /dev/null \
		-w '%{http_code}' --data-binary @-
}

# told SUBJECT-COMMAND..: with a fresh nonce; the status, and what was said.
told() {
	local status
	draw
	status=$(question "$("$@")" | ask)
	[ "$status" != 200 ] || status+=" $(decision)"
	echo "$status"
}

# told_anew: the same under another txn.
told_anew() {
	anew
	told "$@"
}

# ask_about NUMBER: a document that was not asked about before; the status.
ask_about() {
	anew
	draw
	question "$(document "$1")" | ask
}

payload() {
	local part
	part=$(cut -d. -f2 "$work/body" | tr '_-' '/+')
	while [ $((${#part} % 4)) != 0 ]; do part+='='; done
	base64 -d <<<"$part"
}

claim() { payload | jq -r ".$1"; }
decision() { payload | jq -r '.sim_sale | .result + " " + .reason'; }

# steer WHAT JSON: one of the addresses by which the sandbox is steered.
steer() { fixture_curl "$work" "/sandbox/$1" --data "$2"; }
ahead() { steer clock "{\"offset\": $1}" >/dev/null; }
reason() { steer reason "{\"reason\": $1}" >/dev/null; }
reset() { steer reset '' >/dev/null; }

# verify [FORM]: by the server's own checks.
verify() {
	printf '%s\n%s\n' "$(cat "$work/body")" "$sbj" | "$ctl" verify --jwks "$work/sandbox/jwks.json" \
		--issuer https://id.sandbox.example --audience operator-example --txn "$(txn)" \
		--nonce "$(nonce)" --form "${1:-document}"
}

files() {
	local kept
	for file in ca.key client.key server.key signing.key; do
		same "$file is for its owner alone" "$(stat -c %a "$work/sandbox/$file")" 600
	done
	kept=$(cat "$work"/sandbox/*.pem "$work"/sandbox/*.key "$work/sandbox/jwks.json" | cksum)
	fixture_stop "$work"
	fixture_sandbox "$work" "$work/people.json"
	same "a second start keeps them" "$kept" \
		"$(cat "$work"/sandbox/*.pem "$work"/sandbox/*.key "$work/sandbox/jwks.json" | cksum)"
	same "without a client certificate nothing is served" "$(curl --silent --cacert \
		"$work/sandbox/ca.pem" -o /dev/null -w '%{http_code}' \
		"$(cat "$work/sandbox.url")/sandbox/questions")" 401
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other \
		-days 2 -keyout "$work/other.key" -out "$work/other.pem" 2>/dev/null
	same "nor with another CA's" "$(curl --silent --cacert "$work/sandbox/ca.pem" --cert \
		"$work/other.pem" --key "$work/other.key" -o /dev/null -w '%{http_code}' \
		"$(cat "$work/sandbox.url")/sandbox/questions")" 401
}

# Each fault as curl sees it: the status, and that no answer can be believed.
faults() {
	local name want
	for name in $("$sandbox" --help | sed -n '/^Faults/,/^Exit/p' | awk '/^  / { print $1 }'); do
		fixture_fault "$work" "$name"
		case $name in
		hang | reset | frozen-connection) want=000 ;;
		http-*) want=${name#http-} ;;
		in-progress) want=409 ;;
		*) want=200 ;;
		esac
		same "$name: the status" "$(ask_about YES000001)" "$want"
		case $name in
		# What is signed rightly and says that it could not tell, or what it should.
		old-answer) holds "$name: nothing wrong while no refusal came" whole_and_right ;;
		undetermined) same "$name: the decision" "$(decision)" "undetermined technical" ;;
		*) fails "$name: nothing to be believed" whole_and_right ;;
		esac
		case $name in
		http-409 | http-429 | http-503 | in-progress)
			holds "$name: says when to ask again" grep -qi \
				"^retry-after: $([ "$want" = 409 ] && echo 1 || echo 2)" "$work/headers"
			;;
		esac
	done
	fixture_fault "$work" in-progress
	ask_about YES000001 >/dev/null
	same "in-progress: the answer when asked again" "$(told document YES000001)" "200 yes match"
	fixture_fault "$work" frozen-connection
	frozen
	fixture_fault "$work" old-nonce
	anew
	told document YES000001 >/dev/null
	told document YES000001 >/dev/null
	fails "old-nonce: when asked again, too" whole_and_right
	old_answer
	fixture_fault "$work" null
	same "without a fault all is well" "$(ask_about YES000001)" 200
	holds "and can be believed" whole_and_right
	same "an unknown fault is refused" "$(fixture_curl "$work" /sandbox/faults --data \
		'{"fault":"none-such"}' -o /dev/null -w '%{http_code}')" 422
}

# Asked again on the connection where it came first, never; on another one, at once.
frozen() {
	anew
	draw
	question "$(document YES000001)" >"$work/first"
	fixture_curl "$work" $origin -H 'Content-Type: application/json' -H \
		"Idempotency-Key: \"$(txn)\"" --data-binary "@$work/first" --max-time 1 2>/dev/null
	same "frozen-connection: it stays open and says nothing" $? 28
	same "frozen-connection: the same question on another one" "$(told document YES000001)" \
		"200 yes match"
}

# A yes, then a no about the same person; the yes again under its txn.
old_answer() {
	local first
	reset
	anew
	first=$(txn)
	told document YES000001 >/dev/null
	reason '"id_blocked"'
	told_anew document YES000001 >/dev/null
	reason null
	again "$first"
	fixture_fault "$work" old-answer
	ahead 2
	same "old-answer: the yes comes although a no came after it" "$(told document YES000001)" \
		"200 yes match"
	holds "old-answer: of the time before it" test "$(claim iat)" -lt "$(($(date +%s) + 2))"
	fixture_fault "$work" null
	reason '"too_soon"'
	same "without the fault it is decided afresh" "$(told document YES000001)" "200 no too_soon"
	reset
}

# The last answer came to its end, and passes every check.
whole_and_right() { [ ! -s "$work/error" ] && verify document; }

verbs() {
	local before algorithm
	reset
	ask_about YES000001 >/dev/null
	same "questions are counted" "$(fixture_questions "$work")" 1
	fixture_fault "$work" http-500
	reset
	same "a reset begins anew" "$(fixture_questions "$work")" 0
	same "without a fault" "$(ask_about YES000001)" 200
	before=$(jq -r '.keys[0].kid' "$work/sandbox/jwks.json")
	steer rotate '{}' >/dev/null
	same "a rotation keeps the old key" "$(jq -r '.keys[1].kid' "$work/sandbox/jwks.json")" "$before"
	same "over HTTPS, too" "$(fixture_curl "$work" /.well-known/jwks.json | jq '.keys | length')" 2
	ask_about YES000001 >/dev/null
	holds "and signs with the new one" verify
	steer rotate '{"keep_old": false}' >/dev/null
	same "unless it is not wanted" "$(jq '.keys | length' "$work/sandbox/jwks.json")" 1
	for algorithm in PS256 Ed25519 ES256; do
		steer rotate "{\"algorithm\": \"$algorithm\"}" >/dev/null
		ask_about YES000001 >/dev/null
		holds "a key of $algorithm" test "$(cut -d. -f1 "$work/body" | tr _- /+ |
			base64 -d 2>/dev/null | jq -r .alg)" = $algorithm
		holds "$algorithm: the answer stands" verify
		fixture_fault "$work" bad-signature
		ask_about YES000001 >/dev/null
		fails "$algorithm: a stranger's does not" verify
		fixture_fault "$work" null
	done
	same "another algorithm is refused" "$(steer rotate '{"algorithm": "RS256"}' -o /dev/null |
		jq .status)" 422
	same "the clock can be moved" "$(($(steer clock '{"offset": 86400}' | jq .now) - $(date +%s) > 86390))" 1
	ask_about YES000001 >/dev/null
	holds "and answers are of its time" test "$(claim iat)" -gt "$(($(date +%s) + 86390))"
	same "a reset puts it right" "$(reset; ask_about YES000001)" 200
	holds "for answers, too" verify
	reason '"id_locked"'
	same "a reason for everybody" "$(told_anew document YES000001)" "200 no id_locked"
	reason null
	same "until it is taken away" "$(told_anew document YES000001)" "200 yes match"
	same "an unknown one is refused" "$(steer reason '{"reason": "why"}' | jq .status)" 422
}

# in_background NUMBER: somebody asks and waits; the pid in $pids.
in_background() {
	anew
	draw
	question "$(document "$1")" >"$work/waiting.$(txn)"
	fixture_curl "$work" $origin -H 'Content-Type: application/json' \
		-H "Idempotency-Key: \"$(txn)\"" --data-binary "@$work/waiting.$(txn)" \
		--limit-rate 1k -o /dev/null 2>/dev/null &
	pids+=($!)
}

# Those who wait hold up nobody, nor the end.
waiting() {
	local began pids=()
	for _ in $(seq 60); do in_background HANG00001; done
	sleep 0.5
	began=$(date +%s%N)
	same "sixty who hang hold up nobody" "$(ask_about YES000001)" 200
	holds "not for half a second" test $((($(date +%s%N) - began) / 1000000)) -lt 500
	began=$(date +%s%N)
	same "a delay" "$(ask_about SLOW00001)" 200
	holds "is as long as it was set" test $((($(date +%s%N) - began) / 1000000)) -ge 700
	for _ in $(seq 10); do
		in_background LORIS0001
		in_background ENDLESS01
	done
	sleep 0.5
	ends TERM
	kill "${pids[@]}" 2>/dev/null
	wait "${pids[@]}" 2>/dev/null
	fixture_sandbox "$work" "$work/people.json"
	ends INT
}

# ends SIGNAL: well, within a second, whoever waits.
ends() {
	local began pid status=0
	pid=$(cat "$work/sandbox.pid")
	began=$(date +%s%N)
	kill -s "$1" "$pid"
	wait "$pid" || status=$?
	holds "SIG$1: it ends within a second" test $((($(date +%s%N) - began) / 1000000)) -lt 1000
	same "SIG$1: and well" "$status" 0
	rm -f "$work/sandbox.pid"
	fails "its own words name nobody" grep -qE 'YES0|NO00|LATE|WHO0|1990|token-of|yes-[0-9]' \
		"$work/sandbox.log"
	fails "and nothing else" grep -qvE '^(migrantid-sandbox: http|question [0-9]+: status )' \
		"$work/sandbox.log"
}

calls
wrong_people
fixture_sandbox "$work" "$work/people.json" || not_ok "it starts" "$work/sandbox.log"
for part in files damaged_folder other_keys cards forms reasons strictness canonical repetition tokens pending \
	guesses examples faults verbs waiting; do
	reset
	$part
done
exit $tap_status
