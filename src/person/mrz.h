/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mrz.h - the machine-readable zone of ICAO Doc 9303: TD1 (part 5), TD2 (part 6), TD3 (part 4),
 * check digits (part 3 section 4.9). Visas (MRV-A, MRV-B, part 7) are recognised and refused.
 *
 * A scanner's lower case, spaces and line ends are normalised. No allocation, no I/O,
 * thread-safe. The name fields are checked for their alphabet and never kept.
 */
#ifndef MIGRANTID_MRZ_H
#define MIGRANTID_MRZ_H

#include "base/base.h"
#include "person/document.h"

enum mrz_kind { MRZ_NONE, MRZ_TD1, MRZ_TD2, MRZ_TD3, MRZ_MRV_A, MRZ_MRV_B };

enum mrz_field {
	MRZ_FIELD_NONE,
	MRZ_DOCUMENT_CODE,
	MRZ_ISSUER,
	MRZ_NUMBER,
	MRZ_NATIONALITY,
	MRZ_BIRTH,
	MRZ_SEX,
	MRZ_EXPIRY,
	MRZ_OPTIONAL, /* personal number of TD3 */
	MRZ_COMPOSITE,
	MRZ_NAME,
	MRZ_FIELDS
};

enum mrz_status {
	MRZ_OK,
	MRZ_BAD_LINES, /* not two or three lines of the lengths of one kind */
	MRZ_BAD_CHARACTER, /* something else than A-Z 0-9 < */
	MRZ_VISA, /* MRV-A or MRV-B: no identity document */
	MRZ_BAD_FIELD, /* a needed field holds what it may not (letters in a date) */
	MRZ_BAD_CHECK_DIGIT,
};

/* What one check digit said. */
enum mrz_verdict {
	MRZ_UNCHECKED, /* the field has no check digit in this kind */
	MRZ_HOLDS,
	MRZ_FAILS,
};

struct mrz {
	enum mrz_kind kind;
	struct document document; /* without expiry: see mrz_expiry() */
	char nationality[COUNTRY_LEN + 1];
	int birth_year; /* 0..99: the century is not in an MRZ; -1 unknown */
	int birth_month; /* 0 unknown */
	int birth_day; /* 0 unknown */
	int expiry_year; /* 0..99; -1: the document shows no day of expiry */
	int expiry_month, expiry_day;
	char sex; /* as it stands there; nothing is decided by it */
	enum mrz_verdict verdict[MRZ_FIELDS];
};

/*
 * Read the lines (1 to 3 spans; one span holding line breaks, or the whole zone without any, is
 * accepted as well). On any status but MRZ_OK, *field names the first field at fault
 * (MRZ_FIELD_NONE where it is the whole). With MRZ_BAD_CHECK_DIGIT the rest of *out is filled,
 * so that each digit's verdict can be shown; with MRZ_BAD_FIELD only kind and verdicts, with the
 * others only the kind.
 *
 * A number longer than nine characters (TD1, TD2) goes on in the optional field; its check digit
 * is accepted both with and without the '<' of the check digit's own place counted. A '<' within
 * a number stands for a space or hyphen and is left out, as in the canonical number.
 *
 * Only what a decision may need can be at fault. Issuer and nationality are canonical, and whether
 * there is such a state is the caller's to look up. The number must be there; the birth date may
 * have unknown parts; an expiry that is no day, fillers above all, is none (documents without one).
 * Nothing is asked of sex and name: states have their own rules for them, and digits in
 * transliterated names.
 *
 * The internal passport of Russia has ten digits of a number where nine find room: the fourth of
 * its series stands first in the optional field. The number is read whole, as it is printed.
 */
MUST_CHECK enum mrz_status mrz_parse(
	const struct span *lines, size_t count, struct mrz *out, enum mrz_field *field);

/* Check digit of len characters (Doc 9303-3 section 4.9: weights 7 3 1, modulo 10), '0'..'9';
 * 0 if a character is outside A-Z 0-9 <. */
char mrz_check_digit(const char *text, size_t len);

/*
 * True if a date of birth (four-digit year) is what the MRZ says: the last two digits of the year,
 * month and day equal, where what the MRZ does not show agrees with whatever is told. A day that it
 * shows and that is told as unknown does not: the document says it.
 */
bool mrz_birth_agrees(const struct mrz *mrz, const struct date *birth);

/* The day of expiry, its year the nearest to today that the two digits fit; not set if none. */
struct date mrz_expiry(const struct mrz *mrz, const struct date *today);

/* True if an expiry (four-digit year) is what the MRZ says, or the MRZ says none. */
bool mrz_expiry_agrees(const struct mrz *mrz, const struct date *expiry);

const char *mrz_kind_name(enum mrz_kind kind); /* "TD1" .. */
const char *mrz_field_name(enum mrz_field field); /* "document-number" .. */
const char *mrz_status_text(enum mrz_status status);

#endif
