/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service.h - what the sandbox answers, as status, headers and body; nothing of HTTP's mechanics.
 * Thread-safe.
 */
#ifndef SANDBOX_SERVICE_H
#define SANDBOX_SERVICE_H

#include "options.h"
#include "people.h"
#include "state.h"

struct service; /* opaque */

MUST_CHECK struct service *service_new(
	const struct options *options, const struct people *people, struct state *state);
void service_free(struct service *service); /* NULL is fine */

/* From now on it has cards, whose status list is served at that port; false after an error. */
MUST_CHECK bool service_open_cards(struct service *service, uint16_t port);

struct request {
	const char *method, *path;
	const char *content_type, *idempotency_key; /* NULL: absent */
	const char *body;
	size_t body_len;
	bool too_long; /* the body was */
};

struct reply {
	unsigned status; /* 0: none at all */
	const char *content_type;
	char *body; /* to be freed */
	unsigned retry_after; /* s; 0: none */
	int64_t delay_ms; /* before it is sent */
	enum fault fault; /* what the transport has to do wrong */
	const char *result, *reason; /* for the log; NULL: nothing was decided */
};

/* True for a path that anybody may ask for, who has a client certificate or none. */
bool service_is_open(const char *path);

void service_answer(struct service *service, const struct request *request, struct reply *out);

#endif
