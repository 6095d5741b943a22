/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What holds for everybody: canonical forms, the octets under the pseudonym, days and ages, each
 * against a second way of reckoning that is slow and plain.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "chance.h"
#include "person/document.h"
#include "person/person_key.h"

#define SEED UINT64_C(20241201)
#define ROUNDS 20000

/* A canonical number as a careless hand may write it. */
static size_t write_carelessly(struct chance *chance, const char *number, char *out)
{
	size_t n = 0;

	for (; *number != '\0'; number++) {
		while (chance_in(chance, 0, 3) == 0 && n < 60)
			out[n++] = chance_char(chance, " -");
		out[n] = *number;
		if (*number >= 'A' && chance_in(chance, 0, 1) == 0)
			out[n] = (char)(*number - 'A' + 'a');
		n++;
	}
	for (int fillers = chance_in(chance, 0, 3); fillers > 0; fillers--)
		out[n++] = chance_char(chance, "< ");
	return n;
}

static void random_number(struct chance *chance, char out[DOCUMENT_NUMBER_MAX + 1])
{
	size_t len = (size_t)chance_in(chance, 1, DOCUMENT_NUMBER_MAX);

	chance_fill(chance, UPPER DIGITS, out, len);
	out[len] = '\0';
}

static void a_number_has_one_canonical_form(void **state)
{
	struct chance chance = { SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		char number[DOCUMENT_NUMBER_MAX + 1], read[DOCUMENT_NUMBER_MAX + 1], written[128];
		size_t len;

		random_number(&chance, number);
		len = write_carelessly(&chance, number, written);
		assert_true(document_number_canonical(written, len, read));
		assert_string_equal(read, number);
		assert_true(document_number_canonical(number, strlen(number), read));
		assert_string_equal(read, number);
	}
}

/* A letter of a series as it is printed, and how else somebody may write the same letter. */
static const struct letter {
	const char *printed, *others[3];
} letters[] = {
	{ "А", { "а", "A", "a" } },
	{ "В", { "в", "B", "b" } },
	{ "Е", { "е", "E", "e" } },
	{ "К", { "к", "K", "k" } },
	{ "М", { "м", "M", "m" } },
	{ "Н", { "н", "H", "h" } },
	{ "О", { "о", "O", "o" } },
	{ "Р", { "р", "P", "p" } },
	{ "С", { "с", "C", "c" } },
	{ "Т", { "т", "T", "t" } },
	{ "У", { "у", "Y", "y" } },
	{ "Х", { "х", "X", "x" } },
	{ "І", { "і", "I", "i" } },
	{ "Б", { "б" } },
	{ "Г", { "г" } },
	{ "Д", { "д" } },
	{ "Ж", { "ж" } },
	{ "З", { "з" } },
	{ "И", { "и" } },
	{ "Л", { "л" } },
	{ "П", { "п" } },
	{ "Ф", { "ф" } },
	{ "Ц", { "ц" } },
	{ "Ч", { "ч" } },
	{ "Ш", { "ш" } },
	{ "Э", { "э" } },
	{ "Ю", { "ю" } },
	{ "Я", { "я" } },
	{ "Ё", { "ё" } },
	{ "Є", { "є" } },
	{ "Ґ", { "ґ" } },
};

static const char *spelling(struct chance *chance, const struct letter *letter)
{
	int which = chance_in(chance, -1, 2);

	return which < 0 || letter->others[which] == NULL ? letter->printed : letter->others[which];
}

/* A series of two letters and a number, as one shop or another writes it. */
static size_t write_series(
	struct chance *chance, const struct letter *a, const struct letter *b, char out[64])
{
	static const char *const between[] = { "", " ", "-", " № ", "\u00a0", " – " };

	return (size_t)snprintf(out, 64, "%s%s%s123456", spelling(chance, a), spelling(chance, b),
		between[chance_in(chance, 0, (int)ARRAY_LEN(between) - 1)]);
}

/* However it is written, a series is one; and every two series are two. */
static void a_series_has_one_form_and_two_have_two(void **state)
{
	char forms[ARRAY_LEN(letters) * ARRAY_LEN(letters)][DOCUMENT_NUMBER_MAX + 1];
	struct chance chance = { SEED };
	size_t count = 0;

	(void)state;
	for (size_t a = 0; a < ARRAY_LEN(letters); a++) {
		for (size_t b = 0; b < ARRAY_LEN(letters); b++) {
			char *form = forms[count++], again[DOCUMENT_NUMBER_MAX + 1], written[64];

			assert_true(document_number_canonical(written,
				write_series(&chance, &letters[a], &letters[b], written), form));
			for (int i = 0; i < 8; i++) {
				size_t len =
					write_series(&chance, &letters[a], &letters[b], written);

				assert_true(document_number_canonical(written, len, again));
				assert_string_equal(again, form);
			}
			assert_true(document_number_canonical(form, strlen(form), again));
			assert_string_equal(again, form);
		}
	}
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(forms[i], forms[j]);
}

