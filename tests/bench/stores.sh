# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# stores.sh - what a kept answer costs in memory, on disk and in Redis, with a thousand, a million and ten
# million of them. To be sourced by run, which sets work. Ten million take 13 GiB, of disk
# or, in Redis, of memory.

store_counts="1000 1000000 10000000"
store_entry_kib=2

# Whether a machine that also does something else has room for so many.
store_has_room() {
	local store=$1 count=$2 free
	if [ "$store" = disk ]; then
		free=$(df --output=avail -k "$work" | tail -n 1)
	else
		free=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
	fi
	[ "$free" -gt $((count * store_entry_kib)) ]
}

store_redis_start() {
	local dir=$1 tries=100
	redis-server --port 0 --unixsocket "$dir/socket" --save '' --appendonly no \
		>"$dir/log" 2>&1 </dev/null &
	echo $! >"$dir/pid"
	until redis-cli -s "$dir/socket" ping >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

store_redis_stop() {
	local pid
	pid=$(cat "$1/pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
}

store_measure() {
	local store=$1 count=$2 dir=$work/stores place=''
	mkdir -p "$dir"
	case $store in
	disk) place=$dir ;;
	redis) place=$dir/socket && store_redis_start "$dir" ;;
	esac
	timeout 900 "$stage_programs/store_bench" "$store" "$count" $place
	store_redis_stop "$dir"
	rm -rf "$dir"
}

part_stores() {
	local store count
	printf '\n%-8s %12s %18s %10s %10s %10s %12s\n' store entries 'octets per entry' \
		'read, us' 'hit, us' 'open, ms' 'memory, MB'
	for store in memory disk redis; do
		for count in $store_counts; do
			if ! store_has_room $store "$count"; then
				bench_say "no room for $count answers in $store"
				continue
			fi
			store_measure $store "$count" |
				jq -r '[.store, .entries, .octets, .read_us, .hit_us, .open_ms,
					(.memory / 1e5 | round / 10)] | @tsv' |
				awk -F '\t' '{ printf "%-8s %12s %18s %10s %10s %10s %12s\n", $1, $2, $3, $4, $5, $6, $7 }'
		done
	done
}
