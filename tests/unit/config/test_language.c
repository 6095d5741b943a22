/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TAG_35 "abcdefgh-abcdefgh-abcdefgh-abcdefgh"
_Static_assert(sizeof(TAG_35) - 1 == LANGUAGE_TAG_MAX, "a tag at the limit");

/* All tags with a space between. */
static void expect(const char *text, size_t len, const char *tags)
{
	struct language_wish wishes[LANGUAGE_WISHES_MAX];
	char found[LANGUAGE_WISHES_MAX * (LANGUAGE_TAG_MAX + 1) + 1] = "";
	size_t count;

	memset(wishes, 0xa5, sizeof(wishes));
	count = language_wishes(text, len, wishes);
	assert_true(count <= LANGUAGE_WISHES_MAX);
	for (size_t i = 0; i < count; i++) {
		assert_in_range(wishes[i].quality, 1, 1000);
		(void)strcat(found, i > 0 ? " " : "");
		(void)strcat(found, wishes[i].tag);
	}
	if (strcmp(found, tags) != 0)
		fail_msg("\"%s\": \"%s\", not \"%s\"", text, found, tags);
}

static void tags_are_read_as_people_s_systems_write_them(void **state)
{
	static const char *const rows[][2] = {
		{ "ru", "ru" },
		{ "RU", "RU" },
		{ "ru-RU", "ru-RU" },
		{ "ru_RU", "ru-RU" },
		{ "ru-RU ", "ru-RU" },
		{ " ru", "ru" },
		{ "\tru\r\n", "ru" },
		{ "ru_RU.UTF-8", "ru-RU" },
		{ "sr_RS@latin", "sr-RS" },
		{ "ru,en;q=0.8", "ru en" },
		{ "en;q=0.8,ru", "ru en" },
		{ "en;q=0.8, ru;q=0.9 ,uz", "uz ru en" },
		{ "en;q=0.123,ru;q=0.124,uz;q=0.12", "ru en uz" },
		{ "en;q=1.000,ru;q=1", "en ru" },
		{ "en ; q=0.5, ru", "ru en" },
		{ "fr;q=0,ru", "ru" },
		{ "*,ru;q=0.1", "ru" },
		{ "en;q=oops,ru", "en ru" }, /* what cannot be read is nothing said */
		{ "en;level=1,ru", "en ru" },
		{ ",,ru,", "ru" },
		{ "a,b,c,d,e,f,g,h,i,j", "a b c d e f g h" },
		{ TAG_35, TAG_35 },
		{ TAG_35 "," TAG_35, TAG_35 " " TAG_35 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i][0], strlen(rows[i][0]), rows[i][1]);
}

static void what_is_no_tag_is_passed_over(void **state)
{
	static const struct span rows[] = { { NULL, 0 }, { "", 0 }, { " ", 1 }, { ",", 1 },
		{ ";", 1 }, { "-", 1 }, { "ru--RU", 6 }, { "languages-x", 11 },
		{ "\xd1\x80\xd1\x83", 4 }, { "r\0u", 3 }, { "ru\0", 3 }, { "7", 1 }, { "ru RU", 5 },
		{ TAG_35 "x", 36 }, { "abcdefgh-abcdefgh-abcdefgh-abcdefg-h", 36 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		expect(rows[i].data, rows[i].len, "");
}

/* Whatever octets, at whatever length: read within bounds, which the sanitizers watch. */
static void no_octets_are_too_much(void **state)
{
	char text[1000];
	struct language_wish wishes[LANGUAGE_WISHES_MAX];
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		static const char octets[] = "aru-_,;=q.0189 *@\xd1\0";
		size_t len;

		random = random * 1664525 + 1013904223;
		len = random >> 8 & 0xff;
		for (size_t i = 0; i < len; i++) {
			random = random * 1664525 + 1013904223;
			text[i] = octets[(random >> 16) % (sizeof(octets) - 1)];
		}
		assert_true(language_wishes(text, len, wishes) <= LANGUAGE_WISHES_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tags_are_read_as_people_s_systems_write_them),
		cmocka_unit_test(what_is_no_tag_is_passed_over),
		cmocka_unit_test(no_octets_are_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
