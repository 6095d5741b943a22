/* SPDX-License-Identifier: GPL-2.0-or-later */
/* control.c - how the sandbox is steered: the addresses under /sandbox/. */
#include "service_internal.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "card_status.h"

#define OFFSET_MAX ((json_int_t)3650 * 24 * 3600)

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
	json_t *body = request->body_len == 0 ? json_object()
					      : json_loadb(request->body, request->body_len,
							JSON_REJECT_DUPLICATES, NULL);

	if (body == NULL)
		service_problem(out, 400, "the body is not strict JSON");
	return body;
}

static void set_fault(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out);
	const json_t *wanted = json_object_get(body, "fault");
	enum fault fault = json_is_null(wanted)     ? FAULT_NONE
			   : json_is_string(wanted) ? fault_of_name(json_string_value(wanted))
						    : FAULT_COUNT;

	if (body != NULL && fault == FAULT_COUNT) {
		service_problem(out, 422, "wants {\"fault\": NAME} with a name of --help, or null");
	} else if (body != NULL) {
		service->fault = fault;
		say_json(out, json_pack("{s:s}", "fault", fault_name(fault)));
	}
	json_decref(body);
}

static void set_reason(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out);
	const json_t *wanted = json_object_get(body, "reason");
	const char *reason = json_string_value(wanted);

	if (body == NULL)
		return;
	if (!json_is_null(wanted) && (reason == NULL || reason_known(reason) == NULL)) {
		service_problem(out, 422, "wants {\"reason\": a reason of the contract, or null}");
	} else {
		service->reason = reason != NULL ? reason_known(reason) : NULL;
		say_json(out, json_pack("{s:s?}", "reason", service->reason));
	}
	json_decref(body);
}

static void set_clock(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out);
	json_int_t offset = 0;

	if (body == NULL)
		return;
	if (json_unpack(body, "{s:I !}", "offset", &offset) != 0 || offset < -OFFSET_MAX ||
		offset > OFFSET_MAX) {
		service_problem(out, 422, "wants {\"offset\": seconds}, ten years at most");
	} else {
		service->offset = offset;
		say_json(out, json_pack("{s:I, s:I}", "offset", offset, "now",
				      (json_int_t)service_moment(service).now));
	}
	json_decref(body);
}

static void set_card(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out), *status = NULL;
	const struct person_document *document = NULL;
	const char *number = NULL;
	size_t place;

	if (body == NULL)
		return;
	if (json_unpack(body, "{s:s, s:o !}", "document", &number, "status", &status) == 0)
		document = people_number(service->people, number);
	place = document == NULL ? 0 : people_place(service->people, document->of);
	if (document == NULL || (!json_is_null(status) && !json_is_string(status)) ||
		!cards_set_status(&service->cards, place, json_string_value(status)))
		service_problem(out, 422,
			"wants {\"document\": a number of the people file, \"status\": valid, "
			"revoked, suspended, or null}");
	else if (!cards_publish(&service->cards, service_moment(service).now))
		service_problem(out, 500, "the list could not be made");
	else
		say_json(out, json_pack("{s:s}", "status",
				      card_status_name(service->cards.statuses[place])));
	json_decref(body);
}

static void rotate(struct service *service, const struct request *request, struct reply *out)
{
	json_t *body = parameters(request, out);
	const char *algorithm = NULL;
	int keep_old = 1;

	if (body == NULL)
		return;
	if (json_unpack(body, "{s?b, s?s !}", "keep_old", &keep_old, "algorithm", &algorithm) !=
			0 ||
		(algorithm != NULL && !signer_knows(algorithm)))
		service_problem(out, 422,
			"wants {\"keep_old\": true or false, \"algorithm\": ES256, PS256 or "
			"Ed25519}, or nothing");
	else if (!state_rotate(service->state, algorithm, keep_old != 0))
		service_problem(out, 500, "the key could not be changed");
	else
		say_json(out, json_pack("{s:s}", "kid", service->state->current.kid));
	json_decref(body);
}

static void reset(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	ledger_empty(service->ledger);
	service->questions = 0;
	service->fault = FAULT_NONE;
	service->reason = NULL;
	service->offset = 0;
	cards_reset(&service->cards);
	if (cards_publish(&service->cards, service_moment(service).now))
		say_json(out, json_object());
	else
		service_problem(out, 500, "the status list could not be made");
}

static void count(struct service *service, const struct request *request, struct reply *out)
{
	(void)request;
	say_json(out, json_pack("{s:I}", "questions", (json_int_t)service->questions));
}

static const struct route routes[] = {
	{ "/sandbox/questions", "GET", count },
	{ "/sandbox/faults", "POST", set_fault },
	{ "/sandbox/reason", "POST", set_reason },
	{ "/sandbox/clock", "POST", set_clock },
	{ "/sandbox/card", "POST", set_card },
	{ "/sandbox/rotate", "POST", rotate },
	{ "/sandbox/reset", "POST", reset },
};

const struct route *control_route(const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}
