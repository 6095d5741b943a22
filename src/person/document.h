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
#define DOCUMENT_NUMBER_MAX 32

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
 * Canonical document number: upper case, spaces, hyphens and trailing '<' removed, leading zeros
 * kept. False if something else than A-Z and 0-9 remains, nothing remains, or it is too long.
 */
MUST_CHECK bool document_number_canonical(const char *text, size_t len,
					  char out[DOCUMENT_NUMBER_MAX + 1]);

/*
 * Canonical document type: a Doc 9303 document code is one or two letters (trailing '<' and
 * letter case do not count; an unknown second letter is no error) and becomes upper case; a kind of
 * the operator's rules file is a lower-case word of 3 to 32 of a-z, 0-9 and '-'.
 * False for anything else.
 */
MUST_CHECK bool document_type_canonical(const char *text, size_t len,
					char out[DOCUMENT_TYPE_MAX + 1]);

#endif
