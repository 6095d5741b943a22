/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * in_flight.c - the table of inquiries under way: who joins which, waits for it, and what it is
 * told. Two sales share an inquiry only where one answer may serve both: under the txn, and, for
 * documents of which answers are kept, under person and consent text. Should the answer be about
 * one sale after all, whoever joined under another txn asks again, alone.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "inquiry/inquiry_internal.h"

/* Beyond so many for each one that may be asked, not even the cache's tier is looked into. */
#define UNDER_WAY_FACTOR 4
#define UNDER_WAY_MIN 4096

static size_t bucket_of(const struct inquiries *all, const struct question *question)
{
	uint64_t hash;

	/* An HMAC under the operator's secret: nobody can choose pseudonyms that fall together. */
	memcpy(&hash, question->asked.sbj.bytes, sizeof(hash));
	return hash & (all->bucket_count - 1);
}

bool in_flight_init(struct inquiries *all)
{
	all->bucket_count = 64;
	while (all->bucket_count < (size_t)all->options.max_in_flight)
		all->bucket_count *= 2;
	all->buckets = calloc(all->bucket_count, sizeof(*all->buckets));
	if (all->buckets == NULL)
		return false;
	pthread_mutex_init(&all->mutex, NULL);
	pthread_cond_init(&all->nobody_asks, NULL);
	return true;
}

void in_flight_free(struct inquiries *all)
{
	if (all->buckets == NULL)
		return;
	pthread_cond_destroy(&all->nobody_asks);
	pthread_mutex_destroy(&all->mutex);
	free(all->buckets);
}

static struct inquiry *inquiry_new(struct inquiries *all, const struct question *question,
				   bool alone)
{
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));

	if (inquiry == NULL)
		return NULL;
	inquiry->begin.run = inquiry_begin;
	inquiry->all = all;
	inquiry->references = 1;
	inquiry->alone = alone || !question->by_person;
	inquiry->question = *question;
	inquiry->deadline_ms = inquiries_now(all) + all->options.question_ms;
	inquiry->last_endpoint = -1;
	pthread_mutex_init(&inquiry->mutex, NULL);
	pthread_cond_init(&inquiry->changed, NULL);
	return inquiry;
}

/* Whoever gives up the last reference; NULL is fine. */
static void inquiry_free(struct inquiry *inquiry)
{
	if (inquiry == NULL)
		return;
	question_clear(&inquiry->question);
	free(inquiry->parked);
	pthread_cond_destroy(&inquiry->changed);
	pthread_mutex_destroy(&inquiry->mutex);
	free(inquiry);
}

/* inquiries->mutex is held. The inquiry if nobody has it any more. */
static struct inquiry *unref(struct inquiry *inquiry)
{
	return --inquiry->references == 0 ? inquiry : NULL;
}

/* inquiries->mutex is held. */
static bool may_join(const struct inquiry *inquiry, const struct question *question, bool alone)
{
	const struct question *asked = &inquiry->question;

	if (memcmp(asked->asked.sbj.bytes, question->asked.sbj.bytes, PERSON_KEY_LEN) != 0)
		return false;
	if (strcmp(asked->asked.txn, question->asked.txn) == 0)
		return true;
	return !inquiry->alone && !alone && question->by_person &&
	       asked->asked.form == question->asked.form &&
	       strcmp(asked->consent_text, question->consent_text) == 0;
}

static struct inquiry *find(struct inquiries *all, const struct question *question, bool alone)
{
	struct inquiry *inquiry = all->buckets[bucket_of(all, question)];

	while (inquiry != NULL && !may_join(inquiry, question, alone))
		inquiry = inquiry->next_in_bucket;
	return inquiry;
}

static void insert(struct inquiries *all, struct inquiry *inquiry)
{
	struct inquiry **bucket = &all->buckets[bucket_of(all, &inquiry->question)];

	inquiry->next_in_bucket = *bucket;
	*bucket = inquiry;
	all->under_way++;
}

