/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * inquiry.c - one inquiry as a state machine: what has happened, in which state, and what is done
 * then. The whole of it is the table `transitions` below; which event the end of an attempt is, is
 * attempt.c's to say.
 * Engine thread.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "inquiry/inquiry_internal.h"

#define FAILURES_MAX 2 /* of endpoints: one retry */
#define ATTEMPTS_MAX 16 /* whatever they ended by; 202 and 409 are not counted */
#define RETRY_PAUSE_MS 20 /* and as much again times the jitter, before a retry */
#define LATER_DEFAULT_S 1 /* where a Retry-After is missing */

static void step(struct inquiry *inquiry, enum inquiry_event event, const struct happening *what);

static void happen(struct inquiry *inquiry, enum inquiry_event event)
{
	const struct happening nothing = { 0 };

	step(inquiry, event, &nothing);
}

/* The state INQUIRY_ENDED: whatever is under way for it ends, too, and the askers are told. */
static void end(struct inquiry *inquiry, const struct inquiry_result *result)
{
	if (inquiry->exchange != NULL)
		transport_cancel(inquiry->exchange);
	if (inquiry->recall != NULL)
		cache_recall_cancel(inquiry->recall);
	inquiry->exchange = NULL;
	inquiry->recall = NULL;
	engine_timer_free(inquiry->timer);
	inquiry->timer = NULL;
	OPENSSL_cleanse(inquiry->body, sizeof(inquiry->body));
	inquiry->state = INQUIRY_ENDED;
	inquiries_unlink(inquiry);
	in_flight_end(inquiry, result);
}

static void end_without(struct inquiry *inquiry, enum inquiry_outcome outcome, unsigned retry_after)
{
	const struct inquiry_result result = { .outcome = outcome, .retry_after = retry_after };

	end(inquiry, &result);
}

/* To ask again makes sense where the service could not tell, not where the shop has to mend it. */
static void end_answered(struct inquiry *inquiry, const struct answer *answer, enum source source)
{
	const struct inquiry_result result = { .outcome = INQUIRY_ANSWERED,
		.answer = *answer,
		.source = source,
		.retry_after = answer->reason == REASON_SERVICE_UNAVAILABLE ? RETRY_AFTER_MIN : 0 };

	end(inquiry, &result);
}

static void on_timer(void *ctx)
{
	struct inquiry *inquiry = ctx;
	int64_t now = inquiries_now(inquiry->all);

	if (now >= inquiry->deadline_ms)
		happen(inquiry, EVENT_DEADLINE);
	else if (now >= inquiry->due_ms)
		happen(inquiry, EVENT_DUE);
	else
		engine_timer_set(inquiry->timer, inquiry->due_ms - now);
}

/* To the state INQUIRY_READY. */
static void be_due_in(struct inquiry *inquiry, int64_t pause_ms)
{
	int64_t now = inquiries_now(inquiry->all);

	inquiry->state = INQUIRY_READY;
	inquiry->due_ms = now + pause_ms;
	if (inquiry->due_ms > inquiry->deadline_ms)
		inquiry->due_ms = inquiry->deadline_ms;
	engine_timer_set(inquiry->timer, inquiry->due_ms - now);
}

static void attempt(struct inquiry *inquiry, const struct happening *what)
{
	(void)what;
	engine_timer_stop(inquiry->timer);
	if (inquiry->attempts++ > 0)
		atomic_fetch_add(&inquiry->all->retries, 1);
	if (!attempt_send(inquiry)) {
		report_shortage(inquiry->all, "out of memory");
		end_without(inquiry, INQUIRY_UNAVAILABLE, RETRY_AFTER_MIN);
		return;
	}
	inquiry->state = INQUIRY_ASKING;
}

void inquiry_attempt_ended(
	struct inquiry *inquiry, enum inquiry_event event, const struct attempt_result *attempt)
{
	const struct happening what = { .attempt = attempt };

	step(inquiry, event, &what);
}

static void take_recalled(struct inquiry *inquiry, const struct happening *what)
{
	end_answered(inquiry, what->answer, what->source);
}

/* Only now does it count among those that the service is asked about. */
static void begin_asking(struct inquiry *inquiry, const struct happening *what)
{
	struct inquiry_result no_room;

	if (in_flight_past_recall(inquiry, &no_room))
		attempt(inquiry, what);
	else
		end(inquiry, &no_room);
}

static void time_out(struct inquiry *inquiry, const struct happening *what)
{
	(void)what;
	end_without(
		inquiry, inquiry->said_later ? INQUIRY_PENDING : INQUIRY_TIMEOUT, RETRY_AFTER_MIN);
}

/* Once more after a pause, if failures, attempts and the question's time allow; false: no. */
static bool once_more(struct inquiry *inquiry, int64_t pause_ms)
{
	if (inquiry->failures >= FAILURES_MAX || inquiry->attempts >= ATTEMPTS_MAX ||
		inquiries_now(inquiry->all) + pause_ms >= inquiry->deadline_ms)
		return false;
	be_due_in(inquiry, pause_ms);
	return true;
}

