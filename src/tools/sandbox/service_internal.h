/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * service_internal.h - what the contract (service.c) and the steering (control.c) share.
 */
#ifndef SANDBOX_SERVICE_INTERNAL_H
#define SANDBOX_SERVICE_INTERNAL_H

#include <pthread.h>

#include "cards.h"
#include "ledger.h"
#include "service.h"

struct service {
	const struct options *options;
	pthread_mutex_t mutex; /* all below */
	const struct people *people;
	struct state *state;
	struct cards cards; /* without a key: nothing is served yet */
	struct ledger *ledger;
	enum fault fault; /* for everybody */
	const char *reason; /* for everybody; NULL: as the people file has it */
	int64_t offset; /* s that the service's clock is ahead */
	uint64_t questions;
};

struct route {
	const char *path, *method;
	void (*answer)(struct service *service, const struct request *request, struct reply *out);
	bool open; /* for whoever has no client certificate, too */
};

/* The address by which the sandbox is steered; NULL: there is none of that path. */
const struct route *control_route(const char *path);

struct moment service_moment(const struct service *service);

/* A problem document (RFC 9457). */
void service_problem(struct reply *out, unsigned status, const char *detail);

#endif
