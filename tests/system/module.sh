#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# module.sh - the module in a stock server: how it loads, refuses, polls, keeps quiet and ends.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
module=$fixture_build/rlm_migrantid/rlm_migrantid.so
kept=$work/kept

cat >"$work/people.json" <<'EOF'
{ "people": [
	{ "document": { "type": "P", "issuer": "UZB", "number": "LATE00001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "delay_ms": 1200 },
	{ "document": { "type": "P", "issuer": "UZB", "number": "LATE00002" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "pending_ms": 1500 },
	{ "document": { "type": "P", "issuer": "UZB", "number": "HANG00001" },
	  "nationality": "UZB", "date_of_birth": "1990-01-31",
	  "result": "yes", "reason": "match", "fault": "hang" } ],
  "default": { "result": "yes", "reason": "match" } }
EOF

as_an_object() {
	same "one symbol is exported" "$(nm -D --defined-only "$module" | awk '{ print $3 }')" \
		rlm_migrantid
	fails "no library of the server is linked" sh -c "readelf -d $module | grep -q freeradius"
	fails "the core links without the server" sh -c \
		"ldd $fixture_build/src/tools/ctl/migrantidctl | grep -q freeradius"
}

# judge WHAT PATTERN: `freeradius -XC` refuses the configuration, saying so.
judge() {
	if server_check "$work/server" 2>"$work/said"; then
		not_ok "-C refuses $1"
	elif grep -qE "$2" "$work/said"; then
		ok "-C refuses $1, and says where"
	else
		not_ok "-C refuses $1, and says where" "$work/said"
	fi
}

# spoil FILE SED: change a file of the settings; mend puts all back.
spoil() { sed -i -E "$2" "$work/settings/$1"; }
mend() { rm -rf "$work/settings" && cp -R "$kept" "$work/settings"; }

configurations() {
	local before
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return
	server_make "$work/server" port="$(fixture_port)" module="$(dirname "$module")" \
		settings="$work/settings/migrantid.cfg" || return
	cp -R "$work/settings" "$kept"
	before=$(fixture_questions "$work")
	holds "-C takes the shipped configuration" server_check "$work/server"
	same "-C leaves no store behind" "$(ls "$work/store")" ""
	same "-C asks nobody" "$(fixture_questions "$work")" "$before"

	spoil migrantid.cfg 's/max_in_flight = 1024/max_in_flihgt = 1024/'
	judge "an unknown setting" 'migrantid.cfg\[?:?[0-9]+.*max_in_flihgt'
	mend
	spoil migrantid.cfg 's/keep_no = 60/keep_no = "60"/'
	judge "a setting of another type" 'migrantid.cfg\[?:?[0-9]+.*keep_no'
	mend
	spoil migrantid.cfg 's/keep_no = 60/keep_no = 61/'
	judge "a setting out of bounds" 'migrantid.cfg\[?:?[0-9]+.*keep_no'
	mend
	spoil migrantid.cfg 's/^service = /service = = /'
	judge "settings that do not parse" 'migrantid.cfg\[?:?[0-9]+'
	mend
	spoil rules.cfg 's/age_below = 6/age_below = "six"/'
	judge "a rule of another type" 'rules.cfg\[?:?[0-9]+.*age_below'
	mend
	spoil rules.cfg 's/"BLR"/"BEL1"/'
	judge "a state that is none" 'rules.cfg\[?:?[0-9]+'
	mend
	spoil messages.cfg 's/not-enrolled/not-enroled/'
	judge "a text for a reason that is none" 'messages.cfg\[?:?[0-9]+'
	mend
	echo 1234 >"$work/settings/person.key"
	judge "an operator's key that is none" 'person.key'
	mend
	rm "$work/settings/ca.pem"
	judge "a file that is not there" 'ca.pem'
	mend
	server_edit "$work/server/raddb/mods-enabled/migrantid" 's/(\s*)config = .*/&\n\1colour = red/'
	judge "an unknown setting of the module" 'migrantid\[[0-9]+\].*'
	rm -rf "$work/server"
	fixture_stop "$work"
}

another_build() {
	local other=$work/other
	mkdir -p "$other"
	cp "$fixture_build/rlm_migrantid/rlm_migrantid_mismatched.so" "$other/rlm_migrantid.so"
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return
	server_make "$work/server" port="$(fixture_port)" module="$other" \
		settings="$work/settings/migrantid.cfg" || return
	judge "a module for another build of the server" 'rebuild the module'
	rm -rf "$work/server"
	fixture_stop "$work"
}

polling() {
	local state reference
	fixture_with "$work" "$work/people.json" waiting.wait=300 || return
	sell "$work" LATE00001 'MigrantID-Sale-Id = "sale-1"' 'MigrantID-Accept-Challenge = Yes'
	same "a slow answer is pending" "$(decided "$work")" "Undetermined pending"
	holds "and a challenge, if the shop takes one" grep -q 'Received Access-Challenge' \
		"$work/reply"
	state=$(reply "$work" State)
	holds "with a State" test -n "$state"
	holds "and Retry-After" test "$(reply "$work" MigrantID-Retry-After)" -ge 1
	reference=$(reply "$work" MigrantID-Reference)
	holds "and a reference" test -n "$reference"
	sell "$work" LATE00001 'MigrantID-Sale-Id = "sale-1"' "State = ${state%??}00"
	same "a forged State is refused" "$(decided "$work")" "Undetermined attribute-invalid"
	sell "$work" LATE00001 'MigrantID-Sale-Id = "sale-2"' "State = $state"
	same "another sale's State is refused" "$(decided "$work")" \
		"Undetermined attribute-invalid"
	sell "$work" OTHER0001 'MigrantID-Sale-Id = "sale-1"' "State = $state"
	same "another person's State is refused" "$(decided "$work")" \
		"Undetermined attribute-invalid"
	sleep 1.5
	sell "$work" LATE00001 'MigrantID-Sale-Id = "sale-1"' 'MigrantID-Accept-Challenge = Yes' \
		"State = $state"
	same "the answer is there for the next try" "$(decided "$work")" "Yes match"
	same "which was one question" "$(fixture_questions "$work")" 1

	sell "$work" LATE00002 'MigrantID-Sale-Id = "sale-3"'
	same "a capture under way is pending" "$(decided "$work")" "Undetermined pending"
	holds "and no challenge, unless the shop takes one" grep -q 'Received Access-Reject' \
		"$work/reply"
	sleep 3
	sell "$work" LATE00002 'MigrantID-Sale-Id = "sale-3"'
	same "and is decided when it is over" "$(decided "$work")" "Yes match"
	holds "under one txn" test "$(grep -c 'status 422' "$work/sandbox.log")" = 0
	fixture_stop "$work"
	rm -rf "$work/server"
}

# State of one server is taken by another of the same operator, and not after its time.
two_servers() {
	local state
	fixture_with "$work" "$work/people.json" waiting.wait=100 waiting.state_lifetime=10 || return
	sell "$work" HANG00001 'MigrantID-Accept-Challenge = Yes'
	state=$(reply "$work" State)
	server_stop "$work/server"
	fixture_server "$work" || return
	sell "$work" HANG00001 'MigrantID-Accept-Challenge = Yes' "State = $state"
	same "another server takes the State" "$(decided "$work")" "Undetermined pending"
	server_stop "$work/server"
	fixture_set "$work/settings/migrantid.cfg" "operator.person_key_file=\"other.key\""
	openssl rand -hex 32 >"$work/settings/other.key"
	chmod 600 "$work/settings/other.key"
	fixture_server "$work" || return
	sell "$work" HANG00001 'MigrantID-Accept-Challenge = Yes' "State = $state"
	same "another operator's does not" "$(decided "$work")" "Undetermined attribute-invalid"
	fixture_stop "$work"
	rm -rf "$work/server"
}

two_instances() {
	local raddb
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return
	server_make "$work/server" port="$(fixture_port)" module="$(dirname "$module")" \
		settings="$work/settings/migrantid.cfg" || return
	raddb=$work/server/raddb
	sed 's/^migrantid {/migrantid second {/' "$raddb/mods-enabled/migrantid" \
		>"$raddb/mods-enabled/second"
	server_edit "$raddb/sites-enabled/sim-sale" 's/^\tmigrantid$/\tsecond\n\tmigrantid/'
	holds "two instances live in one server" server_start "$work/server"
	sell "$work" TWICE0001
	same "and both decide" "$(decided "$work")" "Yes match"
	holds "each for itself" fixture_logged "$work" result=Yes 2
	holds "and both end" server_stop "$work/server"
	fixture_stop "$work"
	rm -rf "$work/server"
}

# Not a word of anybody at any level of our own messages; the server's own print of a request,
# which shows what a shop sent, is known by its form and left out.
quiet() {
	local ours
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || return
	server_make "$work/server" port="$(fixture_port)" module="$(dirname "$module")" \
		settings="$work/settings/migrantid.cfg" &&
		server_start "$work/server" -xxx || return
	sell "$work" QUIET0001
	sell "$work" QUIET0001 'MigrantID-MRZ += "P<UZBQUIETNAME<<ANNA<<<<<<<<<<<<<<<<<<<<<<<<<"'
	sell "$work" QUIET0001 'MigrantID-Document-Expiry = "QUIET-EXP"'
	fixture_fault "$work" bad-signature
	sell "$work" QUIET0002
	ours=$work/ours
	fixture_logged "$work" '' 4
	grep -i 'migrantid' "$work/server/log" | grep -vE '^\S.*: *\([0-9]+\) +(MigrantID|&?[A-Za-z-]+ \+?:?=)' |
		grep -vE '\) +MigrantID-[A-Za-z-]+ (\+|:)?= ' >"$ours"
	holds "our own messages are there" test "$(grep -c reference= "$ours")" = 4
	fails "and name nobody" grep -qE 'QUIET|1990-01-31' "$ours"
	fixture_stop "$work"
	rm -rf "$work/server"
}

ends() {
	local began pids=() i
	fixture_with "$work" "$work/people.json" || return
	fixture_fault "$work" hang
	for i in $(seq 40); do
		sell_aside "$i" &
		pids+=($!)
	done
	sleep 0.7
	began=$(date +%s%N)
	holds "it ends under load without a crash" server_stop "$work/server"
	holds "within two seconds of its own" test $((($(date +%s%N) - began) / 1000000)) -lt 4000
	kill "${pids[@]}" 2>/dev/null
	wait "${pids[@]}" 2>/dev/null
	fixture_stop "$work"
	rm -rf "$work/server"
}

# A sale whose reply nobody reads.
sell_aside() {
	printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' \
		'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
		"MigrantID-Document-Number = \"E$(printf %08d "$1")\"" \
		'MigrantID-Nationality = "UZB"' 'MigrantID-Date-of-Birth = "1990-01-31"' \
		'MigrantID-Consent-Text = "ru-2025-01"' |
		server_radclient "$work/server" -r 1 -t 2 >/dev/null 2>&1
}

# valgrind over the module: no error, and nothing of ours lost.
checked() {
	fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" waiting.wait=5000 || return
	server_make "$work/server" port="$(fixture_port)" module="$(dirname "$module")" \
		settings="$work/settings/migrantid.cfg" || return
	SERVER_WAIT=120 SERVER_PREFIX="valgrind --leak-check=full --show-leak-kinds=definite
		--errors-for-leak-kinds=definite --error-exitcode=99 --log-file=$work/valgrind.log" \
		server_start "$work/server" || return
	sell "$work" VALGRIND1
	same "under valgrind a sale is decided" "$(decided "$work")" "Yes match"
	sell "$work" VALGRIND1
	sell "$work" HANG00001
	server_stop "$work/server" >/dev/null 2>&1
	if grep -A12 -E 'definitely lost|Invalid (read|write)|uninitialised' "$work/valgrind.log" |
		grep -qE 'rlm_migrantid|gate_|engine_|answer_'; then
		not_ok "and valgrind finds nothing of ours" "$work/valgrind.log"
	else
		ok "and valgrind finds nothing of ours"
	fi
	fixture_stop "$work"
	rm -rf "$work/server"
}

for part in as_an_object configurations another_build polling two_servers two_instances quiet ends \
	checked; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
