/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenario.h - what the files of this folder share: the world of one scenario. The format of the
 * files is in test_scenario.c.
 *
 *   test_scenario.c  lines, words, and what is said of a scenario that fails
 *   events.c         what happens
 *   expected.c       what is to come of it
 *   world.c          time, the configuration's files, opening and closing
 *   tills.c          who asks: each sale in a worker of its own, of which one runs at a time
 *   wire.c           libcurl's place below src/transport
 *   service.c        the ID service: what it says of whom, and its keys
 *   store.c          what is kept behind memory
 *
 * All of src/ above libcurl and the store is real. Behind <cmocka.h>.
 */
#ifndef MIGRANTID_TEST_SCENARIO_H
#define MIGRANTID_TEST_SCENARIO_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../config/a_config.h"
#include "../rules/a_sale.h"
#include "decision/decision_internal.h"
#include "fake_engine.h"
#include "fake_tier.h"
#include "fake_wait.h"
#include "transport/transport_internal.h"
#include "vouch.h"

#define SECOND 1000 /* ms */
#define NAME_LEN 32
#define TEXT_LEN 300 /* of a value on a line */
#define WORDS_MAX 16

/* One line: when, and what, in words. */
struct line {
	unsigned number;
	int64_t at_ms; /* since the begin */
	char *words[WORDS_MAX]; /* without the time */
	size_t count;
};

/* Behind "name=" among a line's words; NULL: there is none. */
const char *option_of(const struct line *line, const char *name);

/* The scenario has failed, for good; the first fault is kept. */
void fault(const char *format, ...) __attribute__((format(printf, 1, 2)));
bool is_faulty(void);

/* True for a verb of theirs, whatever became of it. */
bool events_take(const struct line *line);
bool expected_take(const struct line *line);
void expected_at_end(void); /* what was decided and nobody has looked at */

/* ---- world.c ---- */

struct world {
	struct fake_time time;
	struct bench bench; /* the files; its clocks stand still */
	struct bench_path settings;
	struct decider *decider; /* NULL: before the start */
	int64_t tick_ms; /* when the watcher looks next */
};

extern struct world world;

void world_new(void);
void world_free(void);
void world_start(void);
void world_stop(void); /* sales that wait are decided first */
void world_go_on(int64_t until_ms); /* since the begin */
void world_edit(const char *name, const char *old, const char *fresh); /* a file */
int64_t world_ms(void); /* since the begin */
int64_t world_wall(void); /* what everybody else's clock shows, s since 1970 */

/* ---- tills.c ---- */

#define TILLS_MAX 64
#define TOLD_MAX 12

enum till_state { TILL_AT_REST, TILL_ASKS, TILL_DECIDED };

/* One sale, which may be asked about more than once. */
struct till {
	char name[NAME_LEN], shop[NAME_LEN];
	struct {
		enum attribute attribute;
		char text[TEXT_LEN];
	} told[TOLD_MAX];
	size_t told_count;
	uint8_t state[DECISION_STATE_MAX]; /* of the last decision */
	size_t state_len;

	enum till_state is; /* TILL_DECIDED until somebody looks at it */
	pthread_t thread;
	int64_t until_ms; /* TILL_ASKS: how long it waits */
	int64_t decided_ms;
	struct decision decision;
};

struct till *till_named(const char *name); /* NULL: none */
struct till *till_new(const char *name);
void till_ask(struct till *till); /* until it has to wait, or is decided */
bool tills_go_on(void); /* false: all that ask wait on */
int64_t tills_next(void); /* when the first of them has waited long enough; INT64_MAX */
const struct till *till_unseen(void); /* asks, or nobody has looked at its decision; NULL: none */
void tills_free(void);

/* ---- wire.c ---- */

/* What an address does with a request. */
struct manners {
	enum attempt_end end; /* END_STATUS: `status`, or an answer */
	bool answers, silent, unknown; /* unknown: its name cannot be resolved */
	int status;
	int64_t after_ms, retry_after_s; /* 0: at once; none */
};

/* Of a group's address; what is under way goes on as it began. NULL: there is no such address. */
struct manners *wire_manners(enum transport_group group, unsigned number);
unsigned wire_take_asked(enum transport_group group, unsigned number); /* since the last time */
bool wire_goes_on(void); /* false: nothing has arrived */
int64_t wire_next(void); /* when something does; INT64_MAX */
void wire_free(void); /* to be used again */

/* ---- service.c ---- */

void service_new(void);
/* False: no such person, or word. */
bool service_person(unsigned number, const char *result, const char *reason);
bool service_signs_with(const char *kid), service_publishes(const char *kids);
char *service_answer(const char *body); /* the caller's to free; NULL: it is no question */
char *service_keys(void); /* likewise */

/* ---- store.c ---- */

enum store_state { STORE_ANSWERS, STORE_SILENT, STORE_GONE };

void store_new(void);
void store_attach(void); /* to the tier that was opened, if any */
void store_set(enum store_state state);
void store_purge(void);
bool store_goes_on(void); /* false: no look was answered */

#endif
