# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# trouble.sh - the parts of the benchmark in which something is wrong: a shop that floods, and
# connections that fall silent. To be sourced by run, as parts.sh.

# Of one shop, so many sales a second for so long, while all of them are polled to their end.
trouble_load() {
	local dir=$1 template=$2 rate=$3 seconds=$4
	shift 4
	stage_load "$dir" sale "$template" --rate "$rate" --requests $((rate * seconds)) \
		--outstanding 16384 --first $next_person --poll "$@"
}

# The one shop sells five times a second, alone and beside another's thousand.
part_flood() {
	local dir=$work/stage-flood round flood seconds=$((neighbour_seconds + 2)) shops=yes
	bench_say "a shop floods ..."
	sed 's/^User-Name = .*/User-Name = shop-flood/' "$work/polling" >"$work/flooding"
	if ! stage_start "$dir" --delay-ms 1000; then
		no_figure flood_neighbour_answers "the server or the sandbox did not start"
		no_figure flood_neighbour_p99 "likewise"
		return
	fi
	for ((round = 0; round < trouble_rounds; round++)); do
		trouble_load "$dir" polling 5 $seconds >>"$dir/alone"
		next_person=$((next_person + 1000))
		trouble_load "$dir" flooding 1000 $((seconds + 2)) --first $((next_person + 1000)) \
			--drain 0 >>"$dir/flood" &
		flood=$!
		sleep 2
		trouble_load "$dir" polling 5 $seconds >>"$dir/beside"
		wait $flood
		next_person=$((next_person + 100000))
	done
	ratio_figure flood_neighbour_answers '(.accepts / .begun)' "$dir/beside" "$dir/alone"
	ratio_figure flood_neighbour_p99 .p99_ms "$dir/beside" "$dir/alone"
	row_of "one shop, 5 sales/s" "1 s" "$dir/alone"
	row_of "the same beside another's flood of 1000/s" "1 s" "$dir/beside"
	stage_stop "$dir"
}

# Each round the connections that are there fall silent, and new ones work.
part_blackhole() {
	local dir=$work/stage-blackhole round sales relay_before=yes
	bench_say "connections fall silent ..."
	if ! stage_start "$dir"; then
		no_figure blackhole_lost_sales "the server, the sandbox or the relay did not start"
		return
	fi
	for ((round = 0; round < trouble_rounds; round++)); do
		trouble_load "$dir" polling 50 3 --timeout 15000 >>"$dir/sales" &
		sales=$!
		sleep 1
		kill -USR1 "$(cat "$dir/relay.pid")"
		wait $sales
		next_person=$((next_person + 1000))
	done
	figure blackhole_lost_sales "$(jq -s 'map(.begun - .accepts) | add' "$dir/sales")"
	row_of "50 sales/s, connections fall silent" "0 ms" "$dir/sales"
	stage_stop "$dir"
}
