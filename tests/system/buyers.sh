# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# buyers.sh - made-up people whose data occurs nowhere else, and their sales. To be sourced:
#
#	buyers_make DIR		write what follows
#	DIR/markers		what stands for them, for find-markers
#	DIR/people.json		what the sandbox says about them
#	DIR/sales/NAME		one sale: its result and reason, then Attribute=value lines
#	DIR/issuer		keys of an issuer of cards (cards.jwks.json) and of the holders
#	buyers_cards DIR SHOP	stdin, with a card for that shop in the place of each line
#				@card NUMBER SALE [OPTION..], in pieces
#	buyers_sell_line	a sale on stdin, as radclient wants it
#
# Every document number holds the mark below, so that one search finds them all.

buyers_mark=QZKV7F31
buyers_birth=1947-10-23 buyers_child_birth=2023-05-17
buyers_nationality=NRU
buyers_token=ot-qzkvTOKENxw-9d1c77e0b4aa42
buyers_accreditation=qzkv-honorary-card
# Of a card: of what a library frees unwiped the allocator writes over the first octets alone.
buyers_before=CARDNUMBER0123456789

buyers_digit() {
	local text=$1 weights=731 sum=0 i c value
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		case $c in
		[0-9]) value=$c ;;
		[A-Z]) value=$(($(printf '%d' "'$c") - 55)) ;;
		*) value=0 ;;
		esac
		sum=$((sum + value * ${weights:i%3:1}))
	done
	echo $((sum % 10))
}

# The two lines of a passport: NUMBER (of nine) NATIONALITY YYMMDD
buyers_mrz() {
	local line number birth expiry=350101 optional='<<<<<<<<<<<<<<'
	number=$1$(buyers_digit "$1")
	birth=$3$(buyers_digit "$3")
	expiry=$expiry$(buyers_digit $expiry)
	line=$(printf 'P<%sQZKVNAME<<ANNA%044d' "$2" 0 | tr 0 '<')
	printf 'MigrantID-MRZ=%s\n' "${line:0:44}"
	printf 'MigrantID-MRZ=%s%s%sF%s%s<%s\n' "$number" "$2" "$birth" "$expiry" "$optional" \
		"$(buyers_digit "$number$birth$expiry$optional<")"
}

# The attributes of the holder of a document: NUMBER [BIRTH [NATIONALITY]]
buyers_holder() {
	printf 'MigrantID-%s\n' Document-Type=P "Document-Issuer=${3:-$buyers_nationality}" \
		"Document-Number=$1" "Nationality=${3:-$buyers_nationality}" \
		"Date-of-Birth=${2:-$buyers_birth}" Document-Expiry=2035-01-01 \
		Consent-Text=ru-2025-01
}

# One sale: DIR NAME RESULT REASON, with the attributes on stdin.
buyers_sale() {
	{
		echo "$3 $4"
		echo User-Name=shop-17
		cat
	} >"$1/sales/$2"
}

buyers_decided() {
	local m=$buyers_mark
	buyers_holder ${m}Y1 | buyers_sale "$1" 01-yes Yes match
	buyers_holder ${m}Y1 | buyers_sale "$1" 02-yes-again Yes match
	buyers_holder ${m}N1 | buyers_sale "$1" 03-no No id-locked
	buyers_holder ${m}U1 | buyers_sale "$1" 04-not-enrolled No not-enrolled
	buyers_holder LONGNUMBER0123456789$m | buyers_sale "$1" 05-long-number Yes match
	(buyers_holder ${m}T1 && echo MigrantID-Subject-Token=$buyers_token) |
		buyers_sale "$1" 06-token Yes match
	(buyers_mrz ${m}M $buyers_nationality 471023 && buyers_holder ${m}M |
		grep -E 'Birth|Consent') | buyers_sale "$1" 07-mrz Yes match
	(buyers_holder ${m}A1 && printf 'MigrantID-%s\n' Accreditation=$buyers_accreditation \
		Accreditation-Expiry=2035-01-01 Sale-Id=qzkv-sale-0001) |
		buyers_sale "$1" 08-accreditation Yes match
	buyers_holder ${m}H1 '' RUS | buyers_sale "$1" 10-home Not-Applicable not-applicable
	(buyers_mrz ${m}B BLR 471023 && buyers_holder ${m}B "" BLR) |
		buyers_sale "$1" 11-belarus Exempt exempt
	buyers_holder ${m}C1 $buyers_child_birth | buyers_sale "$1" 12-child Exempt exempt
	(buyers_holder ${m}D1 && printf 'MigrantID-%s\n' Accreditation=mfa-diplomatic \
		Accreditation-Expiry=2035-01-01) | buyers_sale "$1" 13-diplomat Exempt exempt
	(buyers_holder ${m}O1 && printf 'MigrantID-%s\n' \
		Accreditation=mfa-international-organization Accreditation-Expiry=2035-01-01) |
		buyers_sale "$1" 14-organization Exempt exempt
}

