# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# package-fixture.sh - what the lives of the packages have in common; sourced in /package of a fresh
# Debian by package-life.sh and its like, with `suite`, the release's name for the lines that are said.
cd /package || exit 1
. ./tap.sh

# As package-build.sh found it.
raddb=$(cat repo/raddb)
settings=$raddb/mods-config/migrantid
ours="freeradius-migrantid migrantid-tools migrantid-sandbox"

# offer NAME: that local repository, and the ones before.
offer() {
	echo "deb [trusted=yes] file:/package/repo/$1 ./" >>/etc/apt/sources.list.d/local.list
	apt-get -q -o Dir::Etc::sourcelist=/etc/apt/sources.list.d/local.list \
		-o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=false update >/package/offer.log 2>&1
}

# fetch PACKAGE..: install it; what apt said is in apt.log.
fetch() {
	apt-get -qy -o Dpkg::Use-Pty=false -o Dpkg::Options::=--force-confold install "$@" \
		>/package/apt.log 2>&1
}

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

# service_files: what the packaged sandbox made, where the shipped settings look for it.
service_files() {
	local file
	for file in ca.pem client.pem client.key jwks.json; do
		install -m 640 -g freerad /var/lib/migrantid-sandbox/$file $settings/ ||
			stop_at "the sandbox made $file"
	done
}
enable() {
	ln -s ../mods-available/migrantid $raddb/mods-enabled/
	ln -s ../sites-available/sim-sale $raddb/sites-enabled/
}

mkdir -p dictionary
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
