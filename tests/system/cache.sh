#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# cache.sh - answers that are kept: in memory, on disk, for several servers of a machine; taken away
# again by a purge or by a key that is gone; and a store that is damaged, harmed or not to be had,
# which may cost a question and never a decision. CACHE_KILLS: how often a server is killed.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a b=$work/b
trap 'fixture_stop "$a"; fixture_stop "$b"; rm -rf "$work"' EXIT
file=$a/store/answers.sqlite
mkdir -p "$a" "$b"

person() {
	printf '{ "document": {"type": "P", "issuer": "UZB", "number": "%s"}, "nationality": "UZB",
		"date_of_birth": "1990-01-31", "result": "%s", "reason": "%s", "valid_for": %s }' "$@"
}
cat >"$work/people.json" <<END
{ "people": [ $(person CACHE0001 yes match 3600), $(person CACHE0002 no id_locked 3600),
	$(person SHORT0001 yes match 6) ], "default": { "result": "yes", "reason": "match" } }
END

# A sale at a server, its result and where that came from.
sale() {
	sell "$@"
	echo "$(decided "$1") $(reply "$1" MigrantID-Source)"
}
questions() { fixture_questions "$a"; }
ctl() { "$fixture_build/src/tools/ctl/migrantidctl" "$@" --config "$a/settings/migrantid.cfg" --json; }
harm() { "$fixture_tests/harm" "$file" "$1"; }
heard() { cat "$1/server/log" "$1/server/output" | grep -q "$2"; }
# As a change of configuration or of the machine does it; what was heard before is forgotten.
restart() {
	server_stop "$1/server"
	server_start "$1/server" || not_ok "the server starts again" "$1/server/log"
}
new_keys() {
	fixture_curl "$a" /sandbox/rotate --data "{\"keep_old\": $1}" >/dev/null
	cp "$a/sandbox/jwks.json" "$a/settings/"
	cp "$a/sandbox/jwks.json" "$b/settings/"
}

fixture_sandbox "$a" "$work/people.json" || not_ok "the sandbox starts" "$a/sandbox.log"
fixture_settings "$a"
cp "$a/sandbox.url" "$b/"
ln -s "$a/sandbox" "$b/sandbox"
fixture_settings "$b" "cache.store_directory=\"$a/store\""
cp "$a/settings/person.key" "$b/settings/"
holds "two servers start with one store" eval 'fixture_server "$a" && fixture_server "$b"'

same "a sale is decided" "$(sale "$a" CACHE0001)" "Yes match Service"
same "and known from then on" "$(sale "$a" CACHE0001)" "Yes match Cache"
sleep 1
same "at the other server, too" "$(sale "$b" CACHE0001)" "Yes match Cache"
restart "$a"
same "and after a restart" "$(sale "$a" CACHE0001)" "Yes match Cache"
same "which was one question" "$(questions)" 1
fails "the file names nobody" grep -qaE 'CACHE0001|1990-01-31' "$file"

# A purge while both servers run, with the answer in the memory of both.
same "a purge removes one" "$(ctl cache purge --all | jq .removed)" 1
sleep 3
same "and both servers forget it" "$(sale "$a" CACHE0001)" "Yes match Service"
sleep 1
same "as soon as it is known again, both know it" "$(sale "$b" CACHE0001)" "Yes match Cache"
same "which was one question more" "$(questions)" 2
sell "$a" CACHE0002
sleep 1
same "so does a purge of one person" "$(grep -E 'MigrantID-(Doc|Nat|Date)' "$a/reply" |
	sed -n '/Received/q;p' | sort -u | ctl cache purge --person | jq .removed)" 1
sleep 3
same "who is asked about again" "$(sale "$a" CACHE0002)" "No id-locked Service"
same "and nobody else is" "$(sale "$a" CACHE0001) $(questions)" "Yes match Cache 4"
same "a purge of what is old removes none" \
	"$(ctl cache purge --before 2020-01-01 | jq .removed)" 0
sleep 3
same "and costs no question" "$(sale "$a" CACHE0001) $(questions)" "Yes match Cache 4"

# A key of the service that is gone vouches for nothing: in memory, and on disk.
new_keys true
sleep 3
same "while the old key is in force its answers are" "$(sale "$a" CACHE0001)" "Yes match Cache"
new_keys false
sleep 3
same "when it is gone they are not, in memory" "$(sale "$a" CACHE0001)" "Yes match Service"
same "and the new ones are" "$(sale "$a" CACHE0001) $(questions)" "Yes match Cache 5"
sleep 1
server_stop "$a/server"
server_stop "$b/server"
new_keys false
server_start "$a/server"
same "nor on disk" "$(sale "$a" CACHE0001) $(questions)" "Yes match Service 6"

