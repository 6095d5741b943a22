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

enum resolved {
	RESOLVED, /* there are addresses */
	RESOLVING, /* none yet: look again in a few milliseconds */
	UNRESOLVED, /* the last look-up failed and there are none; tried again after a pause */
};

struct resolver; /* opaque */

/* For the host and port of an https address. NULL if it cannot be parsed or memory is short. */
MUST_CHECK struct resolver *resolver_new(const char *url);

/* What is known now; begins a look-up where one is due. */
enum resolved resolver_look(struct resolver *resolver, int64_t now_ms);

/* For CURLOPT_RESOLVE, NULL for a literal address. Stays valid until resolver_free(). */
struct curl_slist *resolver_list(const struct resolver *resolver);

/* Never waits: a look-up under way ends by itself and clears up behind it. */
void resolver_free(struct resolver *resolver);

#endif
