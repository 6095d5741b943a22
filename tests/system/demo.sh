#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# demo.sh - sixteen SIM sales at a real server, decided against the sandbox service; called by
# ./dev demo. Exit status 0 only if each was decided as this page says it must be.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/fixture.sh

work=$(mktemp -d)
trap 'fixture_stop "$work"; rm -rf "$work"' EXIT
wrong=0 number=0

sandbox=$fixture_build/src/tools/sandbox/migrantid-sandbox
ctl=$fixture_build/src/tools/ctl/migrantidctl
people=tests/system/demo-people.json

# The server believes cards of the sandbox, which are a yes, and has a rule that they can prove; who
# was taken back is in a list that was fetched.
cards() {
	mkdir "$work/lists" && "$ctl" status-list fetch --url "$fixture_url/cards/status-list" \
		--file "$work/lists/cards.jwt" --ca "$work/sandbox/ca.pem" \
		--issuer-jwks "$work/sandbox/cards.jwks.json" &&
		cp "$work/sandbox/cards.jwks.json" "$work/settings/" &&
		sed -i 's|^rules = ($|&\n{ id = "belarus-card"; citation = "as belarus-citizen"; enabled = true;\
			nationality = [ "BLR" ]; evidence = "credential"; },|' "$work/settings/rules.cfg"
}

begin() {
	echo "Starting the sandbox ID service and FreeRADIUS on loopback ..." >&2
	fixture_sandbox "$work" $people &&
		fixture_settings "$work" waiting.wait=700 credential.enabled=true \
			credential.decides=true credential.vct='"urn:example:migrant-id:1"' \
			credential.issuers='( { issuer = "https://cards.sandbox.example"; jwks_file = "cards.jwks.json"; } )' \
			credential.status_directory="\"$work/lists\"" &&
		cards && FIXTURE_PLAIN=yes fixture_server "$work" || exit 1
}

# card NUMBER CLAIMS: the lines of a new sale and of the card about that document, shown for it alone.
card() {
	local sale
	sale=sale-$((number + 1))
	echo "MigrantID-Sale-Id = \"$sale\""
	"$sandbox" --people $people --state "$work/sandbox" --port "${fixture_url##*:}" --issue "$1" \
		--disclose "$2" --audience operator-example/sim-sale-shop --nonce "$sale" |
		fold -w 247 | sed 's/.*/MigrantID-Credential += "&"/'
}

# field NAME: an attribute of the last reply.
field() { sed -nE "s/^[[:space:]]*$1 = \"?([^\"]*)\"?$/\1/p" "$work/reply" | head -n 1; }

# logged NAME: a field of the server's line about the last reply.
logged() {
	fixture_logged "$work" '' $number
	grep -F "reference=$(field MigrantID-Reference)" "$work/server/log" | tail -n 1 |
		sed -nE "s/.* $1=([^ ]+).*/\1/p"
}

# because WHY SOURCE: the last column: the rule, or the reason and where the answer is from.
because() {
	case $2 in
	Rule) field MigrantID-Rule ;;
	'' | -) echo "$1" ;;
	*) echo "$1 ($2)" ;;
	esac
}

# sale WHAT RESULT REASON LINE..: make one sale, print its row, note what should not be.
sale() {
	local what=$1 result=$2 reason=$3 got why
	shift 3
	number=$((number + 1))
	printf '%s\n' 'User-Name = "shop-17"' 'Message-Authenticator = 0x00' "$@" >"$work/request"
	server_radclient "$work/server" -x -r 1 -t 8 <"$work/request" >"$work/reply" 2>&1
	got=$(field MigrantID-Result) why=$(field MigrantID-Reason)
	printf '%2d %-27s %-14s %4s ms %s\n' $number "$what" "${got:--}" "$(logged ms)" \
		"$(because "${why:--}" "$(logged source)")"
	if [ "$got" != "$result" ] || [ "$why" != "$reason" ]; then
		echo "   ^ should have been $result, $reason" && wrong=$((wrong + 1))
	fi
}

