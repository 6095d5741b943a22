#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# walk.sh - docs/shops.md followed word by word, once for each language, in a fresh folder of Debian 13;
# called by ./dev walk. Then the same people are sold to as the page's table says, and clients.sh has the
# client do all the rest with that release's library. Logs stay in build/walk.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/debian_folder.sh
. tests/system/tap.sh

usage() {
	cat <<'EOF'
usage: ./dev walk [Python] [Perl] [Node] [radclient]

Follows docs/shops.md word by word in a fresh folder of Debian 13, once for each language (default:
all), against a server and the sandbox on this machine: its commands, then its people to test with,
then what ./dev test clients tries with the libraries of this machine. Needs root, for debootstrap,
and the mirror that apt knows; Node needs npm's registry, too. Takes some minutes.
EOF
}

suite=trixie page=docs/shops.md
declare -A clients=([Python]=sell.py [Perl]=sell.pl [Node]=sell.js [radclient]=sell.sh)
languages=()
for word; do
	[ "$word" != --help ] || { usage && exit 0; }
	[ -n "${clients[$word]:-}" ] || { usage >&2 && exit 2; }
	languages+=("$word")
done
[ ${#languages[@]} -gt 0 ] || languages=(Python Perl Node radclient)
debian_enter "docs/shops.md in Debian 13" "$0" "${languages[@]}"
debian_mirrors || exit 1
archive=$PWD/build/debian/$suite.tar logs=$PWD/build/walk
mkdir -p "$logs"
work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT

# block BEGINNING: the page's first block of commands after a line that begins so, as it stands there.
block() {
	awk -v beginning="$1" '
		index($0, beginning) == 1 { found = 1 }
		found && /^    / { inside = 1; print substr($0, 5) }
		inside && !/^    / { exit }' $page
}

# What somebody types who follows the page: its two lines to change are changed, nothing else is.
commands() {
	block "## The first sale" | sed -e 's|^checkout=.*|checkout=/root/migrantid|' \
		-e "s|^server=.*|server=127.0.0.1:$(cat "$work/server/port")|"
	block "$1"
}

# Whoever walks has a checkout, answers apt with yes, and knows this machine's authorities if it has
# any of its own.
newcomer() {
	local root=$1
	debian_fresh $suite "$archive" "$root" || return
	mkdir "$root/root/migrantid" && git -c safe.directory='*' ls-files -z -- docs config |
		tar --null -T - -cf - | tar -C "$root/root/migrantid" --no-same-owner -xf - || return
	echo 'APT::Get::Assume-Yes "true";' >"$root/etc/apt/apt.conf.d/93yes"
	[ -z "$(ls "$root/usr/local/share/ca-certificates")" ] ||
		debian_inside "$root" apt-get -q install ca-certificates
}

# value NAME: of the last reply.
value() { sed -nE "s/^MigrantID-$1 = \"?([^\"]*)\"?$/\1/p" "$logs/said" | tail -n 1; }

# sold ROOT CLIENT ATTRIBUTE=VALUE..: what becomes of a sale, typed like the page's.
sold() {
	local root=$1 client=$2 dictionary=dictionary.migrantid.standalone
	shift 2
	[ "$client" != sell.sh ] || dictionary=dictionary.migrantid
	debian_inside "$root" timeout 120 bash -c 'cd /root/till && exec "$@"' - "./$client" \
		"127.0.0.1:$(cat "$work/server/port")" secret $dictionary User-Name=till-1 \
		MigrantID-Sale-Id="sale-$RANDOM" MigrantID-Consent-Text=ru-2025-01 MigrantID-Language=ru \
		MigrantID-Accept-Challenge=Yes "$@" >"$logs/said" 2>&1
	echo "$(value Result) $(value Reason)"
}

# The rows of the table: the arguments, |, how it ends. Whoever has neither a document nor a zone is
# anybody: rows that speak of such are tried with one of no row.
people() {
	sed -n '/^## People to test with/,/^## Common/p' $page | grep '^| [PM]' |
		sed -E -e 's/^\| P ([A-Z]{3}) ([A-Z0-9]+)/| MigrantID-Document-Type=P MigrantID-Document-Issuer=\1 MigrantID-Document-Number=\2/' \
			-e 's/, token `([^`]*)`/ MigrantID-Subject-Token=\1/' \
			-e 's/MRZ `([^`]*)`, `([^`]*)`/MigrantID-MRZ=\1 MigrantID-MRZ=\2/' \
			-e 's/\| ([A-Z]{3}), ([0-9-]{10}) \|/MigrantID-Nationality=\1 MigrantID-Date-of-Birth=\2 |/' \
			-e 's/\| born ([0-9-]{10}) \|/MigrantID-Date-of-Birth=\1 |/' -e 's/^\| //; s/ \|$//'
}

# How a row says that it ends, as result and reason.
ending() {
	case $1 in
	*Yes) echo "Yes match" ;;
	"No, "*) echo "No ${1#No, }" ;;
	Exempt*) echo "Exempt exempt" ;;
	*"at last "*) echo "Undetermined ${1##*at last }" | sed 's/^\(.*\) or /\1|Undetermined /' ;;
	*) echo "unknown: $1" ;;
	esac
}

