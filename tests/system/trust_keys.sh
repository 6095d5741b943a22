#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_keys.sh - whose signature is believed, and for how long: a key set that says "none" is a
# revocation, one that cannot be had serves for a bounded time, and no restart revives a key. And
# what would give TLS away, and what the server below us cannot do, are not kept quiet.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
gone=$work/gone none=$work/none url=$work/url
trap 'for dir in "$gone" "$none" "$url"; do fixture_stop "$dir"; done; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"

# is_not_believed WHAT DIR NUMBER
is_not_believed() {
	sell "$2" "$3"
	same "$1" "$(decided "$2")" "Undetermined answer-rejected"
}

begin_without_file() {
	mkdir -p "$gone"
	fixture_with "$gone" "$work/people.json" keys.jwks_max_age=60 keys.jwks_refresh=60 || return
	sell "$gone" KEPT00001
	same "a sale with a key set of a file" "$(decided "$gone")" "Yes match"
	rm "$gone/settings/jwks.json"
	gone_since=$SECONDS
	sleep 3
	sell "$gone" AFTER0001
	same "a file that is gone is a fault: its keys still serve" "$(decided "$gone")" "Yes match"
	holds "and that is said" grep -q 'jwks' "$gone/server/log"
}

end_without_file() {
	local left=$((66 - SECONDS + gone_since))
	[ $left -le 0 ] || sleep $left
	sell "$gone" KEPT00001
	is_not_believed "T5: after jwks_max_age they serve no more" "$gone" AFTER0002
	is_not_believed "T5: nor for what was kept" "$gone" KEPT00001
	fixture_stop "$gone"
}

empty_set() {
	mkdir -p "$none"
	fixture_with "$none" "$work/people.json" || return
	sell "$none" KEPT00001
	same "a sale with a key set" "$(decided "$none")" "Yes match"
	sleep 1.2
	cp "$none/settings/jwks.json" "$none/jwks.json"
	echo '{"keys":[]}' >"$none/settings/jwks.new"
	mv "$none/settings/jwks.new" "$none/settings/jwks.json"
	sleep 3
	is_not_believed "T5: a set without a key takes effect at once" "$none" AFTER0001
	is_not_believed "T5: for what was kept, too" "$none" KEPT00001
	holds "T5: the log says that nothing can be believed" grep -qiE 'no answer (can|is|will)' "$none/server/log"
	server_stop "$none/server"
	server_start "$none/server" || not_ok "T5: a server starts with it" "$none/server/log"
	is_not_believed "T5: after a restart" "$none" KEPT00001
	cp "$none/jwks.json" "$none/settings/jwks.new"
	mv "$none/settings/jwks.new" "$none/settings/jwks.json"
	sleep 3
	sell "$none" AFTER0002
	same "T5: with keys again answers are believed again" "$(decided "$none")" "Yes match"
	fixture_stop "$none"
}

# The file is of the day when the server was set up; since then the service has changed its key.
revoked_since() {
	mkdir -p "$url"
	fixture_sandbox "$url" "$work/people.json" || return
	fixture_settings "$url" keys.jwks_min_interval=1 keys.jwks_refresh=10 \
		"keys.jwks_url=\"$(cat "$url/sandbox.url")/.well-known/jwks.json\"" &&
		fixture_server "$url" || return
	sell "$url" KEPT00001
	same "a sale with a key set of an address" "$(decided "$url")" "Yes match"
	sleep 2.2
	fixture_steer "$url" /sandbox/rotate '{"keep_old": false}'
	sell "$url" AFTER0001
	same "the service has changed its key" "$(decided "$url")" "Yes match"
	server_stop "$url/server"
	kill -STOP "$(cat "$url/sandbox.pid")"
	holds "a server starts while the service is away" server_start "$url/server"
	sell "$url" KEPT00001
	same "T5: a restart revives no revoked key" "$(reply "$url" MigrantID-Result)" Undetermined
	sell "$url" AFTER0001
	same "and the new one is known" "$(told "$url")" "Yes match Cache"
	kill -CONT "$(cat "$url/sandbox.pid")"
	fixture_stop "$url"
}

# Whoever can read that file can read what the service and we say to each other.
secrets_on_disk() {
	local secrets=$work/secrets
	mkdir -p "$none"
	fixture_sandbox "$none" "$work/people.json" && fixture_settings "$none" || return
	if SERVER_PREFIX="env SSLKEYLOGFILE=$secrets" fixture_server "$none" 2>"$work/said"; then
		not_ok "T15: no server starts that would write down secrets of TLS"
		sell "$none" SECRET001
		server_stop "$none/server"
	else
		ok "T15: no server starts that would write down secrets of TLS"
	fi
	holds "T15: and it is said what to do" grep -q SSLKEYLOGFILE "$work/said"
	fails "T15: nothing is written" test -s "$secrets"
	SSLKEYLOGFILE=$secrets "$fixture_build/src/tools/ctl/migrantidctl" check \
		--config "$none/settings/migrantid.cfg" >"$work/checked" 2>&1
	same "T15: migrantidctl check says so" "$? $(grep -c SSLKEYLOGFILE "$work/checked")" "1 1"
	printf 'MigrantID-%s\n' 'Document-Type = "P"' 'Document-Issuer = "UZB"' \
		'Document-Number = "SECRET002"' 'Nationality = "UZB"' 'Date-of-Birth = "1990-01-31"' \
		'Consent-Text = "ru-2025-01"' | SSLKEYLOGFILE=$secrets \
		"$fixture_build/src/tools/ctl/migrantidctl" explain --ask \
		--config "$none/settings/migrantid.cfg" >"$work/explained" 2>&1
	fails "T15: nor does migrantidctl write any when it asks" test -s "$secrets"
	fixture_stop "$none"
}

# What a signed request can cost a server without the mending of 2023.
said_in_the_pages() {
	local page
	for page in docs/threat-model.md README.md; do
		holds "T16: $page: the server's memory can be used up by whoever holds a secret" \
			grep -q 'Tunnel-Password' $page
		holds "T16: $page: and be bounded" grep -q 'MemoryMax' $page
	done
}

begin_without_file || not_ok "a server without a file of keys could be set up"
for part in empty_set revoked_since secrets_on_disk said_in_the_pages; do
	"$part" || not_ok "$part could be set up"
done
end_without_file
exit $tap_status
