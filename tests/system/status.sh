#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# status.sh - what a real server writes down of its decisions and of itself, and what migrantidctl
# status makes of it: counts agree with the sales that were made, in either form of the log; disks
# that are full, folders that vanish, servers that die, files that lie. Wants root for a full disk.
# Arguments choose parts (see the end).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
# Its mounts end with it.
[ "$(id -u)" != 0 ] || [ -n "${STATUS_INSIDE:-}" ] ||
	STATUS_INSIDE=1 exec unshare --mount "$0" "$@"
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
ctl=$fixture_build/src/tools/ctl/migrantidctl
log=$work/log/decisions.log
trap 'fixture_stop "$work"; umount "$work/log" 2>/dev/null; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM
mkdir -p "$work/log"
cat >"$work/people.json" <<'END'
{ "people": [
	{ "document": { "type": "P", "issuer": "UZB", "number": "NOTHERE01" },
	  "date_of_birth": "1990-01-31", "nationality": "UZB", "result": "no", "reason": "not_enrolled" }
], "default": { "result": "yes", "reason": "match" } }
END

status() { "$ctl" status --directory "$work/stats" "$@" >"$work/out" 2>"$work/err"; }

# code WHAT WANTED OPTION..: the exit code of status; its output stays in $work/out and err.
code() {
	local what=$1 wanted=$2 got=0
	shift 2
	status "$@" || got=$?
	same "$what" $got "$wanted"
}

# counted: "result reason source count" of all decisions, as status tells programs.
counted() {
	status --json
	jq -r '.servers[0].decisions[] | "\(.result) \(.reason) \(.source) \(.count)"' "$work/out"
}

