# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_inputs.sh - what ctl.sh looks at: specimens, settings, keys, tokens signed by openssl.

td3=$'P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n'
td1=$'I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\n'$'ERIKSSON<<ANNA<MARIA<<<<<<<<<<\n'
visa=$'V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<\n'

# A buyer from Uzbekistan; $sale is all that is needed.
sale='User-Name = "shop-17"
NAS-Identifier = "till-3"
MigrantID-Document-Type = "P", MigrantID-Document-Issuer = UZB
MigrantID-Document-Number = "FA1234567"
MigrantID-Document-Expiry = "2034-05-01"	# a comment
MigrantID-Nationality = '\''UZB'\''
migrantid-date-of-birth := "1990-01-31"
MigrantID-Consent-Text = "ru-2025-01"
'
personal='FA1234567|1990-01-31|UZB|ERIKSSON|L898902C|7408122'

b64u() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }

# Two key pairs; the other's only use is to sign wrongly.
for name in right other; do
	openssl genpkey -algorithm ed25519 -out "$dir/$name.pem" 2>/dev/null
done
key_x=$(openssl pkey -in "$dir/right.pem" -pubout -outform DER 2>/dev/null | tail -c 32 | b64u)
jwk="{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"$key_x\",\"use\":\"sig\""
echo "{\"keys\":[$jwk,\"kid\":\"k1\"}]}" >"$dir/jwks.json"
echo "{\"keys\":[$jwk}]}" >"$dir/jwks-no-kid.json"
echo '{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"k1"}]}' >"$dir/jwks-unusable.json"
thumbprint=$(printf '{"crv":"Ed25519","kty":"OKP","x":"%s"}' "$key_x" |
	openssl dgst -sha256 -binary | b64u)

# token HEADER CLAIMS [KEY]: a compact JWS on standard output, without a newline.
token() {
	local input
	input=$(printf %s "$1" | b64u).$(printf %s "$2" | b64u)
	printf %s "$input" >"$dir/to-sign"
	openssl pkeyutl -sign -rawin -inkey "$dir/${3:-right}.pem" -in "$dir/to-sign" \
		-out "$dir/signature" 2>/dev/null
	printf %s.%s "$input" "$(b64u <"$dir/signature")"
}

header='{"alg":"EdDSA","kid":"k1","typ":"sim-sale-verification+jwt"}'
subject=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
# claims [MEMBER=VALUE..] (JSON values): the claims of a right answer, some of them replaced.
claims() {
	local filter=. change
	for change in "$@"; do
		filter+=" | .${change%%=*} = ${change#*=}"
	done
	jq -cn '{iss: "https://id.example", aud: "op", iat: 1767225600, exp: 1767229200, jti: "j",
		txn: "t", nonce: "n", sbj: "'$subject'",
		sim_sale: {subject: "token+document", result: "yes", reason: "match"}} | '"$filter"
}

# settings: a fresh copy of what ships, with keys and certificates, in $dir/settings.
settings() {
	rm -rf "$dir/settings"
	cp -R config/mods-config/migrantid "$dir/settings"
	openssl rand -hex 32 >"$dir/settings/person.key"
	cp "$dir/client.pem" "$dir/settings/client.pem"
	cp "$dir/client.pem" "$dir/settings/ca.pem"
	cp "$dir/client.key" "$dir/settings/client.key"
	cp "$dir/jwks.json" "$dir/settings/jwks.json"
	mkdir -m 700 "$dir/settings/store"
	sed -i "s|store_directory = .*|store_directory = \"$dir/settings/store\";|" \
		"$dir/settings/migrantid.cfg"
	chmod 640 "$dir"/settings/*.key
}
# certificate DAYS: a client certificate that holds that long.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$1" \
		-subj /CN=operator -keyout "$dir/client.key" -out "$dir/client.pem" 2>/dev/null
}
certificate 365
settings
config=$dir/settings/migrantid.cfg
