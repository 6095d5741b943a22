# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stage.sh - a stage for the benchmark: a sandbox service, and one server that has beside each
# other sim-sale, a virtual server without a policy, one that says and logs as much without
# deciding anything, rlm_rest, and rlm_rest with rlm_cache. To be sourced, after
# tests/system/fixture.sh. If front=yes, nginx stands before the sandbox and speaks HTTP/2; else the
# sandbox itself speaks HTTP/1.1. If shops=yes, a request's User-Name is its shop; else all are one's.
# If relay_before=yes, tests/system/relay.py stands before the service. stage_settings: further
# settings of the server. Each is as whoever calls stage_start() has it.
#
#	stage_templates DIR			write the requests that are sent
#	stage_card DIR SHOP		an ID card presented for one sale of that shop
#	stage_card_template DIR		such a request
#	stage_start DIR [SANDBOX-OPTION..]	start both; the ports are in DIR/port.NAME
#	stage_stop DIR				stop them
#	stage_load DIR NAME TEMPLATE OPTION..	one measurement; prints radload's JSON
#	stage_rss DIR				resident memory of the server, KiB
#	stage_cpu_ms DIR			processor time of the server so far
#
# NAME is sale, other, worded, rest or rest-cache.

stage_settings=()
stage_secret=bench-secret-bench-secret
stage_folder=$server_repository/tests/bench
stage_programs=$fixture_build/tests/bench

# Everybody is somebody the service says yes about; and one has an ID card.
stage_people() {
	cat <<-END
		{ "people": [ { "document": { "type": "P", "issuer": "UZB", "number": "CARD00001" },
			"nationality": "UZB", "date_of_birth": "1990-01-31" } ],
		"default": { "result": "yes", "reason": "match", "valid_for": 3600 } }
	END
}

# The card, presented now for the sale "bench" of a shop: good for five minutes.
stage_card() {
	"$fixture_build/src/tools/sandbox/migrantid-sandbox" --people "$1/people.json" \
		--state "$1/sandbox" --issue CARD00001 --status-uri none \
		--audience "operator-example/$2" --nonce bench
}

# The request that holds it and nothing else of the buyer.
stage_card_template() {
	printf '%s\n' 'User-Name = shop-17' 'NAS-Identifier = shops' 'MigrantID-Sale-Id = bench' \
		'MigrantID-Language = ru'
	stage_card "$1" sim-sale-shop | fold -w 247 | sed 's/^/MigrantID-Credential = /'
}

stage_template() {
	cat <<-END
		User-Name = shop-17
		NAS-Identifier = shops
		MigrantID-Sale-Id = %r
		MigrantID-Document-Type = P
		MigrantID-Document-Issuer = UZB
		MigrantID-Document-Number = FA%n
		MigrantID-Nationality = UZB
		MigrantID-Date-of-Birth = $1
		MigrantID-Consent-Text = ru-2025-01
		MigrantID-Language = ru
	END
}

# The same request for every server, but that polling must be asked for; a child is exempt.
stage_templates() {
	stage_template "$(date -u -d '3 years ago' +%Y-%m-%d)" >"$1/exempt"
	stage_template 1990-01-31 >"$1/sale"
	stage_template 1990-01-31 >"$1/polling"
	echo "MigrantID-Accept-Challenge = 1" >>"$1/polling"
}

# A part of the configuration, with what stands between two @ filled in.
stage_fill() {
	local dir=$1
	sed -e "s|@sandbox@|$dir/sandbox|g" -e "s|@url@|$(cat "$dir/service.url")|g" \
		-e "s|@secret@|$stage_secret|g" -e "s|@key@|$(cat "$dir/settings/person.key")|g" \
		-e "s|@rest_port@|$(cat "$dir/port.rest")|g" \
		-e "s|@cache_port@|$(cat "$dir/port.rest-cache")|g" \
		-e "s|@worded_port@|$(cat "$dir/port.worded")|g" "$stage_folder/rest/$2"
}

stage_configure() {
	local dir=$1 raddb=$1/server/raddb
	stage_fill "$dir" module-rest >"$raddb/mods-enabled/rest_sale"
	stage_fill "$dir" module-cache >"$raddb/mods-enabled/cache_sale"
	stage_fill "$dir" module-log >"$raddb/mods-enabled/log_worded"
	stage_fill "$dir" policy >"$raddb/policy.d/rest_sale"
	stage_fill "$dir" site >"$raddb/sites-enabled/rest"
	[ "${shops:-no}" = no ] || server_shop_is "$dir/server" '%{User-Name}' || return 1
	server_edit "$raddb/sites-enabled/sim-sale" \
		'0,/#migrantid_plain/s/#migrantid_plain/migrantid_plain/' || return 1
	# More than 16384 requests in cleanup_delay is what a measurement is about.
	server_edit "$raddb/radiusd.conf" 's/^max_requests = .*/max_requests = 262144/' || return 1
	# All 32 threads, and rlm_rest's connections, from the start: no measurement waits for them.
	server_edit "$raddb/radiusd.conf" 's/^(\s*start_servers) = .*/\1 = 32/' \
		's/^(\s*(min|max)_spare_servers) = .*/\1 = 32/' || return 1
	# A burst of hundreds must fit between two looks of the server at its socket.
	sed -i -E 's/^([[:space:]]*)port = [0-9]+$/&\n\1recv_buff = 4194304/' \
		"$raddb"/sites-enabled/{sim-sale,other,rest} || return 1
	# Every reply is signed, with a policy or without: that is RADIUS, not this check.
	sed -i '$d' "$raddb/sites-enabled/other"
	printf 'post-auth {\n\tmigrantid_sign_reply\n}\n}\n' >>"$raddb/sites-enabled/other"
}

