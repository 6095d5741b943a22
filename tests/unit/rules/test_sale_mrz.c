/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine-readable zone says of a sale, beside what the shop tells of it. */
#include "rules/sale.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "expect_sale.h"

static const struct told agreeing[] = {
	{ ATTR_DOCUMENT_TYPE, "PD" },
	{ ATTR_DOCUMENT_ISSUER, "BLR" },
	{ ATTR_DOCUMENT_NUMBER, "mp 123-4567" },
	{ ATTR_DOCUMENT_EXPIRY, "2030-06-30" },
	{ ATTR_NATIONALITY, "BLR" },
	{ ATTR_DATE_OF_BIRTH, "1990-01-31" },
	{ ATTR_NONE, NULL },
};

static void an_mrz_fills_all_but_the_birth(void **state)
{
	static const struct shown shown = { .code = "PD" };
	struct request request = { 0 };
	struct sale sale;

	(void)state;
	show(&request, &shown);
	expect_read("mrz", &request, &sale);
	assert_int_equal(sale.mrz.kind, MRZ_TD3);
	assert_string_equal(sale.person.document.type, "PD");
	assert_string_equal(sale.person.document.issuer, "BLR");
	assert_string_equal(sale.person.document.number, "MP1234567");
	assert_string_equal(sale.person.nationality, "BLR");
	assert_int_equal(sale.person.document.expiry.year, 2030);
	assert_int_equal(sale.person.document.expiry.month, 6);
	assert_int_equal(sale.person.document.expiry.day, 30);
	assert_false(date_is_set(&sale.person.birth));
}

static void what_is_told_may_agree(void **state)
{
	struct request request = { 0 };
	struct sale sale;

	(void)state;
	add_all(&request, agreeing);
	show(&request, &mrz_default);
	expect_read("agreeing", &request, &sale);
	/* Only the first letter has to agree, and what was told stands. */
	assert_string_equal(sale.person.document.type, "PD");
	assert_int_equal(sale.person.birth.year, 1990);
}

static void a_kind_cannot_disagree_with_an_mrz(void **state)
{
	struct request request = { 0 };
	struct sale sale;

	(void)state;
	add(&request, ATTR_DOCUMENT_TYPE, "residence-permit");
	show(&request, &mrz_default);
	expect_read("kind", &request, &sale);
	assert_string_equal(sale.person.document.type, "residence-permit");
}

static void what_disagrees_is_named(void **state)
{
	static const struct {
		struct told told;
		enum mrz_field field;
	} rows[] = {
		{ { ATTR_DOCUMENT_TYPE, "ID" }, MRZ_DOCUMENT_CODE },
		{ { ATTR_DOCUMENT_ISSUER, "RUS" }, MRZ_ISSUER },
		{ { ATTR_DOCUMENT_NUMBER, "MP1234568" }, MRZ_NUMBER },
		{ { ATTR_DOCUMENT_NUMBER, "MP123456" }, MRZ_NUMBER },
		{ { ATTR_DOCUMENT_EXPIRY, "2030-06-29" }, MRZ_EXPIRY },
		{ { ATTR_DOCUMENT_EXPIRY, "2031-06-30" }, MRZ_EXPIRY },
		{ { ATTR_DOCUMENT_NUMBER, "\xd0\x9c\xd0\xa1"
					  "1234567" },
			MRZ_NUMBER },
		{ { ATTR_NATIONALITY, "UZB" }, MRZ_NATIONALITY },
		{ { ATTR_DATE_OF_BIRTH, "1990-01-30" }, MRZ_BIRTH },
		{ { ATTR_DATE_OF_BIRTH, "1991-01-31" }, MRZ_BIRTH },
		{ { ATTR_DATE_OF_BIRTH, "1990-01-00" }, MRZ_BIRTH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };

		add(&request, rows[i].told.attribute, rows[i].told.text);
		show(&request, &mrz_default);
		expect_fault(rows[i].told.text, &request, REASON_MRZ_MISMATCH,
			rows[i].told.attribute, rows[i].field);
	}
}

