# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# till_fixture.sh - the till to look at, before a sandbox and a server of fixture.sh that run. To be
# sourced after it:
#
#	till_start DIR		its address in $till_url and DIR/till.url
#	till_stop DIR		end it

till_start() {
	local dir=$1 tries=100
	: >"$dir/till.url"
	python3 -B tests/system/till/gateway.py "$dir" "$fixture_build/src/tools/sandbox/migrantid-sandbox" \
		"$fixture_build/src/tools/ctl/migrantidctl" >"$dir/till.url" 2>"$dir/till.log" </dev/null &
	echo $! >"$dir/till.pid"
	until till_url=$(grep . "$dir/till.url"); do
		tries=$((tries - 1))
		if [ $tries = 0 ] || ! kill -0 "$(cat "$dir/till.pid")" 2>/dev/null; then
			server_say "the till's page did not start:"
			tail -n 3 "$dir/till.log" >&2
			return 1
		fi
		sleep 0.1
	done
}

till_stop() {
	local pid
	pid=$(cat "$1/till.pid" 2>/dev/null) || return 0
	rm -f "$1/till.pid"
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	return 0
}
