#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# engine.sh - how the service is asked: HTTP/2 and 1.1, one question per person, bounds, failover,
# pauses, names that do not resolve, keys that change.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'nginx_stop; fixture_stop "$work"; fixture_stop "$work/second"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"

tcp_port() {
	local port
	while port=$((20000 + RANDOM % 20000)); do
		grep -qi ":$(printf '%04X' $port) " /proc/net/tcp || break
	done
	echo $port
}

nginx_start() {
	local port tries=50
	port=$(tcp_port)
	sed -e "s|@dir@|$work|g; s|@port@|$port|g; s|@sandbox@|$work/sandbox|g" \
		-e "s|@plain@|$(cat "$work/sandbox.url")|g" tests/system/nginx-http2.conf \
		>"$work/nginx.conf"
	/usr/sbin/nginx -e "$work/nginx-error.log" -c "$work/nginx.conf" >"$work/nginx.out" 2>&1 &
	echo $! >"$work/nginx.own"
	echo "https://127.0.0.1:$port" >"$work/sandbox.url"
	until fixture_curl "$work" /sandbox/questions >/dev/null 2>&1 || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
}

nginx_stop() {
	local pid
	pid=$(cat "$work/nginx.own" 2>/dev/null) || return 0
	rm -f "$work/nginx.own"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

# crowd COUNT NUMBER-PREFIX [PER-PERSON]: sales at once, each from a client of its own.
crowd() {
	local count=$1 prefix=$2 per=${3:-1} i pids=()
	for i in $(seq "$count"); do
		printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' \
			'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
			"MigrantID-Document-Number = \"$prefix$(printf %05d $((i / per)))\"" \
			'MigrantID-Nationality = "UZB"' 'MigrantID-Date-of-Birth = "1990-01-31"' \
			'MigrantID-Consent-Text = "ru-2025-01"' |
			server_radclient "$work/server" -x -r 1 -t 8 >"$work/crowd.$i" 2>&1 &
		pids+=($!)
	done
	wait "${pids[@]}"
}
crowd_said() { cat "$work"/crowd.* | grep -c "Result = $1"; }

http2() {
	fixture_sandbox "$work" "$work/people.json" --plain --delay-ms 300
	nginx_start
	fixture_settings "$work" waiting.max_waiting=64 waiting.wait=5000 && fixture_server "$work" ||
		{ not_ok "a server behind nginx"; return; }
	crowd 60 H2A
	same "sixty sales at once over HTTP/2" "$(crowd_said Yes)" 60
	holds "as HTTP/2" grep -q '^HTTP/2' "$work/nginx-access.log"
	holds "as streams of a few connections" test "$(grep '^HTTP/2.*' "$work/nginx-access.log" |
		sort | uniq -c | awk '{ print $3 }' | sort -u | wc -l)" -le 4
	for i in 1 2 3 4 5 6 7 8; do crowd 60 "H2$i"; done
	same "and hundreds later, as well" "$(crowd_said Yes)" 60
	rm -f "$work"/crowd.*
	server_stop "$work/server"
	nginx_stop
	fixture_stop "$work"
}

one_question() {
	fixture_sandbox "$work" "$work/people.json" --delay-ms 1000
	fixture_settings "$work" waiting.max_waiting=64 waiting.wait=5000 && fixture_server "$work"
	crowd 64 ONE 1000
	same "64 ask about one person" "$(crowd_said Yes)" 64
	same "which is one question" "$(fixture_questions "$work")" 1
	rm -f "$work"/crowd.*
	fixture_stop "$work"
}

bounds() {
	fixture_sandbox "$work" "$work/people.json" --delay-ms 5000
	fixture_settings "$work" waiting.max_waiting=2 waiting.wait=2500 service.max_in_flight=20 &&
		fixture_server "$work" || return
	crowd 40 BND
	same "no more than max_in_flight are asked" "$(fixture_questions "$work")" 20
	# A worker that does not wait may not learn yet that there was no room for its question.
	same "nobody is told anything else than to ask again" \
		"$(cat "$work"/crowd.* | grep -cE 'Reason = (service-busy|pending)')" 40
	sell "$work" BUSY00001
	same "and while they are asked the next one is told so" "$(decided "$work")" \
		"Undetermined service-busy"
	rm -f "$work"/crowd.*
	fixture_stop "$work"
}

