/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * person_internal.h - what the files of the MRZ reader share: the zone as a row of characters
 * (mrz_zone.c), where its fields lie (mrz_layout.c), its check digits (mrz_digits.c). For mrz*.c.
 */
#ifndef MIGRANTID_PERSON_INTERNAL_H
#define MIGRANTID_PERSON_INTERNAL_H

#include "base/base.h"
#include "person/mrz.h"

#define MRZ_ZONE_MAX 90 /* TD1: three lines of 30 */
#define MRZ_PARTS_MAX 4

struct mrz_zone {
	enum mrz_kind kind;
	char text[MRZ_ZONE_MAX]; /* all lines, upper case, no line ends; not terminated */
	size_t len;
	size_t strange_at; /* with MRZ_BAD_CHARACTER: place of the first one */
};

/*
 * MRZ_OK, MRZ_BAD_LINES, MRZ_BAD_CHARACTER (kind MRZ_NONE if the lengths do not fit either) or
 * MRZ_VISA. mrz_zone_clear() it whatever is returned.
 */
MUST_CHECK enum mrz_status mrz_zone_read(
	const struct span *lines, size_t count, struct mrz_zone *out);

/* Clear a person's data from memory; fits CLEANUP(). */
void mrz_zone_clear(struct mrz_zone *zone);

/* A run of characters of the zone, counted from 0 over all lines. */
struct mrz_part {
	size_t at, len;
};

struct mrz_layout {
	struct mrz_part field[MRZ_FIELDS]; /* len 0: none */
	size_t digit[MRZ_FIELDS]; /* place of the check digit; 0: none */
	struct mrz_part composite[MRZ_PARTS_MAX]; /* what the composite check digit is made over */
	const char *first_letters; /* of document codes */
	bool long_number; /* may go on in the optional field */
};

/* NULL for a kind that is not read. */
const struct mrz_layout *mrz_layout_of(enum mrz_kind kind);

/* Which field a place of the zone belongs to; a check digit belongs to its field. */
enum mrz_field mrz_field_at(const struct mrz_layout *layout, size_t place);

/*
 * Characters of the document number in the optional field, without their check digit; 0 if the
 * number does not go on there.
 */
size_t mrz_number_rest(const struct mrz_layout *layout, const char *text);

/* True if there is nothing but '<'. */
bool mrz_is_filler(const char *text, size_t len);

/* What each check digit of a zone says. */
void mrz_check_zone(
	const struct mrz_layout *layout, const char *text, enum mrz_verdict verdict[MRZ_FIELDS]);

#endif