stage_tcp_port() {
	local port
	while :; do
		port=$((20000 + RANDOM % 10000))
		grep -qi ":$(printf '%04X' $port) " /proc/net/tcp || break
	done
	echo $port
}

stage_front() {
	local dir=$1 port tries=50
	port=$(stage_tcp_port)
	mkdir -p "$dir/front"
	sed -e "s|@dir@|$dir|g; s|@sandbox@|$dir/sandbox|g; s|@front_port@|$port|g" \
		-e "s|@sandbox_address@|$(sed 's|.*//||' "$dir/sandbox.url")|g" \
		"$stage_folder/front.conf" >"$dir/front/nginx.conf"
	/usr/sbin/nginx -e "$dir/front/error.log" -c "$dir/front/nginx.conf" \
		>"$dir/front/output" 2>&1 </dev/null &
	echo $! >"$dir/front.pid"
	echo "https://127.0.0.1:$port" >"$dir/service.url"
	# Whoever shows no certificate is told so (400), which is as good a sign of life as any.
	until curl --silent --max-time 5 --noproxy '*' --cacert "$dir/sandbox/ca.pem" \
		--output /dev/null "$(cat "$dir/service.url")/"; do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$(cat "$dir/front.pid")" 2>/dev/null; then
			cat "$dir/front/output" >&2
			return 1
		fi
		sleep 0.1
	done
}

stage_service() {
	local dir=$1
	shift
	stage_people >"$dir/people.json"
	if [ "${front:-no}" = no ]; then
		fixture_sandbox "$dir" "$dir/people.json" "$@" && cp "$dir/sandbox.url" "$dir/service.url"
	else
		fixture_sandbox "$dir" "$dir/people.json" --plain "$@" && stage_front "$dir"
	fi && { [ "${relay_before:-no}" = no ] || stage_relay "$dir"; }
}

stage_relay() {
	local dir=$1 tries=50
	: >"$dir/relay.port"
	tests/system/relay.py 127.0.0.1 "$(sed 's/.*://' "$dir/service.url")" >"$dir/relay.port" 2>"$dir/relay.out" &
	echo $! >"$dir/relay.pid"
	until [ -s "$dir/relay.port" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
	echo "https://127.0.0.1:$(cat "$dir/relay.port")" >"$dir/service.url"
}

stage_stop() {
	local pid
	fixture_stop "$1"
	pid=$(cat "$1/relay.pid" 2>/dev/null) && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	rm -f "$1/relay.pid"
	pid=$(cat "$1/front.pid" 2>/dev/null) || return 0
	rm -f "$1/front.pid"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

stage_start() {
	local dir=$1 name
	shift
	mkdir -p "$dir"
	for name in sale other worded rest rest-cache; do
		fixture_port >"$dir/port.$name"
	done
	stage_service "$dir" "$@" &&
		fixture_settings "$dir" "service.urls=[ \"$(cat "$dir/service.url")\" ]" \
			"${stage_settings[@]}" \
			credential.enabled=true credential.decides=true credential.status_required=false \
			credential.vct='"urn:example:migrant-id:1"' \
			credential.issuers='( { issuer = "https://cards.sandbox.example"; jwks_file = "cards.jwks.json"; } )' &&
		cp "$dir/sandbox/cards.jwks.json" "$dir/settings/" &&
		server_make "$dir/server" port="$(cat "$dir/port.sale")" secret=$stage_secret \
			other_port="$(cat "$dir/port.other")" module="$fixture_build/rlm_migrantid" \
			settings="$dir/settings/migrantid.cfg" &&
		stage_configure "$dir" && server_start "$dir/server"
}

stage_load() {
	local dir=$1 name=$2 template=$3
	shift 3
	"$stage_programs/radload" --server "127.0.0.1:$(cat "$dir/port.$name")" \
		--secret $stage_secret --template "$work/$template" --json "$@"
}

# Processor time of the server so far, in ms.
stage_cpu_ms() {
	awk -v hz="$(getconf CLK_TCK)" '{ sub(/.*\) /, ""); print int(($12 + $13) * 1000 / hz) }' \
		"/proc/$(cat "$1/server/pid")/stat"
}

stage_rss() {
	awk '/^VmRSS/ { print $2 }' "/proc/$(cat "$1/server/pid")/status"
}
