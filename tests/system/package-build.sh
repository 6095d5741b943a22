#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package-build.sh RELEASE - build the packages of /package/source, twice, those of /package/before if
# there are any, and make the repositories of package-life.sh; called by package.sh in a fresh folder.
set -uo pipefail
cd /package || exit 1
. ./tap.sh
suite=$1

step() {
	local what=$1 name=$2
	shift 2
	echo "# $(date -u +%T) $suite: $what ..."
	if "$@" >"/package/$name.log" 2>&1; then
		ok "$suite: $what"
	else
		not_ok "$suite: $what" "/package/$name.log"
		exit 1
	fi
}

# What ./dev leaves in a tree is no part of a package, and in nobody's way; but in a former one's.
used() {
	[ ! -e "$1/debian/source/options" ] ||
		{ mkdir -p "$1/build/main" && head -c 4096 /dev/urandom >"$1/build/main/left.o"; }
}

# build FOLDER OPTIONS UMASK [VARIABLE=VALUE..]: as a user who is not root.
build() {
	local folder=$1 options=$2 mask=$3
	shift 3
	mkdir -p "$folder" && cp -R source/. "$folder/" && used "$folder"/freeradius-migrantid-*/ &&
		chown -R builder: "$folder" &&
		(cd "$folder"/freeradius-migrantid-*/ && umask "$mask" &&
			setpriv --reuid builder --regid builder --clear-groups env HOME=/nonexistent \
				DEB_BUILD_OPTIONS="parallel=$(nproc) $options" "$@" \
				dpkg-buildpackage -us -uc)
}

same_bytes() {
	local deb count=0
	for deb in first/*.deb; do
		cmp "$deb" "second/folder/of/another/name/${deb##*/}" || return 1
		count=$((count + 1))
	done
	[ $count -ge 3 ]
}

# repack DEB VERSION TO [COMMAND..]: the same package under another version; COMMAND may change its
# files, from within.
repack() {
	local deb=$1 version=$2 to=$3
	shift 3
	rm -rf unpacked && dpkg-deb -R "$deb" unpacked || return 1
	sed -i "s/^Version: .*/Version: $version/" unpacked/DEBIAN/control
	[ $# = 0 ] || (cd unpacked && "$@") || return 1
	dpkg-deb --root-owner-group -b unpacked "$to" >/dev/null
}

index() { (cd "$1" && dpkg-scanpackages -m . >Packages 2>/dev/null); }

new_message() {
	local messages
	for messages in .$raddb/mods-config/migrantid/messages.cfg; do
		[ ! -e "$messages" ] || echo '# A later version.' >>"$messages"
	done
}
other_server() { sed -i 's/freeradius (>= [^)]*), freeradius (<< [^)]*)/freeradius (>= 9.9.9), freeradius (<< 9.9.10~)/' DEBIAN/control; }

# Repositories: what was built; the same a version, and two, later; the server's packages of the
# same upstream version a Debian revision later; our module for another server; and ours for a
# server whose configuration is elsewhere.
repositories() {
	local deb version server
	version=$(dpkg-parsechangelog -l source/*/debian/changelog -S Version)
	mkdir -p repo/{now,next,after,server,other}
	for deb in first/*.deb; do
		case $deb in *-dbgsym_*) continue ;; esac
		cp "$deb" repo/now/
		repack "$deb" "$version+next1" repo/next/ new_message || return 1
		repack "$deb" "$version+next2" repo/after/ new_message || return 1
	done
	repack first/freeradius-migrantid_*.deb "$version+other1" repo/other/ other_server || return 1
	(cd repo/server && apt-get -q download freeradius freeradius-common freeradius-config \
		freeradius-utils libfreeradius3) || return 1
	server=$(dpkg-deb -f repo/server/freeradius_*.deb Version)
	for deb in repo/server/*.deb; do
		repack "$deb" "$server.1" repo/server/ sed -i "s/(= $server)/(= $server.1)/g" \
			DEBIAN/control && rm "$deb" || return 1
	done
	# What came out would be overwritten by that of another layout.
	mkdir keep && find first -maxdepth 1 -type f -exec cp {} keep/ \; &&
		other_layout "$version" && cp keep/* first/ || return 1
	for deb in now next after server other layout; do index repo/$deb || return 1; done
}

# The same packages for a server whose configuration is elsewhere: what was built is built anew as
# far as that changes it.
other_layout() (
	local version=$1 deb keep=/package/repo/layout
	mkdir -p $keep && cd first/freeradius-migrantid-*/ || return 1
	setpriv --reuid builder --regid builder --clear-groups env HOME=/nonexistent \
		DEB_BUILD_OPTIONS=nocheck RADDB=/etc/raddb sh -c \
		'meson configure obj-* -Draddb=$RADDB && dpkg-buildpackage -us -uc -b -nc' || return 1
	for deb in ../*.deb; do
		case $deb in *-dbgsym_*) continue ;; esac
		(cd /package && repack "first/${deb#../}" "$version+raddb1" $keep/) || return 1
	done
)

# build_before: a commit's packages, without its tests; a lower version, whatever it called itself.
build_before() (
	local deb
	mkdir -p repo/before && cd before || return 1
	apt-get -qy build-dep --no-install-recommends ./source/*/ || return 1
	build built nocheck 022 || return 1
	cd .. || return 1
	for deb in before/built/*.deb; do
		case $deb in *-dbgsym_*) continue ;; esac
		repack "$deb" 0.0.1~before-1 repo/before/ || return 1
	done
	index repo/before
)

# What it was built with, in one line each.
versions() {
	dpkg-query -W -f '${source:Package} ${Version}\n' libfreeradius-dev libcurl4-openssl-dev \
		libhiredis-dev libssl-dev >versions
}

step "Build-Depends can be installed" depends \
	apt-get -qy build-dep --no-install-recommends ./source/freeradius-migrantid-*/
step "its versions" versions versions
raddb=$(sed -nE 's/^#define[[:space:]]+RADDBDIR[[:space:]]+"(.*)"/\1/p' /usr/include/freeradius/radpaths.h)
mkdir -p repo && echo "$raddb" >repo/raddb
useradd --system --user-group --no-create-home builder
step "builds from its Build-Depends alone, unit tests run" first build first '' 022
step "builds without tests in another folder, zone, language and umask" second \
	build second/folder/of/another/name nocheck 027 TZ=Pacific/Kiritimati LC_ALL=C
step "both builds are the same, byte for byte" same same_bytes
step "a local repository" repositories repositories
[ ! -d before ] || step "the packages of before build" before build_before
