#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# path.sh BUILD - the whole path of a sale in one process (see door.c), with the sandbox, a file and
# a Redis: every kind of sale, crowds, reloads while they sell, faults, a stop with questions under
# way. For builds with a sanitizer, which has the last word: what it says fails the test.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
FIXTURE_BUILD=$(cd "${1:-build/main}" && pwd)
. tests/system/fixture.sh
. tests/system/redis_serve.sh
. tests/system/tap.sh
. tests/system/buyers.sh

work=$(mktemp -d)
trap 'door_close; redis_end "$work/redis"; fixture_stop "$work"; rm -rf "$work"' EXIT
door_pid='' told=''
child_birth=$(date -d '3 years ago' +%Y-%m-%d)

cat >"$work/people.json" <<'END'
{ "people": [
	{ "document": {"type": "P", "issuer": "UZB", "number": "PATHNO001"}, "nationality": "UZB",
	  "date_of_birth": "1990-01-31", "result": "no", "reason": "id_locked" },
	{ "document": {"type": "P", "issuer": "UZB", "number": "PATHTOKEN"}, "nationality": "UZB",
	  "date_of_birth": "1990-01-31", "result": "yes", "reason": "match",
	  "tokens": [ "token-one", "token-two" ] } ],
  "default": { "result": "yes", "reason": "match" } }
END

# door_open WHAT: the process, until all parts are open.
door_open() {
	coproc DOOR { exec "$fixture_tests/door" "$work/settings/migrantid.cfg" 2>>"$work/said"; }
	door_pid=$DOOR_PID door_in=${DOOR[1]} door_out=${DOOR[0]}
	told=''
	IFS= read -r -t 120 told <&"$door_out"
	same "$1: it opens" "$told" open
}

# It ends by itself when its input does; what it leaks is told then.
door_close() {
	local pid=$door_pid
	[ -n "$pid" ] || return 0
	door_pid=''
	eval "exec $door_in>&-"
	wait "$pid"
}

# sale LINE..: one decision, in $told.
sale() {
	told=''
	printf '%s\n' "$@" '' >&"$door_in"
	IFS= read -r -t 120 told <&"$door_out"
}

# crowd "THREADS SALES PERSONS": what it counted, in $told.
crowd() {
	local lines=()
	mapfile -t lines < <(holder CROWD | grep -v Number)
	told=''
	printf '%s\n' "${lines[@]}" "crowd $1" >&"$door_in"
	IFS= read -r -t 240 told <&"$door_out"
}

holder() { buyers_holder "$1" 1990-01-31 UZB; }

# sell NUMBER [LINE..]: to the holder of an Uzbek passport.
sell() {
	local lines=()
	mapfile -t lines < <(holder "$1")
	shift
	sale "${lines[@]}" "$@"
}

# decides WHAT WANTED: the words with which the last decision begins.
decides() {
	if [[ "$told " = "$2 "* ]]; then ok "$1"; else not_ok "$1: '$told', and not '$2'"; fi
}

# reload WORD [SETTING..]: write WORD before what is said of an exempt person, wait until it is said.
reload() {
	local word=$1 tries=100 setting
	shift
	for setting; do
		fixture_set "$work/settings/migrantid.cfg" "$setting"
	done
	sed -E "/^\t\texempt = /,/\}/s/clerk = \"/&$word /" config/mods-config/migrantid/messages.cfg \
		>"$work/settings/messages.new"
	mv "$work/settings/messages.new" "$work/settings/messages.cfg"
	while child; [[ "$told" != *" $word "* ]] && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.2
	done
	[ $tries -gt 0 ]
}

child() {
	local lines=()
	mapfile -t lines < <(buyers_holder PATHCHILD "$child_birth" UZB)
	sale "${lines[@]}"
}

settings() {
	fixture_settings "$work" waiting.wait=8000 waiting.max_waiting=64 service.breaker_failures=1000 \
		service.attempt_timeout=8000 "$@"
}

