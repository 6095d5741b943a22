/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.h - what test_model.c's sales may be told, and by what the servers are held to it.
 */
#ifndef MIGRANTID_TEST_MODEL_H
#define MIGRANTID_TEST_MODEL_H

#include "cache/cache_internal.h"
#include "fake_engine.h"
#include "fake_tier.h"
#include "inquiry/inquiry.h"
#include "model_service.h"

#define SERVERS 2
#define KEEP_YES 20000

/* What a server has heard, and may still have in memory. */
struct known {
	uint64_t heard; /* the event; 0: never */
	int64_t own_wall; /* when it was accepted, by the server's clock */
	bool own, persons; /* in memory, for its own sale, for whoever shows the document */
};

struct server {
	struct fake_time time;
	int64_t off_by; /* s that its wall clock is off by */
	struct engine *engine;
	struct transport network;
	struct config config;
	struct fake_tier *tier;
	enum cache_tier kind;
	struct cache *cache;
	struct inquiries *inquiries;
	struct key_set *keys;
	int64_t keep_yes;
	unsigned settled; /* key sets */

	/* The model's. */
	struct known known[JOURNAL];
	int64_t refused[DOCUMENTS]; /* iat of the last refusal that it has heard of */
	int64_t floor_ms; /* its start, or the last removal that it has heard of */
};

extern struct server servers[SERVERS];
extern uint64_t steps, events, seed;

/* How much of what there was. */
extern struct model_seen {
	uint64_t lookup_yes, lookup_no, shared, asked_yes, asked_no, undetermined, recalled, none;
} seen;

/* Says it, and ends the program. */
_Noreturn void wrong(const char *what);

/* model.c: the model */
bool is_the_persons(const struct decision *decision);
void forget_all(struct server *server); /* a purge that the server has heard of, or its start */
/* The store shows it this entry: if it may believe it, it has heard of it. */
void shown(struct server *server, const struct person_key *sbj, const struct entry *entry);
/* What a sale is given out of memory; what it is told by an inquiry that it joined at `since`. */
void check_found(struct server *server, const struct model_sale *sale, const struct answer *answer);
void check_told(struct server *server, const struct model_sale *sale, bool by_person,
	uint64_t since, const struct inquiry_result *result);

/* model_store.c: the store that all servers have, and which lies */
void store_attach(struct fake_tier *tier);
void store_answers(struct server *server); /* a look that waits, or not yet */
void store_purge(void);

#endif