# comes_to SECONDS COMMAND..: it holds within that time.
comes_to() {
	local tries=$(($1 * 10))
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

lines_are() { [ "$(wc -l <"$1")" = "$2" ]; }
total_is() { [ "$(counted | awk '{ n += $4 } END { print n + 0 }')" = "$1" ]; }
said() { grep -q "$1" "$work/server/log"; }

# A dozen sales of which it is known what they come to.
sales() {
	local i
	for i in 1 2 3; do sell "$work" FA123456$i; done
	sell "$work" FA1234561
	sell "$work" NOTHERE01
	sell "$work" CH1234567 "MigrantID-Date-of-Birth = \"$(($(date +%Y) - 3))-01-01\""
	sell "$work" FA1234567 'MigrantID-Date-of-Birth = "1990-02-30"'
	sell "$work" 751234567 'MigrantID-Document-Issuer = "RUS"' 'MigrantID-Nationality = "RUS"'
}
made='Exempt exempt Rule 1
No not-enrolled Service 1
Not-Applicable not-applicable none 1
Undetermined attribute-invalid none 1
Yes match Cache 1
Yes match Service 3'

# What a line of the log has: the members of JSON, in their order.
shape() { jq -r 'keys_unsorted | join(" ")' "$log" | sort -u; }

file_form() {
	fixture_with "$work" "$work/people.json" 'log.decisions="file"' "log.file=\"$log\"" || return
	sales
	holds "each sale is a line of the file" comes_to 3 lines_are "$log" 8
	same "no other line is in the server's log" "$(grep -c reference= "$work/server/log")" 0
	same "each is an object of these members" "$(shape)" "\
time reference result reason rules attribute ms shop
time reference result reason rules ms shop
time reference result reason source rules ms rule
time reference result reason source rules ms shop"
	holds "an exempt sale has its rule and no shop" \
		jq -es 'map(select(.result == "Exempt")) | length == 1 and .[0].rule and (.[0] | has("shop") | not)' "$log"
	holds "every other has the shop" \
		jq -es 'map(select(.result != "Exempt")) | all(.shop == "sim-sale-shop" and (has("rule") | not))' "$log"
	same "and the file is the server's alone" "$(stat -c %a "$log")" 640
	holds "the last reply's reference is there" comes_to 2 grep -q "$(reply "$work" MigrantID-Reference)" "$log"
	comes_to 3 total_is 8
	same "the counts are those of the sales" "$(counted | sort)" "$made"
	code "all are alive" 0
	holds "on one screen" test "$(wc -l <"$work/out")" -le 24
	holds "of 80 columns" test "$(wc -L <"$work/out")" -le 80
	holds "which names the reasons" grep -q '^Yes .*match 4' "$work/out"
	code "fit to serve" 0 --ready
	same "in a word" "$(cat "$work/out")" "migrantid: ready"
	code "as metrics" 0 --prometheus
	holds "which promtool finds nothing to say about" test -z "$(promtool check metrics <"$work/out" 2>&1)"
	promtool check metrics <"$work/out" >/dev/null 2>&1 || not_ok "promtool takes them"
	same "each with its server" "$(grep -v '^#' "$work/out" | grep -cv '{server="migrantid"')" 0
	holds "with the count of sales" grep -qx \
		'migrantid_decisions_total{server="migrantid",result="Yes",reason="match",source="Service"} 3' "$work/out"
	"$ctl" status --directory "$work/stats" --watch >"$work/out" &
	sleep 2.4
	kill $!
	wait $! 2>/dev/null
	holds "watching shows it again and again" test "$(grep -c 'alive since' "$work/out")" -ge 2
	rotation
	holds "the server ends" server_stop "$work/server"
	code "which is not in order" 1
	holds "and told as such" grep -q 'stopped in good order' "$work/out"
	same "nothing was lost" "$(counted | awk '{ n += $4 } END { print n }')" \
		"$(cat "$work"/log/decisions.log* | wc -l)"
	fixture_stop "$work"
}

# logrotate moves the file away; the Debian package's own snippet, for this file.
rotation() {
	if command -v logrotate >/dev/null; then
		sed -e "s|/var/log/freeradius/migrantid-decisions.log|$log|" \
			-e '/compress/d' debian/freeradius-migrantid.logrotate >"$work/rotate.conf"
		chmod 644 "$work/rotate.conf"
		chmod 755 "$work/log"
		holds "logrotate takes the package's snippet" \
			logrotate -f -s "$work/rotate.state" "$work/rotate.conf"
	else
		mv "$log" "$log.1"
	fi
	sell "$work" FA1234561
	holds "after a rotation a new file is begun" comes_to 3 lines_are "$log" 1
	same "and the old one is whole" "$(jq -s length "$log.1")" 8
}

server_form() {
	fixture_with "$work" "$work/people.json" || return
	sales
	holds "each sale is a line of the server's log" fixture_logged "$work" '' 8
	holds "with the shop" said 'result=Yes .* shop=sim-sale-shop$'
	holds "or the rule" said 'result=Exempt .* rule=child-under-six$'
	fails "never both" said 'shop=.*rule=\|rule=.*shop='
	comes_to 3 total_is 8
	same "with the same counts" "$(counted | sort)" "$made"
	liveness
	fixture_stop "$work"
}

# Without a word of the server: by what it last wrote.
liveness() {
	local pid
	pid=$(cat "$work/server/pid")
	kill -STOP "$pid"
	sleep 6
	code "a server that hangs is not in order" 1
	holds "and called silent" grep -q 'SILENT: its process is there' "$work/out"
	code "nor fit to serve" 1 --ready
	kill -CONT "$pid"
	holds "it lives again" comes_to 5 status
	rm -f "$work/stats/migrantid.stats"
	holds "a file that was removed comes back" comes_to 5 status
	rm -rf "$work/stats"
	holds "a folder that vanishes is said" comes_to 5 said 'figures cannot be written there: No such file'
	sell "$work" FA1234561
	same "and costs no sale" "$(decided "$work")" "Yes match"
	mkdir -m 755 "$work/stats"
	holds "one that comes back is used" comes_to 5 status
	same "which is said once, each" "$(grep -c 'figures ' "$work/server/log")" 2
	server_crash
	code "a server that was killed is not in order" 1
	holds "and was last alive then" grep -q 'GONE: last alive at 20' "$work/out"
	code "in metrics it is down" 0 --prometheus
	same "and no more is said" "$(grep -v '^#' "$work/out")" 'migrantid_up{server="migrantid"} 0'
}

server_crash() {
	local pid
	pid=$(cat "$work/server/pid")
	{ kill -9 "$pid" && server_stop "$work/server"; } >/dev/null 2>&1
	sleep 6
}

# metric NAME [LABELS]: its value; labels as they stand behind that of the server.
metric() {
	status --prometheus
	awk -v head="migrantid_$1{server=\"migrantid\"${2:+,$2}} " 'index($0, head) == 1 { print $NF }' "$work/out"
}
metric_is() { [ "$(metric "${@:2}")" = "$1" ]; }

# What the parts say of themselves.
gauges() {
	local i rules=$work/settings/rules.cfg
	fixture_with "$work" "$work/people.json" service.breaker_failures=3 service.breaker_pause=60000 \
		service.breaker_pause_max=60000 || return
	holds "the service is up" comes_to 5 metric_is 1 endpoint_up "endpoint=\"$fixture_url\""
	same "its keys are counted" "$(metric keys)" 1
	same "and the certificate ends when it does" "$(metric certificate_expiry_seconds "file=\"$work/settings/client.pem\"")" \
		"$(date -d "$(openssl x509 -enddate -noout -in "$work/settings/client.pem" | cut -d= -f2)" +%s)"
	fixture_fault "$work" bad-signature
	sell "$work" FORGED001
	holds "an answer that is not believed is counted by its check" \
		comes_to 5 metric_is 1 answers_rejected_total 'check="signature"'
	fixture_fault "$work" http-500
	for i in 1 2 3; do sell "$work" "FAILS000$i"; done
	holds "an address that fails is down" comes_to 5 metric_is 0 endpoint_up "endpoint=\"$fixture_url\""
	same "with how it failed" "$(metric endpoint_failures_total "endpoint=\"$fixture_url\",cause=\"status\"")" 3
	code "which takes no server out" 0 --ready
	code "and is in order" 0
	holds "it is named for people" grep -q "$fixture_url DOWN, it rests" "$work/out"
	cp "$rules" "$work/rules.kept"
	echo 'rules = 7;' >"$rules"
	holds "a refused reload is a gauge" comes_to 5 metric_is 0 config_last_reload_successful
	same "and counted" "$(metric config_reloads_total 'outcome="refused"')" 1
	status
	holds "with what is wrong" grep -q '^LAST RELOAD .*rules.cfg' "$work/out"
	cp "$work/rules.kept" "$rules"
	holds "until it is mended" comes_to 5 metric_is 1 config_last_reload_successful
	same "a taken one is counted" "$(metric config_reloads_total 'outcome="taken"')" 1
	same "no outage is announced" "$(metric outage)" 0
	"$ctl" outage begin --until "$(date -u -d '+1 hour' +%FT%TZ)" \
		--config "$work/settings/migrantid.cfg" >/dev/null
	holds "an announced one is a gauge" comes_to 5 metric_is 1 outage
	status
	holds "and shown" grep -q '^OUTAGE .*announced until' "$work/out"
	fixture_stop "$work"
	rm -f "$work/state/outage"
}

