#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# metrics.sh - Prometheus and its node-exporter, as Debian has them, beside a server that sells: every
# expression of the alerts and of the dashboard has something to say, each alert comes with its fault
# and goes with it. What takes minutes there takes seconds here; METRICS_PICTURE=FILE draws the
# dashboard at the end.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/sell.sh
. tests/system/tap.sh

work=$(mktemp -d)
rules=config/prometheus/migrantid.rules.yml
dashboard=config/grafana/migrantid.json
prometheus_pid='' exporter_pid='' writer_pid='' sales_pid=''
trap 'all_end; rm -rf "$work"' EXIT

# end PID..: of processes that were started here.
end() {
	local pid
	for pid; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
}

all_end() {
	# shellcheck disable=SC2086 # none is no word
	end $sales_pid $writer_pid $prometheus_pid $exporter_pid
	fixture_stop "$work"
}

# ---- by promtool alone

promtool check rules $rules >"$work/said" 2>&1
verdict=$?
[ $verdict = 0 ] && ok "promtool takes the rules" || not_ok "promtool takes the rules" "$work/said"
promtool test rules tests/prometheus/rules_test.yml >"$work/said" 2>&1
verdict=$?
[ $verdict = 0 ] && ok "each alert fires when it should" || not_ok "each alert fires when it should" "$work/said"
mapfile -t alerts < <(sed -nE 's/^ *- alert: //p' $rules)
for alert in "${alerts[@]}"; do
	[ "$(grep -c "alertname: $alert *}" tests/prometheus/rules_test.yml)" -ge 1 ] &&
		grep -qE "^ +alertname: $alert\$" tests/prometheus/rules_test.yml
	same "$alert: a test says when it fires, and when not" $? 0
	grep -qx "### $alert" docs/operations.md
	same "$alert: operations.md says what to do" $? 0
done
same "and has no heading of an alert that is none" \
	"$(grep -oP '^### \KMigrantid\w+$' docs/operations.md | sort)" "$(printf '%s\n' "${alerts[@]}" | sort)"

# ---- a server that sells

printf '{"people": [{"document": {"type": "P", "issuer": "UZB", "number": "NO0000001"}, %s}],
	"default": {"result": "yes", "reason": "match", "valid_for": 3600}}\n' \
	'"nationality": "UZB", "date_of_birth": "1990-01-31", "result": "no", "reason": "id_blocked"' \
	>"$work/people.json"
mkdir -p "$work/log" "$work/textfile"
fixture_with "$work" "$work/people.json" waiting.wait=3000 service.question_timeout=3500 \
	service.attempt_timeout=3000 service.connect_timeout=500 service.breaker_failures=150 service.breaker_pause=500 \
	service.breaker_pause_max=500 service.max_in_flight=64 keys.jwks_refresh=60 keys.jwks_min_interval=10 \
	keys.jwks_max_age=60 \
	log.decisions='"file"' log.file="\"$work/log/decisions.log\""
status=$?
same "a sandbox and a server stand" $status 0
[ $status = 0 ] || exit 1

# The line of the page, at this server's port.
line=$(grep -oP "^    \Kecho '.*radclient .* status .*" docs/operations.md)
line=${line/11812/$(cat "$work/server/port")}
holds "Status-Server is answered, as the page has it" bash -c "set -o pipefail; $line"

# packet NUMBER [LINE..]
packet() {
	printf '%s\n' 'Message-Authenticator = 0x00' 'User-Name = "shop-17"' \
		'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
		"MigrantID-Document-Number = \"$1\"" 'MigrantID-Nationality = "UZB"' \
		'MigrantID-Consent-Text = "ru-2025-01"' "${@:2}" ''
}

# sell_on LETTER: sixteen sales at once, again and again: most to somebody new, one that is kept, one
# refused, one exempt, one whose request is at fault.
sell_on() {
	local round=0 i packets=$work/packets-$1
	trap 'kill $(jobs -p) 2>/dev/null; exit' TERM
	while :; do
		round=$((round + 1))
		for i in $(seq 12); do
			packet "N$1$(printf '%05d%02d' $round $i)" 'MigrantID-Date-of-Birth = "1990-01-31"'
		done >"$packets"
		{
			packet KEPT00001 'MigrantID-Date-of-Birth = "1990-01-31"'
			packet NO0000001 'MigrantID-Date-of-Birth = "1990-01-31"'
			packet CHILD0001 "MigrantID-Date-of-Birth = \"$(date -d '-2 years' +%F)\""
			packet FAULT0001 'MigrantID-Date-of-Birth = "1990-02-31"'
		} >>"$packets"
		# radclient may wait for ever where nobody listens.
		timeout 8 radclient -D "$work/server/dictionary" -S "$work/server/secret" -p 16 -r 1 \
			-t 4 "127.0.0.1:$(cat "$work/server/port")" auth <"$packets" >/dev/null 2>&1 &
		wait $!
		sleep 0.5
	done
}

