/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ask.c - a worker that asks: it comes aboard an inquiry, waits if there is a place for it, and is
 * told how it ended, or that it goes on.
 */
#include <string.h>
#include <time.h>

#include "inquiry/inquiry_internal.h"

static struct timespec timespec_of(int64_t mono_ms)
{
	return (struct timespec){ .tv_sec = mono_ms / 1000, .tv_nsec = mono_ms % 1000 * 1000000 };
}

/*
 * Until it has ended, until `until_ms`, or until it is known that nothing will happen before.
 * Without patience only while the cache's tier is looked into.
 */
static void wait_for(
	struct inquiry *inquiry, int64_t until_ms, bool patient, struct inquiry_result *out)
{
	struct timespec until = timespec_of(until_ms);
	int status = 0;

	pthread_mutex_lock(&inquiry->mutex);
	while (!inquiry->ended && status == 0 && inquiry->later_until_ms < until_ms &&
		(patient || !inquiry->past_recall))
		status = pthread_cond_clockwait(
			&inquiry->changed, &inquiry->mutex, CLOCK_MONOTONIC, &until);
	if (inquiry->ended)
		*out = inquiry->result;
	else
		*out = (struct inquiry_result){ .outcome = INQUIRY_PENDING,
			.retry_after = inquiry->later_s };
	pthread_mutex_unlock(&inquiry->mutex);
}

/* One worker that asks. */
struct asker {
	const struct question *question;
	bool alone; /* joins by its own txn only */
	int64_t until_ms;
	struct share *share;
	int64_t *counter; /* where it is counted while it waits */
};

/* A place of its own to wait in until there is an answer, unless they are short. */
static bool may_wait(const struct inquiries *all, const struct share *share)
{
	return all->waiting < all->options.max_waiting && !share_of_workers_is_used(all, share);
}

/* Where it is counted while it waits; NULL: it waits for nothing. inquiries->mutex is held. */
static int64_t *counter_of(
	struct inquiries *all, const struct inquiry *inquiry, struct share *share)
{
	if (may_wait(all, share))
		return &all->waiting;
	if (pace_is_due(all, inquiry->begun_ms)) {
		if (all->moment_waiting < all->options.max_moment_waiting)
			return &all->moment_waiting;
		if (pace_is_quick(all))
			return &all->blinking;
	}
	return all->recall_waiting < all->options.max_recall_waiting ? &all->recall_waiting : NULL;
}

static void wait_at_most(struct inquiries *all, struct asker *asker, int64_t ms)
{
	int64_t until_ms = inquiries_now(all) + ms;

	if (asker->until_ms > until_ms)
		asker->until_ms = until_ms;
}

/* Not longer than is good there; false: it waits for nothing. inquiries->mutex is held. */
static bool take_place(struct inquiries *all, const struct inquiry *inquiry, struct asker *asker)
{
	if (asker->until_ms <= inquiries_now(all))
		return false;
	asker->counter = counter_of(all, inquiry, asker->share);
	if (asker->counter == NULL)
		return false;
	++*asker->counter;
	if (asker->counter == &all->waiting)
		asker->share->waiting++;
	else if (asker->counter == &all->moment_waiting)
		wait_at_most(all, asker, MOMENT_MS);
	else if (asker->counter == &all->blinking)
		wait_at_most(all, asker, BLINK_MS);
	return true;
}

/*
 * Whether a question of this shop that nobody has asked yet may begin: for a shop that has more
 * than its share only if the cache's tier may know the answer, and somebody waits for that.
 */
static bool may_begin(struct inquiries *all, const struct asker *asker, struct inquiry_result *out)
{
	if (!share_of_questions_is_used(all, asker->share) ||
		(asker->question->by_person &&
			all->recall_waiting < all->options.max_recall_waiting))
		return true;
	(void)in_flight_has_room(all, asker->share, out);
	return false;
}

/*
 * Begin or join, under one lock. The inquiry comes with a reference for the asker if it may wait;
 * NULL otherwise, and *out says why.
 */
