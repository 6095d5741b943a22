/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../heard.h"
#include "a_sale.h"

#define TOLD_MAX 10

/* What stands before the rules, and they. */
static struct rule_set *parse_behind(const char *top, const char *rules)
{
	static struct heard heard;
	struct reporter reporter = heard_by(&heard);
	struct rule_set *set;
	char text[2048];

	(void)snprintf(text, sizeof(text),
		"home = \"RUS\"; documents = [ \"residence-permit\", \"refugee-card\" ];\n"
		"%s rules = ( %s );",
		top, rules);
	set = rules_parse(text, "rules.cfg", &reporter);
	if (set == NULL)
		fail_msg("%s\n%s", rules, heard.text);
	return set;
}

static struct rule_set *parse(const char *rules)
{
	return parse_behind("", rules);
}

static struct rule_set *parse_one(const char *members)
{
	char text[1024];

	(void)snprintf(text, sizeof(text), "{ id = \"one\"; citation = \"c\"; %s }", members);
	return parse(text);
}

static struct date day(const char *text)
{
	struct date date;

	if (!date_parse(text, strlen(text), false, &date))
		fail_msg("no day: %s", text);
	return date;
}

struct row {
	const char *rule; /* its members, less id and citation */
	struct told told[TOLD_MAX];
	const struct shown *shown; /* NULL: no MRZ */
	const char *today;
	enum rule_verdict verdict;
};

static struct sale read_sale(const struct row *row)
{
	const struct sale_options options = { .today = day(row->today) };
	struct request request = { 0 };
	struct sale_fault fault;
	struct sale sale;

	add_all(&request, row->told);
	if (row->shown != NULL)
		show(&request, row->shown);
	if (!sale_read(request.fields, request.count, &options, &sale, &fault))
		fail_msg("%s: %s %s", row->rule, reason_name(fault.reason),
			attribute_name(fault.attribute));
	return sale;
}

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		struct rule_set *set = parse_one(row->rule);
		struct date today = day(row->today);
		struct sale sale = read_sale(row);
		enum rule_verdict verdict;
		int held;

		held = rules_match(set, &sale, &today, &verdict);
		if (verdict != row->verdict)
			fail_msg("row %zu: %s on %s: %s, not: %s", i, row->rule, row->today,
				rule_verdict_text(verdict), rule_verdict_text(row->verdict));
		assert_int_equal(held, row->verdict == RULE_HOLDS ? 0 : -1);
		assert_int_equal(rules_match(set, &sale, &today, NULL), held);
		rules_free(set);
	}
}

#define TODAY "2026-05-10"
#define BIRTH(date)                                                                                \
	{                                                                                          \
		{                                                                                  \
			ATTR_DATE_OF_BIRTH, date                                                   \
		}                                                                                  \
	}

