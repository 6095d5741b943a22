#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# reload.sh - rules, messages and settings change while the server decides; a broken file changes
# nothing, and says so.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "no", "reason": "not_enrolled" } }' >"$work/people.json"
fixture_with "$work" "$work/people.json" cache.keep_no=0 || not_ok "a server and a sandbox"
settings=$work/settings
log=$work/server/log
cp "$settings/rules.cfg" "$work/rules.cfg"

# Within a few seconds the log says it.
hears() {
	holds "$1" fixture_hears "$work" "$2" 40
	: >"$log"
}

# As an editor does it: the new file takes the old one's name in one step.
put() { cp "$1" "$2.new" && mv "$2.new" "$2"; }

ask() {
	printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' \
		'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
		'MigrantID-Document-Number = "CHILD0001"' 'MigrantID-Nationality = "UZB"' \
		"MigrantID-Date-of-Birth = \"$(date -d '-7 years' +%F)\"" \
		'MigrantID-Consent-Text = "ru-2025-01"' |
		server_radclient "$work/server" -x -r 1 -t 8 >"$work/reply" 2>&1
}
# With its line in the log, which comes a moment later.
child() {
	ask # radclient fails where the reply is a no
	sleep 0.6
}
digest() { grep -oE 'rules=[0-9a-f]{12}' "$log" | tail -n 1; }

child
same "a child of seven is asked about" "$(decided "$work")" "No not-enrolled"
before=$(digest)
: >"$log"
sed 's/age_below = 6/age_below = 8/' "$work/rules.cfg" >"$work/new"
put "$work/new" "$settings/rules.cfg"
hears "a changed rules file is taken" 'configuration reloaded .*rules.cfg'
child
same "and decides" "$(decided "$work")" "Exempt exempt"
after=$(digest)
holds "a decision's log line tells the versions apart" [ "$before" != "$after" ]
same "by the digest that migrantidctl shows" "rules=$("$fixture_build/src/tools/ctl/migrantidctl" \
	check --config "$settings/migrantid.cfg" --json | jq -r .rules_digest)" "$after"
: >"$log"

echo 'rules = ( { id = ' >"$work/new"
put "$work/new" "$settings/rules.cfg"
hears "a broken one is told with its line" 'rules.cfg\[?:?[0-9]+'
child
same "and the rules in force stay" "$(decided "$work") $(digest)" "Exempt exempt $after"
: >"$log"
put "$work/rules.cfg" "$settings/rules.cfg"
hears "a mended one is taken again" 'configuration reloaded .*rules.cfg'
child
same "and decides as before" "$(decided "$work") $(digest)" "No not-enrolled $before"

sed 's/Enrol your biometric data/Please enrol/' "$settings/messages.cfg" >"$work/new"
put "$work/new" "$settings/messages.cfg"
hears "other texts are told" 'configuration reloaded .*messages.cfg'
child
holds "texts change while it runs" grep -q 'Please enrol' "$work/reply"
: >"$log"
cp "$settings/migrantid.cfg" "$work/migrantid.cfg"
sed 's/wait = 1500/wait = "x"/' "$work/migrantid.cfg" >"$work/new"
put "$work/new" "$settings/migrantid.cfg"
hears "a broken setting is told with its line" 'migrantid.cfg\[?:?[0-9]+.*wait'
child
same "and nothing changes" "$(decided "$work")" "No not-enrolled"
: >"$log"
sed 's/max_in_flight = 1024/max_in_flight = 512/' "$work/migrantid.cfg" >"$work/new"
put "$work/new" "$settings/migrantid.cfg"
hears "a setting that wants a restart is told" 'max_in_flight.*restart'
rm "$settings/rules.cfg"
hears "a file that is gone is told" 'rules.cfg'
child
same "and its rules stay" "$(decided "$work")" "No not-enrolled"
put "$work/rules.cfg" "$settings/rules.cfg"

# Sales under way all the time while two versions take turns: each decision is wholly of one.
sed 's/id = "child-under-six"/id = "child-under-eight"/; s/age_below = 6/age_below = 8/' \
	"$work/rules.cfg" >"$work/eight"
sed 's/Enrol your biometric data/Please enrol/' "$settings/messages.cfg" >"$work/texts"
sleep 2
: >"$log"
(
	for i in $(seq 6); do
		put "$work/eight" "$settings/rules.cfg"
		sleep 1.1
		put "$work/rules.cfg" "$settings/rules.cfg"
		sleep 1.1
	done
) &
turns=$!
count=0
while kill -0 $turns 2>/dev/null; do
	ask
	count=$((count + 1))
done
wait $turns
sleep 0.5
eights=$(grep -c 'rule=child-under-eight$' "$log")
holds "both versions decided in $count sales" [ "$eights" -gt 0 ] && [ "$eights" -lt "$count" ]
same "and no decision mixed two" "$(sed -nE 's/.* (result=[A-Za-z-]+) .*( rules=[0-9a-f]+) .*/\1\2/p' \
	"$log" | sort -u | wc -l)" 2
same "nor a rule" "$(grep -oE ' rule=[a-z-]+$' "$log" | sort -u)" " rule=child-under-eight"
exit $tap_status
