#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# pages.sh - the manual pages are well-formed and speak of everything there is to set.
set -uo pipefail
cd "$(dirname "$0")/../.."
status=0
verdict() {
	if [ -z "$2" ]; then
		echo "ok - $1"
	else
		echo "not ok - $1: $2"
		status=1
	fi
}

for page in debian/*.[1-8]; do
	verdict "$page is well-formed" "$(mandoc -Tlint -W warning "$page" 2>&1 | head -5)"
done

# Every attribute of the dictionary is in the module's page.
for attribute in $(awk '$1 == "ATTRIBUTE" { print $2 }' config/dictionary.migrantid); do
	grep -q "$attribute" debian/rlm_migrantid.5 || missing+=" $attribute"
done
verdict "rlm_migrantid(5) names every attribute" "${missing:-}"

# Every option a program's --help speaks of is in its page.
for program in build/main/src/tools/sandbox/migrantid-sandbox build/main/src/tools/ctl/migrantidctl; do
	[ -x $program ] || continue
	name=${program##*/} absent=''
	for option in $($program --help | grep -oE -- '--[a-z][a-z-]+' | sort -u); do
		grep -qE -- "(Fl Fl |--)${option#--}" debian/$name.8 || absent+=" $option"
	done
	verdict "$name(8) names every option" "$absent"
done

verdict "the contract is YAML" "$(python3 -c '
import sys
try:
	import yaml
except ImportError:
	sys.exit(0)
yaml.safe_load(open("docs/openapi.yaml"))' 2>&1)"
exit $status