two_instances() {
	local raddb=$work/server/raddb
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return
	rm -rf "$work/server"
	server_make "$work/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$work/settings/migrantid.cfg" || return
	sed 's/^migrantid {/migrantid second {/' "$raddb/mods-enabled/migrantid" >"$raddb/mods-enabled/second"
	server_edit "$raddb/sites-enabled/sim-sale" 's/^\tmigrantid$/\tsecond\n\tmigrantid/'
	server_start "$work/server" || return
	sell "$work" FA1234561
	holds "two instances are two servers" comes_to 5 has_two
	code "of which one can be looked at" 0 --instance second
	fails "alone" grep -q '^migrantid ' "$work/out"
	code "both as metrics" 0 --prometheus
	same "are taken" "$(promtool check metrics <"$work/out" 2>&1)" ""
	code "one that is not there could not be looked at" 3 --instance third
	holds "and is said so" grep -q "is that the instance's name" "$work/err"
	fixture_stop "$work"
}
has_two() {
	status --json && [ "$(jq -c '[.servers[].instance]' "$work/out")" = '["migrantid","second"]' ]
}

# It fills up, and there is room again: sales go on, and what is missing is counted.
full_disk() {
	local lost
	if [ "$(id -u)" != 0 ]; then
		skip "a disk of decisions that is full" "wants root"
		return
	fi
	mount -t tmpfs -o size=8k none "$work/log" || return
	fixture_with "$work" "$work/people.json" 'log.decisions="file"' "log.file=\"$log\"" || return
	head -c 4096 /dev/zero >"$work/log/filler"
	for i in $(seq 40); do sell "$work" "FULL0000$((i % 10))"; done
	same "on a full disk sales go on" "$(decided "$work")" "Yes match"
	holds "it is said, with what to do" comes_to 3 said 'decisions cannot be written down: No space left on device: make room'
	rm -f "$work/log/filler"
	holds "and when it is over" comes_to 5 resumed
	server_stop "$work/server"
	same "each is said once" "$(grep -c 'decisions .*written down' "$work/server/log")" 2
	status --json
	lost=$(jq '.servers[0].records_lost' "$work/out")
	holds "what is missing is counted ($lost)" test "$lost" -gt 0
	same "to the last sale" $(($(jq -es length "$log") + lost)) \
		"$(jq '[.servers[0].decisions[].count] | add' "$work/out")"
	fixture_stop "$work"
	umount "$work/log"
}
resumed() { sell "$work" FULL00001 && said 'decisions are written down again'; }

