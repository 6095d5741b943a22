/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * chance.h - numbers by chance that are the same in every run (xorshift64*, Vigna 2016), so that
 * what a property test finds is found again.
 */
#ifndef MIGRANTID_TEST_CHANCE_H
#define MIGRANTID_TEST_CHANCE_H

#include <stdint.h>
#include <string.h>

#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

struct chance {
	uint64_t state; /* not 0 */
};

static inline uint64_t chance_bits(struct chance *chance)
{
	chance->state ^= chance->state >> 12;
	chance->state ^= chance->state << 25;
	chance->state ^= chance->state >> 27;
	return chance->state * UINT64_C(0x2545f4914f6cdd1d);
}

/* from..to, both included */
static inline int chance_in(struct chance *chance, int from, int to)
{
	return from + (int)((chance_bits(chance) >> 33) % (uint64_t)(to - from + 1));
}

static inline char chance_char(struct chance *chance, const char *of)
{
	return of[chance_in(chance, 0, (int)strlen(of) - 1)];
}

/* len characters, not terminated */
static inline void chance_fill(struct chance *chance, const char *of, char *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = chance_char(chance, of);
}

#endif
