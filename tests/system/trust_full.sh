#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_full.sh - a disk that is full at whatever moment: the server starts, decides and ends, and
# what the service has refused does not come back as a yes. Wants root, for a file system of its own.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
if [ "$(id -u)" != 0 ]; then
	echo "ok - T9: a full disk # SKIP wants root"
	exit 0
fi
# Its mounts end with it.
[ -n "${TRUST_INSIDE:-}" ] || TRUST_INSIDE=1 exec unshare --mount "$0" "$@"
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/store_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a
trap 'fixture_stop "$a"; umount "$a/store" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$a/store"
store_people "$work/people.json"
# fresh KIBIBYTES: the store's folder is an empty file system of that size.
fresh() {
	umount "$a/store" 2>/dev/null
	mount -t tmpfs -o "size=${1}k" none "$a/store"
}
# leave KIBIBYTES of it.
leave() {
	local free
	rm -f "$a/store/filler"
	free=$(df --output=avail -k "$a/store" | tail -n 1)
	[ "$free" -le "$1" ] || head -c $(((free - $1) * 1024)) /dev/zero >"$a/store/filler"
}
server() {
	server_make "$a/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$a/settings/migrantid.cfg" threads=100
}

fixture_sandbox "$a" "$work/people.json" && fixture_settings "$a" && server || not_ok "a sandbox"

# From nothing at all to enough for a few answers, a page at a time.
for room in 4 8 12 16 20 24 28 36 48 64 96 128; do
	fresh $room
	[ $room != 4 ] || leave 0
	if ! server_start "$a/server"; then
		not_ok "T9: $room KiB: the server starts"
		continue
	fi
	good=0
	for i in 1 2 3 4 5 6; do
		sell "$a" "ROOM$(printf %04d $room)$i"
		[ "$(decided "$a")" != "Yes match" ] || good=$((good + 1))
	done
	same "T9: $room KiB: sales are decided" $good 6
	sleep 0.5
	timeout 20 "$fixture_build/src/tools/ctl/migrantidctl" cache purge --all --config "$a/settings/migrantid.cfg" \
		>/dev/null 2>"$work/ctl.err"
	status=$?
	holds "T9: $room KiB: a purge ends well or says why" test $status = 0 -o $status = 3
	sell "$a" "ROOM$(printf %04d $room)7"
	holds "T9: $room KiB: and again" test "$(decided "$a")" = "Yes match"
	holds "T9: $room KiB: the server ends" server_stop "$a/server"
done

# It fills up while the server runs.
fresh 4096
server_start "$a/server"
sell "$a" GOOD00001
sleep 1.2
leave 0
good=0
for i in 1 2 3 4 5 6 7 8; do
	sell "$a" "FILLS000$i"
	[ "$(decided "$a")" != "Yes match" ] || good=$((good + 1))
done
same "T9: it fills up: sales are decided" $good 8
holds "T9: the log says why, and what to do" grep -qE \
	'answers could not be kept in it \(.*full.*see that the disk has room' "$a/server/log"
fixture_reason "$a" id_blocked
sell "$a" GOOD00001 'MigrantID-Subject-Token = "token-good"'
same "the service refuses" "$(decided "$a")" "No id-blocked"
sleep 2
store_crash "$a"
rm -f "$a/store/filler"
holds "T9: there is room again: the server starts" server_start "$a/server"
sell "$a" GOOD00001
same "T9: a no that could not be written is not forgotten" "$(told "$a")" "No id-blocked Service"
fixture_reason "$a" null
sleep 1.2
sell "$a" AGAIN0001
sleep 1.2
server_stop "$a/server"
server_start "$a/server"
sell "$a" AGAIN0001
same "T9: and answers are kept again" "$(told "$a")" "Yes match Cache"
exit $tap_status
