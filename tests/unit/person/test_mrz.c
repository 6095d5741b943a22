/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/mrz.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mrz_specimens.h"

static enum mrz_status parse(const char *text, struct mrz *out, enum mrz_field *field)
{
	struct span whole = { text, strlen(text) };

	memset(out, 0x55, sizeof(*out));
	return mrz_parse(&whole, 1, out, field);
}

static void documents_are_read(void **state)
{
	static const struct {
		const char *text;
		enum mrz_kind kind;
		const char *type, *issuer, *number, *nationality;
		int year, month, day;
		char sex;
		struct date expiry;
	} rows[] = {
		{ TD1_SPECIMEN, MRZ_TD1, "I", "UTO", "D23145890", "UTO", 74, 8, 12, 'F',
			{ 2012, 4, 15 } },
		{ TD2_SPECIMEN, MRZ_TD2, "I", "UTO", "D23145890", "UTO", 74, 8, 12, 'F',
			{ 2012, 4, 15 } },
		{ TD3_SPECIMEN, MRZ_TD3, "P", "UTO", "L898902C3", "UTO", 74, 8, 12, 'F',
			{ 2012, 4, 15 } },
		{ TD1_LONG_NUMBER, MRZ_TD1, "I", "UTO", "D23145890734", "UTO", 34, 7, 12, 'M',
			{ 2095, 7, 12 } },
		{ TD2_LONG_NUMBER, MRZ_TD2, "I", "UTO", "D23145890734", "UTO", 34, 7, 12, 'M',
			{ 2095, 7, 12 } },
		/* Belgian cards: the filler counted until 2020, no longer since */
		{ "IDBEL000590448<3016<<<<<<<<<<<\n"
		  "8501019F1702035BEL850101002007\n"
		  "LE<MEUNIER<<JENNIFER<ANNE<<<<<",
			MRZ_TD1, "ID", "BEL", "000590448301", "BEL", 85, 1, 1, 'F',
			{ 2017, 2, 3 } },
		{ "IDBEL000590696<1015<<<<<<<<<<<\n"
		  "9401013F2710017BEL000101123453\n"
		  "SPECIMEN<<SPECIMEN<<<<<<<<<<<<",
			MRZ_TD1, "ID", "BEL", "000590696101", "BEL", 94, 1, 1, 'F',
			{ 2027, 10, 1 } },
		/* the longest numbers there is room for */
		{ "I<UTOABCDEFGHI<JKLMNOPQRSTUV5<\n"
		  "3407127M9507122UTO<<<<<<<<<<<2\n"
		  "STEVENSON<<PETER<JOHN<<<<<<<<<",
			MRZ_TD1, "I", "UTO", "ABCDEFGHIJKLMNOPQRSTUV", "UTO", 34, 7, 12, 'M',
			{ 2095, 7, 12 } },
		{ "I<UTOSTEVENSON<<PETER<JOHN<<<<<<<<<<\n"
		  "123456789<UTO3407127M9507122ABCDE5<6",
			MRZ_TD2, "I", "UTO", "123456789ABCDE", "UTO", 34, 7, 12, 'M',
			{ 2095, 7, 12 } },
		/* fillers within a number stand for a space or a hyphen */
		{ "IDUTOAB<123456<7890<<<<<<<<<<<\n"
		  "3407127M9507122UTO<<<<<<<<<<<6\n"
		  "STEVENSON<<PETER<JOHN<<<<<<<<<",
			MRZ_TD1, "ID", "UTO", "AB123456789", "UTO", 34, 7, 12, 'M',
			{ 2095, 7, 12 } },
		{ "PZGBRA<<B<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n"
		  "AB<12<3454GBN9005<<8F2402295<<<<<<<<<<<<<<06",
			MRZ_TD3, "PZ", "GBR", "AB12345", "GBN", 90, 5, 0, 'F', { 2024, 2, 29 } },
		/* Germany's one letter; sex unspecified; unknown month and day; optional data */
		{ "IDD<<L01X00T471<<<<<<<<<<<<<<<\n"
		  "6408125F3108011D<<<<<<<<<<<<<6\n"
		  "MUSTERMANN<<ERIKA<<<<<<<<<<<<<",
			MRZ_TD1, "ID", "D", "L01X00T47", "D", 64, 8, 12, 'F', { 2031, 8, 1 } },
		{ "ACUZBAB12<<<<<8X<Y<<<<<<<<<<<<\n"
		  "90<<<<3<3002289XXAZ<<<<<<<<<<4\n"
		  "A<<<<<<<<<<<<<<<<<<<<<<<<<<<<<",
			MRZ_TD1, "AC", "UZB", "AB12", "XXA", 90, 0, 0, '<', { 2030, 2, 28 } },
		/* no personal number: its check digit may be a filler or a zero */
		{ "P<UZBKARIMOV<<ALISHER<<<<<<<<<<<<<<<<<<<<<<<\n"
		  "FA12345673UZB9001310M3001318<<<<<<<<<<<<<<<0",
			MRZ_TD3, "P", "UZB", "FA1234567", "UZB", 90, 1, 31, 'M', { 2030, 1, 31 } },
		{ "PNUZBKARIMOV<<ALISHER<<<<<<<<<<<<<<<<<<<<<<<\n"
		  "FA12345673UZB9001310M3001318<<<<<<<<<<<<<<00",
			MRZ_TD3, "PN", "UZB", "FA1234567", "UZB", 90, 1, 31, 'M', { 2030, 1, 31 } },
		/* a laissez-passer; nothing known of the birth */
		{ "PLUNOA<<B<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n"
		  "AB12<<<<<8UNO<<<<<<0F30013181234567890123450",
			MRZ_TD3, "PL", "UNO", "AB12", "UNO", -1, 0, 0, 'F', { 2030, 1, 31 } },
		/* the year 00 may have had a 29 February */
		{ "P<GBDA<<B<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<<\n"
		  "1<<<<<<<<7GBD0002299F2402295<<<<<<<<<<<<<<02",
			MRZ_TD3, "P", "GBD", "1", "GBD", 0, 2, 29, 'F', { 2024, 2, 29 } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mrz mrz;
		enum mrz_field field = MRZ_NAME;
		enum mrz_status status = parse(rows[i].text, &mrz, &field);

		if (status != MRZ_OK)
			fail_msg("row %zu: %s: %s", i, mrz_field_name(field),
				mrz_status_text(status));
		assert_int_equal(field, MRZ_FIELD_NONE);
		assert_int_equal(mrz.kind, rows[i].kind);
		assert_string_equal(mrz.document.type, rows[i].type);
		assert_string_equal(mrz.document.issuer, rows[i].issuer);
		assert_string_equal(mrz.document.number, rows[i].number);
		assert_string_equal(mrz.nationality, rows[i].nationality);
		assert_int_equal(mrz.birth_year, rows[i].year);
		assert_int_equal(mrz.birth_month, rows[i].month);
		assert_int_equal(mrz.birth_day, rows[i].day);
		assert_int_equal(mrz.sex, rows[i].sex);
		assert_false(date_is_set(&mrz.document.expiry));
		assert_int_equal(mrz.expiry_year, rows[i].expiry.year % 100);
		assert_int_equal(mrz.expiry_month, rows[i].expiry.month);
		assert_int_equal(mrz.expiry_day, rows[i].expiry.day);
	}
}

static void assert_specimen(const struct span *lines, size_t count, const char *number)
{
	struct mrz mrz;
	enum mrz_field field;
	enum mrz_status status = mrz_parse(lines, count, &mrz, &field);

	if (status != MRZ_OK)
		fail_msg("%s: %s", mrz_field_name(field), mrz_status_text(status));
	assert_string_equal(mrz.document.number, number);
}

#define SPAN(text)                                                                                 \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static void what_scanners_do_is_undone(void **state)
{
	static const struct {
		struct span lines[3];
		size_t count;
		const char *number;
	} rows[] = {
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			2, "L898902C3" },
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"
			 "L898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			1, "L898902C3" },
		{ { SPAN("p<utoeriksson<<anna<maria<<<<<<<<<<<<<<<<<<<"),
			  SPAN("l898902c36uto7408122f1204159ze184226b<<<<<10") },
			2, "L898902C3" },
		{ { SPAN("  P < U T O ERIKSSON << ANNA < MARIA <<<<<<<<<<<<<<<<<<<\t"),
			  SPAN("L898902C3 6 UTO 740812 2 F 120415 9 ZE184226B<<<<< 1 0 ") },
			2, "L898902C3" },
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\r\n"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10\r\n") },
			2, "L898902C3" },
		{ { SPAN("\nP<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\r\r\n\n"
			 "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n\n") },
			1, "L898902C3" },
		{ { SPAN(""), SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			3, "L898902C3" },
		{ { SPAN("I<UTOD231458907<<<<<<<<<<<<<<<"), SPAN("7408122F1204159UTO<<<<<<<<<<<6"),
			  SPAN("ERIKSSON<<ANNA<MARIA<<<<<<<<<<") },
			3, "D23145890" },
		{ { SPAN("I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6"
			 "ERIKSSON<<ANNA<MARIA<<<<<<<<<<") },
			1, "D23145890" },
		{ { SPAN("i<utod231458907<<<<<<<<<<<<<<<\n7408122f1204159uto<<<<<<<<<<<6"),
			  SPAN("eriksson<<anna<maria<<<<<<<<<<") },
			2, "D23145890" },
		{ { SPAN("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<"
			 "D231458907UTO7408122F1204159<<<<<<<6") },
			1, "D23145890" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		assert_specimen(rows[i].lines, rows[i].count, rows[i].number);
}

static void other_lengths_are_refused(void **state)
{
	static const struct {
		struct span lines[4];
		size_t count;
		enum mrz_status status;
	} rows[] = {
		{ { { NULL, 0 } }, 0, MRZ_BAD_LINES },
		{ { { NULL, 0 } }, 1, MRZ_BAD_LINES },
		{ { SPAN("  \r\n") }, 1, MRZ_BAD_LINES },
		{ { SPAN("P") }, 1, MRZ_BAD_LINES },
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<") }, 1, MRZ_BAD_LINES },
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			2, MRZ_BAD_LINES },
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<<"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			2, MRZ_BAD_LINES },
		/* the right number of characters, cut wrongly */
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L"),
			  SPAN("898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			2, MRZ_BAD_LINES },
		{ { SPAN("I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159"),
			  SPAN("UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<") },
			2, MRZ_BAD_LINES },
		/* a line too many, a character too many */
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10"), SPAN("A") },
			3, MRZ_BAD_LINES },
		{ { SPAN(TD1_SPECIMEN "\nA") }, 1, MRZ_BAD_LINES },
		{ { SPAN(TD1_SPECIMEN "A") }, 1, MRZ_BAD_LINES },
		{ { SPAN("A\nB\nC\nD") }, 1, MRZ_BAD_LINES },
		{ { SPAN("A"), SPAN("B"), SPAN("C"), SPAN("D") }, 4, MRZ_BAD_LINES },
		/* octets of another alphabet are told rather than the length they spoil */
		{ { SPAN("P<UTOERIKSSON<<ANNA<MARI\xd0\x90<<<<<<<<<<<<<<<<<<<"),
			  SPAN("L898902C36UTO7408122F1204159ZE184226B<<<<<10") },
			2, MRZ_BAD_CHARACTER },
		{ { SPAN("?") }, 1, MRZ_BAD_CHARACTER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mrz mrz;
		enum mrz_field field = MRZ_NAME;

		if (mrz_parse(rows[i].lines, rows[i].count, &mrz, &field) != rows[i].status)
			fail_msg("row %zu", i);
		assert_int_equal(field, MRZ_FIELD_NONE);
		assert_int_equal(mrz.kind, MRZ_NONE);
	}
}

static void visas_are_refused_by_name(void **state)
{
	static const struct {
		const char *text;
		enum mrz_kind kind;
	} rows[] = {
		{ MRV_A_SPECIMEN, MRZ_MRV_A },
		{ MRV_B_SPECIMEN, MRZ_MRV_B },
		{ "v<utoeriksson<<anna<maria<<<<<<<<<<<\n"
		  "l8988901c4xxx4009078f961210?<<<<<<<<",
			MRZ_MRV_B },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mrz mrz;
		enum mrz_field field = MRZ_NAME;

		assert_int_equal(parse(rows[i].text, &mrz, &field), MRZ_VISA);
		assert_int_equal(field, MRZ_FIELD_NONE);
		assert_int_equal(mrz.kind, rows[i].kind);
		assert_string_equal(mrz.document.number, "");
	}
}

/* A specimen with a few characters put over it; `at` counts line ends too. */
struct spoilt {
	const char *text;
	size_t at;
	const char *put;
	enum mrz_field field; /* what is named */
};

static enum mrz_status parse_spoilt(
	const struct spoilt *row, struct mrz *out, enum mrz_field *field)
{
	char text[128];

	assert_true(strlen(row->text) < sizeof(text));
	(void)strcpy(text, row->text);
	assert_true(row->at + strlen(row->put) <= strlen(text));
	memcpy(text + row->at, row->put, strlen(row->put));
	return parse(text, out, field);
}

/* Of a zone that was not read whole, no field of a person's comes out. */
static void assert_nothing_read(const struct mrz *mrz)
{
	assert_string_equal(mrz->document.type, "");
	assert_string_equal(mrz->document.issuer, "");
	assert_string_equal(mrz->document.number, "");
	assert_string_equal(mrz->nationality, "");
	assert_int_equal(mrz->expiry_year, -1);
	assert_int_equal(mrz->birth_year, -1);
	assert_int_equal(mrz->birth_month, 0);
	assert_int_equal(mrz->birth_day, 0);
	assert_int_equal(mrz->sex, '<');
}

#define LINE2_TD1 31
#define LINE3_TD1 62
#define LINE2_TD2 37
#define LINE2_TD3 45

static void fields_that_hold_what_they_may_not_are_named(void **state)
{
	static const struct spoilt rows[] = {
		{ TD3_SPECIMEN, 0, "I", MRZ_DOCUMENT_CODE },
		{ TD3_SPECIMEN, 0, "<", MRZ_DOCUMENT_CODE },
		{ TD3_SPECIMEN, 0, "<P", MRZ_DOCUMENT_CODE },
		{ TD3_SPECIMEN, 0, "P1", MRZ_DOCUMENT_CODE },
		{ TD1_SPECIMEN, 0, "P", MRZ_DOCUMENT_CODE },
		{ TD1_SPECIMEN, 0, "V", MRZ_DOCUMENT_CODE },
		{ TD1_SPECIMEN, 0, "1", MRZ_DOCUMENT_CODE },
		{ TD2_SPECIMEN, 0, "P", MRZ_DOCUMENT_CODE },
		{ TD3_SPECIMEN, 2, "<<<", MRZ_ISSUER },
		{ TD3_SPECIMEN, 2, "U1O", MRZ_ISSUER },
		{ TD3_SPECIMEN, 2, "<D<", MRZ_ISSUER },
		{ TD3_SPECIMEN, LINE2_TD3, "<<<<<<<<<", MRZ_NUMBER },
		{ TD3_SPECIMEN, LINE2_TD3, "<", MRZ_NUMBER },
		{ TD1_SPECIMEN, 5, "<<<<<<<<<", MRZ_NUMBER },
		{ TD3_SPECIMEN, LINE2_TD3 + 10, "<<<", MRZ_NATIONALITY },
		{ TD1_SPECIMEN, LINE2_TD1 + 15, "<<<", MRZ_NATIONALITY },
		{ TD2_SPECIMEN, LINE2_TD2 + 10, "UT0", MRZ_NATIONALITY },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "741312", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "740012", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "740800", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "740832", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "740230", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "750229", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "74O812", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "74<<12", MRZ_BIRTH }, /* a day of no month */
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "7408<2", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "74081<", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "<40812", MRZ_BIRTH },
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "<<0832", MRZ_BIRTH },
		/* the first of several */
		{ TD3_SPECIMEN, LINE2_TD3 + 13, "999999X999999", MRZ_BIRTH },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mrz mrz;
		enum mrz_field field;

		if (parse_spoilt(&rows[i], &mrz, &field) != MRZ_BAD_FIELD || field != rows[i].field)
			fail_msg("row %zu: \"%s\" at %zu", i, rows[i].put, rows[i].at);
		assert_nothing_read(&mrz);
		assert_int_not_equal(mrz.kind, MRZ_NONE);
	}
}

