/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * document.h - an identity document and the person it names, in canonical form.
 * No allocation, no I/O, thread-safe. Everything here is a person's data: clear it after use.
 */
#ifndef MIGRANTID_DOCUMENT_H
#define MIGRANTID_DOCUMENT_H

#include "base/base.h"
#include "person/country.h"
#include "person/date.h"

#define DOCUMENT_TYPE_MAX 32
#define DOCUMENT_NUMBER_MAX 32 /* octets of UTF-8 */

struct document {
	char type[DOCUMENT_TYPE_MAX + 1]; /* Doc 9303 code in upper case, or a kind in lower case */
	char issuer[COUNTRY_LEN + 1];
	char number[DOCUMENT_NUMBER_MAX + 1];
	struct date expiry; /* year 0: not told */
};

struct person {
	struct document document;
	char nationality[COUNTRY_LEN + 1];
	struct date birth;
};

/*
 * Canonical document number, in UTF-8: capital letters; Cyrillic ones that look like Latin ones are
 * those (A B E K M H O P C T Y X I J S), all others stay Cyrillic, so that two series never fall
 * together. Spaces, hyphens and dashes, "№" and trailing '<' are removed, leading zeros kept.
 * False if something else than A-Z, 0-9, U+0400..U+042F and U+0490 remains, nothing remains, or it
 * is longer than DOCUMENT_NUMBER_MAX octets. docs/person-key.md sets it out.
 */
MUST_CHECK bool document_number_canonical(
	const char *text, size_t len, char out[DOCUMENT_NUMBER_MAX + 1]);

/*
 * True if a number as it was told is the one that an MRZ shows (canonical): there each Cyrillic
 * letter may stand as the Latin one that looks like it, or transliterated by the table of Doc
 * 9303-3 section 6. Only for this comparison: by that table two series become one.
 */
bool document_number_agrees(const char *told, size_t len, const char *shown);

/*
 * Canonical document type: a Doc 9303 document code is one or two letters (trailing '<' and
 * letter case do not count; an unknown second letter is no error) and becomes upper case; a kind of
 * the operator's rules file is a lower-case word of 3 to 32 of a-z, 0-9 and '-'.
 * False for anything else.
 */
MUST_CHECK bool document_type_canonical(
	const char *text, size_t len, char out[DOCUMENT_TYPE_MAX + 1]);

#endif
