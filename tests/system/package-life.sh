#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package-life.sh download|live RELEASE - the packages' life on a fresh Debian, from the first
# installation to the last; called by package.sh in that Debian, `live` without a network.
set -uo pipefail
suite=${2:-}
. /package/package-fixture.sh

if [ "$1" = download ]; then
	echo 'Binary::apt-get::APT::Keep-Downloaded-Packages "true";' >/etc/apt/apt.conf.d/92keep
	rm -f /etc/apt/apt.conf.d/docker-clean
	if [ -e repo/before ]; then
		offer before
		apt-get -qy --download-only install $ours || exit 1
	fi
	offer now
	# shellcheck disable=SC2086 # several packages
	apt-get -qy --download-only install freeradius freeradius-utils dpkg-dev openssl \
		bash-completion $ours || exit 1
	rm -f /etc/apt/sources.list.d/local.list
	exit
fi

#### The server alone.
offer now
fetch freeradius freeradius-utils || stop_at "the server can be installed"
# Without an init system invoke-rc.d does only what it is allowed to.
printf '#!/bin/sh\nexit 0\n' >/usr/sbin/policy-rc.d
server_do start
settle 1 || stop_at "the server starts" /package/server.log
t ok "a server without us runs"
others >others.before
pid=$(server_pid)
fetch openssl || stop_at "openssl"
paths >paths.before

#### Installation.
fetch $ours || stop_at "our packages can be installed"
now_version=$(dpkg-query -W -f '${Version}' freeradius-migrantid)
# These, and no later ones that another repository offers.
fetch_now() {
	fetch "freeradius-migrantid=$now_version" "migrantid-tools=$now_version" \
		"migrantid-sandbox=$now_version"
}
t ok "our packages are installed from the local repository"
t same "the running server is not touched" "$(server_pid) $(starts)" "$pid 1"
t same "no other package's file is touched" "$(changed)" ""
t fails "nothing is enabled" ls $raddb/mods-enabled/migrantid $raddb/sites-enabled/sim-sale
t holds "the timer of status lists is there" test -e /lib/systemd/system/migrantid-status-list@.timer
t same "and is off" "$(find /etc/systemd -name 'migrantid-status-list*')" ""
t holds "the server's check is content" freeradius -Cx -lstdout
for file in mods-available/migrantid sites-available/sim-sale policy.d/migrantid \
	mods-config/migrantid/{migrantid.cfg,rules.cfg,messages.cfg,person.key}; do
	t same "$file is the server's group's" "$(stat -c '%U:%G %a' $raddb/$file)" "root:freerad 640"
done
t same "the store is the server's alone" "$(stat -c '%U:%G %a' /var/lib/freeradius-migrantid)" \
	"freerad:freerad 700"
t holds "a key of 64 hexadecimal digits is there" grep -qxE '[0-9a-f]{64}' $settings/person.key
t same "migrantid-tools needs no server" "$(dpkg-query -W -f '${Depends}' migrantid-tools | grep -c freeradius)" 0
key=$(md5sum <$settings/person.key)

#### Enable, as README.Debian says.
sandbox_start || stop_at "the packaged sandbox starts" /dev/null
service_files
# That a shop is told where an answer came from is what is looked at below.
sed -i 's/source = false;/source = true;/' $settings/migrantid.cfg
t holds "migrantidctl check is content" migrantidctl check
enable
freeradius -XC >check.log 2>&1 || stop_at "the enabled server's check is content" check.log
server_do restart
settle 2 || stop_at "the enabled server starts" /var/log/freeradius/radius.log
t ok "the module and its site are enabled by two links and a restart"

# Whom the machine trusts is nobody to the module, whatever libcurl this is.
other_authority() {
	local hash
	hash=/etc/ssl/certs/$(openssl x509 -hash -noout -in $settings/ca.pem).0
	mkdir -p /etc/ssl/certs && cp $settings/ca.pem "$hash"
	cp -p $settings/ca.pem ca.before
	openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -subj /CN=other \
		-days 2 2>/dev/null
	cat other.pem >$settings/ca.pem
	t fails "with another ca_file the sandbox's certificate is not believed" \
		migrantidctl check --connect
	sleep 2
	t same "nor by the server, though the machine trusts it" \
		"$(sale P UZB FA0000001 1990-01-31 | cut -d" " -f1)" Undetermined
	rm "$hash"
	cat ca.before >$settings/ca.pem
	t holds "with its own it is" migrantidctl check --connect
}
other_authority
sleep 4
sells "sale 1, a yes" "Yes match Service"
t same "sale 2, a no" "$(sale P KGZ AC7654321 1993-03-03)" "No id-locked Service"
t same "sale 3, exempt" "$(sale PD IND D12345678 1970-03-03 \
	'MigrantID-Accreditation = "mfa-diplomatic"' 'MigrantID-Accreditation-Expiry = "2040-01-01"')" \
	"Exempt exempt Rule"
