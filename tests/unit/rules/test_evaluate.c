/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/evaluate.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../heard.h"
#include "a_sale.h"

#define TOLD_MAX 8
#define ONLY(form) (1u << (form))

#define TODAY                                                                                      \
	{                                                                                          \
		2026, 3, 1                                                                         \
	}

static const struct sale_options strict = { .today = TODAY };
static const struct date today = TODAY;
static struct rule_set *rules;

static int parse_rules(void **state)
{
	static struct heard heard;
	struct reporter reporter = heard_by(&heard);

	(void)state;
	rules = rules_parse("home = \"RUS\"; documents = [ \"residence-permit\" ]; rules = ("
			    "{ id = \"off\"; citation = \"c\"; enabled = false; evidence = "
			    "\"stated\"; nationality = [ \"BLR\" ]; },"
			    "{ id = \"union\"; citation = \"c\"; evidence = \"stated\"; "
			    "nationality = [ \"BLR\" ]; },"
			    "{ id = \"permit\"; citation = \"c\"; evidence = \"stated\"; document "
			    "= [ \"residence-permit\" ]; } );",
		"rules.cfg", &reporter);
	if (rules == NULL)
		fail_msg("%s", heard.text);
	return 0;
}

static int drop_rules(void **state)
{
	(void)state;
	rules_free(rules);
	return 0;
}

struct row {
	struct told told[TOLD_MAX + 1];
	unsigned forms; /* 0: all */
	enum verdict_kind kind;
	enum attribute attribute;
	int rule; /* with VERDICT_EXEMPT */
	enum subject_form form; /* with VERDICT_ASK */
};

static struct sale read_sale(const struct told *told)
{
	struct request request = { 0 };
	struct sale sale;
	struct sale_fault fault;

	add_all(&request, told);
	if (!sale_read(request.fields, request.count, &strict, &sale, &fault))
		fail_msg("%s: %s", reason_name(fault.reason), attribute_name(fault.attribute));
	return sale;
}

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct sale sale = read_sale(row->told);
		struct verdict got = evaluate(
			&sale, rules, &today, row->forms == 0 ? FORMS_ALL : row->forms, NULL);

		if (got.kind != row->kind || got.attribute != row->attribute ||
			got.rule != (row->kind == VERDICT_EXEMPT ? row->rule : -1) ||
			(got.kind == VERDICT_ASK && got.form != row->form))
			fail_msg("row %zu: kind %d, %s, rule %d, form %d", i, (int)got.kind,
				attribute_name(got.attribute), got.rule, (int)got.form);
	}
}

/* clang-format off */
#define TYPE { ATTR_DOCUMENT_TYPE, "P" }
#define ISSUER { ATTR_DOCUMENT_ISSUER, "UZB" }
#define NUMBER { ATTR_DOCUMENT_NUMBER, "FA1" }
#define EXPIRY { ATTR_DOCUMENT_EXPIRY, "2030-01-01" }
#define NATIONALITY { ATTR_NATIONALITY, "UZB" }
#define BIRTH { ATTR_DATE_OF_BIRTH, "1990-00-00" }
#define CONSENT { ATTR_CONSENT_TEXT, "ru" }
#define TOKEN { ATTR_SUBJECT_TOKEN, "t" }
/* clang-format on */

