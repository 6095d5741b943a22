# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_credential.sh - part of ctl.sh: a digital ID card, issued and bound by others' code, and here.

sample=tests/vectors/sd-jwt/sample.json
jq .jwks $sample >"$dir/cards.json"
card=(credential --issuer-jwks "$dir/cards.json" --issuer "$(jq -r .issuer $sample)"
	--vct "$(jq -r .vct $sample)" --at "$(jq -r .now $sample)")
here=(--audience "$(jq -r .audience $sample)" --nonce "$(jq -r .nonce $sample)")
for ((i = 0; i < $(jq '.cases | length' $sample); i++)); do
	name=$(jq -r ".cases[$i].name" $sample)
	shown=$(jq -r ".cases[$i].presentation" $sample)
	if jq -e ".cases[$i].ok" $sample >/dev/null; then
		t 0 "credential: $name" "$shown"$'\n' "${card[@]}" "${here[@]}" --json
		json "credential: $name is shown" \
			'.valid and .status == "fine" and (.checks | length) == 15 and
			([.checks[].finding] | all(. == "passed")) and
			(.claims | contains('"$(jq -c ".cases[$i].claims // {}" $sample)"')) and
			(.claims | has('"$(jq -c ".cases[$i].absent[]? // \"-\"" $sample | head -n 1 |
				grep . || echo '"-"')"') | not)'
	else
		t 1 "credential: $name" "$shown" "${card[@]}" "${here[@]}" --json
		json "credential: $name is refused" '.valid == false and .claims == {} and
			.status == "no" and ([.checks[] | select(.finding == "failed")] |
			length == 1 and .[0].why != null)'
		silent "credential: $name shows nothing" 'FA1234567|UZB'
	fi
done
shown=$(jq -r '.cases[0].presentation' $sample)
t 0 "credential: for people" "$shown" "${card[@]}" "${here[@]}"
says "credential: a line for a claim" '^nationality: "UZB"$'
says "credential: a line for a check" '^15 status +passed'
t 1 "credential: another shop" "$shown" "${card[@]}" --audience other --nonce sale-0001
says "credential: the word that says why" '^12 audience +failed +other-audience$'
says "credential: what is not reached" '^13 nonce +not reached'
silent "credential: nothing of a refused card" 'FA1234567|UZB'
t 1 "credential: too long a life" "$shown" "${card[@]}" "${here[@]}" --max-lifetime 60
says "credential: too long a life says so" 'too-long-a-life'
t 1 "credential: long after" "$shown" "${card[@]:0:7}" "${here[@]}" --at 2026-12-30
t 1 "credential: too long" "$(printf '%03001d' 0)" "${card[@]}" "${here[@]}"
says "credential: too long says so" '^ 1 form +failed +too-long$'
t 1 "credential: nothing" "" "${card[@]}" "${here[@]}"
t 1 "credential: no usable key" "$shown" credential --issuer-jwks "$dir/jwks-unusable.json" \
	"${card[@]:3}" "${here[@]}"
t 3 "credential: no key file" "$shown" credential --issuer-jwks "$dir/none" "${card[@]:3}" "${here[@]}"
t 3 "credential: no list file" "$shown" "${card[@]}" "${here[@]}" --status-list "$dir/none"
t 2 "credential: without --nonce" "$shown" "${card[@]}" --audience a
t 2 "credential: --at noon" "$shown" "${card[@]:0:7}" "${here[@]}" --at noon
t 2 "credential: --max-lifetime 0" "$shown" "${card[@]}" "${here[@]}" --max-lifetime 0

# A card with a status, issued to the holder "other", who binds it; the list's first octets are b9 a3.
other_x=$(openssl pkey -in "$dir/other.pem" -pubout -outform DER 2>/dev/null | tail -c 32 | b64u)
# status_card INDEX: one presentation.
status_card() {
	local presented
	presented=$(token '{"alg":"EdDSA","kid":"k1","typ":"dc+sd-jwt"}' "$(jq -cn '{iss: "i", vct: "v",
		iat: 1767225600, exp: 1769817600, nationality: "BLR",
		cnf: {jwk: {kty: "OKP", crv: "Ed25519", x: "'"$other_x"'"}},
		status: {status_list: {idx: '"$1"', uri: "https://cards.example/1"}}}')")~
	printf '%s' "$presented"
	token '{"alg":"EdDSA","typ":"kb+jwt"}' "$(jq -cn '{aud: "a", nonce: "n", iat: 1767227000,
		sd_hash: "'"$(printf %s "$presented" | openssl dgst -sha256 -binary | b64u)"'"}')" other
}
# status_list [MEMBER=VALUE]: a list, into $dir/list.jwt.
status_list() {
	token '{"alg":"EdDSA","kid":"k1","typ":"statuslist+jwt"}' "$(jq -cn '{iat: 1767225600,
		sub: "https://cards.example/1", ttl: 43200,
		status_list: {bits: 2, lst: "eNrbuRgAAhcBXQ"}} | .'"${1:-ttl=43200}")" >"$dir/list.jwt"
	echo >>"$dir/list.jwt"
}
card=(credential --issuer-jwks "$dir/jwks.json" --issuer i --vct v --audience a --nonce n
	--at 2026-01-01T00:25:00Z)
