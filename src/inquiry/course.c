/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * course.c - what a question does next: choose an endpoint, attempt, wait, repeat, give up. Engine
 * thread only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "inquiry/inquiry_internal.h"

#define FAILURES_MAX 2 /* one retry */
#define RETRY_PAUSE_MS 20 /* and as much again times the jitter, before a retry */
#define ALARM_EVERY_MS 60000
#define LATER_PRESET_S 1 /* where a Retry-After is missing */

static unsigned seconds_of(int64_t ms)
{
	return retry_after_clamp((ms + 999) / 1000, RETRY_AFTER_MIN);
}

static void link_in(struct engine *engine, struct flight *flight)
{
	flight->previous = NULL;
	flight->next = engine->flights;
	if (flight->next != NULL)
		flight->next->previous = flight;
	engine->flights = flight;
}

static void take_out(struct engine *engine, struct flight *flight)
{
	if (flight->next != NULL)
		flight->next->previous = flight->previous;
	if (flight->previous != NULL)
		flight->previous->next = flight->next;
	else
		engine->flights = flight->next;
	if (engine->next == flight)
		engine->next = flight->next;
}

static void count(struct engine *engine, enum ask_outcome outcome)
{
	switch (outcome) {
	case ASK_DECIDED:
		atomic_fetch_add(&engine->count.decided, 1);
		break;
	case ASK_UNDETERMINED:
		atomic_fetch_add(&engine->count.undetermined, 1);
		break;
	case ASK_PENDING:
		break;
	case ASK_BUSY:
		atomic_fetch_add(&engine->count.busy, 1);
		break;
	case ASK_TIMEOUT:
		atomic_fetch_add(&engine->count.timeouts, 1);
		break;
	case ASK_UNAVAILABLE:
		atomic_fetch_add(&engine->count.unavailable, 1);
		break;
	case ASK_REJECTED:
		atomic_fetch_add(&engine->count.rejected, 1);
		break;
	case ASK_REFUSED:
		atomic_fetch_add(&engine->count.refused, 1);
		break;
	}
}

static void finish(struct engine *engine, struct flight *flight, const struct ask_result *result)
{
	if (flight->transfer != NULL) {
		breaker_abandoned(&engine->endpoints[flight->transfer->endpoint].breaker);
		transfer_drop(flight->transfer);
		flight->transfer = NULL;
	}
	if (flight->look != NULL)
		shared_forget(engine->shared, flight->look, false);
	flight->look = NULL;
	take_out(engine, flight);
	count(engine, result->outcome);
	flight_end(engine, flight, result);
}

static void end(struct engine *engine, struct flight *flight, enum ask_outcome outcome,
		unsigned retry_after)
{
	const struct ask_result result = { .outcome = outcome, .retry_after = retry_after };

	finish(engine, flight, &result);
}

/* No endpoint may be asked now: when the first may be, and why not before. */
static void end_unasked(struct engine *engine, struct flight *flight)
{
	int64_t now = engine_now(engine), soonest = INT64_MAX;
	bool told_to_wait = false;

	for (size_t i = 0; i < engine->config.url_count; i++) {
		const struct endpoint *place = &engine->endpoints[i];
		int64_t rest = breaker_rest_ms(&place->breaker, now);
		int64_t told = place->not_before_ms - now;

		if (told > rest) {
			rest = told;
			told_to_wait = true;
		}
		if (rest < soonest)
			soonest = rest;
	}
	end(engine, flight, told_to_wait ? ASK_BUSY : ASK_UNAVAILABLE, seconds_of(soonest));
}

static bool may_be_asked(const struct endpoint *place, int64_t now)
{
	return now >= place->not_before_ms && breaker_allows(&place->breaker, now);
}

/* The next endpoint that is well; after a failure another one, where there is another. */
static bool choose(struct engine *engine, struct flight *flight)
{
	size_t total = engine->config.url_count;
	size_t first = engine->config.round_robin ? engine->turn++ % total : 0;
	int64_t now = engine_now(engine);

	for (size_t i = 0; i < total; i++) {
		size_t candidate = (first + i) % total;

		if (flight->failures > 0 && total > 1 && candidate == flight->endpoint)
			continue;
		if (may_be_asked(&engine->endpoints[candidate], now)) {
			flight->endpoint = candidate;
			return true;
		}
	}
	return false;
}

