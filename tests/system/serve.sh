#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# serve.sh - the sandbox service, a server and a till to look at, left running until Ctrl-C; called by
# ./dev serve.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/till_fixture.sh

work=$(mktemp -d)
trap 'echo; [ -z "${tail_pid:-}" ] || kill "$tail_pid"; till_stop "$work"; fixture_stop "$work"; rm -rf "$work"; exit 0' INT TERM EXIT
fixture_sandbox "$work" tests/system/demo-people.json && fixture_settings "$work" &&
	fixture_server "$work" && till_start "$work" || exit 1

cat <<EOF
FreeRADIUS listens on 127.0.0.1:$(cat "$work/server/port"), the sandbox service on $fixture_url.

A till to try it with, in a browser on this machine:

  $till_url

Or a sale by hand (the people known to the service are in tests/system/demo-people.json):

  echo 'User-Name = "shop-17", Message-Authenticator = 0x00,
  MigrantID-Document-Type = "P", MigrantID-Document-Issuer = "UZB",
  MigrantID-Document-Number = "FA1234567", MigrantID-Nationality = "UZB",
  MigrantID-Date-of-Birth = "1990-01-31", MigrantID-Consent-Text = "ru-2025-01",
  MigrantID-Language = "ru"' |
  radclient -x -D $work/server/dictionary 127.0.0.1:$(cat "$work/server/port") auth testing123

Decisions appear below, and in $work/server/log. Rules, texts and settings are in
$work/settings; a change is taken up within a second. Ctrl-C stops all.

EOF
# By name: the log begins anew when the till restarts the server.
tail -n 0 -F "$work/server/log" 2>/dev/null &
tail_pid=$!
wait