/* Of every day, the nearest year of its two digits is itself for half a century around. */
static void a_short_year_leads_back(void **state)
{
	struct chance chance = { SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct date today = { chance_in(&chance, 1900, 2150), chance_in(&chance, 1, 12),
			chance_in(&chance, 1, 28) };
		struct date day = date_add(&today, 0, 0, chance_in(&chance, -18261, 18261));
		struct date found = date_of_short_year(day.year % 100, day.month, day.day, &today);

		assert_int_equal(date_compare(&found, &day), 0);
	}
}

static int days_of(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month == 2)
		return leap ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static struct date random_birth(struct chance *chance)
{
	struct date birth = { chance_in(chance, 1, 9999), chance_in(chance, 0, 12), 0 };

	if (birth.month != 0)
		birth.day = chance_in(chance, 0, days_of(birth.year, birth.month));
	return birth;
}

static void random_type(struct chance *chance, char out[DOCUMENT_TYPE_MAX + 1])
{
	bool code = chance_in(chance, 0, 1) == 0;
	size_t len =
		(size_t)(code ? chance_in(chance, 1, 2) : chance_in(chance, 3, DOCUMENT_TYPE_MAX));

	chance_fill(chance, code ? "PICA" : "ab-", out, len);
	out[len] = '\0';
}

static void random_state(struct chance *chance, char out[COUNTRY_LEN + 1])
{
	static const char states[][COUNTRY_LEN + 1] = { "UZB", "TJK", "KGZ", "D", "XXA", "GBD" };

	memcpy(out, states[chance_in(chance, 0, (int)ARRAY_LEN(states) - 1)], COUNTRY_LEN + 1);
}

static struct person random_person(struct chance *chance)
{
	struct person person = { 0 };

	random_type(chance, person.document.type);
	random_state(chance, person.document.issuer);
	random_number(chance, person.document.number);
	random_state(chance, person.nationality);
	person.birth = random_birth(chance);
	person.document.expiry.year = chance_in(chance, 2000, 2099);
	return person;
}

/* Another value for one field, or the same one by chance. */
static void change_a_field(struct chance *chance, struct person *person)
{
	switch (chance_in(chance, 0, 4)) {
	case 0:
		random_type(chance, person->document.type);
		return;
	case 1:
		random_state(chance, person->document.issuer);
		return;
	case 2:
		person->document.number[strlen(person->document.number) - 1] =
			chance_char(chance, UPPER DIGITS);
		return;
	case 3:
		random_state(chance, person->nationality);
		return;
	default:
		person->birth = random_birth(chance);
		return;
	}
}

/* The second letter of a code and the expiry date are no part of who somebody is. */
static bool are_one(const struct person *a, const struct person *b)
{
	bool code = a->document.type[0] < 'a' && a->document.type[0] != '-';
	size_t type_len = code ? 1 : DOCUMENT_TYPE_MAX;

	return strncmp(a->document.type, b->document.type, type_len) == 0 &&
	       strcmp(a->document.issuer, b->document.issuer) == 0 &&
	       strcmp(a->document.number, b->document.number) == 0 &&
	       strcmp(a->nationality, b->nationality) == 0 && a->birth.year == b->birth.year &&
	       a->birth.month == b->birth.month && a->birth.day == b->birth.day;
}

static void two_people_have_two_forms(void **state)
{
	struct chance chance = { SEED };
	int alike = 0;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct person one = random_person(&chance), other = one;
		uint8_t a[PERSON_CANONICAL_MAX], b[PERSON_CANONICAL_MAX];
		size_t a_len, b_len;

		change_a_field(&chance, &other);
		other.document.expiry.year++;
		a_len = person_canonical(&one, a);
		b_len = person_canonical(&other, b);
		assert_int_equal(a_len == b_len && memcmp(a, b, a_len) == 0, are_one(&one, &other));
		alike += are_one(&one, &other);
	}
	assert_in_range(alike, ROUNDS / 50, ROUNDS / 2); /* both happen */
}

