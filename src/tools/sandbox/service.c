/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "service_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "answers.h"
#include "base/clock.h"

#define QUESTION_PATH "/v2/sim-sale-verifications"
#define HANG_MS 30000
#define FROZEN_MS 600000 /* longer than anybody waits */

struct service *service_new(
	const struct options *options, const struct people *people, struct state *state)
{
	struct service *service = calloc(1, sizeof(*service));

	if (service == NULL)
		return NULL;
	service->options = options;
	service->people = people;
	service->state = state;
	pthread_mutex_init(&service->mutex, NULL);
	service->ledger = ledger_new(people);
	if (service->ledger != NULL)
		return service;
	service_free(service);
	return NULL;
}

void service_free(struct service *service)
{
	if (service == NULL)
		return;
	ledger_free(service->ledger);
	cards_close(&service->cards);
	pthread_mutex_destroy(&service->mutex);
	free(service);
}

bool service_open_cards(struct service *service, uint16_t port)
{
	bool done;

	pthread_mutex_lock(&service->mutex);
	done = cards_open(service->options, service->people, port, &service->cards) &&
	       cards_publish(&service->cards, service_moment(service).now);
	pthread_mutex_unlock(&service->mutex);
	return done;
}

/* RFC 9457 */
void service_problem(struct reply *out, unsigned status, const char *detail)
{
	json_t *body = json_pack(
		"{s:s, s:i, s:s}", "type", "about:blank", "status", (int)status, "detail", detail);

	free(out->body);
	out->status = status;
	out->content_type = "application/problem+json";
	out->body = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
	json_decref(body);
}

static void key_set(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	out->status = 200;
	out->content_type = "application/jwk-set+json";
	out->body = strdup(service->state->jwks);
}

static void card_key_set(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	out->status = 200;
	out->content_type = "application/jwk-set+json";
	out->body = strdup(service->cards.jwks);
}

static void card_statuses(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	out->status = 200;
	out->content_type = "application/statuslist+jwt";
	out->body = cards_status_list(&service->cards, service_moment(service).now);
	if (out->body == NULL)
		service_problem(out, 404, "there is no status list");
}

struct moment service_moment(const struct service *service)
{
	return (struct moment){ .now = clock_wall(&system_clock) + service->offset,
		.ms = clock_mono_ms(&system_clock) + service->offset * 1000 };
}

/* What the fault does to the connection, or which status it has instead of an answer. */
static void fail(enum fault fault, bool is_new, struct reply *out)
{
	out->fault = fault;
	out->status = fault_status(fault);
	if (fault == FAULT_IN_PROGRESS && is_new)
		out->status = 409;
	if (fault == FAULT_HANG)
		out->delay_ms = HANG_MS;
	if (fault == FAULT_FROZEN && is_new)
		out->delay_ms = FROZEN_MS;
	if (fault == FAULT_FROZEN && !is_new)
		out->status = 200;
	if (out->status == 409)
		out->retry_after = 1;
	if (out->status == 429 || out->status == 503)
		out->retry_after = 2;
	if (out->status >= 400)
		service_problem(out, out->status, "as asked for by a fault");
}

static void sign_ruling(struct service *service, const struct asked *asked,
	const struct ruling *ruling, int64_t now, struct reply *out)
{
	const struct answer_terms terms = {
		.key = &service->state->current,
		.stranger = &service->state->stranger,
		.issuer = service->options->issuer,
		.audience = service->options->audience,
		.old_nonce = ledger_old_nonce(service->ledger, asked),
		.decision = ruling->decision,
		.issued_at = ruling->issued_at,
		.expires_at = ruling->expires_at,
		.now = now,
	};

	out->content_type = "application/sim-sale-verification+jwt";
	out->result = ruling->decision.result;
	out->reason = ruling->decision.reason;
	out->body = answer_make(&terms, asked, out->fault);
	if (out->body == NULL)
		service_problem(out, 500, "the answer could not be made");
}

static void rule(struct service *service, const struct asked *asked, const struct moment *at,
	struct reply *out)
{
	const struct bends bends = {
		.reason = service->reason,
		.unclear = out->fault == FAULT_UNDETERMINED,
		.repeat_refused = out->fault == FAULT_OLD_ANSWER,
	};
	struct ruling ruling;

	ledger_rule(service->ledger, asked, at, &bends, &ruling);
	out->status = ruling.status;
	out->retry_after = ruling.retry_after;
	if (ruling.status == 200)
		sign_ruling(service, asked, &ruling, at->now, out);
	else if (ruling.status == 409)
		service_problem(out, 409, "the token is with another question that is under way");
}

static void answer(struct service *service, const struct asked *asked, struct reply *out)
{
	const struct moment at = service_moment(service);
	const struct person_entry *who;
	enum fault fault;
	bool is_new;

	out->delay_ms = service->options->delay_ms;
	if (!ledger_admit(service->ledger, asked, &at, &is_new)) {
		service_problem(out, 422, "this txn was used for another question");
		return;
	}
	who = ledger_who(service->ledger, asked);
	fault = service->fault != FAULT_NONE ? service->fault
		: who != NULL                ? who->fault
					     : FAULT_NONE;
	out->delay_ms += who != NULL ? who->delay_ms : 0;
	fail(fault, is_new, out);
	if (out->status == 200)
		rule(service, asked, &at, out);
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
		service_problem(out, 413, "more than 16384 octets");
	else if (!is_json(request->content_type))
		service_problem(out, 415, "the Content-Type is not application/json");
	else if ((refused = asked_read(request->body, request->body_len, request->idempotency_key,
			  &asked, &detail)) != 0)
		service_problem(out, refused, detail);
	else
		answer(service, &asked, out);
	asked_clear(&asked);
	log_question(service, out);
}

static const struct route routes[] = {
	{ QUESTION_PATH, "POST", question },
	{ "/.well-known/jwks.json", "GET", key_set },
	{ CARDS_KEYS_PATH, "GET", card_key_set, true },
	{ CARDS_STATUS_PATH, "GET", card_statuses, true },
};

static const struct route *route_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return control_route(path);
}

bool service_is_open(const char *path)
{
	const struct route *route = route_of(path);

	return route != NULL && route->open;
}

void service_answer(struct service *service, const struct request *request, struct reply *out)
{
	const struct route *route = route_of(request->path);

	*out = (struct reply){ .status = 0 };
	pthread_mutex_lock(&service->mutex);
	if (service->cards.key.key == NULL)
		service_problem(out, 503, "it is not ready yet");
	else if (route == NULL)
		service_problem(out, 404, "nothing is served here");
	else if (strcmp(route->method, request->method) != 0)
		service_problem(out, 405, "another method is served here");
	else
		route->answer(service, request, out);
	pthread_mutex_unlock(&service->mutex);
}
