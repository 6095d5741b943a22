#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# soak.sh - sales for half an hour while faults come and go, called by ./dev soak [--minutes N].
# What must hold: every sale has a reply, the server's log has a line for each reply, and memory and
# descriptors are at the end what they were once all had been in use. What is kept of answers has
# little room here, so that it is full in the first minutes.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/network_fixture.sh
. tests/system/tap.sh

minutes=30 rate=50
if [ $# = 2 ] && [ "$1" = --minutes ]; then
	minutes=$2
elif [ $# != 0 ]; then
	echo "usage: ./dev soak [--minutes N]" >&2
	exit 2
fi
work=$(mktemp -d)
trap 'network_stop; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
mkdir -p "$work/tls"

# The sandbox is steered past what stands before it.
fault() {
	curl --silent --fail --max-time 5 --noproxy '*' -H 'Content-Type: application/json' \
		--data "{\"fault\": $1}" "http://127.0.0.1:$plain_port/sandbox/faults" >/dev/null
}

# Another client certificate, as if it had been renewed.
renew() {
	local ca=$work/sandbox
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=operator-example \
		-keyout "$work/tls/new.key" -out "$work/tls/new.csr" 2>/dev/null
	openssl x509 -req -in "$work/tls/new.csr" -CA "$ca/ca.pem" -CAkey "$ca/ca.key" \
		-CAcreateserial -days 30 -extfile <(echo extendedKeyUsage=clientAuth) \
		-out "$work/tls/new.pem" 2>/dev/null
	cp "$work/tls/new.pem" "$work/settings/client.pem"
	cp "$work/tls/new.key" "$work/settings/client.key"
}

# What goes wrong in the course of a minute, each for some seconds, and is well again.
go_wrong() {
	local name
	for name in http-500 http-429 http-503 reset truncate garbage hang; do
		fault "\"$name\""
		sleep 2
		fault null
		sleep 2
	done
	kill -USR1 "$relay_pid"
	sleep 5
	kill -USR2 "$relay_pid"
	sleep 2
	kill -HUP "$relay_pid"
	sleep 4
	kill -HUP "$relay_pid"
	renew
	sleep 5
}

memory() { awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$work/server/pid")/status"; }
descriptors() { find "/proc/$(cat "$work/server/pid")/fd" -mindepth 1 | wc -l; }

# A minute in which all that can go wrong does, and a breath of good weather.
minute() {
	go_wrong &
	local wrong=$!
	all_sell $((rate * 50)) $(($1 * 100000)) --rate $rate --seconds 55 --outstanding 4096 \
		--timeout 15000 >>"$work/sales"
	wait $wrong
	sleep 6
	printf '%s\t%s\t%s\n' "$1" "$(memory)" "$(descriptors)" | tee -a "$work/course"
}

# What it holds at most in the minutes from $1 to $2; column $3.
most() { awk -v from="$1" -v to="$2" -v at="$3" \
	'$1 >= from && $1 <= to && $at > most { most = $at } END { print most + 0 }' "$work/course"; }
sum() { jq -s "map(.$1) | add" "$work/sales"; }

sandbox_plain && nginx_start && relay_start 127.0.0.1 "$nginx_port" &&
	server_for "https://127.0.0.1:$relay_port" service.attempt_timeout=1500 \
		service.connect_timeout=1000 service.question_timeout=5000 waiting.wait=1500 \
		service.max_connections=4 cache.memory_octets=1048576 cache.store_octets=1048576 || {
	not_ok "a server behind a relay"
	exit 1
}
printf 'minute\tKiB\tdescriptors\n'
for ((i = 1; i <= minutes; i++)); do minute $i; done

first=$((minutes < 10 ? (minutes + 1) / 2 : 5))
same "sales without a reply" "$(sum lost) $(sum unfinished)" "0 0"
same "sales begun and ended" "$(sum begun)" "$(sum finished)"
sleep 1
same "a line of the log for each reply" "$(grep -c 'reference=' "$work/server/log")" "$(sum replies)"
holds "memory is flat ($(most 1 $first 2) and $(most $((minutes - 1)) "$minutes" 2) KiB)" \
	test "$(most $((minutes - 1)) "$minutes" 2)" -le $(($(most 1 $first 2) * 115 / 100 + 4096))
holds "so are descriptors ($(most 1 $first 3) and $(most $((minutes - 1)) "$minutes" 3))" \
	test "$(most $((minutes - 1)) "$minutes" 3)" -le $(($(most 1 $first 3) + 8))
holds "the server stops well" server_stop "$work/server"
jq -sc '[.[].reasons | to_entries[]] | group_by(.key)
	| map({(.[0].key): (map(.value) | add)}) | add' "$work/sales"
exit $tap_status
