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
cat >"$work/people.json" <<'END'
{ "people": [ { "document": { "type": "P", "issuer": "UZB", "number": "SLOWRADS1" },
	"nationality": "UZB", "date_of_birth": "1990-01-31", "result": "yes", "reason": "match",
	"pending_ms": 2500 } ], "default": { "result": "yes", "reason": "match" } }
END
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

# FreeRADIUS between till and operator: what it knows of hiding is what its dictionary says.
twins=('User-Name = "till-1"' 'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"'
	'MigrantID-Nationality = "UZB"' 'MigrantID-Plain-Date-of-Birth = "1990-01-31"'
	'MigrantID-Consent-Text = "ru-2025-01"')
# polls DIR NUMBER: a sale that is pending at first, by a client that polls.
polls() {
	docs/clients/sell.sh "127.0.0.1:$(cat "$1/server/port")" "$1/server/secret" \
		config/dictionary.migrantid MigrantID-Document-Type=P MigrantID-Document-Issuer=UZB \
		MigrantID-Document-Number="$2" MigrantID-Nationality=UZB MigrantID-Date-of-Birth=1990-01-31 \
		MigrantID-Consent-Text=ru-2025-01 MigrantID-Language=ru MigrantID-Sale-Id="$2" \
		MigrantID-Accept-Challenge=Yes >"$work/polled" 2>&1
	sed -nE 's/^MigrantID-(Result|Reason) = (.*)/\2/p' "$work/polled" | paste -sd' '
}
# between WAY OPTION..: a shop's server that goes on so, without our dictionary.
between() {
	local way=$1 asked
	shift
	holds "a FreeRADIUS without our dictionary, by $way" radsec_shop "$shop" "$work/tls" shop strange "$@"
	asked=$(fixture_questions "$work")
	sell "$shop" RADSEC011
	same "by $way what is hidden comes as noise" "$(decided "$shop")" \
		"Undetermined attribute-unreadable"
	same "by $way nobody is asked about it" "$(fixture_questions "$work")" "$asked"
	sell_lines "$shop" "${twins[@]}" 'MigrantID-Plain-Document-Number = "RADSEC012"'
}
holds "a FreeRADIUS with our dictionary, by UDP" \
	radsec_shop "$shop" "$work/tls" shop udp:"$(cat "$work/server/port")"
sell "$shop" RADSEC010
same "hides anew what it was sent hidden" "$(decided "$shop")" "Yes match"
pending=$(grep -c 'reason=pending' "$work/server/log")
same "and lets a till poll" "$(polls "$shop" SLOWRADS1)" "Yes match"
holds "(it did)" fixture_logged "$work" reason=pending $((pending + 1))
fails "without a word of noise" grep -q 'came out as noise' "$work/server/log"
server_stop "$shop/server"
between UDP udp:"$(cat "$work/server/port")"
same "by UDP twins are refused where its entry does not allow them" \
	"$(decided "$shop") $(reply "$shop" MigrantID-Attribute)" \
	"Undetermined attribute-invalid MigrantID-Plain-Date-of-Birth"
holds "the log names the way they came as a cause" \
	grep -q 'client sim-sale-shop: .* or a proxy without that dictionary' "$work/server/log"
server_stop "$shop/server"
between TLS
same "by TLS twins go through it" "$(decided "$shop")" "Yes match"
server_stop "$shop/server"

asked=$(fixture_questions "$work")
holds "a stranger's server starts" radsec_shop "$shop" "$work/tls" stranger
sell "$shop" RADSEC002
same "a certificate of another CA gets no sale" "$(reply "$shop" MigrantID-Result)" ""
same "and asks about nobody" "$(fixture_questions "$work")" "$asked"

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
	sell_lines "$proxy" "${twins[@]}" 'MigrantID-Plain-Document-Number = "RADSEC004"'
	same "unhidden twins go through it" "$(decided "$proxy")" "Yes match"
else
	skip "through radsecproxy" "radsecproxy is not installed"
fi
exit $tap_status
