/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "service.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "answers.h"
#include "base/clock.h"
#include "seen.h"

#define QUESTION_PATH "/v1/sim-sale-verifications"
#define HANG_MS 30000

struct service {
	const struct options *options;
	const struct people *people;
	struct signing_key stranger;
	pthread_mutex_t mutex; /* all below */
	struct state *state;
	struct seen *seen; /* bodies by txn */
	struct seen *tokens; /* txns by token: who has used it up */
	enum fault fault; /* for everybody */
	uint64_t questions;
};

struct service *service_new(const struct options *options, const struct people *people,
			    struct state *state)
{
	struct service *service = calloc(1, sizeof(*service));

	if (service == NULL)
		return NULL;
	service->options = options;
	service->people = people;
	service->state = state;
	pthread_mutex_init(&service->mutex, NULL);
	service->seen = seen_new();
	service->tokens = seen_new();
	if (service->seen == NULL || service->tokens == NULL ||
		!signer_take(signer_generate(), &service->stranger)) {
		service_free(service);
		return NULL;
	}
	return service;
}

void service_free(struct service *service)
{
	if (service == NULL)
		return;
	signer_clear(&service->stranger);
	seen_free(service->seen);
	seen_free(service->tokens);
	pthread_mutex_destroy(&service->mutex);
	free(service);
}

/* RFC 9457 */
static void problem(struct reply *out, unsigned status, const char *detail)
{
	json_t *body = json_pack("{s:s, s:i, s:s}", "type", "about:blank", "status", (int)status,
		"detail", detail);

	free(out->body);
	out->status = status;
	out->content_type = "application/problem+json";
	out->body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	json_decref(body);
}

static void say_json(struct reply *out, json_t *body)
{
	out->status = 200;
	out->content_type = "application/json";
	out->body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	json_decref(body);
}

/* An empty body is an empty object; NULL after a problem was said. */
static json_t *parameters(const struct request *request, struct reply *out)
{
	json_t *body = request->body_len == 0 ?
		json_object() :
		json_loadb(request->body, request->body_len, JSON_REJECT_DUPLICATES, NULL);

	if (body == NULL)
		problem(out, 400, "the body is not strict JSON");
	return body;
}

static void set_fault(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out);
	const json_t *wanted = json_object_get(body, "fault");
	enum fault fault = json_is_null(wanted) ? FAULT_NONE :
		json_is_string(wanted) ? fault_of_name(json_string_value(wanted)) : FAULT_COUNT;

	if (body != NULL && fault == FAULT_COUNT) {
		problem(out, 422, "wants {\"fault\": NAME} with a name of --help, or null");
	} else if (body != NULL) {
		service->fault = fault;
		say_json(out, json_pack("{s:s}", "fault", fault_name(fault)));
	}
	json_decref(body);
}

static void rotate(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out);
	int keep_old = 1;

	if (body == NULL)
		return;
	if (json_unpack(body, "{s?b !}", "keep_old", &keep_old) != 0)
		problem(out, 422, "wants {\"keep_old\": true or false}, or nothing");
	else if (!state_rotate(service->state, keep_old != 0))
		problem(out, 500, "the key could not be changed");
	else
		say_json(out, json_pack("{s:s}", "kid", service->state->current.kid));
	json_decref(body);
}

static void reset(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	service->questions = 0;
	service->fault = FAULT_NONE;
	say_json(out, json_object());
}

static void count(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	say_json(out, json_pack("{s:I}", "questions", (json_int_t)service->questions));
}

static void key_set(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	out->status = 200;
	out->content_type = "application/jwk-set+json";
	out->body = strdup(service->state->jwks);
}

/* A token is good for one question, however often that is asked. */
static bool is_used_up(struct service *service, const struct asked *asked, int64_t now_ms)
{
	int64_t first_ms;

	return seen_look(service->tokens, asked->token, asked->txn, strlen(asked->txn), now_ms,
		       &first_ms) == SEEN_OTHER_BODY;
}

static const struct person_entry *who(struct service *service, const struct asked *asked,
				      int64_t now_ms)
{
	static const struct person_entry used_up = { .result = "no",
		.reason = "document_invalid", .valid_for = 3600 };

	if (asked->token != NULL)
		return is_used_up(service, asked, now_ms) ?
			&used_up : people_by_token(service->people, asked->token);
	return people_by_document(service->people, asked->type, asked->issuer, asked->number,
		asked->nationality, asked->birth);
}