buyers_invalid() {
	local m=$buyers_mark wrong='Undetermined attribute-invalid'
	(buyers_holder ${m}I1 && echo MigrantID-Document-Number=${m}I2) |
		buyers_sale "$1" 20-repeated $wrong
	buyers_holder ${m}I3$(printf '%048d' 0) | buyers_sale "$1" 21-over-long $wrong
	(buyers_holder ${m}I4 && printf 'MigrantID-Subject-Token=%s\xff\xfe\n' $buyers_token) |
		buyers_sale "$1" 22-not-utf-8 Undetermined attribute-unreadable
	buyers_holder "${m}I5;\$" | buyers_sale "$1" 23-bad-character $wrong
	buyers_holder ${m}I6 23.10.1947 | buyers_sale "$1" 24-bad-date $wrong
	buyers_holder ${m}I7 '' ${m}N | buyers_sale "$1" 25-bad-state $wrong
	buyers_holder ${m}I8 | grep -v Consent |
		buyers_sale "$1" 26-missing Undetermined attribute-missing
	(buyers_mrz ${m}J $buyers_nationality 471023 | sed 's/F350101/F350102/' &&
		buyers_holder ${m}J) | buyers_sale "$1" 27-check-digit Undetermined mrz-check-digit
	(buyers_mrz ${m}K $buyers_nationality 471023 && buyers_holder ${m}L) |
		buyers_sale "$1" 28-mismatch Undetermined mrz-mismatch
	(buyers_mrz ${m}K $buyers_nationality 471023 | tr N ' ' && buyers_holder ${m}K) |
		buyers_sale "$1" 29-bad-zone $wrong
	(buyers_holder ${m}I9 && echo State=$buyers_token) | buyers_sale "$1" 30-bad-state-sent $wrong
}

# Sales with a digital ID card: one that decides, one for another sale, another's, and a fault.
buyers_with_card() {
	local m=$buyers_mark
	printf '%s\n' MigrantID-Sale-Id=qzkv-sale-0001 "@card $buyers_before${m}K1 qzkv-sale-0001" |
		buyers_sale "$1" 44-card Yes match
	(buyers_holder $buyers_before${m}K1 && printf '%s\n' MigrantID-Sale-Id=qzkv-sale-0001 "@card $buyers_before${m}K1 another-sale") |
		buyers_sale "$1" 45-card-of-another-sale Yes match
	(buyers_holder ${m}Y1 && printf '%s\n' MigrantID-Sale-Id=qzkv-sale-0001 "@card $buyers_before${m}K1 qzkv-sale-0001") |
		buyers_sale "$1" 46-card-of-another-document Yes match
	printf '%s\n' MigrantID-Sale-Id=qzkv-sale-0001 MigrantID-Subject-Token=$buyers_token \
		"@card $buyers_before${m}K1 qzkv-sale-0001" | buyers_sale "$1" 47-card-and-token Undetermined attribute-invalid
	printf '%s\n' MigrantID-Sale-Id=qzkv-sale-0001 "@card $buyers_before${m}K1 another-sale" |
		buyers_sale "$1" 48-card-alone Undetermined credential-invalid
}

