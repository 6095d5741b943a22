# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# redis_purge.sh - part of redis.sh: counting and removing what is in Redis while two servers use it.

# As a user of Redis who may remove, which the servers' own need not: settings beside theirs.
keeper=$a/settings/keeper.cfg
keeper_settings() {
	local change
	cp "$a/settings/migrantid.cfg" "$keeper"
	for change in 'cache.redis_user="keeper"' "$@"; do fixture_set "$keeper" "$change"; done
}
ctl() {
	timeout 60 "$fixture_build/src/tools/ctl/migrantidctl" "$@" --config "$keeper" \
		2>"$work/ctl.err"
}
removed() { ctl cache purge "$@" --json | jq .removed; }
entries() { ctl cache stats --json | jq .entries; }
# says WHAT PATTERN COMMAND..: it fails with exit code 3 and says so.
says() {
	local what=$1 pattern=$2 code
	shift 2
	"$@" >/dev/null
	code=$?
	if [ $code = 3 ] && grep -qE "$pattern" "$work/ctl.err"; then
		ok "$what"
	else
		not_ok "$what (exit code $code)" "$work/ctl.err"
	fi
}
person() { grep -E 'MigrantID-(Doc|Nat|Date)' "$1/reply" | sed -n '/Received/q;p' | sort -u; }
# After the second that it takes servers to hear of a removal; then what is in Redis has to be newer.
heard() { sleep 5; }
sources() { echo "$(sale "$a" "$1") / $(sale "$b" "$1")"; }

keeper_settings
redis SET other:thing theirs >/dev/null
same "a purge clears the table" "$(removed --all >/dev/null; entries)" 0
heard
sell "$a" PURGE0001
sell "$b" PURGE0001
sell "$a" PURGE0002
same "as many are counted as are kept" "$(entries)" 2
same "both servers have an answer in memory" "$(sources PURGE0001)" \
	"Yes match Cache / Yes match Cache"
same "a purge of all removes all" "$(removed --all)" 2
same "and nothing of others" "$(redis GET other:thing)" theirs
same "none is left" "$(entries)" 0
heard
same "running servers have forgotten" "$(sources PURGE0001)" \
	"Yes match Service / Yes match Shared-Cache"
sell "$a" PURGE0002
same "a purge of one person removes one" "$(person "$a" | removed --person)" 1
same "the other is left" "$(entries)" 1
same "and once more none" "$(person "$a" | removed --person)" 0
heard
same "servers have forgotten that one" "$(sale "$b" PURGE0002)" "Yes match Service"
same "and what is older than a removal proves nothing" "$(sale "$b" PURGE0001)" "Yes match Service"
same "a purge of what is old removes none of today's" "$(removed --before 2020-01-01)" 0
same "and up to tomorrow all" "$(removed --before "$(date -ud tomorrow +%F)")" 2
same "what is no entry of ours is not counted" \
	"$(redis SET migrantid:rubbish x >/dev/null; entries)" 0
same "but goes with all" "$(removed --all)" 1

# Many, so that several parts of the table are walked.
{
	for i in $(seq 5000); do
		printf 'SET migrantid:%043d x\n' "$i"
	done
} | redis >/dev/null
same "thousands are counted" "$(entries)" 5000
same "what cannot be read has no age, and stays" "$(removed --before 2099-01-01)" 0
same "thousands are removed" "$(removed --all)" 5000

# A prefix is taken as it is, and the empty one for what looks like an entry.
redis SET 'm[i]*:thing' x >/dev/null
redis SET 'mi:thing' x >/dev/null
keeper_settings 'cache.redis_prefix="m[i]*:"'
says "a key beyond the user's reach" "ACL SETUSER keeper ~m\[i\]\*:\* .*\+unlink" \
	ctl cache purge --all
redis ACL SETUSER keeper allkeys >/dev/null
same "a prefix is no pattern" "$(removed --all) $(redis EXISTS mi:thing)" "1 1"
keeper_settings 'cache.redis_prefix=""'
redis SET "$(printf %043d 7)" x >/dev/null
same "without one strangers' keys stay" "$(removed --all) $(redis GET other:thing)" "1 theirs"

# What can go wrong is said in the words of the settings.
keeper_settings 'cache.redis_user="migrantid"'
says "a user without the rights is told which" \
	"keeper.cfg:[0-9]+: error: redis_user: .*ACL SETUSER migrantid .*\+scan \+unlink" ctl cache stats
keeper_settings "cache.redis_password_file=\"$work/wrong\""
echo wrong >"$work/wrong"
says "a wrong password" "keeper.cfg:[0-9]+: error: redis_password_file: " ctl cache stats
keeper_settings 'cache.redis_password_file=""' 'cache.redis_user=""'
says "a password that is missing" "keeper.cfg:[0-9]+: error: redis_password_file: " ctl cache stats
keeper_settings 'cache.redis_address="127.0.0.1:1"'
says "nobody there" "keeper.cfg:[0-9]+: error: redis_address: .*127.0.0.1:1 cannot be reached" \
	ctl cache purge --all
keeper_settings
redis_hang "$work/redis"
says "one that is silent" "redis_address: .*does not answer within" ctl cache purge --all
redis_wake "$work/redis"
redis REPLICAOF 127.0.0.1 1 >/dev/null
says "a replica" "redis_address: .*replica" ctl cache purge --all
redis REPLICAOF NO ONE >/dev/null

# Servers rested meanwhile. What was made here for its own sake is nobody's business further down.
sell_shared "$a" "$b" AWAKE
redis FLUSHALL >/dev/null