/* Read back what the octets say: nothing of them is ambiguous. */
static void the_form_can_be_taken_apart(void **state)
{
	struct chance chance = { SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct person person = random_person(&chance);
		uint8_t octets[PERSON_CANONICAL_MAX];
		char birth[DATE_TEXT_LEN + 1];
		const char *fields[] = { "migrantid-person-1", person.document.type,
			person.document.issuer, person.document.number, person.nationality, birth };
		size_t len = person_canonical(&person, octets), at = 0;

		date_format(&person.birth, birth);
		for (size_t f = 0; f < ARRAY_LEN(fields); f++) {
			size_t field_len = (size_t)octets[at] << 8 | octets[at + 1];
			bool code = f == 1 && strchr(UPPER, fields[f][0]) != NULL;

			assert_int_equal(field_len, code ? 1 : strlen(fields[f]));
			assert_memory_equal(octets + at + 2, fields[f], field_len);
			at += 2 + field_len;
		}
		assert_int_equal(at, len);
	}
}

/* One day further, by the calendar on the wall. */
static void next_day(struct date *day)
{
	if (++day->day <= days_of(day->year, day->month))
		return;
	day->day = 1;
	if (++day->month <= 12)
		return;
	day->month = 1;
	day->year++;
}

static void every_day_from_1900_to_2100(void **state)
{
	struct date day = { 1900, 1, 1 };
	struct date before;
	char text[DATE_TEXT_LEN + 1];

	(void)state;
	/* 25567 days from 1900-01-01 to 1970-01-01 */
	for (int64_t n = -25567; day.year <= 2100; n++) {
		struct date first = date_of_seconds(n * 86400);
		struct date last = date_of_seconds(n * 86400 + 86399);
		struct date read = { 0 };

		assert_int_equal(date_compare(&first, &day), 0);
		assert_int_equal(date_compare(&last, &day), 0);
		date_format(&day, text);
		assert_true(date_parse(text, DATE_TEXT_LEN, false, &read));
		assert_int_equal(date_compare(&read, &day), 0);
		before = day;
		next_day(&day);
		assert_true(date_compare(&before, &day) < 0 && date_compare(&day, &before) > 0);
	}
}

/* Whether somebody grows a year older on a day; born on 29 February: on 1 March if need be. */
static bool is_birthday(const struct date *birth, const struct date *day)
{
	if (birth->month == 2 && birth->day == 29 && days_of(day->year, 2) == 28)
		return day->month == 3 && day->day == 1;
	return birth->month == day->month && birth->day == day->day;
}

/* Live somebody's life day by day until 2100 or their 101st birthday. */
static void live(const struct date *birth)
{
	static const int bounds[] = { 1, 6, 14, 18, 100 };
	struct date day = *birth;
	int age = 0;

	while (day.year <= 2100 && age <= 100) {
		for (size_t i = 0; i < ARRAY_LEN(bounds); i++)
			if (age_is_below(birth, bounds[i], &day) != (age < bounds[i]))
				fail_msg("born %d-%d-%d, on %d-%d-%d", birth->year, birth->month,
					birth->day, day.year, day.month, day.day);
		next_day(&day);
		if (is_birthday(birth, &day)) {
			struct date birthday = date_birthday(birth, ++age);

			assert_int_equal(date_compare(&birthday, &day), 0);
		}
	}
}

static void ages_are_counted_in_birthdays(void **state)
{
	struct chance chance = { SEED };

	(void)state;
	for (int year = 1904; year <= 2096; year += 4)
		live(&(struct date){ year, 2, 29 });
	for (int i = 0; i < 60; i++) {
		struct date birth = { chance_in(&chance, 1900, 2100), chance_in(&chance, 1, 12),
			1 };

		birth.day = chance_in(&chance, 1, days_of(birth.year, birth.month));
		live(&birth);
	}
}

/*
 * With parts unknown: true if it is for each day that may be the true one and has come somewhere.
 */
static void an_unknown_day_may_be_any(void **state)
{
	struct chance chance = { SEED };

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		int year = chance_in(&chance, 1900, 2094), month = chance_in(&chance, 0, 12);
		struct date birth = { year, month, 0 };
		struct date today = { year + chance_in(&chance, -1, 7), chance_in(&chance, 1, 12),
			chance_in(&chance, 1, 28) };
		struct date day = { year, month > 0 ? month : 1, 1 };
		int days = 0, below = 0;

		while (day.year == year && (month == 0 || day.month == month)) {
			if (!date_is_ahead(&day, &today)) {
				days++;
				below += age_is_below(&day, 6, &today);
			}
			next_day(&day);
		}
		assert_int_equal(age_is_below(&birth, 6, &today), days > 0 && below == days);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_has_one_canonical_form),
		cmocka_unit_test(two_people_have_two_forms),
		cmocka_unit_test(the_form_can_be_taken_apart),
		cmocka_unit_test(every_day_from_1900_to_2100),
		cmocka_unit_test(ages_are_counted_in_birthdays),
		cmocka_unit_test(an_unknown_day_may_be_any),
		cmocka_unit_test(a_series_has_one_form_and_two_have_two),
		cmocka_unit_test(a_short_year_leads_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
