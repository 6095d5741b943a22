/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counters.h - how often what was decided. Counts only: no label tells one person, shop or
 * country from another. Lock-free, thread-safe.
 */
#ifndef MIGRANTID_COUNTERS_H
#define MIGRANTID_COUNTERS_H

#include <stdatomic.h>

#include "base/base.h"
#include "rules/vocabulary.h"

#define COUNTER_REASONS 64
#define COUNTER_SOURCES 8

struct counters {
	atomic_uint_fast64_t decisions;
	atomic_uint_fast64_t by_reason[COUNTER_REASONS]; /* index: enum reason */
	atomic_uint_fast64_t by_source[COUNTER_SOURCES]; /* index: enum source */
	atomic_uint_fast64_t reloads, reloads_failed;
};

#endif