table() {
	local language=$1 client=$2 root=$3 arguments end told rows=0
	same "$language: anybody else" "$(sold "$root" "$client" MigrantID-Document-Type=P \
		MigrantID-Document-Issuer=KGZ MigrantID-Document-Number=NOBODY001 \
		MigrantID-Nationality=KGZ MigrantID-Date-of-Birth=1988-08-08)" "No not-enrolled"
	while IFS='|' read -r arguments end; do
		rows=$((rows + 1))
		# shellcheck disable=SC2086 # words
		told=$(sold "$root" "$client" $arguments)
		# Of two ends either will do.
		if [[ "|$(ending "${end# }")|" = *"|$told|"* ]]; then told=${end# }; fi
		same "$language: row $rows of the table ends as the page says" "$told" "${end# }"
	done < <(people)
	same "$language: all six of the table were sold to" $rows 6
}

walk() {
	local language=$1 client=${clients[$1]} root=$PWD/build/walk/$1 began status=0
	newcomer "$root" >"$logs/$language.folder" 2>&1 ||
		{ not_ok "$language: a fresh Debian 13" "$logs/$language.folder" && return; }
	rm -rf "$work" && mkdir "$work"
	FIXTURE_SHIPPED=yes fixture_sandbox "$work" tests/system/demo-people.json &&
		FIXTURE_SHIPPED=yes fixture_settings "$work" && fixture_server "$work" ||
		{ not_ok "$language: a server" && return; }
	began=$SECONDS
	{ echo cd && commands "$language"; } >"$root/root/typed"
	STEP_LIMIT=600 debian_inside "$root" bash -ex /root/typed >"$logs/$language.log" 2>&1 || status=$?
	if [ $status != 0 ] && [ "$language" = Node ] && ! npm_answers "$root"; then
		skip "$language" "npm's registry does not answer"
		return
	fi
	if [ $status != 0 ] || ! grep -qx 'MigrantID-Result = Yes' "$logs/$language.log"; then
		not_ok "$language: the page's commands end with a yes ($status)" "$logs/$language.log"
		return
	fi
	ok "$language: the page's commands end with a yes, after $((SECONDS - began)) s"
	table "$language" "$client" "$root"
	cp "$work/server/log" "$logs/$language.server"
	fixture_stop "$work"
	CLIENTS_ROOT=$root tests/system/clients.sh "$client" || tap_status=1
	debian_leave "$root"
}

# Whether it was not the page's fault: as npm itself finds its registry.
npm_answers() { debian_inside "$1" timeout 60 npm view radius version >"$logs/Node.npm" 2>&1; }

debian_base $suite "$archive" >"$logs/debootstrap" 2>&1 || { not_ok "debootstrap" "$logs/debootstrap" && exit 1; }
for language in "${languages[@]}"; do
	walk "$language"
	fixture_stop "$work"
done
exit $tap_status