static void fail(struct inquiry *inquiry, const struct happening *what)
{
	bool timed_out = what->attempt->end == END_TIMEOUT;

	inquiry->failures++;
	inquiry->last_endpoint = what->attempt->endpoint;
	if (once_more(inquiry,
		    RETRY_PAUSE_MS + RETRY_PAUSE_MS * inquiries_jitter(inquiry->all) / 1000))
		return;
	if (timed_out)
		time_out(inquiry, what);
	else
		end_without(inquiry, INQUIRY_UNAVAILABLE, RETRY_AFTER_MIN);
}

/* The connection had fallen silent for somebody else: a fresh one at once. */
static void retry_at_once(struct inquiry *inquiry, const struct happening *what)
{
	(void)what;
	if (!once_more(inquiry, 0))
		end_without(inquiry, INQUIRY_UNAVAILABLE, RETRY_AFTER_MIN);
}

/*
 * Whether "slow down" is meant for all: a 429 may be about one sale. While others are answered it
 * takes a second one, with no answer in between.
 */
static bool is_for_all(struct inquiries *all, const struct attempt_result *attempt)
{
	bool *has_answered = &all->has_answered[attempt->endpoint];
	bool spares_others = attempt->status == 429 && *has_answered;

	*has_answered = false;
	return !spares_others;
}

/* This endpoint rests; another one that is well is asked, and if there is none, transport says. */
static void slow_down(struct inquiry *inquiry, const struct happening *what)
{
	unsigned seconds = retry_after_of(what->attempt->retry_after_s, LATER_DEFAULT_S);

	if (!is_for_all(inquiry->all, what->attempt)) {
		end_without(inquiry, INQUIRY_BUSY, seconds);
		return;
	}
	transport_rest(inquiry->all->transport, GROUP_SERVICE, what->attempt->endpoint, seconds);
	inquiry->last_endpoint = what->attempt->endpoint;
	if (!once_more(inquiry, 0))
		end_without(inquiry, INQUIRY_BUSY, seconds);
}

static void end_unasked(struct inquiry *inquiry, const struct happening *what)
{
	const struct attempt_result *result = what->attempt;

	end_without(inquiry, result->told_to_rest ? INQUIRY_BUSY : INQUIRY_UNAVAILABLE,
		retry_after_of(result->retry_after_s, RETRY_AFTER_MIN));
}

/* The same question is repeated later, if that is still within its time. */
static void repeat_later(struct inquiry *inquiry, const struct happening *what)
{
	unsigned seconds = retry_after_of(what->attempt->retry_after_s, LATER_DEFAULT_S);
	int64_t pause_ms = (int64_t)seconds * SECOND_MS;

	inquiry->attempts = 0;
	if (inquiries_now(inquiry->all) + pause_ms >= inquiry->deadline_ms) {
		end_without(inquiry, INQUIRY_PENDING, seconds);
		return;
	}
	be_due_in(inquiry, pause_ms);
	in_flight_later(inquiry, seconds);
}

static void wait_for_capture(struct inquiry *inquiry, const struct happening *what)
{
	inquiry->said_later = true;
	repeat_later(inquiry, what);
}

static void end_not_configured(struct inquiry *inquiry, const struct happening *what)
{
	report_our_fault(inquiry->all, what->attempt);
	end_without(inquiry, INQUIRY_NOT_CONFIGURED, 0);
}

static void end_refused(struct inquiry *inquiry, const struct happening *what)
{
	report_refused(inquiry->all, what->attempt);
	end_without(inquiry, INQUIRY_REFUSED, 0);
}

static void reject_too_large(struct inquiry *inquiry, const struct happening *what)
{
	report_too_large(inquiry->all, what->attempt);
	end_without(inquiry, INQUIRY_REJECTED, 0);
}

static void end_unavailable(struct inquiry *inquiry, const struct happening *what)
{
	(void)what;
	end_without(inquiry, INQUIRY_UNAVAILABLE, RETRY_AFTER_MIN);
}

static void reject_unknown_key(struct inquiry *inquiry)
{
	const struct answer none = { 0 };

	report_failed_check(inquiry, CHECK_KEY, &none, 0);
	end_without(inquiry, INQUIRY_REJECTED, 0);
}

/* A newer key set may know the key: the answer is kept until it is there. */
static void await_keys(struct inquiry *inquiry, const char *jws, size_t len)
{
	struct inquiries *all = inquiry->all;

	if (!key_refresh_want(all) || (inquiry->parked = malloc(len)) == NULL) {
		reject_unknown_key(inquiry);
		return;
	}
	memcpy(inquiry->parked, jws, len);
	inquiry->parked_len = len;
	inquiry->state = INQUIRY_AWAITING_KEYS;
	inquiry->due_ms = inquiry->deadline_ms;
	engine_timer_set(inquiry->timer, inquiry->due_ms - inquiries_now(all));
}

