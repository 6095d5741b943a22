#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clients.sh - the clients of docs/clients against a real server and the sandbox, as a shop's maker
# would run them: each sells, is refused, polls, shows a machine-readable zone, and is told what is
# wrong when it hides nothing. A library that is not here is left out with its reason.
#
#	clients.sh [CLIENT..]		such as sell.py; all of them if none is named
#
# CLIENTS_ROOT may be a folder of another Debian, to run them there with its libraries.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh
. tests/system/debian_folder.sh
. tests/system/tap.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
node_packages=$PWD/build/clients
root=${CLIENTS_ROOT:-}
real=config/dictionary.migrantid

# The till's arguments, as a shop would write them.
uzbek=(MigrantID-Document-Type=P MigrantID-Document-Issuer=UZB MigrantID-Nationality=UZB
	MigrantID-Date-of-Birth=1990-01-31 MigrantID-Consent-Text=ru-2025-01 User-Name=till-1)
belarusian=('MigrantID-MRZ=P<BLRSPECIMEN<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<'
	'MigrantID-MRZ=MP12345677BLR9001310M3412318<<<<<<<<<<<<<<<4')

# sell CLIENT ATTRIBUTE=VALUE..: its output in out, or in that of the folder $to; its exit status.
# The packages of Debian are for Debian's own python3.
sell() {
	local client=$1 dictionary=$real.standalone
	shift
	[[ $client != *.sh ]] || dictionary=$real
	[ ! -e "$client.dictionary" ] || dictionary=$client.dictionary
	if [ -n "$root" ]; then
		sell_there "$client" "$dictionary" "$@" >"${to:-$work}/out" 2>"${to:-$work}/said"
		return
	fi
	PATH=/usr/bin:$PATH NODE_PATH=$node_packages/node_modules "$client" "127.0.0.1:$(cat "$work/server/port")" \
		"${secret:-$work/server/secret}" "$dictionary" "$@" >"${to:-$work}/out" \
		2>"${to:-$work}/said" </dev/null
}

# sell_there CLIENT DICTIONARY ATTRIBUTE=VALUE..: in the folder $root, where nothing of here is seen.
sell_there() {
	local client=$1 there
	there=$(mktemp -d "$root/root/clients.XXXXXX")
	cp "$client" "$there/${client##*/}" && cp "$2" "$there/dictionary" &&
		cp "${secret:-$work/server/secret}" "$there/secret" || return 3
	shift 2
	# A package of npm's stands where the page has put it.
	debian_inside "$root" env NODE_PATH=/root/till/node_modules bash -c 'cd "$1" && shift && exec "$@"' - \
		"/root/${there##*/}" "./${client##*/}" "127.0.0.1:$(cat "$work/server/port")" secret \
		dictionary "$@"
}

value() { sed -nE "s/^$1 = \"?([^\"]*)\"?$/\1/p" "$work/out" | tail -n 1; }

# The exit status of what came before, the result and the reason.
decided() { echo "$? $(value MigrantID-Result) $(value MigrantID-Reason)"; }

# The same client, by somebody who overlooked that it has to hide: in the program where the library
# does not hide, else in the dictionary.
unhidden() {
	local client=$1 copy
	copy=$work/unhidden-${1##*/}
	sed -E 's/^HIDDEN = /HIDDEN = ()\nHERE = /; s/^(my %hidden = ).*/\1();/' "$client" >"$copy"
	chmod +x "$copy"
	case $client in
	*.sh) sed 's/encrypt=1//' $real >"$copy.dictionary" ;;
	*.js) sed 's/encrypt=1//' $real.standalone >"$copy.dictionary" ;;
	esac
	echo "$copy"
}

check_client() {
	local client=$1 name=${1##*/} open asked pending
	sell "$client" "${uzbek[@]}" MigrantID-Document-Number=FA1234567
	same "$name: yes" "$(decided)" "0 Yes match"
	sell "$client" "${uzbek[@]}" MigrantID-Document-Number=XN1234567 MigrantID-Language=ru-RU
	same "$name: no" "$(decided)" "1 No not-enrolled"
	same "$name: in Cyrillic" "$(value Reply-Message)" "$(fixture_text ru not-enrolled clerk)"
	same "$name: with the remedy" "$(value MigrantID-Remedy)" "$(fixture_text ru not-enrolled remedy)"
	# Typed in Cyrillic letters, as it stands on the card.
	sell "$client" "${uzbek[@]}" MigrantID-Document-Number=АС7654321
	same "$name: a number in Cyrillic" "$(decided)" "1 No id-locked"
	asked=$(fixture_questions "$work")
	sell "$client" "${belarusian[@]}" MigrantID-Date-of-Birth=1990-01-31 \
		MigrantID-Consent-Text=ru-2025-01
	same "$name: exempt, with a machine-readable zone" "$(decided)" "0 Exempt exempt"
	same "$name: and nobody was asked" "$(fixture_questions "$work")" "$asked"
	sleep 0.4
	pending=$(grep -c 'reason=pending' "$work/server/log")
	sell "$client" "${uzbek[@]}" MigrantID-Document-Number="SLOW0000${name##*.}" \
		MigrantID-Sale-Id="sale-$name" MigrantID-Accept-Challenge=Yes
	same "$name: yes, after polling" "$(decided)" "0 Yes match"
	holds "$name: it was a challenge" fixture_logged "$work" reason=pending $((pending + 1))

	open=$(unhidden "$client")
	asked=$(fixture_questions "$work")
	sell "$open" "${uzbek[@]}" MigrantID-Document-Number=FA1234567
	same "$name, hiding nothing: unreadable" "$(decided)" "1 Undetermined attribute-unreadable"
	same "$name, hiding nothing: nobody was asked" "$(fixture_questions "$work")" "$asked"
	sell "$open" "${uzbek[@]/MigrantID-Date/MigrantID-Plain-Date}" \
		MigrantID-Plain-Document-Number=FA1234567
	same "$name, with unhidden twins where they are allowed: yes" "$(decided)" "0 Yes match"
	sell "$client" "${uzbek[@]}" MigrantID-Document-Number=FA1234567 \
		MigrantID-Plain-Document-Number=FA1234567
	same "$name, with both forms: refused by name" "$(decided) $(value MigrantID-Attribute)" \
		"1 Undetermined attribute-invalid MigrantID-Plain-Document-Number"
}

# Why a client cannot be run here; nothing if it can.
wanting() {
	# What is in a folder was put there to be tried.
	[ -z "$root" ] || return 0
	case $1 in
	*.py) /usr/bin/python3 -c 'import pyrad' 2>/dev/null || echo "python3-pyrad is not installed" ;;
	*.pl) perl -MAuthen::Radius -e 1 2>/dev/null || echo "libauthen-radius-perl is not installed" ;;
	*.js)
		command -v node >/dev/null && command -v npm >/dev/null ||
			{ echo "node or npm is not installed" && return; }
		[ -d "$node_packages/node_modules/radius" ] ||
			timeout 60 npm install --no-audit --no-fund --prefix "$node_packages" \
				radius@1.1.4 >/dev/null 2>&1 ||
			echo "npm's registry does not answer"
		;;
	esac
}

