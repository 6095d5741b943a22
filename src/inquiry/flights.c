/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inquiry/inquiry_internal.h"

static size_t bucket_of(const struct engine *engine, const struct person_key *key)
{
	uint64_t hash;

	/* An HMAC under the operator's secret: nobody can choose keys that fall together. */
	memcpy(&hash, key->bytes, sizeof(hash));
	return hash & (engine->bucket_count - 1);
}

bool flights_init(struct engine *engine)
{
	engine->bucket_count = 64;
	while (engine->bucket_count < (size_t)engine->config.max_in_flight)
		engine->bucket_count *= 2;
	engine->buckets = calloc(engine->bucket_count, sizeof(*engine->buckets));
	if (engine->buckets == NULL)
		return false;
	pthread_mutex_init(&engine->mutex, NULL);
	pthread_cond_init(&engine->nobody_waits, NULL);
	return true;
}

void flights_free(struct engine *engine)
{
	if (engine->buckets == NULL)
		return;
	pthread_cond_destroy(&engine->nobody_waits);
	pthread_mutex_destroy(&engine->mutex);
	free(engine->buckets);
}

static struct flight *flight_new(struct question *question, int64_t deadline_ms)
{
	struct flight *flight = calloc(1, sizeof(*flight));

	if (flight == NULL)
		return NULL;
	flight->references = 1;
	flight->question = *question;
	flight->deadline_ms = deadline_ms;
	memset(question, 0, sizeof(*question));
	pthread_mutex_init(&flight->mutex, NULL);
	pthread_cond_init(&flight->ended_or_later, NULL);
	return flight;
}

static void flight_free(struct flight *flight)
{
	if (flight == NULL)
		return;
	question_clear(&flight->question);
	free(flight->parked_body);
	pthread_cond_destroy(&flight->ended_or_later);
	pthread_mutex_destroy(&flight->mutex);
	free(flight);
}

/* engine->mutex is held by the callers of these four. The flight if nobody has it any more. */
static struct flight *unref(struct flight *flight)
{
	return --flight->references == 0 ? flight : NULL;
}

/* Whether one answer serves both. A sale that wants to be asked for afresh has its own. */
static bool is_same(const struct question *a, const struct question *b)
{
	return memcmp(a->key.bytes, b->key.bytes, PERSON_KEY_LEN) == 0 &&
	       ((!a->afresh && !b->afresh) || strcmp(a->txn, b->txn) == 0);
}

static struct flight *find(struct engine *engine, const struct question *question)
{
	struct flight *flight = engine->buckets[bucket_of(engine, &question->key)];

	while (flight != NULL && !is_same(&flight->question, question))
		flight = flight->next_in_bucket;
	return flight;
}

static void insert(struct engine *engine, struct flight *flight)
{
	struct flight **bucket = &engine->buckets[bucket_of(engine, &flight->question.key)];

	flight->next_in_bucket = *bucket;
	*bucket = flight;
	if (engine->last_new != NULL)
		engine->last_new->next_new = flight;
	else
		engine->first_new = flight;
	engine->last_new = flight;
	engine->in_flight++;
}

static void take_out(struct engine *engine, struct flight *flight)
{
	struct flight **link = &engine->buckets[bucket_of(engine, &flight->question.key)];

	while (*link != flight)
		link = &(*link)->next_in_bucket;
	*link = flight->next_in_bucket;
	engine->in_flight--;
}

struct flight *flights_take_new(struct engine *engine)
{
	struct flight *first;

	pthread_mutex_lock(&engine->mutex);
	first = engine->first_new;
	engine->first_new = engine->last_new = NULL;
	pthread_mutex_unlock(&engine->mutex);
	return first;
}

void flight_later(struct engine *engine, struct flight *flight, unsigned seconds)
{
	pthread_mutex_lock(&flight->mutex);
	flight->later_until_ms = engine_now(engine) + (int64_t)seconds * SECOND_MS;
	flight->later_s = seconds;
	pthread_cond_broadcast(&flight->ended_or_later);
	pthread_mutex_unlock(&flight->mutex);
}

/*
 * Out of the table first: who asks from now on finds what the hooks have kept, or begins anew.
 * Then the outcome is made known to those who wait; they are woken when they can take the mutex.
 */
