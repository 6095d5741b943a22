#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# network.sh - the way to the service, going wrong in the ways that it does: connections that fall
# silent, addresses that are busy or down, certificates that are renewed, wrong or another's, a shop
# that floods. Between server and sandbox stand nginx, HAProxy, a scripted HTTP/2 peer and a relay.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/radsec_fixture.sh
. tests/system/redis_serve.sh
. tests/system/network_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'redis_end "$work/redis"; network_stop; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
mkdir -p "$work/tls"
number=0

# All of COUNT sales, one after the other, of people nobody has asked about yet.
all_yes() {
	local what=$1 count=$2 yes=0
	for _ in $(seq "$count"); do
		number=$((number + 1))
		sell "$work" "N$(printf %08d $number)"
		[ "$(decided "$work")" != "Yes match" ] || yes=$((yes + 1))
	done
	same "$what" $yes "$count"
}
one_sale() {
	number=$((number + 1))
	sell "$work" "N$(printf %08d $number)"
	same "$1" "$(decided "$work")" "$2"
}
logged() { holds "$1" grep -qE "$2" "$work/server/log"; }

# A connection that falls silent costs no sale: N1; and one that is told to have no streams: N2.
silence() {
	sandbox_plain && nginx_start && relay_start 127.0.0.1 "$nginx_port" &&
		server_for "https://127.0.0.1:$relay_port" service.attempt_timeout=1000 \
			service.connect_timeout=800 service.question_timeout=8000 waiting.wait=6000 ||
		return 1
	all_yes "sales through a relay, over HTTP/2" 3
	kill -USR1 "$relay_pid"
	all_yes "its connections fall silent: no sale is lost" 5
	logged "and it is said" "127.0.0.1:$relay_port: a connection has gone silent"
	fails "not as a failure of the address" grep -q "127.0.0.1:$relay_port: timed" "$work/server/log"
	kill -HUP "$relay_pid"
	one_sale "nobody is heard any more" "Undetermined service-timeout"
	logged "at which stage is said" "127.0.0.1:$relay_port: timed out"
	kill -HUP "$relay_pid"
	sleep 1.5
	one_sale "and is again" "Yes match"
	logged "since when is said" "127.0.0.1:$relay_port answers again after [0-9]+ s"
	network_stop

	sandbox_plain && peer_start &&
		server_for "https://127.0.0.1:$peer_port" service.attempt_timeout=1000 \
			service.connect_timeout=800 service.question_timeout=8000 waiting.wait=6000 ||
		return 1
	all_yes "sales at a scripted peer, over HTTP/2" 2
	kill -USR1 "$peer_pid"
	sleep 0.2
	all_yes "it allows no more streams: no sale is lost" 3
}

# Another address that is well is asked: N3; the same one where the other is down: N4. One 429 for
# one sale silences nobody: N5.
addresses() {
	local dead
	sandbox_plain && nginx_start && haproxy_start || return 1
	server_for "https://127.0.0.1:$haproxy_port" || return 1
	all_yes "sales through HAProxy" 2
	server_stop "$work/server"
	server_for "https://127.0.0.1:$busy_port" "https://127.0.0.1:$nginx_port" || return 1
	all_yes "the first address says 503 + Retry-After: the second one is asked" 2
	server_stop "$work/server"

	dead=$(fixture_port)
	relay_start 127.0.0.1 "$nginx_port" &&
		server_for "https://127.0.0.1:$relay_port" "https://127.0.0.1:$dead" \
			service.breaker_failures=2 service.breaker_pause=60000 || return 1
	for _ in 1 2; do
		kill -USR2 "$relay_pid"
		sleep 0.2
		number=$((number + 1))
		sell "$work" "N$(printf %08d $number)"
		all_yes "the second address is down, the first is well" 1
	done
	kill -USR2 "$relay_pid"
	sleep 0.2
	one_sale "the first one fails once, the second is known to be down" "Yes match"
	logged "why it failed is said" "127.0.0.1:$relay_port: .*cut off|127.0.0.1:$relay_port: TLS"
	logged "the dead one refuses" "127.0.0.1:$dead: it refuses the connection"
	network_stop

	fixture_sandbox "$work" "$work/people.json" &&
		server_for "$(cat "$work/sandbox.url")" || return 1
	all_yes "a service that answers" 1
	fixture_fault "$work" http-429
	one_sale "says 429 to one sale" "Undetermined service-busy"
	fixture_fault "$work" null
	one_sale "and the next is asked about at once" "Yes match"
}

