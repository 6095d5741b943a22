/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core_bench.h - what the core costs without RADIUS around it. */
#ifndef BENCH_CORE_H
#define BENCH_CORE_H

#include "base/base.h"

/* Nanoseconds per call of `work`, which is called `times` times in a row. */
double nanoseconds_per_call(void (*work)(void *ctx), void *ctx, unsigned times);

/*
 * Each prints members of a JSON object, every one behind a comma. False: null, and why on stderr.
 */
bool bench_verify(unsigned rounds);
bool bench_decide(unsigned rounds, const char *settings_file, const char *card_file);

#endif
