#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# till.sh - the till to look at, as ./dev serve leaves it running: who may use it, and in Chromium what
# people see. Pictures of it stay in build/till.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/tap.sh

work=$(mktemp -d)
pictures=build/till
trap 'serve_stop; rm -rf "$work"' EXIT
rm -rf $pictures
mkdir -p $pictures

serve_start() {
	local tries=300
	tests/system/serve.sh >"$work/served" 2>&1 </dev/null &
	serve_pid=$!
	until url=$(grep -oE 'http://127\.0\.0\.1:[0-9]+/' "$work/served"); do
		tries=$((tries - 1))
		[ $tries -gt 0 ] && kill -0 $serve_pid 2>/dev/null || return 1
		sleep 0.1
	done
	address=${url#http://} address=${address%/}
}
serve_stop() {
	[ -n "${serve_pid:-}" ] || return 0
	kill "$serve_pid" 2>/dev/null
	wait "$serve_pid" 2>/dev/null
	serve_pid=''
}

sale='{"attributes": [["User-Name", "till-1"], ["MigrantID-Document-Type", "P"],
	["MigrantID-Document-Issuer", "UZB"], ["MigrantID-Document-Number", "TILL00001"],
	["MigrantID-Nationality", "UZB"], ["MigrantID-Date-of-Birth", "1990-01-31"],
	["MigrantID-Consent-Text", "ru-2025-01"]]}'

# answers PATH [OPTION..]: the status; what it said in $work/said.
answers() {
	local path=$1
	shift
	curl --silent --max-time 20 --noproxy '*' --path-as-is -o "$work/said" -w '%{http_code}' "$@" "$url$path"
}
# posts PATH BODY [ORIGIN [TYPE [OPTION..]]]: as the page does it.
posts() {
	local path=$1 body=$2 origin=${3-http://$address} kind=${4-application/json}
	shift 2
	[ $# = 0 ] || shift
	[ $# = 0 ] || shift
	answers "$path" -H "Origin: $origin" -H "Content-Type: $kind" --data-binary "$body" "$@"
}

who_may() {
	same "a sale through it" "$(posts sale "$sale") $(jq -r '[.reply.code, .way, .questions] | @tsv' \
		"$work/said" | tr '\t' ' ')" "200 Access-Reject service 1"
	same "it listens on this machine alone" \
		"$(ss -tlnH "( sport = :${address##*:} )" | awk '{ print $4 }')" "$address"
	answers '' -D "$work/head" >/dev/null
	holds "nothing but its own files may run there" \
		grep -qi "^content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';" "$work/head"
	holds "nor is it framed" grep -qi "frame-ancestors 'none'" "$work/head"
	fails "it names nothing from elsewhere" grep -rnE "(src|href)=[\"']?(https?:)?//|url\(|@import" \
		tests/system/till/page --include=*.html --include=*.css --include=*.js
	for path in '' about; do
		same "under another name nothing is answered (/$path)" \
			"$(answers "$path" -H "Host: rebound.example:${address##*:}")" 421
	done
	same "nor a sale" "$(posts sale "$sale" "http://rebound.example:${address##*:}" application/json \
		-H "Host: rebound.example:${address##*:}")" 421
	same "by the name localhost it is" "$(answers about -H "Host: localhost:${address##*:}")" 200
	same "another's page may not sell" "$(posts sale "$sale" http://elsewhere.example)" 403
	same "nor one of another port" "$(posts sale "$sale" http://127.0.0.1:1)" 403
	same "nor one that hides where it is from" "$(posts sale "$sale" null)" 403
	same "nor somebody who does not say" "$(posts sale "$sale" '')" 403
	same "a form of HTML may not" "$(posts sale "$sale" "http://$address" text/plain)" 415
	same "a sale is not got" "$(answers sale)" 404
	same "no other file is had" "$(answers '../gateway.py')" 404
	same "nor by a longer way" "$(answers '..%2f..%2fserver.sh')" 404
}

wrong_sales() {
	while IFS='|' read -r what body; do
		same "${what%:*} is refused" "$(posts sale "$body")" "${what##*:}"
	done <<-'END'
		no JSON:400|{
		a list:400|[]
		no attribute:422|{"attributes": []}
		another attribute:422|{"attributes": [["Reply-Message", "x"]]}
		a name with more in it:422|{"attributes": [["MigrantID-MRZ = 1, User-Password", "x"]]}
		a name and a line break:422|{"attributes": [["MigrantID-MRZ\n", "x"]]}
		a line break:422|{"attributes": [["User-Name", "a\nb"]]}
		half a letter:422|{"attributes": [["User-Name", "\ud800"]]}
		a number:422|{"attributes": [["User-Name", 7]]}
		a State in words:422|{"attributes": [["User-Name", "a"]], "state": "0x00\nUser-Password = 1"}
		a State that is a list:422|{"attributes": [["User-Name", "a"]], "state": ["0x00"]}
	END
	head -c 20000 /dev/zero | tr '\0' ' ' >"$work/much"
	same "too much is refused" "$(posts sale "@$work/much")" 400
	same "a fault that there is not is refused" "$(posts fault '{"fault": "colour"}')" 422
	fails "what is wrong is not repeated" grep -q colour "$work/said"
}

wanting() {
	command -v chromium >/dev/null || { echo "chromium is not installed" && return; }
	command -v chromedriver >/dev/null || echo "chromium-driver is not installed"
}

people_see() {
	local why
	why=$(wanting)
	[ -z "$why" ] || { skip "the page in a browser" "$why" && return; }
	for language in en ru uz; do
		for reader in clerk remedy; do
			printf '%s\tnot-enrolled\t%s\t%s\n' $language $reader \
				"$(fixture_text $language not-enrolled $reader)"
		done
	done >"$work/texts"
	timeout --kill-after=10 200 python3 -B tests/system/till/cases.py "$url" $pictures "$work/texts" \
		2>"$work/browser" || { tap_status=1 && sed 's/^/# /' "$work/browser"; }
}

if ! serve_start; then
	not_ok "./dev serve leaves a till running" "$work/served"
	exit 1
fi
ok "./dev serve leaves a till running"
who_may
wrong_sales
people_see
folder=$(sed -nE 's|^(/[^ ]+)/settings;.*|\1|p' "$work/served")
holds "its folder is there while it runs" test -n "$folder" -a -d "$folder"
serve_stop
fails "it leaves no process behind" pgrep -f "$folder/"
fails "and no folder" test -e "$folder"
exit $tap_status
