/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/mrz.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mrz_specimens.h"

static const char alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<";

static enum mrz_status parse(const char *text, struct mrz *out, enum mrz_field *field)
{
	struct span whole = { text, strlen(text) };

	return mrz_parse(&whole, 1, out, field);
}

/* Doc 9303-3 section 4.9: the place in the alphabet, '<' is nothing. */
static int value(char c)
{
	return c == '<' ? 0 : (int)(strchr(alphabet, c) - alphabet);
}

static void known_digits(void **state)
{
	static const struct {
		const char *text;
		char digit;
	} rows[] = {
		{ "520727", '3' }, /* the examples of Doc 9303-3 section 4.9 */
		{ "AB2134<<<", '5' },
		{ "D23145890", '7' },
		{ "D23145890734", '9' },
		{ "L898902C3", '6' },
		{ "740812", '2' },
		{ "120415", '9' },
		{ "ZE184226B<<<<<", '1' },
		{ "", '0' },
		{ "<<<<<<", '0' },
		{ "1", '7' },
		{ "Z", '5' },
		{ "<Z", '5' },
		{ "a", '\0' },
		{ "12 34", '\0' },
		{ "12\n", '\0' },
		{ "@", '\0' },
		{ "[", '\0' },
		{ "/", '\0' },
		{ ":", '\0' },
		{ ";", '\0' },
		{ "=", '\0' },
		{ "\xff", '\0' },
		{ "A?A", '\0' },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (mrz_check_digit(rows[i].text, strlen(rows[i].text)) != rows[i].digit)
			fail_msg("\"%s\"", rows[i].text);
	assert_int_equal(mrz_check_digit("\0", 1), '\0');
}

/* A single substitution is seen exactly if it changes the value modulo 10, at every weight. */
static void substitutions_change_the_digit(void **state)
{
	static const char base[] = "L898902C3<UTO74";

	(void)state;
	for (size_t at = 0; at < sizeof(base) - 1; at++) {
		for (const char *c = alphabet; *c != '\0'; c++) {
			char text[sizeof(base)];
			bool differs = (value(*c) - value(base[at])) % 10 != 0;

			memcpy(text, base, sizeof(base));
			text[at] = *c;
			assert_int_equal(mrz_check_digit(text, sizeof(base) - 1) !=
						 mrz_check_digit(base, sizeof(base) - 1),
				differs);
		}
	}
}

/* Of a whole zone: what the composite digit covers, and every check digit itself. */
static void substitutions_are_not_accepted(void **state)
{
	static const struct {
		const char *text;
		struct {
			size_t from, to;
		} covered[4]; /* counting line ends */
	} rows[] = {
		{ TD1_SPECIMEN, { { 5, 30 }, { 31, 38 }, { 39, 46 }, { 49, 61 } } },
		{ TD1_LONG_NUMBER, { { 5, 30 }, { 31, 38 }, { 39, 46 }, { 49, 61 } } },
		{ TD2_SPECIMEN, { { 37, 47 }, { 50, 57 }, { 58, 73 } } },
		{ TD2_LONG_NUMBER, { { 37, 47 }, { 50, 57 }, { 58, 73 } } },
		{ TD3_SPECIMEN, { { 45, 55 }, { 58, 65 }, { 66, 89 } } },
	};
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (size_t at = 0; at < strlen(rows[i].text); at++) {
			bool covered = false;
			char text[128];

			for (size_t j = 0; j < 4; j++)
				covered = covered || (at >= rows[i].covered[j].from &&
							     at < rows[i].covered[j].to);
			for (const char *c = alphabet; covered && *c != '\0'; c++) {
				enum mrz_field field;
				struct mrz mrz;

				if ((value(*c) - value(rows[i].text[at])) % 10 == 0)
					continue;
				(void)strcpy(text, rows[i].text);
				text[at] = *c;
				if (parse(text, &mrz, &field) == MRZ_OK)
					fail_msg("row %zu: '%c' at %zu", i, *c, at);
				assert_int_equal(mrz.verdict[MRZ_COMPOSITE], MRZ_FAILS);
				tried++;
			}
		}
	}
	assert_true(tried > 6000);
}

#define U MRZ_UNCHECKED
#define H MRZ_HOLDS
#define F MRZ_FAILS