static void a_condition_holds_or_says_why_not(void **state)
{
	static const char nationality[] =
		"nationality = [ \"BLR\", \"DEU\" ]; evidence = \"stated\";";
	static const char issuer[] = "issuer = \"BLR\"; evidence = \"stated\";";
	static const char document[] =
		"document = [ \"I\", \"PD\", \"refugee-card\" ]; evidence = \"stated\";";
	static const struct row rows[] = {
		{ nationality, { { ATTR_NATIONALITY, "BLR" } }, NULL, TODAY, RULE_HOLDS },
		{ nationality, { { ATTR_NATIONALITY, "D" } }, NULL, TODAY, RULE_HOLDS },
		{ nationality, { { ATTR_NATIONALITY, "deu" } }, NULL, TODAY, RULE_HOLDS },
		{ nationality, { { ATTR_NATIONALITY, "UZB" } }, NULL, TODAY,
			RULE_OTHER_NATIONALITY },
		{ nationality, { { ATTR_NONE, NULL } }, NULL, TODAY, RULE_OTHER_NATIONALITY },
		/* Nationality decides, not the issuing state. */
		{ nationality, { { ATTR_DOCUMENT_ISSUER, "BLR" }, { ATTR_NATIONALITY, "XXA" } },
			NULL, TODAY, RULE_OTHER_NATIONALITY },
		{ "nationality = \"XXA\"; evidence = \"stated\";", { { ATTR_NATIONALITY, "XXA" } },
			NULL, TODAY, RULE_HOLDS },
		{ issuer, { { ATTR_DOCUMENT_ISSUER, "BLR" } }, NULL, TODAY, RULE_HOLDS },
		{ issuer, { { ATTR_DOCUMENT_ISSUER, "RUS" } }, NULL, TODAY, RULE_OTHER_ISSUER },
		{ issuer, { { ATTR_NATIONALITY, "BLR" } }, NULL, TODAY, RULE_OTHER_ISSUER },
		{ document, { { ATTR_DOCUMENT_TYPE, "I" } }, NULL, TODAY, RULE_HOLDS },
		{ document, { { ATTR_DOCUMENT_TYPE, "ID" } }, NULL, TODAY, RULE_HOLDS },
		{ document, { { ATTR_DOCUMENT_TYPE, "PD" } }, NULL, TODAY, RULE_HOLDS },
		{ document, { { ATTR_DOCUMENT_TYPE, "refugee-card" } }, NULL, TODAY, RULE_HOLDS },
		{ document, { { ATTR_DOCUMENT_TYPE, "P" } }, NULL, TODAY, RULE_OTHER_DOCUMENT },
		{ document, { { ATTR_DOCUMENT_TYPE, "PO" } }, NULL, TODAY, RULE_OTHER_DOCUMENT },
		{ document, { { ATTR_DOCUMENT_TYPE, "residence-permit" } }, NULL, TODAY,
			RULE_OTHER_DOCUMENT },
		{ document, { { ATTR_DOCUMENT_TYPE, "iii" } }, NULL, TODAY, RULE_OTHER_DOCUMENT },
		{ document, { { ATTR_NONE, NULL } }, NULL, TODAY, RULE_OTHER_DOCUMENT },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void all_that_is_named_has_to_hold(void **state)
{
	static const char rule[] = "nationality = \"BLR\"; document = \"P\"; age_below = 18; "
				   "accreditation = \"mfa-consular\"; evidence = \"stated\";";
	static const struct told all[] = {
		{ ATTR_NATIONALITY, "BLR" },
		{ ATTR_DOCUMENT_TYPE, "P" },
		{ ATTR_DATE_OF_BIRTH, "2015-01-01" },
		{ ATTR_ACCREDITATION, "mfa-consular" },
		{ ATTR_ACCREDITATION_EXPIRY, "2027-01-01" },
	};
	static const enum rule_verdict without[] = { RULE_OTHER_NATIONALITY, RULE_OTHER_DOCUMENT,
		RULE_AGE_UNKNOWN, RULE_NO_ACCREDITATION, RULE_ACCREDITATION_UNDATED, RULE_HOLDS };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(without); i++) {
		struct row row = { rule, { { ATTR_NONE, NULL } }, NULL, TODAY, without[i] };
		size_t n = 0;

		for (size_t j = 0; j < ARRAY_LEN(all); j++)
			if (j != i)
				row.told[n++] = all[j];
		check(&row, 1);
	}
}

static void the_sixth_birthday_ends_it(void **state)
{
	static const char six[] = "age_below = 6; evidence = \"stated\";";
	static const char four[] = "age_below = 4; evidence = \"stated\";";
	static const struct row rows[] = {
		{ six, BIRTH("2020-05-10"), NULL, "2026-05-09", RULE_HOLDS },
		{ six, BIRTH("2020-05-10"), NULL, "2026-05-10", RULE_TOO_OLD },
		{ six, BIRTH("2020-05-10"), NULL, "2026-05-11", RULE_TOO_OLD },
		{ six, BIRTH("2020-01-01"), NULL, "2025-12-31", RULE_HOLDS },
		{ six, BIRTH("2020-01-01"), NULL, "2026-01-01", RULE_TOO_OLD },
		{ six, BIRTH("2019-12-31"), NULL, "2025-12-30", RULE_HOLDS },
		{ six, BIRTH("2019-12-31"), NULL, "2025-12-31", RULE_TOO_OLD },
		{ six, BIRTH("1900-05-10"), NULL, "2026-05-09", RULE_TOO_OLD },
		/* 29 February: 1 March where there is none, itself where there is one. */
		{ six, BIRTH("2020-02-29"), NULL, "2026-02-28", RULE_HOLDS },
		{ six, BIRTH("2020-02-29"), NULL, "2026-03-01", RULE_TOO_OLD },
		{ six, BIRTH("2020-02-28"), NULL, "2026-02-28", RULE_TOO_OLD },
		{ four, BIRTH("2020-02-29"), NULL, "2024-02-28", RULE_HOLDS },
		{ four, BIRTH("2020-02-29"), NULL, "2024-02-29", RULE_TOO_OLD },
		{ six, BIRTH("2020-03-01"), NULL, "2026-02-28", RULE_HOLDS },
		/* The day unknown: only while it is true for each. */
		{ six, BIRTH("2020-05-00"), NULL, "2026-04-30", RULE_HOLDS },
		{ six, BIRTH("2020-05-00"), NULL, "2026-05-01", RULE_AGE_UNKNOWN },
		{ six, BIRTH("2020-05-00"), NULL, "2026-05-30", RULE_AGE_UNKNOWN },
		{ six, BIRTH("2020-05-00"), NULL, "2026-05-31", RULE_TOO_OLD },
		{ six, BIRTH("2020-02-00"), NULL, "2026-01-31", RULE_HOLDS },
		{ six, BIRTH("2020-02-00"), NULL, "2026-02-28", RULE_AGE_UNKNOWN },
		{ six, BIRTH("2020-02-00"), NULL, "2026-03-01", RULE_TOO_OLD },
		/* Month and day unknown. */
		{ six, BIRTH("2020-00-00"), NULL, "2025-12-31", RULE_HOLDS },
		{ six, BIRTH("2020-00-00"), NULL, "2026-01-01", RULE_AGE_UNKNOWN },
		{ six, BIRTH("2020-00-00"), NULL, "2026-12-30", RULE_AGE_UNKNOWN },
		{ six, BIRTH("2020-00-00"), NULL, "2026-12-31", RULE_TOO_OLD },
		/* Born today, tomorrow, this year. */
		{ six, BIRTH("2026-05-10"), NULL, "2026-05-10", RULE_HOLDS },
		{ six, BIRTH("2026-05-11"), NULL, "2026-05-10", RULE_HOLDS },
		{ six, BIRTH("2026-00-00"), NULL, "2026-05-10", RULE_HOLDS },
		{ six, { { ATTR_NONE, NULL } }, NULL, "2026-05-10", RULE_AGE_UNKNOWN },
		/* An MRZ has no century: it never stands in for the date. */
		{ "age_below = 150; evidence = \"mrz\";", { { ATTR_NONE, NULL } }, &mrz_default,
			"2026-05-10", RULE_AGE_UNKNOWN },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void an_accreditation_counts_to_its_last_day(void **state)
{
	static const char rule[] =
		"accreditation = [ \"mfa-diplomatic\", \"mfa-consular\" ]; evidence = \"stated\";";
	static const struct row rows[] = {
		{ rule,
			{ { ATTR_ACCREDITATION, "mfa-consular" },
				{ ATTR_ACCREDITATION_EXPIRY, "2026-05-11" } },
			NULL, TODAY, RULE_HOLDS },
		{ rule,
			{ { ATTR_ACCREDITATION, "mfa-diplomatic" },
				{ ATTR_ACCREDITATION_EXPIRY, TODAY } },
			NULL, TODAY, RULE_HOLDS },
		{ rule,
			{ { ATTR_ACCREDITATION, "mfa-diplomatic" },
				{ ATTR_ACCREDITATION_EXPIRY, "2026-05-09" } },
			NULL, TODAY, RULE_ACCREDITATION_EXPIRED },
		{ rule, { { ATTR_ACCREDITATION, "mfa-diplomatic" } }, NULL, TODAY,
			RULE_ACCREDITATION_UNDATED },
		{ rule,
			{ { ATTR_ACCREDITATION, "mfa-international-organization" },
				{ ATTR_ACCREDITATION_EXPIRY, "2026-05-11" } },
			NULL, TODAY, RULE_OTHER_ACCREDITATION },
		{ rule, { { ATTR_ACCREDITATION_EXPIRY, "2026-05-11" } }, NULL, TODAY,
			RULE_NO_ACCREDITATION },
		/* A diplomatic passport alone is no accreditation. */
		{ rule, { { ATTR_DOCUMENT_TYPE, "PD" } }, NULL, TODAY, RULE_NO_ACCREDITATION },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

#define DOCUMENT                                                                                   \
	{ ATTR_DOCUMENT_TYPE, "P" }, { ATTR_DOCUMENT_ISSUER, "BLR" },                              \
	{                                                                                          \
		ATTR_DOCUMENT_NUMBER, "MP1234567"                                                  \
	}

static void evidence_is_asked_for(void **state)
{
	static const struct shown till_yesterday = { .expiry = "260509" };
	static const struct shown till_today = { .expiry = "260510" };
	static const char by_document[] = "nationality = \"BLR\"; evidence = \"document\";";
	static const char by_default[] = "nationality = \"BLR\";";
	static const char by_mrz[] = "nationality = \"BLR\"; evidence = \"mrz\";";
	static const char stated[] = "nationality = \"BLR\"; evidence = \"stated\";";
	static const struct row rows[] = {
		{ stated, { { ATTR_NATIONALITY, "BLR" } }, NULL, TODAY, RULE_HOLDS },
		{ by_document, { { ATTR_NATIONALITY, "BLR" } }, NULL, TODAY, RULE_NO_DOCUMENT },
		{ by_default, { { ATTR_NATIONALITY, "BLR" } }, NULL, TODAY, RULE_NO_DOCUMENT },
		{ by_document, { { ATTR_NATIONALITY, "BLR" }, DOCUMENT }, NULL, TODAY, RULE_HOLDS },
		{ by_document,
			{ { ATTR_NATIONALITY, "BLR" }, { ATTR_DOCUMENT_ISSUER, "BLR" },
				{ ATTR_DOCUMENT_NUMBER, "MP1" } },
			NULL, TODAY, RULE_NO_DOCUMENT },
		{ by_document,
			{ { ATTR_NATIONALITY, "BLR" }, { ATTR_DOCUMENT_TYPE, "P" },
				{ ATTR_DOCUMENT_NUMBER, "MP1" } },
			NULL, TODAY, RULE_NO_DOCUMENT },
		{ by_document,
			{ { ATTR_NATIONALITY, "BLR" }, { ATTR_DOCUMENT_TYPE, "P" },
				{ ATTR_DOCUMENT_ISSUER, "BLR" } },
			NULL, TODAY, RULE_NO_DOCUMENT },
		{ by_document,
			{ { ATTR_NATIONALITY, "BLR" }, DOCUMENT, { ATTR_DOCUMENT_EXPIRY, TODAY } },
			NULL, TODAY, RULE_HOLDS },
		{ by_document,
			{ { ATTR_NATIONALITY, "BLR" }, DOCUMENT,
				{ ATTR_DOCUMENT_EXPIRY, "2026-05-09" } },
			NULL, TODAY, RULE_DOCUMENT_EXPIRED },
		/* The MRZ is a document too. */
		{ by_document, { { ATTR_NONE, NULL } }, &mrz_default, TODAY, RULE_HOLDS },
		{ by_document, { { ATTR_NONE, NULL } }, &till_yesterday, TODAY,
			RULE_DOCUMENT_EXPIRED },
		{ by_mrz, { { ATTR_NATIONALITY, "BLR" }, DOCUMENT }, NULL, TODAY, RULE_NO_MRZ },
		{ by_mrz, { { ATTR_NONE, NULL } }, &mrz_default, TODAY, RULE_HOLDS },
		{ by_mrz, { { ATTR_NATIONALITY, "BLR" }, DOCUMENT }, &mrz_default, TODAY,
			RULE_HOLDS },
		{ by_mrz, { { ATTR_NONE, NULL } }, &till_today, TODAY, RULE_HOLDS },
		{ by_mrz, { { ATTR_NONE, NULL } }, &till_yesterday, TODAY, RULE_DOCUMENT_EXPIRED },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

/* Attributes may say more than the zone where the two do not contradict: that is not shown. */
static void what_the_zone_does_not_show_is_no_evidence(void **state)
{
	static const struct shown pd = { .code = "PD" };
	static const struct shown laissez_passer = { "PL", "UNO", NULL, "UNO", NULL, NULL };
	static const struct shown child = { .birth = "200510" };
	static const struct shown some_day = { .birth = "2005<<" };
	static const char diplomat[] = "document = \"PD\"; evidence = \"mrz\";";
	static const char permit[] = "document = \"residence-permit\"; evidence = \"mrz\";";
	static const char kenyan[] = "nationality = \"KEN\"; evidence = \"mrz\";";
	static const char six[] = "age_below = 6; evidence = \"mrz\";";
	static const struct row rows[] = {
		{ diplomat, { { ATTR_DOCUMENT_TYPE, "PD" } }, &pd, TODAY, RULE_HOLDS },
		{ diplomat, { { ATTR_NONE, NULL } }, &pd, TODAY, RULE_HOLDS },
		{ diplomat, { { ATTR_DOCUMENT_TYPE, "PD" } }, &mrz_default, TODAY,
			RULE_OTHER_DOCUMENT },
		{ diplomat, { { ATTR_DOCUMENT_TYPE, "P" } }, &pd, TODAY, RULE_OTHER_DOCUMENT },
		/* A kind is the operator's word, in no zone: it is taken as told. */
		{ permit, { { ATTR_DOCUMENT_TYPE, "residence-permit" } }, &mrz_default, TODAY,
			RULE_HOLDS },
		{ permit, { { ATTR_DOCUMENT_TYPE, "refugee-card" } }, &mrz_default, TODAY,
			RULE_OTHER_DOCUMENT },
		{ kenyan, { { ATTR_NATIONALITY, "KEN" } }, &laissez_passer, TODAY,
			RULE_OTHER_NATIONALITY },
		{ "issuer = \"UNO\"; evidence = \"mrz\";", { { ATTR_NATIONALITY, "KEN" } },
			&laissez_passer, TODAY, RULE_HOLDS },
		{ six, BIRTH("2020-05-10"), &child, "2026-05-09", RULE_HOLDS },
		{ six, BIRTH("2020-05-10"), &child, "2026-05-10", RULE_TOO_OLD },
		{ six, BIRTH("2020-05-00"), &some_day, "2026-04-30", RULE_HOLDS },
		{ six, BIRTH("2020-05-00"), &some_day, "2026-05-01", RULE_AGE_UNKNOWN },
		{ six, BIRTH("1920-05-10"), &child, "2026-05-09", RULE_TOO_OLD },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

/* A sale that sale_read() never makes: still no evidence. */
static void an_mrz_without_a_birth_shows_no_age(void **state)
{
	struct rule_set *set = parse_one("age_below = 6; evidence = \"mrz\";");
	struct date today = day(TODAY);
	static const struct shown shown = { .birth = "200510" };
	static const struct row row = { "", BIRTH("2020-05-10"), &shown, TODAY, RULE_HOLDS };
	struct sale sale = read_sale(&row);
	enum rule_verdict verdict;

	(void)state;
	sale.person.birth = day("2022-01-01");
	sale.mrz.birth_year = -1;
	assert_int_equal(rules_match(set, &sale, &today, &verdict), -1);
	assert_int_equal(verdict, RULE_AGE_UNKNOWN);
	rules_free(set);
}

static void a_rule_is_in_force_between_its_days(void **state)
{
#define STATED "nationality = \"BLR\"; evidence = \"stated\"; "
#define BELARUSIAN                                                                                 \
	{                                                                                          \
		{                                                                                  \
			ATTR_NATIONALITY, "BLR"                                                    \
		}                                                                                  \
	}
	static const char both[] = STATED "from = \"2026-01-01\"; until = \"2026-12-31\";";
	static const char from[] = STATED "from = \"2026-01-01\"; until = \"\";";
	static const char until[] = STATED "from = \"\"; until = \"2026-12-31\";";
	static const char off[] = STATED "enabled = false; until = \"2026-12-31\";";
	static const char on[] = STATED "enabled = true;";
	static const char one_day[] = STATED "from = \"2026-05-10\"; until = \"2026-05-10\";";
	static const struct row rows[] = {
		{ both, BELARUSIAN, NULL, "2025-12-31", RULE_NOT_YET },
		{ both, BELARUSIAN, NULL, "2026-01-01", RULE_HOLDS },
		{ both, BELARUSIAN, NULL, "2026-12-31", RULE_HOLDS },
		{ both, BELARUSIAN, NULL, "2027-01-01", RULE_EXPIRED },
		{ from, BELARUSIAN, NULL, "2025-12-31", RULE_NOT_YET },
		{ from, BELARUSIAN, NULL, "9999-12-31", RULE_HOLDS },
		{ until, BELARUSIAN, NULL, "1970-01-01", RULE_HOLDS },
		{ until, BELARUSIAN, NULL, "2027-01-01", RULE_EXPIRED },
		{ off, BELARUSIAN, NULL, "2026-05-10", RULE_DISABLED },
		{ off, BELARUSIAN, NULL, "2027-05-10", RULE_DISABLED },
		{ on, BELARUSIAN, NULL, "2026-05-10", RULE_HOLDS },
		{ one_day, BELARUSIAN, NULL, "2026-05-09", RULE_NOT_YET },
		{ one_day, BELARUSIAN, NULL, "2026-05-10", RULE_HOLDS },
		{ one_day, BELARUSIAN, NULL, "2026-05-11", RULE_EXPIRED },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void the_first_that_holds_decides(void **state)
{
	struct rule_set *set = parse(
		"{ id = \"a\"; citation = \"c\"; nationality = \"UZB\"; evidence = \"stated\"; },"
		"{ id = \"b\"; citation = \"c\"; nationality = \"BLR\"; evidence = \"stated\"; },"
		"{ id = \"c\"; citation = \"c\"; nationality = \"BLR\"; evidence = \"stated\"; }");
	enum rule_verdict verdicts[] = { RULE_NO_MRZ, RULE_NO_MRZ, RULE_NO_MRZ };
	struct sale sale = { .person.nationality = "BLR" };
	struct date today = day(TODAY);

	(void)state;
	assert_int_equal(rules_match(set, &sale, &today, verdicts), 1);
	assert_int_equal(verdicts[0], RULE_OTHER_NATIONALITY);
	assert_int_equal(verdicts[1], RULE_HOLDS);
	assert_int_equal(verdicts[2], RULE_NO_MRZ); /* not tried */
	(void)strcpy(sale.person.nationality, "KAZ");
	assert_int_equal(rules_match(set, &sale, &today, verdicts), -1);
	assert_int_equal(verdicts[2], RULE_OTHER_NATIONALITY);
	rules_free(set);
}

static void no_rules_exempt_nobody(void **state)
{
	struct rule_set *set = parse("");
	struct sale sale = { .person.nationality = "BLR" };
	struct date today = day(TODAY);

	(void)state;
	assert_int_equal(rules_count(set), 0);
	assert_int_equal(rules_match(set, &sale, &today, NULL), -1);
	rules_free(set);
}

#define DOCUMENT_OF(type, issuer)                                                                  \
	{ ATTR_DOCUMENT_TYPE, type }, { ATTR_DOCUMENT_ISSUER, issuer },                            \
	{                                                                                          \
		ATTR_DOCUMENT_NUMBER, "4500412345"                                                 \
	}

/* The bare word proves nothing, nor does it beside what another state, or no citizen, has. */
static void citizens_are_known(void **state)
{
	static const char mrz[] = "home_evidence = \"mrz\";";
	static const char none[] = "home_evidence = \"none\";";
	static const char stated[] = "home_evidence = \"stated\";";
	static const char card[] = "home_documents = [ \"PN\", \"refugee-card\" ];";
	static const struct shown passport = {
		.code = "PN", .issuer = "RUS", .nationality = "RUS", .expiry = "<<<<<<"
	};
	static const struct row rows[] = {
		{ "", { { ATTR_NATIONALITY, "RUS" } }, NULL, TODAY, RULE_OTHER_ISSUER },
		{ "", { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("P", "RUS") }, NULL, TODAY,
			RULE_HOLDS },
		{ "", { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("P", "UZB") }, NULL, TODAY,
			RULE_OTHER_ISSUER },
		{ "", { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("residence-permit", "RUS") }, NULL,
			TODAY, RULE_OTHER_DOCUMENT },
		{ "", { { ATTR_NATIONALITY, "UZB" }, DOCUMENT_OF("P", "RUS") }, NULL, TODAY,
			RULE_OTHER_NATIONALITY },
		{ "",
			{ { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("P", "RUS"),
				{ ATTR_DOCUMENT_EXPIRY, "2026-05-09" } },
			NULL, TODAY, RULE_DOCUMENT_EXPIRED },
		{ "",
			{ { ATTR_NATIONALITY, "RUS" }, { ATTR_DOCUMENT_TYPE, "P" },
				{ ATTR_DOCUMENT_ISSUER, "RUS" } },
			NULL, TODAY, RULE_NO_DOCUMENT },
		{ "", { { ATTR_NATIONALITY, "RUS" } }, &passport, TODAY, RULE_HOLDS },
		{ mrz, { { ATTR_NATIONALITY, "RUS" } }, &passport, TODAY, RULE_HOLDS },
		{ mrz, { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("P", "RUS") }, NULL, TODAY,
			RULE_NO_MRZ },
		{ none, { { ATTR_NATIONALITY, "RUS" } }, NULL, TODAY, RULE_HOLDS },
		{ none, { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("P", "UZB") }, NULL, TODAY,
			RULE_HOLDS },
		{ none, { { ATTR_NATIONALITY, "BLR" } }, NULL, TODAY, RULE_OTHER_NATIONALITY },
		{ none, { { ATTR_NONE, NULL } }, NULL, TODAY, RULE_OTHER_NATIONALITY },
		{ stated,
			{ { ATTR_NATIONALITY, "RUS" }, { ATTR_DOCUMENT_TYPE, "I" },
				{ ATTR_DOCUMENT_ISSUER, "RUS" } },
			NULL, TODAY, RULE_HOLDS },
		{ card, { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("refugee-card", "RUS") }, NULL,
			TODAY, RULE_HOLDS },
		{ card, { { ATTR_NATIONALITY, "RUS" }, DOCUMENT_OF("P", "RUS") }, NULL, TODAY,
			RULE_OTHER_DOCUMENT },
		{ "codes = [ \"ABH\" ];", { { ATTR_NATIONALITY, "RUS" } }, NULL, TODAY,
			RULE_OTHER_ISSUER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rule_set *set = parse_behind(rows[i].rule, "");
		struct sale sale = read_sale(&rows[i]);
		struct date today = day(rows[i].today);
		enum rule_verdict got = rules_home_verdict(set, &sale, &today);

		if (got != rows[i].verdict)
			fail_msg("row %zu: %s", i, rule_verdict_text(got));
		rules_free(set);
	}
}

static void a_rule_may_ask_for_the_expiry(void **state)
{
	static const char known[] = "age_below = 6; expiry = \"known\";";
	static const char stated[] = "age_below = 6; evidence = \"stated\"; expiry = \"known\";";
	static const char any[] = "age_below = 6; expiry = \"any\";";
	static const struct shown without = { .birth = "200511", .expiry = "<<<<<<" };
	static const struct row rows[] = {
		{ any, { { ATTR_DATE_OF_BIRTH, "2020-05-11" }, DOCUMENT }, NULL, TODAY,
			RULE_HOLDS },
		{ known, { { ATTR_DATE_OF_BIRTH, "2020-05-11" }, DOCUMENT }, NULL, TODAY,
			RULE_EXPIRY_UNKNOWN },
		{ stated, { { ATTR_DATE_OF_BIRTH, "2020-05-11" } }, NULL, TODAY,
			RULE_EXPIRY_UNKNOWN },
		{ known, { { ATTR_DATE_OF_BIRTH, "2020-05-11" } }, &without, TODAY,
			RULE_EXPIRY_UNKNOWN },
		{ known,
			{ { ATTR_DATE_OF_BIRTH, "2020-05-11" }, DOCUMENT,
				{ ATTR_DOCUMENT_EXPIRY, TODAY } },
			NULL, TODAY, RULE_HOLDS },
		{ stated,
			{ { ATTR_DATE_OF_BIRTH, "2020-05-11" },
				{ ATTR_DOCUMENT_EXPIRY, "2026-05-09" } },
			NULL, TODAY, RULE_DOCUMENT_EXPIRED },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows));
}

static void kinds_are_known(void **state)
{
	struct rule_set *set = parse("");

	(void)state;
	assert_true(rules_knows_document(set, "residence-permit"));
	assert_true(rules_knows_document(set, "refugee-card"));
	assert_false(rules_knows_document(set, "residence"));
	assert_false(rules_knows_document(set, "P"));
	assert_false(rules_knows_document(set, ""));
	rules_free(set);
}

static void each_verdict_has_its_own_words(void **state)
{
	(void)state;
	for (int v = RULE_HOLDS; v <= RULE_NO_MRZ; v++) {
		assert_true(rule_verdict_text((enum rule_verdict)v)[0] != '\0');
		for (int other = RULE_HOLDS; other < v; other++)
			assert_string_not_equal(rule_verdict_text((enum rule_verdict)v),
				rule_verdict_text((enum rule_verdict)other));
	}
	assert_string_equal(rule_verdict_text((enum rule_verdict)99), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_condition_holds_or_says_why_not),
		cmocka_unit_test(all_that_is_named_has_to_hold),
		cmocka_unit_test(the_sixth_birthday_ends_it),
		cmocka_unit_test(an_accreditation_counts_to_its_last_day),
		cmocka_unit_test(evidence_is_asked_for),
		cmocka_unit_test(what_the_zone_does_not_show_is_no_evidence),
		cmocka_unit_test(an_mrz_without_a_birth_shows_no_age),
		cmocka_unit_test(a_rule_is_in_force_between_its_days),
		cmocka_unit_test(the_first_that_holds_decides),
		cmocka_unit_test(no_rules_exempt_nobody),
		cmocka_unit_test(citizens_are_known),
		cmocka_unit_test(a_rule_may_ask_for_the_expiry),
		cmocka_unit_test(kinds_are_known),
		cmocka_unit_test(each_verdict_has_its_own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
