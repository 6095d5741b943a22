# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# debian_folder.sh - fresh folders of Debian's releases, to build, install and try things in. To be
# sourced after tap.sh, from the repository:
#
#	debian_enter WHAT COMMAND..	the first time, COMMAND again in a mount and process namespace of
#					its own: whatever happens, its mounts and its processes end
#					with it. Ends with WHAT skipped where nothing of that can be had
#	debian_mirrors			$mirror and $security, as apt of this machine knows them
#	debian_base SUITE ARCHIVE	the release's own packages alone, made once
#	debian_fresh SUITE ARCHIVE ROOT	a new folder with this machine's way to the mirror and its
#					certificate authorities
#	debian_inside ROOT COMMAND..	in that Debian, with nothing of this machine's environment
#	debian_offline COMMAND..	with no network but a loopback of its own
#	debian_inside_offline ROOT COMMAND..	both
#	debian_unmount ROOT		leave no more than its files
#	debian_leave ROOT		unmount, and remove it
#
# DEBIAN_TIMEOUT is how many seconds debian_enter gives COMMAND, STEP_LIMIT what one command inside a
# folder may take. $backports: a suite from which a folder takes the server, and nothing else.

# Without these nothing can be tried: in most containers, and in a chroot.
debian_wanting() {
	if [ "$(id -u)" != 0 ]; then
		echo "debootstrap and chroot need root"
	elif ! unshare --mount --pid --fork true 2>/dev/null; then
		echo "no mount or process namespace can be had here"
	elif ! command -v debootstrap >/dev/null; then
		echo "debootstrap is not installed"
	fi
}

debian_enter() {
	local what=$1 why
	shift
	[ -z "${DEBIAN_INSIDE:-}" ] || return 0
	why=$(debian_wanting)
	[ -z "$why" ] || { skip "$what" "$why" && exit 0; }
	DEBIAN_INSIDE=1 timeout --kill-after=30 "${DEBIAN_TIMEOUT:-3000}" \
		unshare --mount --pid --fork --kill-child --mount-proc "$@"
	exit
}

# apt knows the mirror; this page does not.
debian_mirrors() {
	local origins
	mapfile -t origins < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 'Component: main' |
		grep -E ' (bookworm|trixie|forky|stable|testing)(-security)?$' | sort -u)
	mirror=$(printf '%s\n' "${origins[@]}" | sed -n 's/ [a-z]*$//p' | head -n 1)
	security=$(printf '%s\n' "${origins[@]}" | sed -n 's/ [a-z]*-security$//p' | head -n 1)
	if [ -z "$mirror" ]; then
		echo "apt of this machine names no Debian mirror; its sources must list main" >&2
		return 1
	fi
}

debian_base() {
	local suite=$1 archive=$2 folder script=$1
	# It lacks only what changes from day to day, which apt-get update brings.
	[ ! -e "$archive" ] || return 0
	mkdir -p "$(dirname "$archive")"
	folder=$(mktemp -d "$archive.XXXXXX") && chmod 755 "$folder" || return 1
	# An older debootstrap knows a younger Debian by the name of all that come.
	[ -e "/usr/share/debootstrap/scripts/$suite" ] || script=sid
	timeout --kill-after=10 1800 debootstrap --variant=minbase "$suite" "$folder" "$mirror" "$script" ||
		return 1
	tar -C "$folder" -cf "$archive.new" . && mv "$archive.new" "$archive" || return 1
	rm -rf "$folder"
}

# The release, its security updates where it has them, and the server of backports.
debian_sources() {
	local suite=$1 apt=$2/etc/apt
	rm -f "$apt"/sources.list.d/*
	echo "deb $mirror $suite main" >"$apt/sources.list"
	case $suite in
	bookworm | trixie)
		[ -z "$security" ] || echo "deb $security $suite-security main" >>"$apt/sources.list"
		;;
	esac
	[ -n "${backports:-}" ] || return 0
	echo "deb $mirror $backports main" >>"$apt/sources.list"
	printf '%s\n' 'Package: src:freeradius' "Pin: release n=$backports" 'Pin-Priority: 600' \
		>"$apt/preferences.d/backports"
}

debian_fresh() {
	local suite=$1 archive=$2 root=$3
	debian_leave "$root"
	mkdir -p "$root" && tar -C "$root" -xf "$archive" || return 1
	apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90machine"
	echo 'APT::Install-Recommends "false";' >"$root/etc/apt/apt.conf.d/91test"
	debian_sources "$suite" "$root"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	cp /etc/hosts "$root/etc/hosts"
	# Where this machine reaches the world through somebody with a certificate authority of his own.
	mkdir -p "$root/usr/local/share/ca-certificates"
	find /usr/local/share/ca-certificates -name '*.crt' -exec cp -L {} \
		"$root/usr/local/share/ca-certificates/" \;
	# No service starts by being installed until whoever uses the folder says so.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/run" || return 1
	[ -c "$root/dev/null" ] || mount --bind /dev "$root/dev" || return 1
	debian_inside "$root" apt-get -q update
}

debian_clean=(/usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8
	DEBIAN_FRONTEND=noninteractive timeout --kill-after=10)
debian_inside() {
	local root=$1
	shift
	chroot "$root" "${debian_clean[@]}" "${STEP_LIMIT:-2400}" "$@" </dev/null
}

debian_offline() { unshare --net bash -c 'ip link set lo up && exec "$@"' - "$@"; }

debian_inside_offline() {
	local root=$1
	shift
	debian_offline chroot "$root" "${debian_clean[@]}" "${STEP_LIMIT:-2400}" "$@" </dev/null
}

debian_unmount() {
	local root=$1 below
	for below in proc run dev; do
		! mountpoint -q "$root/$below" || umount "$root/$below"
	done
	# What could not be unmounted is somebody's: nothing is removed beneath it.
	if grep -q " $root/" /proc/self/mounts; then
		echo "something is still mounted below $root" >&2
		return 1
	fi
}

debian_leave() {
	local root=$1
	[ ! -d "$root" ] || { debian_unmount "$root" && rm -rf --one-file-system "${root:?}"; }
}