static void each_digit_has_its_verdict(void **state)
{
	static const struct {
		const char *text;
		size_t at; /* counting line ends */
		const char *put;
		enum mrz_field first;
		enum mrz_verdict number, birth, expiry, optional, composite;
	} rows[] = {
		{ TD3_SPECIMEN, 0, "", MRZ_FIELD_NONE, H, H, H, H, H },
		{ TD2_SPECIMEN, 0, "", MRZ_FIELD_NONE, H, H, H, U, H },
		{ TD1_SPECIMEN, 0, "", MRZ_FIELD_NONE, H, H, H, U, H },
		{ TD3_SPECIMEN, 45 + 9, "7", MRZ_NUMBER, F, H, H, H, F },
		{ TD3_SPECIMEN, 45 + 9, "<", MRZ_NUMBER, F, H, H, H, F },
		{ TD3_SPECIMEN, 45 + 9, "G", MRZ_NUMBER, F, H, H, H, H }, /* 16 for 6 */
		{ TD3_SPECIMEN, 45 + 8, "4", MRZ_NUMBER, F, H, H, H, F },
		{ TD3_SPECIMEN, 45 + 19, "3", MRZ_BIRTH, H, F, H, H, F },
		{ TD3_SPECIMEN, 45 + 27, "8", MRZ_EXPIRY, H, H, F, H, F },
		{ TD3_SPECIMEN, 45 + 42, "2", MRZ_OPTIONAL, H, H, H, F, F },
		{ TD3_SPECIMEN, 45 + 42, "<", MRZ_OPTIONAL, H, H, H, F, F },
		{ TD3_SPECIMEN, 45 + 43, "1", MRZ_COMPOSITE, H, H, H, H, F },
		{ TD3_SPECIMEN, 45 + 43, "<", MRZ_COMPOSITE, H, H, H, H, F },
		{ TD3_SPECIMEN, 45 + 9, "7UTO7408123F1204158", MRZ_NUMBER, F, F, F, H, F },
		{ TD2_SPECIMEN, 37 + 9, "8", MRZ_NUMBER, F, H, H, U, F },
		{ TD2_SPECIMEN, 37 + 19, "1", MRZ_BIRTH, H, F, H, U, F },
		{ TD2_SPECIMEN, 37 + 27, "1", MRZ_EXPIRY, H, H, F, U, F },
		{ TD2_SPECIMEN, 37 + 30, "1", MRZ_COMPOSITE, H, H, H, U, F },
		{ TD2_SPECIMEN, 37 + 35, "7", MRZ_COMPOSITE, H, H, H, U, F },
		{ TD1_SPECIMEN, 14, "8", MRZ_NUMBER, F, H, H, U, F },
		{ TD1_SPECIMEN, 14, "<", MRZ_NUMBER, F, H, H, U, F },
		{ TD1_SPECIMEN, 31 + 6, "1", MRZ_BIRTH, H, F, H, U, F },
		{ TD1_SPECIMEN, 31 + 14, "1", MRZ_EXPIRY, H, H, F, U, F },
		{ TD1_SPECIMEN, 15, "1", MRZ_COMPOSITE, H, H, H, U, F },
		{ TD1_SPECIMEN, 31 + 18, "1", MRZ_COMPOSITE, H, H, H, U, F },
		{ TD1_SPECIMEN, 31 + 29, "7", MRZ_COMPOSITE, H, H, H, U, F },
		/*
		 * long numbers: a wrong digit, none, a rest that is only a digit, no filler behind
		 */
		{ TD1_LONG_NUMBER, 18, "8", MRZ_NUMBER, F, H, H, U, F },
		{ TD1_LONG_NUMBER, 15, "<", MRZ_NUMBER, F, H, H, U, F },
		{ TD1_LONG_NUMBER, 15, "9<<<", MRZ_NUMBER, F, H, H, U, F },
		{ TD1_LONG_NUMBER, 15, "123456789012342", MRZ_NUMBER, F, H, H, U, H },
		{ TD2_LONG_NUMBER, 37 + 31, "8", MRZ_NUMBER, F, H, H, U, F },
		{ TD2_LONG_NUMBER, 37 + 28, "1234562", MRZ_NUMBER, F, H, H, U, F },
		/* a number of less than nine characters does not go on elsewhere */
		{ TD1_LONG_NUMBER, 13, "<<7349", MRZ_NUMBER, F, H, H, U, H },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum mrz_field field;
		enum mrz_status status;
		struct mrz mrz;
		char text[128];

		(void)strcpy(text, rows[i].text);
		memcpy(text + rows[i].at, rows[i].put, strlen(rows[i].put));
		status = parse(text, &mrz, &field);
		if (field != rows[i].first || mrz.verdict[MRZ_NUMBER] != rows[i].number ||
			mrz.verdict[MRZ_BIRTH] != rows[i].birth ||
			mrz.verdict[MRZ_EXPIRY] != rows[i].expiry ||
			mrz.verdict[MRZ_OPTIONAL] != rows[i].optional ||
			mrz.verdict[MRZ_COMPOSITE] != rows[i].composite)
			fail_msg("row %zu", i);
		assert_int_equal(
			status, rows[i].first == MRZ_FIELD_NONE ? MRZ_OK : MRZ_BAD_CHECK_DIGIT);
		assert_int_equal(mrz.verdict[MRZ_DOCUMENT_CODE], MRZ_UNCHECKED);
		assert_int_equal(mrz.verdict[MRZ_ISSUER], MRZ_UNCHECKED);
		assert_int_equal(mrz.verdict[MRZ_NATIONALITY], MRZ_UNCHECKED);
		assert_int_equal(mrz.verdict[MRZ_SEX], MRZ_UNCHECKED);
		assert_int_equal(mrz.verdict[MRZ_NAME], MRZ_UNCHECKED);
		/* Filled all the same, so that a tool can show what it is about. */
		assert_string_not_equal(mrz.document.number, "");
		assert_string_equal(mrz.nationality, "UTO");
	}
}

/* Where a field holds what it may not, the digits still have their say. */
static void verdicts_come_with_a_bad_field(void **state)
{
	char text[] = TD3_SPECIMEN;
	enum mrz_field field;
	struct mrz mrz;

	(void)state;
	text[45 + 15] = 'O'; /* for 0 */
	assert_int_equal(parse(text, &mrz, &field), MRZ_BAD_FIELD);
	assert_int_equal(field, MRZ_BIRTH);
	assert_int_equal(mrz.verdict[MRZ_NUMBER], MRZ_HOLDS);
	assert_int_equal(mrz.verdict[MRZ_BIRTH], MRZ_FAILS);
	assert_int_equal(mrz.verdict[MRZ_EXPIRY], MRZ_HOLDS);
	assert_int_equal(mrz.verdict[MRZ_COMPOSITE], MRZ_FAILS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_digits),
		cmocka_unit_test(substitutions_change_the_digit),
		cmocka_unit_test(substitutions_are_not_accepted),
		cmocka_unit_test(each_digit_has_its_verdict),
		cmocka_unit_test(verdicts_come_with_a_bad_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
