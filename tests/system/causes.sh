#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# causes.sh - what goes wrong with a fresh installation, and on the second day: a line of the server's
# log names each cause and what to do about it, and no buyer is refused for it. What takes more than a
# server and a sandbox to go wrong is tried elsewhere, and its line looked at there: descriptors used
# up, a full Redis, `wait` beyond max_request_time in network.sh; a full disk in trust_full.sh.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh
. tests/system/redis_serve.sh

work=$(mktemp -d)
listener=''
stop_listener() {
	[ -z "$listener" ] || { kill "$listener" && wait "$listener"; } 2>/dev/null
	listener=''
}
stop_all() {
	stop_listener
	redis_end "$work/redis"
	fixture_stop "$work"
}
trap 'stop_all; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match", "valid_for": 3600 } }' \
	>"$work/people.json"
fixture_sandbox "$work" "$work/people.json" || not_ok "the sandbox starts" "$work/sandbox.log"
address=$(cat "$work/sandbox.url")
log=$work/server/log

# Some time within three seconds the log has a line with both.
logs() {
	local what=$1 cause=$2 advice=$3 tries=30
	until grep -hE -- "$cause" "$log" "$work/server/output" 2>/dev/null | grep -qE -- "$advice" || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	if [ $tries -gt 0 ]; then ok "$what: it says why and what to do"; else
		not_ok "$what: it says why and what to do" "$log"
	fi
}

# A server with these settings, and one sale there, of somebody new.
serve() {
	[ ! -d "$work/server" ] || server_stop "$work/server"
	fixture_settings "$work" "$@" || return 1
	${prepare:-:}
	fixture_server "$work" || { not_ok "a server with $*" "$log" && return 1; }
}
one() {
	sell "$work" "$(date +CAUSE%s%N | cut -c 1-5,12-18)"
	decided "$work"
}

# wrong WHAT REASON CAUSE ADVICE [SETTING..]: with that set, and what $prepare has done.
wrong() {
	local what=$1 reason=$2 cause=$3 advice=$4
	shift 4
	serve "$@" || return
	same "$what: nobody is refused" "$(one)" "Undetermined $reason"
	logs "$what" "$cause" "$advice"
}

# ---- as installed ----
prepare=
serve && same "all is well" "$(one)" "Yes match"
logs "the start" 'version [0-9.]+ is ready: rules version [0-9a-f]{12}; keys of the service: [1-9]' \
	"asks $address; keeps answers in memory and $work/store"
cp config/mods-config/migrantid/rules.cfg "$work/settings/new"
echo '# changed' >>"$work/settings/new" && mv "$work/settings/new" "$work/settings/rules.cfg"
logs "a reload" 'configuration reloaded \(changed: rules.cfg\)' 'rules version [0-9a-f]{12}'

# ---- the way to the service ----
wrong "nobody listens" service-unavailable '127.0.0.1:1: it refuses the connection' \
	'look at the address and its port' 'service.urls=[ "https://127.0.0.1:1" ]'
wrong "a name that is none" service-unavailable 'its name cannot be resolved' 'name servers' \
	'service.urls=[ "https://no-such-host.invalid" ]'

# A listener whose backlog is full swallows what comes, as a firewall does.
python3 - "$work/full" <<'END' &
import socket, sys, time
full = socket.create_server(("127.0.0.1", 0), backlog=0)
fill = [socket.socket() for _ in range(4)]
for one in fill:
    one.setblocking(False)
    one.connect_ex(full.getsockname())
open(sys.argv[1], "w").write(str(full.getsockname()[1]))
time.sleep(600)
END
listener=$!
until [ -s "$work/full" ]; do sleep 0.1; done
wrong "a firewall that swallows" service-timeout 'timed out connecting' 'firewall' \
	"service.urls=[ \"https://127.0.0.1:$(cat "$work/full")\" ]" service.connect_timeout=500 \
	service.question_timeout=1400 service.attempt_timeout=700
stop_listener

# listen COMMAND..: it listens at $there, a free port, as PORT in its words.
listen() {
	local port
	port=$(fixture_port)
	there="service.urls=[ \"https://127.0.0.1:$port\" ]"
	"${@//PORT/$port}" >/dev/null 2>&1 </dev/null &
	listener=$!
	until grep -qi ":$(printf '%04X' "$port") .* 0A " /proc/net/tcp; do
		kill -0 $listener 2>/dev/null || return 1
		sleep 0.1
	done
}
listen python3 -m http.server --bind 127.0.0.1 --directory "$work/keys" PORT
wrong "a port without TLS" service-unavailable 'what listens there speaks no TLS' 'look at the port' "$there"
stop_listener

# ---- certificates ----
past() { FAKETIME=-400d LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketime.so.1) "$@"; }
# issue NAME AUTHORITY SUBJECT-ALTERNATIVE-NAME: a pair, NAME.pem and NAME.key.
issue() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
		-keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null &&
		openssl x509 -req -in "$work/$1.csr" -CA "$2.pem" -CAkey "$2.key" -CAcreateserial \
			-days 90 -extfile <(echo "subjectAltName=$3") -out "$work/$1.pem" 2>/dev/null
}
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other -days 30 \
	-keyout "$work/other.key" -out "$work/other.pem" 2>/dev/null
past issue ended "$work/sandbox/ca" IP:127.0.0.1
issue named "$work/sandbox/ca" DNS:id.example
issue stranger "$work/other" IP:127.0.0.1
other_ca() { cp "$work/other.pem" "$work/settings/ca.pem"; }
show() { cp "$work/$1.pem" "$work/settings/client.pem" && cp "$work/$1.key" "$work/settings/client.key"; }
# As a service does that takes certificates of its own authority alone, and shows CERTIFICATE.
serve_tls() {
	listen openssl s_server -accept 127.0.0.1:PORT -cert "$1.pem" -key "$1.key" -quiet \
		-CAfile "$work/sandbox/ca.pem" -Verify 1 -verify_return_error
}

