/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store_bench - what a kept answer costs with ENTRIES of them, as one line of JSON:
 *
 *	store_bench memory ENTRIES
 *	store_bench disk ENTRIES DIRECTORY
 *	store_bench redis ENTRIES ADDRESS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kept.h"

static int usage(void)
{
	(void)fprintf(stderr, "usage: store_bench memory ENTRIES\n"
			      "       store_bench disk ENTRIES DIRECTORY\n"
			      "       store_bench redis ENTRIES ADDRESS\n");
	return 2;
}

int main(int argc, char **argv)
{
	uint64_t entries = argc > 2 ? strtoull(argv[2], NULL, 10) : 0;
	static struct kept kept;
	struct kept_cost cost = { .octets = 0 };
	bool good;

	if (entries == 0 || argc != (strcmp(argv[1], "memory") == 0 ? 3 : 4))
		return usage();
	good = kept_prepare(&kept);
	if (strcmp(argv[1], "memory") == 0)
		good = good && kept_in_memory(&kept, entries, &cost);
	else if (strcmp(argv[1], "disk") == 0)
		good = good && kept_in_disk(&kept, argv[3], entries, &cost);
	else if (strcmp(argv[1], "redis") == 0)
		good = good && kept_in_redis(&kept, argv[3], entries, &cost);
	else
		return usage();
	kept_clear(&kept);
	if (!good) {
		(void)fprintf(stderr, "store_bench: %s does not have what it was given\n", argv[1]);
		return 1;
	}
	(void)printf("{\"store\": \"%s\", \"entries\": %llu, \"octets\": %.0f, \"read_us\": %.2f, "
		     "\"hit_us\": %.2f, \"open_ms\": %.2f, \"memory\": %.0f}\n",
		argv[1], (unsigned long long)entries, cost.octets, cost.read_us, cost.hit_us,
		cost.open_ms, cost.memory);
	return 0;
}