buyers_issue() {
	local dir=$1
	shift
	build/main/src/tools/sandbox/migrantid-sandbox --people "$dir/people.json" --state "$dir/issuer" \
		--status-uri none --issue "$@"
}

buyers_cards() {
	local line card sale options
	while IFS= read -r line; do
		if [[ $line == @card\ * ]]; then
			read -r _ card sale options <<<"$line"
			# shellcheck disable=SC2086 # words
			buyers_issue "$1" "$card" --nonce "$sale" --audience "operator-example/$2" $options |
				fold -w 247 | sed 's/^/MigrantID-Credential=/'
		else
			printf '%s\n' "$line"
		fi
	done
}

# These hang on the sandbox's faults and on time; the last of them are still under way when asked.
buyers_undecided() {
	local m=$buyers_mark
	buyers_holder ${m}F1 | buyers_sale "$1" 40-forged Undetermined answer-rejected
	(buyers_holder ${m}P1 && echo MigrantID-Accept-Challenge=Yes) |
		buyers_sale "$1" 41-pending Undetermined pending
	buyers_holder ${m}X1 | buyers_sale "$1" 42-hangs Undetermined pending
	(buyers_mrz ${m}X $buyers_nationality 471023 && buyers_holder ${m}X) |
		buyers_sale "$1" 43-hangs-mrz Undetermined pending
}

# Entries of people.json: NUMBER RESULT REASON [, MEMBERS]
buyers_person() {
	printf '{ "document": { "type": "P", "issuer": "%s", "number": "%s" }, "nationality": "%s",
		"date_of_birth": "%s", "result": "%s", "reason": "%s" %s }' "$buyers_nationality" \
		"$buyers_mark$1" "$buyers_nationality" "$buyers_birth" "$2" "$3" "${4:-}"
}

buyers_make() {
	mkdir -p "$1/sales"
	{
		echo '{ "people": ['
		buyers_person K1 yes match | sed "s/\"$buyers_mark/\"$buyers_before$buyers_mark/" && echo ,
		buyers_person N1 no id_locked && echo ,
		buyers_person T1 yes match ", \"tokens\": [ \"$buyers_token\" ]" && echo ,
		buyers_person U1 no not_enrolled && echo ,
		buyers_person F1 yes match ', "fault": "bad-signature"' && echo ,
		buyers_person P1 yes match ', "pending_ms": 1500' && echo ,
		buyers_person X1 yes match ', "fault": "hang"' && echo ,
		buyers_person X yes match ', "fault": "hang"'
		echo '], "default": { "result": "yes", "reason": "match" } }'
	} >"$1/people.json"
	printf '%s\t%s\n' number $buyers_mark birth $buyers_birth birth 23.10.1947 \
		child $buyers_child_birth token $buyers_token name QZKVNAME \
		zone "${buyers_nationality}4710239F" \
		accreditation $buyers_accreditation sale-id qzkv-sale-0001 \
		nationality @word:$buyers_nationality birth @date:$buyers_birth \
		child @date:$buyers_child_birth >"$1/markers"
	buyers_issue "$1" $buyers_before${buyers_mark}K1 >/dev/null
	printf '%s\t%s\n' holder-key "$(openssl pkey -in "$1/issuer/holder-1.key" -pubout -outform DER |
		tail -c 64 | head -c 32 | base64 -w 0 | tr '+/' '-_' | tr -d =)" >>"$1/markers"
	buyers_decided "$1"
	buyers_with_card "$1"
	buyers_invalid "$1"
	buyers_undecided "$1"
}

# More than one of an attribute is a thing to test: "+=".
buyers_sell_line() {
	LC_ALL=C sed -E -e 1d -e 's/\xff\xfe/\\377\\376/' \
		-e 's/^(MigrantID-Accept-Challenge)=(.*)/\1 += \2/' -e 's/^State=(0x.*)/State += \1/' \
		-e 's/^([A-Za-z-]+)=(.*)/\1 += "\2"/'
	echo 'Message-Authenticator = 0x00'
}
