#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# radsec.sh - the RadSec listener of sites-available/sim-sale, uncommented as its comment says: a
# shop's sale comes over TLS with a client certificate, by another FreeRADIUS as the shop's proxy.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/stand.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
shop=$work/shop
trap 'server_stop "$shop/server"; stand_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
mkdir -p "$work/tls" "$shop"

# certificate NAME [CA]: a key and a certificate, by itself or by a CA of this test.
certificate() {
	local name=$1 ca=${2:-} from=()
	[ -z "$ca" ] || from=(-CA "$work/tls/$ca.pem" -CAkey "$work/tls/$ca.key")
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=$name" -keyout "$work/tls/$name.key" -out "$work/tls/$name.pem" 2>/dev/null
	[ -z "$ca" ] || {
		openssl req -new -key "$work/tls/$name.key" -subj "/CN=$name" -out "$work/tls/$name.csr"
		openssl x509 -req -in "$work/tls/$name.csr" "${from[@]}" -CAcreateserial -days 2 \
			-out "$work/tls/$name.pem"
	} 2>/dev/null
}
certificate ca
certificate server ca
certificate shop ca
certificate stranger

# The operator's server, with the commented-out parts of the site put to use.
radsec_port=$(stand_port)
stand_sandbox "$work" "$work/people.json" && stand_settings "$work" || not_ok "a sandbox"
server_make "$work/server" port="$(stand_port)" module="$stand_build/rlm_migrantid" \
	settings="$work/settings/migrantid.cfg"
site=$work/server/raddb/sites-enabled/sim-sale
sed -i -E -e '/^#(listen|clients) /,/^#\}/s/^#//' \
	-e "s|port = 2083|port = $radsec_port|; s|ipaddr = \*|ipaddr = 127.0.0.1|" \
	-e "s|192\.0\.2\.0/24|127.0.0.1|" \
	-e "s|\\$\{certdir\}/sim-sale\.(pem\|key)|$work/tls/server.\1|" \
	-e "s|\\$\{cadir\}/sim-sale-shops-ca\.pem|$work/tls/ca.pem|" "$site"
holds "the site with RadSec is a configuration" server_check "$work/server"
holds "and starts" server_start "$work/server"

# The shop's own server, which sends all it gets over TLS.
shop_server() {
	local name=$1
	rm -rf "$shop/server"
	server_make "$shop/server" port="$(stand_port)" module= || return
	rm -f "$shop/server/raddb/mods-enabled/migrantid" "$shop/server/raddb/policy.d/migrantid"
	cat >"$shop/server/raddb/sites-enabled/sim-sale" <<-END
		home_server operator {
			type = auth
			ipaddr = 127.0.0.1
			port = $radsec_port
			proto = tcp
			secret = radsec
			response_window = 8
			tls {
				private_key_file = $work/tls/$name.key
				certificate_file = $work/tls/$name.pem
				ca_file = $work/tls/ca.pem
				tls_min_version = "1.2"
				tls_max_version = "1.2"
			}
		}
		home_server_pool operators {
			home_server = operator
		}
		realm operator {
			auth_pool = operators
			nostrip
		}
		server shop {
		listen {
			type = auth
			ipaddr = 127.0.0.1
			port = $(cat "$shop/server/port")
		}
		client till {
			ipaddr = 127.0.0.1
			secret = testing123
		}
		authorize {
			update control {
				&Proxy-To-Realm := "operator"
			}
		}
		}
	END
	server_start "$shop/server"
}

holds "a shop's server starts" shop_server shop
sell "$shop" RADSEC001
same "a sale over TLS" "$(decided "$shop")" "Yes match"
holds "hidden values came as they were sent" grep -q 'result=Yes' "$work/server/log"
server_stop "$shop/server"
holds "a stranger's server starts" shop_server stranger
sell "$shop" RADSEC002
same "a certificate of another CA gets no sale" "$(reply "$shop" MigrantID-Result)" ""
same "and asks about nobody" "$(stand_questions "$work")" 1
exit $tap_status
