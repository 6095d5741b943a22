#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clients_folder.sh - clients.sh in a folder of Debian 13, with that release's Python, Perl, Node and
# radclient; npm's package is the one that clients.sh has found for this machine.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/tap.sh
. tests/system/debian_folder.sh

suite=trixie what="the clients in Debian 13"
packages=(freeradius-utils python3-pyrad libauthen-radius-perl nodejs)
DEBIAN_TIMEOUT=900 debian_enter "$what" "$0"
debian_mirrors || exit 1
archive=$PWD/build/debian/$suite.tar log=$PWD/build/log/clients-folder.log
mkdir -p build/clients build/log
root=$(mktemp -d "$PWD/build/clients/$suite.XXXXXX")
trap 'debian_leave "$root"' EXIT

# Without the mirror there is nothing to try, and nothing of ours is at fault.
if ! timeout 60 /usr/lib/apt/apt-helper download-file "${mirror%/}/dists/$suite/Release" \
	"$root/Release" >"$log" 2>&1; then
	skip "$what" "the mirror that apt knows has no $suite for it"
	exit 0
fi
{ debian_base $suite "$archive" && debian_fresh $suite "$archive" "$root" &&
	STEP_LIMIT=600 debian_inside "$root" apt-get -q --yes install "${packages[@]}"; } >>"$log" 2>&1 ||
	{ not_ok "a folder of Debian 13 with its clients" "$log" && exit 1; }
wanted=(sell.sh sell.py sell.pl)
if [ -d build/clients/node_modules/radius ]; then
	mkdir "$root/root/till" && cp -r build/clients/node_modules "$root/root/till/" && wanted+=(sell.js)
else
	skip "sell.js in Debian 13" "npm's registry does not answer"
fi
CLIENTS_ROOT=$root tests/system/clients.sh "${wanted[@]}" | sed -E 's/^((not )?ok - )/\1Debian 13: /'
[ "${PIPESTATUS[0]}" = 0 ] || tap_status=1
exit $tap_status
