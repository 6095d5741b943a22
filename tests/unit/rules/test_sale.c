/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/sale.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "expect_sale.h"

static const struct sale_options with_specimen = { .today = TODAY, .allow_specimen = true };

static const struct told whole[] = {
	{ ATTR_SALE_ID, "shop-7/000123" },
	{ ATTR_SUBJECT_TOKEN, "c2VjcmV0" },
	{ ATTR_DOCUMENT_TYPE, "p<" },
	{ ATTR_DOCUMENT_ISSUER, "uzb" },
	{ ATTR_DOCUMENT_NUMBER, "fa 0123-456" },
	{ ATTR_DOCUMENT_EXPIRY, "2030-06-30" },
	{ ATTR_NATIONALITY, "DEU" },
	{ ATTR_DATE_OF_BIRTH, "1990-01-00" },
	{ ATTR_ACCREDITATION, "mfa-diplomatic" },
	{ ATTR_ACCREDITATION_EXPIRY, "2027-12-31" },
	{ ATTR_CONSENT_TEXT, "ru-2025-01" },
	{ ATTR_LANGUAGE, "uz-Cyrl" },
	{ ATTR_ACCEPT_CHALLENGE, "Yes" },
	{ ATTR_STATE, "\x01\x02\xff" },
	{ ATTR_NONE, NULL },
};

static void fields_become_canonical(void **state)
{
	struct request request = { 0 };
	struct sale sale;

	(void)state;
	add_all(&request, whole);
	expect_read("whole", &request, &sale);
	assert_string_equal(sale.id, "shop-7/000123");
	assert_string_equal(sale.token, "c2VjcmV0");
	assert_string_equal(sale.person.document.type, "P");
	assert_string_equal(sale.person.document.issuer, "UZB");
	assert_string_equal(sale.person.document.number, "FA0123456");
	assert_int_equal(sale.person.document.expiry.day, 30);
	assert_string_equal(sale.person.nationality, "D");
	assert_int_equal(sale.person.birth.year, 1990);
	assert_int_equal(sale.person.birth.day, 0);
	assert_string_equal(sale.accreditation, "mfa-diplomatic");
	assert_int_equal(sale.accreditation_expiry.year, 2027);
	assert_string_equal(sale.consent_text, "ru-2025-01");
	assert_true(sale.accept_challenge);
	/* The operator's site file says it, never the request. */
	assert_string_equal(sale.shop, "");
	assert_int_equal(sale.state_len, 3);
	assert_memory_equal(sale.state, "\x01\x02\xff", 3);
	assert_int_equal(sale.mrz.kind, MRZ_NONE);
	sale_clear(&sale);
	assert_true(sale_is_blank(&sale));
}

static void nothing_told_is_no_fault(void **state)
{
	struct request request = { 0 };
	struct sale sale;

	(void)state;
	expect_read("nothing", &request, &sale);
	assert_true(sale_is_blank(&sale));
}

static void values_of_the_right_shape_are_read(void **state)
{
	static const struct told rows[] = {
		{ ATTR_DOCUMENT_TYPE, "PD" },
		{ ATTR_DOCUMENT_TYPE, "residence-permit" },
		{ ATTR_DOCUMENT_ISSUER, "UNO" },
		{ ATTR_DOCUMENT_ISSUER, "D<<" },
		{ ATTR_DOCUMENT_NUMBER, "0012" },
		{ ATTR_NATIONALITY, "XXA" },
		{ ATTR_NATIONALITY, "XXB" },
		{ ATTR_NATIONALITY, "XXC" },
		{ ATTR_NATIONALITY, "XXX" },
		{ ATTR_NATIONALITY, "GBD" },
		{ ATTR_DATE_OF_BIRTH, "2020-02-29" },
		{ ATTR_DATE_OF_BIRTH, "2020-00-00" },
		{ ATTR_DATE_OF_BIRTH, "2026-05-10" },
		{ ATTR_DATE_OF_BIRTH, "2026-05-11" }, /* it is that day already further east */
		{ ATTR_DATE_OF_BIRTH, "2026-05-00" },
		{ ATTR_DATE_OF_BIRTH, "2026-00-00" },
		{ ATTR_DOCUMENT_EXPIRY, "1999-01-01" }, /* a rule's to judge */
		{ ATTR_DOCUMENT_EXPIRY, "9999-12-31" },
		{ ATTR_DOCUMENT_NUMBER, "\xd0\x90"
					"123" },
		{ ATTR_DOCUMENT_NUMBER, "82 \xe2\x84\x96 1234567" },
		{ ATTR_ACCEPT_CHALLENGE, "No" },
		{ ATTR_SUBJECT_TOKEN, "AZaz09._~-" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };
		struct sale sale;

		add(&request, rows[i].attribute, rows[i].text);
		expect_read(rows[i].text, &request, &sale);
		assert_false(sale.accept_challenge);
	}
}

