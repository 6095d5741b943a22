# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sell.sh - SIM sales at a server of fixture.sh, and what is in its replies. To be sourced after
# fixture.sh:
#
#	sell DIR NUMBER [LINE..]	ask about the holder of the Uzbek passport NUMBER, born on
#					1990-01-31; the exchange is left in DIR/reply
#	sell_token DIR TOKEN [LINE..]	ask with a token, and with no document but what the lines say;
#					in both a line takes the place of the same attribute's
#	reply DIR ATTRIBUTE		of the last reply, without quotes
#	decided DIR			its result and reason
#	told DIR			and its source
#	written DIR			wait for its line in the log, which comes a moment later
#	sell_shared A B NAME [TRIES]	the same sales at the one server and then at the other, until
#					that knows the first one's answer; NAME is of five letters
#	fixture_with DIR PEOPLE [SETTING..]	a sandbox and a server with settings, at once

sell_lines() {
	local dir=$1
	shift
	printf '%s\n' "$@" 'Message-Authenticator = 0x00' |
		server_radclient "$dir/server" -x -r 1 -t 8 >"$dir/reply" 2>&1
}

# sell_with DIR DEFAULT.. -- LINE..: a default that a line speaks of, too, is left out.
sell_with() {
	local dir=$1 defaults=()
	shift
	while [ "$1" != -- ]; do
		defaults+=("$1")
		shift
	done
	shift
	for default in "${defaults[@]}"; do
		[[ " $*" == *" ${default%% *} = "* ]] || set -- "$default" "$@"
	done
	printf '%s\n' "$@" | server_radclient "$dir/server" -x -r 1 -t 8 >"$dir/reply" 2>&1
}

sell() {
	local dir=$1 number=$2
	shift 2
	sell_with "$dir" 'Message-Authenticator = 0x00' 'User-Name = "shop-17"' \
		'MigrantID-Document-Type = "P"' 'MigrantID-Document-Issuer = "UZB"' \
		"MigrantID-Document-Number = \"$number\"" 'MigrantID-Nationality = "UZB"' \
		'MigrantID-Date-of-Birth = "1990-01-31"' 'MigrantID-Consent-Text = "ru-2025-01"' -- "$@"
}

sell_token() {
	local dir=$1 token=$2
	shift 2
	sell_with "$dir" 'Message-Authenticator = 0x00' 'User-Name = "shop-17"' \
		"MigrantID-Subject-Token = \"$token\"" 'MigrantID-Consent-Text = "ru-2025-01"' -- "$@"
}

reply() {
	sed -n '/^Received/,$p' "$1/reply" |
		sed -nE "s/^[[:space:]]*$2 = \"?([^\"]*)\"?$/\1/p" | tail -n 1
}

told() { echo "$(decided "$1") $(reply "$1" MigrantID-Source)"; }
written() { fixture_logged "$1" "$(reply "$1" MigrantID-Reference)"; }
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

fixture_with() {
	local dir=$1 people=$2
	shift 2
	fixture_sandbox "$dir" "$people" && fixture_settings "$dir" "$@" && fixture_server "$dir"
}
