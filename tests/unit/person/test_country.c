/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/country.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void codes_have_one_spelling(void **state)
{
	static const struct {
		const char *text;
		const char *canonical; /* NULL: refused */
	} rows[] = {
		{ "UZB", "UZB" },
		{ "uzb", "UZB" },
		{ " Uzb ", "UZB" },
		{ "D", "D" },
		{ "d", "D" },
		{ "D<<", "D" },
		{ "D<< ", "D" },
		{ "DEU", "D" },
		{ "deu", "D" },
		{ "DE", "DE" }, /* canonical, and on no list */
		{ "QQQ", "QQQ" },
		{ "UTO", "UTO" },
		{ "", NULL },
		{ "   ", NULL },
		{ "<<<", NULL },
		{ "UZBE", NULL },
		{ "UZ1", NULL },
		{ "860", NULL },
		{ "U B", NULL },
		{ "<UZ", NULL },
		{ "D<E", NULL },
		{ "D-", NULL },
		{ "\tUZB", NULL },
		{ "UZB\n", NULL },
		{ "\xd0\xa3", NULL },
		{ "[AB", NULL },
		{ "`ab", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char out[COUNTRY_LEN + 1] = "xyz";
		bool ok = country_canonical(rows[i].text, strlen(rows[i].text), out);

		if (ok != (rows[i].canonical != NULL))
			fail_msg("\"%s\"", rows[i].text);
		assert_string_equal(out, ok ? rows[i].canonical : "");
	}
}

static void each_code_is_what_it_is(void **state)
{
	static const struct {
		const char *code;
		enum country_kind kind;
		bool nationality, issuer;
	} rows[] = {
		{ "ABW", COUNTRY_STATE, true, true }, /* the first of its table */
		{ "BLR", COUNTRY_STATE, true, true },
		{ "KAZ", COUNTRY_STATE, true, true },
		{ "KGZ", COUNTRY_STATE, true, true },
		{ "RUS", COUNTRY_STATE, true, true },
		{ "TJK", COUNTRY_STATE, true, true },
		{ "UZB", COUNTRY_STATE, true, true },
		{ "SSD", COUNTRY_STATE, true, true },
		{ "ZWE", COUNTRY_STATE, true, true }, /* the last */
		{ "ANT", COUNTRY_DOC9303, true, true },
		{ "D", COUNTRY_DOC9303, true, true },
		{ "GBD", COUNTRY_DOC9303, true, true },
		{ "GBN", COUNTRY_DOC9303, true, true },
		{ "GBO", COUNTRY_DOC9303, true, true },
		{ "GBP", COUNTRY_DOC9303, true, true },
		{ "GBS", COUNTRY_DOC9303, true, true },
		{ "NTZ", COUNTRY_DOC9303, true, true },
		{ "RKS", COUNTRY_DOC9303, true, true },
		{ "UNK", COUNTRY_DOC9303, true, true },
		{ "EUE", COUNTRY_DOC9303, false, true },
		{ "UNA", COUNTRY_DOC9303, false, true },
		{ "UNO", COUNTRY_DOC9303, false, true },
		{ "XBA", COUNTRY_DOC9303, false, true },
		{ "XCC", COUNTRY_DOC9303, false, true },
		{ "XCE", COUNTRY_DOC9303, false, true },
		{ "XCO", COUNTRY_DOC9303, false, true },
		{ "XDC", COUNTRY_DOC9303, false, true },
		{ "XEC", COUNTRY_DOC9303, false, true },
		{ "XES", COUNTRY_DOC9303, false, true },
		{ "XIM", COUNTRY_DOC9303, false, true },
		{ "XMP", COUNTRY_DOC9303, false, true },
		{ "XOM", COUNTRY_DOC9303, false, true },
		{ "XPO", COUNTRY_DOC9303, false, true },
		{ "XXA", COUNTRY_DOC9303, true, false },
		{ "XXB", COUNTRY_DOC9303, true, false },
		{ "XXC", COUNTRY_DOC9303, true, false },
		{ "XXX", COUNTRY_DOC9303, true, false },
		{ "IAO", COUNTRY_DOC9303, false, false },
		{ "UTO", COUNTRY_SPECIMEN, true, true },
		{ "", COUNTRY_UNKNOWN, false, false },
		{ "DE", COUNTRY_UNKNOWN, false, false },
		{ "DEU", COUNTRY_UNKNOWN, false, false }, /* not canonical */
		{ "uzb", COUNTRY_UNKNOWN, false, false },
		{ "D<<", COUNTRY_UNKNOWN, false, false },
		{ "SUN", COUNTRY_UNKNOWN, false, false }, /* withdrawn in 1992 */
		{ "YUG", COUNTRY_UNKNOWN, false, false },
		{ "XKX", COUNTRY_UNKNOWN, false, false },
		{ "QQQ", COUNTRY_UNKNOWN, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (country_lookup(rows[i].code) != rows[i].kind ||
			country_is_nationality(rows[i].code) != rows[i].nationality ||
			country_is_issuer(rows[i].code) != rows[i].issuer)
			fail_msg("\"%s\"", rows[i].code);
	}
}

/* Over all texts of one to three letters: a table out of order, or an entry more or less, shows. */
static void the_lists_are_whole(void **state)
{
	size_t seen[COUNTRY_SPECIMEN + 1] = { 0 };
	char code[COUNTRY_LEN + 1] = "";

	(void)state;
	for (code[0] = 'A'; code[0] <= 'Z'; code[0]++) {
		code[1] = '\0';
		seen[country_lookup(code)]++;
		for (code[1] = 'A'; code[1] <= 'Z'; code[1]++) {
			code[2] = '\0';
			seen[country_lookup(code)]++;
			for (code[2] = 'A'; code[2] <= 'Z'; code[2]++)
				seen[country_lookup(code)]++;
		}
	}
	/* 249 of ISO 3166-1, less DEU; 30 of Doc 9303-3, one of which is the specimen. */
	assert_int_equal(seen[COUNTRY_STATE], 248);
	assert_int_equal(seen[COUNTRY_DOC9303], 29);
	assert_int_equal(seen[COUNTRY_SPECIMEN], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_one_spelling),
		cmocka_unit_test(each_code_is_what_it_is),
		cmocka_unit_test(the_lists_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
