/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *text;
	size_t len; /* 0: up to the terminator */
	bool well_formed;
};

static void check(const struct row *rows, size_t count, bool (*is)(const char *, size_t))
{
	for (size_t i = 0; i < count; i++) {
		size_t len = rows[i].len > 0 ? rows[i].len : strlen(rows[i].text);

		if (is(rows[i].text, len) != rows[i].well_formed)
			fail_msg("row %zu: \"%s\"", i, rows[i].text);
	}
}

static void plain_is_utf8_without_control_characters(void **state)
{
	static const struct row rows[] = {
		{ "", 0, true },
		{ "ru-2025-01", 0, true },
		{ " ~", 0, true },
		{ "\xd1\x88", 0, true }, /* U+0448 */
		{ "\xe2\x82\xac", 0, true }, /* U+20AC */
		{ "\xf0\x9f\x93\xb1", 0, true }, /* U+1F4F1 */
		{ "\xc2\xa0", 0, true }, /* U+00A0, the first after the C1 controls */
		{ "\xed\x9f\xbf\xee\x80\x80", 0, true }, /* on both sides of the surrogates */
		{ "\xf4\x8f\xbf\xbf", 0, true }, /* U+10FFFF */
		{ "\x1f", 0, false },
		{ "a\nb", 0, false },
		{ "a\tb", 0, false },
		{ "a\0b", 3, false },
		{ "\x7f", 0, false },
		{ "\xc2\x80", 0, false }, /* U+0080 */
		{ "\xc2\x9f", 0, false }, /* U+009F */
		{ "\x80", 0, false }, /* continues nothing */
		{ "\xc0\x80", 0, false }, /* overlong NUL */
		{ "\xc1\xbf", 0, false }, /* overlong in two */
		{ "\xe0\x9f\xbf", 0, false }, /* overlong in three */
		{ "\xf0\x8f\xbf\xbf", 0, false }, /* overlong in four */
		{ "\xed\xa0\x80", 0, false }, /* U+D800 */
		{ "\xed\xbf\xbf", 0, false }, /* U+DFFF */
		{ "\xf4\x90\x80\x80", 0, false }, /* U+110000 */
		{ "\xf5\x80\x80\x80", 0, false },
		{ "\xff", 0, false },
		{ "\xd1", 0, false }, /* cut */
		{ "\xe2\x82", 0, false },
		{ "\xf0\x9f\x93", 0, false },
		{ "\xe2\x82\xac", 2, false }, /* what follows is not ours to read */
		{ "\xd1 ", 0, false },
		{ "\xe2\x28\xa1", 0, false },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows), text_is_plain);
}

static void a_word_is_of_lower_case(void **state)
{
	static const struct row rows[] = {
		{ "mfa-diplomatic", 0, true },
		{ "a", 0, true },
		{ "0-9", 0, true },
		{ "", 0, false },
		{ "Mfa", 0, false },
		{ "a b", 0, false },
		{ "a_b", 0, false },
		{ "a\0b", 3, false },
		{ "\xd1\x88", 0, false },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows), text_is_word);
}

/* RFC 3986's unreserved characters: they stand for themselves wherever a token may have to go. */
static void a_token_is_of_unreserved_characters(void **state)
{
	(void)state;
	assert_false(text_is_token("", 0));
	assert_true(text_is_token("a.b_c~d-E9", 10));
	for (int c = 0; c < 256; c++) {
		const char text[2] = { 'a', (char)c };
		bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
				  (c >= '0' && c <= '9') || (c != 0 && strchr("._~-", c) != NULL);

		assert_int_equal(text_is_token(text, 2), unreserved);
	}
}

static void a_language_has_the_shape_of_bcp_47(void **state)
{
	static const struct row rows[] = {
		{ "ru", 0, true },
		{ "RU", 0, true },
		{ "uz-Cyrl-UZ", 0, true },
		{ "sr-Latn", 0, true },
		{ "es-419", 0, true },
		{ "de-CH-1996", 0, true },
		{ "x-shop1", 0, true },
		{ "abcdefgh-12345678", 0, true },
		{ "", 0, false },
		{ "-", 0, false },
		{ "ru-", 0, false },
		{ "-ru", 0, false },
		{ "ru--RU", 0, false },
		{ "ru_RU", 0, false },
		{ "ru RU", 0, false },
		{ "r1", 0, false },
		{ "419", 0, false },
		{ "abcdefghi", 0, false },
		{ "ru-123456789", 0, false },
		{ "\xd1\x80\xd1\x83", 0, false },
	};

	(void)state;
	check(rows, ARRAY_LEN(rows), text_is_language);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_is_utf8_without_control_characters),
		cmocka_unit_test(a_word_is_of_lower_case),
		cmocka_unit_test(a_token_is_of_unreserved_characters),
		cmocka_unit_test(a_language_has_the_shape_of_bcp_47),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
