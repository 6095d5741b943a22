#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# radsec.sh - the RadSec listener of sites-available/sim-sale, uncommented as its comment says: a
# shop's sale comes over TLS with a client certificate, by another FreeRADIUS as the shop's proxy.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/radsec_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
shop=$work/shop
proxy=$work/proxy
trap 'radsec_proxy_stop "$proxy"; server_stop "$shop/server"; fixture_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
mkdir -p "$work/tls" "$shop"

for name in ca stranger; do radsec_certificate "$work/tls" $name; done
for name in server shop; do radsec_certificate "$work/tls" $name ca; done

# The operator's server, with the commented-out parts of the site put to use.
fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || not_ok "a sandbox"
server_make "$work/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
	settings="$work/settings/migrantid.cfg"
radsec_configure "$work" "$work/tls"
radsec_plain "$work"
holds "the site with RadSec is a configuration" server_check "$work/server"
holds "and starts" server_start "$work/server"

holds "a shop's server starts" radsec_shop "$shop" "$work/tls" shop
sell "$shop" RADSEC001
same "a sale over TLS" "$(decided "$shop")" "Yes match"
holds "hidden values came as they were sent" fixture_logged "$work" result=Yes
server_stop "$shop/server"
holds "a stranger's server starts" radsec_shop "$shop" "$work/tls" stranger
sell "$shop" RADSEC002
same "a certificate of another CA gets no sale" "$(reply "$shop" MigrantID-Result)" ""
same "and asks about nobody" "$(fixture_questions "$work")" 1

# radsecproxy knows no dictionary: it signs anew, and spoils what is hidden.
if command -v radsecproxy >/dev/null; then
	holds "radsecproxy starts" radsec_proxy "$proxy" "$work/tls" shop
	asked=$(fixture_questions "$work")
	sell "$proxy" RADSEC003
	same "through it what is hidden comes as noise" "$(decided "$proxy")" \
		"Undetermined attribute-unreadable"
	same "which asks about nobody" "$(fixture_questions "$work")" "$asked"
	holds "and the log names the proxy as a cause" \
		grep -q 'client sim-sale-radsec-shop: .* or a proxy without that dictionary' \
		"$work/server/log"
	sell_lines "$proxy" 'User-Name = "till-1"' 'MigrantID-Document-Type = "P"' \
		'MigrantID-Document-Issuer = "UZB"' 'MigrantID-Plain-Document-Number = "RADSEC004"' \
		'MigrantID-Nationality = "UZB"' 'MigrantID-Plain-Date-of-Birth = "1990-01-31"' \
		'MigrantID-Consent-Text = "ru-2025-01"'
	same "unhidden twins go through it" "$(decided "$proxy")" "Yes match"
else
	skip "through radsecproxy" "radsecproxy is not installed"
fi
exit $tap_status
