/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * attempt.c - one request to the service, and which event of the inquiry its end is. Engine thread.
 */
#include <openssl/crypto.h>

#include "inquiry/inquiry_internal.h"

#define ACCEPT "application/sim-sale-verification+jwt, application/problem+json"

/* A Retry-After of 0 is one, too: less than the least pause there is. */
static enum status_meaning meaning_of(const struct attempt_result *attempt)
{
	return status_meaning_of(attempt->status, attempt->retry_after_s >= 0);
}

static enum inquiry_event event_of_status(const struct attempt_result *attempt)
{
	switch (meaning_of(attempt)) {
	case STATUS_ANSWER:
		return EVENT_ANSWER;
	case STATUS_LATER:
		return EVENT_LATER;
	case STATUS_IN_PROGRESS:
		return EVENT_IN_PROGRESS;
	case STATUS_SLOW_DOWN:
		return EVENT_SLOW_DOWN;
	case STATUS_OUR_FAULT:
		return EVENT_OUR_FAULT;
	case STATUS_QUESTION_REFUSED:
		return EVENT_QUESTION_REFUSED;
	case STATUS_FAILED:
		break;
	}
	return EVENT_FAILED;
}

static enum inquiry_event event_of_attempt(const struct attempt_result *attempt)
{
	switch (attempt->end) {
	case END_STATUS:
		return event_of_status(attempt);
	case END_RESOLVE:
	case END_CONNECT:
	case END_TLS:
	case END_SEND:
	case END_TIMEOUT:
	case END_CUT_OFF:
		return EVENT_FAILED;
	case END_CONNECTION_GIVEN_UP:
		return EVENT_CONNECTION_LOST;
	case END_TOO_LARGE:
		return EVENT_TOO_LARGE;
	case END_NO_DESCRIPTORS:
	case END_NO_MEMORY:
		return EVENT_OUT_OF_RESOURCES;
	case END_ALL_RESTING:
		return EVENT_ALL_RESTING;
	}
	return EVENT_FAILED;
}

/* Which of a whole response's statuses say that the endpoint is well is for us to say. */
static void judge_endpoint(const struct inquiry *inquiry, const struct attempt_result *attempt)
{
	enum status_meaning meaning = meaning_of(attempt);

	if (attempt->end == END_STATUS && meaning != STATUS_SLOW_DOWN)
		transport_judge(inquiry->all->transport, GROUP_SERVICE, attempt->endpoint,
			meaning != STATUS_FAILED, attempt->cause);
}

static void on_ended(void *ctx, const struct attempt_result *attempt)
{
	enum inquiry_event event = event_of_attempt(attempt);
	struct inquiry *inquiry = ctx;

	inquiry->exchange = NULL;
	OPENSSL_cleanse(inquiry->body, sizeof(inquiry->body));
	judge_endpoint(inquiry, attempt);
	if (event == EVENT_OUT_OF_RESOURCES)
		report_shortage(inquiry->all, attempt->cause);
	inquiry_attempt_ended(inquiry, event, attempt);
}

/* An attempt of its own length, or of what is left of the question's time. */
static int64_t deadline_of(const struct inquiry *inquiry)
{
	int64_t end = inquiries_now(inquiry->all) + inquiry->all->options.attempt_ms;

	return end < inquiry->deadline_ms ? end : inquiry->deadline_ms;
}

/* Each request has a nonce, and therefore a body, of its own. */
bool attempt_send(struct inquiry *inquiry)
{
	size_t len = question_body(&inquiry->question, inquiry->nonce, inquiry->body);
	const struct attempt request = {
		.group = GROUP_SERVICE,
		.method = HTTP_POST,
		.path = QUESTION_PATH,
		.idempotency_key = inquiry->question.asked.txn,
		.accept = ACCEPT,
		.body = inquiry->body,
		.len = len,
		.body_max = JWS_MAX_LEN,
		.deadline_ms = deadline_of(inquiry),
		.endpoint_to_avoid = inquiry->last_endpoint,
	};

	if (len > 0)
		inquiry->exchange =
			transport_send(inquiry->all->transport, &request, on_ended, inquiry);
	return inquiry->exchange != NULL;
}