status_list
t 1 "credential: a status and no list" "$(status_card 5)" "${card[@]}"
says "credential: it says that the list is missing" '^15 status +failed +no-status-list$'
t 0 "credential: a valid status" "$(status_card 5)" "${card[@]}" --status-list "$dir/list.jwt"
t 1 "credential: a revoked card" "$(status_card 0)" "${card[@]}" --status-list "$dir/list.jwt"
says "credential: it says that it is revoked" '^15 status +failed +revoked$'
t 1 "credential: a suspended card" "$(status_card 1)" "${card[@]}" --status-list "$dir/list.jwt"
says "credential: it says that it is suspended" '^15 status +failed +suspended$'
status_list 'ttl=60'
t 1 "credential: a stale list" "$(status_card 5)" "${card[@]}" --status-list "$dir/list.jwt"
says "credential: it says that the list is stale" 'list.jwt: error: .*check 6, time, fails'

# Lists are fetched over HTTPS, from a server of this machine.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=lists \
	-addext subjectAltName=IP:127.0.0.1 -keyout "$dir/lists.key" -out "$dir/lists.pem" 2>/dev/null
mkdir "$dir/lists"
lists_port=0
for _ in 1 2 3 4 5; do
	lists_port=$((20000 + RANDOM % 12000))
	(cd "$dir/lists" && exec openssl s_server -accept 127.0.0.1:$lists_port -WWW -quiet \
		-cert "$dir/lists.pem" -key "$dir/lists.key" >"$dir/lists.log" 2>&1 </dev/null) &
	lists_pid=$!
	for _ in $(seq 50); do
		(: <"/dev/tcp/127.0.0.1/$lists_port") 2>/dev/null && break 2
		kill -0 $lists_pid 2>/dev/null || break
		sleep 0.1
	done
