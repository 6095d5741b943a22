# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_cache.sh - part of ctl.sh: explain --ask against a real sandbox, and the store it fills.

# shellcheck source=tests/system/fixture.sh
. tests/system/fixture.sh

stand=$dir/stand
cat >"$dir/people.json" <<'END'
{ "people": [ { "document": {"type": "P", "issuer": "UZB", "number": "FA1234567"},
	"nationality": "UZB", "date_of_birth": "1990-01-31", "result": "yes", "reason": "match",
	"valid_for": 3600, "pending_ms": 300 } ] }
END
trap 'fixture_stop "$stand"; rm -rf "$dir"' EXIT
fixture_sandbox "$stand" "$dir/people.json" && fixture_settings "$stand"
verdict "a sandbox service stands" $?
config=$stand/settings/migrantid.cfg
other=${sale/FA1234567/FA7654321}

asked() {
	[ "$(fixture_questions "$stand")" = "$2" ]
	verdict "$1" $?
}
# holds NAME N: so many answers are in the store.
holds() {
	t 0 "cache stats: $1" "" cache stats --config "$config" --json
	json "cache stats: $1: $2" ".entries == $2 and .capacity > .octets"
}

t 0 "check: the sandbox's settings" "" check --config "$config"
t 3 "cache stats: before the store is begun" "" cache stats --config "$config"
[ ! -e "$stand/store/answers.sqlite" ]
verdict "cache stats: begins none" $?
t 2 "explain --ask --at" "$sale" explain --config "$config" --ask --at 2026-01-01
t 0 "explain: without --ask" "$sale" explain --config "$config"
asked "explain: without --ask nobody is asked" 0
t 0 "explain --ask: a yes, pending at first" "$sale" explain --config "$config" --ask --json
json "explain --ask: from the service" '.result == "Yes" and .reason == "match" and
	.source == "Service" or .source == "Cache"'
silent "explain --ask: no value of the request is shown" "$personal"
questions=$(fixture_questions "$stand")
[ "$questions" -ge 1 ]
verdict "explain --ask: the service was asked" $?
t 0 "explain --ask: once more" "$sale" explain --config "$config" --ask --json
json "explain --ask: out of the store" '.result == "Yes" and .source == "Cache"'
asked "explain --ask: the service was not asked again" "$questions"
t 1 "explain --ask: somebody whom the service does not know" "$other" \
	explain --config "$config" --ask --json
json "explain --ask: is refused with a remedy" '.result == "No" and
	.reason == "not-enrolled" and (.remedy | length) > 0'

holds "two people" 2
t 0 "cache purge --person" "$other" cache purge --config "$config" --person --json
json "cache purge --person: one" '.removed == 1'
silent "cache purge --person: nothing of the request is shown" 'FA7654321|1990-01-31|UZB'
holds "one of them is left" 1
t 0 "cache purge --person: again" "$other" cache purge --config "$config" --person --json
json "cache purge --person: none" '.removed == 0'
t 1 "cache purge --person: no person" "User-Name = x" cache purge --config "$config" --person
t 0 "cache purge --before 2020" "" cache purge --config "$config" --before 2020-01-01 --json
json "cache purge --before 2020: none" '.removed == 0'

# While the operator's key is changed, what is kept under the old one goes too.
cp "$stand/settings/person.key" "$stand/settings/old.key"
openssl rand -hex 32 >"$stand/settings/person.key"
fixture_set "$config" 'operator.person_key_previous_file="old.key"'
t 0 "cache purge --person: under the previous key" "$sale" cache purge --config "$config" --person \
	--json
json "cache purge --person: under the previous key: one" '.removed == 1'
t 0 "explain --ask: fills it again" "$sale" explain --config "$config" --ask
t 0 "cache purge --before 2099" "" cache purge --config "$config" --before 2099-01-01 --json
json "cache purge --before 2099: one" '.removed == 1'
t 0 "explain --ask: and again" "$sale" explain --config "$config" --ask
t 0 "cache purge --all" "" cache purge --config "$config" --all --json
json "cache purge --all: one" '.removed == 1'
t 0 "cache purge --all, for people" "" cache purge --config "$config" --all
says "cache purge --all: says how soon a server forgets" 'running server forgets'
holds "nothing is left" 0
t 2 "cache purge: nothing said" "" cache purge --config "$config"
t 2 "cache purge: two things said" "" cache purge --config "$config" --all --person
t 2 "cache purge --before noon" "" cache purge --config "$config" --before noon

fixture_fault "$stand" http-500
t 3 "explain --ask: a service that fails" "$sale" explain --config "$config" --ask --json
json "explain --ask: could not be told, and is no no" '.result == "Undetermined" and
	.status == "unable"'
fixture_set "$config" 'cache.store="none"'
t 3 "cache stats: no store is used" "" cache stats --config "$config"
t 3 "cache purge: no store is used" "" cache purge --config "$config" --all
fixture_set "$config" 'cache.store="redis"'
fixture_set "$config" 'cache.redis_address="127.0.0.1:1"'
t 3 "cache purge: a Redis that is not reached" "" cache purge --config "$config" --all
says "cache purge: says which" 'redis_address: Redis at 127.0.0.1:1 cannot be reached'

# As root, what is made in the store's folder belongs to the folder's owner.
if [ "$(id -u)" = 0 ]; then
	settings
	config=$dir/settings/migrantid.cfg
	chmod 711 "$dir" "$dir/settings"
	chmod o+r "$dir"/settings/*.*
	chown nobody "$dir/settings/store"
	t 3 "explain --ask: as root, nobody listens" "$sale" explain --config "$config" --ask
	[ "$(stat -c %U "$dir"/settings/store/* | sort -u)" = nobody ]
	verdict "explain --ask: as root, the store is its owner's" $?
fi