static void take_out(struct inquiries *all, struct inquiry *inquiry)
{
	struct inquiry **link = &all->buckets[bucket_of(all, &inquiry->question)];

	while (*link != inquiry)
		link = &(*link)->next_in_bucket;
	*link = inquiry->next_in_bucket;
	all->under_way--;
}

void in_flight_later(struct inquiry *inquiry, unsigned seconds)
{
	pthread_mutex_lock(&inquiry->mutex);
	inquiry->later_until_ms = inquiries_now(inquiry->all) + (int64_t)seconds * SECOND_MS;
	inquiry->later_s = seconds;
	pthread_cond_broadcast(&inquiry->changed);
	pthread_mutex_unlock(&inquiry->mutex);
}

void in_flight_past_recall(struct inquiry *inquiry)
{
	pthread_mutex_lock(&inquiry->mutex);
	inquiry->past_recall = true;
	pthread_cond_broadcast(&inquiry->changed);
	pthread_mutex_unlock(&inquiry->mutex);
}

/*
 * Out of the table first: who asks from now on finds what the cache has kept, or begins anew. Then
 * the outcome is made known to those who wait; they are woken when they can take the mutex.
 */
void in_flight_end(struct inquiry *inquiry, const struct inquiry_result *result)
{
	struct inquiries *all = inquiry->all;

	pthread_mutex_lock(&all->mutex);
	take_out(all, inquiry);
	pthread_mutex_unlock(&all->mutex);

	pthread_mutex_lock(&inquiry->mutex);
	inquiry->result = *result;
	inquiry->ended = true;
	pthread_mutex_unlock(&inquiry->mutex);
	pthread_cond_broadcast(&inquiry->changed);

	pthread_mutex_lock(&all->mutex);
	inquiry = unref(inquiry);
	pthread_mutex_unlock(&all->mutex);
	inquiry_free(inquiry);
}

static struct timespec timespec_of(int64_t mono_ms)
{
	return (struct timespec){ .tv_sec = mono_ms / 1000, .tv_nsec = mono_ms % 1000 * 1000000 };
}

/*
 * Until it has ended, until `until_ms`, or until it is known that nothing will happen before.
 * Without patience only while the cache's tier is looked into.
 */
static void wait_for(struct inquiry *inquiry, int64_t until_ms, bool patient,
		     struct inquiry_result *out)
{
	struct timespec until = timespec_of(until_ms);
	int status = 0;

	pthread_mutex_lock(&inquiry->mutex);
	while (!inquiry->ended && status == 0 && inquiry->later_until_ms < until_ms &&
		(patient || !inquiry->past_recall))
		status = pthread_cond_clockwait(&inquiry->changed, &inquiry->mutex, CLOCK_MONOTONIC,
			&until);
	if (inquiry->ended)
		*out = inquiry->result;
	else
		*out = (struct inquiry_result){ .outcome = INQUIRY_PENDING,
			.retry_after = inquiry->later_s };
	pthread_mutex_unlock(&inquiry->mutex);
}

/* A new inquiry, if there is room for it. inquiries->mutex is held. */
static struct inquiry *begin(struct inquiries *all, const struct question *question, bool alone,
			     struct inquiry_result *out)
{
	int64_t most = all->options.max_in_flight * UNDER_WAY_FACTOR;
	struct inquiry *inquiry;

	if (all->under_way >= (most > UNDER_WAY_MIN ? most : UNDER_WAY_MIN)) {
		*out = (struct inquiry_result){ .outcome = INQUIRY_BUSY, .retry_after = 1 };
		return NULL;
	}
	inquiry = inquiry_new(all, question, alone);
	if (inquiry == NULL) {
		atomic_store(&all->short_of_memory, true);
		return NULL;
	}
	insert(all, inquiry);
	engine_post(all->engine, &inquiry->begin);
	return inquiry;
}

