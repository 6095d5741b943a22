# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_config.sh - part of ctl.sh: the verb check, and person-key.

checks() {
	local want=$1 name=$2
	shift 2
	t "$want" "check: $name" "" check --config "$config" "$@"
}

checks 0 "as shipped, with keys"
says "check: rules nobody has cited an act for" 'rules.cfg:[0-9]+: warning: 4 enabled rules cite no act'
[ "$(grep -c 'cite no act' "$dir/err")" = 1 ]
verdict "check: and in one warning" $?
sed -i 's/CHANGE: /Act /' "$dir/settings/rules.cfg"
checks 0 "all in order" --json
json "check: no message at all" '.status == "fine" and .errors == 0 and .warnings == 0 and
	.rules == 4 and has("messages") == false'
json "check: the libraries that do the work" '.libraries | test(
	"^libcurl [78][.0-9]+, OpenSSL 3[.0-9]+, SQLite 3[.0-9]+, hiredis [01][.0-9]+( \\(without TLS\\))?$")'

# A server's folder, with the virtual server as it is shipped.
mkdir -p "$dir/raddb/mods-config" "$dir/raddb/sites-enabled"
ln -s "$dir/settings" "$dir/raddb/mods-config/migrantid"
site=$dir/raddb/sites-enabled/sim-sale
cp config/sites-available/sim-sale "$site"
t 0 "check: the site as shipped" "" check --config "$dir/raddb/mods-config/migrantid/migrantid.cfg"
silent "check: its secret is this machine's" 'secret as shipped'
sed -i '/^client sim-sale-shop/,/^}/s/ipaddr = .*/ipaddr = 192.0.2.0\/24/' "$site"
t 0 "check: shops beyond this machine" "" check \
	--config "$dir/raddb/mods-config/migrantid/migrantid.cfg"
says "check: the secret as shipped is told" 'sim-sale:[0-9]+: warning: .*secret as shipped'
silent "check: and only said to be that" testing123
sed -i 's/secret = testing123/secret = aN0ther-0ne-0f-32-characters-f0r-us/' "$site"
t 0 "check: a secret of their own" "" check --config "$dir/raddb/mods-config/migrantid/migrantid.cfg"
silent "check: a secret of their own is fine" 'secret as shipped'

# A Redis that is not there does not stop the server, but somebody should hear of it.
sed -i 's/store = "disk"/store = "redis"/; s|redis_address = ".*"|redis_address = "127.0.0.1:1"|' "$config"
checks 0 "a Redis that is down"
says "check: a Redis that is down is told" 'warning: .*Redis'
settings
sed -i 's/CHANGE: /Act /' "$dir/settings/rules.cfg"
t 3 "check: no settings" "" check --config "$dir/none"

# wrong NAME STATUS PATTERN: what was just spoilt is told so; then all is put right again.
wrong() {
	checks "$2" "$1"
	says "check: $1 is told" "$3"
	settings
	sed -i 's/CHANGE: /Act /' "$dir/settings/rules.cfg"
}
cd_settings=$dir/settings
echo 'unknown = 1;' >>"$config"
wrong "an unknown setting" 1 'migrantid.cfg:[0-9]+: error: .*unknown'
echo 'rules = ( {' >>"$cd_settings/rules.cfg"
wrong "rules that do not parse" 1 'rules.cfg:[0-9]+: error'
sed -i 's/no-match/no-mach/' "$cd_settings/messages.cfg"
wrong "a reason that is none" 1 'messages.cfg:[0-9]+: error'
sed -i 's/until = ""/until = "2025-12-31"/' "$cd_settings/rules.cfg"
wrong "rules that are over" 0 'rules.cfg:[0-9]+: warning: .*ended on 2025-12-31'
sed -i 's/nationality = \[ "BLR" \]/age_below = 6/; s/evidence = "mrz"/evidence = "stated"/' \
	"$cd_settings/rules.cfg"
wrong "a rule that cannot be reached" 0 'warning: .*"child-under-six" can never be reached'
echo 12345 >"$cd_settings/person.key"
wrong "a key that is none" 1 'person.key: error'
cp "$cd_settings/person.key" "$cd_settings/old.key"
sed -i 's/previous_file = ""/previous_file = "old.key"/' "$config"
wrong "the same key twice" 0 'old.key: warning: .*same key'
chmod 644 "$cd_settings/client.key"
wrong "a secret that everybody may read" 0 'warning: .*client.key is a secret'
chmod 666 "$cd_settings/rules.cfg"
wrong "rules that everybody may change" 0 'rules.cfg: warning: everybody may change it'
rm "$cd_settings/ca.pem"
wrong "a file that is not there" 1 'migrantid.cfg:[0-9]+: error: .*ca.pem'
echo nothing >"$cd_settings/client.pem"
wrong "a certificate that is none" 1 'client.pem: error: holds no certificate'
echo '-----BEGIN CERTIFICATE-----' >>"$cd_settings/client.pem"
wrong "a certificate and half of another" 1 'client.pem: error: what stands behind certificate 1'
sed 's/^-----BEGIN CERTIFICATE-----/&\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n/' \
	"$dir/client.pem" >"$cd_settings/ca.pem"
wrong "an authority with a password" 1 'ca.pem: error: holds no certificate'
cp "$dir/jwks-unusable.json" "$cd_settings/jwks.json"
wrong "no usable key of the service" 1 'jwks.json: error: no usable key'
cp "$dir/jwks-no-kid.json" "$cd_settings/jwks.json"
wrong "a key without kid" 0 'jwks.json: warning: .*no kid'
rm -r "$cd_settings/store"
wrong "no folder for the store" 0 'store: warning: is no folder'
openssl pkey -in "$dir/client.key" -aes256 -passout pass:x -out "$cd_settings/client.key"
wrong "a private key with a password" 1 'client.key: error: wants a password'
cp "$dir/right.pem" "$cd_settings/client.key"
wrong "another certificate's key" 1 'client.key: error: is not the key'
certificate 20
settings
wrong "a certificate that expires soon" 0 \
	'client.pem: warning: certificate 1 expires in (19|20) days'
FAKETIME=-400d LD_PRELOAD=$(ls /usr/lib/*/faketime/libfaketime.so.1) certificate 365
settings
wrong "an expired certificate" 1 'client.pem: error: certificate 1 has expired'
certificate 365
settings

t 0 "person-key" "$sale" person-key --config "$config"
current=$(sed -n 's/^current: //p' "$dir/out")
[[ $current =~ ^[A-Za-z0-9_-]{43}$ ]]
verdict "person-key: 43 characters of base64url" $?
silent "person-key: what was read is not shown" "$personal"
t 0 "person-key: another spelling of the same number" "${sale/FA1234567/fa 123-4567}" \
	person-key --config "$config" --json
json "person-key: is the same person" ".current == \"$current\" and has(\"previous\") == false"
cp "$dir/settings/person.key" "$dir/settings/old.key"
openssl rand -hex 32 >"$dir/settings/person.key"
sed -i 's/previous_file = ""/previous_file = "old.key"/' "$config"
t 0 "person-key: while the key is changed" "$sale" person-key --config "$config" --json
json "person-key: both pseudonyms" ".previous == \"$current\" and .current != \"$current\""
t 1 "person-key: no number" "${sale/MigrantID-Document-Number = \"FA1234567\"/}" \
	person-key --config "$config"
says "person-key: the missing attribute is named" 'MigrantID-Document-Number: attribute-missing'
t 3 "person-key: no settings" "$sale" person-key --config "$dir/none"
settings
