/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * language.h - which languages somebody asks for, however their system writes it: "ru", "RU",
 * "ru-RU", " ru_RU.UTF-8", or a list as browsers send it, "ru,en;q=0.8" (RFC 9110 section 12.5.4).
 * No allocation, no locale, thread-safe.
 */
#ifndef MIGRANTID_LANGUAGE_H
#define MIGRANTID_LANGUAGE_H

#include "base/base.h"

#define LANGUAGE_TAG_MAX 35 /* octets (RFC 5646 section 4.4.1) */
#define LANGUAGE_WISHES_MAX 8

struct language_wish {
	char tag[LANGUAGE_TAG_MAX + 1]; /* subtags joined by '-' */
	int quality; /* 1 to 1000 */
};

/*
 * Read what was written, into `out`: the best first, equal ones in their order. What cannot be read
 * as a tag, "*" and what has the quality 0 is passed over, and so are those behind the eighth.
 * Returns their number, which may be 0.
 */
size_t language_wishes(const char *text, size_t len, struct language_wish out[LANGUAGE_WISHES_MAX]);

#endif