# An enemy who can write the file.
sell "$a" CACHE0002
for how in swap spoil rubbish; do
	sleep 1
	server_stop "$a/server"
	holds "the store is harmed: $how" harm $how
	server_start "$a/server"
	before=$(questions)
	same "$how: a yes is asked for anew" "$(sale "$a" CACHE0001)" "Yes match Service"
	same "$how: a no, too" "$(sale "$a" CACHE0002)" "No id-locked Service"
	same "$how: two questions" "$(($(questions) - before))" 2
done
ctl cache purge --all >/dev/null
sell "$a" SHORT0001
sleep 1
server_stop "$a/server"
holds "the store is harmed: forever" harm forever
sleep 6
server_start "$a/server"
same "forever: an answer ends when the service said" "$(sale "$a" SHORT0001)" "Yes match Service"
server_start "$b/server"

# Killed under load, each time with sales under way; what was decided before is not lost.
sell "$a" CACHE0001
sleep 1
kills=${CACHE_KILLS:-10} lost=0 damaged=0 dead=0
for round in $(seq "$kills"); do
	for i in $(seq 400); do
		printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' \
			'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
			"MigrantID-Document-Number = \"K$(printf '%04d%04d' "$round" "$i")\"" \
			'MigrantID-Nationality = "UZB"' 'MigrantID-Date-of-Birth = "1990-01-31"' \
			'MigrantID-Consent-Text = "ru-2025-01"' ''
	done >"$work/load"
	server_radclient "$a/server" -q -p 16 -r 1 -t 1 <"$work/load" >/dev/null 2>&1 &
	load=$!
	sleep "0.$((RANDOM % 5 + 2))"
	pid=$(cat "$a/server/pid")
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	kill $load 2>/dev/null
	wait $load 2>/dev/null
	rm "$a/server/pid"
	server_start "$a/server" || dead=$((dead + 1))
	! heard "$a" 'was damaged' || damaged=$((damaged + 1))
	before=$(questions)
	[ "$(sale "$a" CACHE0001)" = "Yes match Cache" ] && [ "$(questions)" = "$before" ] ||
		lost=$((lost + 1))
done
same "killed under load $kills times: starts again" $dead 0
same "killed under load: the store is sound" $damaged 0
same "killed under load: nothing is lost" $lost 0
kept=$(ctl cache stats | jq .entries)
holds "killed under load: $kept answers were kept meanwhile" [ "$kept" -gt "$kills" ]
same "killed under load: the other server serves" "$(sale "$b" CACHE0001)" "Yes match Cache"
server_stop "$b/server"

# Damaged.
for how in half garbage empty; do
	server_stop "$a/server"
	case $how in
	half) truncate -s $(($(stat -c %s "$file") / 2)) "$file" ;;
	garbage) head -c 100000 /dev/urandom >"$file" ;;
	empty) : >"$file" ;;
	esac
	server_start "$a/server"
	[ $how = empty ] || holds "$how: is said" heard "$a" 'was damaged (.*): it was deleted and a new one is begun'
	same "$how: sales are decided" "$(sale "$a" CACHE0001)" "Yes match Service"
	sleep 1
	restart "$a"
	same "$how: and kept again" "$(sale "$a" CACHE0001)" "Yes match Cache"
	fails "$how: is said once" heard "$a" 'was damaged'
done

# Not to be had. Root may write everywhere, unless it gives that up.
server_stop "$a/server"
rm -f "$a/store"/*
chmod 500 "$a/store"
[ "$(id -u)" != 0 ] || SERVER_PREFIX="setpriv --bounding-set=-dac_override"
holds "an unwritable store: the server starts" server_start "$a/server"
SERVER_PREFIX=
holds "an unwritable store: is said" heard "$a" 'cannot be used (.*): answers are kept in memory alone'
same "an unwritable store: sales are decided" "$(sale "$a" CACHE0001)" "Yes match Service"
same "an unwritable store: and kept in memory" "$(sale "$a" CACHE0001)" "Yes match Cache"
server_stop "$a/server"
rmdir "$a/store"
holds "a missing store: the server starts" server_start "$a/server"
holds "a missing store: is said" heard "$a" 'cannot be used (.*): answers are kept in memory alone'
same "a missing store: sales are decided" "$(sale "$a" CACHE0001)" "Yes match Service"
exit $tap_status
