#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# redis.sh - several servers of one operator share answers in Redis, and none of them is worse off
# for a Redis that is gone, hung, locked or in an enemy's hands.
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
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
echo secret >"$work/password"
chmod 600 "$work/password"

redis_start() {
	redis_serve "$work/redis" "$port" 'user default off' \
		'user migrantid on >secret resetkeys ~migrantid:* -@all +mget +set' \
		'user keeper on >secret resetkeys ~migrantid:* -@all +scan +unlink +mget +set +watch +unwatch +multi +exec' \
		'user test on >test ~* +@all'
}

redis() { redis-cli -h 127.0.0.1 -p "$port" --user test --pass test --no-auth-warning "$@"; }

# The entries' names.
keys() { redis KEYS 'migrantid:*' | grep -vx migrantid:generation; }

# Settings of a server of this operator, in DIR.
settings() {
	fixture_settings "$1" 'cache.store="redis"' "cache.redis_address=\"127.0.0.1:$port\"" \
		'cache.redis_user="migrantid"' "cache.redis_password_file=\"$work/password\"" \
		cache.redis_timeout=200
}

questions() { fixture_questions "$a"; }

# A sale at a server, its result and where that came from.
sale() {
	sell "$@"
	echo "$(decided "$1") $(reply "$1" MigrantID-Source)"
}

# What was signed before a server began to hear of removals, and a minute after, it does not believe
# out of Redis. The service's clock is as far ahead as it may be, so that this takes no minute.
above_floor() { sleep 4; }

redis_start || not_ok "redis-server starts" "$work/redis/log"
fixture_sandbox "$a" "$work/people.json" || not_ok "the sandbox starts"
fixture_ahead "$a" 58
settings "$a"
cp "$a/sandbox.url" "$b/"
ln -s "$a/sandbox" "$b/sandbox"
settings "$b"
cp "$a/settings/person.key" "$b/settings/"
holds "two servers start with one Redis" eval 'fixture_server "$a" && fixture_server "$b"'
above_floor

same "a sale is decided at one" "$(sale "$a" REDIS0001)" "Yes match Service"
same "and is known at the other" "$(sale "$b" REDIS0001)" "Yes match Shared-Cache"
same "and then in its memory" "$(sale "$b" REDIS0001)" "Yes match Cache"
same "which was one question" "$(questions)" 1
same "keys are pseudonyms and no more" \
	"$(redis KEYS '*' | grep -cE '^migrantid:[A-Za-z0-9_-]{43}$')" "$(redis DBSIZE)"
fails "entries name nobody" sh -c "redis-cli -p $port --user test --pass test \
	--no-auth-warning GET \"\$(redis-cli -p $port --user test --pass test --no-auth-warning \
	KEYS '*')\" | grep -qE 'REDIS0001|1990'"
holds "entries expire by themselves" test "$(redis TTL "$(redis KEYS '*' | head -n 1)")" -gt 0

server_stop "$b/server"
fixture_server "$b"
same "what is older than a server's start proves nothing to it" "$(sale "$b" REDIS0001)" \
	"Yes match Service"

# The operator's key is changed at the second server first.
server_stop "$b/server"
mv "$b/settings/person.key" "$b/settings/old.key"
openssl rand -hex 32 >"$b/settings/person.key"
chmod 600 "$b/settings/"*.key
fixture_set "$b/settings/migrantid.cfg" 'operator.person_key_previous_file="old.key"'
fixture_server "$b"
above_floor
sell "$a" ROTATE001
same "a change of the operator's key does not lose it" "$(sale "$b" ROTATE001)" \
	"Yes match Shared-Cache"
server_stop "$b/server"
cp "$a/settings/person.key" "$b/settings/"
fixture_set "$b/settings/migrantid.cfg" 'operator.person_key_previous_file=""'
fixture_server "$b"
above_floor
sell "$a" ROTATE002

# The service changes its signing key, with overlap and then without.
fixture_curl "$a" /sandbox/rotate --data '{"keep_old": true}' >/dev/null
cp "$a/sandbox/jwks.json" "$b/settings/"
sleep 2.5
same "nor does one of the service's, while the old one is in force" "$(sale "$b" ROTATE002)" \
	"Yes match Shared-Cache"
sell "$a" ROTATE003
fixture_curl "$a" /sandbox/rotate --data '{"keep_old": false}' >/dev/null
cp "$a/sandbox/jwks.json" "$b/settings/"
cp "$a/sandbox/jwks.json" "$a/settings/"
sleep 2.5
same "a key that is gone vouches for nothing" "$(sale "$b" ROTATE003)" "Yes match Service"

. tests/system/redis_purge.sh
. tests/system/redis_two.sh

