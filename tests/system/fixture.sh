# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# fixture.sh - a sandbox service and a server that asks it, side by side on loopback. To be sourced:
#
#	. tests/system/fixture.sh
#	fixture_sandbox DIR PEOPLE [OPTION..]	start migrantid-sandbox; its address in $fixture_url
#	fixture_settings DIR [GROUP.NAME=VALUE..]	write DIR/settings/ for that sandbox, from config/;
#					replies tell their source, but with FIXTURE_SHIPPED=yes
#	fixture_server DIR [SETTING=VALUE..]	build and start a server (see server.sh)
#	fixture_stop DIR				stop both
#	fixture_stop_sandbox DIR			stop the sandbox alone
#	fixture_curl DIR PATH [OPTION..]		ask the sandbox as the operator would
#	fixture_questions DIR			how many questions it has received
#	fixture_logged DIR PATTERN [COUNT]	whether the server's log comes to hold so many decisions (1)
#					that match: they are written a moment after the reply
#	fixture_hears DIR PATTERN [TENTHS]	whether the server's log comes to say it, within so many tenths of
#					a second (60)
#	fixture_fault DIR FAULT|null		what the sandbox does to everybody from now on
#	fixture_reason DIR REASON|null		what it says of everybody, whatever its people file says
#	fixture_ahead DIR SECONDS		move its clock; 0 puts it right again
#	fixture_text LANGUAGE REASON READER	what the shipped messages say; the reader is clerk or remedy
#	fixture_port				a port that is free, of UDP and of TCP
#
# FIXTURE_PLAIN=yes lets the server's clients send unhidden twins and cards.
# FIXTURE_CLOCK="2026-06-15 12:00:00" (UTC) lets both stand at that time. The build used is
# build/main, or FIXTURE_BUILD.

# shellcheck source=tests/system/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

fixture_build=${FIXTURE_BUILD:-$server_repository/build/main}
fixture_tests=$fixture_build/tests/system

# The command under which a program stands at FIXTURE_CLOCK. Durations stay real.
fixture_clocked() {
	[ -n "${FIXTURE_CLOCK:-}" ] || return 0
	local library
	library=$(ls /usr/lib/*/faketime/libfaketime.so.1 | head -n 1)
	echo "env TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1" \
		"FAKETIME=@${FIXTURE_CLOCK/ /T} FAKETIME_FMT=%Y-%m-%dT%H:%M:%S" \
		"LD_PRELOAD=$fixture_tests/unbind.so:$library"
}

fixture_port() {
	local port
	while :; do
		# Below those that the kernel gives to connections.
		port=$((20000 + RANDOM % 12000))
		grep -qi ":$(printf '%04X' $port) " /proc/net/udp /proc/net/tcp || break
	done
	echo $port
}

fixture_sandbox() {
	local dir=$1 people=$2 tries=100
	shift 2
	mkdir -p "$dir" && : >"$dir/sandbox.log"
	# shellcheck disable=SC2046 # a command with its options
	$(fixture_clocked) "$fixture_build/src/tools/sandbox/migrantid-sandbox" --people "$people" \
		--state "$dir/sandbox" --port 0 "$@" >"$dir/sandbox.log" 2>&1 </dev/null &
	echo $! >"$dir/sandbox.pid"
	while ! fixture_url=$(grep -oE 'https?://127\.0\.0\.1:[0-9]+' "$dir/sandbox.log"); do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$(cat "$dir/sandbox.pid")" 2>/dev/null; then
			server_say "the sandbox did not start:"
			tail -n 5 "$dir/sandbox.log" >&2
			return 1
		fi
		sleep 0.1
	done
	fixture_url=$(head -n 1 <<<"$fixture_url")
	echo "$fixture_url" >"$dir/sandbox.url"
}

# Change one setting of a copied migrantid.cfg; GROUP.NAME, or NAME for the top level. A setting
# that is commented out as shipped is put in at the end of its group, or in a group of its own.
fixture_set() {
	local file=$1 name=${2%%=*} value=${2#*=} group=''
	case $name in *.*) group=${name%%.*} name=${name#*.} ;; esac
	awk -v group="$group" -v name="$name" -v value="$value" '
		function put() { print "\t" name " = " value ";"; done = 1 }
		{ line = $0 }
		line ~ /^[a-z_]+[ \t]*[=:]?[ \t]*$/ || line ~ /^[a-z_]+[ \t]*[=:][ \t]*\{/ {
			inside = line; sub(/[^a-z_].*/, "", inside)
		}
		inside == group && line ~ "^[ \t]*" name "[ \t]*=" && !done {
			put()
			while (line !~ /;/ && (getline line) > 0);
			next
		}
		line ~ /^\};?[ \t]*$/ && inside == group && group != "" && !done { put() }
		{ print line }
		line ~ /^\};?/ { inside = "" }
		END {
			if (!done && group == "") print name " = " value ";"
			else if (!done) print group " = {\n\t" name " = " value ";\n};"
		}
	' "$file" >"$file.new" && mv "$file.new" "$file"
}