/* A worker's place to wait in; NULL: there is none. inquiries->mutex is held. */
static int64_t *waiting_counter(struct inquiries *all, int64_t wait_ms)
{
	if (wait_ms <= 0)
		return NULL;
	if (all->waiting < all->options.max_waiting)
		return &all->waiting;
	if (all->recall_waiting < all->options.max_recall_waiting)
		return &all->recall_waiting;
	return NULL;
}

/*
 * Begin or join, under one lock. The inquiry comes with a reference for the asker if it may wait in
 * *place; NULL otherwise, and *out says why.
 */
static struct inquiry *board(struct inquiries *all, const struct question *question, bool alone,
	int64_t wait_ms, int64_t **counter, struct inquiry_result *out)
{
	struct inquiry *inquiry = NULL;

	*out = (struct inquiry_result){ .outcome = INQUIRY_UNAVAILABLE };
	pthread_mutex_lock(&all->mutex);
	if (!all->stopping)
		inquiry = find(all, question, alone);
	if (inquiry == NULL && !all->stopping)
		inquiry = begin(all, question, alone, out);
	if (inquiry != NULL) {
		out->outcome = INQUIRY_PENDING;
		*counter = waiting_counter(all, wait_ms);
		if (*counter != NULL) {
			(**counter)++;
			inquiry->references++;
		} else {
			inquiry = NULL;
		}
	}
	pthread_mutex_unlock(&all->mutex);
	return inquiry;
}

/* An answer about one sale, or a question that was malformed: it says nothing of another one. */
static bool is_its_own(const struct inquiry_result *result)
{
	return result->outcome == INQUIRY_REFUSED ||
	       (result->outcome == INQUIRY_ANSWERED && !cache_may_share(&result->answer));
}

/* True if the outcome is another sale's own, and this one has to ask for itself. */
static bool is_anothers(const struct inquiry *inquiry, const struct question *question,
			const struct inquiry_result *result)
{
	return is_its_own(result) &&
	       strcmp(inquiry->question.asked.txn, question->asked.txn) != 0;
}

/* Returns false if it has to be asked once more, alone. */
static bool ask_once(struct inquiries *all, const struct question *question, bool alone,
		     int64_t until_ms, struct inquiry_result *out)
{
	int64_t left = until_ms - clock_mono_ms(&system_clock), *counter = NULL;
	struct inquiry *inquiry = board(all, question, alone, left, &counter, out);
	bool anothers;

	if (inquiry == NULL) {
		if (atomic_exchange(&all->short_of_memory, false))
			report_shortage(all, "out of memory");
		return true;
	}
	wait_for(inquiry, until_ms, counter == &all->waiting, out);
	anothers = is_anothers(inquiry, question, out);
	pthread_mutex_lock(&all->mutex);
	inquiry = unref(inquiry);
	(*counter)--;
	pthread_mutex_unlock(&all->mutex);
	inquiry_free(inquiry);
	return !anothers;
}

static void come_in(struct inquiries *all)
{
	pthread_mutex_lock(&all->mutex);
	all->askers++;
	pthread_mutex_unlock(&all->mutex);
}

/* Last of all: whoever closes frees `all` once the last asker has gone. */
static void leave(struct inquiries *all)
{
	pthread_mutex_lock(&all->mutex);
	if (--all->askers == 0)
		pthread_cond_signal(&all->nobody_asks);
	pthread_mutex_unlock(&all->mutex);
}

void inquiry_ask(struct inquiries *all, const struct question *question, int64_t wait_ms,
		 struct inquiry_result *out)
{
	/* The real clock: a condition can wait on no other. */
	int64_t until_ms = clock_mono_ms(&system_clock) + wait_ms;

	come_in(all);
	if (!ask_once(all, question, false, until_ms, out))
		(void)ask_once(all, question, true, until_ms, out);
	leave(all);
}

void in_flight_wait_for_askers(struct inquiries *all)
{
	pthread_mutex_lock(&all->mutex);
	while (all->askers > 0)
		pthread_cond_wait(&all->nobody_asks, &all->mutex);
	pthread_mutex_unlock(&all->mutex);
}
