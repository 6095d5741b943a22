#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package.sh - the Debian packages' whole life in fresh folders of a Debian release; called by
# ./dev package. Each step is an "ok" or a "not ok" line; logs and packages stay in build/package.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/tap.sh
. tests/system/debian_folder.sh
place=$PWD/build/package
releases="bookworm bookworm-backports trixie forky"

usage() {
	cat <<'EOF'
usage: ./dev package [OPTION..]

In a fresh folder of a Debian release: builds the packages from their Build-Depends alone, twice,
and compares; runs that release's lintian; installs them from a local repository; makes sales
against the packaged sandbox; edits, upgrades, removes, purges, installs again, with the
configuration in another directory, too; runs debian/tests.

  --release NAME   bookworm (default), bookworm-backports, trixie, forky, or all; may be repeated
  --built          take the packages that a run before has left
  --before COMMIT  build the packages of that commit, too, and upgrade from them
  --boot           instead of that life: in a machine that systemd boots
  --paste          instead of that life: the commands of README.md and README.Debian as they stand
  --piuparts       instead of that life: piuparts
  --help

Needs root, for debootstrap; --boot and --paste need systemd-nspawn. What was built stays in
build/package/RELEASE/packages, a line for each release that came to its end in
build/package/matrix.
EOF
}

wanted=() parts=() built='' before=''
arguments=("$@")
while [ $# -gt 0 ]; do
	case $1 in
	--release)
		case " $releases all " in
		*" ${2:-none} "*) ;;
		*) usage >&2 && exit 2 ;;
		esac
		# shellcheck disable=SC2206 # several names
		if [ "$2" = all ]; then wanted+=($releases); else wanted+=("$2"); fi
		shift
		;;
	--before) before=${2:?} && shift ;;
	--built) built=yes ;;
	--boot | --paste | --piuparts) parts+=("${1#--}") ;;
	--help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
	shift
