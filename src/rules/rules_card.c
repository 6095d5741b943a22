/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules_card.c - does a rule hold by what a digital ID card says, and by nothing else? */
#include "rules/rules_internal.h"

/* Once reached an age stays reached, whatever another claim of the card says. */
static bool says_age(const struct card *card, int years, bool reached)
{
	for (size_t i = 0; i < card->age_count; i++)
		if (card->ages[i].years == years && card->ages[i].reached == reached)
			return true;
	return false;
}

/* That somebody is below an age becomes wrong on a birthday, which only a date of birth tells. */
static enum rule_verdict judge_age(const struct card *card, int years, const struct date *today)
{
	enum rule_verdict verdict = rule_judge_age(years, &card->person.birth, today);

	if (says_age(card, years, true))
		return RULE_TOO_OLD;
	if (verdict != RULE_AGE_UNKNOWN || !says_age(card, years, false))
		return verdict;
	return date_compare(&card->issued_on, today) == 0 ? RULE_HOLDS : RULE_AGE_OF_ANOTHER_DAY;
}

enum rule_verdict rule_judge_card(
	const struct rule *rule, const struct sale *sale, const struct date *today)
{
	const struct date *expiry = &sale->person.document.expiry;
	const struct card *card = sale->card;
	enum rule_verdict verdict;

	if (card == NULL)
		return RULE_NO_CREDENTIAL;
	if (!card->bearer_allowed && !card_names_document(card))
		return RULE_NO_DOCUMENT_ON_CARD;
	verdict = rule_judge_words(rule, &card->person);
	if (verdict == RULE_HOLDS && rule->age_below > 0)
		verdict = judge_age(card, rule->age_below, today);
	if (verdict == RULE_HOLDS)
		verdict = rule_judge_accreditation(
			rule, card->accreditation, &card->accreditation_expiry, today);
	if (verdict == RULE_HOLDS && date_is_set(expiry) && date_compare(expiry, today) < 0)
		return RULE_DOCUMENT_EXPIRED;
	return verdict;
}