# A folder that is not there at the start, for both.
no_folders() {
	fixture_with "$work" "$work/people.json" 'log.decisions="file"' 'log.file="/nowhere/decisions.log"' \
		'stats.directory="/nowhere/stats"' || return
	sell "$work" FA1234561
	same "without either folder sales are decided" "$(decided "$work")" "Yes match"
	holds "what to do about the log is said" comes_to 3 said '/nowhere/decisions.log: decisions cannot be .*make its folder'
	holds "and about the figures" said '/nowhere/stats: figures cannot be .*systemd-tmpfiles'
	fixture_stop "$work"
}

# Files that are not what they are called.
liars() {
	local stats=$work/stats
	mkdir -p "$stats"
	rm -f "$stats"/*
	code "an empty folder could not be looked at" 3
	holds "and what to look for is said" grep -q 'is there a server with the module' "$work/err"
	"$ctl" status --directory /nowhere >"$work/out" 2>"$work/err"
	same "nor one that is not there" $? 3
	cp "$work/kept.stats" "$stats/one.stats"
	code "figures of a server that is gone" 1
	printf '\2' | dd of="$stats/one.stats" bs=1 seek=8 conv=notrunc status=none
	code "a file of another version" 3
	holds "is known as such" grep -q 'one: written by migrantid 0' "$work/err"
	cp "$work/kept.stats" "$stats/one.stats"
	truncate -s -1 "$stats/one.stats"
	code "a truncated file" 3
	holds "is damaged" grep -q 'one: the file of figures is damaged' "$work/err"
	head -c "$(stat -c %s "$work/kept.stats")" /dev/urandom >"$stats/one.stats"
	code "noise" 3
	cp "$work/kept.stats" "$stats/one.stats"
	dd if=/dev/urandom of="$stats/one.stats" bs=1 seek=200 count=64 conv=notrunc status=none
	code "a file with some octets changed" 3
	: >"$stats/one.stats"
	code "an empty file" 3
	rm "$stats/one.stats"
	mkfifo "$stats/one.stats"
	code "a pipe does not hold it up" 3
	rm "$stats/one.stats"
	ln -s "$work/kept.stats" "$stats/one.stats"
	code "a symbolic link is not followed" 3
	cp "$work/kept.stats" "$stats/two.stats"
	code "beside a good one it is one that is not in order" 1
	code "and in metrics both are down" 0 --prometheus
	same "by name" "$(grep -v '^#' "$work/out" | tr '\n' ' ')" \
		'migrantid_up{server="one"} 0 migrantid_up{server="two"} 0 '
	code "two kinds of output are wrong usage" 2 --watch --ready
	code "and so is a path for a name" 2 --instance ../two
}

keep() {
	fixture_with "$work" "$work/people.json" || return
	sell "$work" FA1234561
	comes_to 5 total_is 1
	server_stop "$work/server"
	cp "$work/stats/migrantid.stats" "$work/kept.stats"
	fixture_stop "$work"
	liars
}

for part in file_form server_form gauges two_instances full_disk no_folders keep; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
	rm -rf "$work/stats" "$work/store" "$work/server"
	rm -f "$work"/log/*
done
exit $tap_status
