# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_card.sh - part of ctl.sh: a digital ID card by the settings, as the server sees it, in the verbs
# credential and explain. The cards are the sandbox's.

# issue OPTION..: one presentation for sale-1 in shop-17, or what the options say.
issue() {
	"$FIXTURE_BUILD/src/tools/sandbox/migrantid-sandbox" --people tests/policy/people.json \
		--state "$dir/issuer" --status-uri none --nonce sale-1 --issue "$@"
}
for_shop() { issue "$@" --audience operator-example/shop-17; }
# card_settings NAME [EXPRESSION..]: settings of that name that believe these cards.
card_settings() {
	local name=$1
	shift
	sed -e 's/^\tenabled = false;/\tenabled = true;/' -e 's/^\tvct = .*/\tvct = "urn:example:migrant-id:1";/' \
		-e 's/^\tstatus_required = true;/\tstatus_required = false;/' \
		-e "s|^\tissuers = .*|\tissuers = ( { issuer = \"https://cards.sandbox.example\"; jwks_file = \"$dir/issuer/cards.jwks.json\"; } );|" \
		-e 's/rules_file = .*/rules_file = "card-rules.cfg";/' "$@" "$config" >"$dir/settings/$name"
}
cat >"$dir/settings/card-rules.cfg" <<'END'
home = "RUS";
rules = ( { id = "belarus-card"; citation = "c"; nationality = "BLR"; evidence = "credential"; } );
END
card_settings card.cfg
card_settings decides.cfg -e 's/^\tdecides = false;/\tdecides = true;/'
presented=$(for_shop CB0000001)
by=(credential --config "$dir/settings/card.cfg" --json)

t 0 "credential --config: a card" "$presented" "${by[@]}" --shop shop-17 --nonce sale-1
json "credential --config: what it says" '.valid and .claims.nationality == "BLR"'
t 1 "credential --config: another shop" "$presented" "${by[@]}" --shop shop-18 --nonce sale-1
json "credential --config: which check" '[.checks[] | select(.finding == "failed") | .name] == ["audience"]'
t 1 "credential --config: another sale" "$presented" "${by[@]}" --shop shop-17 --nonce sale-2
t 1 "credential --config: a day later" "$presented" "${by[@]}" --shop shop-17 --nonce sale-1 \
	--at "$(date -u -d tomorrow +%FT%TZ)"
t 1 "credential --config: cards are off" "$presented" credential --config "$config" --shop shop-17 --nonce sale-1
says "credential --config: it says that they are" 'credential.enabled is false'
t 2 "credential --config: no shop" "$presented" "${by[@]}" --nonce sale-1
t 2 "credential --config: no sale" "$presented" "${by[@]}" --shop shop-17
t 2 "credential --config: and an issuer" "$presented" "${by[@]}" --shop shop-17 --nonce sale-1 --issuer i
t 2 "credential --config: a time that is none" "$presented" "${by[@]}" --shop shop-17 --nonce sale-1 --at noon
t 3 "credential --config: no settings" "$presented" credential --config "$dir/none" --shop shop-17 --nonce sale-1

# request [LINE..]: a sale with that card, in pieces.
request() {
	printf 'MigrantID-Sale-Id = sale-1\n'
	fold -w 247 <<<"$presented" | sed 's/.*/MigrantID-Credential += "&"/'
	printf '%s\n' "$@"
}
by=(explain --config "$dir/settings/card.cfg" --json)
t 0 "explain: a card that exempts" "$(request)" "${by[@]}" --shop shop-17
json "explain: it counts, and by which rule" '.card == "counts" and .decision == "exempt" and .rule == "belarus-card"'
silent "explain: nothing of the card is shown" 'CB0000001|BLR|1990|eyJ'
t 1 "explain: nobody's shop" "$(request)" "${by[@]}"
json "explain: why it does not count" '.card == "does not count" and .card_check == "audience" and
	.card_because == "other-audience" and .reason == "credential-invalid" and
	.attribute == "MigrantID-Document-Type" and
	(.tried[0].because == "needs a digital ID card that counts")'
t 1 "explain: a card of another document" "$(request 'MigrantID-Document-Number = CB0000002')" "${by[@]}" --shop shop-17
json "explain: that it is another's" '.card_because == "another-document" and .reason == "document-mismatch"'
t 1 "explain: where cards are off" "$(request)" explain --config "$config" --shop shop-17 --json
json "explain: that they are" '.card_because == "not-enabled" and .reason == "attribute-missing"'
presented=$(for_shop CU0000001)
t 1 "explain: a card that exempts nobody" "$(request)" "${by[@]}" --shop shop-17
json "explain: what is wanting for a question" '.card == "counts" and .reason == "attribute-missing"'
by=(explain --config "$dir/settings/decides.cfg" --json)
t 0 "explain: a card that decides" "$(request)" "${by[@]}" --shop shop-17
json "explain: it would be a yes" '.decision == "yes"'
t 0 "explain: with all that a question needs" "$(request MigrantID-Document-{Type=P,Issuer=UZB,Number=CU0000001} \
	MigrantID-Nationality=UZB MigrantID-Date-of-Birth=1990-01-31 MigrantID-Consent-Text=t)" "${by[@]}" --shop shop-17
json "explain: a yes, too" '.decision == "yes" and (has("members") | not)'
t 1 "explain: of an hour ago" "$(request)" "${by[@]}" --shop shop-17 --at "$(date -u -d '1 hour' +%FT%TZ)"
json "explain: it is too old" '.card_because == "binding-too-old"'
t 2 "explain: --ask in the name of a shop" "$(request)" "${by[@]}" --shop shop-17 --ask
t 0 "check: settings with cards" '' check --config "$dir/settings/card.cfg"
rm "$dir/issuer/cards.jwks.json"
t 1 "check: without the issuer's keys" '' check --config "$dir/settings/card.cfg"
says "check: what is not there" 'cards.jwks.json: error: .*cannot be read'
