/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kept.h - what a kept answer costs, with few and with many of them beside it. All entries hold the
 * same signed answer, as a million signatures would take longer than all that is measured; they
 * differ in the person's key, which is all that a store looks at.
 */
#ifndef BENCH_KEPT_H
#define BENCH_KEPT_H

#include "answer/jwks.h"
#include "cache/entry.h"
#include "person/person_key.h"

#define KEPT_NOW INT64_C(1767225600)
#define KEPT_HITS 20000

struct kept {
	struct entry entry;
	struct key_set *keys; /* that vouch for it */
};

struct kept_cost {
	double octets; /* of one entry */
	double read_us; /* what the store takes, median of KEPT_HITS at random places */
	double hit_us; /* until the answer may be used: what a store gave is verified again */
	double open_ms;
	double memory; /* octets of the process, beside the machine's file cache; 0: none */
};

MUST_CHECK bool kept_prepare(struct kept *kept);
void kept_clear(struct kept *kept);

/* The person's key of an entry: evenly spread, as an HMAC is, or in order. */
void kept_key(uint64_t number, bool in_order, uint8_t key[PERSON_KEY_LEN]);

/* All the checks that the gate makes of what it finds in a store. */
MUST_CHECK bool kept_holds(const struct kept *kept, const struct entry *found);

/* Fill, measure, empty. False if something does not have what it was given. */
MUST_CHECK bool kept_in_memory(const struct kept *kept, uint64_t entries, struct kept_cost *cost);
/* In a directory that is there and empty. */
MUST_CHECK bool kept_in_disk(
	const struct kept *kept, const char *directory, uint64_t entries, struct kept_cost *cost);
/* In a Redis that is there and empty, at the path of a socket or "address:port". */
MUST_CHECK bool kept_in_redis(
	const struct kept *kept, const char *address, uint64_t entries, struct kept_cost *cost);

/* Messages of what is measured, on standard error. */
extern const struct reporter kept_reporter;

#endif
