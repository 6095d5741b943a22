/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * the_bench.h - the one bench of a test program, new before each test and gone behind it. Include
 * it in the place of a_config.h.
 */
#ifndef MIGRANTID_THE_BENCH_H
#define MIGRANTID_THE_BENCH_H

#include "a_config.h"

static struct bench bench;

static inline int set_up(void **state)
{
	(void)state;
	bench_new(&bench);
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	bench_free(&bench);
	return 0;
}

/* As the service would send it; the number of the snapshot behind it. */
static inline uint64_t offer(const char *text)
{
	config_offer_keys(bench.config, text, strlen(text));
	return tick(&bench);
}

#define assert_kid(kid) assert_string_equal(kid_in_force(bench.config), (kid))

#endif