/* The endpoint did not do its part: tell its breaker, and try once more if the budget allows. */
static void failed(struct engine *engine, struct flight *flight, const char *why, bool timed_out)
{
	struct endpoint *place = &engine->endpoints[flight->endpoint];
	int64_t now = engine_now(engine);
	int64_t pause = RETRY_PAUSE_MS + RETRY_PAUSE_MS * (int64_t)engine_jitter(engine) / 1000;

	if (breaker_failed(&place->breaker, now, engine_jitter(engine))) {
		atomic_fetch_add(&engine->count.breaker_opened, 1);
		report(&engine->config.reporter, SAY_WARNING, NULL, 0,
			"%s failed %lld times in a row (%s) and rests for up to %lld ms",
			place->address, (long long)engine->config.breaker_failures, why,
			(long long)engine->config.breaker_pause_ms);
	}
	flight->failures++;
	if (flight->failures >= FAILURES_MAX || now + pause >= flight->deadline_ms) {
		end(engine, flight, timed_out ? ASK_TIMEOUT : ASK_UNAVAILABLE, RETRY_AFTER_MIN);
		return;
	}
	atomic_fetch_add(&engine->count.retries, 1);
	flight->stage = FLIGHT_READY;
	flight->due_ms = now + pause;
}

/* Its own attempt_ms, or what is left of the question's time. */
static int64_t time_for(const struct engine *engine, const struct flight *flight, int64_t now)
{
	int64_t left = flight->deadline_ms - now;

	if (left > engine->config.attempt_ms)
		left = engine->config.attempt_ms;
	return left > 0 ? left : 1;
}

static void attempt(struct engine *engine, struct flight *flight)
{
	struct endpoint *place = &engine->endpoints[flight->endpoint];
	int64_t now = engine_now(engine);

	flight->looking_since_ms = 0;
	flight->transfer = transfer_question(engine, flight, flight->endpoint,
		time_for(engine, flight, now));
	if (flight->transfer == NULL) {
		end(engine, flight, ASK_UNAVAILABLE, RETRY_AFTER_MIN);
		return;
	}
	breaker_ask(&place->breaker, now);
	atomic_fetch_add(&engine->count.attempts, 1);
	flight->stage = FLIGHT_ASKING;
}

/* An attempt is due. Names are looked up first, at most for as long as a connection may take. */
static void proceed(struct engine *engine, struct flight *flight)
{
	int64_t now = engine_now(engine);

	if (flight->looking_since_ms == 0) {
		if (!choose(engine, flight)) {
			end_unasked(engine, flight);
			return;
		}
		flight->looking_since_ms = now;
	}
	switch (resolver_look(engine->endpoints[flight->endpoint].resolver, now)) {
	case RESOLVED:
		attempt(engine, flight);
		return;
	case RESOLVING:
		if (now - flight->looking_since_ms < engine->config.connect_ms)
			return;
		break;
	case UNRESOLVED:
		break;
	}
	flight->looking_since_ms = 0;
	failed(engine, flight, "its name cannot be looked up", false);
}

/* What another server of the operator asked about is not asked again, if it can be believed. */
static void on_recalled(void *ctx, const struct store_entry *entry, size_t which)
{
	struct flight *flight = ctx;
	struct engine *engine = flight->engine;
	const struct engine_hooks *hooks = &engine->config.hooks;
	struct ask_result result = { .outcome = ASK_DECIDED, .recalled = true };

	flight->look = NULL;
	if (entry != NULL &&
		hooks->recalled(hooks->ctx, &flight->question, which > 0, entry, &result.answer)) {
		atomic_fetch_add(&engine->count.shared_hits, 1);
		finish(engine, flight, &result);
		return;
	}
	atomic_fetch_add(&engine->count.shared_misses, 1);
	flight->stage = FLIGHT_READY;
	proceed(engine, flight);
}

