/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/spelling.h"

#include <string.h>

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t spelling_slips(const char *a, const char *b)
{
	size_t table[SPELLING_MAX + 1][SPELLING_MAX + 1];
	size_t a_len = strlen(a), b_len = strlen(b), i, j;

	if (a_len > SPELLING_MAX || b_len > SPELLING_MAX)
		return SPELLING_MAX;
	for (i = 0; i <= a_len; i++)
		table[i][0] = i;
	for (j = 0; j <= b_len; j++)
		table[0][j] = j;
	for (i = 1; i <= a_len; i++) {
		for (j = 1; j <= b_len; j++) {
			size_t other = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			size_t best = smaller(table[i - 1][j], table[i][j - 1]) + 1;

			best = smaller(best, other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = smaller(best, table[i - 2][j - 2] + 1);
			table[i][j] = best;
		}
	}
	return table[a_len][b_len];
}
