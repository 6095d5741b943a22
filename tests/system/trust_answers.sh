#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_answers.sh - an answer decides what the service was shown, and nothing else: what was said of
# a token serves its own sale, never a document that was not shown; no answer is played again.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
nginx_pid=''
trap 'nginx_stop; fixture_stop "$work"; rm -rf "$work"' EXIT

person() {
	printf '{ "document": {"type": "P", "issuer": "UZB", "number": "%s"}, "nationality": "UZB",
		"date_of_birth": "1990-01-31", "result": "%s", "reason": "%s", "valid_for": 3600 %s }' "$@"
}
cat >"$work/people.json" <<END
{ "people": [ $(person GOOD00001 yes match ', "token": "token-good"'),
	$(person GOOD00002 yes match ', "token": "token-own"'),
	$(person GOOD00003 yes match ', "token": "token-slow", "delay_ms": 1500'),
	$(person BLOCK0001 no id_blocked), $(person BLOCK0002 no id_blocked),
	$(person ENROL0001 yes match), $(person ENROL0002 yes match),
	$(person OTHER0001 no no_match ', "token": "token-other"') ] }
END
token() { echo "MigrantID-Subject-Token = \"$1\""; }
questions() { fixture_questions "$work"; }
# As after a failure of the machine: nothing is left but what is on disk.
restart() {
	sleep 1.2
	server_stop "$work/server"
	server_start "$work/server" || not_ok "the server starts again" "$work/server/log"
}
# is_not_yes WHAT: the last reply.
is_not_yes() {
	if [ "$(reply "$work" MigrantID-Result)" = Yes ]; then
		not_ok "$1" "$work/reply"
	else
		same "$1" "$(decided "$work")" "${2:-$(decided "$work")}"
	fi
}

another_ones_token() {
	fixture_with "$work" "$work/people.json" waiting.wait=4000 || return
	sell "$work" BLOCK0001 "$(token token-good)"
	is_not_yes "T1: a blocked person with somebody's good token" "Undetermined document-mismatch"
	sell "$work" BLOCK0001
	same "T1: nothing of it is found in memory" "$(told "$work")" "No id-blocked Service"
	restart
	sell "$work" BLOCK0001
	is_not_yes "T1: nor on disk" "No id-blocked"

	# Both at once: the honest shop's sale is not answered with what the token's question brought.
	sell "$work" BLOCK0002 "$(token token-slow)" &
	first=$!
	mkdir -p "$work/second"
	ln -sfn "$work/server" "$work/second/server"
	sleep 0.4
	sell "$work/second" BLOCK0002
	same "T1: nor is it joined" "$(told "$work/second")" "No id-blocked Service"
	wait $first
	is_not_yes "T1: by the one that asked" "Undetermined document-mismatch"

	sell "$work" ENROL0001 "$(token token-other)"
	same "T2: an enrolled person's document with a token that is not theirs" "$(decided "$work")" \
		"No no-match"
	sell "$work" ENROL0001
	same "T2: is no refusal for whoever shows the document" "$(told "$work")" "Yes match Service"
	sell "$work" GOOD00002 "$(token token-own)"
	same "a document with its holder's token" "$(told "$work")" "Yes match Service"
	sell "$work" GOOD00002
	same "T1: serves its own sale alone" "$(told "$work")" "Yes match Service"
	sell "$work" ENROL0002 "$(token token-own)"
	same "T2: a token that was used before" "$(decided "$work")" "Undetermined token-used"
	sell "$work" ENROL0002
	same "T2: is no refusal, either" "$(told "$work")" "Yes match Service"
	fixture_stop "$work"
	rm -rf "$work/store"
}

# The front of nginx-replay.conf. As root nginx would give itself up for nobody.
nginx_start() {
	local port user=
	port=$(fixture_port)
	[ "$(id -u)" != 0 ] || user='user root;'
	sed -e "s|@user@|$user|; s|@dir@|$work|g; s|@port@|$port|g; s|@sandbox@|$work/sandbox|g" \
		-e "s|@plain@|$(cat "$work/sandbox.url")|g" tests/system/nginx-replay.conf \
		>"$work/nginx.conf"
	/usr/sbin/nginx -e "$work/nginx-error.log" -c "$work/nginx.conf" >"$work/nginx.out" 2>&1 &
	nginx_pid=$!
	echo "https://127.0.0.1:$port" >"$work/sandbox.url"
	for _ in $(seq 50); do
		fixture_curl "$work" /sandbox/questions >/dev/null 2>&1 && return
		sleep 0.1
	done
	return 1
}

nginx_stop() {
	[ -n "$nginx_pid" ] || return 0
	kill $nginx_pid 2>/dev/null
	wait $nginx_pid 2>/dev/null
	nginx_pid=''
}

# The service says yes, then it blocks the person; whoever stands between plays the yes again.
played_again() {
	local port url
	port=$(fixture_port)
	fixture_sandbox "$work" "$work/people.json" --plain --port "$port" && url=$fixture_url || return
	nginx_start || { not_ok "a front starts" "$work/nginx-error.log"; return; }
	fixture_settings "$work" cache.keep_yes=0 'cache.store="none"' && fixture_server "$work" || return
	sell "$work" GOOD00001 'MigrantID-Sale-Id = "sale-1"'
	same "a sale through a front" "$(decided "$work")" "Yes match"
	server_stop "$work/server"
	sed 's/"GOOD00001"/"GOOD0000X"/; s/"BLOCK0001"/"GOOD00001"/' "$work/people.json" >"$work/blocked.json"
	cp "$work/sandbox.url" "$work/front.url"
	kill "$(cat "$work/sandbox.pid")"
	wait "$(cat "$work/sandbox.pid")" 2>/dev/null
	fixture_sandbox "$work" "$work/blocked.json" --plain --port "$port" || return
	cp "$work/front.url" "$work/sandbox.url"
	server_start "$work/server" || return
	sell "$work" GOOD00001 'MigrantID-Sale-Id = "sale-1"'
	holds "T6: the front plays the yes again" grep -qx HIT "$work/nginx-access.log"
	is_not_yes "T6: which is not believed" "Undetermined answer-rejected"
	nginx_stop
	fixture_stop "$work"
}

for part in another_ones_token played_again; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