# Which certificate the service was shown last.
serial_shown() { tail -n 1 "$work/nginx-access.log" | awk '{ print $4 }'; }
serial_of() { openssl x509 -in "$1" -noout -serial | sed 's/serial=//'; }

# VERIFYHOST, VERIFYPEER: N7, N8; renewal without a restart, half a pair, a password: N6.
certificates() {
	local ca old
	sandbox_plain && nginx_start && relay_start 127.0.0.2 "$nginx_port" &&
		server_for "https://127.0.0.2:$relay_port" || return 1
	one_sale "a certificate for another host name" "Undetermined service-unavailable"
	logged "is said to be one" "127.0.0.2:$relay_port: TLS: its certificate is for another host name"
	fails "so says check --connect" check_connect
	holds "in the same words" grep -q "its certificate is for another host name" "$work/check"
	server_stop "$work/server"

	radsec_certificate "$work/tls" other-ca
	server_for "https://127.0.0.1:$nginx_port" || return 1
	holds "check --connect finds the service well" check_connect
	same "and asks about nobody" "$(fixture_plain /sandbox/questions | jq .questions)" 0
	cp "$work/tls/other-ca.pem" "$work/settings/ca.pem"
	logged_soon "another authority is taken up" "ca.pem"
	one_sale "whose certificate the service has not" "Undetermined service-unavailable"
	logged "is said at the first failure" "$nginx_port: TLS: its certificate is of an unknown authority"
	fails "so says check --connect" check_connect
	holds "in the same words" grep -q "of an unknown authority" "$work/check"
	cp "$work/sandbox/ca.pem" "$work/settings/ca.pem"
	sleep 2.5
	one_sale "and put right without a restart" "Yes match"
	logged "which is said" "$nginx_port answers again"

	ca=$work/sandbox old=$(serial_of "$work/settings/client.pem")
	same "our certificate is shown" "$(serial_shown)" "$old"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=operator-example \
		-keyout "$work/tls/new.key" -out "$work/tls/new.csr" 2>/dev/null
	openssl x509 -req -in "$work/tls/new.csr" -CA "$ca/ca.pem" -CAkey "$ca/ca.key" \
		-CAcreateserial -days 30 -extfile <(echo extendedKeyUsage=clientAuth) \
		-out "$work/tls/new.pem" 2>/dev/null
	cp "$work/tls/new.pem" "$work/settings/client.pem"
	sleep 2.5
	one_sale "half of a new pair changes nothing" "Yes match"
	same "the old one is shown" "$(serial_shown)" "$old"
	logged "and it is said" "client.key.*is not the key of the certificate"
	cp "$work/tls/new.key" "$work/settings/client.key"
	sleep 2.5
	one_sale "the whole of it is taken up" "Yes match"
	same "and shown, without a restart" "$(serial_shown)" "$(serial_of "$work/tls/new.pem")"
	openssl pkey -in "$work/tls/new.key" -aes256 -passout pass:x -out "$work/settings/client.key"
	sleep 2.5
	one_sale "a key with a password changes nothing" "Yes match"
	logged "and is said" "client.key.*password"
}

# A cold burst makes few connections: N11. Retry-After follows what answers take, and so does the
# moment at which it is said: N15. A name that does not resolve is said to be one: N8.
bursts() {
	local polled
	sandbox_plain --delay-ms 1000 && nginx_start && server_for "https://127.0.0.1:$nginx_port" \
		service.max_connections=4 waiting.wait=0 || return 1
	one_sale "a shop that is told to come back" "Undetermined pending"
	same "in the seconds of the settings" "$(reply "$work" MigrantID-Retry-After)" 2
	same "a hundred and fifty sales at once" \
		"$(all_sell 150 1000 --outstanding 150 | jq -r .accepts)" 150
	holds "over a handful of connections" test "$(awk '{ print $3 }' "$work/nginx-access.log" |
		sort -u | wc -l)" -le 5
	number=$((number + 1))
	one_sale "and now a shop is told to come back" "Undetermined pending"
	same "in what answers take" "$(reply "$work" MigrantID-Retry-After)" 1
	server_stop "$work/server"
	server_for "https://127.0.0.1:$nginx_port" waiting.wait=1500 waiting.max_waiting=1 || return 1
	one_sale "an answer that takes a second" "Yes match"
	polled=$(all_sell 40 2000 --outstanding 40)
	same "forty more at once" "$(jq .accepts <<<"$polled")" 40
	holds "come back once, when it is there ($(jq -c '[.requests, .p50_ms]' <<<"$polled"))" \
		jq -e '.requests <= 100 and .p50_ms > 1250' <<<"$polled"
	server_stop "$work/server"
	server_for "https://no-such-host.invalid" || return 1
	one_sale "a name that nobody has" "Undetermined service-unavailable"
	logged "is said at the first failure" "no-such-host.invalid: its name cannot be resolved"
}