done
[ ${#wanted[@]} -gt 0 ] || wanted=(bookworm)
[ ${#parts[@]} -gt 0 ] || parts=(life)
DEBIAN_TIMEOUT=${PACKAGE_TIMEOUT:-$((3600 * ${#wanted[@]}))} \
	debian_enter "the packages' ${parts[*]} in ${wanted[*]}" "$0" "${arguments[@]}"

case " ${parts[*]} " in
*' boot '* | *' paste '*)
	command -v systemd-nspawn >/dev/null || {
		skip "the packages in a machine that systemd boots" "systemd-nspawn is not installed"
		exit 0
	}
	;;
esac
version=$(dpkg-parsechangelog -S Version)
machine=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
debian_mirrors || exit 1

# logged WHAT NAME COMMAND..: its output in NAME.log; ok or not ok.
logged() {
	local what=$1 name=$2 started=$SECONDS
	shift 2
	echo "# $(date -u +%T) $release: $what ..."
	if "$@" >"$dir/$name.log" 2>&1; then
		ok "$release: $what"
	else
		not_ok "$release: $what, after $((SECONDS - started)) s" "$dir/$name.log"
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

# That of a commit before.
source_before() {
	local to=$dir/build/package/before/source
	mkdir -p "$to"
	git -c safe.directory='*' archive --prefix=freeradius-migrantid-before/ "$before" |
		tar -C "$to" -xf - || return 1
	tar -C "$to" --exclude='*/debian' -czf "$to/freeradius-migrantid_${version%-*}.orig.tar.gz" \
		freeradius-migrantid-before
}

# What came out, without the folder it was built in.
collect() {
	local from=$dir/build/package
	rm -rf "$dir/packages" "$dir/repo" "$dir/source" &&
		mkdir -p "$dir/packages" && cp -R "$from/repo" "$from/source" "$dir/" &&
		find "$from/first" -maxdepth 1 -type f -exec cp {} "$dir/packages/" \; &&
		cp "$from/source"/*.orig.tar.gz "$dir/packages/" && cp "$from/versions" "$dir/"
}

# Tags of younger lintians than Debian 12's, which knows no override for them: that release, where this
# is built too, has no level 14 of debhelper, and its dpkg none of the defaults they speak of.
too_young=package-uses-old-debhelper-compat-version,redundant-priority-optional-field
too_young+=,redundant-rules-requires-root-no-field

# Each release's own lintian: tags come and go between them.
lint() {
	local said run=(lintian)
	if [ "$suite" != "$machine" ]; then
		rm -rf "$dir/build/package/lint"
		cp -R "$dir/packages" "$dir/build/package/lint"
		debian_inside "$dir/build" apt-get -qy install lintian || return 1
		run=(debian_inside "$dir/build" sh -c 'cd /package/lint && lintian ./*.changes "$@"' -)
	else
		run+=("$dir/packages"/*.changes)
	fi
	# As many warnings as there are; the log has them.
	[ "$release" != forky ] || run+=(--suppress-tags "$too_young")
	said=$("${run[@]}" --pedantic --allow-root) || { echo "$said"; return 1; }
	echo "$said"
	! grep -qE '^[EWP]:' <<<"$said"
}

build_packages() {
	logged "a folder to build in" folder fresh build || return
	logged "the source package's files" source source_package || return
	[ -z "$before" ] || logged "those of $before" source-before source_before || return
	debian_inside "$dir/build" bash /package/package-build.sh "$release" 2>"$dir/build.err" ||
		{ tap_status=1; return 1; }
	logged "its packages are collected" collect collect || return
	logged "lintian --pedantic has nothing to say" lintian lint
}

# A folder NAME with the repositories and the source in it, and all that will be installed at hand.
stage() {
	local name=$1
	fresh "$name" && cp -R "$dir/repo" "$dir/source" "$dir/$name/package/" &&
		debian_inside "$dir/$name" bash /package/package-life.sh download "$release"
}

part_life() {
	logged "a folder to install in, and what is needed there" folder-life stage life || return
	STEP_LIMIT=900 debian_inside_offline "$dir/life" bash /package/package-life.sh live "$release" ||
		{ tap_status=1; return 1; }
	logged "debian/tests, by autopkgtest" tests debian_offline timeout --kill-after=10 1800 autopkgtest \
		--no-built-binaries "$dir/life/package/source/freeradius-migrantid-${version%-*}/" \
		-- chroot "$dir/life"
}

part_boot() { . tests/system/package_boot.sh && boot_life; }
part_paste() { . tests/system/package_boot.sh && boot_paste; }

# It copies the folder, and would copy /proc.
piuparts_folder() { fresh piuparts && debian_unmount "$dir/piuparts"; }

# What others leave: ca-certificates what it made of authorities that this machine has of its own; and a
# systemd younger than this piuparts, which is installed and purged with the server.
others_leave='/etc/ssl/certs/.*|/etc/(default/locale|vconsole.conf)|/root/.ssh/?'
others_leave+='|/var/cache/debconf/tmp.ci/?|/var/(cache|lib|log)/private/?'

part_piuparts() {
	logged "a folder for piuparts" folder-piuparts piuparts_folder || return
	# The pin that fresh() has set stays in the folder; its list of sources does not.
	logged "piuparts" piuparts timeout --kill-after=10 3000 piuparts --no-eatmydata \
		${backports:+--extra-repo "deb $mirror $backports main"} \
		--existing-chroot "$dir/piuparts" --ignore-regex "$others_leave" \
		--mirror "$mirror main" --distribution "$suite" "$dir/packages"/*.deb
}

# What was run, for the table in README.md.
note_run() {
	local done_now="$release: ${parts[*]}"
	sed -i "/^$done_now:/d" "$place/matrix" 2>/dev/null
	echo "$done_now: $(date -u +%F), $(paste -sd ' ' "$dir/versions")" >>"$place/matrix"
}

one_release() {
	local part
	release=$1 suite=${1%-backports} backports='' dir=$place/$1
	[ "$suite" = "$release" ] || backports=$release
	archive=$PWD/build/debian/$suite.tar
	mkdir -p "$dir"
	logged "debootstrap of $suite" base debian_base "$suite" "$archive" || return
	[ -n "$built" ] || build_packages || return
	for part in "${parts[@]}"; do "part_$part" || return; done
}

for release in "${wanted[@]}"; do
	earlier=$tap_status
	tap_status=0
	one_release "$release"
	# Folders of a good end are of no more use.
	if [ $tap_status = 0 ]; then
		note_run
		for folder in build life boot paste piuparts; do debian_leave "$dir/$folder"; done
	fi
	[ $earlier = 0 ] || tap_status=1
done
exit $tap_status
