/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pace.c - how long the service's answers have lately taken, and what follows from it: when a shop
 * is told to ask again, for how long that reply is held back, and whether a moment's waiting is
 * likely to be enough.
 * inquiries->mutex is held in every function.
 */
#include "inquiry/inquiry_internal.h"

#define LATELY_MS 60000 /* what is older says nothing of now */
#define WEIGHT 8 /* the newest answer counts for an eighth */
#define BEHIND_MAX_MS 250
#define NO_MOMENT_MS 5000 /* for so long after one was waited in vain */

void pace_note(struct inquiries *all, int64_t took_ms)
{
	struct pace *pace = &all->pace;
	int64_t now = inquiries_now(all);

	if (pace->noted_ms == 0 || now - pace->noted_ms > LATELY_MS)
		pace->took_ms = took_ms * WEIGHT;
	else
		pace->took_ms += took_ms - pace->took_ms / WEIGHT;
	pace->noted_ms = now;
}

static bool is_known(const struct pace *pace, int64_t now)
{
	return pace->noted_ms != 0 && now - pace->noted_ms <= LATELY_MS;
}

/* A whole second too late is as bad as one too early: the nearest one. */
static unsigned seconds_of(int64_t ms)
{
	int64_t seconds = (ms + SECOND_MS / 2) / SECOND_MS;

	return retry_after_of(seconds < 0 ? 0 : seconds, RETRY_AFTER_MIN);
}

unsigned pace_retry_after(const struct inquiries *all, int64_t begun_ms)
{
	int64_t now = inquiries_now(all), elapsed = now - begun_ms;
	int64_t left = all->pace.took_ms / WEIGHT - elapsed;

	if (!is_known(&all->pace, now))
		return 0;
	/* Overdue: nobody knows, and the longer it has taken the less it is worth asking often. */
	return seconds_of(left > 0 ? left : elapsed / 2);
}

/*
 * Retry-After counts in seconds, and an answer that takes one and a tenth would be asked for when
 * it is nearly there, or long after. So the reply is held back by what is behind the whole seconds,
 * unless that is nearly another one. In a burst all answers are somewhat later than the mean.
 */
void pace_come_back(const struct inquiries *all, int64_t begun_ms, int64_t patience_ms,
	struct inquiry_result *out)
{
	int64_t now = inquiries_now(all), mean = all->pace.took_ms / WEIGHT;
	int64_t left = mean - (now - begun_ms);
	int64_t behind = mean / 4 < BEHIND_MAX_MS ? mean / 4 : BEHIND_MAX_MS;
	int64_t until = left + MOMENT_MS + behind, hold = until % SECOND_MS;

	out->hold_ms = 0;
	out->retry_after = pace_retry_after(all, begun_ms);
	if (out->retry_after == 0 || until < SECOND_MS) /* or overdue: then it is less, too */
		return;
	if (hold >= SECOND_MS - BEHIND_MAX_MS)
		out->retry_after = seconds_of(until);
	else if (hold <= patience_ms) {
		out->retry_after = retry_after_of(until / SECOND_MS, RETRY_AFTER_MIN);
		out->hold_ms = (unsigned)hold;
	}
}

/* Answers do not all take as long: due from a moment before the mean to somewhat behind it. */
bool pace_is_due(const struct inquiries *all, int64_t begun_ms)
{
	int64_t now = inquiries_now(all), mean = all->pace.took_ms / WEIGHT;
	int64_t left = mean - (now - begun_ms);

	return is_known(&all->pace, now) && now >= all->pace.no_moment_until_ms &&
	       left <= MOMENT_MS && left >= -(MOMENT_MS + mean / 4);
}

bool pace_is_quick(const struct inquiries *all)
{
	return all->pace.took_ms / WEIGHT <= MOMENT_MS;
}

void pace_in_vain(struct inquiries *all, int64_t begun_ms)
{
	int64_t now = inquiries_now(all), mean = all->pace.took_ms / WEIGHT;

	/* While others are answered, or it is not late, the next one may be luckier. */
	if (now - all->pace.noted_ms >= MOMENT_MS && now - begun_ms > mean + mean / 4)
		all->pace.no_moment_until_ms = now + NO_MOMENT_MS;
}
