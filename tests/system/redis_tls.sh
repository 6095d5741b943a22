#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# redis_tls.sh - the connection to Redis is TLS where the settings say so: with a certificate that
# is vouched for and is Redis's own, or not at all. Where hiredis has no TLS the settings' check
# says so, and nothing is sent in clear instead.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/redis_serve.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a
trap 'redis_end "$work/redis"; redis_end "$work/sentinel"; fixture_stop "$a"; rm -rf "$work"' EXIT
port=$(fixture_port)
clear=$(fixture_port)
watch=$(fixture_port)
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"

# authority NAME; certificate NAME AUTHORITY SUBJECT-ALT-NAME
authority() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" \
		-keyout "$work/$1.key" -out "$work/$1.pem" 2>/dev/null
}
certificate() {
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" \
		-keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
	openssl x509 -req -in "$work/$1.csr" -CA "$work/$2.pem" -CAkey "$work/$2.key" -days 2 \
		-extfile <(echo "subjectAltName=$3") -out "$work/$1.pem" 2>/dev/null
}
authority ours
authority strangers
certificate server ours IP:127.0.0.1
certificate named ours DNS:redis.example
certificate client ours DNS:migrantid
certificate stranger strangers IP:127.0.0.1
chmod 600 "$work"/*.key

fixture_sandbox "$a" "$work/people.json" || not_ok "the sandbox starts"
settings() {
	fixture_settings "$a" 'cache.store="redis"' "cache.redis_address=\"127.0.0.1:$port\"" \
		"cache.redis_ca_file=\"$work/ours.pem\"" cache.redis_timeout=300 "$@"
}
ctl() {
	timeout 60 "$fixture_build/src/tools/ctl/migrantidctl" "$@" \
		--config "$a/settings/migrantid.cfg" >"$work/ctl.out" 2>"$work/ctl.err"
}
# refused WHAT PATTERN: by the settings' check.
refused() {
	ctl check
	same "$1" "$? $(grep -cE "migrantid.cfg:[0-9]+: error: $2" "$work/ctl.err")" "1 1"
}

settings
if ! ctl check && grep -q 'redis_ca_file: .* knows no TLS' "$work/ctl.err"; then
	ok "this system's hiredis has no TLS, and the settings' check says so"
	fails "nor does a server start without" fixture_server "$a"
	settings 'cache.redis_ca_file=""' 'cache.redis_tls_name="redis.example"'
	refused "TLS that is half configured is refused" 'redis_ca_file: TLS is wanted'
	exit $tap_status
fi
ok "this system's hiredis has TLS"
settings 'cache.redis_address="/run/redis.sock"'
refused "a socket takes none" 'redis_ca_file: a Unix socket'
settings "cache.redis_certificate_file=\"$work/client.pem\""
refused "a certificate without its key" 'redis_key_file: .*belong together'
settings 'cache.redis_ca_file=""' 'cache.redis_tls_name="redis.example"'
refused "a name without an authority" 'redis_ca_file: TLS is wanted'
echo rubbish >"$work/rubbish.pem"
settings "cache.redis_ca_file=\"$work/rubbish.pem\""
ctl check
same "an authority that is none" "$? $(grep -c 'rubbish.pem: error: holds no cert' "$work/ctl.err")" "1 1"
fails "with which no server starts" fixture_server "$a"
settings "cache.redis_certificate_file=\"$work/client.pem\"" \
	"cache.redis_key_file=\"$work/server.key\""
ctl check
same "a key that is another's" "$? $(grep -c 'server.key: error: is not the key' "$work/ctl.err")" "1 1"

# serve CERTIFICATE [LINE..]
serve() {
	redis_end "$work/redis"
	redis_serve "$work/redis" "$clear" "tls-port $port" "tls-cert-file $work/$1.pem" \
		"tls-key-file $work/$1.key" "tls-ca-cert-file $work/ours.pem" \
		"tls-auth-clients ${2:-no}" || not_ok "Redis starts" "$work/redis/log"
}
kept() { redis-cli -h 127.0.0.1 -p "$clear" DBSIZE; }
# What a fresh server leaves in Redis after a sale; TLS may take longer than a sale waits.
sold() {
	server_stop "$a/server"
	redis-cli -h 127.0.0.1 -p "$clear" FLUSHALL >/dev/null
	fixture_server "$a"
	for i in 1 2 3; do
		sell "$a" "SOLD0000$i"
		[ "$(decided "$a")" = "Yes match" ] || break
		sleep 0.5
	done
	echo "$(decided "$a") $(kept)"
}

serve server
settings
holds "settings with TLS are sound" ctl check
same "answers are kept over TLS" "$(sold)" "Yes match 3"
ctl cache stats --json
same "and counted over it" "$(jq .entries "$work/ctl.out")" 3
ctl cache purge --all --json
same "and removed" "$(jq .removed "$work/ctl.out") $(kept)" "3 1"
serve server yes
settings "cache.redis_certificate_file=\"$work/client.pem\"" \
	"cache.redis_key_file=\"$work/client.key\""
same "with a certificate of ours, where Redis wants one" "$(sold)" "Yes match 3"
serve named
settings 'cache.redis_tls_name="redis.example"'
same "with a name instead of the address" "$(sold)" "Yes match 3"

# None of these is believed, and no sale is the worse for it.
mistrusted() {
	same "$1: a server" "$(sold)" "Yes match 0"
	ctl cache stats
	same "$1: migrantidctl" "$? $(grep -cE 'error: redis_address: .*(cannot be reached|does not answer)' \
		"$work/ctl.err")" "3 1"
}
settings
mistrusted "a certificate for another name"
settings 'cache.redis_tls_name="redis.elsewhere"'
mistrusted "and that for a name"
serve stranger
settings
mistrusted "a stranger's certificate"
serve server yes
mistrusted "no certificate of ours, where Redis wants one"
port=$clear
settings
mistrusted "a Redis without TLS"

# Sentinels are asked over TLS, too.
port=$(fixture_port)
serve server
redis_watch "$work/sentinel" 0 "tls-port $watch" "tls-cert-file $work/server.pem" \
	"tls-key-file $work/server.key" "tls-ca-cert-file $work/ours.pem" 'tls-auth-clients no' \
	'tls-replication yes' "sentinel monitor mymaster 127.0.0.1 $port 1" ||
	not_ok "a Sentinel starts" "$work/sentinel/log"
settings "cache.redis_sentinels=[ \"127.0.0.1:$watch\" ]"
server_stop "$a/server"
fixture_server "$a"
sleep 1.5
same "a master that a Sentinel tells of over TLS" "$(sell "$a" TOLD00001; sleep 0.5; kept)" 1
exit $tap_status