static bool recall(struct engine *engine, struct flight *flight)
{
	const struct question *question = &flight->question;
	const struct person_key *keys[SHARED_KEYS_MAX] = { &question->key, &question->previous };

	if (engine->shared == NULL || question->afresh)
		return false;
	flight->engine = engine;
	flight->stage = FLIGHT_RECALLING;
	flight->due_ms = engine_now(engine) + engine->config.shared.timeout_ms;
	flight->look = shared_look(engine->shared, keys, question->has_previous ? 2 : 1,
		on_recalled, flight);
	return flight->look != NULL;
}

void course_begin(struct engine *engine, struct flight *flight)
{
	link_in(engine, flight);
	if (recall(engine, flight))
		return;
	flight->stage = FLIGHT_READY;
	proceed(engine, flight);
}

/* The shared cache has had its time. */
static void stop_recalling(struct engine *engine, struct flight *flight)
{
	struct look *look = flight->look;

	flight->look = NULL;
	flight->stage = FLIGHT_READY;
	shared_forget(engine->shared, look, true);
	proceed(engine, flight);
}

void course_advance(struct engine *engine)
{
	struct flight *flight;
	int64_t now = engine_now(engine);

	for (flight = engine->flights; flight != NULL; flight = engine->next) {
		engine->next = flight->next;
		/* An attempt ends by libcurl's own time, so that its endpoint is held to account. */
		if (now >= flight->deadline_ms && flight->stage != FLIGHT_ASKING)
			end(engine, flight, flight->said_later ? ASK_PENDING : ASK_TIMEOUT,
				RETRY_AFTER_MIN);
		else if (flight->stage == FLIGHT_READY && now >= flight->due_ms)
			proceed(engine, flight);
		else if (flight->stage == FLIGHT_RECALLING && now >= flight->due_ms)
			stop_recalling(engine, flight);
	}
	engine->next = NULL;
}

void course_end_all(struct engine *engine)
{
	while (engine->flights != NULL)
		end(engine, engine->flights, ASK_UNAVAILABLE, RETRY_AFTER_MIN);
}

static void end_unknown_key(struct engine *engine, struct flight *flight)
{
	report(&engine->config.reporter, SAY_WARNING, NULL, 0,
		"the service's answer fails check 3 (key), for its key is not among those in force: "
		"no decision");
	end(engine, flight, ASK_REJECTED, 0);
}

/* A newer key set may know the key: keep the answer until it is there. */
static void park(struct engine *engine, struct flight *flight, struct transfer *transfer)
{
	if (!keys_want(engine)) {
		end_unknown_key(engine, flight);
		return;
	}
	flight->stage = FLIGHT_PARKED;
	flight->parked_body = transfer->body;
	flight->parked_len = transfer->body_len;
	transfer->body = NULL;
}

static void share(struct engine *engine, const struct person_key *key, const char *body,
		  size_t len, int64_t keep_until)
{
	struct store_entry entry;

	if (engine->shared == NULL || len > sizeof(entry.token))
		return;
	entry.stored_at = clock_wall(&engine->config.clock);
	entry.keep_until = keep_until;
	entry.token_len = len;
	memcpy(entry.token, body, len);
	shared_put(engine->shared, key, &entry);
}

static enum verdict judge(struct engine *engine, struct flight *flight, const char *body,
			  size_t len)
{
	const struct engine_hooks *hooks = &engine->config.hooks;
	struct ask_result result = { .outcome = ASK_DECIDED };
	int64_t keep_until = 0;
	enum verdict verdict = hooks->answered(hooks->ctx, &flight->question, body, len,
		&result.answer, &keep_until);

	switch (verdict) {
	case VERDICT_DECIDED:
		share(engine, &flight->question.key, body, len, keep_until);
		finish(engine, flight, &result);
		break;
	case VERDICT_UNDETERMINED:
		end(engine, flight, ASK_UNDETERMINED, RETRY_AFTER_MIN);
		break;
	case VERDICT_REJECTED:
		end(engine, flight, ASK_REJECTED, 0);
		break;
	case VERDICT_UNKNOWN_KEY:
		break;
	}
	return verdict;
}

void course_keys_settled(struct engine *engine)
{
	struct flight *flight, *next;

	for (flight = engine->flights; flight != NULL; flight = next) {
		next = flight->next;
		if (flight->stage == FLIGHT_PARKED &&
			judge(engine, flight, flight->parked_body, flight->parked_len) ==
				VERDICT_UNKNOWN_KEY)
			end_unknown_key(engine, flight);
	}
}