kinds() {
	child
	decides "a child" "Exempt exempt Rule"
	sell PATHHOME1 MigrantID-MRZ=no
	decides "a zone that is none" "Undetermined attribute-invalid"
	sale MigrantID-Nationality=UZB
	decides "half a request" "Undetermined attribute-missing"
	sale "$(holder PATHHOME1 | sed s/UZB/RUS/)"
	decides "a citizen" "Not-Applicable not-applicable"
	sell PATHYES01
	decides "a yes of the service" "Yes match Service"
	sell PATHYES01
	decides "and out of memory" "Yes match Cache"
	sell PATHNO001
	decides "a no" "No id-locked Service"
	sale MigrantID-Subject-Token=token-one MigrantID-Consent-Text=ru-2025-01
	decides "a token" "Yes match Service"
	sell PATHTOKEN MigrantID-Subject-Token=token-two
	decides "a token beside a document" "Yes match Service"
	fixture_fault "$work" bad-signature
	sell PATHFAULT
	decides "a forged answer" "Undetermined answer-rejected"
	fixture_fault "$work" truncate
	sell PATHFAULT
	decides "half an answer" "Undetermined service-unavailable"
	fixture_fault "$work" null
	sell PATHFAULT
	decides "and the whole one" "Yes match Service"
}

# Who sells meanwhile must not notice.
reloads() {
	local round changing
	crowd "16 20 40"
	decides "a crowd" "Yes 320 No 0 Undetermined 0"
	(
		umask 077
		for round in 1 2 3; do
			sed "s/exempt = {/& # $round/" config/mods-config/migrantid/messages.cfg \
				>"$work/settings/messages.new"
			mv "$work/settings/messages.new" "$work/settings/messages.cfg"
			openssl rand -hex 32 >"$work/settings/key.new"
			mv "$work/settings/key.new" "$work/settings/person.key"
			sleep 1.3
		done
	) &
	changing=$!
	while crowd "8 200 40"; do
		[ "$told" = "Yes 1600 No 0 Undetermined 0" ] && kill -0 $changing 2>/dev/null || break
	done
	decides "and more while the configuration changes" "Yes 1600 No 0 Undetermined 0"
	wait $changing
	holds "the last change is in force" reload changed waiting.wait=300
}

challenge() {
	local tries=50
	fixture_fault "$work" hang
	sell PATHSTATE MigrantID-Sale-Id=path-1 MigrantID-Accept-Challenge=Yes
	decides "nobody waits longer than is set" "Undetermined pending"
	fixture_fault "$work" null
	while sell PATHSTATE MigrantID-Sale-Id=path-1 MigrantID-Accept-Challenge=Yes state; do
		tries=$((tries - 1))
		[[ "$told" = "Undetermined "* && $tries -gt 0 ]] || break
		sleep 0.3
	done
	decides "with the State of the challenge it is decided later" "Yes match"
}

stop() {
	local started=$SECONDS
	fixture_fault "$work" hang
	crowd "8 1 1000"
	told=''
	sell PATHSTOP1
	decides "a question is under way" "Undetermined pending"
	holds "and it stops all the same" door_close
	holds "at once" test $((SECONDS - started)) -le 20
	fixture_fault "$work" null
}

file() {
	local asked
	asked=$(fixture_questions "$work")
	door_open "again"
	sell PATHSTATE
	decides "the file has what was answered" "Yes match"
	same "and nobody is asked" "$(fixture_questions "$work")" "$asked"
	holds "it stops" door_close
}

shared() {
	local port
	port=$(fixture_port)
	redis_serve "$work/redis" "$port" || return
	settings 'cache.store="redis"' "cache.redis_address=\"127.0.0.1:$port\"" \
		cache.redis_timeout=1000 || return
	door_open "with Redis"
	crowd "8 10 40"
	decides "a crowd" "Yes 80 No 0"
	redis_hang "$work/redis"
	sell PATHREDIS
	decides "with a Redis that hangs" "Yes match Service"
	redis_wake "$work/redis"
	redis_end "$work/redis"
	sell PATHREDI2
	decides "with one that is gone" "Yes match Service"
	holds "it stops" door_close
}

fixture_sandbox "$work" "$work/people.json" && settings || not_ok "a sandbox and settings"
door_open "first"
for part in kinds reloads challenge stop file shared; do
	"$part" || not_ok "$part could be set up"
done
fixture_stop "$work"
fails "no sanitizer has anything to say" grep -E 'Sanitizer|runtime error' "$work/said"
[ $tap_status = 0 ] || cat "$work/said"
fails "nor of the sandbox" grep -E 'Sanitizer|runtime error' "$work/sandbox.log"
exit $tap_status
