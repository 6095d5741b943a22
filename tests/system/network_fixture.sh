# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# network_fixture.sh - what stands between server and sandbox in network.sh. To be sourced after
# fixture.sh, with $work set; each function leaves the port in a variable of its name:
#
#	sandbox_plain [OPTION..]	a sandbox over plain HTTP: $plain_port
#	nginx_start, haproxy_start	before it: $nginx_port; $haproxy_port, $busy_port
#	peer_start			the scripted HTTP/2 peer: $peer_port, $peer_pid
#	relay_start ADDRESS PORT	a relay to PORT: $relay_port, $relay_pid
#	server_for URL.. SETTING..	a server that asks these addresses
#	network_stop			end all of them

network_pids=()

network_stop() {
	local pid
	fixture_stop "$work"
	for pid in "${network_pids[@]}"; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	network_pids=()
	return 0
}

sandbox_plain() {
	fixture_sandbox "$work" "$work/people.json" --plain "$@" || return 1
	plain_port=$(sed 's/.*://' "$work/sandbox.url")
}
fixture_plain() { curl --silent --max-time 5 --noproxy '*' "http://127.0.0.1:$plain_port$1"; }

# await_port PORT: somebody listens there.
await_port() {
	local tries=50
	until (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

fill() {
	sed -e "s|@dir@|$work|g; s|@port@|$1|g; s|@sandbox@|$work/sandbox|g" \
		-e "s|@plain@|$2|g" -e "s|@busy@|${busy_port:-}|g" -e "s|log_format protocol .*|log_format protocol '\$server_protocol - \$connection \$ssl_client_serial';|"
}

nginx_start() {
	nginx_port=$(fixture_port)
	fill "$nginx_port" "http://127.0.0.1:$plain_port" <tests/system/nginx-http2.conf >"$work/nginx.conf"
	: >"$work/nginx-access.log"
	/usr/sbin/nginx -e "$work/nginx-error.log" -c "$work/nginx.conf" >"$work/nginx.out" 2>&1 &
	network_pids+=($!)
	await_port "$nginx_port"
}

haproxy_start() {
	haproxy_port=$(fixture_port) busy_port=$(fixture_port)
	cat "$work/sandbox/server.pem" "$work/sandbox/server.key" >"$work/haproxy.pem"
	fill "$haproxy_port" "127.0.0.1:$plain_port" <tests/system/haproxy.cfg >"$work/haproxy.cfg"
	/usr/sbin/haproxy -db -f "$work/haproxy.cfg" >"$work/haproxy.out" 2>&1 &
	network_pids+=($!)
	await_port "$haproxy_port" && await_port "$busy_port"
}

# scripted NAME COMMAND..: a program that prints its port; sets NAME_port and NAME_pid.
scripted() {
	local name=$1 tries=50
	shift
	: >"$work/$name.port"
	"$@" >"$work/$name.port" 2>"$work/$name.out" &
	network_pids+=($!)
	printf -v "${name}_pid" %s $!
	until [ -s "$work/$name.port" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
	printf -v "${name}_port" %s "$(cat "$work/$name.port")"
}
relay_start() { scripted relay tests/system/relay.py "$1" "$2"; }
peer_start() {
	scripted peer tests/system/peer_h2.py "$work/sandbox/server.pem" "$work/sandbox/server.key" \
		"$work/sandbox/ca.pem" "$plain_port"
}

server_for() {
	local urls=() settings=() word
	for word; do
		case $word in
		https://*) urls+=("\"$word\"") ;;
		*) settings+=("$word") ;;
		esac
	done
	fixture_settings "$work" "service.urls=[ $(IFS=,; echo "${urls[*]}") ]" \
		waiting.wait=3000 "${settings[@]}" && fixture_server "$work"
}

check_connect() {
	"$fixture_build/src/tools/ctl/migrantidctl" check --config "$work/settings/migrantid.cfg" \
		--connect >"$work/check" 2>&1
}

logged_soon() { holds "$1" fixture_hears "$work" "$2" 40; }

# The lowest limit under which a process can keep what it has, and have no more.
highest_descriptor() {
	local used
	used=$(ls "/proc/$1/fd" | sort -n | awk '$1 != n { exit } { n++ } END { print n + 0 }')
	echo "$used"
}

shop_template() {
	cat >"$1" <<-END
		User-Name = $2
		NAS-Identifier = shops
		MigrantID-Sale-Id = %r
		MigrantID-Document-Type = P
		MigrantID-Document-Issuer = UZB
		MigrantID-Document-Number = FA%n
		MigrantID-Nationality = UZB
		MigrantID-Date-of-Birth = 1990-01-31
		MigrantID-Consent-Text = ru-2025-01
		MigrantID-Accept-Challenge = 1
	END
}

# all_sell COUNT FIRST [OPTION..]: by radload, polling; prints its JSON.
all_sell() {
	local count=$1 first=$2
	shift 2
	[ -e "$work/template" ] || shop_template "$work/template" shop
	"$fixture_build/tests/bench/radload" --server "127.0.0.1:$(cat "$work/server/port")" \
		--secret testing123 --template "$work/template" --json --poll --requests "$count" \
		--first "$first" "$@"
}

# Many shops behind one client: who asks is told from the test's User-Name.
shop_is_user_name() {
	server_stop "$work/server"
	server_shop_is "$work/server" '%{User-Name}'
	server_start "$work/server"
}
