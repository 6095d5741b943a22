#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# unused.sh - no function is there for tests alone: each that is visible beyond its file is called
# from the code itself, by another file or its own. Looks into the objects of build/main. Prints TAP.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/system/tap.sh

defined=$(find build/main/src build/main/rlm_migrantid -name '*.o' -print0 |
	xargs -0 nm --defined-only 2>/dev/null | awk '$2 == "T" { print $3 }' | sort -u | grep -vx main)
holds "the build has functions to look at" [ "$(wc -l <<<"$defined")" -gt 200 ]

# Every name that is followed by "(" or handed over as a value, once for each place.
mentioned=$(find src rlm_migrantid -name '*.c' -print0 | xargs -0 grep -ohE '\b[a-z_][a-z0-9_]+\b' |
	sort | uniq -c | awk '$1 >= 2 { print $2 }')
unused=$(comm -23 <(printf '%s\n' "$defined") <(sort -u <<<"$mentioned"))
holds "each is called by the code itself" [ -z "$unused" ]
[ -z "$unused" ] || sed 's/^/#   /' <<<"$unused"
exit $tap_status
