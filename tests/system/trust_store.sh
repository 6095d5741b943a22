#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_store.sh - what is removed from the disk is gone from it; a process that is stopped with the
# store locked holds up no server, and brings no old yes back; a link in the store's folder leads
# nowhere.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/store_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
a=$work/a
holder=''
trap 'let_go; fixture_stop "$a"; rm -rf "$work"' EXIT
mkdir -p "$a"
store_people "$work/people.json"
ctl() {
	timeout 60 "$fixture_build/src/tools/ctl/migrantidctl" "$@" --config "$a/settings/migrantid.cfg"
}

# everywhere TEXT|-x HEX: how often it is in the files of the store's folder, whatever their names.
everywhere() {
	local count
	count=$(find "$a/store" -type f -exec perl -e 'my $what = shift; $what = pack "H*", shift if $what eq "-x";
		my $n = 0; for (@ARGV) { open F, "<:raw", $_ or next; local $/; my $all = <F>;
		$n += () = $all =~ /\Q$what\E/g } print "$n\n"' -- "$@" {} +)
	# There is no file while the server takes the new one.
	echo "${count:-0}"
}
# The signed answers in them, without their signatures.
answers() {
	find "$a/store" -type f -exec grep -haoE 'eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+' {} + | sort -u
}
# The pseudonym in a signed answer, as text and as the octets that it stands for.
pseudonym() {
	perl -MMIME::Base64 -e 'my ($claims) = shift =~ /\.(.*)/; $claims =~ tr,-_,+/,;
		print decode_base64($claims) =~ /"sbj" *: *"([^"]+)"/, "\n"' "$1"
}
octets() { perl -MMIME::Base64 -e 'my $t = shift; $t =~ tr,-_,+/,; print unpack("H*", decode_base64("$t=")), "\n"' -- "$1"; }

removed_is_gone() {
	local token sbj hex i
	fixture_with "$a" "$work/people.json" || return
	for i in 1 2 3 4 5 6; do sell "$a" "OTHER000$i"; done
	sell "$a" GONE00001
	sleep 1.2
	ctl cache purge --before 2020-01-01 >/dev/null
	for token in $(answers); do
		sbj=$(pseudonym "$token")
		hex=$(octets "$sbj")
		[ "$(everywhere -x "$hex")" -gt 0 ] || not_ok "T7: the pseudonym is there before"
	done
	same "kept are the answers about seven people" "$(ctl cache stats --json | jq .entries)" 7
	grep -E 'MigrantID-(Doc|Nat|Date)' "$a/reply" | sed -n '/Received/q;p' | sort -u >"$work/person"
	answers >"$work/before"
	same "one is removed" "$(ctl cache purge --person --json <"$work/person" | jq .removed)" 1
	answers >"$work/after"
	same "T7: of seven signed answers six are left in the files" "$(wc -l <"$work/after")" 6
	token=$(comm -23 "$work/before" "$work/after" | head -n 1)
	if [ -n "$token" ]; then
		sbj=$(pseudonym "$token")
		same "T7: the pseudonym is not there" "$(everywhere -x "$(octets "$sbj")") $(everywhere "$sbj")" "0 0"
	else
		not_ok "T7: the pseudonym is not there"
	fi
	ctl cache purge --all >/dev/null
	sleep 2.5
	same "T7: after --all no answer is" "$(everywhere eyJ)" 0
	for token in $(cat "$work/before"); do
		[ "$(everywhere -x "$(octets "$(pseudonym "$token")")")" = 0 ] ||
			not_ok "T7: nor a pseudonym of any"
	done
	# A file that was damaged, with answers in it.
	sell "$a" GONE00002
	sell "$a" GONE00003
	sleep 1.2
	server_stop "$a/server"
	holds "answers are in the files again" test "$(everywhere eyJ)" -gt 0
	store_file "$a/store"
	printf 'garbage' | dd of="$store_file" conv=notrunc status=none
	server_start "$a/server"
	ctl cache purge --all >/dev/null 2>&1
	same "T7: nor of a damaged file" "$(everywhere eyJ)" 0
	fixture_stop "$a"
	rm -rf "$a/store"
}

# hold HOW: another process has the file and stands still.
hold() {
	"$fixture_tests/hold" "$store_file" "$1" >"$work/hold.out" 2>"$work/hold.err" &
	holder=$!
	for _ in $(seq 50); do
		grep -q held "$work/hold.out" && return
		sleep 0.1
	done
	not_ok "the file can be held" "$work/hold.err"
}
let_go() {
	[ -n "$holder" ] || return 0
	kill -9 $holder 2>/dev/null
	wait $holder 2>/dev/null
	holder=''
}

