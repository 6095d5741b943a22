#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ways.sh - unhidden twins from a client that the site file allows them: refused where they come over
# the network as they are, taken by TLS and from this machine. In a network of its own, whose one
# interface is the loopback one with an address that is not of 127.0.0.0/8 besides.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/radsec_fixture.sh
. tests/system/tap.sh

if [ -z "${WAYS_INSIDE:-}" ]; then
	unshare --net true 2>/dev/null ||
		{ skip "unhidden twins by each way" "no network of its own can be made" && exit 0; }
	WAYS_INSIDE=1 exec unshare --net "$0"
fi
here=192.0.2.1 # for documentation (RFC 5737): nobody's
ip link set lo up && ip address add $here/32 dev lo || not_ok "an address"

work=$(mktemp -d)
proxy=$work/proxy
shop=$work/shop
trap 'radsec_proxy_stop "$proxy"; [ ! -d "$shop/server" ] || server_stop "$shop/server"; fixture_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
mkdir -p "$work/tls"
radsec_certificate "$work/tls" ca
for name in server shop; do radsec_certificate "$work/tls" $name ca; done

fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" && server_make "$work/server" \
	port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
	settings="$work/settings/migrantid.cfg" || not_ok "a server's configuration"
radsec_configure "$work" "$work/tls"
radsec_plain "$work"
site=$work/server/raddb/sites-enabled/sim-sale
# The UDP port and its client at both addresses, the RadSec one at the other alone.
sed -i -E -e 's/#migrantid_plain/migrantid_plain/' -e "/^clients /,/^\}/s/127\.0\.0\.1/$here/" \
	-e "/^[[:space:]]*type = auth/,/port/s/ipaddr = 127\.0\.0\.1/ipaddr = */" \
	-e "/^client sim-sale-shop/,/^\}/s/ipaddr = 127\.0\.0\.1/ipaddr = 0.0.0.0\/0/" "$site"
holds "a server of both ways" server_start "$work/server"

# decided ADDRESS: how a sale with twins ends that is sent there by UDP.
decided() {
	docs/clients/sell.sh "$1" "$work/server/secret" config/dictionary.migrantid \
		User-Name=till-1 MigrantID-Document-Type=P MigrantID-Document-Issuer=UZB \
		MigrantID-Plain-Document-Number=FA1234567 MigrantID-Nationality=UZB \
		MigrantID-Plain-Date-of-Birth=1990-01-31 MigrantID-Consent-Text=ru-2025-01 |
		sed -nE 's/^MigrantID-(Reason|Attribute) = "?([^"]*)"?$/\2/p' | paste -sd' '
}

port=$(cat "$work/server/port")
same "by UDP over the network they are refused by name" "$(decided "$here:$port")" \
	"attribute-invalid MigrantID-Plain-Document-Number"
same "and nobody is asked" "$(fixture_questions "$work")" 0
same "from this machine they are taken" "$(decided "127.0.0.1:$port")" match
if command -v radsecproxy >/dev/null; then
	holds "a proxy at the other address" radsec_proxy "$proxy" "$work/tls" shop $here
	same "by TLS over the network they are taken" \
		"$(decided "127.0.0.1:$(cat "$proxy/server/port")")" match
else
	skip "by TLS over the network" "radsecproxy is not installed"
fi
# A FreeRADIUS between that goes on by UDP protects nothing of its way to the operator.
mkdir "$shop"
holds "a FreeRADIUS between, by UDP" radsec_shop "$shop" "$work/tls" shop strange $here udp:"$port"
same "through it by UDP over the network they are refused by name" \
	"$(decided "127.0.0.1:$(cat "$shop/server/port")")" \
	"attribute-invalid MigrantID-Plain-Document-Number"
server_stop "$shop/server"
holds "a FreeRADIUS between, by TLS" radsec_shop "$shop" "$work/tls" shop strange $here
same "through it by TLS over the network they are taken" \
	"$(decided "127.0.0.1:$(cat "$shop/server/port")")" match
exit $tap_status