/* Of a year's two digits the nearest is meant: what ended in 1999 is over, whoever tells 2099. */
static void an_expiry_is_of_the_nearest_century(void **state)
{
	static const struct {
		const char *shown, *told;
		int year;
	} rows[] = {
		{ "990501", NULL, 1999 },
		{ "990501", "1999-05-01", 1999 },
		{ "990501", "2099-05-01", 1999 },
		{ "260509", NULL, 2026 },
		{ "760509", NULL, 2076 },
		{ "760511", NULL, 1976 },
		{ "000229", NULL, 2000 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shown shown = { .expiry = rows[i].shown };
		struct request request = { 0 };
		struct sale sale;

		if (rows[i].told != NULL)
			add(&request, ATTR_DOCUMENT_EXPIRY, rows[i].told);
		show(&request, &shown);
		expect_read(rows[i].shown, &request, &sale);
		assert_int_equal(sale.person.document.expiry.year, rows[i].year);
	}
}

static void what_a_zone_does_not_show_agrees_with_what_is_told(void **state)
{
	static const struct {
		struct shown shown;
		struct told told;
		int expiry_year;
	} rows[] = {
		{ { .expiry = "<<<<<<" }, { ATTR_NATIONALITY, "BLR" }, 0 },
		{ { .expiry = "<<<<<<" }, { ATTR_DOCUMENT_EXPIRY, "2030-01-01" }, 2030 },
		{ { .expiry = "999999" }, { ATTR_NATIONALITY, "BLR" }, 0 },
		{ { .birth = "<<<<<<" }, { ATTR_DATE_OF_BIRTH, "1990-01-31" }, 2030 },
		{ { .birth = "90<<<<" }, { ATTR_DATE_OF_BIRTH, "1990-01-31" }, 2030 },
		{ { .birth = "9001<<" }, { ATTR_DATE_OF_BIRTH, "1990-01-31" }, 2030 },
		{ { .birth = "90<<<<" }, { ATTR_DATE_OF_BIRTH, "1990-00-00" }, 2030 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };
		struct sale sale;

		add(&request, rows[i].told.attribute, rows[i].told.text);
		show(&request, &rows[i].shown);
		expect_read(rows[i].told.text, &request, &sale);
		assert_int_equal(sale.person.document.expiry.year, rows[i].expiry_year);
	}
}

/* A card of Moldova without an expiry, and the internal passport of Russia. */
static void documents_of_their_state_s_own_rules_are_read(void **state)
{
	static const char *const moldova[] = { "I<MDAB123456781200123456789<<<",
		"4503129F<<<<<<0MDA<<<<<<<<<<<9", "POPESCU<<MARIA<<<<<<<<<<<<<<<<" };
	static const char *const russia[] = { "PNRUSIVANOV<<PETR<IVANOVI3<<<<<<<<<<<<<<<<<<",
		"4504123454RUS7001017M<<<<<<<0040521770030<92" };
	struct request card = { 0 }, internal = { 0 };
	struct sale sale;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(moldova); i++)
		add(&card, ATTR_MRZ, moldova[i]);
	add(&card, ATTR_DATE_OF_BIRTH, "1945-03-12");
	expect_read("Moldova", &card, &sale);
	assert_string_equal(sale.person.document.number, "B12345678");
	assert_false(date_is_set(&sale.person.document.expiry));
	for (size_t i = 0; i < ARRAY_LEN(russia); i++)
		add(&internal, ATTR_MRZ, russia[i]);
	add(&internal, ATTR_DOCUMENT_NUMBER, "45 00 \xe2\x84\x96 412345");
	add(&internal, ATTR_DATE_OF_BIRTH, "1970-01-01");
	expect_read("Russia", &internal, &sale);
	assert_string_equal(sale.person.nationality, "RUS");
	assert_string_equal(sale.mrz.document.number, "4500412345");
}