# server_outside URL SETTING..: one whose names and disks are those of outside.c.
server_outside() {
	rm -rf "$work/outside" && mkdir "$work/outside" && printf %010d 0 >"$work/outside/ahead"
	SERVER_PREFIX="env OUTSIDE=$work/outside LD_PRELOAD=$fixture_tests/unbind.so:$fixture_tests/outside.so" \
		server_for "$@"
}

# A name with two addresses that turn, looked up once a minute, leaves nothing behind: N9.
names() {
	local i count
	echo '{ "people": [], "default": { "result": "undetermined", "reason": "technical" } }' >"$work/technical.json"
	fixture_sandbox "$work" "$work/technical.json" &&
		server_outside "$(sed 's/127\.0\.0\.1/localhost/' "$work/sandbox.url")" cache.store='"none"' ||
		return 1
	for i in $(seq 40); do
		printf %010d $((61 * i)) 1<>"$work/outside/ahead"
		sell "$work" "N$(printf %08d "$i")"
		[ "$(decided "$work")" = "Undetermined service-unavailable" ] ||
			not_ok "in minute $i the service is reached" "$work/reply"
	done
	count=$(wc -l <"$work/outside/look-ups")
	holds "a name is looked up every minute ($count times)" test "$count" -gt 35
	same "and whoever comes first, is asked" "$(fixture_questions "$work")" 40
	same "of what was found, what is in use is kept" \
		"$(tail -n 20 "$work/outside/look-ups" | sort -u)" "0 1"
}

# The disk of rules and keys hangs: questions go on, and so does the stop: N13.
disks() {
	local began
	sandbox_plain && nginx_start && server_outside "https://127.0.0.1:$nginx_port" || return 1
	one_sale "a disk that answers" "Yes match"
	printf %s "$work/settings" >"$work/outside/hangs"
	sleep 1.5
	sed 's/age_below = 6/age_below = 8/' config/mods-config/migrantid/rules.cfg >"$work/settings/rules.cfg"
	sleep 1.5
	fails "it hangs, and nothing is taken up" grep -q "configuration reloaded" "$work/server/log"
	all_yes "sales go on all the same" 5
	rm "$work/outside/hangs"
	logged_soon "it answers again" "configuration reloaded \(changed: rules.cfg\)"
	printf %s "$work/settings" >"$work/outside/hangs"
	sleep 1.5
	all_yes "it hangs once more" 1
	began=$(date +%s%N)
	holds "the server stops" server_stop "$work/server"
	holds "soon" test $((($(date +%s%N) - began) / 1000000)) -lt 5000
	logged "and says what it leaves behind" "a disk that holds a file of the configuration does not answer"
}

# Redis answers, and takes nothing: N12.
full_redis() {
	local port
	port=$(fixture_port)
	redis_serve "$work/redis" "$port" 'maxmemory 100kb' 'maxmemory-policy noeviction' || return 1
	fixture_sandbox "$work" "$work/people.json" && server_for "$(cat "$work/sandbox.url")" \
		cache.store='"redis"' "cache.redis_address=\"127.0.0.1:$port\"" || return 1
	one_sale "Redis is full" "Yes match"
	logged_soon "which is said, with what to do" "does not take answers \(OOM\): .*maxmemory"
	fails "not as its absence" grep -q "shared cache .* is away" "$work/server/log"
	redis_end "$work/redis"
	one_sale "Redis is away" "Yes match"
	logged_soon "which is said, too" "the shared cache at 127.0.0.1:$port is away"
}

# What the server's own limits do to sales: N14, N16, N17.
limits() {
	local pid
	fixture_sandbox "$work" "$work/people.json" && server_for "$(cat "$work/sandbox.url")" ||
		return 1
	pid=$(cat "$work/server/pid")
	prlimit --pid "$pid" --nofile="$(highest_descriptor "$pid"):"
	one_sale "no descriptor is left" "Undetermined service-unavailable"
	logged "and is called that" "no file descriptors left \(EMFILE\).*raise LimitNOFILE"
	prlimit --pid "$pid" --nofile=1024:
	one_sale "then there are some" "Yes match"
	server_stop "$work/server"

	fixture_settings "$work" waiting.wait=10000
	rm -rf "$work/server"
	server_make "$work/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$work/settings/migrantid.cfg"
	server_edit "$work/server/raddb/radiusd.conf" 's/^max_request_time = .*/max_request_time = 10/'
	fails "a wait as long as max_request_time is refused" server_check "$work/server"
	server_check "$work/server" 2>"$work/check"
	holds "and why is said" grep -q "wait: 10000 ms is too long.*max_request_time (10 s)" "$work/check"

	fixture_settings "$work" && fixture_server "$work" threads=1 || return 1
	logged "the only worker waits for nobody, which is said" "one worker"
	one_sale "and does not" "Undetermined pending"
	sleep 0.5
	sell "$work" "N$(printf %08d $number)"
	same "the answer is there when the shop comes back" "$(decided "$work")" "Yes match"
}

