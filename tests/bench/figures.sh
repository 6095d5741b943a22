# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# figures.sh - what was measured, kept in files of the run's folder. To be sourced:
#
#	figures_begin DIR			start with nothing
#	figure KEY VALUE			a figure of build/bench.json
#	no_figure KEY REASON			it could not be measured
#	row LABEL UPSTREAM THROUGHPUT P50 P99 LOST	a line of the table ("-": not measured)
#	row_of LABEL UPSTREAM FILE		the same: medians of the measurements in FILE
#	median FILTER FILE			the median of a jq filter over the lines of FILE
#	ratio FILTER FILE FILE			the ratios of lines of the same number: [median, least, most]
#	ratio_figure KEY FILTER FILE FILE	the figure KEY, and KEY_min and KEY_max of its rounds
#	figures_merge				take in what ran in the background
#	figures_table, _json, _tsv, _machine	print

figures_ratios="exempt_vs_null cached_vs_null exempt_file_vs_null cached_file_vs_null
	cached_vs_rest_cache uncached_vs_rest card_vs_uncached uncached_cpu_vs_rest
	hung_neighbour_throughput hung_neighbour_p99 flood_neighbour_answers flood_neighbour_p99"
figures_keys="slow_600_seconds rest_slow_600_seconds hung_neighbour_lost blackhole_lost_sales
	core_exempt_us core_cached_us core_card_us core_verify_vs_openssl question_kib"
for figures_key in $figures_ratios; do
	figures_keys="$figures_keys $figures_key ${figures_key}_min ${figures_key}_max"
done

bench_say() { printf 'bench: %s\n' "$*" >&2; }

figures_begin() {
	figures=$1/figures rows=$1/rows
	: >"$figures" && : >"$rows"
}

figure() {
	printf '%s\t%s\n' "$1" "$2" >>"$figures"
}

no_figure() {
	bench_say "$1 could not be measured: $2"
	figure "$1" null
}

row() {
	local IFS=$'\t'
	printf '%s\n' "$*" >>"$rows"
}

row_of() {
	local rate p50=- p99=-
	[ -s "$3" ] || return 0
	rate=$(median .throughput "$3")
	# Where nothing came back, nobody knows how long it took.
	if [ "$rate" != 0 ]; then
		p50=$(median .p50_ms "$3") p99=$(median .p99_ms "$3")
	fi
	row "$1" "$2" "$rate" "$p50" "$p99" "$(jq -s 'map(.lost + .unfinished) | add' "$3")"
}

median() {
	jq -s "map($1) | sort | if length == 0 then null
		elif length % 2 == 1 then .[length / 2 | floor]
		else (.[length / 2 - 1] + .[length / 2]) / 2 end" "$2"
}

# Of rounds that ran one after the other, so that what the machine does besides falls on both.
ratio() {
	jq -n --slurpfile a "$2" --slurpfile b "$3" "
		[range([(\$a | length), (\$b | length)] | min) as \$i
			| (\$a[\$i] | $1) as \$x | (\$b[\$i] | $1) as \$y
			| select(\$y > 0) | \$x / \$y] | sort
		| if length == 0 then null else [
			(if length % 2 == 1 then .[length / 2 | floor]
			else (.[length / 2 - 1] + .[length / 2]) / 2 end), min, max] end" -c
}

ratio_figure() {
	local ratios
	ratios=$(ratio "$2" "$3" "$4")
	figure "$1" "$(jq 'if . == null then null else .[0] end' <<<"$ratios")"
	figure "${1}_min" "$(jq 'if . == null then null else .[1] end' <<<"$ratios")"
	figure "${1}_max" "$(jq 'if . == null then null else .[2] end' <<<"$ratios")"
}

# A background job appends to files of its own, as two writers would tear each other's lines.
figures_apart() {
	figures=$figures.apart rows=$rows.apart
	: >"$figures" && : >"$rows"
}

figures_merge() {
	[ ! -e "$figures.apart" ] || cat "$figures.apart" >>"$figures"
	[ ! -e "$rows.apart" ] || cat "$rows.apart" >>"$rows"
	rm -f "$figures.apart" "$rows.apart"
}

# Every key once, whatever happened.
figures_json() {
	local key value
	for key in $figures_keys; do
		value=$(awk -F '\t' -v key="$key" '$1 == key { value = $2 } END { print value }' "$figures")
		jq -n --arg key "$key" --arg value "${value:-null}" \
			'{($key): ($value | fromjson | if type == "number"
				then (. * 10000 | round) / 10000 else . end)}'
	done | jq -s add
}

figures_tsv() {
	printf 'what\tservice\tsales/s\tp50 ms\tp99 ms\tlost\n'
	cat "$rows"
}

figures_table() {
	figures_tsv | awk -F '\t' '
		NR == 1 { printf "%-44s %-8s %9s %10s %10s %6s\n", $1, $2, $3, $4, $5, $6; next }
		{ printf "%-44s %-8s %9s %10s %10s %6s\n", $1, $2, n($3, 0), n($4, 2), n($5, 2), $6 }
		function n(text, digits) {
			return text ~ /^[0-9.e+-]+$/ && text != "-" ? sprintf("%.*f", digits, text) : text
		}'
}

figures_machine() {
	printf '%s x %s, FreeRADIUS %s' "$(nproc)" \
		"$(awk -F ': ' '/^model name/ { print $2; exit }' /proc/cpuinfo)" \
		"$(dpkg-query -W -f '${Version}' freeradius)"
}
