/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../heard.h"

static struct heard heard;

/* What is said on 2026-05-10 of a file with these rules, one a line from line 2 on. */
static void warn(const char *rules)
{
	static const struct date today = { 2026, 5, 10 };
	struct reporter reporter = heard_by(&heard);
	struct rule_set *set;
	char text[2048];

	(void)snprintf(text, sizeof(text),
		"home = \"RUS\"; documents = \"permit\"; rules = (\n%s);", rules);
	set = rules_parse(text, "rules.cfg", &reporter);
	if (set == NULL)
		fail_msg("%s\n%s", text, heard.text);
	rules_warn(set, "rules.cfg", &today, &reporter);
	rules_free(set);
}

#define RULE(id, members) "{ id = \"" id "\"; citation = \"c\"; " members " }"

static void what_is_over_is_told(void **state)
{
	static const struct {
		const char *members;
		bool over;
	} rows[] = {
		{ "age_below = 6; until = \"2026-05-09\";", true },
		{ "age_below = 6; until = \"2026-05-10\";", false },
		{ "age_below = 6; until = \"\";", false },
		{ "age_below = 6; from = \"2027-01-01\"; until = \"2027-12-31\";", false },
		{ "age_below = 6; until = \"2026-05-09\"; enabled = false;", false },
	};
	char rule[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(rule, sizeof(rule), "{ id = \"x\"; citation = \"c\"; %s }",
			rows[i].members);
		warn(rule);
		assert_int_equal(heard.count, rows[i].over);
		if (rows[i].over)
			assert_heard(&heard,
				"warning rules.cfg:2: rule \"x\" ended on 2026-05-09 and is off");
	}
}

static void what_is_never_reached_is_told(void **state)
{
	static const struct {
		const char *earlier, *later;
		bool hidden;
	} rows[] = {
		/* the same, and more conditions */
		{ "nationality = \"BLR\";", "nationality = \"BLR\";", true },
		{ "nationality = \"BLR\";", "nationality = \"BLR\"; age_below = 6;", true },
		{ "nationality = \"BLR\"; age_below = 6;", "nationality = \"BLR\";", false },
		{ "nationality = \"BLR\";", "age_below = 6;", false },
		{ "age_below = 6;", "nationality = \"BLR\";", false },
		/* words */
		{ "nationality = [ \"BLR\", \"UZB\" ];", "nationality = \"UZB\";", true },
		{ "nationality = \"UZB\";", "nationality = [ \"BLR\", \"UZB\" ];", false },
		{ "nationality = \"D\";", "nationality = \"deu\";", true },
		{ "issuer = [ \"BLR\", \"UZB\" ];", "issuer = [ \"UZB\", \"BLR\" ];", true },
		{ "issuer = \"BLR\";", "issuer = \"UZB\";", false },
		{ "issuer = \"BLR\";", "nationality = \"BLR\";", false },
		{ "document = \"P\";", "document = [ \"PD\", \"PO\" ];", true },
		{ "document = \"PD\";", "document = \"P\";", false },
		{ "document = \"PD\";", "document = \"PO\";", false },
		{ "document = \"P\";", "document = \"permit\";", false },
		{ "document = \"permit\";", "document = \"permit\";", true },
		{ "accreditation = [ \"a\", \"b\" ];", "accreditation = \"b\";", true },
		{ "accreditation = \"a\";", "accreditation = \"b\";", false },
		/* age */
		{ "age_below = 18;", "age_below = 6;", true },
		{ "age_below = 6;", "age_below = 6;", true },
		{ "age_below = 6;", "age_below = 18;", false },
		/* evidence */
		{ "age_below = 6; evidence = \"stated\";", "age_below = 6; evidence = \"mrz\";",
			true },
		{ "age_below = 6; evidence = \"document\";", "age_below = 6; evidence = \"mrz\";",
			true },
		{ "age_below = 6; evidence = \"mrz\";", "age_below = 6; evidence = \"document\";",
			false },
		{ "age_below = 6;", "age_below = 6; evidence = \"stated\";", false },
		/* a card stands for itself */
		{ "age_below = 6; evidence = \"stated\";",
			"age_below = 6; evidence = \"credential\";", false },
		{ "age_below = 6; evidence = \"credential\";", "age_below = 6; evidence = \"mrz\";",
			false },
		{ "age_below = 6; evidence = \"credential\";",
			"age_below = 5; evidence = \"credential\";", true },
		/* expiry */
		{ "age_below = 6;", "age_below = 6; expiry = \"known\";", true },
		{ "age_below = 6; expiry = \"known\";", "age_below = 6;", false },
		{ "age_below = 6; expiry = \"known\";", "age_below = 6; expiry = \"known\";",
			true },
		/* days */
		{ "age_below = 6; enabled = false;", "age_below = 6;", false },
		{ "age_below = 6; from = \"2026-05-10\";", "age_below = 6;", true },
		{ "age_below = 6; from = \"2026-05-11\";", "age_below = 6;", false },
		{ "age_below = 6; from = \"2026-05-11\";", "age_below = 6; from = \"2026-05-11\";",
			true },
		{ "age_below = 6; from = \"2026-05-12\";", "age_below = 6; from = \"2026-05-11\";",
			false },
		{ "age_below = 6; until = \"2026-12-31\";", "age_below = 6;", false },
		{ "age_below = 6; until = \"2026-12-31\";",
			"age_below = 6; until = \"2026-12-31\";", true },
		{ "age_below = 6; until = \"2026-12-31\";",
			"age_below = 6; until = \"2027-01-01\";", false },
	};
	char rules[512];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		(void)snprintf(rules, sizeof(rules),
			"{ id = \"x\"; citation = \"c\"; %s },\n"
			"{ id = \"y\"; citation = \"c\"; %s }",
			rows[i].earlier, rows[i].later);
		warn(rules);
		if (heard.count != rows[i].hidden)
			fail_msg("row %zu: %s\n%s", i, rules, heard.text);
		if (rows[i].hidden)
			assert_heard(&heard,
				"warning rules.cfg:3: rule \"y\" can never be reached: "
				"whenever it holds, \"x\" on line 2");
	}
}

static void each_rule_is_warned_of_once(void **state)
{
	(void)state;
	warn(RULE("a", "age_below = 6;") ",\n" RULE("b", "age_below = 6;") ",\n" RULE(
		"c", "age_below = 6;"));
	assert_int_equal(heard.count, 2);
	assert_heard(&heard, "rules.cfg:3: rule \"b\"");
	assert_heard(&heard, "rules.cfg:4: rule \"c\"");
	/* What is over hides nothing, and is told of as over alone. */
	warn(RULE("a", "age_below = 6; until = \"2026-01-01\";") ",\n" RULE(
		"b", "age_below = 6;") ",\n" RULE("c", "age_below = 6; until = \"2026-01-01\";"));
	assert_int_equal(heard.count, 2);
	assert_heard(&heard, "rules.cfg:2: rule \"a\" ended");
	assert_heard(&heard, "rules.cfg:4: rule \"c\" ended");
	warn(RULE("a", "age_below = 6; enabled = false;"));
	assert_int_equal(heard.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_over_is_told),
		cmocka_unit_test(what_is_never_reached_is_told),
		cmocka_unit_test(each_rule_is_warned_of_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
