# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# parts.sh - the parts of the benchmark; each starts what it needs, notes its figures and stops it
# again. To be sourced by run, which sets work, round_ms, rounds, neighbour_rounds and
# neighbour_seconds.

outstanding=32
cached_people=500
next_person=1000000

# The same work, `requests` times, in each way that is compared; a line of JSON in $dir/MODE.
fast_load() {
	local dir=$1 mode=$2 requests=$3 into=$4
	local options=(--requests "$requests" --outstanding "$outstanding")
	case $mode in
	null) stage_load "$dir" other sale "${options[@]}" ;;
	worded) stage_load "$dir" worded exempt "${options[@]}" ;;
	exempt) stage_load "$dir" sale exempt "${options[@]}" ;;
	cached) stage_load "$dir" sale sale "${options[@]}" --people $cached_people ;;
	rest-cache) stage_load "$dir" rest-cache sale "${options[@]}" --people $cached_people ;;
	uncached)
		stage_load "$dir" sale polling "${options[@]}" --first $next_person --poll --poll-ms 5
		;;
	rest) stage_load "$dir" rest sale "${options[@]}" --first $next_person ;;
	card) stage_card_template "$dir" >"$work/card" && stage_load "$dir" sale card "${options[@]}" ;;
	esac >>"$into"
	next_person=$((next_person + requests))
}

# Whether all that was measured was decided as this way decides, so that no figure tells how fast
# something else was done.
fast_as_expected() {
	local filter
	case $2 in
	exempt | worded) filter='.results.exempt == .finished' ;;
	cached | uncached | card) filter='.results.yes == .finished' ;;
	# Of thousands rlm_rest loses a few when a connection ends; what it did decide is counted.
	rest*) filter='.accepts >= .finished * 0.999' ;;
	*) filter='.accepts == .finished' ;;
	esac
	jq -es "length > 0 and all(.finished > 0 and $filter)" "$1/$2" >/dev/null
}

fast_summary() {
	jq -sc '{rounds: length, accepts: map(.accepts) | add, lost: map(.lost + .unfinished) | add,
		results: (map(.reasons | to_entries) | add | group_by(.key)
			| map({(.[0].key): map(.value) | add}) | add)}' "$1"
}

fast_ratio() {
	local dir=$1 key=$2 mode=$3 base=$4
	if fast_as_expected "$dir" "$mode" && fast_as_expected "$dir" "$base"; then
		ratio_figure "$key" .throughput "$dir/$mode" "$dir/$base"
	else
		no_figure "$key" "$(fast_summary "$dir/$mode"), against $(fast_summary "$dir/$base")"
	fi
}

part_fast() {
	local dir=$work/stage-fast mode round requests before after
	local modes="null worded exempt cached rest-cache uncached rest card"
	bench_say "no policy, exempt, cached, uncached, rlm_rest, in turns ..."
	if ! stage_start "$dir"; then
		for key in exempt_vs_null cached_vs_null cached_vs_rest_cache uncached_vs_rest card_vs_uncached; do
			no_figure $key "the server or the sandbox did not start"
		done
		return
	fi
	# What will be found in the caches, and all connections made.
	fast_load "$dir" rest-cache $cached_people "$dir/warm"
	stage_load "$dir" sale polling --requests $cached_people --outstanding $outstanding --poll \
		--poll-ms 50 >>"$dir/warm"
	for mode in $modes; do
		: >"$dir/warm.$mode"
		fast_load "$dir" "$mode" 1000 "$dir/warm.$mode"
		requests=$(jq ".throughput * $round_ms / 1000 | ceil | [., 100] | max" "$dir/warm.$mode")
		printf -v "requests_${mode/-/_}" %s "$requests"
	done
	for ((round = 0; round < rounds; round++)); do
		for mode in $modes; do
			requests=requests_${mode/-/_}
			before=$(stage_cpu_ms "$dir")
			fast_load "$dir" "$mode" "${!requests}" "$dir/$mode"
			after=$(stage_cpu_ms "$dir")
			jq -cn "{us: (1000 * ($after - $before) / ${!requests})}" >>"$dir/$mode.cpu"
		done
	done
	row_of "no policy" - "$dir/null"
	row_of "no policy, the reply and log line of exempt" - "$dir/worded"
	row_of "migrantid, exempt" - "$dir/exempt"
	row_of "migrantid, cached" - "$dir/cached"
	row_of "rlm_rest + rlm_cache, cached" - "$dir/rest-cache"
	row_of "migrantid, uncached" "0 ms" "$dir/uncached"
	row_of "rlm_rest" "0 ms" "$dir/rest"
	row_of "migrantid, by ID card" - "$dir/card"
	fast_ratio "$dir" exempt_vs_null exempt null
	fast_ratio "$dir" cached_vs_null cached null
	fast_ratio "$dir" cached_vs_rest_cache cached rest-cache
	fast_ratio "$dir" uncached_vs_rest uncached rest
	fast_ratio "$dir" card_vs_uncached card uncached
	if fast_as_expected "$dir" uncached && fast_as_expected "$dir" rest; then
		ratio_figure uncached_cpu_vs_rest .us "$dir/uncached.cpu" "$dir/rest.cpu"
	fi
}