static void values_of_another_shape_are_refused(void **state)
{
	static const struct told rows[] = {
		{ ATTR_SALE_ID, "a\nb" },
		{ ATTR_SALE_ID, "\xff" },
		{ ATTR_SUBJECT_TOKEN, "a b" },
		{ ATTR_SUBJECT_TOKEN, "a+b" },
		{ ATTR_SUBJECT_TOKEN, "a/b" },
		{ ATTR_SUBJECT_TOKEN, "a=" },
		{ ATTR_SUBJECT_TOKEN, "a\"b" },
		{ ATTR_SUBJECT_TOKEN, "\xd1\x88" },
		{ ATTR_DOCUMENT_TYPE, "P1" },
		{ ATTR_DOCUMENT_TYPE, "PPP" },
		{ ATTR_DOCUMENT_TYPE, "Passport" },
		{ ATTR_DOCUMENT_TYPE, "<" },
		{ ATTR_DOCUMENT_ISSUER, "ZZZ" },
		{ ATTR_DOCUMENT_ISSUER, "RU" },
		{ ATTR_DOCUMENT_ISSUER, "643" },
		{ ATTR_DOCUMENT_ISSUER, "XXA" }, /* a nationality, issues nothing */
		{ ATTR_DOCUMENT_ISSUER, "UTO" },
		{ ATTR_DOCUMENT_NUMBER, "AB/123" },
		{ ATTR_DOCUMENT_NUMBER, "- -" },
		{ ATTR_DOCUMENT_NUMBER, "\xce\x91"
					"123" }, /* Greek */
		{ ATTR_DOCUMENT_NUMBER, "A12345678901234567890123456789012" },
		{ ATTR_DOCUMENT_EXPIRY, "2030-06-00" },
		{ ATTR_DOCUMENT_EXPIRY, "2030-02-30" },
		{ ATTR_DOCUMENT_EXPIRY, "30.06.2030" },
		{ ATTR_NATIONALITY, "ZZZ" },
		{ ATTR_NATIONALITY, "UNO" }, /* issues documents, is nobody's nationality */
		{ ATTR_NATIONALITY, "XOM" },
		{ ATTR_NATIONALITY, "UTO" },
		{ ATTR_NATIONALITY, "Germany" },
		{ ATTR_DATE_OF_BIRTH, "90-01-31" },
		{ ATTR_DATE_OF_BIRTH, "1990-00-31" },
		{ ATTR_DATE_OF_BIRTH, "2021-02-29" },
		{ ATTR_DATE_OF_BIRTH, "0000-00-00" },
		{ ATTR_DATE_OF_BIRTH, "2026-05-12" }, /* on no clock on Earth */
		{ ATTR_DATE_OF_BIRTH, "2026-06-00" },
		{ ATTR_DATE_OF_BIRTH, "2027-00-00" },
		{ ATTR_DATE_OF_BIRTH, "2030-12-31" },
		{ ATTR_ACCREDITATION, "MFA-Diplomatic" },
		{ ATTR_ACCREDITATION, "mfa diplomatic" },
		{ ATTR_ACCREDITATION_EXPIRY, "2027-00-00" },
		{ ATTR_CONSENT_TEXT, "ru\x1b[31m" },
		{ ATTR_CONSENT_TEXT, "\xc2\x85" },
		{ ATTR_ACCEPT_CHALLENGE, "yes" },
		{ ATTR_ACCEPT_CHALLENGE, "Nox" },
		{ ATTR_ACCEPT_CHALLENGE, "1" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };

		add(&request, rows[i].attribute, rows[i].text);
		expect_fault(rows[i].text, &request, REASON_ATTRIBUTE_INVALID, rows[i].attribute,
			MRZ_FIELD_NONE);
	}
}

static void a_nul_cuts_nothing_off(void **state)
{
	static const enum attribute attributes[] = { ATTR_SALE_ID, ATTR_DOCUMENT_TYPE,
		ATTR_DOCUMENT_ISSUER, ATTR_NATIONALITY, ATTR_ACCREDITATION, ATTR_CONSENT_TEXT };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(attributes); i++) {
		struct request request = { .count = 1 };

		request.fields[0] = (struct sale_field){ attributes[i], { "D\0x", 3 } };
		expect_fault(attribute_name(attributes[i]), &request, REASON_ATTRIBUTE_INVALID,
			attributes[i], MRZ_FIELD_NONE);
	}
}

