# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sell.sh - SIM sales at a server of stand.sh, and what is in its replies. To be sourced after
# stand.sh:
#
#	sell DIR NUMBER [LINE..]	ask about the holder of the Uzbek passport NUMBER, born on
#					1990-01-31; the exchange is left in DIR/reply
#	reply DIR ATTRIBUTE		of the last reply, without quotes
#	decided DIR			its result and reason
#	sell_shared A B NAME [TRIES]	the same sales at the one server and then at the other, until
#					that knows the first one's answer; NAME is of five letters
#	stand_with DIR PEOPLE [SETTING..]	a sandbox and a server with settings, at once

sell() {
	local dir=$1 number=$2
	shift 2
	printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' \
		'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
		"MigrantID-Document-Number = \"$number\"" 'MigrantID-Nationality = "UZB"' \
		'MigrantID-Date-of-Birth = "1990-01-31"' 'MigrantID-Consent-Text = "ru-2025-01"' \
		"$@" | server_radclient "$dir/server" -x -r 1 -t 8 >"$dir/reply" 2>&1
}

reply() {
	sed -n '/^Received/,$p' "$1/reply" |
		sed -nE "s/^[[:space:]]*$2 = \"?([^\"]*)\"?$/\1/p" | tail -n 1
}

decided() { echo "$(reply "$1" MigrantID-Result) $(reply "$1" MigrantID-Reason)"; }

sell_shared() {
	local i number
	for i in $(seq "${4:-30}"); do
		number=$3$(printf %04d "$i")
		sell "$1" "$number"
		sell "$2" "$number"
		[ "$(reply "$2" MigrantID-Source)" = Shared-Cache ] && return
		[ "$(decided "$2")" = "Yes match" ] || return 1
		sleep 0.5
	done
	return 1
}

stand_with() {
	local dir=$1 people=$2
	shift 2
	stand_sandbox "$dir" "$people" && stand_settings "$dir" "$@" && stand_server "$dir"
}
