/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_sale.h - requests for tests: attributes by table, and machine-readable zones of TD3 made to
 * measure. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_SALE_H
#define MIGRANTID_A_SALE_H

#include <stdio.h>
#include <string.h>

#include "person/mrz.h"
#include "rules/sale.h"

#define MRZ_LINE 44

struct told {
	enum attribute attribute; /* ATTR_NONE ends a table */
	const char *text;
};

/* What an MRZ shows; members that are NULL are those of mrz_default. */
struct shown {
	const char *code, *issuer, *number, *nationality, *birth, *expiry;
};

static const struct shown mrz_default = { "P", "BLR", "MP1234567", "BLR", "900131", "300630" };

struct request {
	struct sale_field fields[24];
	size_t count;
	char mrz[2][MRZ_LINE + 1];
};

static inline void add(struct request *request, enum attribute attribute, const char *text)
{
	assert_true(request->count < ARRAY_LEN(request->fields));
	request->fields[request->count++] =
		(struct sale_field){ attribute, { text, strlen(text) } };
}

static inline void add_all(struct request *request, const struct told *told)
{
	for (; told->attribute != ATTR_NONE; told++)
		add(request, told->attribute, told->text);
}

static inline void put_field(char *line, size_t at, const char *text, const char *otherwise)
{
	if (text == NULL)
		text = otherwise;
	memcpy(line + at, text, strlen(text));
}

/* Both lines, with check digits that hold. */
static inline void make_mrz(const struct shown *shown, char mrz[2][MRZ_LINE + 1])
{
	char *first = mrz[0], *second = mrz[1];
	char whole[MRZ_LINE];

	memset(mrz, '<', 2 * (MRZ_LINE + 1));
	put_field(first, 0, shown->code, mrz_default.code);
	put_field(first, 2, shown->issuer, mrz_default.issuer);
	put_field(first, 5, "TEST<<PERSON", NULL);
	put_field(second, 0, shown->number, mrz_default.number);
	second[9] = mrz_check_digit(second, 9);
	put_field(second, 10, shown->nationality, mrz_default.nationality);
	put_field(second, 13, shown->birth, mrz_default.birth);
	second[19] = mrz_check_digit(second + 13, 6);
	second[20] = 'F';
	put_field(second, 21, shown->expiry, mrz_default.expiry);
	second[27] = mrz_check_digit(second + 21, 6);
	second[42] = mrz_check_digit(second + 28, 14);
	memcpy(whole, second, 10);
	memcpy(whole + 10, second + 13, 7);
	memcpy(whole + 17, second + 21, 22);
	second[43] = mrz_check_digit(whole, 39);
	first[MRZ_LINE] = second[MRZ_LINE] = '\0';
}

static inline void show(struct request *request, const struct shown *shown)
{
	make_mrz(shown, request->mrz);
	add(request, ATTR_MRZ, request->mrz[0]);
	add(request, ATTR_MRZ, request->mrz[1]);
}

/* True if *sale holds nothing at all, not even in its padding. */
static inline bool sale_is_blank(const struct sale *sale)
{
	static const struct sale blank;

	return memcmp(sale, &blank, sizeof(blank)) == 0;
}

#endif
