/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core_bench - what a decision costs in the core alone, as one JSON object:
 *	core_verify_vs_openssl	an ES256 answer verified, against one bare verification by OpenSSL
 *	core_exempt_us, core_cached_us, core_card_us	decide(); the second needs a service behind
 *			SETTINGS, the third in the file CARD an ID card presented for sale "bench"
 */
#include "core_bench.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROUNDS 31
#define QUICK_ROUNDS 11

double nanoseconds_per_call(void (*work)(void *ctx), void *ctx, unsigned times)
{
	struct timespec from, to;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (unsigned i = 0; i < times; i++)
		work(ctx);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
	       times;
}

int main(int argc, char **argv)
{
	bool quick = argc > 1 && strcmp(argv[1], "--quick") == 0;
	unsigned rounds = quick ? QUICK_ROUNDS : ROUNDS;
	bool fine;

	argv += quick;
	argc -= quick;
	if (argc > 3 || (argc > 1 && argv[1][0] == '-')) {
		fprintf(stderr, "usage: core_bench [--quick] [SETTINGS [CARD]]\n");
		return 2;
	}
	printf("{\"rounds\": %u", rounds);
	fine = bench_verify(rounds);
	fine &= bench_decide(rounds, argc > 1 ? argv[1] : NULL, argc > 2 ? argv[2] : NULL);
	printf("}\n");
	return fine ? 0 : 1;
}