/* Returns false for an answer of an unknown key, which is then the caller's to deal with. */
static bool accept_answer(struct inquiry *inquiry, const char *jws, size_t len)
{
	struct inquiries *all = inquiry->all;
	bool unknown_kid = false;
	struct answer answer;
	int64_t now = clock_wall(&all->options.clock);
	enum answer_check failed = cache_accept(all->cache, &inquiry->question.asked,
		inquiry->nonce, jws, len, now, &answer, &unknown_kid);

	if (failed == CHECK_KEY && unknown_kid)
		return false;
	if (failed == CHECK_NONE) {
		report_clock(inquiry, &answer, now);
		end_answered(inquiry, &answer, SOURCE_SERVICE);
		return true;
	}
	report_failed_check(inquiry, failed, &answer, now);
	end_without(inquiry, INQUIRY_REJECTED, 0);
	return true;
}

static void take_answer(struct inquiry *inquiry, const struct happening *what)
{
	const struct attempt_result *result = what->attempt;

	inquiry->all->has_answered[result->endpoint] = true;
	if (!accept_answer(inquiry, result->body, result->len))
		await_keys(inquiry, result->body, result->len);
}

static void take_parked(struct inquiry *inquiry, const struct happening *what)
{
	(void)what;
	if (!accept_answer(inquiry, inquiry->parked, inquiry->parked_len))
		reject_unknown_key(inquiry);
}

/*
 * State and event, and what is done then; the action leads to the next state. What is not in the
 * table cannot happen, and changes nothing. While an attempt is under way the deadline is the
 * attempt's, so that its endpoint is held to account.
 */
typedef void action(struct inquiry *inquiry, const struct happening *what);
static action *const transitions[INQUIRY_STATES][INQUIRY_EVENTS] = {
	[INQUIRY_RECALLING] = {
		[EVENT_RECALLED] = take_recalled, /* ended */
		[EVENT_NOT_RECALLED] = begin_asking, /* asking, or ended: busy, too many, outage */
		[EVENT_DEADLINE] = time_out,
		[EVENT_STOPPED] = end_unavailable,
	},
	[INQUIRY_READY] = {
		[EVENT_DUE] = attempt, /* asking */
		[EVENT_DEADLINE] = time_out, /* ended: pending after a 202, else timed out */
		[EVENT_STOPPED] = end_unavailable,
	},
	[INQUIRY_ASKING] = {
		[EVENT_ANSWER] = take_answer, /* ended, or awaiting keys */
		[EVENT_LATER] = wait_for_capture, /* ready after Retry-After, or ended: pending */
		[EVENT_IN_PROGRESS] = repeat_later, /* likewise */
		[EVENT_SLOW_DOWN] = slow_down, /* ready: another endpoint */
		[EVENT_OUR_FAULT] = end_not_configured, /* ended: not configured */
		[EVENT_QUESTION_REFUSED] = end_refused, /* ended: refused */
		[EVENT_FAILED] = fail, /* ready once more, or ended: timed out, unavailable */
		[EVENT_CONNECTION_LOST] = retry_at_once, /* ready: a fresh connection */
		[EVENT_TOO_LARGE] = reject_too_large, /* ended: rejected */
		[EVENT_ALL_RESTING] = end_unasked, /* ended: busy, or unavailable */
		[EVENT_OUT_OF_RESOURCES] = end_unavailable,
		[EVENT_STOPPED] = end_unavailable,
	},
	[INQUIRY_AWAITING_KEYS] = {
		[EVENT_KEYS_SETTLED] = take_parked, /* ended */
		[EVENT_DEADLINE] = time_out,
		[EVENT_STOPPED] = end_unavailable,
	},
};

static void step(struct inquiry *inquiry, enum inquiry_event event, const struct happening *what)
{
	action *act = transitions[inquiry->state][event];

	if (act != NULL)
		act(inquiry, what);
}

static void on_recalled(void *ctx, const struct answer *answer, enum source source)
{
	struct inquiry *inquiry = ctx;
	const struct happening what = { .answer = answer, .source = source };

	inquiry->recall = NULL;
	step(inquiry, answer != NULL ? EVENT_RECALLED : EVENT_NOT_RECALLED, &what);
}

void inquiry_begin(struct engine_task *task)
{
	struct inquiry *inquiry = (struct inquiry *)task;
	struct inquiries *all = inquiry->all;

	inquiry->state = INQUIRY_RECALLING;
	inquiries_link(inquiry);
	inquiry->timer = engine_timer_new(all->engine, on_timer, inquiry);
	if (inquiry->timer == NULL) {
		report_shortage(all, "out of memory");
		happen(inquiry, EVENT_STOPPED);
		return;
	}
	if (inquiry->question.by_person)
		inquiry->recall =
			cache_recall(all->cache, &inquiry->question.asked, on_recalled, inquiry);
	if (inquiry->recall == NULL)
		happen(inquiry, EVENT_NOT_RECALLED);
}

void inquiries_end_all(struct inquiries *all)
{
	while (all->first != NULL)
		happen(all->first, EVENT_STOPPED);
}

void inquiries_keys_settled(struct inquiries *all)
{
	struct inquiry *inquiry, *next;

	for (inquiry = all->first; inquiry != NULL; inquiry = next) {
		next = inquiry->next;
		happen(inquiry, EVENT_KEYS_SETTLED);
	}
}