fixture_settings() {
	local dir=$1 sandbox=$1/sandbox cfg=$1/settings/migrantid.cfg setting
	shift
	[ -n "${FIXTURE_SHIPPED:-}" ] || set -- reply.source=true "$@"
	mkdir -p "$dir/store" "$dir/state" "$dir/stats"
	rm -rf "$dir/settings"
	cp -R "$server_repository/config/mods-config/migrantid" "$dir/settings"
	openssl rand -hex 32 >"$dir/settings/person.key"
	cp "$sandbox/ca.pem" "$sandbox/client.pem" "$sandbox/client.key" "$sandbox/jwks.json" \
		"$dir/settings/"
	chmod 600 "$dir"/settings/*.key
	for setting in "service.urls=[ \"$(cat "$dir/sandbox.url")\" ]" \
		"cache.store_directory=\"$dir/store\"" "state_directory=\"$dir/state\"" \
		"stats.directory=\"$dir/stats\"" \
		service.max_connections=64 "$@"; do
		fixture_set "$cfg" "$setting" || return 1
	done
}

fixture_server() {
	local dir=$1
	shift
	rm -rf "$dir/server"
	server_make "$dir/server" port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
		settings="$dir/settings/migrantid.cfg" "$@" || return
	if [ -n "${FIXTURE_PLAIN:-}" ]; then
		server_edit "$dir/server/raddb/sites-enabled/sim-sale" \
			'0,/#migrantid_plain/s/#migrantid_plain/migrantid_plain/' || return
	fi
	SERVER_PREFIX="${SERVER_PREFIX:-} $(fixture_clocked)" server_start "$dir/server"
}

fixture_stop() {
	[ ! -d "$1/server" ] || server_stop "$1/server"
	fixture_stop_sandbox "$1"
}

fixture_stop_sandbox() {
	local dir=$1 pid tries=50
	pid=$(cat "$dir/sandbox.pid" 2>/dev/null) || return 0
	rm -f "$dir/sandbox.pid"
	kill "$pid" 2>/dev/null
	while kill -0 "$pid" 2>/dev/null && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}

fixture_curl() {
	local dir=$1 path=$2
	shift 2
	# shellcheck disable=SC2046 # a command with its options
	$(fixture_clocked) curl --silent --show-error --max-time 10 --noproxy '*' --cacert "$dir/sandbox/ca.pem" \
		--cert "$dir/sandbox/client.pem" --key "$dir/sandbox/client.key" "$@" \
		"$(cat "$dir/sandbox.url")$path"
}

fixture_questions() {
	fixture_curl "$1" /sandbox/questions | jq .questions
}

fixture_logged() {
	local tries=50
	until [ "$(grep -c "reference=.*$2" "$1/server/log")" -ge "${3:-1}" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

fixture_hears() {
	local tries=${3:-60}
	until grep -qE "$2" "$1/server/log"; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

fixture_fault() {
	local fault=null
	[ "$2" = null ] || fault="\"$2\""
	fixture_steer "$1" /sandbox/faults "{\"fault\": $fault}"
}

# fixture_steer DIR PATH JSON
fixture_steer() {
	fixture_curl "$1" "$2" --fail -H 'Content-Type: application/json' --data "$3" >/dev/null
}

fixture_reason() {
	local reason=null
	[ "$2" = null ] || reason="\"$2\""
	fixture_steer "$1" /sandbox/reason "{\"reason\": $reason}"
}

fixture_ahead() {
	fixture_steer "$1" /sandbox/clock "{\"offset\": $2}"
}

fixture_text() {
	awk -v language="$1" -v reason="$2" -v reader="$3" '
		$1 == language && $2 == "=" { inside = 1 }
		/^\t\};/ { inside = 0 }
		inside && $1 == reason { wanted = 1 }
		wanted && $1 == reader { said = 1 }
		said { while (match($0, /"[^"]*"/)) {
			text = text substr($0, RSTART + 1, RLENGTH - 2); $0 = substr($0, RSTART + RLENGTH) } }
		said && /;/ { print text; exit }
	' "$server_repository/config/mods-config/migrantid/messages.cfg"
}
