# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# package-layout.sh - a server that reads its configuration elsewhere: sourced by package-life.sh when
# our packages are installed and nothing of them is enabled.
stock=$raddb raddb=/etc/raddb settings=/etc/raddb/mods-config/migrantid

apt-get -qy purge $ours >apt.log 2>&1 || stop_at "purge before another layout"
cp -a "$stock" $raddb
sed -i "s|^raddbdir = .*|raddbdir = $raddb|" $raddb/radiusd.conf
cp /etc/default/freeradius default.before 2>/dev/null
echo "FREERADIUS_OPTIONS=\"-d $raddb\"" >>/etc/default/freeradius
fetch $ours || stop_at "our packages beside a server that reads $raddb"
t holds "apt's output says that the server reads another directory" \
	grep -q "the server reads its configuration in $raddb, but" apt.log
offer layout
fetch $ours || stop_at "our packages for that directory"
t fails "our packages for it say nothing of that" grep -q 'the server reads' apt.log
t same "their settings are there" "$(stat -c '%U:%G %a' $settings/migrantid.cfg)" "root:freerad 640"
t holds "so is the key of before" cmp "$stock/mods-config/migrantid/person.key" $settings/person.key
t holds "migrantidctl looks there by itself" sh -c \
	"migrantidctl check | grep -q '^settings: *$settings/migrantid.cfg'"
t holds "the manual names it" sh -c \
	"zcat -f /usr/share/doc/freeradius-migrantid/README.Debian* | grep -q 'cd $raddb\$'"
sandbox_start || stop_at "the packaged sandbox starts again" /dev/null
service_files
sed -i 's/source = false;/source = true;/' $settings/migrantid.cfg
enable
count=$(starts)
server_do start
settle $((count + 1)) || stop_at "the server starts from $raddb" /var/log/freeradius/radius.log
sells "there it sells" "Yes match Service"
sandbox_stop
apt-get -qy purge $ours >apt.log 2>&1 || stop_at "purge from another layout"
settle $((count + 2))
t fails "a purge takes the links and the settings from there" \
	ls $raddb/mods-enabled/migrantid $raddb/sites-enabled/sim-sale $settings
server_do stop
rm -rf $raddb
rm /etc/default/freeradius
[ ! -e default.before ] || cp -p default.before /etc/default/freeradius
raddb=$stock settings=$stock/mods-config/migrantid
fetch_now || stop_at "our packages again"
