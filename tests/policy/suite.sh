#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# suite.sh - all policy cases against a real server and the sandbox, each folder at its own date and
# with its own settings, where @CASES@ is the folder of all and @SANDBOX@ that
# of the sandbox.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
status=0
sandbox=$fixture_build/src/tools/sandbox/migrantid-sandbox
cards_uri=https://cards.sandbox.example/status-list

# folders CLOCK SETTINGS FOLDER..: one server and one sandbox for all folders that stand at one time
# and have the same settings.
folders() {
	local -x FIXTURE_CLOCK=$1 FIXTURE_PLAIN=''
	local settings=()
	case $2 in *client.migrantid_plain=yes*) FIXTURE_PLAIN=yes ;; esac
	[ -z "$2" ] || mapfile -t settings < <(grep -v '^client\.' <<<"${2//@SANDBOX@/$work/sandbox}")
	shift 2
	rm -rf "${work:?}"/*
	fixture_sandbox "$work" tests/policy/people.json --status-uri $cards_uri &&
		fixture_settings "$work" "${settings[@]}" && fixture_server "$work" ||
		{ echo "not ok - a server for ${*##*/}" && status=1 && fixture_stop "$work" && return; }
	tests/policy/run --server "127.0.0.1:$(cat "$work/server/port")" \
		--secret-file "$work/server/secret" --dictionary config --clock --settings \
		--time-zone Europe/Moscow \
		--cards "$(fixture_clocked) '$sandbox' --people tests/policy/people.json --state \
			'$work/sandbox' --status-uri $cards_uri" \
		--questions "cd '$PWD' && . tests/system/fixture.sh && fixture_questions '$work'" "$@" ||
		status=1
	fixture_stop "$work"
}

of() { cat "$1" 2>/dev/null; }

# Which folders stand together, by what they stand at.
declare -A together
for folder in tests/policy/cases/*/; do
	wanted=$(of "$folder/settings")
	at=$(of "$folder/clock")$'\x1f'${wanted//@CASES@/$PWD/tests/policy/cases}
	together[$at]+="${folder%/} "
done
for at in "${!together[@]}"; do
	read -r -a same <<<"${together[$at]}"
	folders "${at%%$'\x1f'*}" "${at#*$'\x1f'}" "${same[@]}"
done
exit $status
