# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# package_boot.sh - the packages in a machine that systemd boots, by systemd-nspawn; sourced by
# package.sh. The machine has a network of its own, a loopback and nothing else.

# boot_run ROOT SCRIPT SECONDS: boot it, run SCRIPT of /package there once it is up (and again after
# each reboot that SCRIPT asks for), until it powers off. What the script says is in its SCRIPT.tap.
boot_run() {
	local root=$1 script=$2 seconds=$3 mounted
	for mounted in proc run dev; do
		! mountpoint -q "$root/$mounted" || umount "$root/$mounted" || return 1
	done
	rm -f "$root/usr/sbin/policy-rc.d" "$root/package/$script.tap"
	printf '%s\n' '[Unit]' 'After=multi-user.target' '[Service]' 'Type=idle' \
		"ExecStart=/bin/bash /package/$script $release" 'Environment=HOME=/root LC_ALL=C.UTF-8' \
		'Environment=DEBIAN_FRONTEND=noninteractive' \
		'ExecStopPost=/bin/sh -c "[ -e /package/reboots ] || systemctl --no-block poweroff"' \
		"StandardOutput=append:/package/$script.tap" 'StandardError=inherit' \
		>"$root/etc/systemd/system/package-test.service"
	mkdir -p "$root/etc/systemd/system/default.target.wants"
	ln -sf ../package-test.service "$root/etc/systemd/system/default.target.wants/"
	rm -f "$root/package/reboots"
	[ "$suite" != forky ] || boot_cgroups >"$dir/boot-cgroups.log" 2>&1
	boot_once "$root" "$seconds" >"$dir/boot-console.log" 2>&1
	# Where nspawn is not let boot it again by itself.
	[ ! -e "$root/package/reboots" ] || boot_once "$root" "$seconds" >>"$dir/boot-console.log" 2>&1
	[ -s "$root/package/$script.tap" ]
}
boot_once() {
	SYSTEMD_LOG_LEVEL=warning \
		timeout --kill-after=30 "$2" systemd-nspawn --quiet --boot --register=no --keep-unit \
		--private-network --console=read-only --machine=migrantid-package --link-journal=no \
		--directory="$1" </dev/null
}

# A systemd of today runs with control groups of version 2 alone. Where the machine has both, they are to
# be had in the mount namespace that is ours (debian_enter), and the machine's own stay as they are.
boot_cgroups() {
	[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] ||
		{ umount -R -l /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup; }
}

# boot_stage NAME: a folder that can be booted, with the repositories in it.
boot_stage() {
	stage "$1" && debian_inside "$dir/$1" apt-get -qy install systemd-sysv dbus libpam-systemd procps
}

# boot_say WHAT ROOT SCRIPT SECONDS: its lines become ours.
boot_say() {
	local what=$1 root=$2 script=$3
	echo "# $(date -u +%T) $release: $what ..."
	if ! boot_run "$root" "$script" "$4"; then
		not_ok "$release: $what: it did not come up" "$dir/boot-console.log"
		return 1
	fi
	cat "$root/package/$script.tap"
	grep -q "^# $script: done" "$root/package/$script.tap" ||
		not_ok "$release: $what came to its end" "$dir/boot-console.log"
	! grep -q '^not ok' "$root/package/$script.tap" || tap_status=1
}

boot_life() {
	logged "a machine to boot" boot-folder boot_stage boot || return
	boot_say "booting it, and what goes on in it" "$dir/boot" package-booted.sh 1200
}

# pasted FILE HEADING: the commands of that section, as whoever pastes them has them.
pasted() {
	awk -v heading="$2" '$0 ~ "^(#+ )?" heading "$" { inside = NR; next }
		inside && (/^#/ || /^---/ && NR > inside + 1) { exit }
		inside && /^    / { print substr($0, 5) }' "$1"
}

# README.md's first commands, in a folder that has this source and nothing else.
paste_build() {
	local root=$dir/paste tree=$dir/paste/root/freeradius-migrantid
	fresh paste && mkdir -p "$tree" && cp -R "$dir"/source/freeradius-migrantid-*/. "$tree/" || return 1
	echo 'APT::Get::Assume-Yes "true";' >"$root/etc/apt/apt.conf.d/93yes"
	pasted README.md 'Build the packages' >"$root/package/paste"
	[ -s "$root/package/paste" ] && debian_inside "$root" env \
		DEB_BUILD_OPTIONS="nocheck parallel=$(nproc)" bash -exc \
		'cd /root/freeradius-migrantid && . /package/paste'
}

# paste_machine FILE HEADING FOLDER PACKAGE..: its commands, for a machine that is about to be booted,
# begin in FOLDER. There is no network in it: what they will install is fetched now.
paste_machine() {
	local root=$dir/paste
	pasted "$1" "$2" | sed "s|@raddb@|$(cat "$dir/repo/raddb")|g" >"$root/package/paste"
	[ -s "$root/package/paste" ] || return 1
	sed -i "1i cd $3" "$root/package/paste"
	shift 3
	printf '%s\n' 'APT::Get::Assume-Yes "true";' \
		'Binary::apt-get::APT::Keep-Downloaded-Packages "true";' >"$root/etc/apt/apt.conf.d/93yes"
	debian_inside "$root" apt-get -qy install systemd-sysv dbus libpam-systemd procps &&
		debian_inside "$root" apt-get -qy --download-only install "$@"
}

paste_readme() {
	paste_machine README.md 'The first sale' /root/freeradius-migrantid freeradius-utils \
		$(cd "$dir/paste/root" && printf '/root/%s ' ./*_*.deb)
}

# README.Debian begins where the package is installed.
paste_debian() {
	fresh paste && cp -R "$dir/repo" "$dir/paste/package/" || return 1
	echo "deb [trusted=yes] file:/package/repo/now ./" >"$dir/paste/etc/apt/sources.list.d/local.list"
	debian_inside "$dir/paste" apt-get -q update &&
		paste_machine debian/README.Debian 'The first sale' / freeradius-migrantid \
			migrantid-tools migrantid-sandbox freeradius-utils &&
		sed -i '1i apt-get install freeradius-migrantid' "$dir/paste/package/paste"
}

boot_paste() {
	logged "README.md: from apt to the packages" paste-build paste_build || return
	logged "a machine for its first sale" paste-readme paste_readme || return
	boot_say "README.md: from the packages to the first sale" "$dir/paste" package-paste.sh 900
	logged "a machine for README.Debian" paste-debian paste_debian || return
	boot_say "README.Debian: to the first sale" "$dir/paste" package-paste.sh 900
}