people() {
	cat <<-'END'
		{ "people": [
		{ "document": { "type": "P", "issuer": "UZB", "number": "XN1234567" },
			"nationality": "UZB", "date_of_birth": "1990-01-31",
			"result": "no", "reason": "not_enrolled" },
		{ "document": { "type": "P", "issuer": "UZB", "number": "AC7654321" },
			"nationality": "UZB", "date_of_birth": "1990-01-31",
			"result": "no", "reason": "id_locked" }
	END
	for name in sh py pl js; do
		cat <<-END
			, { "document": { "type": "P", "issuer": "UZB", "number": "SLOW0000${name^^}" },
				"nationality": "UZB", "date_of_birth": "1990-01-31",
				"result": "yes", "reason": "match", "pending_ms": 2500 }
		END
	done
	echo '], "default": { "result": "yes", "reason": "match" } }'
}

people >"$work/people.json"
fixture_sandbox "$work" "$work/people.json" && fixture_settings "$work" && server_make "$work/server" \
	port="$(fixture_port)" module="$fixture_build/rlm_migrantid" \
	settings="$work/settings/migrantid.cfg" &&
	sed -i '0,/#migrantid_plain/s//migrantid_plain/' "$work/server/raddb/sites-enabled/sim-sale" &&
	server_start "$work/server" || not_ok "a server"

clients=() waiting=()
wanted=("${@/#/docs/clients/}")
[ $# -gt 0 ] || wanted=(docs/clients/sell.*)
for client in "${wanted[@]}"; do
	why=$(wanting "$client")
	if [ -n "$why" ]; then
		skip "${client##*/}" "$why"
		continue
	fi
	clients+=("$client")
	check_client "$client"
done
same "the log tells the operator why" \
	"$(grep -c 'client sim-sale-shop: MigrantID-.* came out as noise' "$work/server/log")" \
	"${#clients[@]}"
fails "and nothing of what was sent" grep -qE 'FA1234567|1990-01-31|SLOW0000' "$work/server/log"

# pyrad signs only if told to, and that of Debian 12 cannot: neither reply nor line in the log.
unsigned() {
	timeout 20 /usr/bin/python3 - "$(cat "$work/server/port")" "$(cat "$work/server/secret")" <<-'END'
		import sys
		from pyrad import client, dictionary, packet
		names = dictionary.Dictionary("config/dictionary.migrantid.standalone")
		secret = sys.argv[2].encode()
		till = client.Client("127.0.0.1", int(sys.argv[1]), secret=secret, dict=names)
		till.timeout, till.retries = 1, 1
		sale = packet.AuthPacket(secret=secret, dict=names)
		sale["User-Name"] = "till-1"
		try:
		    print(till.SendPacket(sale).code)
		except client.Timeout:
		    print("silence")
	END
}
if [ -z "$root" ] && [ -z "$(wanting sell.py)" ]; then
	# Lines of decisions before are written a moment after their replies.
	lines=$(grep -vc reference= "$work/server/log")
	same "a request that is not signed is met with silence" "$(unsigned)" silence
	same "in the log, too" "$(grep -vc reference= "$work/server/log")" "$lines"
fi

# What is met with silence, each client's time-out beside the others'.
echo wrong >"$work/wrong"
for client in "${clients[@]}"; do
	mkdir "$work/${client##*/}" && (to=$work/${client##*/} secret=$work/wrong
		sell "$client" "${uzbek[@]}" MigrantID-Document-Number=FA1234567
		echo "$? $(cat "$to/said")" >"$to/silence") &
	waiting+=($!)
done
wait "${waiting[@]}"
for client in "${clients[@]}"; do
	same "${client##*/}: with a wrong secret there is no reply, and it says where to look" \
		"$(cat "$work/${client##*/}/silence")" \
		"2 no reply: see 'No reply at all' in shops.md"
done
holds "the log says that the secret is wrong" \
	grep -q 'Shared secret is incorrect.*from client sim-sale-shop' "$work/server/log"
exit $tap_status
