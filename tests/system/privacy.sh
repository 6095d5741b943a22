#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# privacy.sh - sales of made-up people, and then a search for them: in every file that was written,
# in every reply, in our messages at each level, and in the memory of the process that decided.
# Arguments choose parts (see the end). PRIVACY_KEEP=FOLDER keeps the last dump of a memory there.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh
. tests/system/buyers.sh

work=$(mktemp -d)
input=$work/input
FIXTURE_PLAIN=yes
vendor=$(awk '$1 == "VENDOR" { print $3 }' config/dictionary.migrantid)
decide_pid='' nginx_pid=''
trap 'all_end; rm -rf "$work"' EXIT

# In $input is what the test itself writes: the buyers, their sales, the sandbox's people.
search() { tests/system/find-markers "$input/markers" "$@"; }

# clean WHAT FILE..: nobody is found there.
clean() {
	local what=$1 status=0
	shift
	search "$@" >"$work/found" || status=$?
	case $status in
	0) ok "$what" ;;
	1) not_ok "$what" "$work/found" ;;
	*) not_ok "$what: the search itself failed" ;;
	esac
}

settings() {
	local issuers="( { issuer = \"https://cards.sandbox.example\"; jwks_file = \"$input/issuer/cards.jwks.json\"; } )"
	fixture_settings "$work/stand" waiting.wait=400 service.question_timeout=3000 \
		service.attempt_timeout=1500 service.connect_timeout=1000 service.breaker_failures=1000 \
		credential.enabled=true credential.decides=true credential.status_required=false \
		'credential.vct="urn:example:migrant-id:1"' "credential.issuers=$issuers" "$@"
}

# Three letters of a nationality stand in so much memory by chance that they say nothing there.
search_memory() {
	grep -v @word: "$input/markers" >"$work/markers"
	tests/system/find-markers --causes "$vendor" "$work/markers" "$1" >"$work/found"
}

# clean_but WHAT CAUSES FILE: somebody may be found in the memory of a process, but only in what is
# named here (see find-markers), which is not ours to wipe:
#	packet	the server keeps a request's packet until cleanup_delay is over, and frees it as it
#		is; a number, a birth date, a token and an MRZ are hidden in it (encrypt=1)
#	pair	the same goes for the values that it has decoded from it
#	frame	libcurl and nghttp2 keep one frame each per open HTTP/2 connection: the last question
#	chunk	libcurl 8.0 and later keep it once more
#	register	OpenSSL leaves what it has encrypted last, 64 octets, in a vector register
clean_but() {
	local what=$1 status=0
	search_memory "$3" || status=$?
	if [ $status = 2 ]; then
		not_ok "$what: the search itself failed"
	elif grep -vE "	($2)\$" "$work/found" >"$work/unnamed"; then
		not_ok "$what" "$work/unnamed"
	else
		ok "$what"
	fi
}

# The memory of a process, in FILE, once it has had nothing to do for two seconds.
dump() {
	local file=$1 pid=$2
	sleep 2
	rm -f "$file".*
	gcore -o "$file" "$pid" >"$file.log" 2>&1 && mv "$file.$pid" "$file"
}

