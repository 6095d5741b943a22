# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# radsec_fixture.sh - the RadSec listener of sites-available/sim-sale, uncommented as its comment
# says, and shops' own servers that send all they get over TLS to it. To be sourced after
# fixture.sh:
#
#	radsec_certificate DIR NAME [CA]	DIR/NAME.pem and .key, by itself or by a CA made so
#	radsec_configure DIR TLS	to DIR/server of server_make: listen with TLS/server.pem, take
#					certificates of TLS/ca.pem; its port in $radsec_port
#	radsec_plain DIR		to the same: the shops that come by TLS may send unhidden twins
#	radsec_proxy DIR TLS NAME [ADDRESS]	the real radsecproxy as such a shop's, a till's server in
#					DIR/server for sell.sh; radsec_proxy_stop DIR ends it
#	radsec_shop DIR TLS NAME [WORD..]	start a shop's server in DIR/server that shows TLS/NAME.pem;
#					udp:PORT: that goes on by UDP; strange: that does not know our
#					dictionary; an address: that of the operator's server

radsec_certificate() {
	local dir=$1 name=$2 ca=${3:-} from=()
	[ -z "$ca" ] || from=(-CA "$dir/$ca.pem" -CAkey "$dir/$ca.key")
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj "/CN=$name" -keyout "$dir/$name.key" -out "$dir/$name.pem" 2>/dev/null
	[ -z "$ca" ] || {
		openssl req -new -key "$dir/$name.key" -subj "/CN=$name" -out "$dir/$name.csr"
		openssl x509 -req -in "$dir/$name.csr" "${from[@]}" -CAcreateserial -days 2 \
			-out "$dir/$name.pem"
	} 2>/dev/null
}

radsec_configure() {
	local site=$1/server/raddb/sites-enabled/sim-sale tls=$2
	radsec_port=$(fixture_port)
	sed -i -E -e '/^#(listen|clients) /,/^#\}/s/^#//' \
		-e "s|port = 2083|port = $radsec_port|; s|ipaddr = \*|ipaddr = 127.0.0.1|" \
		-e "s|192\.0\.2\.17|127.0.0.1|" \
		-e "s|\\$\{certdir\}/sim-sale\.(pem\|key)|$tls/server.\1|" \
		-e "s|\\$\{cadir\}/sim-sale-shops-ca\.pem|$tls/ca.pem|" "$site"
}

radsec_plain() {
	sed -i '/^clients sim-sale-radsec/,/^}/s/#migrantid_plain/migrantid_plain/' \
		"$1/server/raddb/sites-enabled/sim-sale"
}

radsec_proxy() {
	local dir=$1 tls=$2 name=$3 address=${4:-127.0.0.1} tries=50
	mkdir -p "$dir/server" && server_dictionary "$dir/server/dictionary" &&
		fixture_port >"$dir/server/port" && echo testing123 >"$dir/server/secret" || return
	cat >"$dir/radsecproxy.conf" <<-END
		ListenUDP 127.0.0.1:$(cat "$dir/server/port")
		LogLevel 3
		tls default {
			CACertificateFile $tls/ca.pem
			CertificateFile $tls/$name.pem
			CertificateKeyFile $tls/$name.key
		}
		client till {
			host 127.0.0.1
			type udp
			secret testing123
		}
		server operator {
			host $address
			port $radsec_port
			type tls
			secret radsec
			CertificateNameCheck off
		}
		realm * {
			server operator
		}
	END
	# In the foreground; it serves when it has connected.
	radsecproxy -f -c "$dir/radsecproxy.conf" >"$dir/radsecproxy.out" 2>&1 </dev/null &
	echo $! >"$dir/radsecproxy.pid"
	while ! grep -qs 'connection to .* up' "$dir/radsecproxy.out"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 "$(cat "$dir/radsecproxy.pid")" 2>/dev/null || return 1
		sleep 0.1
	done
}

radsec_proxy_stop() {
	local pid
	pid=$(cat "$1/radsecproxy.pid" 2>/dev/null) || return 0
	rm -f "$1/radsecproxy.pid"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

# How such a server reaches the operator's.
radsec_home() {
	local tls=$1 name=$2 address=$3 udp=$4
	if [ -n "$udp" ]; then
		printf '%s\n' 'home_server operator {' 'type = auth' "ipaddr = $address" "port = $udp" \
			'secret = testing123' 'response_window = 8' '}'
		return
	fi
	cat <<-END
		home_server operator {
			type = auth
			ipaddr = $address
			port = $radsec_port
			proto = tcp
			secret = radsec
			response_window = 8
			tls {
				private_key_file = $tls/$name.key
				certificate_file = $tls/$name.pem
				ca_file = $tls/ca.pem
				tls_min_version = "1.2"
				tls_max_version = "1.2"
			}
		}
	END
}

radsec_shop() {
	local dir=$1 tls=$2 name=$3 address=127.0.0.1 udp='' strange='' word
	shift 3
	for word; do
		case $word in
		udp:*) udp=${word#udp:} ;;
		strange) strange=yes ;;
		*) address=$word ;;
		esac
	done
	rm -rf "$dir/server"
	server_make "$dir/server" port="$(fixture_port)" module= || return
	rm -f "$dir/server/raddb/mods-enabled/migrantid" "$dir/server/raddb/policy.d/migrantid"
	radsec_home "$tls" "$name" "$address" "$udp" >"$dir/server/raddb/sites-enabled/sim-sale"
	cat >>"$dir/server/raddb/sites-enabled/sim-sale" <<-END
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
			port = $(cat "$dir/server/port")
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
	# The till knows it in any case.
	[ -z "$strange" ] || sed -i '/migrantid/d' "$dir/server/dictionary/dictionary"
	server_start "$dir/server" || return
	[ -z "$strange" ] || echo '$INCLUDE dictionary.migrantid' >>"$dir/server/dictionary/dictionary"
}
