# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stand.sh - a sandbox service and a server that asks it, side by side on loopback. To be sourced:
#
#	. tests/system/stand.sh
#	stand_sandbox DIR PEOPLE [OPTION..]	start migrantid-sandbox; its address in $stand_url
#	stand_settings DIR [GROUP.NAME=VALUE..]	write DIR/settings/ for that sandbox, from config/
#	stand_server DIR [SETTING=VALUE..]	build and start a server (see server.sh)
#	stand_stop DIR				stop both
#	stand_curl DIR PATH [OPTION..]		ask the sandbox as the operator would
#	stand_questions DIR			how many questions it has received
#	stand_fault DIR FAULT|null		what the sandbox does to everybody from now on
#	stand_port				a port that is free, of UDP and of TCP
#
# STAND_CLOCK="2026-06-15 12:00:00" (UTC) lets both stand at that time. The build used is
# build/main, or STAND_BUILD.

# shellcheck source=tests/system/server.sh
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

stand_build=${STAND_BUILD:-$server_repository/build/main}
stand_tests=$stand_build/tests/system

# The command under which a program stands at STAND_CLOCK. Durations stay real.
stand_clocked() {
	[ -n "${STAND_CLOCK:-}" ] || return 0
	local library
	library=$(ls /usr/lib/*/faketime/libfaketime.so.1 | head -n 1)
	echo "env TZ=UTC FAKETIME_DONT_FAKE_MONOTONIC=1 DONT_FAKE_MONOTONIC=1" \
		"FAKETIME=@${STAND_CLOCK/ /T} FAKETIME_FMT=%Y-%m-%dT%H:%M:%S" \
		"LD_PRELOAD=$stand_tests/unbind.so:$library"
}

stand_port() {
	local port
	while :; do
		# Below those that the kernel gives to connections.
		port=$((20000 + RANDOM % 12000))
		grep -qi ":$(printf '%04X' $port) " /proc/net/udp /proc/net/tcp || break
	done
	echo $port
}

stand_sandbox() {
	local dir=$1 people=$2 tries=100
	shift 2
	mkdir -p "$dir" && : >"$dir/sandbox.log"
	# shellcheck disable=SC2046 # a command with its options
	$(stand_clocked) "$stand_build/src/tools/sandbox/migrantid-sandbox" --people "$people" \
		--state "$dir/sandbox" --port 0 "$@" >"$dir/sandbox.log" 2>&1 </dev/null &
	echo $! >"$dir/sandbox.pid"
	while ! stand_url=$(grep -oE 'https?://127\.0\.0\.1:[0-9]+' "$dir/sandbox.log"); do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$(cat "$dir/sandbox.pid")" 2>/dev/null; then
			server_say "the sandbox did not start:"
			tail -n 5 "$dir/sandbox.log" >&2
			return 1
		fi
		sleep 0.1
	done
	stand_url=$(head -n 1 <<<"$stand_url")
	echo "$stand_url" >"$dir/sandbox.url"
}

# Change one setting of a copied migrantid.cfg; GROUP.NAME, or NAME for the top level. A setting
# that is commented out as shipped is put in at the head of its group.
stand_set() {
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
		END { if (!done && group == "") print name " = " value ";" }
	' "$file" >"$file.new" && mv "$file.new" "$file"
}

stand_settings() {
	local dir=$1 sandbox=$1/sandbox cfg=$1/settings/migrantid.cfg setting
	shift
	mkdir -p "$dir/store"
	rm -rf "$dir/settings"
	cp -R "$server_repository/config/mods-config/migrantid" "$dir/settings"
	openssl rand -hex 32 >"$dir/settings/person.key"
	cp "$sandbox/ca.pem" "$sandbox/client.pem" "$sandbox/client.key" "$sandbox/jwks.json" \
		"$dir/settings/"
	chmod 600 "$dir"/settings/*.key
	for setting in "service.urls=[ \"$(cat "$dir/sandbox.url")\" ]" \
		"cache.store_directory=\"$dir/store\"" "$@"; do
		stand_set "$cfg" "$setting" || return 1
	done
}

stand_server() {
	local dir=$1
	shift
	rm -rf "$dir/server"
	server_make "$dir/server" port="$(stand_port)" module="$stand_build/rlm_migrantid" \
		settings="$dir/settings/migrantid.cfg" "$@" &&
		SERVER_PREFIX="${SERVER_PREFIX:-} $(stand_clocked)" server_start "$dir/server"
}

stand_stop() {
	local dir=$1 pid tries=50
	[ ! -d "$dir/server" ] || server_stop "$dir/server"
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

stand_curl() {
	local dir=$1 path=$2
	shift 2
	# shellcheck disable=SC2046 # a command with its options
	$(stand_clocked) curl --silent --show-error --max-time 10 --noproxy '*' --cacert "$dir/sandbox/ca.pem" \
		--cert "$dir/sandbox/client.pem" --key "$dir/sandbox/client.key" "$@" \
		"$(cat "$dir/sandbox.url")$path"
}

stand_questions() {
	stand_curl "$1" /sandbox/questions | jq .questions
}

stand_fault() {
	local fault=null
	[ "$2" = null ] || fault="\"$2\""
	stand_curl "$1" /sandbox/faults -H 'Content-Type: application/json' \
		--data "{\"fault\": $fault}" >/dev/null
}
