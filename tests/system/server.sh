# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# server.sh - a private FreeRADIUS from the installed one's stock configuration and config/ of
# this checkout. To be sourced:
#
#	. tests/system/server.sh
#	server_make DIR [SETTING=VALUE..]	build the configuration in DIR, which must not exist
#	server_check DIR			let the server judge it (-XC); says what is wrong
#	server_start DIR [OPTION..]		start, and wait until it answers
#	server_stop DIR				stop it by its pid and wait for its end
#	server_shop_is DIR EXPANSION		let the site file name the shop (before server_start)
#	server_radclient DIR OPTION..		radclient with our dictionary; packets on stdin
#
# Everything lives in DIR: raddb/ (edit at will before the start), dictionary/ (for radclient -D),
# log, pid. Any number of servers may run side by side. Settings of server_make:
#
#	port=11812		where sim-sale listens, on 127.0.0.1
#	other_port=		a second virtual server that accepts all, to measure other traffic
#	secret=testing123	of the shop's system
#	module=			folder of rlm_migrantid.so; empty: the one that is installed
#	settings=		migrantid.cfg; empty: config/mods-config/migrantid/migrantid.cfg,
#				copied with its whole folder into raddb/mods-config/migrantid
#	threads=		max_servers of the thread pool; empty: stock (32)
#
# Each function returns 0 or prints what was wrong on standard error. SERVER_PREFIX may hold a
# command to run the server under (valgrind ..), SERVER_WAIT how many seconds it may take to start.

server_repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
for server_stock in /etc/freeradius/3.0 /etc/freeradius /etc/raddb; do
	[ ! -e $server_stock/radiusd.conf ] || break
done

server_say() { printf 'server: %s\n' "$*" >&2; }

# server_edit FILE SED-EXPRESSION..: change a copied file; a change that changes nothing means that
# the stock file is not what it was, which must not go unnoticed.
server_edit() {
	local file=$1 before expression
	shift
	for expression in "$@"; do
		before=$(cksum <"$file")
		sed -i -E -e "$expression" "$file" || return 1
		if [ "$before" = "$(cksum <"$file")" ]; then
			server_say "nothing to change in ${file##*/} by: $expression"
			return 1
		fi
	done
}

# What an operator's own site file may name the shop by, in place of its client.
server_shop_is() {
	server_edit "$1/raddb/sites-enabled/sim-sale" \
		"0,/^\\tmigrantid\$/s//\\tupdate control {\\n\\t\\t\\&MigrantID-Shop := \"$2\"\\n\\t}\\n&/"
}

# The dictionary folder that the server and radclient are given: the installed one and ours.
server_dictionary() {
	mkdir "$1" && cp "$server_repository/config/dictionary.migrantid" "$1" &&
		cat >"$1/dictionary" <<-'END'
			$INCLUDE /usr/share/freeradius/dictionary
			$INCLUDE dictionary.migrantid
		END
}

server_other_site() {
	cat <<-END
		server other {
		listen {
			type = auth
			ipaddr = 127.0.0.1
			port = $1
		}
		client other {
			ipaddr = 127.0.0.1
			secret = $2
		}
		authorize {
			update control {
				&Auth-Type := Accept
			}
		}
		}
	END
}