# The decision log in a file of its own.
part_file_form() {
	local dir=$work/stage-file mode round requests
	local stage_settings=(log.decisions='"file"' log.file="\"$dir/decisions.log\"")
	bench_say "no policy, exempt, cached, with the decision log in a file ..."
	if ! stage_start "$dir"; then
		no_figure exempt_file_vs_null "the server or the sandbox did not start"
		no_figure cached_file_vs_null "likewise"
		return
	fi
	stage_load "$dir" sale polling --requests $cached_people --outstanding $outstanding --poll \
		--poll-ms 50 >>"$dir/warm"
	for ((round = 0; round < rounds; round++)); do
		for mode in null exempt cached; do
			requests=requests_$mode
			fast_load "$dir" "$mode" "${!requests}" "$dir/$mode"
		done
	done
	row_of "migrantid, exempt, the log in a file" - "$dir/exempt"
	row_of "migrantid, cached, the log in a file" - "$dir/cached"
	fast_ratio "$dir" exempt_file_vs_null exempt null
	fast_ratio "$dir" cached_file_vs_null cached null
	stage_stop "$dir"
}

# 600 sales at once while an answer takes a second.
slow_600() {
	local dir=$1 key=$2 label=$3 got=$1/slow
	shift 3
	if ! stage_start "$dir" --delay-ms 1000; then
		no_figure "$key" "the server or the sandbox did not start"
		return
	fi
	stage_load "$dir" "$@" --requests 4 --first 1 >"$dir/warm"
	stage_load "$dir" "$@" --requests 600 --outstanding 600 --first 1000 --timeout 40000 >"$got"
	if jq -e '.finished == 600 and .accepts == 600' "$got" >/dev/null; then
		figure "$key" "$(jq .seconds "$got")"
	else
		no_figure "$key" "$(jq -c '[.finished, .results, .reasons, .lost, .seconds]' "$got")"
	fi
	row_of "$label" "1 s" "$got"
	stage_stop "$dir"
}

part_slow() {
	bench_say "600 sales at once, the service takes a second ..."
	slow_600 "$work/stage-slow" slow_600_seconds "migrantid, 600 at once" sale polling --poll
}

# A shell of its own, as it may run in the background.
part_rest_slow() (
	trap - EXIT INT TERM
	bench_say "the same with rlm_rest ..."
	figures_apart
	slow_600 "$work/stage-rest-slow" rest_slow_600_seconds "rlm_rest, 600 at once" rest sale
)

part_delayed() {
	local dir=$work/stage-delayed name=$1 outstanding=256
	bench_say "the service takes $1 ms ..."
	stage_start "$dir" --delay-ms "$1" || return
	for _ in 1 2 3; do
		fast_load "$dir" uncached 3000 "$dir/uncached"
		fast_load "$dir" rest 1500 "$dir/rest"
	done
	row_of "migrantid, uncached, 256 open" "$name ms" "$dir/uncached"
	row_of "rlm_rest, 256 open" "$name ms" "$dir/rest"
	stage_stop "$dir"
}