/* Letters that look alike, or as the zone transliterates them. */
static void cyrillic_numbers_agree_with_a_zone(void **state)
{
	static const struct {
		const char *told, *shown, *number;
	} rows[] = {
		{ "МР1234567", "MP1234567", "MP1234567" },
		{ "мр 1234567", "MP1234567", "MP1234567" },
		{ "МР1234567", "MR1234567", "MP1234567" },
		{ "ВУ \u2116 012345", "BY012345<", "BY012345" },
		{ "ВУ \u2116 012345", "VU012345<", "BY012345" },
		{ "АБ 123456", "AB123456<", "AБ123456" },
		{ "ХЩ 123", "KHSHCH123", "XЩ123" },
		{ "ЬА 123", "A123<<<<<", "ЬA123" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct shown shown = { .number = rows[i].shown };
		struct request request = { 0 };
		struct sale sale;

		add(&request, ATTR_DOCUMENT_NUMBER, rows[i].told);
		show(&request, &shown);
		expect_read(rows[i].told, &request, &sale);
		assert_string_equal(sale.person.document.number, rows[i].number);
	}
}

/* The first in this order is named: it is what a clerk is told to look at. */
static void disagreements_have_an_order(void **state)
{
	static const struct shown other = { "P", "RUS", "XX9999999", "RUS", "800229", "310101" };
	static const enum mrz_field fields[] = { MRZ_DOCUMENT_CODE, MRZ_ISSUER, MRZ_NUMBER,
		MRZ_EXPIRY, MRZ_NATIONALITY, MRZ_BIRTH };

	(void)state;
	/* From 1: a TD3 begins with P, so the code agrees. */
	for (size_t i = 1; i < ARRAY_LEN(fields); i++) {
		struct request request = { 0 };

		add_all(&request, agreeing + i);
		show(&request, &other);
		expect_fault(
			"order", &request, REASON_MRZ_MISMATCH, agreeing[i].attribute, fields[i]);
	}
}

static void a_faulty_mrz_is_refused(void **state)
{
	static const struct {
		const char *first, *second;
		enum reason reason;
		enum mrz_field field;
	} rows[] = {
		{ "P<BLRTEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<<", "short", REASON_ATTRIBUTE_INVALID,
			MRZ_FIELD_NONE },
		{ "P<BLRTEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<<", NULL, REASON_ATTRIBUTE_INVALID,
			MRZ_FIELD_NONE },
		{ "V<BLRTEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<<",
			"MP12345673BLR9001311F3006308<<<<<<<<<<<<<<00", REASON_ATTRIBUTE_INVALID,
			MRZ_FIELD_NONE },
		{ "P<BLRTEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<*",
			"MP12345673BLR9001311F3006308<<<<<<<<<<<<<<00", REASON_ATTRIBUTE_INVALID,
			MRZ_NAME },
		{ "P<<<<TEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<<",
			"MP12345673BLR9001311F3006308<<<<<<<<<<<<<<00", REASON_ATTRIBUTE_INVALID,
			MRZ_ISSUER },
		{ "P<BLRTEST<<PERSON<<<<<<<<<<<<<<<<<<<<<<<<<<<",
			"MP1234567XBLR9001311F3006308<<<<<<<<<<<<<<00", REASON_MRZ_CHECK_DIGIT,
			MRZ_NUMBER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };

		add(&request, ATTR_MRZ, rows[i].first);
		if (rows[i].second != NULL)
			add(&request, ATTR_MRZ, rows[i].second);
		expect_fault(rows[i].first, &request, rows[i].reason, ATTR_MRZ, rows[i].field);
	}
}

static void a_laissez_passer_shows_no_nationality(void **state)
{
	static const struct shown shown = { .code = "PL", .issuer = "UNO", .nationality = "UNO" };
	struct request request = { 0 };
	struct sale sale;

	(void)state;
	show(&request, &shown);
	expect_read("not told", &request, &sale);
	assert_string_equal(sale.person.nationality, "");
	add(&request, ATTR_NATIONALITY, "KEN");
	expect_read("told", &request, &sale);
	assert_string_equal(sale.person.nationality, "KEN");
}

static void states_of_a_zone_are_looked_up(void **state)
{
	static const struct {
		struct shown shown;
		enum mrz_field field;
	} rows[] = {
		{ { .issuer = "QQQ" }, MRZ_ISSUER },
		{ { .issuer = "XXA" }, MRZ_ISSUER }, /* no issuer */
		{ { .issuer = "UTO" }, MRZ_ISSUER },
		{ { .nationality = "QQQ" }, MRZ_NATIONALITY },
		{ { .nationality = "IAO" }, MRZ_NATIONALITY },
		{ { .nationality = "UTO" }, MRZ_NATIONALITY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };

		show(&request, &rows[i].shown);
		expect_fault("state", &request, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, rows[i].field);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_mrz_fills_all_but_the_birth),
		cmocka_unit_test(what_is_told_may_agree),
		cmocka_unit_test(a_kind_cannot_disagree_with_an_mrz),
		cmocka_unit_test(what_disagrees_is_named),
		cmocka_unit_test(an_expiry_is_of_the_nearest_century),
		cmocka_unit_test(what_a_zone_does_not_show_agrees_with_what_is_told),
		cmocka_unit_test(documents_of_their_state_s_own_rules_are_read),
		cmocka_unit_test(cyrillic_numbers_agree_with_a_zone),
		cmocka_unit_test(disagreements_have_an_order),
		cmocka_unit_test(a_faulty_mrz_is_refused),
		cmocka_unit_test(a_laissez_passer_shows_no_nationality),
		cmocka_unit_test(states_of_a_zone_are_looked_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
