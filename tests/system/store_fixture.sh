# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# store_fixture.sh - the file in the store's folder, and what may befall it. To be sourced after
# fixture.sh:
#
#	store_people FILE	people for a sandbox: GOOD00001 has the token token-good; the rest is
#				known, too
#	store_file FOLDER	the name of the store's file, in $store_file
#	store_crash DIR		the server of DIR ends as by a power failure; no less
#	store_damage FILE SEED	some octets, here and there, are others: always the same for a SEED

store_people() {
	cat >"$1" <<'END'
{ "people": [ { "document": {"type": "P", "issuer": "UZB", "number": "GOOD00001"},
	"nationality": "UZB", "date_of_birth": "1990-01-31", "result": "yes", "reason": "match",
	"token": "token-good" } ], "default": { "result": "yes", "reason": "match" } }
END
}

store_file() {
	local file
	store_file=''
	for file in "$1"/*; do
		case $file in
		*-lock | *-journal | *-wal | *-shm | *damaged*) ;;
		*) store_file=$file ;;
		esac
	done
	[ -n "$store_file" ]
}

store_crash() {
	local pid
	pid=$(cat "$1/server/pid")
	rm -f "$1/server/pid"
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	return 0
}

# Holes stay holes: what is damaged is what was written.
store_damage() {
	perl -e 'my ($file, $seed) = @ARGV; srand($seed);
		open my $f, "+<:raw", $file or die "$file: $!\n";
		my $size = -s $f; $size = 512 * (stat $f)[12] if $size > 512 * (stat $f)[12];
		for (1 .. 1 + int rand 40) {
			seek $f, int(rand $size), 0;
			print $f pack "C*", map { int rand 256 } 1 .. 1 + int rand 8;
		}' "$1" "$2"
}
