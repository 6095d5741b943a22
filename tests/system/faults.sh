#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# faults.sh - whatever the ID service does wrong, a sale is Undetermined for that fault's own
# reason, never Yes and never No. Real server, real sandbox; one fault after the other.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
number=0

# A service that would say yes to everybody, if it were well; or no, with --no.
people() { printf '{"people": [], "default": {"result": "%s", "reason": "%s"}}\n' "$1" "$2"; }

# A sale to somebody new.
sell_anew() {
	number=$((number + 1))
	sell "$work" "F$(printf %08d $number)"
}

# expect WHAT RESULT REASON: of the last reply.
expect() { same "$1" "$(decided "$work")" "$2 $3"; }

# What the fault is, and the reason that a sale gets. Under each the service's own word would
# have been yes, in a second round no.
faults="hang:service-timeout slow-loris:service-timeout
	reset:service-unavailable truncate:service-unavailable http-500:service-unavailable
	http-502:service-unavailable http-504:service-unavailable
	http-503:service-busy http-429:service-busy http-409:pending in-progress:pending
	http-400:not-configured http-401:not-configured http-403:not-configured
	http-404:not-configured http-422:question-refused
	garbage:answer-rejected oversize:answer-rejected endless:answer-rejected
	unsigned:answer-rejected bad-signature:answer-rejected unknown-kid:answer-rejected
	alg-none:answer-rejected hs256:answer-rejected wrong-typ:answer-rejected
	crit:answer-rejected key-in-header:answer-rejected duplicate-member:answer-rejected
	float-times:answer-rejected wrong-iss:answer-rejected wrong-aud:answer-rejected
	wrong-txn:answer-rejected wrong-nonce:answer-rejected wrong-sbj:answer-rejected
	wrong-subject:answer-rejected old-nonce:answer-rejected
	expired:answer-rejected from-the-future:answer-rejected long-lived:answer-rejected
	unknown-reason:answer-rejected inconsistent:answer-rejected
	undetermined:service-unavailable"

# Each fault at a service that would say RESULT, REASON. What rests after a fault (Retry-After, a
# breaker) has to be over before the next, so the server is asked until it is.
round() {
	local result=$1 reason=$2 pair fault why tries
	people "$result" "$reason" >"$work/people.json"
	fixture_sandbox "$work" "$work/people.json" &&
		fixture_settings "$work" waiting.wait=3000 service.question_timeout=1000 \
			service.attempt_timeout=900 service.connect_timeout=800 \
			service.breaker_failures=1000 &&
		fixture_server "$work" || { not_ok "a server and a sandbox"; return; }
	sell_anew
	expect "no fault" "${result^}" "${reason/_/-}"
	for pair in $faults; do
		fault=${pair%%:*} why=${pair#*:}
		if ! fixture_fault "$work" "$fault"; then
			not_ok "the sandbox has the fault $fault"
			continue
		fi
		sell_anew
		expect "$fault where the service would say $result" Undetermined "$why"
		fixture_fault "$work" null
		tries=20
		sell_anew
		while [ "$(reply "$work" MigrantID-Result)" != "${result^}" ] && [ $tries -gt 0 ]; do
			tries=$((tries - 1))
			sleep 0.3
			sell_anew
		done
	done
	sell_anew
	expect "afterwards all is well" "${result^}" "${reason/_/-}"
	frozen "${result^}" "${reason/_/-}"
	in_the_log
	fixture_stop "$work"
	rm -rf "$work/server" "$work/sandbox"
}

# A connection that never answers again is given up with its attempt; the next one is well.
frozen() {
	fixture_fault "$work" frozen-connection
	sell_anew
	expect "a connection that is frozen is left for another" "$1" "$2"
	fixture_fault "$work" null
}

# What went wrong is in the log, and of nobody.
in_the_log() {
	local log=$work/server/log
	holds "the log says which check failed" grep -q 'fails check 4 (signature)' "$log"
	holds "also of a key that is not known" grep -q 'fails check 3 (key)' "$log"
	holds "the log says how the service refused" grep -q 'HTTP status 400' "$log"
	fails "the log names nobody" grep -qE 'F0000[0-9]{4}|1990-01-31' "$log"
}

# The service is not there at all, then cannot be believed at the TLS layer.
unreachable() {
	local what why
	people yes match >"$work/people.json"
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return 1
	fixture_set "$work/settings/migrantid.cfg" 'service.urls=[ "https://127.0.0.1:1" ]'
	holds "the server starts while the service is down" fixture_server "$work"
	sell_anew
	expect "nobody listens" Undetermined service-unavailable
	server_stop "$work/server"

	another_ca "$work/other"
	# A service whose certificate is not believed is not asked; one that does not believe ours
	# says so.
	for what in ca_file:a-CA-that-is-not-ours certificate_file:a-certificate-of-another-CA; do
		why=service-unavailable
		[ ${what%%:*} = ca_file ] || why=not-configured
		cp -R "$work/settings" "$work/kept"
		fixture_set "$work/settings/migrantid.cfg" \
			"service.urls=[ \"$(cat "$work/sandbox.url")\" ]"
		case $what in
		ca_file:*) cp "$work/other/ca.pem" "$work/settings/ca.pem" ;;
		*) cp "$work/other/ca.pem" "$work/settings/client.pem" &&
			cp "$work/other/ca.key" "$work/settings/client.key" ;;
		esac
		fixture_server "$work" || { not_ok "a server with ${what#*:}"; continue; }
		sell_anew
		expect "${what#*:}" Undetermined "$why"
		server_stop "$work/server"
		rm -rf "$work/settings"
		mv "$work/kept" "$work/settings"
	done
	# The certificate is for the loopback addresses it names, not for this one.
	fixture_set "$work/settings/migrantid.cfg" "service.urls=[ \"$(sed \
		's/127\.0\.0\.1/127.0.0.2/' "$work/sandbox.url")\" ]"
	if fixture_server "$work"; then
		sell_anew
		expect "an address that the certificate does not name" Undetermined \
			service-unavailable
	fi
	fixture_stop "$work"

	expired_certificate
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" && fixture_server "$work"
	sell_anew
	expect "a certificate that has expired" Undetermined service-unavailable
	fixture_stop "$work"
}

# For the sandbox, by its own CA, six years ago.
expired_certificate() {
	local dir=$work/sandbox
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 -keyout "$dir/server.key" -out "$dir/request" 2>/dev/null
	# shellcheck disable=SC2046 # a command with its options
	$(FIXTURE_CLOCK="2020-01-01 00:00:00" fixture_clocked) openssl x509 -req -days 30 \
		-in "$dir/request" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -copy_extensions copy \
		-out "$dir/server.pem" 2>/dev/null
}

another_ca() {
	mkdir -p "$1" && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=other -days 2 -keyout "$1/ca.key" -out "$1/ca.pem" 2>/dev/null
}

round yes match
round no not_enrolled
unreachable
exit $tap_status
