#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# suite.sh - all policy cases against a real server and the sandbox, each folder at its own date.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
status=0

# folders CLOCK FOLDER..: one server and one sandbox for all folders that stand at one time.
folders() {
	local -x FIXTURE_CLOCK=$1
	shift
	rm -rf "${work:?}"/*
	fixture_sandbox "$work" tests/policy/people.json && fixture_settings "$work" &&
		fixture_server "$work" ||
		{ echo "not ok - a server for ${*##*/}" && status=1 && fixture_stop "$work" && return; }
	tests/policy/run --server "127.0.0.1:$(cat "$work/server/port")" \
		--secret-file "$work/server/secret" --dictionary config --clock \
		--questions "cd '$PWD' && . tests/system/fixture.sh && fixture_questions '$work'" "$@" ||
		status=1
	fixture_stop "$work"
}

mapfile -t timeless < <(for folder in tests/policy/cases/*/; do
	[ -e "$folder/clock" ] || echo "${folder%/}"
done)
folders '' "${timeless[@]}"
while read -r clock; do
	mapfile -t same < <(grep -lxF "$clock" tests/policy/cases/*/clock | xargs -n 1 dirname)
	folders "$clock" "${same[@]}"
done < <(sort -u tests/policy/cases/*/clock)
exit $status