void flight_end(struct engine *engine, struct flight *flight, const struct ask_result *result)
{
	pthread_mutex_lock(&engine->mutex);
	take_out(engine, flight);
	pthread_mutex_unlock(&engine->mutex);

	pthread_mutex_lock(&flight->mutex);
	flight->result = *result;
	flight->ended = true;
	pthread_mutex_unlock(&flight->mutex);
	pthread_cond_broadcast(&flight->ended_or_later);

	pthread_mutex_lock(&engine->mutex);
	flight = unref(flight);
	pthread_mutex_unlock(&engine->mutex);
	flight_free(flight);
}

static struct timespec timespec_of(int64_t mono_ms)
{
	return (struct timespec){ .tv_sec = mono_ms / 1000, .tv_nsec = mono_ms % 1000 * 1000000 };
}

/* Until it has ended, until `until_ms`, or until it is known that nothing will happen before. */
static void wait_for(struct flight *flight, int64_t until_ms, struct ask_result *out)
{
	struct timespec until = timespec_of(until_ms);
	int status = 0;

	pthread_mutex_lock(&flight->mutex);
	while (!flight->ended && status == 0 && flight->later_until_ms < until_ms)
		status = pthread_cond_clockwait(&flight->ended_or_later, &flight->mutex,
			CLOCK_MONOTONIC, &until);
	if (flight->ended)
		*out = flight->result;
	else
		*out = (struct ask_result){ .outcome = ASK_PENDING,
			.retry_after = flight->later_s };
	pthread_mutex_unlock(&flight->mutex);
}

/* A new flight, if there is room for it. engine->mutex is held. */
static struct flight *begin(struct engine *engine, struct question *question,
			    struct ask_result *out)
{
	struct flight *flight;

	if (engine->in_flight >= (uint64_t)engine->config.max_in_flight) {
		atomic_fetch_add(&engine->count.busy, 1);
		*out = (struct ask_result){ .outcome = ASK_BUSY, .retry_after = 1 };
		return NULL;
	}
	flight = flight_new(question, engine_now(engine) + engine->config.question_ms);
	if (flight == NULL)
		return NULL;
	insert(engine, flight);
	atomic_fetch_add(&engine->count.asked, 1);
	(void)uv_async_send(&engine->wake);
	return flight;
}

/*
 * Begin or join, under one lock. The flight comes with a reference for the asker if it may wait;
 * NULL otherwise, and *out says why.
 */
static struct flight *board(struct engine *engine, struct question *question, bool wants_to_wait,
			    struct ask_result *out)
{
	struct flight *flight;

	*out = (struct ask_result){ .outcome = ASK_UNAVAILABLE };
	pthread_mutex_lock(&engine->mutex);
	flight = engine->stopping ? NULL : find(engine, question);
	if (flight != NULL)
		atomic_fetch_add(&engine->count.joined, 1);
	else if (!engine->stopping)
		flight = begin(engine, question, out);
	if (flight != NULL) {
		out->outcome = ASK_PENDING;
		if (wants_to_wait && engine->waiting < (uint64_t)engine->config.max_waiting) {
			engine->waiting++;
			flight->references++;
		} else {
			flight = NULL;
		}
	}
	pthread_mutex_unlock(&engine->mutex);
	return flight;
}

void engine_ask(struct engine *engine, struct question *question, int64_t wait_ms,
		struct ask_result *out)
{
	struct flight *flight = board(engine, question, wait_ms > 0, out);

	question_clear(question);
	if (flight == NULL)
		return;
	/* The real clock: a condition can wait on no other. */
	wait_for(flight, clock_mono_ms(&system_clock) + wait_ms, out);
	pthread_mutex_lock(&engine->mutex);
	flight = unref(flight);
	if (--engine->waiting == 0)
		pthread_cond_signal(&engine->nobody_waits);
	pthread_mutex_unlock(&engine->mutex);
	flight_free(flight);
}

void flights_wait_for_askers(struct engine *engine)
{
	pthread_mutex_lock(&engine->mutex);
	while (engine->waiting > 0)
		pthread_cond_wait(&engine->nobody_waits, &engine->mutex);
	pthread_mutex_unlock(&engine->mutex);
}
