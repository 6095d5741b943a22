#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust.sh - what nobody may bring about: a buyer, a shop, a thief of the disk, an enemy in Redis or
# between server and service, or the machine itself when it fails. Real server, sandbox, Redis and
# disk. Arguments choose parts (trust_PART.sh); that of the keys, which waits for most of its time,
# goes on beside the others. The T1 to T16 in its lines number what is guarded against.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
parts=${*:-keys answers sales shops redis store full damage}
status=0 keys=''
output=$(mktemp)
trap 'rm -f "$output"' EXIT
for part in $parts; do
	if [ "$part" = keys ]; then
		tests/system/trust_keys.sh >"$output" 2>&1 &
		keys=$!
	else
		tests/system/trust_"$part".sh || status=1
	fi
done
if [ -n "$keys" ]; then
	wait "$keys" || status=1
	cat "$output"
fi
exit $status
