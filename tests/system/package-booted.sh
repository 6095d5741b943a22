#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package-booted.sh RELEASE - the packages' life under systemd, as far as it differs from the one in a
# mere folder (package-life.sh): run by package_boot.sh in a booted machine, twice: before and after a
# reboot.
set -uo pipefail
suite=$1
. /package/package-fixture.sh

main_pid() { systemctl show -p MainPID --value "$1"; }
is() { systemctl is-active "$1" 2>/dev/null || true; }
# What it takes for the server to be up again under another process than PID.
other_than() {
	local tries=200
	until [ "$(is freeradius)" = active ] && [ "$(main_pid freeradius)" != "$1" ] &&
		[ "$(starts)" -gt "$2" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
restarted() {
	local pid count
	pid=$(main_pid freeradius) count=$(starts)
	systemctl restart freeradius && other_than "$pid" "$count"
}

before_reboot() {
	local pid count sandbox timer unit
	offer now
	fetch freeradius freeradius-utils || stop_at "the server can be installed"
	systemctl start freeradius
	t same "the server runs under systemd" "$(is freeradius)" active
	pid=$(main_pid freeradius)
	fetch $ours || stop_at "our packages can be installed"
	t same "installation leaves the server alone" "$(main_pid freeradius)" "$pid"
	t same "and starts no sandbox" "$(is migrantid-sandbox)" inactive
	t fails "nor enables it" systemctl is-enabled --quiet migrantid-sandbox

	# As README.Debian has it, without a pause.
	systemctl start migrantid-sandbox
	t holds "the sandbox is started once its files are there" \
		test -s /var/lib/migrantid-sandbox/jwks.json
	service_files
	sed -i 's/source = false;/source = true;/' $settings/migrantid.cfg
	enable
	restarted || stop_at "the enabled server starts" /var/log/freeradius/radius.log
	sells "it sells" "Yes match Service"

	pid=$(main_pid freeradius) count=$(starts) sandbox=$(main_pid migrantid-sandbox)
	offer next
	fetch $ours || stop_at "upgrade"
	other_than "$pid" "$count"
	t same "an upgrade restarts the server once" "$(starts) $(is freeradius)" "$((count + 1)) active"
	t fails "an upgrade restarts the sandbox that runs" \
		test "$(main_pid migrantid-sandbox)" = "$sandbox"
	t same "and it runs" "$(is migrantid-sandbox)" active
	sells "the upgraded server sells" "Yes match Cache"

	systemctl stop migrantid-sandbox
	pid=$(main_pid freeradius)
	sed -i 's/^rules_file = .*/rules_file = 17;/' $settings/migrantid.cfg
	offer after
	fetch $ours || stop_at "an upgrade over a broken configuration"
	t same "over a broken configuration the server is left alone" \
		"$(main_pid freeradius) $(is freeradius)" "$pid active"
	t holds "apt's output says so" grep -q 'NOT restarted' apt.log
	t same "a sandbox that does not run is not started" "$(is migrantid-sandbox)" inactive
	sells "the server serves on" "Yes match Cache"
	sed -i 's/^rules_file = .*/rules_file = "rules.cfg";/' $settings/migrantid.cfg
	restarted || stop_at "mended it starts" /var/log/freeradius/radius.log

	for timer in $(dpkg -L $ours | grep -oE '[^/]+\.(timer|service)$'); do
		# These machines have no man pages.
		t same "$timer is well written" \
			"$(systemd-analyze verify --man=no "$timer" 2>&1 | grep -F "$timer")" ""
	done
	# A template's timer wants a name that somebody has settled.
	for timer in $(dpkg -L $ours | grep -oE '[^/@]+\.timer$'); do
		unit=$(systemctl show -p Unit --value "$timer")
		t holds "$timer's work can be done" systemctl start "$unit"
		t holds "$timer can be enabled" systemctl enable --now "$timer"
	done
	drop_in
	systemctl start migrantid-sandbox
	systemctl enable --quiet freeradius
	t same "no unit has failed" "$(systemctl --failed --plain --no-legend | awk '{ print $1 }')" ""
	touch reboots
	systemctl --no-block reboot
}

# What is shipped as an example of a stricter unit lets the server do its work.
drop_in() {
	local example
	for example in /usr/share/doc/freeradius-migrantid/examples/*/*.conf \
		/usr/share/doc/freeradius-migrantid/examples/*.conf; do
		grep -q '^\[Service\]' "$example" 2>/dev/null || continue
		mkdir -p /etc/systemd/system/freeradius.service.d
		cp "$example" /etc/systemd/system/freeradius.service.d/
		systemctl daemon-reload
		t holds "with ${example##*/} the server starts" restarted
		sells "and sells" "Yes match Cache"
	done
}

after_reboot() {
	local pid count
	rm reboots
	systemctl is-system-running --wait >/dev/null
	t same "after a reboot the server runs" "$(is freeradius)" active
	t same "the sandbox does not" "$(is migrantid-sandbox)" inactive
	sells "what was answered before the reboot is kept" "Yes match Cache"
	systemctl start migrantid-sandbox
	t same "another person is asked about" "$(sale P KGZ AC7654321 1993-03-03)" "No id-locked Service"
	t same "no unit has failed after a reboot" \
		"$(systemctl --failed --plain --no-legend | awk '{ print $1 }')" ""

	pid=$(main_pid freeradius) count=$(starts)
	apt-get -qy remove $ours >apt.log 2>&1 || stop_at "removal"
	other_than "$pid" "$count"
	t same "removal restarts the server once" "$(starts) $(is freeradius)" "$((count + 1)) active"
	t same "removal stops the sandbox" "$(is migrantid-sandbox) $(pgrep -c migrantid-sand)" "inactive 0"
	apt-get -qy purge $ours >apt.log 2>&1 || stop_at "purge"
	t same "the purged server runs" "$(is freeradius)" active
	t fails "no folder of the sandbox is left" ls -d /var/lib/migrantid-sandbox \
		/var/lib/private/migrantid-sandbox
	echo "# package-booted.sh: done"
}

if [ -e reboots ]; then after_reboot; else before_reboot; fi
