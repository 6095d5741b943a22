#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# radsec_shops.sh - fifty shops by RadSec at once: each with an entry of its own among the clients, all
# behind one entry for their network, and before the server an HAProxy, which tells where they come
# from (PROXY protocol) or does not. The server counts connections for each entry, and 16 are allowed
# where the entry says nothing: N18.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/radsec_fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
tls=$work/tls
shops=50
trap 'haproxy_stop; fixture_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match" } }' >"$work/people.json"
mkdir -p "$tls"
radsec_certificate "$tls" ca
radsec_certificate "$tls" server ca
openssl ecparam -name prime256v1 -genkey -noout -out "$tls/shops.key"
for shop in $(seq $shops); do
	openssl req -x509 -new -key "$tls/shops.key" -subj "/CN=shop-$shop" -days 2 \
		-CA "$tls/ca.pem" -CAkey "$tls/ca.key" -out "$tls/shop-$shop.pem" 2>/dev/null
done

haproxy_stop() {
	[ -n "${haproxy_pid:-}" ] || return 0
	kill "$haproxy_pid" 2>/dev/null
	wait "$haproxy_pid" 2>/dev/null
	haproxy_pid=''
}

# haproxy_start [OPTION]: as docs/shops.md has it, before the server's port; its own in $haproxy_port.
haproxy_start() {
	local tries=50
	haproxy_port=$(fixture_port)
	sed -nE '/^    defaults$/,/^$/s/^    //p' docs/shops.md |
		sed -e "s/:2083$/127.0.0.1:$haproxy_port/" \
			-e "s/192\.0\.2\.10:2083 send-proxy/127.0.0.1:$radsec_port ${1:-}/" >"$work/haproxy.cfg"
	/usr/sbin/haproxy -db -f "$work/haproxy.cfg" >"$work/haproxy.out" 2>&1 </dev/null &
	haproxy_pid=$!
	# Looked for, not tried: that would be a connection to the server, which counts.
	until ss -tlnH "( sport = :$haproxy_port )" | grep -q .; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $haproxy_pid 2>/dev/null || return 1
		sleep 0.1
	done
}

# serve ADDRESS..: a server with an entry for each; $limit says what an entry allows, nothing takes the
# words out, $listen is a line of the listener to put to use.
serve() {
	local site=$work/server/raddb/sites-enabled/sim-sale entry address number=0
	server_stop "$work/server" 2>/dev/null
	rm -rf "$work/server"
	server_make "$work/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$work/settings/migrantid.cfg" || return
	radsec_configure "$work" "$tls"
	radsec_plain "$work"
	[ -n "$limit" ] || sed -i '/^clients sim-sale-radsec/,/^}/{/limit {/,/}/d}' "$site"
	[ -z "$listen" ] || sed -i "s/^\t#$listen/\t$listen/" "$site"
	entry=$(sed -n '/client sim-sale-radsec-shop {/,/^\t}/p' "$site")
	sed -i '/client sim-sale-radsec-shop {/,/^\t}/d' "$site"
	for address; do
		number=$((number + 1))
		sed -e "s/sim-sale-radsec-shop/&-$number/; s|127\.0\.0\.1$|$address|" <<<"$entry"
	done >"$work/entries"
	sed -i "/^clients sim-sale-radsec {/r $work/entries" "$site"
	server_start "$work/server"
}

# sold PORT: how many of them, which not, and how long the slowest reply took.
sold() { python3 -B tests/system/radsec_shops.py "$1" "$tls" $shops >"$work/sold"; cat "$work/sold"; }
all_sell() {
	local said
	said=$(sold "$2")
	if [ "$(jq .sold <<<"$said")" = $shops ]; then
		ok "$1 ($(jq .slowest_ms <<<"$said") ms at most)"
	else
		not_ok "$1: $said" "$work/server/log"
	fi
}
# locks_out WHAT PORT: the server's own 16 sell, and the seventeenth is the first who does not.
locks_out() { same "$1" "$(sold "$2" | jq -c '[.sold, .failed[0]]')" "[16,17]"; }

each=()
for shop in $(seq $shops); do each+=("127.0.1.$shop"); done
fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" || not_ok "a sandbox"

limit=yes listen=''
holds "a server with an entry for each shop" serve "${each[@]}"
all_sell "fifty shops sell, the seventeenth, too" "$radsec_port"
holds "one entry for their network" serve 127.0.1.0/24
all_sell "fifty shops behind one entry with room for 64" "$radsec_port"
limit=''
holds "the same without the limit in the entry" serve 127.0.1.0/24
locks_out "an entry for a network counts its addresses together" "$radsec_port"
holds "an entry for each shop, without the limit" serve "${each[@]}"
all_sell "each has the server's 16 for itself" "$radsec_port"

if ! command -v haproxy >/dev/null; then
	skip "behind HAProxy" "haproxy is not installed"
	exit $tap_status
fi
limit=yes listen='proxy_protocol = yes'
holds "HAProxy, and a server that is told where they come from" \
	eval 'serve 127.0.0.1 "${each[@]}" && haproxy_start send-proxy'
all_sell "fifty shops sell through it" "$haproxy_port"
haproxy_stop
limit=''
holds "the same without the limit in the entries" \
	eval 'serve 127.0.0.1 "${each[@]}" && haproxy_start send-proxy'
locks_out "HAProxy's own entry counts them all" "$haproxy_port"
haproxy_stop
limit=yes
listen=''
holds "HAProxy, and a server that is not told" eval 'serve 127.0.0.1 && haproxy_start'
all_sell "fifty shops sell through it, in one entry's room for 64" "$haproxy_port"
haproxy_stop
limit=''
holds "the same without the limit in the entry" eval 'serve 127.0.0.1 && haproxy_start'
locks_out "all shops are HAProxy's address" "$haproxy_port"
exit $tap_status
