# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_explain.sh - part of ctl.sh: the verb explain, and how a request is read.

explains() {
	local want=$1 name=$2 input=$3
	shift 3
	t "$want" "explain: $name" "$input" explain --config "$config" --json "$@"
}

explains 0 "a sale that would be asked about" "$sale" --at 2026-06-15
json "explain: which rules were tried, and why none held" '.decision == "ask" and
	.date == "2026-06-15" and ([.tried[] | .rule] == ["belarus-citizen", "child-under-six",
	"diplomat", "international-organization"]) and ([.tried[] | .holds] | any | not) and
	.tried[0].because == "is for other nationalities"'
json "explain: what would be sent, by name" '(.members | sort) == (["txn", "nonce", "purpose",
	"sbj", "subject.document.type", "subject.document.issuer", "subject.document.number",
	"subject.nationality", "subject.date_of_birth", "consent.given", "consent.text"] | sort)'
silent "explain: no value of the request is shown" "$personal"
explains 0 "with a token of the shop's terminal" "$sale"'MigrantID-Subject-Token = secret-token'
json "explain: the document would not be sent" '.members | index("subject.token") != null and
	index("subject.document.number") == null'
silent "explain: the token is not shown" secret-token
explains 0 "a child on the day before the sixth birthday" "${sale/1990-01-31/2020-06-16}" \
	--at 2026-06-15
json "explain: exempt by the second rule" '.decision == "exempt" and .rule == "child-under-six" and
	(.tried | length) == 2 and .tried[1].holds and (has("members") | not)'
explains 0 "on the sixth birthday" "${sale/1990-01-31/2020-06-16}" --at 2026-06-16
json "explain: is no longer exempt" '.decision == "ask"'
# 22:00 in Greenwich is the next day in Moscow.
explains 0 "a time is a day in the operator's zone" "$sale" --at 2026-06-15T22:00:00Z
json "explain: that day" '.date == "2026-06-16"'
explains 0 "a citizen of the operator's own country" "${sale//UZB/RUS}"
json "explain: not applicable" '.decision == "not-applicable" and (has("tried") | not)'
foreign=${sale//UZB/RUS}
explains 0 "one whose document is another state's" \
	"${foreign/Issuer = RUS/Issuer = UZB}"
json "explain: what is wanting" '.decision == "ask" and
	(.home | tostring | test("other issuers"))'
explains 0 "dates that move with the day" "${sale/1990-01-31/@TODAY-6Y+1D@}" --at 2026-06-15
json "explain: are reckoned from the day of the sale" '.rule == "child-under-six"'
explains 0 "a birthday that a year has not" "${sale/1990-01-31/@TODAY-6Y@}" --at 2024-02-29
json "explain: is on 1 March" '.rule == null'
explains 0 "a challenge taken by number" "$sale"'MigrantID-Accept-Challenge = 1'
explains 1 "a line break, as radclient writes it" "$sale"'MigrantID-Sale-Id = "a\nb\012"'
json "explain: its attribute" '.attribute == "MigrantID-Sale-Id"'
explains 0 "letters by their octets" "$sale"'MigrantID-Sale-Id = "\320\220"'

# Every request of the policy cases is read, whatever becomes of it: what radclient takes, explain does.
unread=$(for request in tests/policy/cases/*/*.request; do
	"$ctl" explain --config "$config" <"$request" 2>&1 >/dev/null |
		grep -q '^standard input' && echo "$request"
done)
[ -z "$unread" ]
verdict "explain: reads the requests of all policy cases" $?
[ -z "$unread" ] || sed 's/^/#   /' <<<"$unread"
explains 1 "no date of birth" "${sale/migrantid-date-of-birth := \"1990-01-31\"/}"
json "explain: the missing attribute is named" '.decision == "bad-request" and
	.reason == "attribute-missing" and .attribute == "MigrantID-Date-of-Birth"'
explains 1 "a kind of document that the rules do not name" \
	"${sale/MigrantID-Document-Type = \"P\"/MigrantID-Document-Type = library-card}"
json "explain: the attribute at fault" '.attribute == "MigrantID-Document-Type"'
explains 1 "an MRZ that does not agree" "$sale"'
MigrantID-MRZ += "P<UZBSPECIMEN<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
MigrantID-MRZ += "FA12345676UZB9002014F3405019<<<<<<<<<<<<<<04"'
json "explain: its reason" '.reason == "mrz-check-digit" or .reason == "mrz-mismatch"'
silent "explain: no value of the MRZ is shown" "$personal|SPECIMEN|FA123"
t 2 "explain: --at noon" "$sale" explain --config "$config" --at noon
t 3 "explain: no settings" "$sale" explain --config "$dir/none"

# line NAME LINE: a line that cannot be read is named by its number and not quoted.
line() {
	t 1 "explain: $1" "$sale$2" explain --config "$config"
	says "explain: $1 is told with its line" '^standard input:9: error'
	silent "explain: $1 is not quoted" 'ZZTOP'
}
line "no value" 'MigrantID-Language ='
line "no operator" 'MigrantID-Language ZZTOP'
line "an open quote" 'MigrantID-Language = "ZZTOP'
line "an unknown escape" 'MigrantID-Language = "ZZTOP\q"'
line "two values" 'MigrantID-Language = en ZZTOP'
line "an attribute that there is not" 'MigrantID-Documnet-Number = ZZTOP'
line "no name" '= ZZTOP'
t 1 "explain: an attribute twice" "$sale$sale" explain --config "$config"
printf 'User-Name = "a\0b"' | "$ctl" explain --config "$config" >"$dir/out" 2>"$dir/err"
[ $? = 1 ]
verdict "explain: a NUL" $?