# One shop floods, the others sell on: N5.
flood() {
	local alone beside flood
	sandbox_plain --delay-ms 300 && nginx_start &&
		server_for "https://127.0.0.1:$nginx_port" service.max_in_flight=64 || return 1
	shop_is_user_name
	shop_template "$work/flooder" flooder && shop_template "$work/honest" honest
	all_sell 20 100 --rate 20 --template "$work/honest" >/dev/null
	alone=$(all_sell 60 1000 --rate 15 --template "$work/honest")
	all_sell 100000 100000 --rate 500 --seconds 6 --drain 0 --outstanding 16384 \
		--template "$work/flooder" >"$work/flood" &
	flood=$!
	sleep 1
	beside=$(all_sell 60 2000 --rate 15 --template "$work/honest")
	wait $flood
	holds "beside a flood 95 % of a shop's sales are answered ($(jq -c '[.accepts, .p99_ms]' \
		<<<"$beside"))" jq -e '.accepts >= 57' <<<"$beside"
	holds "and take no more than twice as long ($(jq -c .p99_ms <<<"$alone"))" test "$(jq -n \
		"$(jq .p99_ms <<<"$beside") <= 2 * $(jq .p99_ms <<<"$alone")")" = true
	holds "the flood is told too-many" jq -e '.reasons["too-many"] > 0' "$work/flood"
}

# An entry for each of seventeen shops, each a copy of the example's.
radsec_entries() {
	local site=$1 entry i
	entry=$(sed -n '/client sim-sale-radsec-shop {/,/^\t}/p' "$site")
	for i in $(seq 17); do
		sed -e "s/sim-sale-radsec-shop/&-$i/; s/127\.0\.0\.1$/127.0.1.$i/" <<<"$entry"
	done >"$work/entries"
	sed -i "/^clients sim-sale-radsec {/r $work/entries" "$site"
}

# from ADDRESS [WORD..]: a TLS connection that stays, with these words of openssl's.
from() {
	local address=$1
	shift
	sleep 60 | openssl s_client -connect "127.0.0.1:$radsec_port" -bind "$address:0" -quiet \
		-CAfile "$work/tls/ca.pem" "$@" >/dev/null 2>&1 &
	network_pids+=($!)
}

# Seventeen shops by RadSec, beside somebody at one's address who shows no certificate: N18.
radsec() {
	local i shops=0 shop=$work/shop
	radsec_certificate "$work/tls" ca
	for i in server shop; do radsec_certificate "$work/tls" "$i" ca; done
	mkdir -p "$shop"
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return 1
	rm -rf "$work/server"
	server_make "$work/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$work/settings/migrantid.cfg"
	radsec_configure "$work" "$work/tls"
	radsec_entries "$work/server/raddb/sites-enabled/sim-sale"
	server_start "$work/server" || return 1
	for i in $(seq 17); do
		from "127.0.1.$i" -cert "$work/tls/shop.pem" -key "$work/tls/shop.key"
	done
	sleep 3
	shops=$(ss -tnH state established "( dport = :$radsec_port )" | grep -c '127\.0\.1\.')
	same "seventeen shops are connected at once" "$shops" 17
	# Three octets each, and never a certificate: sixteen of these would be the server's own limit.
	for i in $(seq 20); do
		(exec 3<>"/dev/tcp/127.0.0.1/$radsec_port" && printf '\026\003\001' >&3 && sleep 20) &
		network_pids+=($!)
	done
	sleep 1
	holds "a shop's server starts" radsec_shop "$shop" "$work/tls" shop
	sell "$shop" RADSEC017
	same "and sells, beside twenty who show no certificate" "$(decided "$shop")" "Yes match"
	server_stop "$shop/server"
}

for part in silence addresses certificates bursts names disks full_redis limits flood radsec; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
	network_stop
done
exit $tap_status
