/* SPDX-License-Identifier: GPL-2.0-or-later */
/* measure.h - time, the middle of many values, and places chosen evenly. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "base/base.h"

/* Of the monotonic clock, microseconds. */
double measure_now_us(void);

/* The middle one; sorts the values. */
double measure_median(double *values, size_t count);

/* xorshift64: the same places in every run. *state must not be 0. */
uint64_t measure_random(uint64_t *state);

#endif
