/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cache_redis.h - what cache.c does to the store, where the store is Redis. What is reported, and
 * what is returned, is as there. Any number of servers may use it meanwhile.
 */
#ifndef MIGRANTID_CTL_CACHE_REDIS_H
#define MIGRANTID_CTL_CACHE_REDIS_H

#include "config/settings.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/person.h"

/* How many entries there are; one that comes or goes meanwhile may count or not. */
MUST_CHECK enum ctl_exit cache_redis_count(
	const struct settings *settings, struct output *out, uint64_t *entries);

/*
 * Each removes, and then tells all servers to forget what they have in memory. *removed: how many,
 * also where it fails. An answer that a server stores while this goes on may be there afterwards.
 */

/* All that begins with the prefix; without a prefix, what has the name of an entry. */
MUST_CHECK enum ctl_exit cache_redis_purge_all(
	const struct settings *settings, struct output *out, uint64_t *removed);

/* Entries stored before a time. One that is stored anew while it is looked at is not removed. */
MUST_CHECK enum ctl_exit cache_redis_purge_before(
	const struct settings *settings, int64_t before, struct output *out, uint64_t *removed);

MUST_CHECK enum ctl_exit cache_redis_purge_person(const struct settings *settings,
	const struct person_keys *keys, struct output *out, uint64_t *removed);

#endif
