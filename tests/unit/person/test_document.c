/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* NULL: refused. */
struct row {
	const char *text;
	const char *canonical;
};

static void numbers_have_one_spelling(void **state)
{
	static const struct row rows[] = {
		{ "FA1234567", "FA1234567" },
		{ "fa1234567", "FA1234567" },
		{ " FA 12-34 567 ", "FA1234567" },
		{ "L898902C<", "L898902C" },
		{ "L898902C<<<", "L898902C" },
		{ "L898902C < ", "L898902C" },
		{ "000123", "000123" }, /* leading zeros kept */
		{ "0", "0" },
		{ "12345678901234567890123456789012", "12345678901234567890123456789012" },
		{ "123456789012345678901234567890123", NULL },
		{ "1234567890123456 7890123456789012<<", "12345678901234567890123456789012" },
		{ "", NULL },
		{ "<<<", NULL },
		{ " - ", NULL },
		{ "AB<123", NULL },
		{ "AB/123", NULL },
		{ "AB.123", NULL },
		{ "AB_123", NULL },
		{ "AB\t123", NULL },
		{ "AB123\n", NULL },
		/* Cyrillic letters become Latin ones only where they look alike. */
		{ "АВЕКМНОРСТУХ", "ABEKMHOPCTYX" },
		{ "авекмнорстух", "ABEKMHOPCTYX" },
		{ "ІЅЈ іѕј", "ISJISJ" },
		{ "ВУ 0123456", "BY0123456" },
		{ "82 \u2116 1234567", "821234567" },
		{ "АБ 12", "AБ12" },
		{ "бёґ 1", "БЁҐ1" },
		{ "\u2116", NULL },
		{ "\u00a012\u20093\u202f4\u20115\u20136\u22127", "1234567" },
		{ "Ә"
		  "123",
			NULL }, /* no letter of the alphabets above */
		{ "\u0391"
		  "123",
			NULL }, /* Greek */
		{ "\u00c4"
		  "123",
			NULL },
		{ "И\u0306"
		  "1",
			NULL }, /* in two pieces */
		{ "\xd0", NULL }, /* cut short */
		{ "1\xd0", NULL },
		{ "\xc1\x81", NULL }, /* A, not in its shortest form */
		/* sixteen of two octets, and no more */
		{ "ББББББББББББББББ", "ББББББББББББББББ" },
		{ "1ББББББББББББББББ", NULL },
		{ "@123", NULL }, /* the neighbours of A-Z and 0-9 */
		{ "[123", NULL },
		{ ":123", NULL },
		{ "`123", NULL },
		{ "{123", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[DOCUMENT_NUMBER_MAX + 1] = "untouched";
		bool ok = document_number_canonical(rows[i].text, strlen(rows[i].text), out);

		if (ok != (rows[i].canonical != NULL))
			fail_msg("\"%s\"", rows[i].text);
		assert_string_equal(out, ok ? rows[i].canonical : "");
	}
}

static void a_refused_number_leaves_nothing_behind(void **state)
{
	static const char zeros[DOCUMENT_NUMBER_MAX + 1];
	char out[DOCUMENT_NUMBER_MAX + 1];

	(void)state;
	memset(out, 'x', sizeof(out));
	assert_false(document_number_canonical("AB1234567/", 10, out));
	assert_memory_equal(out, zeros, sizeof(out));
}

static void a_nul_is_no_end(void **state)
{
	char number[DOCUMENT_NUMBER_MAX + 1], type[DOCUMENT_TYPE_MAX + 1];

	(void)state;
	assert_false(document_number_canonical("AB\0"
					       "12",
		5, number));
	assert_false(document_type_canonical("P\0", 2, type));
	assert_false(document_type_canonical("abc\0", 4, type));
}

static void types_have_one_spelling(void **state)
{
	static const struct row rows[] = {
		{ "P", "P" },
		{ "p", "P" },
		{ "P<", "P" },
		{ "P<<", "P" },
		{ "PD", "PD" },
		{ "pd", "PD" },
		{ "Pd<", "PD" },
		{ "PZ", "PZ" }, /* an unknown second letter is no error */
		{ "I", "I" },
		{ "ID", "ID" },
		{ "id", "ID" },
		{ "residence-permit", "residence-permit" },
		{ "abc", "abc" },
		{ "no1", "no1" },
		{ "12345678901234567890123456789012", "12345678901234567890123456789012" },
		{ "123456789012345678901234567890123", NULL },
		{ "", NULL },
		{ "<", NULL },
		{ "P1", NULL },
		{ "1P", NULL },
		{ "12", NULL },
		{ "a-", NULL },
		{ " P", NULL },
		{ "P ", NULL },
		{ "<P", NULL },
		{ "PDX", NULL },
		{ "Permit", NULL },
		{ "per mit", NULL },
		{ "per_mit", NULL },
		{ "permit<", NULL },
		{ "p\xc3\xa9rmis", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[DOCUMENT_TYPE_MAX + 1] = "untouched";
		bool ok = document_type_canonical(rows[i].text, strlen(rows[i].text), out);

		if (ok != (rows[i].canonical != NULL))
			fail_msg("\"%s\"", rows[i].text);
		assert_string_equal(out, ok ? rows[i].canonical : "");
	}
}

static void canonical_stays_canonical(void **state)
{
	static const char *const texts[] = { "fa 12-3<", "P<", "pd", "residence-permit", "0012" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char once[DOCUMENT_NUMBER_MAX + 1], twice[DOCUMENT_NUMBER_MAX + 1];

		if (document_number_canonical(texts[i], strlen(texts[i]), once)) {
			assert_true(document_number_canonical(once, strlen(once), twice));
			assert_string_equal(once, twice);
		}
		if (document_type_canonical(texts[i], strlen(texts[i]), once)) {
			assert_true(document_type_canonical(once, strlen(once), twice));
			assert_string_equal(once, twice);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_one_spelling),
		cmocka_unit_test(a_refused_number_leaves_nothing_behind),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(types_have_one_spelling),
		cmocka_unit_test(canonical_stays_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