sandbox_stop

#### Upgrade, with an edited conffile. The ID service is away: a yes comes from the store.
sed -i 's/wait = 1500/wait = 1200/' $settings/migrantid.cfg
offer next
fetch freeradius-migrantid || stop_at "upgrade"
settle 3
t same "an upgrade restarts the server once" "$(starts)" 3
t holds "it is the later version" grep -q '^# A later version' $settings/messages.cfg
t holds "the edit is kept" grep -q 'wait = 1200' $settings/migrantid.cfg
t same "modes are kept" "$(stat -c '%U:%G %a' $settings/m*.cfg | sort -u)" "root:freerad 640"
t same "the key is kept" "$(md5sum <$settings/person.key)" "$key"
sells "the stored answer is kept" "Yes match Cache"

#### Upgrade with a configuration that the server refuses.
pid=$(server_pid)
sed -i 's/^rules_file = .*/rules_file = 17;/' $settings/migrantid.cfg
offer after
fetch freeradius-migrantid || stop_at "an upgrade over a broken configuration"
t same "over a broken configuration the server is left alone" "$(server_pid) $(starts)" "$pid 3"
t holds "apt's output says so" grep -q 'NOT restarted' apt.log
t holds "apt's output names the file to mend" grep -q 'migrantid.cfg' apt.log
sells "the server serves on" "Yes match Cache"
sed -i 's/^rules_file = .*/rules_file = "rules.cfg";/' $settings/migrantid.cfg
server_do restart
settle 4
sells "mended and restarted it serves" "Yes match Cache"

#### The server's own upgrade within its upstream version; another version.
offer server
fetch freeradius freeradius-utils || stop_at "the server's own upgrade"
sleep 1
settle 5
t holds "the server's own upgrade keeps us" dpkg -s freeradius-migrantid
sells "the upgraded server takes the module" "Yes match Cache"
others >others.before
pid=$(server_pid)
cp /etc/apt/sources.list.d/local.list local.list
offer other
t fails "apt refuses our package for another server" fetch freeradius-migrantid=\*+other1
t holds "it says which it wants" grep -q 'freeradius (>= 9.9.9)' apt.log
t same "nothing changed by that" "$(server_pid) $(dpkg-query -W -f '${Version}' freeradius-migrantid | sed 's/.*+//')" "$pid next2"
mv local.list /etc/apt/sources.list.d/local.list

#### Remove, install again.
count=$(starts)
apt-get -qy remove freeradius-migrantid >apt.log 2>&1 || stop_at "removal"
settle $((count + 1))
t fails "removal takes the links away" ls $raddb/mods-enabled/migrantid $raddb/sites-enabled/sim-sale
t same "removal restarts the server once" "$(starts)" $((count + 1))
t holds "without us the server is content" freeradius -Cx -lstdout
server_do restart
t holds "without us the server starts" settle $((count + 2))
t holds "settings, key and store stay" ls $settings/migrantid.cfg $settings/person.key /var/lib/freeradius-migrantid
fetch freeradius-migrantid || stop_at "installation after removal"
t same "installed again it has the same key" "$(md5sum <$settings/person.key)" "$key"
t holds "and the same edit" grep -q 'wait = 1200' $settings/migrantid.cfg
enable
server_do restart
settle $((count + 3))
sells "and the same answers" "Yes match Cache"

#### Purge, install again.
# Libraries that somebody else merely suggests go, too.
apt-get -qy -o APT::AutoRemove::SuggestsImportant=false -o APT::AutoRemove::RecommendsImportant=false \
	purge --autoremove $ours >apt.log 2>&1 || stop_at "purge"
settle $((count + 4))
paths >paths.after
diff paths.before paths.after >paths.diff
t same "a purge leaves nothing" "$(grep -vE '__pycache__' paths.diff | grep '^[<>]')" ""
t same "nor changes what others have" "$(changed)" ""
t holds "the purged server is content" freeradius -Cx -lstdout
fetch $ours || stop_at "installation after a purge"
t fails "after a purge there is another key" test "$(md5sum <$settings/person.key)" = "$key"
server_do stop
. ./package-layout.sh
[ ! -e repo/before ] || . ./package-before.sh

#### For debian/tests, which package.sh lets run here.
fetch dpkg-dev openssl bash-completion || stop_at "the tests' dependencies"
exit $tap_status
