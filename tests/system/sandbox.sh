#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox.sh - migrantid-sandbox serves the contract of docs/openapi.yaml, as seen by curl.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/stand.sh
. tests/system/tap.sh
. tests/system/sandbox_start.sh

work=$(mktemp -d)
trap 'stand_stop "$work"; rm -rf "$work"' EXIT
sandbox=$stand_build/src/tools/sandbox/migrantid-sandbox
ctl=$stand_build/src/tools/ctl/migrantidctl
nonce=kGJ3sWbYtq0wYc1sF5m9Ag
sbj=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8

cat >"$work/people.json" <<'EOF'
{ "people": [
	{ "document": { "type": "P", "issuer": "UZB", "number": "YES000001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31", "token": "token-of-yes",
	  "result": "yes", "reason": "match" },
	{ "document": { "type": "P", "issuer": "UZB", "number": "NO0000001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "no", "reason": "id_locked" },
	{ "document": { "type": "P", "issuer": "UZB", "number": "LATE00001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "pending_ms": 1200 },
	{ "document": { "type": "P", "issuer": "UZB", "number": "SLOW00001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "delay_ms": 700 },
	{ "document": { "type": "P", "issuer": "UZB", "number": "HANG00001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "fault": "hang" },
	{ "document": { "type": "P", "issuer": "UZB", "number": "LORIS0001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "fault": "slow-loris" },
	{ "document": { "type": "P", "issuer": "UZB", "number": "ENDLESS01" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "fault": "endless" } ] }
EOF

# The txn of the question now asked, which subshells have to know, too; anew: another one.
txn() { cat "$work/txn"; }
anew() {
	local number
	number=$(($(cut -c1-8 "$work/txn") + 1))
	printf '%08d-7b1d-8c3a-9f4e-2d6b8a0c1e3f' $number >"$work/txn"
}
echo 10000000-7b1d-8c3a-9f4e-2d6b8a0c1e3f >"$work/txn"

question() {
	printf '{"txn":"%s","nonce":"%s","purpose":"sim-sale","subject":{"document":{"type":"P",
"issuer":"UZB","number":"%s"},"nationality":"UZB","date_of_birth":"1990-01-31"},"sbj":"%s",
"consent":{"given":true,"text":"ru-2025-01"}}' "$(txn)" "$nonce" "$1" "$sbj"
}

# ask [KEY [CONTENT-TYPE]]: the question on standard input; prints the status, leaves the body.
ask() {
	: >"$work/body"
	stand_curl "$work" /v1/sim-sale-verifications \
		-H "Content-Type: ${2:-application/json}" -H "Idempotency-Key: ${1:-\"$(txn)\"}" \
		-D "$work/headers" -o "$work/body" -w '%{http_code}' --data-binary @- --max-time 3 \
		2>"$work/error"
}

ask_keyless() {
	stand_curl "$work" /v1/sim-sale-verifications -H "Content-Type: application/json" \
		-o /dev/null -w '%{http_code}' --data-binary @-
}

# ask_about NUMBER: a question that was not asked before.
ask_about() {
	anew
	question "$1" | ask
}

with_token() {
	question X | tr -d '\n' | sed 's/"subject":.*"sbj"/"subject":{"token":"'"$1"'"},"sbj"/'
}

payload() {
	local part
	part=$(cut -d. -f2 "$work/body" | tr '_-' '/+')
	while [ $((${#part} % 4)) != 0 ]; do part+='='; done
	base64 -d <<<"$part"
}

decision() { payload | jq -r '.sim_sale | .result + " " + .reason'; }

verify() {
	printf '%s\n%s\n' "$(cat "$work/body")" "$sbj" | "$ctl" verify --jwks "$work/sandbox/jwks.json" \
		--issuer https://id.sandbox.example --audience operator-example --txn "$(txn)" \
		--nonce "$nonce"
}

files() {
	local kept
	for file in ca.key client.key server.key signing.key; do
		same "$file is for its owner alone" "$(stat -c %a "$work/sandbox/$file")" 600
	done
	kept=$(cat "$work"/sandbox/*.pem "$work"/sandbox/*.key "$work/sandbox/jwks.json" | cksum)
	stand_stop "$work"
	stand_sandbox "$work" "$work/people.json"
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

decisions() {
	same "somebody known" "$(ask_about YES000001) $(decision)" "200 yes match"
	holds "signed as the contract wants it" verify
	same "again, the same" "$(question YES000001 | ask) $(decision)" "200 yes match"
	same "another question with its key is refused" "$(question NO0000001 | ask)" 422
	same "somebody locked" "$(ask_about NO0000001) $(decision)" "200 no id_locked"
	holds "signed, too" verify
	same "somebody unknown" "$(ask_about NEW000001) $(decision)" "200 no not_enrolled"
	anew
	same "a token" "$(with_token token-of-yes | ask)" 200
	same "stands for its person" "$(decision)" "yes match"
	same "the question asked again may use it" "$(with_token token-of-yes | ask) $(decision)" \
		"200 yes match"
	anew
	same "another may not" "$(with_token token-of-yes | ask) $(decision)" \
		"200 no document_invalid"
	same "another token under the same key is refused" "$(with_token token-of-none | ask)" 422
	anew
	same "a token of nobody" "$(with_token token-of-none | ask) $(decision)" "200 no not_enrolled"
	anew
	same "no consent" "$(question YES000001 | sed 's/"given":true/"given":false/' | ask) \
$(decision)" "200 no consent_missing"
	anew
	same "a document of the same first letter" "$(question YES000001 |
		sed 's/"type":"P"/"type":"PA"/' | ask) $(decision)" "200 yes match"
	anew
	same "another day of birth" "$(question YES000001 | sed 's/1990-01-31/1990-01-30/' | ask) \
$(decision)" "200 no not_enrolled"
	same "the log says what was decided" "$(sed -n '2s/^question [0-9]*: //p' \
		"$work/sandbox.log")" \
		"status 200, result yes, reason match, fault none, after 0 ms"
	same "a capture under way" "$(ask_about LATE00001)" 202
	holds "says when to ask again" grep -qi '^retry-after: 2' "$work/headers"
	sleep 1.5
	same "and is decided then" "$(question LATE00001 | ask) $(decision)" "200 yes match"
}

# What must not be taken for a question: sed command, status.
strictness() {
	local row
	while IFS='|' read -r what change status; do
		anew
		same "$what" "$(question YES000001 | tr -d '\n' | sed "$change" | ask)" "$status"
		fails "$what: the refusal repeats nothing" grep -q YES000001 "$work/body"
	done <<-'END'
		not JSON|s/^{//|400
		a member twice|s/"purpose"/"nonce":"x","purpose"/|400
		a member missing|s/"purpose":"sim-sale",//|422
		a member more|s/"purpose"/"photo":"x","purpose"/|422
		another purpose|s/sim-sale/sim-swap/|422
		a short nonce|s/kGJ3sWbYtq0wYc1sF5m9Ag/kGJ3/|422
		a nonce of stray bits|s/kGJ3sWbYtq0wYc1sF5m9Ag/kGJ3sWbYtq0wYc1sF5m9Ah/|422
		a short sbj|s/AAECAwQFBgcICQ/AAECAw/|422
		a txn that is none|s/-7b1d-/-7b1-d/|422
		both a token and a document|s/"subject":{/"subject":{"token":"x",/|422
		a document and no birth|s/,"date_of_birth":"1990-01-31"//|422
		a number in the document|s/"number":"YES000001"/"number":1/|422
		consent in words|s/"given":true/"given":"true"/|422
		more behind the end|s/$/{}/|400
	END
	anew
	same "another Idempotency-Key" "$(question YES000001 | ask '"x"')" 400
	same "no Idempotency-Key" "$(question YES000001 | ask_keyless)" 400
	same "a Content-Type with a parameter" "$(question YES000001 |
		ask '' 'Application/JSON; charset=utf-8')" 200
	anew
	same "another Content-Type that begins alike" "$(question YES000001 |
		ask '' application/jsonl)" 415
	same "another Content-Type" "$(question YES000001 | ask '' text/plain)" 415
	same "too long a body" "$(head -c 17000 /dev/zero | tr '\0' ' ' | ask)" 413
	same "another method" "$(stand_curl "$work" /v1/sim-sale-verifications -o /dev/null \
		-w '%{http_code}')" 405
	same "another path" "$(stand_curl "$work" /v2 -o /dev/null -w '%{http_code}')" 404
	echo '{' | ask >/dev/null
	holds "a refusal is a problem document" grep -qi '^content-type: application/problem+json' \
		"$work/headers"
}

# The contract's own examples are questions.
examples() {
	local example key
	if ! python3 -c 'import yaml' 2>/dev/null; then
		ok "the contract's examples # SKIP no python3-yaml"
		return
	fi
	for example in document token; do
		python3 -c 'import json, sys, yaml
post = yaml.safe_load(open("docs/openapi.yaml"))["paths"]["/v1/sim-sale-verifications"]["post"]
print(json.dumps(post["requestBody"]["content"]["application/json"]["examples"][sys.argv[1]]["value"]))' \
			$example >"$work/example"
		key=$(jq .txn "$work/example")
		same "the contract's example of a $example" "$(ask "$key" <"$work/example")" 200
	done
}

# Each fault as curl sees it: the status, and that no answer can be believed.
faults() {
	local name want
	for name in $("$sandbox" --help | sed -n '/^Faults/,/^Exit/p' | awk '/^  / { print $1 }'); do
		stand_fault "$work" "$name"
		case $name in
		hang | reset) want=000 ;;
		http-*) want=${name#http-} ;;
		in-progress) want=409 ;;
		*) want=200 ;;
		esac
		same "$name: the status" "$(ask_about YES000001)" "$want"
		case $name in
		# What is signed rightly and says that it could not tell.
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
	stand_fault "$work" in-progress
	ask_about YES000001 >/dev/null
	same "in-progress: the answer when asked again" "$(question YES000001 | ask) $(decision)" \
		"200 yes match"
	stand_fault "$work" null
	same "without a fault all is well" "$(ask_about YES000001)" 200
	holds "and can be believed" whole_and_right
	same "an unknown fault is refused" "$(stand_curl "$work" /sandbox/faults --data \
		'{"fault":"none-such"}' -o /dev/null -w '%{http_code}')" 422
}

# The last answer came to its end, and passes every check.
whole_and_right() { [ ! -s "$work/error" ] && verify; }

verbs() {
	local before
	stand_curl "$work" /sandbox/reset --data '' >/dev/null
	ask_about YES000001 >/dev/null
	same "questions are counted" "$(stand_questions "$work")" 1
	stand_fault "$work" http-500
	stand_curl "$work" /sandbox/reset --data '' >/dev/null
	same "a reset begins anew" "$(stand_questions "$work")" 0
	same "without a fault" "$(ask_about YES000001)" 200
	before=$(jq -r '.keys[0].kid' "$work/sandbox/jwks.json")
	stand_curl "$work" /sandbox/rotate --data '{}' >/dev/null
	same "a rotation keeps the old key" "$(jq -r '.keys[1].kid' "$work/sandbox/jwks.json")" "$before"
	same "over HTTPS, too" "$(stand_curl "$work" /.well-known/jwks.json | jq '.keys | length')" 2
	ask_about YES000001 >/dev/null
	holds "and signs with the new one" verify
	stand_curl "$work" /sandbox/rotate --data '{"keep_old": false}' >/dev/null
	same "unless it is not wanted" "$(jq '.keys | length' "$work/sandbox/jwks.json")" 1
}

# in_background NUMBER: somebody asks and waits; the pid in $pids.
in_background() {
	anew
	question "$1" >"$work/waiting.$(txn)"
	stand_curl "$work" /v1/sim-sale-verifications -H 'Content-Type: application/json' \
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
	stand_sandbox "$work" "$work/people.json"
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
	fails "its own words name nobody" grep -qE 'YES0|NO00|LATE|WHO0|1990|token-of' \
		"$work/sandbox.log"
	fails "and nothing else" grep -qvE '^(migrantid-sandbox: http|question [0-9]+: status )' \
		"$work/sandbox.log"
}

calls
wrong_people
stand_sandbox "$work" "$work/people.json" || not_ok "it starts" "$work/sandbox.log"
for part in files damaged_folder decisions strictness examples faults verbs waiting; do $part; done
exit $tap_status