/* With a field changed, the check digits that cover it are made anew. */
static void put_with_digits(char *second, size_t at, const char *put)
{
	char whole[44];

	memcpy(second + at, put, strlen(put));
	second[9] = mrz_check_digit(second, 9);
	second[19] = mrz_check_digit(second + 13, 6);
	second[27] = mrz_check_digit(second + 21, 6);
	memcpy(whole, second, 10);
	memcpy(whole + 10, second + 13, 7);
	memcpy(whole + 17, second + 21, 22);
	second[43] = mrz_check_digit(whole, 39);
}

/* Sex, name and an expiry that is none decide nothing: they are no fault. */
static void what_no_decision_needs_is_no_fault(void **state)
{
	static const struct {
		size_t at;
		const char *put;
		int expiry_year;
	} rows[] = {
		{ 20, "X", 12 },
		{ 20, "1", 12 },
		{ 21, "<<<<<<", -1 },
		{ 21, "1204<<", -1 },
		{ 21, "<<0415", -1 },
		{ 21, "130229", -1 },
		{ 21, "999999", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[] = TD3_SPECIMEN;
		enum mrz_field field;
		struct mrz mrz;

		memcpy(text + 5, "ER1KSS0N", 8);
		put_with_digits(text + LINE2_TD3, rows[i].at, rows[i].put);
		if (parse(text, &mrz, &field) != MRZ_OK)
			fail_msg("row %zu: %s", i, mrz_field_name(field));
		assert_int_equal(mrz.expiry_year, rows[i].expiry_year);
	}
}

/* Where a date is empty, so may its check digit be; nowhere else. */
static void an_empty_field_may_do_without_its_digit(void **state)
{
	static const struct {
		size_t at;
		const char *put;
		enum mrz_status status;
	} rows[] = {
		{ 21, "<<<<<<<", MRZ_OK },
		{ 21, "<<<<<<0", MRZ_OK },
		{ 21, "<<<<<<1", MRZ_BAD_CHECK_DIGIT },
		{ 21, "120415<", MRZ_BAD_CHECK_DIGIT },
		{ 13, "<<<<<<<", MRZ_OK },
		{ 13, "740812<", MRZ_BAD_CHECK_DIGIT },
		{ 0, "L898902C3<", MRZ_BAD_CHECK_DIGIT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char text[] = TD3_SPECIMEN, *second = text + LINE2_TD3;
		enum mrz_field field;
		char whole[44];
		struct mrz mrz;

		memcpy(second + rows[i].at, rows[i].put, strlen(rows[i].put));
		memcpy(whole, second, 10);
		memcpy(whole + 10, second + 13, 7);
		memcpy(whole + 17, second + 21, 22);
		second[43] = mrz_check_digit(whole, 39);
		if (parse(text, &mrz, &field) != rows[i].status)
			fail_msg("row %zu: %s", i, mrz_field_name(field));
	}
}

/* Ten digits where there is room for nine; for this document alone. */
static void the_internal_passport_of_russia_has_its_whole_number(void **state)
{
#define NAME "IVANOV<<PETR<IVANOVI3<<<<<<<<<<<<<<<<<<"
	static const struct {
		const char *text, *number;
	} rows[] = {
		{ "PNRUS" NAME "\n4504123454RUS7001017M<<<<<<<0040521770030<92", "4500412345" },
		{ "PNRUS" NAME "\n4504123454RUS7001017M<<<<<<<7040521770030<80", "4507412345" },
		{ "P<RUS" NAME "\n4504123454RUS7001017M<<<<<<<0040521770030<92", "450412345" },
		{ "PNUZB" NAME "\n4504123454RUS7001017M<<<<<<<0040521770030<92", "450412345" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		enum mrz_field field;
		struct mrz mrz;

		if (parse(rows[i].text, &mrz, &field) != MRZ_OK)
			fail_msg("row %zu: %s", i, mrz_field_name(field));
		assert_string_equal(mrz.document.number, rows[i].number);
	}
}

static void characters_are_named_by_their_field(void **state)
{
	static const struct spoilt rows[] = {
		{ TD3_SPECIMEN, 0, "?", MRZ_DOCUMENT_CODE },
		{ TD3_SPECIMEN, 1, "-", MRZ_DOCUMENT_CODE },
		{ TD3_SPECIMEN, 4, "\x80", MRZ_ISSUER },
		{ TD3_SPECIMEN, 5, "'", MRZ_NAME },
		{ TD3_SPECIMEN, 43, ">", MRZ_NAME },
		{ TD3_SPECIMEN, LINE2_TD3, "@", MRZ_NUMBER },
		{ TD3_SPECIMEN, LINE2_TD3 + 9, "[", MRZ_NUMBER }, /* its check digit */
		{ TD3_SPECIMEN, LINE2_TD3 + 27, ":", MRZ_EXPIRY },
		{ TD3_SPECIMEN, LINE2_TD3 + 28, "/", MRZ_OPTIONAL },
		{ TD3_SPECIMEN, LINE2_TD3 + 42, "{", MRZ_OPTIONAL },
		{ TD3_SPECIMEN, LINE2_TD3 + 43, "`", MRZ_COMPOSITE },
		{ TD1_SPECIMEN, 14, "?", MRZ_NUMBER },
		{ TD1_SPECIMEN, 29, "?", MRZ_OPTIONAL },
		{ TD1_SPECIMEN, LINE2_TD1 + 18, "?", MRZ_OPTIONAL },
		{ TD1_SPECIMEN, LINE2_TD1 + 29, "?", MRZ_COMPOSITE },
		{ TD1_SPECIMEN, LINE3_TD1, "?", MRZ_NAME },
		{ TD2_SPECIMEN, LINE2_TD2 + 35, "?", MRZ_COMPOSITE },
	};
	static const char with_nul[] = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<\0\n"
				       "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
	struct span span = { with_nul, sizeof(with_nul) - 1 };
	enum mrz_field field;
	struct mrz mrz;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (parse_spoilt(&rows[i], &mrz, &field) != MRZ_BAD_CHARACTER ||
			field != rows[i].field)
			fail_msg("row %zu: \"%s\" at %zu", i, rows[i].put, rows[i].at);
		assert_nothing_read(&mrz);
	}
	assert_int_equal(mrz_parse(&span, 1, &mrz, &field), MRZ_BAD_CHARACTER);
	assert_int_equal(field, MRZ_NAME);
}

static void dates_of_birth_agree_or_not(void **state)
{
	static const struct {
		int year, month, day;
		struct date birth;
		bool agrees;
	} rows[] = {
		{ 90, 1, 31, { 1990, 1, 31 }, true },
		{ 90, 1, 31, { 2090, 1, 31 }, true }, /* an MRZ has no century */
		{ 0, 2, 29, { 2000, 2, 29 }, true }, { 90, 1, 31, { 1991, 1, 31 }, false },
		{ 90, 1, 31, { 1990, 2, 31 }, false }, { 90, 1, 31, { 1990, 1, 30 }, false },
		{ 90, 1, 0, { 1990, 1, 0 }, true }, { 90, 0, 0, { 1990, 0, 0 }, true },
		/*
		 * what it does not show agrees with whatever is told, and never the other way round
		 */
		{ 90, 1, 0, { 1990, 1, 31 }, true }, { 90, 0, 0, { 1990, 1, 31 }, true },
		{ 90, 0, 0, { 1990, 1, 0 }, true }, { 90, 1, 31, { 1990, 1, 0 }, false },
		{ 90, 1, 31, { 1990, 0, 0 }, false }, { 90, 1, 0, { 1990, 0, 0 }, false },
		{ -1, 0, 0, { 1990, 0, 0 }, true }, { -1, 0, 0, { 1990, 1, 31 }, true },
		{ -1, 1, 31, { 1990, 1, 31 }, true }, { -1, 1, 31, { 1990, 1, 30 }, false },
		{ 90, 1, 0, { 1990, 2, 28 }, false }, { 90, 0, 0, { 1991, 1, 31 }, false },
		{ -1, 0, 0, { 0, 0, 0 }, false }, { 0, 0, 0, { 0, 0, 0 }, false }, /* no date */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct mrz mrz = { .birth_year = rows[i].year,
			.birth_month = rows[i].month,
			.birth_day = rows[i].day };

		if (mrz_birth_agrees(&mrz, &rows[i].birth) != rows[i].agrees)
			fail_msg("row %zu", i);
	}
}

static void everything_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(mrz_kind_name(MRZ_TD1), "TD1");
	assert_string_equal(mrz_kind_name(MRZ_TD2), "TD2");
	assert_string_equal(mrz_kind_name(MRZ_TD3), "TD3");
	assert_string_equal(mrz_kind_name(MRZ_MRV_A), "MRV-A");
	assert_string_equal(mrz_kind_name(MRZ_MRV_B), "MRV-B");
	assert_string_equal(mrz_kind_name(MRZ_NONE), "none");
	assert_string_equal(mrz_field_name(MRZ_NUMBER), "document-number");
	assert_string_equal(mrz_field_name(MRZ_FIELD_NONE), "");
	assert_string_equal(mrz_field_name(MRZ_FIELDS), "");
	for (int field = MRZ_DOCUMENT_CODE; field < MRZ_FIELDS; field++)
		for (int other = MRZ_FIELD_NONE; other < field; other++)
			assert_string_not_equal(mrz_field_name((enum mrz_field)field),
				mrz_field_name((enum mrz_field)other));
	for (int status = MRZ_OK; status <= MRZ_BAD_CHECK_DIGIT; status++)
		assert_string_not_equal(mrz_status_text((enum mrz_status)status), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_read),
		cmocka_unit_test(what_scanners_do_is_undone),
		cmocka_unit_test(other_lengths_are_refused),
		cmocka_unit_test(visas_are_refused_by_name),
		cmocka_unit_test(fields_that_hold_what_they_may_not_are_named),
		cmocka_unit_test(what_no_decision_needs_is_no_fault),
		cmocka_unit_test(an_empty_field_may_do_without_its_digit),
		cmocka_unit_test(the_internal_passport_of_russia_has_its_whole_number),
		cmocka_unit_test(characters_are_named_by_their_field),
		cmocka_unit_test(dates_of_birth_agree_or_not),
		cmocka_unit_test(everything_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
