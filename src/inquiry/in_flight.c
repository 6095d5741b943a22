/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * in_flight.c - the table of inquiries under way: who joins which, and how they end. Two sales
 * share an inquiry only where one answer may serve both: under the txn, and, for documents of which
 * answers are kept, under person and consent text. Should the answer be about one sale after all,
 * whoever joined under another txn asks again, alone.
 */
#include <stdlib.h>
#include <string.h>

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

static struct inquiry *inquiry_new(
	struct inquiries *all, const struct question *question, bool alone)
{
	struct inquiry *inquiry = calloc(1, sizeof(*inquiry));

	if (inquiry == NULL)
		return NULL;
	inquiry->begin.run = inquiry_begin;
	inquiry->all = all;
	inquiry->references = 1;
	inquiry->alone = alone || !question->by_person;
	inquiry->question = *question;
	inquiry->begun_ms = inquiries_now(all);
	inquiry->deadline_ms = inquiry->begun_ms + all->options.question_ms;
	inquiry->last_endpoint = -1;
	pthread_mutex_init(&inquiry->mutex, NULL);
	pthread_cond_init(&inquiry->changed, NULL);
	return inquiry;
}

/* Whoever gives up the last reference; NULL is fine. */
void in_flight_free_one(struct inquiry *inquiry)
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
struct inquiry *in_flight_unref(struct inquiry *inquiry)
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

struct inquiry *in_flight_find(struct inquiries *all, const struct question *question, bool alone)
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

/* Room for one more question; inquiries->mutex is held. */
bool in_flight_has_room(
	struct inquiries *all, const struct share *share, struct inquiry_result *out)
{
	unsigned retry_after = pace_retry_after(all, inquiries_now(all));

	out->retry_after = retry_after > 0 ? retry_after : RETRY_AFTER_MIN;
	if (all->asking >= all->options.max_in_flight)
		out->outcome = INQUIRY_BUSY;
	else if (share_of_questions_is_used(all, share))
		out->outcome = INQUIRY_TOO_MANY;
	else
		return true;
	return false;
}

/* What has begun before an outage ends as it does; this is where nothing begins in one. */
static bool in_outage(struct inquiries *all, struct inquiry_result *out)
{
	unsigned retry_after = config_outage(all->config, clock_wall(&all->options.clock));

	*out = (struct inquiry_result){ .outcome = INQUIRY_OUTAGE, .retry_after = retry_after };
	return retry_after > 0;
}

bool in_flight_past_recall(struct inquiry *inquiry, struct inquiry_result *out)
{
	struct inquiries *all = inquiry->all;

	if (in_outage(all, out))
		return false;
	*out = (struct inquiry_result){ 0 };
	pthread_mutex_lock(&all->mutex);
	inquiry->counted = in_flight_has_room(all, inquiry->share, out);
	if (inquiry->counted) {
		all->asking++;
		inquiry->share->asking++;
	}
	pthread_mutex_unlock(&all->mutex);
	if (!inquiry->counted)
		return false;
	pthread_mutex_lock(&inquiry->mutex);
	inquiry->past_recall = true;
	pthread_cond_broadcast(&inquiry->changed);
	pthread_mutex_unlock(&inquiry->mutex);
	return true;
}

/* What it had of the room is free again; inquiries->mutex is held. */
static void give_back(
	struct inquiries *all, struct inquiry *inquiry, const struct inquiry_result *result)
{
	if (inquiry->counted) {
		all->asking--;
		inquiry->share->asking--;
		histogram_note(&all->seconds, (inquiries_now(all) - inquiry->begun_ms) * 1000);
	}
	share_drop(all, inquiry->share);
	inquiry->share = NULL;
	/* A capture takes as long as people do: that says nothing of other answers. */
	if (result->outcome == INQUIRY_ANSWERED && result->source == SOURCE_SERVICE &&
		!inquiry->said_later)
		pace_note(all, inquiries_now(all) - inquiry->begun_ms);
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
	give_back(all, inquiry, result);
	pthread_mutex_unlock(&all->mutex);

	pthread_mutex_lock(&inquiry->mutex);
	inquiry->result = *result;
	inquiry->ended = true;
	pthread_mutex_unlock(&inquiry->mutex);
	pthread_cond_broadcast(&inquiry->changed);

	pthread_mutex_lock(&all->mutex);
	inquiry = in_flight_unref(inquiry);
	pthread_mutex_unlock(&all->mutex);
	in_flight_free_one(inquiry);
}

/* A new inquiry, if there is room for it. inquiries->mutex is held. */
struct inquiry *in_flight_begin(struct inquiries *all, const struct question *question, bool alone,
	struct inquiry_result *out)
{
	int64_t most = all->options.max_in_flight * UNDER_WAY_FACTOR;
	struct inquiry *inquiry;

	if (all->under_way >= (most > UNDER_WAY_MIN ? most : UNDER_WAY_MIN)) {
		*out = (struct inquiry_result){ .outcome = INQUIRY_BUSY, .retry_after = 1 };
		return NULL;
	}
	inquiry = inquiry_new(all, question, alone);
	if (inquiry != NULL)
		inquiry->share = share_hold(all, question->shop);
	if (inquiry == NULL || inquiry->share == NULL) {
		in_flight_free_one(inquiry);
		atomic_store(&all->short_of_memory, true);
		return NULL;
	}
	insert(all, inquiry);
	engine_post(all->engine, &inquiry->begin);
	return inquiry;
}
