# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_log.sh - part of ctl.sh: one decision by its reference, and the sales of a day.

decisions() { tests/system/make_decisions.py "$@"; }
settings=${config%/*}/log.cfg
log=$dir/log/decisions.log
mkdir -p "$dir/log"
cp "$config" "$settings"
references() { jq -r .reference "$@"; }

# ---- log

decisions 2026-11-20 shop:shop17=3 rule:child-under-six=1 >"$log"
decisions 2026-11-19 No:shop:shop4=2 >"$log.1"
decisions 2026-11-18 'shop:Kiosk 4=2' | gzip >"$log.2.gz"
decisions 2026-11-17 shop:shop5=1 >"$log-20261117"
decisions 2026-11-16 shop:shop6=1 >"$log.bak"
first=$(references "$log" | head -n 1)
t 0 "log: a reference" "" log "$first" --file "$log" --json
json "log: its decision" ".found and .reference == \"$first\" and .result == \"Yes\" and .shop == \"shop17\" and .ms == 12"
t 0 "log: as people type it" "" log "$(tr 'A-Z-' 'a-z ' <<<"$first")" --file "$log"
says "log: when" '^time: 2026-11-20T12:00:00Z$'
says "log: the shop" '^shop: shop17$'
t 0 "log: an exempt sale" "" log "$(references "$log" | tail -n 1)" --file "$log" --json
json "log: has a rule and no shop" '.rule == "child-under-six" and (has("shop") | not)'
t 0 "log: a file moved away" "" log "$(references "$log.1" | tail -n 1)" --file "$log"
t 0 "log: a file packed" "" log "$(zcat "$log.2.gz" | references | tail -n 1)" --file "$log"
says "log: a shop with a blank in its name" '^shop: Kiosk 4$'
t 0 "log: a file with a date" "" log "$(references "$log-20261117")" --file "$log"
t 1 "log: a file that is none of them" "" log "$(references "$log.bak")" --file "$log"
says "log: how far back it goes" 'reaches back to 2026-11-17T12:00:00Z'
silent "log: nothing of others is shown" 'shop'
t 1 "log: a wrong character" "" log "$(tr '0-9A-F' '1-9A-G' <<<"$first")" --file "$log" --json
says "log: is misheard" 'misheard'
t 1 "log: a letter that no reference has" "" log "${first/?/I}" --file "$log"
says "log: is misheard, too" 'misheard'
t 2 "log: no reference" "" log --file "$log"
t 2 "log: two references" "" log "$first" "$first" --file "$log"
t 2 "log: a shop is no reference" "" log shop17 --file "$log"
t 3 "log: no such file" "" log "$first" --file "$dir/log/none"
t 3 "log: a folder" "" log "$first" --file "$dir/log"
(cd "$dir/log" && t 0 "log: a name without a folder" "" log "$first" --file decisions.log)
decisions 2026-11-20 text 'shop:Kiosk 17=1' rule:diplomat=1 >"$dir/log/radius.log"
echo 'Thu Nov 26 05:40:36 2026 : Info: Ready to process requests' >>"$dir/log/radius.log"
t 0 "log: the server's own" "" log "$(grep -oP 'reference=\K\S+' "$dir/log/radius.log" | head -n 1)" \
	--file "$dir/log/radius.log"
says "log: its shop" '^shop: Kiosk 17$'
head -c 40 "$log.2.gz" >"$log.3.gz"
t 3 "log: not found where a file is cut" "" log 1234-5678-9ABS --file "$log"
says "log: which file" 'decisions.log.3.gz: error: .*cut'
rm "$log.3.gz"
printf 'FA1234567 {"time":"FA1234567"\n{"FA1234567\n' >"$dir/log/odd"
head -c 9000 /dev/zero | tr '\0' x >>"$dir/log/odd"
printf '\n\0\0\n' >>"$dir/log/odd"
cat "$log" >>"$dir/log/odd"
t 0 "log: among lines of others" "" log "$first" --file "$dir/log/odd"
silent "log: which are not shown" 'FA1234567|xx'
t 1 "log: nothing but lines of others" "" log "$first" --file "$settings"
says "log: is said" 'no decision at all'
grep -qE '^	*decisions = "server";' "$settings" || echo 'log = { decisions = "server"; };' >>"$settings"
sed -i -E 's|^(.*decisions = )"server";|\1"file"; file = "'"$log"'";|; /^\tfile = /d' "$settings"
t 0 "log: the file of the settings" "" log "$first" --config "$settings"

# ---- report: a day at Moscow begins at 21:00 UTC of the day before.

rm -f "$log"*
report=(report --config "$settings" --file "$log")
{
	decisions 2026-11-18 TIME=20:59:59 shop:shop17=40 rule:diplomat=1
	decisions 2026-11-18 TIME=21:00:00 shop:shop17=60 Undetermined:shop:shop17=50 No:shop:shop17=9
	decisions 2026-11-19 TIME=20:59:59 shop:shop4=31 shop:shop5=9 Not-Applicable:shop:shop4=4 \
		rule:child-under-six=125 rule:belarus-citizen=44 rule:diplomat=3
	decisions 2026-11-19 TIME=21:00:00 shop:shop17=70
} >"$log"
t 0 "report: a day" "" "${report[@]}" --day 2026-11-19 --json
json "report: rules, rounded" '.by_rule == [{"name": "child-under-six", "sales": 120}] and .exempt_sales == 170'
json "report: shops, rounded" '.by_shop == [{"name": "shop17", "sales": 60}] and .other_sales == 110'
silent "report: who is pooled is not named" 'diplomat|belarus|shop4|shop5'
t 0 "report: in words" "" "${report[@]}" --day 2026-11-19
says "report: a rule" '^  child-under-six: 120$'
says "report: the pool has no figure" '^  others: not shown$'
silent "report: who is pooled is not named in words" 'diplomat|belarus|shop4|shop5'
t 0 "report --by rule" "" "${report[@]}" --day 2026-11-19 --by rule --json
json "report --by rule: no shops" 'has("by_rule") and (has("by_shop") | not)'
t 0 "report --by shop" "" "${report[@]}" --day 2026-11-19 --by shop --json
json "report --by shop: no rules" 'has("by_shop") and (has("by_rule") | not)'
before=$("$ctl" "${report[@]}" --day 2026-11-19)
cp "$log" "$log.1" && gzip -k "$log.1"
[ "$("$ctl" "${report[@]}" --day 2026-11-19)" = "$before" ]
verdict "report: a sale whose line is there three times counts once" $?
rm "$log".1*
{
	echo '{"time":"2026-11-19T12:00:00.000Z","reference":"1234-5678-9ABS","result":"Yes","reason":"match","source":"Service","rules":"0123456789ab","ms":1,"rule":"diplomat","shop":"shop99"}'
	echo '{"time":"2026-11-19T12:00'
	echo 'something of shop99'
} >>"$log"
t 0 "report: with lines that are damaged" "" "${report[@]}" --day 2026-11-19 --json
json "report: they are counted" '.damaged_lines == 2 and .other_lines == 1 and .exempt_sales == 170'
silent "report: and not shown" shop99
decisions 2026-11-20 TIME=22:00:00 shop:shop1=4 rule:diplomat=5 >>"$log"
t 0 "report: a day with few" "" "${report[@]}" --day 2026-11-21
says "report: says no more than that" '^  in all: fewer than 10$'
silent "report: nor who" 'shop1|diplomat'
t 0 "report: a day with none" "" "${report[@]}" --day 2026-11-22
says "report: says the same of it" '^  in all: fewer than 10$'
t 2 "report: no day" "" "${report[@]}"
t 2 "report: no date" "" "${report[@]}" --day yesterday
t 2 "report: today" "" "${report[@]}" --day "$(TZ=Europe/Moscow date +%F)"
says "report: is not over" 'over'
t 2 "report: tomorrow" "" "${report[@]}" --day "$(date -d tomorrow +%F)"
t 2 "report: by both" "" "${report[@]}" --day 2026-11-19 --by rule,shop
t 2 "report: by person" "" "${report[@]}" --day 2026-11-19 --by person
t 3 "report: a day that the log begins in" "" "${report[@]}" --day 2026-11-18
says "report: is none" 'half a day'
silent "report: not even in part" 'shop17'
t 3 "report: no log" "" report --config "$settings" --file "$dir/log/none" --day 2026-11-19
head -c 100 <(gzip <"$log") >"$log.1.gz"
t 3 "report: with a file that is cut" "" "${report[@]}" --day 2026-11-19
silent "report: there is none" 'child-under-six'
rm "$log.1.gz"
decisions 2026-11-18 text shop:shop17=12 >"$dir/log/radius.log"
decisions 2026-11-19 text shop:shop17=42 'shop:Kiosk 4=11' rule:child-under-six=11 >>"$dir/log/radius.log"
t 0 "report: the server's own log" "" report --config "$settings" --file "$dir/log/radius.log" \
	--day 2026-11-19 --json
json "report: its figures" '.by_shop == [{"name": "shop17", "sales": 40}] and .exempt_sales == 10'
