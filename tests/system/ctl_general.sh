# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_general.sh - part of ctl.sh: how the program is called.

t 0 "--help" "" --help
mapfile -t verbs < <(sed -nE 's/^  ([a-z]+([ -][a-z]+)*)  .*/\1/p' "$dir/out")
[ ${#verbs[@]} -ge 8 ]
verdict "--help lists the verbs" $?
t 0 "--version" "" --version
says "--version names the version" '^migrantidctl [0-9]+\.[0-9]+'
t 2 "no verb" ""
t 2 "an unknown verb" "" FA1234567
silent "an unknown verb is not quoted" FA1234567
t 2 "half a verb" "" cache
for verb in "${verbs[@]}"; do
	read -ra words <<<"$verb"
	t 0 "$verb --help" "" "${words[@]}" --help
	says "$verb --help says how it is used" "^usage: migrantidctl $verb"
	t 2 "$verb FA1234567 is wrong usage" "" "${words[@]}" FA1234567
	silent "$verb does not quote it" FA1234567
	t 2 "$verb --number=FA1234567 is wrong usage" "" "${words[@]}" --number=FA1234567
	silent "$verb does not quote that either" FA1234567
	t 2 "$verb --json twice is wrong usage" "" "${words[@]}" --json --json
	t 2 "$verb --json=yes is wrong usage" "" "${words[@]}" --json=yes
done
t 2 "an option without its value" "" keys --jwks
t 2 "an option of another verb" "" mrz --config "$config"

# No option takes what identifies a person: document, name, birth, pseudonym, token. (--subject takes
# the form of a question.)
taken=$(for verb in "${verbs[@]}"; do
	read -ra words <<<"$verb"
	"$ctl" "${words[@]}" --help
done | grep -oE -- '--[a-z-]+' | sort -u |
	grep -E 'number|name|birth|nationality|mrz|token|subject-|sbj|msisdn|key-text')
[ -z "$taken" ]
verdict "no option takes what identifies a person" $?
! ldd "$ctl" | grep -qiE 'freeradius|talloc'
verdict "it is not linked with FreeRADIUS" $?

"$ctl" mrz <<<"$td3" >/dev/full 2>"$dir/err"
[ $? = 3 ]
verdict "a full disk is noticed" $?
"$ctl" mrz <&- >"$dir/out" 2>"$dir/err"
[ $? = 3 ]
verdict "standard input that is closed could not be done" $?

# Completion offers every verb, and every option of a verb.
completed=$(bash -c '. debian/migrantidctl.bash-completion
	COMP_WORDS=("$@") COMP_CWORD=1; _migrantidctl "$1"; echo "${COMPREPLY[*]}"' - "$ctl" "")
for verb in "${verbs[@]}"; do
	read -ra words <<<"$verb"
	grep -qw -- "${words[0]}" <<<"$completed"
	verdict "completion offers $verb" $?
	grep -qw "Cm $verb" debian/migrantidctl.8
	verdict "migrantidctl(8) has $verb" $?
	for option in $("$ctl" "${words[@]}" --help | awk '/^  --/ { print $1 }'); do
		grep -qE "Fl Fl ${option#--}( |\$)" debian/migrantidctl.8
		verdict "migrantidctl(8) has $option of $verb" $?
	done
done
completed=$(bash -c '. debian/migrantidctl.bash-completion
	COMP_WORDS=("$@") COMP_CWORD=2; _migrantidctl "$1"; echo "${COMPREPLY[*]}"' - "$ctl" verify \
	--sig)
[ "$completed" = --signature-only ]
verdict "completion offers an option" $?
