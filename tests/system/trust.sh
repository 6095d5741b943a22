#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# trust.sh - what nobody may bring about: a buyer, a shop, a thief of the disk, an enemy in Redis or
# between server and service, or the machine itself when it fails. Real server, sandbox, Redis and
# disk. Each part can be run alone: trust.sh answers|sales|keys|store|damage|full|redis|shops ..
# A part prints TAP lines; TRUST_ID in front of each names what it guards against.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit
parts="answers sales shops redis store full damage keys"
status=0
for part in ${*:-$parts}; do
	tests/system/trust_"$part".sh || status=1
done
exit $status
