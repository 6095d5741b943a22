#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package.sh - the Debian packages' whole life in fresh folders of Debian 12 and 13; called by
# ./dev package. Each step is an "ok" or a "not ok" line; logs and packages stay in build/package.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/tap.sh
. tests/system/debian_folder.sh

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
DEBIAN_TIMEOUT=${PACKAGE_TIMEOUT:-3000} \
	debian_enter "the packages' life in ${suites[*]}" "$0" "${suites[@]}"

place=$PWD/build/package
version=$(dpkg-parsechangelog -S Version)
machine=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
debian_mirrors || exit 1

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

# fresh NAME: a new folder of this Debian, with what is run there.
fresh() {
	local root=$dir/$1
	debian_fresh "$suite" "$archive" "$root" || return 1
	mkdir -p "$root/package" && cp tests/system/package-*.sh tests/system/tap.sh "$root/package/"
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
		debian_inside "$dir/build" apt-get -qy install lintian || return 1
		run=(debian_inside "$dir/build" sh -c 'cd /package/lint && lintian "$@" ./*.changes' -)
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
	suite=$1 dir=$place/$1 archive=$PWD/build/debian/$1.tar
	mkdir -p "$dir"
	logged "debootstrap" base debian_base "$suite" "$archive" || return
	logged "a folder to build in" folder fresh build || return
	logged "the source package's files" source source_package || return
	debian_inside "$dir/build" bash /package/package-build.sh "$suite" 2>"$dir/build.err" || return
	collect
	logged "lintian --pedantic has nothing to say" lintian lint
	logged "a folder to install in" folder fresh life || return
	mkdir -p "$dir/life/package/repo" && cp -R "$dir/build/package/repo/." "$dir/life/package/repo/"
	cp -R "$dir/build/package/source" "$dir/life/package/source"
	logged "the server's packages and ours can be downloaded" download \
		debian_inside "$dir/life" bash /package/package-life.sh download || return
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
		debian_leave "$dir/build"
		debian_leave "$dir/life"
	fi
	[ $before = 0 ] || tap_status=1
done
exit $tap_status
