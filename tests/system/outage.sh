#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# outage.sh - an announced outage at a real server: the sandbox is asked nothing, what is kept and
# exempt decides, everybody else is told so; it outlives a restart, ends by itself, and nothing but
# a whole announcement begins one.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
echo '{ "people": [], "default": { "result": "yes", "reason": "match", "valid_for": 3600 } }' \
	>"$work/people.json"
fixture_with "$work" "$work/people.json" || not_ok "a server and a sandbox" "$work/server/log"
log=$work/server/log
settings=$work/settings/migrantid.cfg
file=$work/state/outage

ctl() { "$fixture_build/src/tools/ctl/migrantidctl" "$@" --config "$settings" --json; }
at() { date -u -d "now $1" +%FT%TZ; }
sale() {
	sell "$work" "$@"
	told "$work"
}
questions() { fixture_questions "$work"; }
# Within a few seconds the log says it; what it said before is forgotten.
hears() {
	holds "$1" fixture_hears "$work" "$2"
	: >"$log"
}
restart() {
	server_stop "$work/server"
	: >"$log"
	server_start "$work/server" || not_ok "the server starts again" "$log"
}

same "nothing is announced as shipped" "$(ctl outage show | jq -r .outage)" none
same "a sale is decided by the service" "$(sale OUTAGE001)" "Yes match Service"
sleep 1

ctl outage begin --until "$(at '+2 hours')" >"$work/said"
same "an outage is announced" "$(jq -r '.status + " " + .outage' "$work/said")" "fine announced"
hears "the log says so" 'WARNING|Warn.*an outage of the ID service is announced until 20'
before=$(questions)
same "who is not known is told" "$(sale OUTAGE002)" "Undetermined service-outage "
same "to come back before its end" "$(reply "$work" MigrantID-Retry-After)" 300
holds "and when that is" grep -qE 'Reply-Message = .*: 20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}"' \
	"$work/reply"
same "a token is not spent" "$(sell_token "$work" capture-1 'MigrantID-Document-Type = "P"' \
	'MigrantID-Document-Issuer = "UZB"' 'MigrantID-Document-Number = "OUTAGE003"' \
	'MigrantID-Nationality = "UZB"' 'MigrantID-Date-of-Birth = "1990-01-31"'; told "$work")" \
	"Undetermined service-outage "
same "what is kept in memory decides" "$(sale OUTAGE001)" "Yes match Cache"
same "so does an exemption" "$(sale OUTAGE004 "MigrantID-Date-of-Birth = \"$(date -d '-2 years' +%F)\"")" \
	"Exempt exempt Rule"

restart
hears "after a restart the log says it again" 'an outage of the ID service is announced until 20'
same "it is still in force" "$(sale OUTAGE002)" "Undetermined service-outage "
same "what is kept on disk decides" "$(sale OUTAGE001)" "Yes match Cache"
same "explain says it" "$(sed -n '/^Sent/,/^Received/s/^\t//p' "$work/reply" |
	grep -E '^MigrantID' | ctl explain | jq -r '.outage_until | length')" 20
same "show says it" "$(ctl outage show | jq -r .outage)" "in force"
holds "check warns of it" eval 'ctl check | jq -e ".messages[] | select(.text | test(\"is announced until\"))"'
same "in all of it the service was asked nothing" "$(questions)" "$before"

ctl outage end >"$work/said"
same "it is ended" "$(jq -r .outage "$work/said")" ended
hears "the log says so" 'is over: it is asked again'
same "and the service asked" "$(sale OUTAGE002)" "Yes match Service"
same "to end it again does no harm" "$(ctl outage end | jq -r '.status + " " + .outage')" "fine none"

ctl outage begin --until "$(at '+6 seconds')" >/dev/null
hears "a short one begins" 'is announced until'
same "and is in force" "$(sale OUTAGE005)" "Undetermined service-outage "
holds "with a Retry-After that ends with it" [ "$(reply "$work" MigrantID-Retry-After)" -le 6 ]
kill -STOP "$(cat "$work/sandbox.pid")"
hears "it ends by itself" 'is over: it is asked again'
kill -CONT "$(cat "$work/sandbox.pid")"
same "and the service is asked" "$(sale OUTAGE005)" "Yes match Service"
same "what is over says so" "$(ctl outage show | jq -r .outage)" over
restart
hears "also to a server that starts" 'the file says nothing any more'

ctl outage begin --from "$(at '+1 hour')" --until "$(at '+2 hours')" >/dev/null
hears "one is announced ahead" 'is announced from 20'
same "and not in force yet" "$(sale OUTAGE006)" "Yes match Service"
same "show says so" "$(ctl outage show | jq -r .outage)" ahead

# Nothing begins one by accident.
echo garbage >"$file.x" && mv "$file.x" "$file"
hears "a damaged file is told" 'outage.*no outage is in force'
same "and the service is asked" "$(sale OUTAGE007)" "Yes match Service"
ctl outage show >"$work/said"
same "show finds it out of order" "$? $(jq -r .status "$work/said")" "1 no"
printf 'migrantid-outage 1 %s %s\n' "$(at '-1 hour')" "$(at '+40 days')" >"$file.x" && mv "$file.x" "$file"
hears "one of forty days is told" 'at most 31 days'
same "and none" "$(sale OUTAGE008)" "Yes match Service"
for times in "--until $(at '-1 hour')" "--until $(at '+40 days')" "--until soon" "" \
	"--from $(at '+2 hours') --until $(at '+1 hour')"; do
	# shellcheck disable=SC2086 # words
	ctl outage begin $times >/dev/null 2>&1
	same "none begins with '${times%%20*}'" $? 2
done

# As another user, for whom the server's file is not there to be written, or to be read.
as_nobody() {
	setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$fixture_build/src/tools/ctl/migrantidctl" \
		"$@" --config "$settings" 2>&1
}
rm -f "$file"
if [ "$(id -u)" = 0 ] && chmod -R go+rX "$work" && as_nobody outage show >/dev/null; then
	said=$(as_nobody outage begin --until "$(at '+1 hour')")
	same "who may not write there cannot begin one" $? 3
	holds "and is told what to do" grep -q 'run this as root' <<<"$said"
	same "there is none" "$(ctl outage show | jq -r .outage)" none
	ctl outage begin --until "$(at '+1 hour')" >/dev/null
	chmod 600 "$file"
	said=$(as_nobody outage show)
	same "one that may not be read is none" $? 1
	holds "and the cause is told" grep -qi 'cannot be read: permission denied.*no outage is in force' <<<"$said"
else
	skip "who may not write there" "not root, or nobody cannot read the build"
fi
exit $tap_status
