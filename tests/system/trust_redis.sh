#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_redis.sh - whoever controls Redis can cause questions, and nothing else: what it hides and
# gives back, or says was removed, brings no yes back that the service or the operator took away.
# Of an answer to a token nothing is in it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/redis_serve.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a b=$work/b
trap 'redis_end "$work/redis"; fixture_stop "$a"; fixture_stop "$b"; rm -rf "$work"' EXIT
port=$(fixture_port)
mkdir -p "$a" "$b"

person() {
	printf '{ "document": {"type": "P", "issuer": "UZB", "number": "%s"}, "nationality": "UZB",
		"date_of_birth": "1990-01-31", "result": "%s", "reason": "%s" %s }' "$@"
}
cat >"$work/people.json" <<END
{ "people": [ $(person GOOD00001 yes match ', "token": "token-good"'),
	$(person BLOCK0001 no id_blocked ', "token": "token-block"') ],
	"default": { "result": "yes", "reason": "match" } }
END

redis() { redis-cli -h 127.0.0.1 -p "$port" "$@"; }
keys() { redis KEYS 'migrantid:*' | grep -vx -e migrantid:generation -e ''; }
questions() { fixture_questions "$a"; }
settings() {
	fixture_settings "$1" 'cache.store="redis"' "cache.redis_address=\"127.0.0.1:$port\"" \
		cache.redis_timeout=300 cache.keep_no=1
}
# What an enemy keeps and gives back.
take() { redis COPY "$1" enemys:own REPLACE >/dev/null; }
give_back() { redis COPY enemys:own "$1" REPLACE >/dev/null; }
cry_removed() { redis SET migrantid:generation "$(openssl rand -hex 16)" >/dev/null && sleep 2.5; }
# An answer is believed out of Redis if it was signed a minute after the server began to hear of
# removals: the service's clock is as far ahead as it may be, and time goes by.
wait_for_floor() { sleep 4; }

redis_serve "$work/redis" "$port" || not_ok "redis-server starts" "$work/redis/log"
fixture_sandbox "$a" "$work/people.json" || not_ok "the sandbox starts"
fixture_ahead "$a" 58
cp "$a/sandbox.url" "$b/"
ln -s "$a/sandbox" "$b/sandbox"
settings "$a"
settings "$b"
cp "$a/settings/person.key" "$b/settings/"
holds "two servers start with one Redis" eval 'fixture_server "$a" && fixture_server "$b"'
wait_for_floor

sell "$a" BLOCK0001 'MigrantID-Subject-Token = "token-good"'
sell "$a" GOOD00001 'MigrantID-Subject-Token = "token-good"'
same "T1: of a token's answer nothing is in Redis" "$(keys | wc -l)" 0
sell "$b" BLOCK0001
same "T1: nor found there by another server" "$(told "$b")" "No id-blocked Service"

# The yes is hidden, a removal is cried, the service refuses, and the old yes is given back.
redis FLUSHALL >/dev/null
sell "$a" HIDDEN001
same "a yes is in Redis" "$(decided "$a") $(keys | wc -l)" "Yes match 1"
key=$(keys)
take "$key"
sell "$b" HIDDEN001
same "and is believed, as nothing is known against it" "$(told "$b")" "Yes match Shared-Cache"
redis DEL "$key" >/dev/null
cry_removed
holds "the service refuses from now on" fixture_reason "$a" id_blocked
sell "$a" HIDDEN001
same "the service refuses" "$(told "$a")" "No id-blocked Service"
before=$(questions)
give_back "$key"
# The no has passed, and Redis says nothing of a removal: what was heard of the no is all there is.
sleep 2.2
sell "$a" HIDDEN001
same "T4: the old yes is not believed after the no" "$(told "$a")" "No id-blocked Service"
give_back "$key"
cry_removed
sell "$a" HIDDEN001
same "T4: nor after another cry" "$(told "$a")" "No id-blocked Service"
holds "T4: each cost a question" test "$(questions)" -gt "$before"
give_back "$key"
server_stop "$a/server"
server_start "$a/server"
sell "$a" HIDDEN001
same "T4: nor after a restart" "$(told "$a")" "No id-blocked Service"
fixture_reason "$a" null

# The same with the operator's own removal.
wait_for_floor
redis FLUSHALL >/dev/null
sell "$a" PURGED001
key=$(keys)
take "$key"
same "a person is removed" "$(grep -E 'MigrantID-(Doc|Nat|Date)' "$a/reply" | sed -n '/Received/q;p' |
	sort -u | "$fixture_build/src/tools/ctl/migrantidctl" cache purge --person --json \
		--config "$a/settings/migrantid.cfg" | jq .removed)" 1
sleep 2.5
give_back "$key"
before=$(questions)
sell "$a" PURGED001
same "T4: what was removed is not believed when Redis gives it back" "$(told "$a")" "Yes match Service"
sell "$b" PURGED001
same "T4: by no server" "$(reply "$b" MigrantID-Source) $(($(questions) - before))" "Service 2"
exit $tap_status
