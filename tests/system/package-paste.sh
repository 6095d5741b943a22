#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# package-paste.sh RELEASE - run the commands of a page as they stand, /package/paste, and look at the
# sale that they end with; run by package_boot.sh in a booted machine.
set -uo pipefail
cd /package || exit 1
. ./tap.sh
suite=$1

if bash -e /package/paste >paste.out 2>paste.err; then
	ok "$suite: every command succeeds"
else
	not_ok "$suite: every command succeeds" paste.err
fi
for line in Access-Accept 'MigrantID-Result = Yes' 'MigrantID-Reason = match'; do
	holds "$suite: the last one prints $line" grep -qx "$line" paste.out
done
same "$suite: the server runs" "$(systemctl is-active freeradius)" active
echo "# package-paste.sh: done"
