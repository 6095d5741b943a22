/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reference.h - how a shop and the operator speak of one decision: eleven random characters and a
 * check character, in fours: "K7Q2-9MXD-4H3C". The alphabet leaves out I, L, O, U and Z, which are
 * misread or misheard; its 31 characters are a prime number, so the check finds every wrong
 * character and every two neighbours swapped: the sum of all twelve values, weighed 1, 2, 3.. from
 * the left, is a multiple of 31. Random: it says nothing of the sale or its buyer.
 */
#ifndef MIGRANTID_REFERENCE_H
#define MIGRANTID_REFERENCE_H

#include "base/base.h"

#define REFERENCE_LEN 14

/* Write a new reference and a terminator. False only if there is no randomness. Thread-safe. */
MUST_CHECK bool reference_make(char out[REFERENCE_LEN + 1]);

enum reference_fault {
	REFERENCE_GOOD,
	REFERENCE_OTHER_SHAPE, /* not twelve letters and digits */
	REFERENCE_MISHEARD, /* a character that none has, or the check character does not fit */
};

/*
 * Read a reference as people say and type it: in either case, with or without hyphens and blanks.
 * `out`, as it was given, is filled for REFERENCE_GOOD alone. Pure, thread-safe.
 */
MUST_CHECK enum reference_fault reference_read(const char *text, char out[REFERENCE_LEN + 1]);

#endif