# The core's own figures, with a running service and a store of its own.
part_core() {
	local dir=$work/stage-question core=$work/core key settings=''
	bench_say "the core alone ..."
	if [ -e "$dir/server/pid" ]; then
		settings=$dir/settings/core.cfg
		cp "$dir/settings/migrantid.cfg" "$settings"
		fixture_set "$settings" 'cache.store="none"'
	fi
	stage_card "$dir" shop-17 >"$work/core.card"
	"$stage_programs/core_bench" $([ $quick = no ] || echo --quick) $settings \
		${settings:+"$work/core.card"} >"$core"
	for key in core_verify_vs_openssl core_exempt_us core_cached_us core_card_us; do
		if jq -e ".$key" "$core" >/dev/null; then
			figure $key "$(jq ".$key" "$core")"
		else
			no_figure $key "core_bench said why"
		fi
	done
}

# Resident memory that 1000 questions under way add. What a server keeps of any 1000 requests for
# cleanup_delay is not a question's: as many exempt ones were there before, and are gone.
part_question() {
	local dir=$work/stage-question before after
	bench_say "memory for a question under way ..."
	if ! stage_start "$dir"; then
		no_figure question_kib "the server or the sandbox did not start"
		part_core
		return
	fi
	stage_load "$dir" sale exempt --requests 1000 --outstanding 1000 >"$dir/warm"
	stage_load "$dir" sale polling --requests 64 --poll --poll-ms 50 >>"$dir/warm"
	part_core
	sleep 6
	fixture_fault "$dir" hang
	before=$(stage_rss "$dir")
	stage_load "$dir" sale polling --requests 1000 --outstanding 1000 --first 5000 --poll \
		--poll-ms 60000 --drain 2500 >"$dir/hung"
	after=$(stage_rss "$dir")
	if jq -e '.unfinished == 1000' "$dir/hung" >/dev/null && [ "$after" -gt 0 ]; then
		figure question_kib "$(jq -n "($after - $before) / 1000")"
	else
		no_figure question_kib \
			"not all stayed open: $(jq -c '[.unfinished, .results, .reasons]' "$dir/hung")"
	fi
	stage_stop "$dir"
}

# Other traffic of the server, 2000 requests a second, whatever else it does.
neighbour() {
	stage_load "$1" other sale --rate 2000 --requests $((2000 * neighbour_seconds)) \
		--seconds $((neighbour_seconds + 1)) --outstanding 4096 >>"$2"
}

# neighbour_of DIR FILE SALES..: the same while 500 sales a second arrive.
neighbour_of() {
	local dir=$1 into=$2 sales ramp=1
	shift 2
	[ $quick = yes ] || ramp=3
	stage_load "$dir" "$@" --rate 500 --requests 1000000 --first $next_person --drain 0 \
		--seconds $((ramp + neighbour_seconds)) --outstanding 16384 >>"$into.sales" &
	sales=$!
	next_person=$((next_person + 100000))
	sleep $ramp
	neighbour "$dir" "$into"
	wait $sales
}

part_hung() {
	local dir=$work/stage-fast round
	bench_say "other traffic while the service hangs ..."
	if [ ! -e "$dir/server/pid" ] || ! fixture_fault "$dir" hang; then
		for key in throughput p99 lost; do
			no_figure hung_neighbour_$key "there is no server, or the sandbox could not be told to hang"
		done
		return
	fi
	for ((round = 0; round < neighbour_rounds; round++)); do
		neighbour "$dir" "$dir/alone"
		neighbour_of "$dir" "$dir/beside" sale polling --poll
	done
	ratio_figure hung_neighbour_throughput .throughput "$dir/beside" "$dir/alone"
	ratio_figure hung_neighbour_p99 .p99_ms "$dir/beside" "$dir/alone"
	figure hung_neighbour_lost "$(jq -s 'map(.lost + .unfinished) | add' "$dir/beside")"
	row_of "other traffic, 2000/s" - "$dir/alone"
	row_of "other traffic beside 500 sales/s, migrantid" hung "$dir/beside"
	if [ $quick = no ]; then
		neighbour_of "$dir" "$dir/beside-rest" rest sale
		row_of "other traffic beside 500 sales/s, rlm_rest" hung "$dir/beside-rest"
	fi
	stage_stop "$dir"
}
