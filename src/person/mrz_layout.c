/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/person_internal.h"

#define LAYOUT_KINDS (MRZ_TD3 + 1)

/* Doc 9303 parts 5, 6 and 4, section 4.2.2 of each. */
static const struct mrz_layout layouts[LAYOUT_KINDS] = {
	[MRZ_TD1] = {
		.field = {
			[MRZ_DOCUMENT_CODE] = { 0, 2 },
			[MRZ_ISSUER] = { 2, 3 },
			[MRZ_NUMBER] = { 5, 9 },
			[MRZ_OPTIONAL] = { 15, 15 },
			[MRZ_BIRTH] = { 30, 6 },
			[MRZ_SEX] = { 37, 1 },
			[MRZ_EXPIRY] = { 38, 6 },
			[MRZ_NATIONALITY] = { 45, 3 },
			[MRZ_NAME] = { 60, 30 },
		},
		.digit = {
			[MRZ_NUMBER] = 14,
			[MRZ_BIRTH] = 36,
			[MRZ_EXPIRY] = 44,
			[MRZ_COMPOSITE] = 59,
		},
		.composite = { { 5, 25 }, { 30, 7 }, { 38, 7 }, { 48, 11 } },
		.first_letters = "ACI",
		.long_number = true,
	},
	[MRZ_TD2] = {
		.field = {
			[MRZ_DOCUMENT_CODE] = { 0, 2 },
			[MRZ_ISSUER] = { 2, 3 },
			[MRZ_NAME] = { 5, 31 },
			[MRZ_NUMBER] = { 36, 9 },
			[MRZ_NATIONALITY] = { 46, 3 },
			[MRZ_BIRTH] = { 49, 6 },
			[MRZ_SEX] = { 56, 1 },
			[MRZ_EXPIRY] = { 57, 6 },
			[MRZ_OPTIONAL] = { 64, 7 },
		},
		.digit = {
			[MRZ_NUMBER] = 45,
			[MRZ_BIRTH] = 55,
			[MRZ_EXPIRY] = 63,
			[MRZ_COMPOSITE] = 71,
		},
		.composite = { { 36, 10 }, { 49, 7 }, { 57, 14 } },
		.first_letters = "ACI",
		.long_number = true,
	},
	[MRZ_TD3] = {
		.field = {
			[MRZ_DOCUMENT_CODE] = { 0, 2 },
			[MRZ_ISSUER] = { 2, 3 },
			[MRZ_NAME] = { 5, 39 },
			[MRZ_NUMBER] = { 44, 9 },
			[MRZ_NATIONALITY] = { 54, 3 },
			[MRZ_BIRTH] = { 57, 6 },
			[MRZ_SEX] = { 64, 1 },
			[MRZ_EXPIRY] = { 65, 6 },
			[MRZ_OPTIONAL] = { 72, 14 },
		},
		.digit = {
			[MRZ_NUMBER] = 53,
			[MRZ_BIRTH] = 63,
			[MRZ_EXPIRY] = 71,
			[MRZ_OPTIONAL] = 86,
			[MRZ_COMPOSITE] = 87,
		},
		.composite = { { 44, 10 }, { 57, 7 }, { 65, 22 } },
		.first_letters = "P",
	},
};

const struct mrz_layout *mrz_layout_of(enum mrz_kind kind)
{
	return kind >= MRZ_TD1 && kind <= MRZ_TD3 ? &layouts[kind] : NULL;
}

enum mrz_field mrz_field_at(const struct mrz_layout *layout, size_t position)
{
	for (int field = MRZ_FIELD_NONE; field < MRZ_FIELDS; field++) {
		const struct mrz_part *part = &layout->field[field];

		if (position >= part->at && position < part->at + part->len)
			return (enum mrz_field)field;
		if (layout->digit[field] != 0 && position == layout->digit[field])
			return (enum mrz_field)field;
	}
	/* The second optional field of TD1: nothing is read from it. */
	return MRZ_OPTIONAL;
}

/*
 * The form (Doc 9303-5 section 4.2.2 note j, 9303-6 likewise): nine characters, a filler in the
 * place of the check digit, and at the beginning of the optional field the rest, the check digit
 * and a filler.
 */
size_t mrz_number_rest(const struct mrz_layout *layout, const char *text)
{
	const struct mrz_part *number = &layout->field[MRZ_NUMBER];
	const struct mrz_part *optional = &layout->field[MRZ_OPTIONAL];
	size_t run = 0;

	if (!layout->long_number || text[layout->digit[MRZ_NUMBER]] != '<' ||
		text[number->at + number->len - 1] == '<')
		return 0;
	while (run < optional->len && text[optional->at + run] != '<')
		run++;
	return run == 0 || run == optional->len ? 0 : run - 1;
}
