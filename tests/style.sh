#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# style.sh - what a machine can say of how the code, the scripts and the manual pages are written.
# Looks at what git knows, and with clang-tidy at the commands of build/clang. Prints TAP.
set -uo pipefail
cd "$(dirname "$0")/.."
. tests/system/tap.sh

formatter=14 # of clang-format: others break lines elsewhere
longest_function=50 longest_file=400 longest_line=100
cores=$(nproc)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

mapfile -t sources < <(git ls-files '*.c' '*.h')
mapfile -t code < <(git ls-files 'src/*.[ch]' 'rlm_migrantid/*.[ch]')
mapfile -t scripts < <(git grep -lE '^(#! ?/bin/(ba)?sh|# shellcheck shell)' -- . ':!*.md')
mapfile -t pages < <(git ls-files 'debian/*.[1-8]')

# none WHAT: standard input, which says what is wrong and where, is empty.
none() {
	cat >"$work/said"
	if [ -s "$work/said" ]; then not_ok "$1" "$work/said"; else ok "$1"; fi
}

format() {
	local version what="every source file is as clang-format leaves it"
	version=$(clang-format --version 2>/dev/null | sed -nE 's/.*version ([0-9]+).*/\1/p')
	if [ "$version" != "$formatter" ]; then
		skip "$what" "it is clang-format ${version:-none} and not $formatter"
		return
	fi
	printf '%s\n' "${sources[@]}" |
		xargs -P "$cores" -I {} sh -c 'clang-format --dry-run -Werror {} 2>/dev/null || echo {}' |
		sort | none "$what"
}

# Of code alone: a test or a table of data may be as long as its cases are many.
lengths() {
	awk -v most=$longest_function '
		FNR == 1 { began = head = 0 }
		/^$/ && !began { head = 0 }
		/^[a-z]/ && !began && !head { head = FNR }
		/^\{$/ { began = head ? head : FNR }
		/^\}/ && began {
			if (FNR - began >= most)
				printf "%s:%d: %d lines\n", FILENAME, began, FNR - began + 1
			began = head = 0
		}' "${code[@]}" | none "no function is over $longest_function lines"
	wc -l "${code[@]}" | awk -v most=$longest_file '$2 != "total" && $1 > most { print $2 ": " $1 }' |
		none "no file is over $longest_file lines"
	for file in "${code[@]}"; do
		expand -t 8 "$file" | awk -v file="$file" -v most=$longest_line \
			'length > most { print file ":" NR ": " length " columns" }'
	done | none "no line is over $longest_line columns"
}

marks() {
	local file
	for file in "${sources[@]}" "${scripts[@]}"; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-or-later' || echo "$file"
	done | none "every file names its licence"
	git grep -nE '[[:space:]]+$' -- "${sources[@]}" "${scripts[@]}" |
		none "no line ends in blanks"
	git grep -nwE 'goto|FIXME|TODO' -- "${code[@]}" | none "nothing is left to be done later"
}

# Names that readers from outside found hard; the guide's table of words has better ones.
hard='course|flights|guard|heed|unwell|preset|meanwhile|stand_[a-z]+|[a-z]+_(look|tell|heed|lose)|tell_[a-z]+|look_(at|up|for)[a-z_]*'

names() {
	# Comments and texts may say what they like.
	sed -E 's|/\*.*\*/||; s|/\*.*||; s|^ *\*.*||; s|"([^"\\]\|\\.)*"||g; s|^([[:space:]]+)\* .*||' "${code[@]}" |
		grep -owE "$hard" | sort -u | none "no name is one that was found hard"
}

analysers() {
	shellcheck --severity=warning "${scripts[@]}" 2>&1 | none "shellcheck has nothing to say"
	cppcheck --quiet --enable=warning,performance,portability --inline-suppr --std=c11 \
		-j "$cores" -Isrc -Irlm_migrantid --suppress=missingInclude src rlm_migrantid 2>&1 |
		none "cppcheck has nothing to say"
	jq -r '.[].file' build/clang/compile_commands.json | grep -E '/(src|rlm_migrantid)/' | sort -u |
		(cd build/clang && xargs -P "$cores" -n 4 clang-tidy -p . --quiet \
			--extra-arg=-Wno-format-nonliteral) 2>/dev/null |
		grep -E ' (warning|error): ' | sort -u | none "clang-tidy has nothing to say"
}

# shellcheck disable=SC1112 # that quotation mark is meant
# What a page looks like when a word of it was taken for a macro, or a quotation mark for markup.
misread='<(the|a|an|this|each)>|\('"'"'[A-Z]|’’|": [a-z]+ \}|[a-z] ,( |$)|(^| )(Ar|Cm|Fl|Pa|Pq|Ql|Sq|Xr) [a-z]'

manual() {
	local page
	for page in "${pages[@]}"; do
		groff -mandoc -ww -Tutf8 -P-cbou "$page" >"$work/groff" 2>"$work/groff.said"
		mandoc -Tlint -W warning "$page" >"$work/mandoc.said" 2>&1
		mandoc -Tutf8 "$page" | col -bx >"$work/mandoc"
		cat "$work/groff.said" "$work/mandoc.said" | none "$page is well-formed"
		grep -nE "$misread" "$work/groff" "$work/mandoc" | none "$page has no word misread"
		# The first and last lines are each formatter's own; groff hyphenates.
		for formatted in groff mandoc; do
			sed '1d;$d; s/\xc2\xa0//g; s/[‐–—]//g' "$work/$formatted" | tr -d ' \t\n-' |
				fold -w 60 >"$work/$formatted.text"
		done
		diff "$work/groff.text" "$work/mandoc.text" | head -n 4 |
			none "$page reads the same under groff and mandoc"
	done
}

# The guide names files and functions: each is there, and each step of the walk is where it says.
guide() {
	local path function
	grep -oP '`\K[\w<>.-]+(/[\w.-]+)+/?(?=`)' docs/HACKING.md | grep -E '^(rlm_migrantid|src|tests|docs|config|debian)/' |
		sort -u | while read -r path; do
		[ -e "$path" ] || echo "$path"
	done | none "every file of the guide is there"
	grep -oP '^[0-9]+\. `\K[\w./]+` `\w+' docs/HACKING.md | tr -d '`' | while read -r path function; do
		grep -qE "^[a-z].*\b$function\(" "$path" || echo "$path: $function()"
	done | none "every step of the way of a sale is where the guide says"
	grep -oP '`\K\w+(?=\(\)`)' docs/HACKING.md | sort -u | while read -r function; do
		grep -rqE "^[a-z].*\b$function\(" src rlm_migrantid --include='*.c' || echo "$function()"
	done | none "every function of the guide is there"
}

format
lengths
marks
names
analysers
manual
guide
exit $tap_status
