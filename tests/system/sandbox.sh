#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox.sh - migrantid-sandbox serves the contract of docs/openapi.yaml, as seen by curl.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/stand.sh
. tests/system/tap.sh

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
	  "result": "yes", "reason": "match", "fault": "hang" } ] }
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

# ask_about NUMBER: a question that was not asked before.
ask_about() {
	anew
	question "$1" | ask
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

calls() {
	local status=0
	"$sandbox" --help >"$work/help" || status=1
	same "--help ends well" "$status" 0
	holds "and lists the faults" grep -q 'bad-signature' "$work/help"
	status=0
	"$sandbox" --colour red >/dev/null 2>&1 || status=$?
	same "an unknown option is wrong usage" "$status" 2
	status=0
	"$sandbox" >/dev/null 2>&1 || status=$?
	same "so is no people file" "$status" 2
	echo '{"people": [ {"colour": 1} ]}' >"$work/wrong.json"
	status=0
	"$sandbox" --people "$work/wrong.json" --state "$work/none" >"$work/said" 2>&1 || status=$?
	same "a wrong people file is refused" "$status" 1
	holds "by name, with what is wrong" grep -q 'wrong.json: person 1: .*colour' "$work/said"
	printf '{\n"people": [,]}' >"$work/wrong.json"
	"$sandbox" --people "$work/wrong.json" --state "$work/none" >"$work/said" 2>&1
	holds "and by line, where it is no JSON" grep -q 'wrong.json:2' "$work/said"
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
	same "a token" "$(question X | tr -d '\n' |
		sed 's/"subject":.*"sbj"/"subject":{"token":"token-of-yes"},"sbj"/' | ask)" 200
	same "stands for its person" "$(decision)" "yes match"
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
	END
	anew
	same "another Idempotency-Key" "$(question YES000001 | ask '"x"')" 400
	same "another Content-Type" "$(question YES000001 | ask '' text/plain)" 415
	same "too long a body" "$(head -c 17000 /dev/zero | tr '\0' ' ' | ask)" 413
	same "another method" "$(stand_curl "$work" /v1/sim-sale-verifications -o /dev/null \
		-w '%{http_code}')" 405
	same "another path" "$(stand_curl "$work" /v2 -o /dev/null -w '%{http_code}')" 404
	echo '{' | ask >/dev/null
	holds "a refusal is a problem document" grep -qi '^content-type: application/problem+json' \
		"$work/headers"
}

# Each fault as curl sees it: the status, and that no answer can be believed.
faults() {
	local name want
	for name in $("$sandbox" --help | sed -n '/^Faults/,/^Exit/p' | awk '/^  / { print $1 }'); do
		stand_fault "$work" "$name"
		case $name in
		hang | reset) want=000 ;;
		http-*) want=${name#http-} ;;
		*) want=200 ;;
		esac
		same "$name: the status" "$(ask_about YES000001)" "$want"
		case $name in
		# What is signed rightly and says that it could not tell.
		undetermined) same "$name: the decision" "$(decision)" "undetermined technical" ;;
		*) fails "$name: nothing to be believed" whole_and_right ;;
		esac
	done
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
	before=$(jq -r '.keys[0].kid' "$work/sandbox/jwks.json")
	stand_curl "$work" /sandbox/rotate --data '{}' >/dev/null
	same "a rotation keeps the old key" "$(jq -r '.keys[1].kid' "$work/sandbox/jwks.json")" "$before"
	same "over HTTPS, too" "$(stand_curl "$work" /.well-known/jwks.json | jq '.keys | length')" 2
	ask_about YES000001 >/dev/null
	holds "and signs with the new one" verify
	stand_curl "$work" /sandbox/rotate --data '{"keep_old": false}' >/dev/null
	same "unless it is not wanted" "$(jq '.keys | length' "$work/sandbox/jwks.json")" 1
}

# Those who wait hold up nobody, nor the end.
waiting() {
	local began i pids=()
	stand_fault "$work" null
	for i in $(seq 60); do
		anew
		question HANG00001 | sed "s/\n//" >"$work/hang.$i"
		stand_curl "$work" /v1/sim-sale-verifications -H 'Content-Type: application/json' \
			-H "Idempotency-Key: \"$(txn)\"" --data-binary "@$work/hang.$i" \
			>/dev/null 2>&1 &
		pids+=($!)
	done
	sleep 0.5
	began=$(date +%s%N)
	same "sixty who hang hold up nobody" "$(ask_about YES000001)" 200
	holds "not for half a second" test $((($(date +%s%N) - began) / 1000000)) -lt 500
	began=$(date +%s%N)
	same "a delay" "$(ask_about SLOW00001)" 200
	holds "is as long as it was set" test $((($(date +%s%N) - began) / 1000000)) -ge 700
	began=$(date +%s%N)
	stand_stop "$work"
	holds "it ends at once" test $((($(date +%s%N) - began) / 1000000)) -lt 1500
	kill "${pids[@]}" 2>/dev/null
	wait "${pids[@]}" 2>/dev/null
}

calls
stand_sandbox "$work" "$work/people.json" || not_ok "it starts" "$work/sandbox.log"
for part in files decisions strictness faults verbs waiting; do $part; done
fails "its own words name nobody" grep -qE 'YES000001|NO0000001|1990' "$work/sandbox.log"
exit $tap_status