static void each_form_is_asked_by_what_is_shown(void **state)
{
	static const struct row rows[] = {
		{ { TYPE, ISSUER, NUMBER, NATIONALITY, BIRTH, CONSENT }, 0, VERDICT_ASK,
			.form = SUBJECT_DOCUMENT },
		{ { TYPE, ISSUER, NUMBER, EXPIRY, NATIONALITY, BIRTH, CONSENT }, 0, VERDICT_ASK,
			.form = SUBJECT_DOCUMENT },
		{ { TOKEN, CONSENT }, 0, VERDICT_ASK, .form = SUBJECT_TOKEN },
		/* For the rules: whose they are is the token's to say. */
		{ { TOKEN, NATIONALITY, CONSENT }, 0, VERDICT_ASK, .form = SUBJECT_TOKEN },
		{ { TOKEN, NATIONALITY, BIRTH, CONSENT }, 0, VERDICT_ASK, .form = SUBJECT_TOKEN },
		{ { TOKEN, TYPE, ISSUER, NUMBER, NATIONALITY, BIRTH, CONSENT }, 0, VERDICT_ASK,
			.form = SUBJECT_TOKEN_DOCUMENT },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void what_is_missing_is_told_in_order(void **state)
{
	static const struct row rows[] = {
		{ { { ATTR_SALE_ID, "1" } }, 0, VERDICT_MISSING, ATTR_DOCUMENT_TYPE },
		{ { CONSENT }, 0, VERDICT_MISSING, ATTR_DOCUMENT_TYPE },
		{ { ISSUER, NUMBER, NATIONALITY, BIRTH, CONSENT }, 0, VERDICT_MISSING,
			ATTR_DOCUMENT_TYPE },
		{ { TYPE, CONSENT }, 0, VERDICT_MISSING, ATTR_DOCUMENT_ISSUER },
		{ { TYPE, ISSUER, BIRTH }, 0, VERDICT_MISSING, ATTR_DOCUMENT_NUMBER },
		{ { TYPE, ISSUER, NUMBER }, 0, VERDICT_MISSING, ATTR_NATIONALITY },
		{ { TYPE, ISSUER, NUMBER, NATIONALITY }, 0, VERDICT_MISSING, ATTR_DATE_OF_BIRTH },
		{ { TYPE, ISSUER, NUMBER, NATIONALITY, BIRTH }, 0, VERDICT_MISSING,
			ATTR_CONSENT_TEXT },
		{ { TOKEN }, 0, VERDICT_MISSING, ATTR_CONSENT_TEXT },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

/* A slip of the clerk must not turn the stricter question into the laxer one. */
static void half_a_document_beside_a_token_is_missing_something(void **state)
{
	static const struct row rows[] = {
		{ { TOKEN, TYPE, CONSENT }, 0, VERDICT_MISSING, ATTR_DOCUMENT_ISSUER },
		{ { TOKEN, ISSUER, CONSENT }, 0, VERDICT_MISSING, ATTR_DOCUMENT_TYPE },
		{ { TOKEN, NUMBER, CONSENT }, 0, VERDICT_MISSING, ATTR_DOCUMENT_TYPE },
		{ { TOKEN, EXPIRY, CONSENT }, 0, VERDICT_MISSING, ATTR_DOCUMENT_TYPE },
		{ { TOKEN, TYPE, ISSUER, NUMBER, CONSENT }, 0, VERDICT_MISSING, ATTR_NATIONALITY },
		{ { TOKEN, TYPE, ISSUER, NUMBER, NATIONALITY, CONSENT }, 0, VERDICT_MISSING,
			ATTR_DATE_OF_BIRTH },
		{ { TOKEN, TYPE, ISSUER, NUMBER, NATIONALITY, BIRTH }, 0, VERDICT_MISSING,
			ATTR_CONSENT_TEXT },
		{ { TOKEN, TYPE, ISSUER, CONSENT }, ONLY(SUBJECT_TOKEN), VERDICT_MISSING,
			ATTR_DOCUMENT_NUMBER },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void a_form_that_the_shop_may_not_use_is_not_asked(void **state)
{
	const unsigned document = ONLY(SUBJECT_DOCUMENT), token = ONLY(SUBJECT_TOKEN),
		       both = ONLY(SUBJECT_TOKEN_DOCUMENT);
	const struct told whole[] = { TYPE, ISSUER, NUMBER, NATIONALITY, BIRTH, CONSENT };
	const struct {
		bool with_document, with_token;
		unsigned forms;
		struct verdict want;
	} rows[] = {
		{ true, false, document, { VERDICT_ASK, ATTR_NONE, -1, SUBJECT_DOCUMENT } },
		{ true, false, token, { VERDICT_MISSING, ATTR_SUBJECT_TOKEN } },
		{ true, false, both, { VERDICT_MISSING, ATTR_SUBJECT_TOKEN } },
		{ true, false, token | both, { VERDICT_MISSING, ATTR_SUBJECT_TOKEN } },
		{ false, true, token, { VERDICT_ASK, ATTR_NONE, -1, SUBJECT_TOKEN } },
		{ false, true, both, { VERDICT_MISSING, ATTR_DOCUMENT_TYPE } },
		{ false, true, document | both, { VERDICT_MISSING, ATTR_DOCUMENT_TYPE } },
		{ false, true, document, { VERDICT_INVALID, ATTR_SUBJECT_TOKEN } },
		{ true, true, both, { VERDICT_ASK, ATTR_NONE, -1, SUBJECT_TOKEN_DOCUMENT } },
		{ true, true, token, { VERDICT_INVALID, ATTR_DOCUMENT_NUMBER } },
		{ true, true, token | document, { VERDICT_INVALID, ATTR_DOCUMENT_NUMBER } },
		{ true, true, document, { VERDICT_INVALID, ATTR_SUBJECT_TOKEN } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct row row = { .forms = rows[i].forms,
			.kind = rows[i].want.kind,
			.attribute = rows[i].want.attribute,
			.form = rows[i].want.form };
		size_t n = 0;

		for (size_t j = 0; rows[i].with_document && j < ARRAY_LEN(whole) - 1; j++)
			row.told[n++] = whole[j];
		if (rows[i].with_token)
			row.told[n++] = (struct told)TOKEN;
		row.told[n] = whole[ARRAY_LEN(whole) - 1];
		check(&row, 1);
	}
}

static void a_document_kind_that_nobody_knows_comes_first(void **state)
{
	static const struct row rows[] = {
		{ { { ATTR_DOCUMENT_TYPE, "library-card" } }, 0, VERDICT_INVALID,
			ATTR_DOCUMENT_TYPE },
		/* before home, the rules and what is missing */
		{ { { ATTR_DOCUMENT_TYPE, "library-card" }, { ATTR_NATIONALITY, "RUS" } }, 0,
			VERDICT_INVALID, ATTR_DOCUMENT_TYPE },
		{ { { ATTR_DOCUMENT_TYPE, "library-card" }, { ATTR_NATIONALITY, "BLR" } }, 0,
			VERDICT_INVALID, ATTR_DOCUMENT_TYPE },
		{ { TOKEN, { ATTR_DOCUMENT_TYPE, "library-card" }, CONSENT }, 0, VERDICT_INVALID,
			ATTR_DOCUMENT_TYPE },
		{ { { ATTR_DOCUMENT_TYPE, "PN" } }, 0, VERDICT_MISSING, ATTR_DOCUMENT_ISSUER },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void home_and_the_rules_come_before_what_is_missing(void **state)
{
	static const struct row rows[] = {
		{ { { ATTR_NATIONALITY, "RUS" }, TYPE, { ATTR_DOCUMENT_ISSUER, "RUS" }, NUMBER }, 0,
			VERDICT_HOME },
		{ { { ATTR_NATIONALITY, "RUS" }, TYPE, { ATTR_DOCUMENT_ISSUER, "RUS" }, NUMBER,
			  TOKEN },
			0, VERDICT_HOME },
		/* Home by its evidence: without it the sale takes the ordinary way. */
		{ { { ATTR_NATIONALITY, "RUS" } }, 0, VERDICT_MISSING, ATTR_DOCUMENT_TYPE },
		{ { { ATTR_NATIONALITY, "RUS" }, TYPE, ISSUER, NUMBER, BIRTH, CONSENT }, 0,
			VERDICT_ASK, .form = SUBJECT_DOCUMENT },
		{ { { ATTR_NATIONALITY, "BLR" } }, 0, VERDICT_EXEMPT, .rule = 1 },
		{ { { ATTR_NATIONALITY, "BLR" }, TOKEN, CONSENT }, 0, VERDICT_EXEMPT, .rule = 1 },
		/* and before the shop's forms */
		{ { { ATTR_NATIONALITY, "BLR" }, TOKEN, CONSENT }, ONLY(SUBJECT_DOCUMENT),
			VERDICT_EXEMPT, .rule = 1 },
		{ { { ATTR_DOCUMENT_TYPE, "residence-permit" } }, 0, VERDICT_EXEMPT, .rule = 2 },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void it_is_told_why_of_every_rule_that_was_looked_at(void **state)
{
	static const struct told told[] = { NATIONALITY, { ATTR_NONE, NULL } };
	enum rule_verdict why[3];
	struct sale sale = read_sale(told);
	struct verdict got = evaluate(&sale, rules, &today, FORMS_ALL, why);

	(void)state;
	assert_int_equal(got.kind, VERDICT_MISSING);
	assert_int_equal(rules_count(rules), ARRAY_LEN(why));
	assert_int_equal(why[0], RULE_DISABLED);
	assert_int_equal(why[1], RULE_OTHER_NATIONALITY);
	assert_int_equal(why[2], RULE_OTHER_DOCUMENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_asked_by_what_is_shown),
		cmocka_unit_test(what_is_missing_is_told_in_order),
		cmocka_unit_test(half_a_document_beside_a_token_is_missing_something),
		cmocka_unit_test(a_form_that_the_shop_may_not_use_is_not_asked),
		cmocka_unit_test(a_document_kind_that_nobody_knows_comes_first),
		cmocka_unit_test(home_and_the_rules_come_before_what_is_missing),
		cmocka_unit_test(it_is_told_why_of_every_rule_that_was_looked_at),
	};

	return cmocka_run_group_tests(tests, parse_rules, drop_rules);
}
