/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_fixture.h - an engine, the Redis tier on it, and what plays Redis and the Sentinels in the
 * same loop. All of the fixture belongs to the engine's thread; a test reaches it by engine_call(),
 * which each function here does by itself. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_REDIS_FIXTURE_H
#define MIGRANTID_REDIS_FIXTURE_H

#include <time.h>

#include "a_redis.h"
#include "cache/redis_internal.h"

#define LATEST_MS 3000 /* of anything that is to happen at all */
#define WHILE_MS 60 /* in which it shows whether it does not */
#define FAKES 3
#define LOG_ROOM 64

struct fixture {
	struct engine *engine;
	struct fake fakes[FAKES];
	struct cache_options options;
	struct tier *tier;
	int64_t patience_ms; /* of a lookup */
	int64_t now_ms; /* the tier's own clock */
	unsigned warnings, infos, removed;
	char warning[512], info[512];
	char events[LOG_ROOM]; /* 'f': found, 'r': removed, in their order */
	unsigned called; /* back, since the latest recall() */
	bool found; /* something was */
	bool calling, nested; /* in recall() or cancel(); called back from within one */
	size_t which;
	struct entry entry;
};

static inline int64_t fixture_mono(void *ctx)
{
	return ((struct fixture *)ctx)->now_ms;
}

static inline void fixture_say(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct fixture *fixture = ctx;

	(void)file, (void)line;
	if (severity == SAY_WARNING) {
		fixture->warnings++;
		(void)snprintf(fixture->warning, sizeof(fixture->warning), "%s", text);
	} else if (severity == SAY_INFO) {
		fixture->infos++;
		(void)snprintf(fixture->info, sizeof(fixture->info), "%s", text);
	}
}

static inline void fixture_event(struct fixture *fixture, char event)
{
	size_t len = strlen(fixture->events);

	if (len + 1 < sizeof(fixture->events))
		fixture->events[len] = event;
}

static inline void on_removed(void *ctx)
{
	struct fixture *fixture = ctx;

	fixture->removed++;
	fixture_event(fixture, 'r');
}

/* ---- the engine's thread ---- */

/* Something done to the fixture in the engine's thread. */
struct fixture_call {
	struct fixture *fixture;
	void (*run)(struct fixture *fixture, void *ctx);
	void *ctx;
};

static inline void run_call(void *ctx)
{
	struct fixture_call *call = ctx;

	call->run(call->fixture, call->ctx);
}

static inline void in_engine(
	struct fixture *fixture, void (*run)(struct fixture *fixture, void *ctx), void *ctx)
{
	struct fixture_call call = { fixture, run, ctx };

	engine_call(fixture->engine, run_call, &call);
}

