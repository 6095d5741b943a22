/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_warn.c - rules that read well but do nothing: over, or standing behind one that holds
 * whenever they would.
 */
#include <string.h>

#include "rules/rules_internal.h"

static bool same(const char *wide, const char *narrow)
{
	return strcmp(wide, narrow) == 0;
}

/* True if whatever meets the narrow words meets the wide ones too. */
static bool words_cover(const struct words *wide, const struct words *narrow,
	bool (*covers)(const char *wide, const char *narrow))
{
	if (wide->count == 0)
		return true;
	for (size_t n = 0; n < narrow->count; n++) {
		size_t w = 0;

		while (w < wide->count && !covers(wide->at[w], narrow->at[n]))
			w++;
		if (w == wide->count)
			return false;
	}
	return narrow->count > 0;
}

static bool age_covers(int wide, int narrow)
{
	return wide == 0 || (narrow > 0 && narrow <= wide);
}

static bool is_over(const struct rule *rule, const struct date *today)
{
	return date_is_set(&rule->until) && date_compare(&rule->until, today) < 0;
}

/* True if the wide rule is in force on every day from today on on which the narrow one is. */
static bool days_cover(const struct rule *wide, const struct rule *narrow, const struct date *today)
{
	const struct date *first = today;

	if (date_is_set(&narrow->from) && date_compare(&narrow->from, today) > 0)
		first = &narrow->from;
	if (date_is_set(&wide->from) && date_compare(&wide->from, first) > 0)
		return false;
	if (!date_is_set(&wide->until))
		return true;
	return date_is_set(&narrow->until) && date_compare(&narrow->until, &wide->until) <= 0;
}

/* Each kind of evidence asks for all that those before it ask for; but a card stands for itself. */
static bool evidence_covers(enum evidence wide, enum evidence narrow)
{
	return wide == narrow || (narrow != EVIDENCE_CREDENTIAL && wide <= narrow);
}

static bool hides(const struct rule *wide, const struct rule *narrow, const struct date *today)
{
	return wide->enabled && evidence_covers(wide->evidence, narrow->evidence) &&
	       wide->expiry_known <= narrow->expiry_known && days_cover(wide, narrow, today) &&
	       words_cover(&wide->nationality, &narrow->nationality, same) &&
	       words_cover(&wide->issuer, &narrow->issuer, same) &&
	       words_cover(&wide->document, &narrow->document, rule_document_covers) &&
	       words_cover(&wide->accreditation, &narrow->accreditation, same) &&
	       age_covers(wide->age_below, narrow->age_below);
}

static void warn_hidden(const struct rule_set *set, size_t index, const char *file,
	const struct date *today, const struct reporter *reporter)
{
	const struct rule *rule = &set->rules[index];

	for (const struct rule *earlier = set->rules; earlier < rule; earlier++) {
		if (!hides(earlier, rule, today))
			continue;
		report(reporter, SAY_WARNING, file, rule->line,
			"rule \"%s\" can never be reached: whenever it holds, \"%s\" on line %d "
			"held before it; move it up, or take one of them out",
			rule->id, earlier->id, earlier->line);
		return;
	}
}

void rules_warn(const struct rule_set *set, const char *file, const struct date *today,
	const struct reporter *reporter)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct rule *rule = &set->rules[i];
		char until[DATE_TEXT_LEN + 1];

		if (!rule->enabled)
			continue;
		if (!is_over(rule, today)) {
			warn_hidden(set, i, file, today, reporter);
			continue;
		}
		date_format(&rule->until, until);
		report(reporter, SAY_WARNING, file, rule->line,
			"rule \"%s\" ended on %s and is off: whoever it exempted is asked about "
			"again; renew it, or set enabled = false",
			rule->id, until);
	}
}