static void decide(struct service *service, const struct asked *asked,
		   const struct person_entry *entry, enum fault fault, struct reply *out)
{
	const struct answer_terms terms = { &service->state->current, &service->stranger,
		service->options->issuer, service->options->audience, clock_wall(&system_clock) };
	const struct decision decision = answer_decision(asked, entry, fault);

	out->content_type = "application/sim-sale-verification+jwt";
	out->result = decision.result;
	out->reason = decision.reason;
	out->body = answer_make(&terms, asked, &decision, entry->valid_for, fault);
	if (out->body == NULL)
		problem(out, 500, "the answer could not be made");
}

static void fail(enum fault fault, enum seen_before before, struct reply *out)
{
	out->fault = fault;
	out->status = fault_status(fault);
	if (fault == FAULT_IN_PROGRESS && before == SEEN_NEVER)
		out->status = 409;
	if (fault == FAULT_HANG)
		out->delay_ms = HANG_MS;
	if (out->status == 409)
		out->retry_after = 1;
	if (out->status == 429 || out->status == 503)
		out->retry_after = 2;
	if (out->status >= 400)
		problem(out, out->status, "as asked for by a fault");
}

/* The matching of somebody takes a while: 202 until then. True if it still does. */
static bool still_pending(const struct person_entry *entry, int64_t asked_ms, int64_t now_ms,
			  struct reply *out)
{
	int64_t left = asked_ms + entry->pending_ms - now_ms;

	if (left <= 0)
		return false;
	out->status = 202;
	out->retry_after = (unsigned)((left + 999) / 1000);
	out->content_type = "application/json";
	out->body = strdup("{}");
	return true;
}

static void answer(struct service *service, const struct request *request,
		   const struct asked *asked, struct reply *out)
{
	int64_t now_ms = clock_mono_ms(&system_clock), first_ms;
	enum seen_before before = seen_look(service->seen, asked->txn, request->body,
		request->body_len, now_ms, &first_ms);
	const struct person_entry *entry;
	enum fault fault;

	out->delay_ms = service->options->delay_ms;
	if (before == SEEN_OTHER_BODY) {
		problem(out, 422, "this Idempotency-Key was used for another question");
		return;
	}
	entry = who(service, asked, now_ms);
	fault = service->fault != FAULT_NONE ? service->fault : entry->fault;
	out->delay_ms += entry->delay_ms;
	fail(fault, before, out);
	if (out->status == 200 && !still_pending(entry, first_ms, now_ms, out))
		decide(service, asked, entry, fault, out);
}

/* application/json, parameters or none (RFC 9110 section 8.3.1). */
static bool is_json(const char *content_type)
{
	static const char json[] = "application/json";

	return content_type != NULL && strncasecmp(content_type, json, strlen(json)) == 0 &&
	       strchr(" \t;", content_type[strlen(json)]) != NULL;
}

static void log_question(const struct service *service, const struct reply *reply)
{
	(void)printf("question %llu: status %u, result %s, reason %s, fault %s, after %lld ms\n",
		(unsigned long long)service->questions, reply->status,
		reply->result != NULL ? reply->result : "-",
		reply->reason != NULL ? reply->reason : "-", fault_name(reply->fault),
		(long long)reply->delay_ms);
}

static void question(struct service *service, const struct request *request, struct reply *out)
{
	struct asked asked = { .body = NULL };
	const char *detail = "";
	unsigned refused = 0;

	service->questions++;
	if (request->too_long)
		problem(out, 413, "more than 16 KiB");
	else if (!is_json(request->content_type))
		problem(out, 415, "the Content-Type is not application/json");
	else if ((refused = asked_read(request->body, request->body_len, request->idempotency_key,
			  &asked, &detail)) != 0)
		problem(out, refused, detail);
	else
		answer(service, request, &asked, out);
	asked_clear(&asked);
	log_question(service, out);
}

void service_answer(struct service *service, const struct request *request, struct reply *out)
{
	static const struct {
		const char *path, *method;
		void (*answer)(struct service *, const struct request *, struct reply *);
	} routes[] = {
		{ QUESTION_PATH, "POST", question },
		{ "/.well-known/jwks.json", "GET", key_set },
		{ "/sandbox/questions", "GET", count },
		{ "/sandbox/faults", "POST", set_fault },
		{ "/sandbox/reset", "POST", reset },
		{ "/sandbox/rotate", "POST", rotate },
	};

	*out = (struct reply){ .status = 0 };
	pthread_mutex_lock(&service->mutex);
	for (size_t i = 0; i < ARRAY_LEN(routes) && out->body == NULL; i++) {
		if (strcmp(routes[i].path, request->path) != 0)
			continue;
		if (strcmp(routes[i].method, request->method) != 0)
			problem(out, 405, "another method is served here");
		else
			routes[i].answer(service, request, out);
		pthread_mutex_unlock(&service->mutex);
		return;
	}
	pthread_mutex_unlock(&service->mutex);
	problem(out, 404, "nothing is served here");
}