/* The same question is repeated later, if that is still within its time. */
static void repeat_later(struct engine *engine, struct flight *flight, unsigned seconds)
{
	int64_t now = engine_now(engine);

	if (now + (int64_t)seconds * SECOND_MS >= flight->deadline_ms) {
		end(engine, flight, ASK_PENDING, seconds);
		return;
	}
	flight->stage = FLIGHT_READY;
	flight->due_ms = now + (int64_t)seconds * SECOND_MS;
	flight_later(engine, flight, seconds);
}

/* Somebody has to mend it, and hears of it once a minute. */
static void complain(struct engine *engine, const struct endpoint *place, long status)
{
	int64_t now = engine_now(engine);
	int64_t *last = &engine->alarm_ms[status >= 0 && status < STATUS_MAX ? status : 0];

	if (*last != 0 && now - *last < ALARM_EVERY_MS)
		return;
	*last = now;
	report(&engine->config.reporter, SAY_ERROR, NULL, 0,
		"%s refuses our questions with HTTP status %ld: no sale can be decided; look at the "
		"address, the client certificate and what was agreed with the service",
		place->address, status);
}

/* A failed transfer has said nothing that may be used, whatever its status line was. */
static void transfer_failed(struct engine *engine, struct flight *flight, CURLcode code,
			    long status, bool overflowed)
{
	struct endpoint *place = &engine->endpoints[flight->endpoint];

	if (overflowed) {
		breaker_succeeded(&place->breaker);
		report(&engine->config.reporter, SAY_WARNING, NULL, 0,
			"%s sent more than %d octets: no decision", place->address, JWS_MAX_LEN);
		end(engine, flight, ASK_REJECTED, 0);
		return;
	}
	if (flight->said_later && code == CURLE_OPERATION_TIMEDOUT &&
		engine_now(engine) >= flight->deadline_ms) {
		breaker_abandoned(&place->breaker);
		end(engine, flight, ASK_PENDING, RETRY_AFTER_MIN);
		return;
	}
	report(&engine->config.reporter, SAY_DEBUG, NULL, 0, "%s: %s (HTTP status %ld)",
		place->address, curl_easy_strerror(code), status);
	failed(engine, flight, curl_easy_strerror(code), code == CURLE_OPERATION_TIMEDOUT);
}

void course_transferred(struct engine *engine, struct transfer *transfer, CURLcode code)
{
	struct flight *flight = transfer->flight;
	struct endpoint *place = &engine->endpoints[transfer->endpoint];
	curl_off_t retry_after = 0;
	unsigned seconds;
	long status = 0;
	char why[32];

	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after);
	seconds = retry_after_clamp(retry_after > 0 ? retry_after : -1, LATER_PRESET_S);
	flight->transfer = NULL;

	if (code != CURLE_OK) {
		transfer_failed(engine, flight, code, status, transfer->overflowed);
		transfer_drop(transfer);
		return;
	}
	switch (attempt_end_of(status, retry_after > 0)) {
	case END_ANSWER:
		breaker_succeeded(&place->breaker);
		if (judge(engine, flight, transfer->body, transfer->body_len) == VERDICT_UNKNOWN_KEY)
			park(engine, flight, transfer);
		break;
	case END_LATER:
		breaker_succeeded(&place->breaker);
		flight->said_later = true;
		repeat_later(engine, flight, seconds);
		break;
	case END_IN_PROGRESS:
		breaker_succeeded(&place->breaker);
		repeat_later(engine, flight, seconds);
		break;
	case END_SLOW_DOWN:
		breaker_abandoned(&place->breaker);
		place->not_before_ms = engine_now(engine) + (int64_t)seconds * SECOND_MS;
		end(engine, flight, ASK_BUSY, seconds);
		break;
	case END_OUR_FAULT:
		breaker_succeeded(&place->breaker);
		complain(engine, place, status);
		end(engine, flight, ASK_REFUSED, 0);
		break;
	case END_FAILED:
		(void)snprintf(why, sizeof(why), "HTTP status %ld", status);
		failed(engine, flight, why, false);
		break;
	}
	transfer_drop(transfer);
}
