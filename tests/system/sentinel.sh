#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sentinel.sh - the shared cache follows the master that Redis Sentinels tell of: from the start,
# over its death, and past Sentinels that are dead, silent or know nothing.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/redis_serve.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a b=$work/b
trap 'for one in one two first second deaf; do redis_end "$work/$one"; done
	fixture_stop "$a"; fixture_stop "$b"; rm -rf "$work"' EXIT
mkdir -p "$a" "$b"
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
declare -A port
for one in one two first second deaf; do port[$one]=$(fixture_port); done

redis() { redis-cli -h 127.0.0.1 -p "${port[$1]}" "${@:2}" 2>/dev/null; }

serve() { redis_serve "$work/$1" "${port[$1]}" "${@:2}" || not_ok "Redis $1 starts" "$work/$1/log"; }
watch() { redis_watch "$work/$1" "${port[$1]}" "${@:2}" || not_ok "Sentinel $1 starts" "$work/$1/log"; }
watch_sales() {
	watch "$1" "sentinel monitor sales 127.0.0.1 ${port[one]} 1" \
		'sentinel down-after-milliseconds sales 1000' 'sentinel failover-timeout sales 2000'
}

ctl() {
	timeout 60 "$fixture_build/src/tools/ctl/migrantidctl" "$@" \
		--config "$a/settings/migrantid.cfg"
}
entries() { ctl cache stats --json | jq .entries; }

serve one
serve two "replicaof 127.0.0.1 ${port[one]}"
watch_sales first
watch_sales second
# It watches something else.
watch deaf "sentinel monitor others 127.0.0.1 ${port[one]} 1"

fixture_sandbox "$a" "$work/people.json" || not_ok "the sandbox starts"
# As far as it may be: what is in Redis is believed if it is a minute newer than the server.
fixture_ahead "$a" 58
cp "$a/sandbox.url" "$b/"
ln -s "$a/sandbox" "$b/sandbox"
addresses() {
	local one list=
	for one in "$@"; do list="$list${list:+, }\"127.0.0.1:$one\""; done
	echo "cache.redis_sentinels=[ $list ]"
}
settings=('cache.store="redis"' 'cache.redis_master="sales"' cache.redis_timeout=200
	'cache.redis_address="never looked at"')
fixture_settings "$a" "${settings[@]}" "$(addresses "${port[first]}" "${port[second]}")"
# The other has to go past one where nobody is, and past one that does not know.
fixture_settings "$b" "${settings[@]}" "$(addresses 1 "${port[deaf]}" "${port[second]}")"
cp "$a/settings/person.key" "$b/settings/"
holds "two servers start" eval 'fixture_server "$a" && fixture_server "$b"'
holds "the master is found" sell_shared "$a" "$b" BEGIN 60
holds "by migrantidctl, too" test "$(entries)" -gt 0
holds "and has the answers" test "$(redis one DBSIZE)" -gt 0

# The sandbox goes on, and Redis's master dies.
for _ in $(seq 50); do
	redis two INFO replication | grep -q master_link_status:up && break
	sleep 0.2
done
for _ in $(seq 50); do
	[ "$(redis first SENTINEL replicas sales | grep -c "${port[two]}")" -gt 0 ] &&
		[ "$(redis first INFO sentinel | grep -o 'sentinels=2')" ] && break
	sleep 0.2
done
redis_end "$work/one"
sell "$a" AWAY00001
same "while there is none, sales are decided without" "$(decided "$a")" "Yes match"
holds "the new master is found" sell_shared "$a" "$b" AFTER 60
same "which is the other one" "$(redis first SENTINEL get-master-addr-by-name sales | tail -n 1)" \
	"${port[two]}"
holds "by migrantidctl, too, and what was shared before is there" test "$(entries)" -gt 1

# A master that is made a replica while we are connected to it, and a Sentinel that hangs.
serve one "replicaof 127.0.0.1 ${port[two]}"
for _ in $(seq 100); do
	redis two INFO replication | grep -q 'slave0:.*state=online' && break
	sleep 0.2
done
redis_hang "$work/second"
redis first SENTINEL failover sales >/dev/null
for _ in $(seq 100); do
	redis one INFO replication | grep -q role:master && break
	sleep 0.2
done
same "Sentinels change the master" "$(redis one INFO replication | tr -d '\r' | grep role:)" role:master
sell "$a" MOVED0001
holds "one server follows" test "$(decided "$a")" = "Yes match"
redis_wake "$work/second"
holds "and so does the other, whose Sentinel was silent" sell_shared "$a" "$b" TURNS 60

# No Sentinel is left: what is connected stays so; nobody else finds the master.
redis_end "$work/first"
redis_end "$work/second"
sell "$b" STAYS0001
same "without Sentinels sales are decided" "$(decided "$b")" "Yes match"
ctl cache stats 2>"$work/ctl.err"
same "migrantidctl fails" $? 3
same "it says which of them is away" "$(grep -cE \
	'warning: redis_sentinels: the Sentinel at 127.0.0.1:[0-9]+ cannot be reached' "$work/ctl.err")" 2
holds "and that none tells" grep -q 'error: redis_sentinels: none of them tells' "$work/ctl.err"
server_stop "$a/server"
holds "a server starts without them" fixture_server "$a"
same "and decides" "$(sell "$a" ALONE0001; decided "$a")" "Yes match"
for _ in $(seq 20); do
	grep -q 'shared cache at the master sales is away (no Sentinel' "$a/server/log" && break
	sell "$a" ALONE0002
	sleep 0.5
done
same "and says why, once" "$(grep -c 'shared cache at the master sales is away (no Sentinel' \
	"$a/server/log")" 1
exit $tap_status
