#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package.sh - the Debian packages' whole life in fresh folders of Debian 12 and 13; called by
# ./dev package. Each step is an "ok" or a "not ok" line; logs and packages stay in build/package.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/tap.sh

usage() {
	cat <<'EOF'
usage: ./dev package [bookworm] [trixie]

In a fresh folder of each Debian release (default: both): builds the packages from their
Build-Depends alone, twice, and compares; installs them from a local repository; makes sales
against the packaged sandbox; edits, upgrades, removes, purges, installs again; runs
debian/tests. Needs root, for debootstrap. The packages are left in build/package/SUITE/.
EOF
}

suites=()
for word in "$@"; do
	case $word in
	bookworm | trixie) suites+=("$word") ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
done
[ ${#suites[@]} -gt 0 ] || suites=(bookworm trixie)
# Without these nothing can be tried: in most containers, and in a chroot.
cannot() {
	skip "the packages' life in ${suites[*]}" "$1"
	exit 0
}
[ "$(id -u)" = 0 ] || cannot "debootstrap and chroot need root"
unshare --mount --pid --fork true 2>/dev/null || cannot "no mount or process namespace can be had here"

# The first time, everything again in a mount and process namespace of its own: whatever happens,
# its mounts and its servers end with it.
if [ -z "${PACKAGE_INSIDE:-}" ]; then
	PACKAGE_INSIDE=1 timeout --kill-after=30 "${PACKAGE_TIMEOUT:-3000}" \
		unshare --mount --pid --fork --kill-child --mount-proc "$0" "${suites[@]}"
	exit
fi

place=$PWD/build/package
version=$(dpkg-parsechangelog -S Version)
machine=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
# apt knows the mirror; this page does not.
mapfile -t origins < <(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
	'Created-By: Packages' 'Component: main' | grep -E ' (bookworm|trixie|stable)(-security)?$' | sort -u)
mirror=$(printf '%s\n' "${origins[@]}" | sed -n 's/ [a-z]*$//p' | head -n 1)
security=$(printf '%s\n' "${origins[@]}" | sed -n 's/ [a-z]*-security$//p' | head -n 1)
if [ -z "$mirror" ]; then
	echo "package: apt of this machine names no Debian mirror; its sources must list main" >&2
	exit 1
fi

# inside ROOT COMMAND..: in that Debian, with nothing of this machine's environment.
inside() {
	local root=$1
	shift
	chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# logged WHAT NAME COMMAND..: its output in NAME.log; ok or not ok.
logged() {
	local what=$1 name=$2
	shift 2
	if "$@" >"$dir/$name.log" 2>&1; then
		ok "$suite: $what"
	else
		not_ok "$suite: $what" "$dir/$name.log"
		return 1
	fi
}

base() {
	# It lacks only what changes from day to day, which apt-get update brings.
	if [ ! -e "$dir/base.tar" ]; then
		debootstrap --variant=minbase "$suite" "$dir/base" "$mirror" || return 1
		tar -C "$dir/base" -cf "$dir/base.tar.new" . && mv "$dir/base.tar.new" "$dir/base.tar" ||
			return 1
		rm -rf "$dir/base"
	fi
}

# fresh NAME: a new folder of this Debian, with this machine's way to the mirror.
fresh() {
	local root=$dir/$1
	rm -rf "$root"
	mkdir -p "$root" && tar -C "$root" -xf "$dir/base.tar" || return 1
	apt-config dump Acquire >"$root/etc/apt/apt.conf.d/90machine"
	echo 'APT::Install-Recommends "false";' >"$root/etc/apt/apt.conf.d/91test"
	echo "deb $mirror $suite main" >"$root/etc/apt/sources.list"
	[ -z "$security" ] ||
		echo "deb $security $suite-security main" >>"$root/etc/apt/sources.list"
	cp /etc/resolv.conf "$root/etc/resolv.conf"
	cp /etc/hosts "$root/etc/hosts"
	# No service starts by being installed until the life says so.
	printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
	chmod 755 "$root/usr/sbin/policy-rc.d"
	mount -t proc proc "$root/proc" && mount -t tmpfs tmpfs "$root/run" || return 1
	[ -c "$root/dev/null" ] || mount --bind /dev "$root/dev" || return 1
	mkdir -p "$root/package" && cp tests/system/package-*.sh tests/system/tap.sh "$root/package/"
	inside "$root" apt-get -q update
}

# The tree as it is, changes included, as a release would have it.
source_package() {
	local to=$dir/build/package/source
	local name=freeradius-migrantid-${version%-*}
	mkdir -p "$to/$name"
	git -c safe.directory='*' ls-files -co --exclude-standard | while IFS= read -r file; do
		[ ! -e "$file" ] || printf '%s\0' "$file"
	done | tar --null -T - -cf - | tar -C "$to/$name" --no-same-owner -xf - || return 1
	tar -C "$to" --exclude="$name/debian" -czf "$to/${name%-*}_${version%-*}.orig.tar.gz" "$name"
}


# What came out, without the folder it was built in.
collect() {
	mkdir -p "$dir/packages" && rm -f "$dir/packages"/* &&
		find "$dir/build/package/first" -maxdepth 1 -type f -exec cp {} "$dir/packages/" \; &&
		cp "$dir/build/package/source"/*.orig.tar.gz "$dir/packages/"
}

# Each release's own lintian: tags come and go between them.
lint() {
	local said run=(lintian)
	if [ "$suite" != "$machine" ]; then
		rm -rf "$dir/build/package/lint"
		cp -R "$dir/packages" "$dir/build/package/lint"
		inside "$dir/build" apt-get -qy install lintian || return 1
		run=(inside "$dir/build" sh -c 'cd /package/lint && lintian "$@" ./*.changes' -)
	else
		run+=("$dir/packages"/*.changes)
	fi
	# As many warnings as there are; the log has them.
	said=$("${run[@]}" --pedantic --allow-root) || { echo "$said"; return 1; }
	echo "$said"
	! grep -qE '^[EWP]:' <<<"$said"
}

# No network but a loopback of its own: nothing is asked, nothing is open.
offline() { unshare --net bash -c 'ip link set lo up && exec "$@"' - "$@"; }

one_suite() {
	suite=$1 dir=$place/$1
	mkdir -p "$dir"
	logged "debootstrap" base base || return
	logged "a folder to build in" folder fresh build || return
	logged "the source package's files" source source_package || return
	inside "$dir/build" bash /package/package-build.sh "$suite" 2>"$dir/build.err" || return
	collect
	logged "lintian --pedantic has nothing to say" lintian lint
	logged "a folder to install in" folder fresh life || return
	mkdir -p "$dir/life/package/repo" && cp -R "$dir/build/package/repo/." "$dir/life/package/repo/"
	cp -R "$dir/build/package/source" "$dir/life/package/source"
	logged "the server's packages and ours can be downloaded" download \
		inside "$dir/life" bash /package/package-life.sh download || return
	offline chroot "$dir/life" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
		LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		timeout --kill-after=10 600 bash /package/package-life.sh live "$suite" </dev/null ||
		{ tap_status=1; return; }
	logged "debian/tests, by autopkgtest" tests offline autopkgtest --no-built-binaries \
		"$dir/life/package/source/freeradius-migrantid-${version%-*}/" -- chroot "$dir/life"
}

for suite in "${suites[@]}"; do
	before=$tap_status
	tap_status=0
	one_suite "$suite"
	# Folders of a good end are of no more use.
	if [ $tap_status = 0 ]; then
		for mounted in build life; do
			umount "$dir/$mounted"/{proc,run} 2>/dev/null
			mountpoint -q "$dir/$mounted/dev" && umount "$dir/$mounted/dev"
			mountpoint -q "$dir/$mounted/proc" || mountpoint -q "$dir/$mounted/dev" ||
				rm -rf "${dir:?}/$mounted"
		done
	fi
	[ $before = 0 ] || tap_status=1
done
exit $tap_status