#define AS_ROW(symbol, number, name, longest, most) { symbol, longest, most },
static const struct {
	enum attribute attribute;
	size_t longest, most;
} bounds[] = { SALE_ATTRIBUTES(AS_ROW) };
#undef AS_ROW

static void every_attribute_is_bounded(void **state)
{
	char many[3002];

	(void)state;
	memset(many, '0', sizeof(many));
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		enum attribute a = bounds[i].attribute;
		struct request empty = { .count = 1, .fields = { { a, { "", 0 } } } };
		struct request none = { .count = 1, .fields = { { a, { NULL, 0 } } } };
		struct request long_one = { .count = 1,
			.fields = { { a, { many, bounds[i].longest + 1 } } } };

		if (a == ATTR_LANGUAGE)
			continue;
		assert_true(bounds[i].longest < sizeof(many));
		expect_fault("empty", &empty, REASON_ATTRIBUTE_INVALID, a, MRZ_FIELD_NONE);
		expect_fault("none", &none, REASON_ATTRIBUTE_INVALID, a, MRZ_FIELD_NONE);
		expect_fault("long", &long_one, REASON_ATTRIBUTE_INVALID, a, MRZ_FIELD_NONE);
	}
}

static void none_is_repeated(void **state)
{
	(void)state;
	for (const struct told *told = whole; told->attribute != ATTR_NONE; told++) {
		struct request request = { 0 };

		if (told->attribute == ATTR_LANGUAGE)
			continue;
		add_all(&request, whole);
		add(&request, told->attribute, told->text);
		expect_fault(told->text, &request, REASON_ATTRIBUTE_INVALID, told->attribute,
			MRZ_FIELD_NONE);
	}
}

/* It chooses the words of a reply, and no words are worth a sale. */
static void no_language_is_a_fault(void **state)
{
	static const char many[1000];
	static const struct span rows[] = { { "ru_RU", 5 }, { "ru-RU ", 6 }, { "ru,en;q=0.8", 11 },
		{ "languages-x", 11 }, { "", 0 }, { NULL, 0 }, { "\xff\x00\n", 3 },
		{ many, sizeof(many) } };
	struct request all = { 0 };
	struct sale sale;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { .count = 1, .fields = { { ATTR_LANGUAGE, rows[i] } } };

		expect_read("language", &request, &sale);
		assert_true(sale_is_blank(&sale));
		all.fields[all.count++] = request.fields[0];
	}
	expect_read("many languages", &all, &sale);
}

static void codes_of_the_operator_are_states(void **state)
{
	static const struct country_codes codes = { { "ABH", "OST" }, 2 };
	const struct sale_options options = { .today = TODAY, .codes = &codes };
	static const struct shown shown = { .issuer = "ABH", .nationality = "ABH" };
	struct request request = { 0 }, by_mrz = { 0 };
	struct sale_fault fault;
	struct sale sale;

	(void)state;
	add(&request, ATTR_NATIONALITY, "ost");
	add(&request, ATTR_DOCUMENT_ISSUER, "ABH");
	expect_fault("not named", &request, REASON_ATTRIBUTE_INVALID, ATTR_DOCUMENT_ISSUER,
		MRZ_FIELD_NONE);
	assert_true(sale_read(request.fields, request.count, &options, &sale, &fault));
	assert_string_equal(sale.person.nationality, "OST");
	assert_string_equal(sale.person.document.issuer, "ABH");
	show(&by_mrz, &shown);
	expect_fault("not named", &by_mrz, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, MRZ_ISSUER);
	assert_true(sale_read(by_mrz.fields, by_mrz.count, &options, &sale, &fault));
	assert_string_equal(sale.person.nationality, "ABH");
	add(&by_mrz, ATTR_NATIONALITY, "OST");
	assert_false(sale_read(by_mrz.fields, by_mrz.count, &options, &sale, &fault));
	assert_int_equal(fault.reason, REASON_MRZ_MISMATCH);
}