# In an enemy's hands: another person's answer, an older one, rubbish, too much of it.
# Server b is one that looks into Redis: it has just begun, and time enough has passed.
begin_again() {
	server_stop "$b/server"
	fixture_server "$b"
	above_floor
	redis FLUSHALL >/dev/null
	sell "$a" "$1"
	sell "$a" "$2"
}
begin_again ENEMY0001 ENEMY0002
same "two people's answers are there" "$(keys | wc -l)" 2
redis COPY "$(keys | head -n 1)" "$(keys | tail -n 1)" REPLACE >/dev/null
before=$(questions)
sell "$b" ENEMY0001
sell "$b" ENEMY0002
same "another person's answer is a question, not a yes" "$(questions)" $((before + 1))
number=3
for rubbish in '' x "$(head -c 40000 /dev/zero | tr '\0' A)" '{"result":"yes"}'; do
	number=$((number + 1))
	sell "$a" "ENEMY000$number"
	for key in $(keys); do redis SET "$key" "$rubbish" >/dev/null; done
	same "rubbish of ${#rubbish} octets is a question, not a yes" "$(sale "$b" "ENEMY000$number")" \
		"Yes match Service"
done
begin_again ENEMY0011 ENEMY0012
key=$(keys | head -n 1)
redis DEL "$key" >/dev/null
redis LPUSH "$key" a b >/dev/null
sell "$b" ENEMY0011
sell "$b" ENEMY0012
same "a list where a text should be is a miss" "$(decided "$b")" "Yes match"

# Hung: it costs its own small budget, then nothing at all.
redis_hang "$work/redis"
for i in 1 2 3 4 5 6; do
	sell "$b" "HUNG0000$i"
	[ "$(decided "$b")" = "Yes match" ] || not_ok "a hung Redis: sale $i" "$b/reply"
done
written "$b"
slow=$(grep -oE 'ms=[0-9]+' "$b/server/log" | tail -n 6 | cut -d= -f2)
holds "a hung Redis costs no more than its budget" test "$(sort -n <<<"$slow" | tail -n 1)" -lt 600
holds "and after three times nothing" test "$(tail -n 1 <<<"$slow")" -lt 150
holds "which is said once" test "$(grep -c 'shared cache.*is away' "$b/server/log")" = 1
redis_wake "$work/redis"
above_floor
sell_shared "$a" "$b" BACK1
same "when it is back it is used again" "$(reply "$b" MigrantID-Source)" Shared-Cache

# Gone, and back.
redis_end "$work/redis"
same "a Redis that is gone costs nothing" "$(sale "$b" GONE00001)" "Yes match Service"
server_stop "$b/server"
holds "a server starts without it" fixture_server "$b"
same "and decides" "$(sale "$b" GONE00002)" "Yes match Service"
written "$b"
holds "without waiting for what is not there" test \
	"$(grep -oE 'ms=[0-9]+' "$b/server/log" | tail -n 1 | cut -d= -f2)" -lt 150
redis_start
echo wrong >"$work/password"
server_stop "$b/server"
fixture_server "$b"
sell "$a" LOCKED001
same "a Redis that refuses us is as if absent" "$(sale "$b" LOCKED001)" "Yes match Service"

# Redis repeats what it was sent when it knows no such command: pseudonyms, and the password.
echo secret >"$work/password"
redis_end "$work/redis"
redis_serve "$work/redis" "$port" 'rename-command MGET ""' 'rename-command UNLINK ""' \
	'user migrantid on >secret ~* +@all' 'user keeper on >secret ~* +@all' \
	'user test on >test ~* +@all' || not_ok "redis-server starts" "$work/redis/log"
redis SET "migrantid:$(printf %043d 1)" x >/dev/null
server_stop "$b/server"
fixture_server "$b"
for i in 1 2 3 4; do sell "$b" "WORDS000$i"; done
sleep 1
same "a Redis without our command is as if absent" "$(decided "$b")" "Yes match"
holds "which is said" grep -q 'shared cache .* is away (ERR: ' "$b/server/log"
says "and by migrantidctl" 'redis_address: Redis refuses UNLINK: ERR' ctl cache purge --all
redis_end "$work/redis"
redis_serve "$work/redis" "$port" 'rename-command AUTH ""' || not_ok "redis-server starts" "$work/redis/log"
says "nor is the password shown" 'redis_address: Redis refuses AUTH: ERR' ctl cache stats
cp "$work/ctl.err" "$work/auth.err"
says "nor a pseudonym" 'Redis refuses AUTH' ctl cache purge --all
fails "not anywhere" grep -qE "secret'|[A-Za-z0-9_-]{43}" "$work"/*.err "$a/server/log" "$b/server/log"
exit $tap_status
