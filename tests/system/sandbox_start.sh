# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sandbox_start.sh - part of sandbox.sh: how migrantid-sandbox is called, and what it refuses.

# started OPTION..: its status; what it said in $work/said.
started() {
	local status=0
	timeout -s KILL 5 "$sandbox" "$@" >"$work/said" 2>&1 </dev/null || status=$?
	echo "$status"
}

calls() {
	local row
	same "--help ends well" "$(started --help)" 0
	holds "and lists the faults" grep -q 'bad-signature' "$work/said"
	for row in $(sed -n '/^Faults/,/^Exit/p' "$work/said" | awk '/^  / { print $1 }'); do
		holds "the manual page has the fault $row" grep -qw -- "$row" \
			debian/migrantid-sandbox.8
	done
	same "--version ends well" "$(started --version)" 0
	while IFS='|' read -r what row; do
		# shellcheck disable=SC2086 # options
		same "$what is wrong usage" "$(started $row)" 2
		holds "$what: said in words" grep -q '^migrantid-sandbox: ' "$work/said"
	done <<-END
		no people file|--port 0
		an unknown option|--people $work/people.json --colour red
		a word too many|--people $work/people.json red
		a port of 65536|--people $work/people.json --port 65536
		an algorithm that is not one|--people $work/people.json --algorithm RS256
		a delay in words|--people $work/people.json --delay-ms soon
		a name to listen at|--people $work/people.json --listen localhost
		plain for everybody|--people $work/people.json --plain --listen 0.0.0.0
		plain for everybody by IPv6|--people $work/people.json --plain --listen ::
	END
	same "a people file that is not there" "$(started --people "$work/none.json")" 1
	same "a folder that cannot be" \
		"$(started --people "$work/people.json" --state /dev/null/x --port 0)" 1
	same "an address that is not ours" "$(started --people "$work/people.json" \
		--state "$work/elsewhere" --port 0 --listen 192.0.2.1)" 1
}

# A people file that is wrong in one thing: what stands at person 2, or as the default; the line
# at which it is wrong, and a word of what is said. A \n is a new line.
wrong_people() {
	local one='{"document":{"type":"P","issuer":"UZB","number":"WHO000001"},"nationality":"UZB",
"date_of_birth":"1990-01-31","token":"token-1"}' who who_else
	who='"nationality":"UZB","date_of_birth":"1990-01-31"'
	who_else='"document":{"type":"P","issuer":"UZB","number":"WHO000002"},'$who
	while IFS='|' read -r what entry preset line said; do
		printf '{ "people": [\n%s,\n%b],\n"default":\n %b}\n' "$one" \
			"${entry:-{$who_else\}}" "${preset:-{\}}" >"$work/wrong.json"
		same "people file: $what" "$(started --people "$work/wrong.json" --state "$work/none")" 1
		holds "people file: $what: the line" grep -q "wrong.json:$line: .*$said" "$work/said"
		fails "people file: $what: of nobody" grep -q 'WHO00000\|1990' "$work/said"
	done <<-END
		no JSON|{,}||4|strict JSON
		a member twice|{"fault":null,\n"fault":null}||5|duplicate
		no object|\n7||5|no object
		no document|{$who}||4|no document
		no birth|{"document":{"type":"P","issuer":"UZB","number":"X"},"nationality":"UZB"}||4|date_of_birth
		an unknown member|{$who_else,\n\n"colour":1}||6|colour
		an unknown member of the document|{\n"document":{"colour":1}}||5|document
		an empty number|{"document":{"type":"P","issuer":"UZB","number":""},$who}||4|document
		an unknown fault|{$who_else,\n"fault":"none-such"}||5|fault
		an unknown reason|{$who_else,"result":"no",\n"reason":"why"}||5|do not go together
		yes for want of a match|{$who_else,"result":"yes",\n"reason":"no_match"}||5|do not go together
		a fraction of a second|{$who_else,\n"valid_for":1.5}||5|valid_for
		a time before|{$who_else,\n"delay_ms":-1}||5|delay_ms
		a time beyond all bounds|{$who_else,\n"valid_for":9223372036854775807}||5|valid_for
		the same person twice|{"document":{"type":"PA","issuer":"UZB","number":"WHO000001"},$who}||4|same document as person 1
		the same token twice|{$who_else,\n"token":"token-1"}||5|same token as person 1
		a second document without a birth|{$who_else,\n"documents":[{"document":{"type":"P","issuer":"UZB","number":"X"},"nationality":"UZB"}]}||5|date_of_birth
		a second document with a colour|{$who_else,\n"documents":[{"document":{"type":"P","issuer":"UZB","number":"X"},$who,"colour":1}]}||5|documents
		a second document that the first person has|{$who_else,\n"documents":[{"document":{"type":"P","issuer":"UZB","number":"WHO000001"},$who}]}||4|same document as person 1
		tokens that are no list|{$who_else,\n"tokens":"x"}||5|tokens
		one of the tokens twice|{$who_else,\n"tokens":["token-2","token-1"]}||4|same token as person 1
		a card that is lost|{$who_else,\n"card":"lost"}||5|card
		an accreditation by number|{$who_else,\n"accreditation":1}||5|accreditation
		an accreditation until never|{$who_else,\n"accreditation_expiry":"2040-02-30"}||5|accreditation_expiry
		a day that does not exist|{"document":{"type":"P","issuer":"UZB","number":"WHO000002"},"nationality":"UZB",\n"date_of_birth":"1990-02-30"}||5|date_of_birth
		a person as the default||{\n$who}|7|nationality
		a card of whoever comes||{\n"card":"valid"}|7|card
		a wrong default||{"result":"yes",\n"reason":"x"}|7|do not go together
	END
	echo '{"people": [], "peoples": []}' >"$work/wrong.json"
	same "people file: an unknown list" "$(started --people "$work/wrong.json")" 1
	fails "and no folder was made for any" test -e "$work/none/ca.pem"
}

# A folder in which one file is damaged is refused with that file's name, and left as it is.
damaged_folder() {
	local file
	for file in ca.pem server.pem server.key signing.key cards.key; do
		rm -rf "$work/damaged"
		cp -R "$work/sandbox" "$work/damaged"
		echo rubbish >"$work/damaged/$file"
		same "a damaged $file" "$(started --people "$work/people.json" \
			--state "$work/damaged" --port 0)" 1
		holds "a damaged $file: its name" grep -q "damaged/$file: is no" "$work/said"
		same "a damaged $file: not replaced" "$(cat "$work/damaged/$file")" rubbish
	done
}

# --algorithm makes a key of that kind; of another one than there is, a new one beside it.
other_keys() {
	local algorithm
	for algorithm in PS256 Ed25519; do
		fixture_stop "$work"
		rm -rf "$work/sandbox"
		fixture_sandbox "$work" "$work/people.json" --algorithm $algorithm
		same "--algorithm $algorithm: the key" "$(jq -r '.keys[].alg' "$work/sandbox/jwks.json")" \
			$algorithm
		told_anew document YES000001 >/dev/null
		holds "--algorithm $algorithm: the answer stands" verify
	done
	fixture_stop "$work"
	fixture_sandbox "$work" "$work/people.json" --algorithm ES256
	same "another algorithm than before: both keys" \
		"$(jq -r '.keys[].alg' "$work/sandbox/jwks.json" | xargs)" "ES256 Ed25519"
	fixture_stop "$work"
	rm -rf "$work/sandbox"
	fixture_sandbox "$work" "$work/people.json"
}