prepare=other_ca
wrong "another authority" service-unavailable 'its certificate is of an unknown authority' 'into ca_file'
prepare='show ended'
serve_tls "$work/sandbox/server"
wrong "our certificate has ended" service-unavailable 'it refuses our certificate \(certificate expired\)' \
	'look at certificate_file' "$there"
logs "its end" 'client.pem: certificate 1 has ended' 'put a new one there'
prepare='show stranger'
wrong "a certificate that was not agreed" service-unavailable 'it refuses our certificate \(unknown ca\)' \
	'is it the one that was agreed' "$there"
wrong "so also by HTTP" not-configured 'refuses our questions with HTTP status 401' 'the client certificate'
prepare=
stop_listener
serve_tls "$work/named"
wrong "another name than its certificate's" service-unavailable \
	'its certificate is for another host name' 'a name that its certificate has' "$there"
stop_listener
serve_tls "$work/ended"
wrong "the service's certificate has ended" service-unavailable 'its certificate has expired' \
	"look at this machine's clock" "$there"
stop_listener

# ---- what was agreed with the service ----
wrong "another name of ours" answer-rejected 'fails check 7 \(audience\)' 'operator.id has to be' \
	'operator.id="somebody-else"'
wrong "another issuer" answer-rejected 'fails check 6 \(issuer\)' 'see service.issuer' \
	'service.issuer="https://other.example"'
other_keys() { jq '.keys[].kid = "another"' "$work/sandbox/jwks.json" >"$work/settings/jwks.json"; }
prepare=other_keys
wrong "the key set of another service" answer-rejected 'fails check 3 \(key\)' 'see jwks_url and jwks_file'
prepare=
serve
fixture_fault "$work" http-403
same "a refusal of us: nobody is refused" "$(one)" "Undetermined not-configured"
logs "a refusal of us" 'refuses our questions with HTTP status 403' 'what was agreed with the service'
fixture_fault "$work" null

fixture_fault "$work" http-500
same "a service that fails: nobody is refused" "$(one)" "Undetermined service-unavailable"
logs "a service that fails" "$address: HTTP status 500" 'the service fails by itself'
fixture_fault "$work" null
wrong "no key set at its address" answer-rejected 'HTTP status 404' 'look at the address and its path' \
	"keys.jwks_url=\"$address/no-such-path\"" keys.jwks_file='""'
logs "no key set yet" 'the key set could not be fetched' 'the next attempt is in'
fixture_fault "$work" hang
wrong "a service that hangs" service-timeout 'timed out waiting for the answer' 'slow or hangs' \
	service.connect_timeout=500 service.question_timeout=1400 service.attempt_timeout=600
fixture_fault "$work" null
serve

# ---- clocks ----
fixture_ahead "$work" 30
same "a clock that goes wrong costs no sale yet" "$(one)" "Yes match"
logs "a clock that goes wrong" "this machine's clock is (29|30|31) s behind the service's" timedatectl
fixture_ahead "$work" 3600
same "a clock that is wrong: nobody is refused" "$(one)" "Undetermined answer-rejected"
logs "a clock that is wrong" "this machine's clock is (3599|3600|3601) s behind the service's" timedatectl
fixture_ahead "$work" 0

# ---- files ----
gone() { rm "$work/settings/rules.cfg"; }
does_not_start() {
	local what=$1 cause=$2 advice=$3
	server_stop "$work/server"
	fixture_settings "$work" && $prepare
	fails "$what: it does not start" fixture_server "$work"
	logs "$what" "$cause" "$advice"
}
prepare=gone
does_not_start "a file that is not there" 'rules.cfg cannot be read: No such file' 'begin with a copy'
prepare=
serve "cache.store_directory=\"$work/no-such-folder\""
same "no folder for the store: sales go on" "$(one)" "Yes match"
logs "no folder for the store" 'no-such-folder.*cannot be used' 'the folder exists, that the server'
serve "stats.directory=\"$work/no-such-folder\""
logs "no folder for the figures" 'no-such-folder: figures cannot be written there' 'make the folder'
serve
chmod 0 "$work/settings/rules.cfg"
if [ "$(id -u)" = 0 ]; then
	skip "a file that the server may not read" "root may; ctl and config look at the words"
else
	logs "a file that the server may not read" 'rules.cfg: cannot be read: Permission denied' 'chmod 640'
fi
echo nonsense >"$work/settings/person.new" && mv "$work/settings/person.new" "$work/settings/person.key"
logs "a key that is none" 'person.key: not an operator.s key' 'openssl rand -hex 32'

# ---- Redis ----
redis_port=$(fixture_port)
redis_serve "$work/redis" "$redis_port" 'user default on nopass ~* +mget +hello +ping +select +client' ||
	not_ok "Redis starts" "$work/redis/log"
serve cache.store='"redis"' "cache.redis_address=\"127.0.0.1:$redis_port\""
same "a Redis that takes nothing: sales go on" "$(one)" "Yes match"
logs "a Redis that takes nothing" 'does not take answers \(NOPERM\)' 'ACL SETUSER'
redis_end "$work/redis"
same "a Redis that is away: sales go on" "$(one)" "Yes match"
logs "a Redis that is away" "shared cache at 127.0.0.1:$redis_port is away" 'decided without it'
exit $tap_status