static void the_longest_values_fit(void **state)
{
	static const enum attribute attributes[] = { ATTR_SALE_ID, ATTR_SUBJECT_TOKEN,
		ATTR_ACCREDITATION, ATTR_CONSENT_TEXT, ATTR_STATE };
	char long_text[300];

	(void)state;
	memset(long_text, 'a', sizeof(long_text));
	for (size_t i = 0; i < ARRAY_LEN(bounds); i++) {
		for (size_t j = 0; j < ARRAY_LEN(attributes); j++) {
			struct request request = { .count = 1 };
			struct sale sale;

			if (bounds[i].attribute != attributes[j])
				continue;
			request.fields[0] = (struct sale_field){ attributes[j],
				{ long_text, bounds[i].longest } };
			expect_read(attribute_name(attributes[j]), &request, &sale);
		}
	}
}

static void a_strange_attribute_is_refused(void **state)
{
	static const int strange[] = { -1, ATTR_NONE, ATTRIBUTES, 1000 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strange); i++) {
		struct request request = { 0 };

		add(&request, (enum attribute)strange[i], "x");
		expect_fault(
			"strange", &request, REASON_ATTRIBUTE_INVALID, ATTR_NONE, MRZ_FIELD_NONE);
		assert_string_equal(attribute_name((enum attribute)strange[i]), "");
	}
}

static void each_check_digit_is_named(void **state)
{
	static const struct {
		size_t at; /* in the second line */
		enum mrz_field field;
	} rows[] = { { 9, MRZ_NUMBER }, { 19, MRZ_BIRTH }, { 27, MRZ_EXPIRY },
		{ 43, MRZ_COMPOSITE } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct request request = { 0 };
		char *digit = &request.mrz[1][rows[i].at];

		show(&request, &mrz_default);
		*digit = *digit == '9' ? '0' : (char)(*digit + 1);
		expect_fault("digit", &request, REASON_MRZ_CHECK_DIGIT, ATTR_MRZ, rows[i].field);
	}
}

/* A fault of an attribute is told before one of the MRZ, and both before a disagreement. */
static void a_fault_of_form_comes_first(void **state)
{
	struct request request = { 0 };

	(void)state;
	add(&request, ATTR_DOCUMENT_ISSUER, "RUS");
	show(&request, &mrz_default);
	request.mrz[1][9] = 'X';
	expect_fault("digit", &request, REASON_MRZ_CHECK_DIGIT, ATTR_MRZ, MRZ_NUMBER);
	add(&request, ATTR_NATIONALITY, "ZZZ");
	expect_fault("nationality", &request, REASON_ATTRIBUTE_INVALID, ATTR_NATIONALITY,
		MRZ_FIELD_NONE);
	add(&request, ATTR_SALE_ID, "");
	expect_fault("empty", &request, REASON_ATTRIBUTE_INVALID, ATTR_SALE_ID, MRZ_FIELD_NONE);
}

static void a_specimen_is_for_tests_alone(void **state)
{
	static const char *const mrz[] = { "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
		"L898902C36UTO7408122F1204159ZE184226B<<<<<10" };
	static const struct shown utopian = { .nationality = "UTO" };
	struct request request = { 0 }, other = { 0 };
	struct sale sale;
	struct sale_fault fault;

	(void)state;
	add(&request, ATTR_MRZ, mrz[0]);
	add(&request, ATTR_MRZ, mrz[1]);
	expect_fault("issuer", &request, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, MRZ_ISSUER);
	show(&other, &utopian);
	expect_fault("nationality", &other, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, MRZ_NATIONALITY);

	add(&request, ATTR_NATIONALITY, "UTO");
	add(&request, ATTR_DOCUMENT_ISSUER, "uto");
	assert_true(sale_read(request.fields, request.count, &with_specimen, &sale, &fault));
	assert_string_equal(sale.person.nationality, "UTO");
	assert_string_equal(sale.person.document.issuer, "UTO");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_become_canonical),
		cmocka_unit_test(nothing_told_is_no_fault),
		cmocka_unit_test(values_of_the_right_shape_are_read),
		cmocka_unit_test(values_of_another_shape_are_refused),
		cmocka_unit_test(a_nul_cuts_nothing_off),
		cmocka_unit_test(every_attribute_is_bounded),
		cmocka_unit_test(none_is_repeated),
		cmocka_unit_test(no_language_is_a_fault),
		cmocka_unit_test(codes_of_the_operator_are_states),
		cmocka_unit_test(the_longest_values_fit),
		cmocka_unit_test(a_strange_attribute_is_refused),
		cmocka_unit_test(each_check_digit_is_named),
		cmocka_unit_test(a_fault_of_form_comes_first),
		cmocka_unit_test(a_specimen_is_for_tests_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
