# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ctl_mrz.sh - part of ctl.sh: the verb mrz.

t 0 "mrz: TD3" "$td3" mrz
says "mrz: the number and its verdict" '^document-number +L898902C3 +check digit holds$'
silent "mrz: the name is not shown" ERIKSSON
t 0 "mrz: TD1" "$td1" mrz
says "mrz: three lines are TD1" '^kind: TD1$'
t 0 "mrz: lower case" "${td3,,}" mrz
t 0 "mrz: line ends of Windows" "${td3//$'\n'/$'\r\n'}" mrz
t 0 "mrz --json" "$td3" mrz --json
json "mrz --json: kind and fields" '.kind == "TD3" and .status == "fine" and
	([.fields[] | select(.field == "date-of-birth")] == [{"field": "date-of-birth",
	"value": "74-08-12", "check_digit": "holds"}])'

# Each check digit of the TD3 specimen spoilt in turn: place in the second line, field.
while read -r place field; do
	digit=${td3:$((45 + place)):1}
	spoilt=${td3:0:$((45 + place))}$(((digit + 1) % 10))${td3:$((46 + place))}
	t 1 "mrz: the check digit of $field spoilt" "$spoilt" mrz --json
	json "mrz: $field is the one that fails" \
		".status == \"no\" and ([.fields[] | select(.check_digit == \"fails\") | .field] |
		index(\"$field\") != null)"
done <<-END
	9 document-number
	19 date-of-birth
	27 date-of-expiry
	42 optional-data
	43 composite
END
t 1 "mrz: a visa" "$visa" mrz
t 1 "mrz: nothing" "" mrz
t 1 "mrz: one line" "${td3%%$'\n'*}" mrz
t 1 "mrz: a wrong character" "${td3/L898/L8%8}" mrz
silent "mrz: what was wrong is not quoted" 'L8%8'
t 3 "mrz: far too much" "$(printf '%02000d' 0)" mrz
