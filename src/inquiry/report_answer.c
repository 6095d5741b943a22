/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_answer.c - what the operator is told of answers: of one that fails a check what may be
 * wrong and what to do, and of each whether it shows that a clock is off. Engine thread.
 */
#include <stdio.h>

#include "inquiry/inquiry_internal.h"

#define ADVICE_ROOM 200
#define OFF_SHORTLY 10 /* s: what a good clock is never off */
#define OFF_EVERY_MS (60 * COMPLAIN_EVERY_MS)

/* Said once a minute for each check; those between are counted. */
static bool may_say(struct inquiries *all, enum answer_check failed, unsigned *untold)
{
	struct rejected *rejected = &all->rejected[failed];
	int64_t now = inquiries_now(all);

	*untold = rejected->untold;
	if (rejected->said_ms != 0 && now - rejected->said_ms < COMPLAIN_EVERY_MS) {
		rejected->untold++;
		return false;
	}
	*rejected = (struct rejected){ .said_ms = now };
	return true;
}

/*
 * By how many seconds the service's clock is ahead of ours: an answer was signed between our
 * question and now. 0: as far as one can see they agree.
 */
static int64_t seconds_ahead(const struct inquiry *inquiry, int64_t issued_at, int64_t now)
{
	int64_t asked = now - (inquiries_now(inquiry->all) - inquiry->begun_ms) / SECOND_MS - 1;

	if (issued_at > now)
		return issued_at - now;
	return issued_at < asked ? issued_at - now : 0;
}

static void clock_advice(int64_t ahead, char out[ADVICE_ROOM])
{
	(void)snprintf(out, ADVICE_ROOM,
		"this machine's clock is %lld s %s the service's: look at the clocks "
		"(timedatectl), this one first",
		(long long)(ahead < 0 ? -ahead : ahead), ahead < 0 ? "ahead of" : "behind");
}

static const char *advice_of(enum answer_check failed)
{
	switch (failed) {
	case CHECK_FORM:
	case CHECK_JSON:
	case CHECK_RESULT:
		return "it is not as docs/openapi.yaml has it: tell the service";
	case CHECK_HEADER:
		return "see service.algorithms: does the service sign with one of them?";
	case CHECK_KEY:
		return "its key is not among those in force: see jwks_url and jwks_file";
	case CHECK_SIGNATURE:
		return "its key is not the one of that name in force: see jwks_url and jwks_file";
	case CHECK_ISSUER:
		return "it is another's: see service.issuer";
	case CHECK_AUDIENCE:
		return "it is for another operator: operator.id has to be your name at the service";
	case CHECK_QUESTION:
	case CHECK_SUBJECT:
		return "it answers another question: tell the service";
	case CHECK_TIME:
		return "it lives longer than max_lifetime, or somebody was refused since";
	case CHECK_NONE:
		break;
	}
	return "";
}

/* With CHECK_TIME its two times say what the answer holds; the others are of no use then. */
void report_failed_check(const struct inquiry *inquiry, enum answer_check failed,
	const struct answer *answer, int64_t now)
{
	struct inquiries *all = inquiry->all;
	char advice[ADVICE_ROOM], more[40] = "";
	int64_t ahead = 0;
	unsigned untold;

	atomic_fetch_add(&all->rejected_count[failed], 1);
	if (!may_say(all, failed, &untold))
		return;
	if (failed == CHECK_TIME &&
		(answer->issued_at - now > ANSWER_CLOCK_SKEW || answer->expires_at <= now))
		ahead = seconds_ahead(inquiry, answer->issued_at, now);
	(void)snprintf(advice, sizeof(advice), "%s", advice_of(failed));
	if (ahead != 0)
		clock_advice(ahead, advice);
	if (untold > 0)
		(void)snprintf(more, sizeof(more), " (and %u more before)", untold);
	report(&all->options.reporter, ahead != 0 ? SAY_ERROR : SAY_WARNING, NULL, 0,
		"the service's answer fails check %d (%s): no decision; %s%s", (int)failed,
		answer_check_name(failed), advice, more);
}

void report_clock(const struct inquiry *inquiry, const struct answer *answer, int64_t now)
{
	struct inquiries *all = inquiry->all;
	int64_t ahead = seconds_ahead(inquiry, answer->issued_at, now);
	int64_t now_ms = inquiries_now(all);
	char advice[ADVICE_ROOM];

	if (ahead >= -OFF_SHORTLY && ahead <= OFF_SHORTLY)
		return;
	if (all->clock_said_ms != 0 && now_ms - all->clock_said_ms < OFF_EVERY_MS)
		return;
	all->clock_said_ms = now_ms;
	clock_advice(ahead, advice);
	report(&all->options.reporter, SAY_WARNING, NULL, 0,
		"%s; if it goes further wrong, answers are no longer believed", advice);
}