write_figures() {
	trap 'exit' TERM
	export PATH=$fixture_build/src/tools/ctl:$PATH
	while :; do
		debian/write-figures "$work/textfile" --directory "$work/stats"
		sleep 0.5
	done
}

sell_on A &
sales_pid=$!
sell_on B &
sales_pid+=" $!"
write_figures 2>"$work/writer.said" &
writer_pid=$!

# ---- what looks at it

# seconds of what takes minutes
sed -E 's/^( *for:) [0-9]+m/\1 1s/; s/\[[0-9]+m\]/[12s]/g; s/> 120$/> 6/' $rules >"$work/rules.yml"
exporter=$(fixture_port) prometheus=$(fixture_port)
cat >"$work/prometheus.yml" <<END
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ $work/rules.yml ]
scrape_configs:
  - { job_name: node, static_configs: [ { targets: [ "127.0.0.1:$exporter" ] } ] }
END
prometheus-node-exporter --web.listen-address="127.0.0.1:$exporter" --collector.disable-defaults \
	--collector.textfile --collector.textfile.directory="$work/textfile" >"$work/exporter.said" 2>&1 &
exporter_pid=$!
prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/tsdb" \
	--web.listen-address="127.0.0.1:$prometheus" >"$work/prometheus.said" 2>&1 &
prometheus_pid=$!

# query EXPRESSION: its samples, as JSON.
query() {
	curl --silent --noproxy '*' --max-time 10 "http://127.0.0.1:$prometheus/api/v1/query" \
		--data-urlencode "query=$1" | jq -c '.data.result // error'
}

# within SECONDS COMMAND..
within() {
	local until=$((SECONDS + $1))
	shift
	until "$@"; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.5
	done
}

# says EXPRESSION: something, and no NaN.
says() { query "$1" 2>/dev/null | jq -e 'any(.[]; .value[1] != "NaN")' >/dev/null; }
fires() { says "ALERTS{alertname=\"$1\",alertstate=\"firing\"}"; }
firing() { query 'ALERTS{alertstate="firing"}' | jq -r '.[].metric.alertname' | sort -u | xargs; }
quiet() { [ -z "$(firing)" ]; }

# comes ALERT..: with what was done just now; COMES seconds at most.
comes() {
	local alert
	for alert; do
		if within "${COMES:-25}" fires "$alert"; then
			ok "$alert comes"
		else
			not_ok "$alert comes"
		fi
	done
}

# goes ALERT
goes() {
	if within 25 gone "$1"; then ok "$1 goes"; else not_ok "$1 goes"; fi
}
gone() { ! fires "$1"; }

within 20 says migrantid_up
same "Prometheus has the figures" $? 0
curl --silent --noproxy '*' "http://127.0.0.1:$exporter/metrics" | grep -E '^(# (HELP|TYPE) )?migrantid_' >"$work/metrics"
holds "and so has the exporter" grep -q '^migrantid_up{' "$work/metrics"
promtool check metrics <"$work/metrics" >"$work/said" 2>&1
same "promtool has nothing to say of them" "$(cat "$work/said")" ''
sleep 12
same "a server that is well raises no alert" "$(firing)" ''

# ---- one fault after the other

fixture_fault "$work" hang
comes MigrantidServiceDown MigrantidServiceSlow MigrantidUndetermined MigrantidWorkersSaturated
fixture_fault "$work" http-503
comes MigrantidSalesTurnedAway
fixture_fault "$work" reset
comes MigrantidAddressDown
fixture_fault "$work" bad-signature
comes MigrantidAnswersRejected
fixture_fault "$work" null

