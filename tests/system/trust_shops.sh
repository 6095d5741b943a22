#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust_shops.sh - whose sale it is, is what the server knows of the sender: its entry among the
# clients, or its certificate over TLS. What the request says of itself (User-Name) counts for
# nothing: a shop can neither go on with another's sale nor be hindered from going on with its own.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/radsec_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
tls=$work/tls
trap 'for shop in till rival other; do server_stop "$work/$shop/server"; done
	fixture_stop "$work"; rm -rf "$work"' EXIT
mkdir -p "$tls" "$work/till" "$work/rival" "$work/other"
cat >"$work/people.json" <<'END'
{ "people": [ { "document": {"type": "P", "issuer": "UZB", "number": "LATE00001"},
	"nationality": "UZB", "date_of_birth": "1990-01-31", "result": "yes", "reason": "match",
	"delay_ms": 2500 } ], "default": { "result": "yes", "reason": "match" } }
END
radsec_certificate "$tls" ca
for name in server till rival; do radsec_certificate "$tls" $name ca; done

# The second port has clients of its own: the same machine under another shop's name.
begin() {
	local site=$work/server/raddb/sites-enabled/sim-sale port
	fixture_sandbox "$work" "$work/people.json" &&
		fixture_settings "$work" waiting.wait=200 'cache.store="none"' || return
	server_make "$work/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$work/settings/migrantid.cfg" || return
	radsec_configure "$work" "$tls"
	port=$(fixture_port)
	sed -i "0,/^listen {/s//listen {\n\ttype = auth\n\tipaddr = 127.0.0.1\n\tport = $port\n\tclients = others\n}\n&/" "$site"
	printf '%s\n' 'clients others {' 'client other-shop {' 'ipaddr = 127.0.0.1' \
		'secret = testing123' 'require_message_authenticator = yes' '}' '}' >>"$site"
	mkdir -p "$work/other/server"
	cp -R "$work/server/dictionary" "$work/server/secret" "$work/other/server/"
	echo "$port" >"$work/other/server/port"
	server_start "$work/server"
}

# ask SHOP SALE-ID [LINE..]
ask() {
	local shop=$1 sale=$2
	shift 2
	sell "$shop" LATE00001 "MigrantID-Sale-Id = \"$sale\"" 'MigrantID-Accept-Challenge = Yes' "$@"
}

# of ONE ANOTHER SALE-ID: one shop's State, and what it is good for.
of() {
	local one=$1 another=$2 sale=$3 way=$4 state
	ask "$one" "$sale"
	same "$way: a sale is pending" "$(decided "$one")" "Undetermined pending"
	state="State = $(reply "$one" State)"
	ask "$another" "$sale" "$state"
	same "T14: $way: with another shop's State, under its User-Name" "$(decided "$another")" \
		"Undetermined attribute-invalid"
	ask "$one" "$sale" "$state" 'User-Name = "another-till"'
	[ "$(decided "$one")" = "Undetermined attribute-invalid" ] &&
		not_ok "T14: $way: another till of the same shop goes on" "$one/reply"
	sleep 2.6
	ask "$one" "$sale" "$state" 'User-Name = "another-till"'
	same "T14: $way: another till of the same shop gets the answer" "$(decided "$one")" "Yes match"
}

begin || not_ok "a server for several shops"
of "$work" "$work/other" sale-1 UDP
fixture_curl "$work" /sandbox/reset --data '{}' >/dev/null
server_stop "$work/server"
server_start "$work/server"
holds "two shops' servers start" eval 'radsec_shop "$work/till" "$tls" till && radsec_shop "$work/rival" "$tls" rival'
of "$work/till" "$work/rival" sale-2 TLS
# As an operator's own site might name it by something that this request does not have.
server_stop "$work/server"
server_shop_is "$work/server" '%{NAS-Identifier}'
server_start "$work/server"
sell "$work" NOBODY001 'MigrantID-Shop = "shop-17"'
same "T14: a server that names no shop decides no sale" "$(decided "$work")" \
	"Undetermined not-configured"
holds "T14: and says why" grep -q 'MigrantID-Shop' "$work/server/log"
exit $tap_status
