#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package-life.sh download|live SUITE - the packages' life on a fresh Debian, from the first
# installation to the last; called by package.sh in that Debian, `live` without a network.
set -uo pipefail
cd /package || exit 1
. ./tap.sh

raddb=/etc/freeradius/3.0
settings=$raddb/mods-config/migrantid
ours="freeradius-migrantid migrantid-tools migrantid-sandbox"
suite=${2:-}

# offer NAME: that local repository, and the ones before.
offer() {
	echo "deb [trusted=yes] file:/package/repo/$1 ./" >>/etc/apt/sources.list.d/local.list
	apt-get -q -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/local.list \
		-o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=false update >/package/offer.log 2>&1
}

# fetch PACKAGE..: install it; what apt said is in apt.log.
fetch() { apt-get -qy -o Dpkg::Use-Pty=false install "$@" >/package/apt.log 2>&1; }

if [ "$1" = download ]; then
	echo 'Binary::apt-get::APT::Keep-Downloaded-Packages "true";' >/etc/apt/apt.conf.d/92keep
	rm -f /etc/apt/apt.conf.d/docker-clean
	offer now
	# shellcheck disable=SC2086 # several packages
	apt-get -qy --download-only install freeradius freeradius-utils dpkg-dev openssl \
		bash-completion $ours
	exit
fi

t() {
	local verb=$1 what=$2
	shift 2
	"$verb" "$suite: $what" "$@"
}
stop_at() { t not_ok "$1" "${2:-/package/apt.log}"; exit 1; }

starts() { grep -c 'Ready to process requests' /var/log/freeradius/radius.log; }
server_pid() { cat /run/freeradius/freeradius.pid; }
server_runs() { kill -0 "$(server_pid)"; }
# The init script returns before the server is ready.
settle() {
	local tries=150
	until server_runs 2>/dev/null && [ "$(starts)" -ge "$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
server_do() { invoke-rc.d freeradius "$1" >/package/server.log 2>&1; }

# Every path, with owner, mode and content, of what other packages have.
others() {
	find /etc/freeradius /usr/share/freeradius /usr/lib/freeradius -type f,l \
		! -path '*migrantid*' ! -name sim-sale -printf '%p %u:%g %m %l ' -exec md5sum {} \; | sort
}
# What has become of them since `before`.
changed() { others | diff others.before - | head -n 5; }
paths() {
	find / -xdev \( -path /package -o -path /proc -o -path /run -o -path /tmp -o -path /var/log -o \
		-path /var/cache -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/lib/systemd \) \
		-prune -o -print | sort
}

sandbox_start() {
	local tries=100
	install -d -o nobody -m 0700 /var/lib/migrantid-sandbox
	start-stop-daemon --start --background --chuid nobody --make-pidfile --pidfile /run/sandbox.pid \
		--startas /usr/sbin/migrantid-sandbox -- --people /etc/migrantid-sandbox/people.json \
		--state /var/lib/migrantid-sandbox
	until [ -e /var/lib/migrantid-sandbox/jwks.json ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
	sleep 1
}
sandbox_stop() { start-stop-daemon --stop --retry 5 --pidfile /run/sandbox.pid >/dev/null; }

mkdir dictionary
printf '$INCLUDE /usr/share/freeradius/%s\n' dictionary dictionary.migrantid >dictionary/dictionary
# sale TYPE ISSUER NUMBER BIRTH [LINE..]: result, reason and source.
sale() {
	local type=$1 issuer=$2 number=$3 birth=$4 name
	shift 4
	printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' \
		"MigrantID-Document-Type = \"$type\"" "MigrantID-Document-Issuer = \"$issuer\"" \
		"MigrantID-Document-Number = \"$number\"" "MigrantID-Nationality = \"$issuer\"" \
		"MigrantID-Date-of-Birth = \"$birth\"" \
		'MigrantID-Consent-Text = "ru-2025-01"' "$@" |
		radclient -D dictionary -x -r 1 -t 8 127.0.0.1:11812 auth testing123 >reply 2>&1
	for name in Result Reason Source; do
		sed -nE "/^Received/,\$s/^[[:space:]]*MigrantID-$name = \"?([^\"]*)\"?/\1/p" reply
	done | paste -sd ' '
}
sells() { t same "$1" "$(sale P UZB FA1234567 1990-01-31)" "$2"; }

#### The server alone.
fetch freeradius freeradius-utils || stop_at "the server can be installed"
# Without an init system invoke-rc.d does only what it is allowed to.
printf '#!/bin/sh\nexit 0\n' >/usr/sbin/policy-rc.d
server_do start
settle 1 || stop_at "the server starts" /package/server.log
t ok "a server without us runs"
others >others.before
pid=$(server_pid)
paths >paths.before

#### Installation.
fetch $ours || stop_at "our packages can be installed"
t ok "our packages are installed from the local repository"
t same "the running server is not touched" "$(server_pid) $(starts)" "$pid 1"
t same "no other package's file is touched" "$(changed)" ""
t fails "nothing is enabled" ls $raddb/mods-enabled/migrantid $raddb/sites-enabled/sim-sale
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
for file in ca.pem client.pem client.key jwks.json; do
	install -m 640 -g freerad /var/lib/migrantid-sandbox/$file $settings/ ||
		stop_at "the sandbox made $file"
done
# That a shop is told where an answer came from is what is looked at below.
sed -i 's/source = false;/source = true;/' $settings/migrantid.cfg
t holds "migrantidctl check is content" migrantidctl check
ln -s ../mods-available/migrantid $raddb/mods-enabled/
ln -s ../sites-available/sim-sale $raddb/sites-enabled/
freeradius -XC >check.log 2>&1 || stop_at "the enabled server's check is content" check.log
server_do restart
settle 2 || stop_at "the enabled server starts" /var/log/freeradius/radius.log
t ok "the module and its site are enabled by two links and a restart"
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
ln -s ../mods-available/migrantid $raddb/mods-enabled/
ln -s ../sites-available/sim-sale $raddb/sites-enabled/
server_do restart
settle $((count + 3))
sells "and the same answers" "Yes match Cache"

#### Purge, install again.
apt-get -qy purge --autoremove $ours >apt.log 2>&1 || stop_at "purge"
settle $((count + 4))
paths >paths.after
diff paths.before paths.after >paths.diff
t same "a purge leaves nothing" "$(grep -vE '__pycache__' paths.diff | grep '^[<>]')" ""
t same "nor changes what others have" "$(changed)" ""
t holds "the purged server is content" freeradius -Cx -lstdout
fetch $ours || stop_at "installation after a purge"
t fails "after a purge there is another key" test "$(md5sum <$settings/person.key)" = "$key"
server_do stop

#### For debian/tests, which package.sh lets run here.
fetch dpkg-dev openssl bash-completion || stop_at "the tests' dependencies"
exit $tap_status