static inline void nap_ms(int64_t ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

struct reading {
	const unsigned *number;
	unsigned value;
};

static inline void read_value(struct fixture *fixture, void *ctx)
{
	struct reading *reading = ctx;

	(void)fixture;
	reading->value = *reading->number;
}

/* A number of the fixture. What a test reads of the fixture next is at least as new. */
static inline unsigned number_of(struct fixture *fixture, const unsigned *number)
{
	struct reading reading = { number, 0 };

	in_engine(fixture, read_value, &reading);
	return reading.value;
}

/* Until a number has become at least so large; false after LATEST_MS, or the time given. */
static inline bool wait_for_within(
	struct fixture *fixture, const unsigned *number, unsigned least, int64_t ms)
{
	int64_t until = clock_mono_ms(&system_clock) + ms;

	while (number_of(fixture, number) < least) {
		if (clock_mono_ms(&system_clock) >= until)
			return false;
		nap_ms(1);
	}
	return true;
}

static inline bool wait_for(struct fixture *fixture, const unsigned *number, unsigned least)
{
	return wait_for_within(fixture, number, least, LATEST_MS);
}

/* ---- beginning and end ---- */

static inline void begin_listening(struct fixture *fixture, void *ctx)
{
	(void)ctx;
	for (size_t i = 0; i < FAKES; i++)
		listen_on(&fixture->fakes[i], engine_loop(fixture->engine));
}

static inline void set_up(struct fixture *fixture)
{
	memset(fixture, 0, sizeof(*fixture));
	fixture->engine = engine_start();
	assert_non_null(fixture->engine);
	in_engine(fixture, begin_listening, NULL);
	fixture->patience_ms = 100;
	fixture->now_ms = 1000;
	fixture->options = (struct cache_options){
		.tier = CACHE_REDIS,
		.redis = { .address = fixture->fakes[0].address,
			.user = "",
			.password = "",
			.ca_file = "",
			.master = "m",
			.prefix = "p:" },
		.clock = { system_clock.wall, fixture_mono, fixture },
		.reporter = { fixture_say, fixture },
	};
}

/* It ticks when the test has it do so. */
static inline void open_tier(struct fixture *fixture)
{
	const struct tier_events events = { on_removed, fixture };
	bool fatal = true;

	fixture->tier = redis_open_ticking(&fixture->options, fixture->engine, &events, 0, &fatal);
	assert_non_null(fixture->tier);
	assert_false(fatal);
}

static inline void close_tier(struct fixture *fixture)
{
	if (fixture->tier != NULL)
		fixture->tier->ops->close(fixture->tier, LATEST_MS);
	fixture->tier = NULL;
}

static inline void close_handle(uv_handle_t *handle, void *ctx)
{
	struct fixture *fixture = ctx;
	bool embedded = false;

	for (size_t i = 0; i < FAKES; i++)
		embedded |= handle == (uv_handle_t *)&fixture->fakes[i].listener;
	if (handle->data != fixture->engine && !uv_is_closing(handle))
		uv_close(handle, embedded ? NULL : free_handle);
}

static inline void close_handles(struct fixture *fixture, void *ctx)
{
	(void)ctx;
	uv_walk(engine_loop(fixture->engine), close_handle, fixture);
}

/* The tier leaves nothing behind in the loop: what is closed for it would be freed twice. */
static inline void tear_down(struct fixture *fixture)
{
	close_tier(fixture);
	nap_ms(5);
	in_engine(fixture, close_handles, NULL);
	engine_stop(fixture->engine);
}

/* ---- what tests do ---- */

struct words {
	size_t fake;
	const char *text;
	size_t len;
	bool at_once;
};

static inline void run_words(struct fixture *fixture, void *ctx)
{
	const struct words *words = ctx;
	struct fake *fake = &fixture->fakes[words->fake];

	if (words->at_once) {
		assert_non_null(fake->caller);
		say_to(fake->caller, words->text, words->len);
		return;
	}
	fake->says = words->text;
	fake->len = words->len;
}

/* What a fake says from now on; the text lives as long as the test. */
static inline void fake_says(struct fixture *fixture, size_t fake, const char *text, size_t len)
{
	in_engine(fixture, run_words, &(struct words){ fake, text, len, false });
}
#define SAYS(fixture, fake, literal) fake_says((fixture), (fake), literal, sizeof(literal) - 1)

/* Say it now, once, to whoever has called last. */
static inline void fake_pushes(struct fixture *fixture, size_t fake, const char *text)
{
	in_engine(fixture, run_words, &(struct words){ fake, text, strlen(text), true });
}

static inline void add_time(struct fixture *fixture, void *ctx)
{
	fixture->now_ms += *(const int64_t *)ctx;
}

static inline void read_disconnecting(struct fixture *fixture, void *ctx)
{
	*(bool *)ctx = ((const struct redis *)fixture->tier)->disconnecting;
}

/* By the tier's clock; in that time, it has dropped the connection that it wanted to. */
static inline void time_passes(struct fixture *fixture, int64_t ms)
{
	bool disconnecting = true;

	in_engine(fixture, add_time, &ms);
	while (disconnecting)
		in_engine(fixture, read_disconnecting, &disconnecting);
}

static inline void run_tick(struct fixture *fixture, void *ctx)
{
	(void)ctx;
	redis_tick((struct redis *)fixture->tier);
}

static inline void tick(struct fixture *fixture)
{
	in_engine(fixture, run_tick, NULL);
}

static inline void on_found(void *ctx, const struct entry *entry, size_t which)
{
	struct fixture *fixture = ctx;

	fixture->called++;
	fixture->nested |= fixture->calling;
	fixture->found = entry != NULL;
	fixture->which = which;
	if (entry != NULL)
		fixture->entry = *entry;
	fixture_event(fixture, 'f');
}

static inline void run_recall(struct fixture *fixture, void *ctx)
{
	static const struct person_key now = { .text = "now" }, before = { .text = "before" };
	static const struct person_key *const keys[TIER_KEYS_MAX] = { &now, &before };

	fixture->called = 0;
	fixture->found = false;
	fixture->calling = true;
	*(struct tier_lookup **)ctx =
		fixture->tier->ops->recall(fixture->tier, keys, 2, on_found, fixture);
	fixture->calling = false;
}

/* Begin a lookup; NULL: it was not begun. */
static inline struct tier_lookup *recall(struct fixture *fixture)
{
	struct tier_lookup *lookup = NULL;

	in_engine(fixture, run_recall, &lookup);
	return lookup;
}

struct cancelling {
	struct tier_lookup *lookup;
	bool late;
	bool unless_called;
};

static inline void run_cancel(struct fixture *fixture, void *ctx)
{
	const struct cancelling *cancelling = ctx;

	if (cancelling->unless_called && fixture->called)
		return;
	fixture->calling = true;
	fixture->tier->ops->cancel(fixture->tier, cancelling->lookup, cancelling->late);
	fixture->calling = false;
}

static inline void cancel(struct fixture *fixture, struct tier_lookup *lookup, bool late)
{
	struct cancelling cancelling = { lookup, late, false };

	in_engine(fixture, run_cancel, &cancelling);
}

/* Look as a question does: gives it up after its time. False: it was not begun. */
static inline bool lookup(struct fixture *fixture)
{
	struct cancelling cancelling = { recall(fixture), true, true };

	if (cancelling.lookup == NULL)
		return false;
	(void)wait_for_within(fixture, &fixture->called, 1, fixture->patience_ms);
	in_engine(fixture, run_cancel, &cancelling);
	assert_false(fixture->nested);
	assert_in_range(fixture->called, 0, 1);
	return true;
}

static inline void run_write(struct fixture *fixture, void *ctx)
{
	static const struct person_key key = { .text = "now" };

	if (ctx != NULL)
		fixture->tier->ops->keep(fixture->tier, &key, ctx);
	else
		fixture->tier->ops->forget(fixture->tier, &key);
}

static inline void keep(struct fixture *fixture)
{
	struct entry entry = { .stored_at = 1, .keep_until = 61, .token_len = 5, .token = "token" };

	in_engine(fixture, run_write, &entry);
}

static inline void forget(struct fixture *fixture)
{
	in_engine(fixture, run_write, NULL);
}

static inline struct tier_health health(const struct fixture *fixture)
{
	struct tier_health health = { false, false };

	fixture->tier->ops->health(fixture->tier, &health);
	return health;
}

/* Begin a lookup and see it arrive, by itself, at a Redis that does not answer. */
static inline struct tier_lookup *recall_alone(struct fixture *fixture)
{
	unsigned heard = number_of(fixture, &fixture->fakes[0].heard);
	struct tier_lookup *lookup = recall(fixture);

	assert_non_null(lookup);
	assert_true(wait_for(fixture, &fixture->fakes[0].heard, heard + 1));
	return lookup;
}

#endif
