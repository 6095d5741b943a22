# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# redis_serve.sh - Redis servers and Sentinels on loopback. To be sourced:
#
#	redis_serve DIR PORT [LINE..]	start one with these lines of configuration; DIR/pid, DIR/log
#	redis_watch DIR PORT [LINE..]	a Sentinel likewise
#	redis_hang DIR, redis_wake DIR	stop answering, and go on
#	redis_end DIR			kill -9

redis_begin() {
	local mode=$1 dir=$2 port=$3
	shift 3
	mkdir -p "$dir"
	printf '%s\n' 'bind 127.0.0.1' "port $port" "dir $dir" "$@" >"$dir/redis.conf"
	# shellcheck disable=SC2086 # an option, or none
	redis-server "$dir/redis.conf" $mode >"$dir/log" 2>&1 </dev/null &
	echo $! >"$dir/pid"
	for _ in $(seq 50); do
		grep -qE 'Ready to accept connections|Sentinel ID is' "$dir/log" && return
		sleep 0.1
	done
	return 1
}
redis_serve() { redis_begin '' "$@" 'save ""'; }
redis_watch() { redis_begin --sentinel "$@"; }
redis_hang() { kill -STOP "$(cat "$1/pid")"; }
redis_wake() { kill -CONT "$(cat "$1/pid")"; }

redis_end() {
	local pid
	pid=$(cat "$1/pid" 2>/dev/null) || return 0
	rm -f "$1/pid"
	kill -CONT "$pid" 2>/dev/null
	kill -9 "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}