held() {
	local how i
	fixture_with "$a" "$work/people.json" || return
	sell "$a" HELD00001
	sell "$a" GOOD00001
	sleep 1.2
	store_file "$a/store"
	for how in reserved exclusive; do
		hold $how
		sell "$a" "HELD0${how:0:2}00"
		holds "T10: $how: the server ends" server_stop "$a/server"
		holds "T10: $how: and starts" server_start "$a/server"
		for i in 1 2 3 4; do
			sell "$a" "HELD1${how:0:2}0$i"
			[ "$(decided "$a")" = "Yes match" ] || not_ok "T10: $how: sale $i" "$a/reply"
		done
		holds "T10: $how: no sale waits long for it" test "$(grep -oE 'ms=[0-9]+' "$a/server/log" |
			cut -d= -f2 | sort -n | tail -n 1)" -lt 700
		let_go
		server_stop "$a/server"
		server_start "$a/server"
	done
	sell "$a" GOOD00001
	same "a yes is kept on disk" "$(told "$a")" "Yes match Cache"

	# The service refuses while the file is held: the yes in it may not come back.
	hold exclusive
	fixture_reason "$a" id_blocked
	sell "$a" GOOD00001 'MigrantID-Subject-Token = "token-good"'
	same "the service refuses" "$(decided "$a")" "No id-blocked"
	sleep 2
	store_crash "$a"
	let_go
	server_start "$a/server"
	sell "$a" GOOD00001
	same "T10: a no that could not be written is not forgotten" "$(told "$a")" "No id-blocked Service"
	fixture_stop "$a"
	rm -rf "$a/store"
}

# One server is stopped in the midst of writing; the other of the same machine goes on.
stopped_server() {
	local b=$work/b i pid load slow
	mkdir -p "$b"
	fixture_with "$a" "$work/people.json" || return
	cp "$a/sandbox.url" "$b/"
	ln -sfn "$a/sandbox" "$b/sandbox"
	fixture_settings "$b" "cache.store_directory=\"$a/store\"" && cp "$a/settings/person.key" "$b/settings/" &&
		fixture_server "$b" || return
	for i in $(seq 600); do
		printf 'MigrantID-%s\n' 'Document-Type = "P"' 'Document-Issuer = "UZB"' \
			"Document-Number = \"LOAD$(printf %05d "$i")\"" 'Nationality = "UZB"' \
			'Date-of-Birth = "1990-01-31"' 'Consent-Text = "ru-2025-01"'
		printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' ''
	done >"$work/load"
	pid=$(cat "$a/server/pid")
	for i in 1 2 3 4 5; do
		server_radclient "$a/server" -q -p 16 -r 1 -t 1 <"$work/load" >/dev/null 2>&1 &
		load=$!
		sleep "0.$((RANDOM % 4 + 1))"
		kill -STOP "$pid"
		sell "$b" "STOP0000$i"
		[ "$(decided "$b")" = "Yes match" ] || not_ok "T10: a server is stopped: the other's sale $i" "$b/reply"
		kill -CONT "$pid"
		kill $load 2>/dev/null
		wait $load 2>/dev/null
	done
	written "$b"
	slow=$(grep -oE 'ms=[0-9]+' "$b/server/log" | cut -d= -f2 | sort -n | tail -n 1)
	holds "T10: a server is stopped: the other goes on ($slow ms)" test "$slow" -lt 700
	kill -STOP "$pid"
	holds "T10: and ends" server_stop "$b/server"
	holds "T10: and starts" server_start "$b/server"
	kill -CONT "$pid"
	fixture_stop "$b"
	fixture_stop "$a"
	rm -rf "$a/store"
}

# The folder is root's and the server's user can write it: so can whoever is that user.
links() {
	local suffix victim=$work/victim
	[ "$(id -u)" = 0 ] || { ok "T11: links # SKIP wants root"; return; }
	fixture_with "$a" "$work/people.json" || return
	sell "$a" LINK00001
	sleep 1.2
	server_stop "$a/server"
	store_file "$a/store"
	cp "$store_file" "$work/store"
	chmod 777 "$a/store"
	for suffix in '' -journal -wal -shm -lock; do
		echo "only root may touch this" >"$victim"
		chmod 600 "$victim"
		rm -f "$store_file"*
		[ -z "$suffix" ] || cp "$work/store" "$store_file"
		ln -s "$victim" "$store_file$suffix"
		ctl cache stats >/dev/null 2>&1
		ctl cache purge --all >/dev/null 2>&1
		same "T11: migrantidctl as root and a link '$suffix'" "$(cat "$victim")" "only root may touch this"
		echo "only root may touch this" >"$victim"
		server_start "$a/server" && sell "$a" "LINK0000$((RANDOM % 9))" && sleep 1.2
		same "T11: the server and a link '$suffix'" "$(cat "$victim")" "only root may touch this"
		holds "T11: sales go on" test "$(decided "$a")" = "Yes match"
		server_stop "$a/server"
	done
	fixture_stop "$a"
	rm -rf "$a/store"
}

for part in removed_is_gone held stopped_server links; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
