/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * resolver.h - the addresses of one host, looked up by a short-lived thread.
 *
 * libcurl would use a thread for each question and wait for hung ones when it cleans up; here one
 * look-up serves all questions to a host, and one that hangs holds up nobody, not even the stop.
 * One thread only (the engine's).
 */
#ifndef MIGRANTID_RESOLVER_H
#define MIGRANTID_RESOLVER_H

#include <curl/curl.h>

#include "base/base.h"
#include "engine/engine.h"

enum resolved {
	RESOLVED, /* there are addresses */
	RESOLVING, /* none yet: the hook will tell */
	UNRESOLVED, /* the last look-up failed and there are none; tried again after a pause */
};

/* Counted, for libcurl reads a list later than it is handed over. */
struct address_list {
	unsigned references;
	struct curl_slist *list; /* for CURLOPT_RESOLVE */
};

struct resolver; /* opaque */

/*
 * For the host and port of an https address. `looked_up` is called from the loop whenever a look-up
 * has ended, well or not. NULL if the address cannot be parsed or memory is short.
 */
MUST_CHECK struct resolver *resolver_new(const char *url, struct engine *engine,
	int64_t (*now_ms)(void *ctx), void (*looked_up)(void *ctx), void *ctx);

/* What is known now; begins a look-up where one is due. */
enum resolved resolver_poll(struct resolver *resolver);

/* A reference for the caller; NULL for a literal address, which needs no list. */
struct address_list *resolver_addresses(struct resolver *resolver);
void address_list_unref(struct address_list *addresses); /* NULL is fine */

/* Why the last look-up failed, for people; and whether for want of descriptors. */
const char *resolver_cause(const struct resolver *resolver);
bool resolver_no_descriptors(const struct resolver *resolver);

/* Never waits: a look-up under way ends by itself and clears up behind it. NULL is fine. */
void resolver_free(struct resolver *resolver);

#endif