failover() {
	local dead
	dead=$(tcp_port)
	fixture_sandbox "$work" "$work/people.json"
	fixture_settings "$work" "service.urls=[ \"https://127.0.0.1:$dead\", \"$(cat \
		"$work/sandbox.url")\" ]" service.breaker_failures=3 service.breaker_pause=60000 &&
		fixture_server "$work" || return
	for i in 1 2 3 4 5; do
		sell "$work" "FAIL0000$i"
		same "sale $i by the second address" "$(decided "$work")" "Yes match"
	done
	holds "why the first is not, is said" grep -qi "127.0.0.1:$dead: .*connect" "$work/server/log"
	same "and said once" "$(grep -c "127.0.0.1:$dead: " "$work/server/log")" 1
	fixture_stop "$work"

	fixture_sandbox "$work" "$work/people.json"
	fixture_settings "$work" "service.urls=[ \"https://no-such-host.invalid\", \"$(cat \
		"$work/sandbox.url")\" ]" && fixture_server "$work" || return
	sell "$work" NAME00001
	same "a name that does not resolve costs nothing" "$(decided "$work")" "Yes match"
	fixture_stop "$work"

	mkdir -p "$work/second"
	fixture_sandbox "$work/second" "$work/people.json"
	cp -R "$work/second/sandbox/." "$work/sandbox/"
	fixture_sandbox "$work" "$work/people.json"
	fixture_settings "$work" service.round_robin=true "service.urls=[ \"$(cat \
		"$work/sandbox.url")\", \"$(cat "$work/second/sandbox.url")\" ]" && fixture_server "$work" || return
	for i in 1 2 3 4 5 6; do sell "$work" "ROBIN000$i"; done
	same "round robin asks both" "$(fixture_questions "$work") $(fixture_questions "$work/second")" "3 3"
	fixture_stop "$work"
	fixture_stop "$work/second"
}

pauses() {
	fixture_with "$work" "$work/people.json" || return
	fixture_fault "$work" http-503
	sell "$work" PAUSE0001
	same "slow down" "$(decided "$work") $(reply "$work" MigrantID-Retry-After)" \
		"Undetermined service-busy 2"
	fixture_fault "$work" null
	sell "$work" PAUSE0002
	same "is obeyed" "$(decided "$work") $(fixture_questions "$work")" "Undetermined service-busy 1"
	sleep 2.2
	sell "$work" PAUSE0002
	same "for as long as was said" "$(decided "$work")" "Yes match"
	fixture_stop "$work"

	fixture_with "$work" "$work/people.json" service.breaker_failures=2 service.breaker_pause=1500 || return
	fixture_fault "$work" http-500
	sell "$work" BREAK0001
	sell "$work" BREAK0002
	same "after its failures an address rests" "$(decided "$work") $(fixture_questions "$work")" \
		"Undetermined service-unavailable 2"
	fixture_fault "$work" null
	sell "$work" BREAK0003
	same "and is not asked meanwhile" "$(decided "$work") $(fixture_questions "$work")" \
		"Undetermined service-unavailable 2"
	sleep 1.6
	sell "$work" BREAK0004
	same "then a probe finds it well" "$(decided "$work")" "Yes match"
	fixture_stop "$work"
}

# The key set comes over HTTPS; a key that is not known is fetched, but not twice in a moment.
keys() {
	fixture_sandbox "$work" "$work/people.json"
	fixture_settings "$work" keys.jwks_file='""' \
		"keys.jwks_url=\"$(cat "$work/sandbox.url")/.well-known/jwks.json\"" \
		keys.jwks_min_interval=2 && fixture_server "$work" || return
	sell "$work" KEYS00001
	same "keys are fetched over HTTPS" "$(decided "$work")" "Yes match"
	sleep 2.2
	fixture_curl "$work" /sandbox/rotate --data '{}' >/dev/null
	sell "$work" KEYS00002
	same "a new key is fetched when an answer names it" "$(decided "$work")" "Yes match"
	fixture_curl "$work" /sandbox/rotate --data '{}' >/dev/null
	sell "$work" KEYS00003
	same "but not twice in a moment" "$(decided "$work")" "Undetermined answer-rejected"
	sleep 2.2
	sell "$work" KEYS00004
	same "later it is" "$(decided "$work")" "Yes match"
	fixture_stop "$work"
}

for part in http2 one_question bounds failover pauses keys; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