settings=$work/settings
put() { cp "$1" "$2.new" && mv "$2.new" "$2"; }
cp "$settings/rules.cfg" "$settings/migrantid.cfg" "$settings/jwks.json" "$settings/client.pem" \
	"$settings/client.key" "$work/"
echo 'rules = ( { id = ' >"$work/broken"
put "$work/broken" "$settings/rules.cfg"
comes MigrantidReloadFailed
put "$work/rules.cfg" "$settings/rules.cfg"
mv "$settings/jwks.json" "$work/moved.json"
mv "$work/log" "$work/elsewhere"
comes MigrantidRecordsLost
mv "$work/elsewhere" "$work/log"
if "$fixture_build/src/tools/ctl/migrantidctl" --help | grep -q '^  outage'; then
	"$fixture_build/src/tools/ctl/migrantidctl" outage begin --config "$settings/migrantid.cfg" \
		--until "$(date -u -d '+10 minutes' +%FT%TZ)" >/dev/null 2>&1
	comes MigrantidOutageAnnounced
	"$fixture_build/src/tools/ctl/migrantidctl" outage end --config "$settings/migrantid.cfg" \
		>/dev/null 2>&1
else
	skip "MigrantidOutageAnnounced comes" "there is no such verb"
fi
COMES=60 comes MigrantidKeysOld
mv "$work/moved.json" "$settings/jwks.json"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 20 -subj /CN=operator \
	-keyout "$settings/client.key.new" -out "$settings/client.pem.new" 2>/dev/null
mv "$settings/client.key.new" "$settings/client.key"
mv "$settings/client.pem.new" "$settings/client.pem"
echo '{"keys": []}' >"$work/none.json"
put "$work/none.json" "$settings/jwks.json"
comes MigrantidCertificateEnds MigrantidNoKeys
put "$work/client.key" "$settings/client.key"
put "$work/client.pem" "$settings/client.pem"
put "$work/jwks.json" "$settings/jwks.json"
end $writer_pid
comes MigrantidFiguresStale
write_figures 2>"$work/writer.said" &
writer_pid=$!
server_stop "$work/server"
comes MigrantidServerDown
server_start "$work/server"
goes MigrantidServerDown

# ---- all is well again, and every expression has something to say

within 40 quiet
same "no alert is left" "$(firing)" ''
sleep 3
expressions=0
while read -r expression; do
	expressions=$((expressions + 1))
	# shellcheck disable=SC2016 # Grafana's names
	expression=$(sed 's/\$__rate_interval/12s/g; s/\$\(instance\|server\)/.*/g' <<<"$expression")
	if within 15 says "$expression"; then
		ok "the dashboard's $expression"
	else
		not_ok "the dashboard's $expression says nothing"
	fi
done < <(jq -r '.. | .expr? // empty' $dashboard)
holds "the dashboard has expressions" [ $expressions -gt 20 ]
# Of a rule, each selector: its comparison is to say nothing as long as all is well.
while read -r selector; do
	if within 5 says "$selector"; then
		ok "the rules' $selector"
	elif within 3 says "max_over_time(${selector}[3m])"; then
		ok "the rules' $selector, for a while"
	else
		not_ok "the rules' $selector says nothing"
	fi
done < <(sed -n '/expr:/,/for:\|labels:/p' $rules | grep -oE '\b(migrantid|node)_[a-z_]+(\{[^}]*\})?' | sort -u)
same "and no metric is of another name" "$(grep -oE 'migrantid_[a-z_]+' $rules $dashboard -h |
	sed -E 's/_(bucket|sum|count)$//' | sort -u | grep -vxFf <(awk '/^# TYPE/ { print $3 }' "$work/metrics"))" ''

# ---- nothing of a person, a shop or a rule

grep -E 'UZB|KEPT|1990|shop|child-under|NO0000001|"N[0-9]' "$work/metrics" "$work/textfile/migrantid.prom" >"$work/found"
same "no figure names a person, a shop or a rule" "$(wc -l <"$work/found")" 0
same "what writes them had nothing to complain of" "$(cat "$work/writer.said")" ''
holds "no half-written file is left" [ "$(find "$work/textfile" -name '.migrantid*' | wc -l)" -le 1 ]
if [ -n "${METRICS_PICTURE:-}" ]; then
	tests/prometheus/picture "http://127.0.0.1:$prometheus" $dashboard >"$METRICS_PICTURE"
fi
exit $tap_status
