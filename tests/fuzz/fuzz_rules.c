/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.cfg: a set is taken without an error, or refused with one; of a set that is taken, the
 * rule that holds is the first that does, is enabled, and is in force that day.
 */
#include "fuzz.h"
#include "rules/rules.h"
#include "rules/text.h"

#define RULES_MOST 64 /* what a file may hold */

static const struct date today = { 2026, 1, 1 };

/* Someone for every sort of rule; what the MRZ says is filled in by hand. */
static const struct sale sales[] = {
	{ .person = { { "P", "BLR", "MP1234567", { 2030, 1, 1 } }, "BLR", { 1990, 1, 31 } },
		.mrz = { .kind = MRZ_TD3,
			.document = { "P", "BLR", "MP1234567", { 0 } },
			.nationality = "BLR",
			.birth_year = 90,
			.birth_month = 1,
			.birth_day = 31,
			.expiry_year = 30,
			.expiry_month = 1,
			.expiry_day = 1,
			.sex = 'F' } },
	{ .person = { { "I", "UZB", "FA1234567", { 2030, 1, 1 } }, "UZB", { 2022, 2, 0 } } },
	{ .person = { { "PD", "KGZ", "AC1234567", { 2030, 1, 1 } }, "KGZ", { 1970, 1, 1 } },
		.accreditation = "mfa-diplomatic",
		.accreditation_expiry = { 2026, 1, 1 } },
	{ .person = { .nationality = "RUS" } },
	{ .person = { { 0 }, "", { 0 } } },
};

static bool in_force(const struct rule_info *rule)
{
	return rule->enabled &&
	       (!date_is_set(&rule->from) || date_compare(&rule->from, &today) <= 0) &&
	       (!date_is_set(&rule->until) || date_compare(&today, &rule->until) <= 0);
}

static void first_match_wins(const struct rule_set *set, const struct sale *sale)
{
	enum rule_verdict verdicts[RULES_MOST];
	int match = rules_match(set, sale, &today, verdicts);
	int tried = match >= 0 ? match : (int)rules_count(set);

	HOLDS(match == rules_match(set, sale, &today, NULL));
	HOLDS(match < (int)rules_count(set));
	for (int i = 0; i < tried; i++)
		HOLDS(verdicts[i] != RULE_HOLDS && rule_verdict_text(verdicts[i])[0] != '\0');
	if (match >= 0) {
		struct rule_info rule = rules_info(set, (size_t)match);

		HOLDS(verdicts[match] == RULE_HOLDS && in_force(&rule));
	}
}

/* Nobody is exempt for saying nothing: there is no rule that names nothing. */
static void says_something(const struct rule_set *set)
{
	const struct sale nobody = { 0 };

	HOLDS(rules_match(set, &nobody, &today, NULL) == -1);
}

static void is_valid(struct rule_set *set, const char *text)
{
	struct rule_set *again = rules_parse(text, "again.cfg", NULL);
	struct tally tally;
	struct reporter reporter = tally_reporter(&tally);

	HOLDS(again != NULL && strcmp(rules_digest(set), rules_digest(again)) == 0);
	HOLDS(strlen(rules_digest(set)) == RULES_DIGEST_LEN);
	HOLDS(rules_count(set) == rules_count(again) && rules_count(set) <= RULES_MOST);
	for (size_t i = 0; i < rules_count(set); i++) {
		struct rule_info rule = rules_info(set, i);

		HOLDS(text_is_word(rule.id, strlen(rule.id)) && strlen(rule.id) <= RULE_ID_MAX);
		HOLDS(rule.line > 0);
		for (size_t j = 0; j < i; j++)
			HOLDS(strcmp(rule.id, rules_info(set, j).id) != 0);
	}
	rules_warn(set, "rules.cfg", &today, &reporter);
	HOLDS(tally.said[SAY_ERROR] == 0);
	rules_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_copy(data, size);
	struct tally tally;
	struct reporter reporter = tally_reporter(&tally);
	struct rule_set *set = rules_parse(text, "rules.cfg", &reporter);

	HOLDS((set == NULL) == (tally.said[SAY_ERROR] > 0));
	if (set != NULL) {
		is_valid(set, text);
		says_something(set);
		for (size_t i = 0; i < ARRAY_LEN(sales); i++)
			first_match_wins(set, &sales[i]);
	}
	rules_free(set);
	free(text);
	return 0;
}