server_make() {
	local dir=$1 port=11812 other_port='' secret=testing123 module='' settings='' threads=''
	local raddb=$1/raddb config=$server_repository/config setting
	shift
	for setting in "$@"; do
		case $setting in
		port=* | other_port=* | secret=* | module=* | settings=* | threads=*)
			local "${setting?}"
			;;
		*)
			server_say "no such setting: $setting"
			return 1
			;;
		esac
	done
	if [ ! -r $server_stock/radiusd.conf ]; then
		server_say "cannot read $server_stock/radiusd.conf: install freeradius, and run this" \
			"as root or as a member of the group freerad"
		return 1
	fi
	mkdir -p "$(dirname "$dir")" && mkdir "$dir" && cp -a $server_stock "$raddb" || return 1
	server_dictionary "$dir/dictionary" || return 1

	# No other virtual server of the stock ones, and no module that needs certificates.
	rm -f "$raddb"/sites-enabled/* "$raddb"/mods-enabled/eap
	# Whoever starts it owns it: the folder need not be readable by the server's own user.
	server_edit "$raddb/radiusd.conf" "s|^raddbdir = .*|raddbdir = $raddb|" \
		"s|^logdir = .*|logdir = $dir|" "s|^run_dir = .*|run_dir = $dir|" \
		's/^([[:space:]]*)((user|group) = freerad)/\1#\2/' || return 1
	if [ -n "$threads" ]; then
		server_edit "$raddb/radiusd.conf" \
			"s/^([[:space:]]*)max_servers = .*/\1max_servers = $threads/" \
			"s/^([[:space:]]*)start_servers = .*/\1start_servers = $threads/" \
			"s/^([[:space:]]*)(min|max)_spare_servers = .*/\1\2_spare_servers = $threads/" ||
			return 1
	fi

	cp "$config/mods-available/migrantid" "$raddb/mods-enabled/" &&
		cp "$config/sites-available/sim-sale" "$raddb/sites-enabled/" &&
		cp "$config/policy.d/migrantid" "$raddb/policy.d/" || return 1
	if [ -d "$config/mods-config/migrantid" ]; then
		cp -R "$config/mods-config/migrantid" "$raddb/mods-config/" || return 1
	fi
	if [ "$port" != 11812 ]; then
		server_edit "$raddb/sites-enabled/sim-sale" "s/port = 11812/port = $port/" || return 1
	fi
	if [ "$secret" != testing123 ]; then
		server_edit "$raddb/sites-enabled/sim-sale" \
			"s/secret = testing123/secret = \"$secret\"/" || return 1
	fi
	if [ -n "$settings" ]; then
		server_edit "$raddb/mods-enabled/migrantid" "s|config = .*|config = $settings|" || return 1
	fi
	if [ -n "$other_port" ]; then
		server_other_site "$other_port" "$secret" >"$raddb/sites-enabled/other" || return 1
	fi
	printf '%s' "$module" >"$dir/module"
	printf '%s' "$port" >"$dir/port"
	(umask 077 && printf '%s\n' "$secret" >"$dir/secret")
}

# server_run DIR OPTION..: the server itself, in place of this shell (call it in a subshell).
server_run() {
	local dir=$1 module
	shift
	module=$(cat "$dir/module") || return 1
	if [ -n "$module" ]; then
		# The variable replaces the server's own folder, so that one is named as well.
		export FR_LIBRARY_PATH=$module:/usr/lib/freeradius
	fi
	# shellcheck disable=SC2086 # a command with its options
	exec ${SERVER_PREFIX:-} freeradius -d "$dir/raddb" -D "$dir/dictionary" "$@"
}

server_check() {
	local output
	if ! output=$(server_run "$1" -XC 2>&1); then
		printf '%s\n' "$output" | tail -n 8 >&2
		return 1
	fi
}

server_start() {
	local dir=$1 pid tries=$((${SERVER_WAIT:-20} * 10))
	shift
	: >"$dir/log" || return 1
	(server_run "$dir" -f -l "$dir/log" "$@") >"$dir/output" 2>&1 </dev/null &
	pid=$!
	echo $pid >"$dir/pid"
	while ! grep -qs 'Ready to process requests' "$dir/log" "$dir/output"; do
		tries=$((tries - 1))
		if ! kill -0 $pid 2>/dev/null; then
			server_say "ended at its start:"
			cat "$dir/output" "$dir/log" | tail -n 8 >&2
			rm -f "$dir/pid"
			return 1
		elif [ $tries -le 0 ]; then
			server_say "not ready after ${SERVER_WAIT:-20} s:"
			tail -n 8 "$dir/log" >&2
			server_stop "$dir"
			return 1
		fi
		sleep 0.1
	done
}

server_stop() {
	local dir=$1 pid tries=100 status=0
	pid=$(cat "$dir/pid" 2>/dev/null) || return 0
	rm -f "$dir/pid"
	kill "$pid" 2>/dev/null || true
	while kill -0 "$pid" 2>/dev/null && [ $tries -gt 0 ]; do
		tries=$((tries - 1))
		sleep 0.1
	done
	if kill -9 "$pid" 2>/dev/null; then
		server_say "did not end within 10 s of SIGTERM"
	fi
	# A crash, before or at the end, is a failure of whatever used the server. 127: started by
	# another shell, which has the status.
	wait "$pid" 2>/dev/null || status=$?
	if [ $status != 0 ] && [ $status != 127 ]; then
		server_say "ended with status $status:"
		cat "$dir/output" "$dir/log" | tail -n 8 >&2
		return 1
	fi
}

server_radclient() {
	local dir=$1
	shift
	radclient -D "$dir/dictionary" -S "$dir/secret" "$@" "127.0.0.1:$(cat "$dir/port")" auth
}
