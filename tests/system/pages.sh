#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# pages.sh - the manual pages speak of everything there is to set, to call and to be told, and what
# the pages for people name is there. How they are written is style.sh's to say.
set -uo pipefail
cd "$(dirname "$0")/../.."
. tests/system/tap.sh
sandbox=build/main/src/tools/sandbox/migrantid-sandbox
ctl=build/main/src/tools/ctl/migrantidctl

# names PAGE WHAT WORD..: each word is in the page.
names() {
	local page=$1 what=$2 missing='' text
	shift 2
	# A hyphen may be written \-.
	text=$(sed 's/\\-/-/g' "debian/$page")
	for word; do
		grep -qw -- "$word" <<<"$text" || missing+=" $word"
	done
	if [ $# = 0 ]; then
		not_ok "$page: there is no $what to look for"
	else
		same "$page names every $what ($#)" "$missing" ''
	fi
}

names rlm_migrantid.5 attribute \
	$(awk '$1 == "ATTRIBUTE" { print $2 }' config/dictionary.migrantid)
names rlm_migrantid.5 "result, reason and source" \
	$(awk '$1 == "VALUE" && $2 != "MigrantID-Accept-Challenge" { print $3 }' \
		config/dictionary.migrantid)
names migrantid.cfg.5 setting \
	$(grep -oE '^	\{ "[a-z_]+", CONF_[A-Z]+' src/config/settings_table.c | cut -d'"' -f2)
names migrantid-rules.5 setting \
	$(grep -oE '^	\{ "[a-z_]+", CONF_[A-Z]+' src/rules/rules_read.c | cut -d'"' -f2)
names migrantid-rules.5 "kind of evidence" stated document mrz credential
names migrantid-messages.5 reason $(awk '$1 == "VALUE" && $2 == "MigrantID-Reason" { print $3 }' \
	config/dictionary.migrantid)
names migrantid-sandbox.8 option $($sandbox --help | grep -oE -- '--[a-z][a-z-]+' | sort -u |
	sed 's/^--//')
names migrantid-sandbox.8 fault \
	$($sandbox --help | sed -n '/^Faults/,/^Exit/p' | awk '/^  / { print $1 }')
names migrantid-sandbox.8 "exit status" 0 1 2
names migrantidctl.8 option $($ctl --help | grep -oE -- '--[a-z][a-z-]+' | sort -u | sed 's/^--//')
for verb in mrz verify person-key check explain keys log report 'cache stats' 'cache purge' \
	'outage begin' 'outage end' 'outage show'; do
	names migrantidctl.8 "option of $verb" $($ctl $verb --help | grep -oE -- '--[a-z][a-z-]+' |
		sort -u | sed 's/^--//') $verb
done
names migrantidctl.8 "exit status" 0 1 2 3

same "the shipped settings are all there are" \
	"$(grep -oE '^	\{ "[a-z_]+", CONF_[A-Z]+' src/config/settings_table.c | grep -v CONF_GROUP |
		cut -d'"' -f2 | sort)" \
	"$(grep -oE '^	?[a-z_]+ = ' config/mods-config/migrantid/migrantid.cfg | tr -d '	 =' |
		grep -vxE 'operator|service|keys|waiting|cache|credential|issuers|reply|log|stats' | sort)"

# Where a file is named in the README or in docs, it is there.
for path in $(grep -ohP '(?<![-/\w])(rlm_migrantid|docs|tests|config|src|debian)/[\w./*-]+\w' README.md docs/*.md |
	sort -u); do
	compgen -G "$path" >/dev/null || missing_paths+=" $path"
done
same "what README and docs name is there" "${missing_paths:-}" ''

# What they tell people to type can be typed: each verb, and each of its options.
typed=0 wrong=''
while read -r first second rest; do
	verb=$first
	[ "$first" = --help ] || [ "$first" = --version ] && continue
	$ctl --help | grep -qE "^  $first $second  " && verb="$first $second" || rest="$second $rest"
	typed=$((typed + 1))
	# shellcheck disable=SC2086 # a verb may be two words
	help=$($ctl $verb --help 2>/dev/null) || wrong+=", $verb"
	for option in $(grep -oE -- '--[a-z][a-z-]*' <<<"$rest"); do
		grep -qE "^  $option " <<<"$help" || wrong+=", $verb $option"
	done
done < <(grep -ohP '(?<![-/\w])migrantidctl \K[a-z-][^`|<>#&;)]*' README.md docs/*.md debian/README.Debian |
	grep -E '^(--|[a-z]+(-[a-z]+)*( |$))' | grep -vE '^(checks|is|all|in|and|has|takes|writes) ' | sort -u)
same "verbs and options of migrantidctl that pages name are there ($typed)" "$wrong" ''

if python3 -c 'import yaml' 2>/dev/null; then
	holds "the contract is YAML" python3 -c 'import yaml; yaml.safe_load(open("docs/openapi.yaml"))'
fi
exit $tap_status