# document TYPE ISSUER NUMBER NATIONALITY BIRTH: the lines of a document, with the buyer's consent.
document() {
	printf '%s\n' "MigrantID-Document-Type = \"$1\"" "MigrantID-Document-Issuer = \"$2\"" \
		"MigrantID-Document-Number = \"$3\"" "MigrantID-Nationality = \"$4\"" \
		"MigrantID-Date-of-Birth = \"$5\"" 'MigrantID-Consent-Text = "ru-2025-01"'
}
mapfile -t uzbek < <(document P UZB FA1234567 UZB 1990-01-31)
mapfile -t tajik < <(document P TJK 400123456 TJK 1985-05-05)
mapfile -t unknown < <(document P KGZ AC1111111 KGZ 1979-11-30)
mapfile -t belarusian < <(document P BLR MP7654321 BLR 1991-07-07 | head -n 3)
mapfile -t diplomat < <(document PD IND D12345678 IND 1970-03-03)
mapfile -t citizen < <(document P RUS 751234567 RUS 1980-02-29)
mapfile -t hanging < <(document P UZB HANG00001 UZB 1991-01-01)
mapfile -t forged < <(document P UZB FORGED001 UZB 1992-02-02)
# Their sixth birthday is today, in the operator's time zone; born on the 28th where today is a
# 29 February that had no counterpart.
today=$(TZ=Europe/Moscow date +%F)
sixth_birthday=$((${today%%-*} - 6))-${today#*-}
mapfile -t under_six < <(document P TJK CH1234567 TJK $((${today%%-*} - 5))-01-01)
mapfile -t exactly_six < <(document P TJK CH7654321 TJK "${sixth_birthday/-02-29/-02-28}")
mapfile -t malformed < <(document P UZB FA1234567 UZB 1990-02-30)

begin
echo
printf '%2s %-27s %-14s %7s %s\n' '#' 'who buys a SIM card' decided took because
sale 'Uzbek, known to the service' Yes match "${uzbek[@]}"
sale 'the same person again' Yes match "${uzbek[@]}"
sale 'Tajik, biometrics differ' No no-match "${tajik[@]}" \
	'MigrantID-Subject-Token = "capture-of-another-1"'
sale 'Kyrgyz, never enrolled' No not-enrolled "${unknown[@]}"
sale 'Belarusian, passport read' Exempt exempt \
	'MigrantID-MRZ += "P<BLRSPECIMEN<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"' \
	'MigrantID-MRZ += "MP12345677BLR9001310M3412318<<<<<<<<<<<<<<<4"' \
	'MigrantID-Date-of-Birth = "1990-01-31"'
sale 'child of five' Exempt exempt "${under_six[@]}"
sale 'child of exactly six' No not-enrolled "${exactly_six[@]}"
sale "diplomat, ministry's card" Exempt exempt "${diplomat[@]}" \
	'MigrantID-Accreditation = "mfa-diplomatic"' 'MigrantID-Accreditation-Expiry = "2040-01-01"'
sale 'international organisation' Exempt exempt "${diplomat[@]}" \
	'MigrantID-Accreditation = "mfa-international-organization"' \
	'MigrantID-Accreditation-Expiry = "2040-01-01"'
sale 'citizen of the home country' Not-Applicable not-applicable "${citizen[@]}"
sale 'the service hangs' Undetermined pending "${hanging[@]}"
sale 'forged signature on answer' Undetermined answer-rejected "${forged[@]}"
sale 'born on 30 February' Undetermined attribute-invalid "${malformed[@]}"
mapfile -t shown < <(card MP7654321 nationality,document)
sale 'Belarusian, by ID card' Exempt exempt "${belarusian[@]}" "${shown[@]}"
mapfile -t shown < <(card FA7654321 all)
sale "card of somebody else" No not-enrolled "${unknown[@]}" "${shown[@]}"
questions=$(fixture_questions "$work")
fixture_stop_sandbox "$work"
mapfile -t shown < <(card FA7654321 all)
sale 'by ID card, service down' Yes match "${shown[@]}"

cat <<EOF

Yes: go ahead. No: refused, with a reason and a remedy. Exempt: nobody was
asked. Not-Applicable: not this check's business. Undetermined: could not tell,
or the request is at fault; never a refusal of the person. The service received
$questions questions; the last reply was:

$(sed -n '/^Received/,$p' "$work/reply" |
	grep -E 'Received|Result|Reason|Reference|Remedy|Reply-Message' | expand -t 2 |
	fold -s -w 76 | sed '/^ *\(MigrantID\|Reply\|Received\)/!s/^/    /')
EOF
[ $wrong = 0 ] || { echo "$wrong sales were not decided as they should be." && exit 1; }