done
lists=https://127.0.0.1:$lists_port
# serve NAME [MEMBER=VALUE]: a list of now, at that name.
serve() {
	status_list "sub=\"$lists/$1\" | .iat=$(($(date +%s) - ${3:-60})) | .${2:-ttl=43200}"
	cp "$dir/list.jwt" "$dir/lists/$1"
}
fetch=(status-list fetch --file "$dir/kept.jwt" --issuer-jwks "$dir/jwks.json" --ca "$dir/lists.pem")
serve one
t 0 "status-list fetch: a list" "" "${fetch[@]}" --url "$lists/one" --json
json "status-list fetch: it says so" '.status == "fine"'
[ "$(cat "$dir/kept.jwt")" = "$(cat "$dir/lists/one")" ]
verdict "status-list fetch: it is there" $?
[ "$(stat -c %a "$dir/kept.jwt") $(find "$dir" -name 'kept.jwt.*' | wc -l)" = "644 0" ]
verdict "status-list fetch: for everybody to read, and nothing beside it" $?
before=$(cat "$dir/kept.jwt")
serve one ttl=43200 30
t 0 "status-list fetch: a newer one" "" "${fetch[@]}" --url "$lists/one"
[ "$(cat "$dir/kept.jwt")" != "$before" ]
verdict "status-list fetch: the newer one is there" $?
before=$(cat "$dir/kept.jwt")
serve one ttl=43200 600
t 1 "status-list fetch: an older one" "" "${fetch[@]}" --url "$lists/one"
says "status-list fetch: it says that it is older" 'older than what is kept'
serve two
cp "$dir/lists/two" "$dir/lists/three"
t 1 "status-list fetch: the list of another address" "" "${fetch[@]}" --url "$lists/three"
says "status-list fetch: it says that it is another's" 'the list of another address'
serve stale ttl=10
t 1 "status-list fetch: a stale one" "" "${fetch[@]}" --url "$lists/stale"
says "status-list fetch: it says that it is stale" 'check 6, time, fails'
echo nonsense >"$dir/lists/nonsense"
t 1 "status-list fetch: no list" "" "${fetch[@]}" --url "$lists/nonsense"
head -c 9000000 /dev/zero >"$dir/lists/endless"
t 3 "status-list fetch: too much" "" "${fetch[@]}" --url "$lists/endless"
says "status-list fetch: it says that it is too much" 'longer than 8388608 octets'
t 3 "status-list fetch: a server that nobody vouches for" "" "${fetch[@]:0:6}" --url "$lists/one"
t 3 "status-list fetch: not https" "" "${fetch[@]}" --url "file://$dir/lists/one"
# The timer's own command line, as systemd would put it together: ${X} is one word, $X are several.
unit=$PWD/debian/freeradius-migrantid.migrantid-status-list@.service
# unit_runs NAME: with the settings of that list; its exit status, and what it said.
unit_runs() {
	local line
	line=$(sed -nE "s|%i|$1|g; s|^ExecStart=/usr/sbin/migrantidctl |\"$ctl\" |p" "$unit")
	line=${line//\$\{URL\}/\"\$URL\"}
	env -i STATE_DIRECTORY="$dir/fetched" CREDENTIALS_DIRECTORY="$dir/credentials" \
		$(grep -vE '^#' "$dir/$1.status-list" | grep -E '^URL=') \
		OPTIONS="$(sed -nE 's/^OPTIONS=//p' "$dir/$1.status-list")" \
		bash -c "$line" >"$dir/said" 2>&1
}
mkdir "$dir/fetched" "$dir/credentials"
cp "$dir/jwks.json" "$dir/credentials/jwks"
serve cards
printf '%s\n' "URL=$lists/cards" "OPTIONS=--ca $dir/lists.pem" >"$dir/cards.status-list"
unit_runs cards
verdict "status-list fetch: as the timer calls it" $?
[ "$(cat "$dir/lists/cards")" = "$(cat "$dir/fetched/cards.jwt")" ]
verdict "status-list fetch: where the server looks for it" $?
if command -v systemd-analyze >/dev/null; then
	mkdir "$dir/units"
	for part in service timer; do
		sed "s|/usr/sbin/migrantidctl|/bin/true|; s|@raddb@|/etc|; /^Documentation/d" \
			"${unit%service}$part" >"$dir/units/migrantid-status-list@.$part"
	done
	cp "$dir/units/migrantid-status-list@.service" "$dir/units/migrantid-status-list@x.service"
	cp "$dir/units/migrantid-status-list@.timer" "$dir/units/migrantid-status-list@x.timer"
	systemd-analyze verify --man=no "$dir"/units/*@x.* >"$dir/out" 2>&1 &&
		! grep -q migrantid-status-list "$dir/out"
	verdict "status-list fetch: systemd takes the service and its timer" $?
fi
kill $lists_pid
wait $lists_pid 2>/dev/null
t 3 "status-list fetch: nobody there" "" "${fetch[@]}" --url "$lists/one"
[ "$(cat "$dir/kept.jwt")" = "$before" ]
verdict "status-list fetch: what is kept stays" $?
t 2 "status-list fetch: without --url" "" "${fetch[@]}"