# nginx before the sandbox, for HTTP/2. It stands for the service: what it keeps is not looked at.
nginx_start() {
	local dir=$1 port tries=50
	while port=$((20000 + RANDOM % 20000)); do
		grep -qi ":$(printf '%04X' $port) " /proc/net/tcp || break
	done
	mkdir -p "$dir/nginx"
	sed -e "s|@dir@|$dir/nginx|g; s|@port@|$port|g; s|@sandbox@|$dir/sandbox|g" \
		-e "s|@plain@|$(cat "$dir/sandbox.url")|g" tests/system/nginx-http2.conf \
		>"$dir/nginx.conf"
	/usr/sbin/nginx -e "$dir/nginx/error.log" -c "$dir/nginx.conf" >"$dir/nginx.out" 2>&1 &
	nginx_pid=$!
	echo "https://127.0.0.1:$port" >"$dir/sandbox.url"
	until fixture_curl "$dir" /sandbox/questions >/dev/null 2>&1 || [ $tries = 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
}

# end PID..: of processes that were started here.
end() {
	local pid
	for pid; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
}

all_end() {
	# shellcheck disable=SC2086 # none is no word
	end $decide_pid $nginx_pid
	decide_pid='' nginx_pid=''
	fixture_stop "$work/stand"
}

# decide_start REQUESTS [OPTION]: the core alone in a process, until it has decided all of them.
decide_start() {
	local tries=300
	: >"$work/decided"
	"$fixture_tests/decide" "$work/stand/settings/migrantid.cfg" "$@" >"$work/decided" \
		2>"$work/said" </dev/null &
	decide_pid=$!
	while ! grep -qx idle "$work/decided" && kill -0 $decide_pid 2>/dev/null; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# All sales in a process that holds the core and nothing of a server; then whatever is found in
# its memory was left there by us or by a library that we use.
alone() {
	local sale protocol=$1 file=$input/requests
	shift
	fixture_sandbox "$work/stand" "$input/people.json" "$@" || return
	[ "$protocol" = HTTP/1.1 ] || nginx_start "$work/stand"
	settings || return
	for sale in "$input"/sales/*; do
		# Here the till is nobody's: User-Name is the server's to look at.
		tail -n +2 "$sale" | LC_ALL=C grep -av '^User-Name=' | buyers_cards "$input" shop-17
		echo
	done >"$file"
	# The questions that hang are over then.
	printf '~4000\n\n' >>"$file"
	decide_start "$file"
	same "$protocol: the core alone decides each as it should" \
		"$(grep -vx idle "$work/decided")" "$(head -qn 1 "$input"/sales/*)"
	[ "$protocol" = HTTP/1.1 ] ||
		holds "$protocol: it was asked by that" grep -q "^$protocol" "$work"/stand/nginx/*.log
	holds "$protocol: its memory can be looked at" dump "$work/core" "$decide_pid"
	if [ "$protocol" = HTTP/1.1 ]; then
		clean_but "$protocol: and holds nobody" register "$work/core"
	else
		clean_but "$protocol: and holds nobody outside of an open connection's buffers" \
			'frame|chunk|register' "$work/core"
		holds "$protocol: of which there are two at most" \
			test "$(grep -cE '	(number|token)	.*	frame$' "$work/found")" -le 2
		holds "$protocol: and one more with a later libcurl" \
			test "$(grep -cE '	(number|token)	.*	chunk$' "$work/found")" -le 1
	fi
	[ -z "${PRIVACY_KEEP:-}" ] || cp "$work/core" "$work/found" "$PRIVACY_KEEP"
	rm -f "$work/core"
	clean "$protocol: nor do its messages" "$work/said"
	all_end
	find "$work/stand/store" -type f >"$work/files"
	holds "$protocol: a store was written" test -s "$work/files"
	mapfile -t files <"$work/files"
	clean "$protocol: and holds nobody" "${files[@]}"
	rm -rf "$work/stand"
}

alone_http1() { alone HTTP/1.1; }
alone_http2() { alone HTTP/2.0 --plain; }

# One sale of the input at the server: NAME [LINE..]. Of the exchange only the reply is written.
sell_sale() {
	local name=$1
	shift
	{ buyers_cards "$input" sim-sale-shop | buyers_sell_line && printf '%s\n' "$@"; } <"$input/sales/$name" |
		server_radclient "$work/stand/server" -x -r 1 -t 8 2>&1 |
		sed -n '/^Received/,$p' >"$work/replies/$name"
	cp "$work/replies/$name" "$work/stand/reply"
	decided "$work/stand"
}

sell_all() {
	local sale
	mkdir -p "$work/replies"
	for sale in "$input"/sales/*; do
		sell_sale "${sale##*/}"
	done
}

# What the server has written down of itself, in every kind of output.
status_of() {
	local kind ctl=$fixture_build/src/tools/ctl/migrantidctl
	sleep 1.5
	for kind in '' --json --prometheus --ready; do
		# shellcheck disable=SC2086 # none is no word
		"$ctl" status --directory "$1/stats" $kind || return
	done >"$1/status"
}

# What is shown further of them: figures for Prometheus, and the report of a day that is over by now,
# of a log that reaches back to the day before.
figures() {
	local library ctl=$fixture_build/src/tools/ctl/migrantidctl
	library=$(ls /usr/lib/*/faketime/libfaketime.so.1 | head -n 1)
	mkdir -p "$work/textfile"
	PATH=${ctl%/*}:$PATH debian/write-figures "$work/textfile" --directory "$work/stand/stats"
	holds "figures are written for Prometheus" grep -q '^migrantid_decisions_total{.*[1-9]$' \
		"$work/textfile/migrantid.prom"
	tests/system/make_decisions.py "$(date -u -d '-2 days' +%F)" shop:before=1 |
		cat - "$1" >"$work/reported.log"
	TZ=UTC LD_PRELOAD=$library FAKETIME=+1d "$ctl" report --file "$work/reported.log" \
		--config "$work/stand/settings/migrantid.cfg" --day "$(TZ=Europe/Moscow date +%F)" --json \
		>"$work/report.json" 2>"$work/report.said"
	holds "and a report is made" jq -e '.status == "fine" and .exempt_sales + .other_sales > 0' \
		"$work/report.json"
}

# All sales through a server with a decision log of its own, and some once more: from memory, from
# the store after a restart, and with the State of a challenge.
through_server() {
	local state decisions=$work/stand/decisions.log
	fixture_sandbox "$work/stand" "$input/people.json" &&
		settings 'log.decisions="file"' "log.file=\"$decisions\"" &&
		fixture_server "$work/stand" || return
	same "a server decides each as it should" "$(sell_all)" "$(head -qn 1 "$input"/sales/*)"
	cp "$work/replies/41-pending" "$work/stand/reply"
	state=$(reply "$work/stand" State)
	holds "a State was given" test -n "$state"
	sleep 2
	same "and taken" "$(sell_sale 41-pending "State = $state")" "Yes match"
	server_stop "$work/stand/server"
	cp "$work/stand/server/log" "$work/stand/first.log"
	holds "it starts again" server_start "$work/stand/server"
	same "a kept answer serves" "$(sell_sale 01-yes)" "Yes match"
	same "from the store" "$(reply "$work/stand" MigrantID-Source)" Cache
	same "and all others are decided" "$(sell_all)" \
		"$(head -qn 1 "$input"/sales/* | sed '/answer-rejected/{n;s/.*/Yes match/;}')"
	# Until the questions that hang are over and the server has let go of all requests.
	sleep 5
	holds "its memory can be looked at" dump "$work/core" "$(cat "$work/stand/server/pid")"
	clean_but "and holds nobody outside of what the server keeps of requests" 'packet|pair|register' \
		"$work/core"
	[ -z "${PRIVACY_KEEP:-}" ] || cp "$work/core" "$work/found" "$PRIVACY_KEEP"
	rm -f "$work/core" "$work/found" "$work/unnamed" "$work/markers"
	holds "the server tells of itself" status_of "$work/stand"
	figures "$decisions"
	all_end
	holds "each decision is a line of the log" \
		test "$(wc -l <"$decisions")" -ge "$((2 * $(find "$input/sales" -type f | wc -l)))"
	fails "of which none has a shop and a rule" grep -q '"rule":.*"shop":\|"shop":.*"rule":' "$decisions"
	clean "no reply holds anybody" "$work"/replies/*
	find "$work" -path "$input" -prune -o -type f -print >"$work/files"
	mapfile -t files <"$work/files"
	holds "logs, output and store were written" grep -qE '/server/log$' "$work/files"
	holds "and figures, and what is told of them" \
		test "$(grep -cE '/stats/migrantid.stats$|/stand/status$|/decisions.log$' "$work/files")" = 3
	clean "and none of ${#files[@]} files" "${files[@]}"
	rm -rf "$work/stand"
}

# With another user of libcurl in the same server (rlm_rest), what libcurl frees is wiped as well.
beside_rest() {
	local raddb=$work/stand/server/raddb name
	fixture_sandbox "$work/stand" "$input/people.json" && settings || return
	server_make "$work/stand/server" port="$(fixture_port)" \
		module="$fixture_build/rlm_migrantid" settings="$work/stand/settings/migrantid.cfg" ||
		return
	cp "$raddb/mods-available/rest" "$raddb/mods-enabled/"
	server_edit "$raddb/mods-enabled/rest" 's/^(\s*)start = .*/\1start = 0/' \
		's|^(\s*connect_uri = ).*|\1"http://127.0.0.1:1/"|' &&
		server_edit "$raddb/sites-enabled/sim-sale" \
			's/^\tmigrantid$/\trest {\n\t\tfail = 1\n\t}\n&/' || return
	holds "a server with rlm_rest starts" server_start "$work/stand/server"
	for name in 01-yes 03-no 06-token 07-mrz; do
		mkdir -p "$work/replies"
		same "and decides $name" "$(sell_sale $name)" "$(head -n 1 "$input/sales/$name")"
	done
	sleep 5
	holds "its memory can be looked at too" dump "$work/core" "$(cat "$work/stand/server/pid")"
	clean_but "and holds nobody outside of what the server keeps of requests, either" \
		'packet|pair|register' "$work/core"
	rm -f "$work/core"
	holds "and it ends well" server_stop "$work/stand/server"
	all_end
	rm -rf "$work/stand"
}

# Our own messages when the server is told to say all it can. What it prints of each request itself
# is not ours to hold back (rlm_migrantid warns of it), and shows that the search finds.
debug_log() {
	local log=$work/stand/server/log
	fixture_sandbox "$work/stand" "$input/people.json" && settings || return
	server_make "$work/stand/server" port="$(fixture_port)" \
		module="$fixture_build/rlm_migrantid" settings="$work/stand/settings/migrantid.cfg" &&
		server_edit "$work/stand/server/raddb/sites-enabled/sim-sale" \
			'0,/#migrantid_plain/s/#migrantid_plain/migrantid_plain/' &&
		server_start "$work/stand/server" -xxx || return
	same "at the highest level of debugging each is decided" "$(sell_all)" \
		"$(head -qn 1 "$input"/sales/*)"
	server_stop "$work/stand/server"
	grep -i migrantid "$log" |
		grep -vE '\([0-9]+\) +[A-Za-z0-9-]+ (\+|:)?= ' >"$work/ours"
	same "our own messages are there" "$(grep -c reference= "$work/ours")" \
		"$(find "$input/sales" -type f | wc -l)"
	clean "and hold nobody" "$work/ours"
	found "whom the server's own show" "$log"
	clean "nor does any reply" "$work"/replies/*
	all_end
	rm -rf "$work/stand"
}

# found WHAT FILE: the search does find there.
found() {
	local status=0
	search "$2" >"$work/found" || status=$?
	same "$1" "$status" 1
}

# A leak of each kind, planted: the searches above can fail.
planted() {
	local leak=$work/leak text=$buyers_mark"Y1" encoded
	mkdir -p "$leak"
	for before in '' a ab; do
		encoded=$(printf '%s%s,%s' "$before" "$text" "$buyers_birth" | base64 -w 0)
		echo "log: $encoded" >"$leak/base64-after-${#before}"
		tr '+/' '-_' <<<"{$encoded}" | tr -d = >"$leak/base64url-after-${#before}"
	done
	echo "number=$text" >"$leak/plain"
	echo "number=${text,,}" >"$leak/lower"
	echo "token=${buyers_token^^}" >"$leak/upper"
	printf '%s' "$text" | od -An -tx1 | tr -d ' \n' >"$leak/hex"
	tr a-f A-F <"$leak/hex" >"$leak/upper-hex"
	printf '\0\0%s\0' "$buyers_birth" >"$leak/among-zeros"
	echo "Warning: nationality $buyers_nationality unknown" >"$leak/nationality"
	(head -c 4194299 /dev/zero && printf '%s' "$text" && head -c 5000 /dev/zero) >"$leak/across-reads"
	for file in "$leak"/*; do
		found "a leak is found: ${file##*/}" "$file"
	done
	echo "QZKV7F3 1947-10-2 xNRUx qzkv" >"$leak/near"
	clean "what only resembles one is none" "$leak/near"
	rm -rf "$leak"

	fixture_sandbox "$work/stand" "$input/people.json" && settings || return
	tail -n +2 "$input/sales/01-yes" | grep -v '^User-Name=' >"$input/requests"
	decide_start "$input/requests" keep
	holds "a process that does not wipe can be looked at" dump "$work/core" "$decide_pid"
	clean_but_not "and is found out" 'frame|chunk|packet|pair|register' "$work/core"
	rm -f "$work/core"
	all_end
	rm -rf "$work/stand"
}

# clean_but_not WHAT CAUSES FILE: somebody is found in what no cause is known for.
clean_but_not() {
	local said
	said=$(clean_but "$@")
	if [[ $said == "not ok"* ]]; then ok "$1"; else not_ok "$1"; fi
}

mkdir -p "$input"
buyers_make "$input"
for part in planted alone_http1 alone_http2 through_server beside_rest debug_log; do
	[ $# -gt 0 ] && [[ " $* " != *" $part "* ]] && continue
	"$part" || not_ok "$part could be set up"
done
exit $tap_status
