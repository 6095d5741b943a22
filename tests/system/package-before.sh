# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# package-before.sh - an upgrade from packages of before, with their store in use and their settings
# edited: sourced by package-life.sh when the server stands and nothing of ours is enabled.
former=0.0.1~before-1 state=/var/lib/freeradius-migrantid

apt-get -qy purge $ours >apt.log 2>&1 || stop_at "purge before the former packages"
cp /etc/apt/sources.list.d/local.list local.list
echo "deb [trusted=yes] file:/package/repo/before ./" >/etc/apt/sources.list.d/local.list
offer before
fetch freeradius-migrantid=$former migrantid-tools=$former migrantid-sandbox=$former ||
	stop_at "the former packages can be installed"
rm -rf /var/lib/migrantid-sandbox
sandbox_start || stop_at "the former sandbox starts" /dev/null
service_files
sed -i 's/wait = 1500/wait = 1200/' $settings/migrantid.cfg
echo '# The lawyer was here.' >>$settings/rules.cfg
enable
count=$(starts)
server_do start
settle $((count + 1)) || stop_at "the former server starts" /var/log/freeradius/radius.log
t same "the former packages sell" "$(sale P UZB FA1234567 1990-01-31 | cut -d' ' -f1)" "Yes"
t holds "their store is in use" test -s $state/answers.mdb
key=$(md5sum <$settings/person.key)
sandbox_stop

mv local.list /etc/apt/sources.list.d/local.list
offer now
fetch_now || stop_at "an upgrade from the former packages"
pid=$(server_pid)
t same "the former server is left alone by settings that are none any more" \
	"$(server_pid) $(starts)" "$pid $((count + 1))"
t holds "apt's output names the setting that has a successor, and that" \
	grep -q '"lmdb" is no longer made: write "disk"' apt.log
t holds "apt's output says that the former store is gone" grep -q 'answers.mdb' apt.log
t fails "it is" ls $state/answers.mdb $state/answers.mdb-lock
t holds "the edited settings are kept" grep -q 'wait = 1200' $settings/migrantid.cfg
t holds "the edited rules are kept" grep -q 'The lawyer was here' $settings/rules.cfg
t same "the key is kept" "$(md5sum <$settings/person.key)" "$key"
t fails "migrantidctl check says the same" sh -c 'migrantidctl check >check.before 2>&1'
t holds "with the name of the file and the line" grep -qE 'migrantid.cfg:[0-9]+:.*"lmdb"' check.before
t same "and no other error" "$(grep -c '"lmdb"' check.before) $(sed -n 's/^errors: \([0-9]*\).*/\1/p' check.before)" "1 1"
sed -i 's/store = "lmdb"/store = "disk"/' $settings/migrantid.cfg
rm -rf /var/lib/migrantid-sandbox
sandbox_start || stop_at "the sandbox of now starts" /dev/null
service_files
t holds "mended, the check is content" migrantidctl check
server_do restart
settle $((count + 2)) || stop_at "mended, it starts" /var/log/freeradius/radius.log
t same "and sells" "$(sale P UZB FA1234567 1990-01-31 | cut -d' ' -f1)" "Yes"
sandbox_stop
server_do stop
apt-get -qy purge $ours >apt.log 2>&1 || stop_at "purge after the former packages"
fetch_now || stop_at "our packages after the former ones"
