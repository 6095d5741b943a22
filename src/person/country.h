/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * country.h - the codes of issuing states and nationalities: ISO 3166-1:2020 alpha-3 and the
 * additional codes of ICAO Doc 9303-3 (eighth edition, 2021) section 5, parts A to H: D, GBD..,
 * RKS, EUE, UNO.., XXA.., ANT, NTZ, UTO, IAO. Of withdrawn ISO codes only those that Doc 9303
 * lists. Sorted tables, no allocation, thread-safe.
 */
#ifndef MIGRANTID_COUNTRY_H
#define MIGRANTID_COUNTRY_H

#include "base/base.h"

#define COUNTRY_LEN 3
#define COUNTRY_CODES_MAX 32

/* Canonical codes of states that no list has and an operator's country knows. */
struct country_codes {
	char at[COUNTRY_CODES_MAX][COUNTRY_LEN + 1];
	size_t count;
};

enum country_kind {
	COUNTRY_UNKNOWN, /* on no list: an error in the request */
	COUNTRY_STATE, /* ISO 3166-1 alpha-3 */
	COUNTRY_DOC9303, /* Doc 9303-3 section 5: D, British special forms, organisations, XXA.. */
	COUNTRY_SPECIMEN, /* UTO: Utopia, the specimen of Doc 9303 */
};

/*
 * Bring a code of an attribute or an MRZ field into its canonical form: upper case, surrounding
 * spaces and trailing '<' removed, and ISO's DEU becomes Doc 9303's D, so that one person has one
 * key. False, and out "", if it is not one to three letters. A code on no list is still canonical:
 * see country_lookup.
 */
MUST_CHECK bool country_canonical(const char *text, size_t len, char out[COUNTRY_LEN + 1]);

/* What a canonical code is; "DEU" is not canonical, hence unknown. */
enum country_kind country_lookup(const char *code);

/* True if the code may be a person's nationality, or an issuer; some codes are only one of them
 * (XXA, XXB, XXC, XXX are nationalities; UNO, UNA, XOM.. issue documents; IAO is neither). */
bool country_is_nationality(const char *code);
bool country_is_issuer(const char *code);

/* True if a canonical code is one of them; NULL holds none. */
bool country_codes_hold(const struct country_codes *codes, const char *code);

#endif