static struct inquiry *board(struct inquiries *all, struct asker *asker, struct inquiry_result *out)
{
	struct inquiry *inquiry = in_flight_find(all, asker->question, asker->alone);

	if (inquiry != NULL)
		all->joined++;
	else if (may_begin(all, asker, out))
		inquiry = in_flight_begin(all, asker->question, asker->alone, out);
	if (inquiry == NULL)
		return NULL;
	*out = (struct inquiry_result){ .outcome = INQUIRY_PENDING };
	pace_come_back(all, inquiry->begun_ms, asker->until_ms - inquiries_now(all), out);
	if (!take_place(all, inquiry, asker))
		return NULL;
	inquiry->references++;
	return inquiry;
}

static struct inquiry *come_aboard(
	struct inquiries *all, struct asker *asker, struct inquiry_result *out)
{
	struct inquiry *inquiry = NULL;

	*out = (struct inquiry_result){ .outcome = INQUIRY_UNAVAILABLE };
	pthread_mutex_lock(&all->mutex);
	share_note(all, asker->question->shop);
	if (!all->stopping)
		asker->share = share_hold(all, asker->question->shop);
	if (asker->share != NULL)
		inquiry = board(all, asker, out);
	else if (!all->stopping)
		atomic_store(&all->short_of_memory, true);
	if (inquiry == NULL)
		share_drop(all, asker->share);
	pthread_mutex_unlock(&all->mutex);
	return inquiry;
}

/* It waits no longer: its place, its share and its reference are given up. */
static void go_ashore(struct inquiries *all, struct asker *asker, struct inquiry *inquiry,
	struct inquiry_result *out)
{
	pthread_mutex_lock(&all->mutex);
	--*asker->counter;
	if (asker->counter == &all->waiting)
		asker->share->waiting--;
	if (out->outcome == INQUIRY_PENDING && out->retry_after == 0)
		pace_come_back(all, inquiry->begun_ms, asker->until_ms - inquiries_now(all), out);
	if (out->outcome == INQUIRY_PENDING &&
		(asker->counter == &all->moment_waiting || asker->counter == &all->blinking))
		pace_in_vain(all, inquiry->begun_ms);
	share_drop(all, asker->share);
	inquiry = in_flight_unref(inquiry);
	pthread_mutex_unlock(&all->mutex);
	in_flight_free_one(inquiry);
}

/*
 * An answer about one sale, a question that was malformed, or a shop that holds more than its
 * share: it says nothing of another one.
 */
static bool is_its_own(const struct inquiry_result *result)
{
	return result->outcome == INQUIRY_REFUSED || result->outcome == INQUIRY_TOO_MANY ||
	       (result->outcome == INQUIRY_ANSWERED && !cache_may_share(&result->answer));
}

/* True if the outcome is another sale's own, and this one has to ask for itself. */
static bool is_anothers(const struct inquiry *inquiry, const struct question *question,
	const struct inquiry_result *result)
{
	return is_its_own(result) && strcmp(inquiry->question.asked.txn, question->asked.txn) != 0;
}

/* Returns false if it has to be asked once more, alone. */
static bool ask_once(struct inquiries *all, const struct question *question, bool alone,
	int64_t until_ms, struct inquiry_result *out)
{
	struct asker asker = { .question = question, .alone = alone, .until_ms = until_ms };
	struct inquiry *inquiry = come_aboard(all, &asker, out);
	bool anothers;

	if (inquiry == NULL) {
		if (atomic_exchange(&all->short_of_memory, false))
			report_shortage(all, "out of memory");
		return true;
	}
	wait_for(inquiry, asker.until_ms, asker.counter != &all->recall_waiting, out);
	anothers = is_anothers(inquiry, question, out);
	go_ashore(all, &asker, inquiry, out);
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

void inquiries_wait_for_askers(struct inquiries *all)
{
	pthread_mutex_lock(&all->mutex);
	while (all->askers > 0)
		pthread_cond_wait(&all->nobody_asks, &all->mutex);
	pthread_mutex_unlock(&all->mutex);
}
