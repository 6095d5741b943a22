#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh - who may include whom: each folder of src/ only what stands beside it below. A reader
# can then trust that nothing beneath a floor knows of it. Prints TAP.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/system/tap.sh

# Folder: folders whose headers it may include, its own aside.
declare -A may=(
	[base]=""
	[person]="base"
	[rules]="base person"
	[answer]="base person rules"
	[engine]="base"
	[cache]="base person rules answer engine"
	[transport]="base engine"
	[config]="base person rules answer"
	[inquiry]="base person rules answer engine cache transport config"
	[decision]="base person rules answer engine cache transport config inquiry"
	[tools]="base person rules answer engine cache transport config inquiry decision"
	[rlm_migrantid]="base rules answer decision"
)

# includes_of FOLDER PATH: "file: included" for what FOLDER may not include.
wrong_of() {
	local folder=$1 path=$2 file included
	grep -rnoE '^#include "[a-z_]+/[^"]+"' "$path" --include='*.[ch]' |
		sed -E 's/^([^:]+):([0-9]+):#include "([a-z_]+)\/.*/\1:\2 \3/' |
		while read -r file included; do
			[ "$included" = "$folder" ] && continue
			case " ${may[$folder]} " in
			*" $included "*) ;;
			*) echo "$file includes $included/" ;;
			esac
		done
}

for folder in $(printf '%s\n' "${!may[@]}" | sort); do
	path=src/$folder
	[ "$folder" = rlm_migrantid ] && path=rlm_migrantid
	wrong=$(wrong_of "$folder" "$path")
	holds "$folder includes only floors below it" [ -z "$wrong" ]
	[ -z "$wrong" ] || sed 's/^/#   /' <<<"$wrong"
done

for path in src/*/; do
	folder=$(basename "$path")
	holds "$folder has a place among the floors" [ -n "${may[$folder]+known}" ]
done

# What one folder's files share among themselves is nobody else's.
wrong=$(grep -rnE '#include "[a-z_]+/[a-z_]+_internal\.h"' src rlm_migrantid |
	awk -F: '{ split($1, at, "/"); match($3, /"[a-z_]+\//); folder = substr($3, RSTART + 1, RLENGTH - 2)
		if (at[1] != "src" || at[2] != folder) print $1 ":" $2 }')
holds "no <folder>_internal.h is included from another folder" [ -z "$wrong" ]
[ -z "$wrong" ] || sed 's/^/#   /' <<<"$wrong"
exit $tap_status
