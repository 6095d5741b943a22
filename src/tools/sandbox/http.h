/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * http.h - HTTP over mutual TLS, or plain, and whatever a transport can do wrong.
 */
#ifndef SANDBOX_HTTP_H
#define SANDBOX_HTTP_H

#include "later.h"
#include "service.h"

struct http; /* opaque */

/* NULL after an error was printed. One thread of its own serves all connections. */
MUST_CHECK struct http *http_start(
	const struct options *options, const struct state *state, struct service *service);
uint16_t http_port(const struct http *http);
void http_stop(struct http *http); /* within a second, whoever waits */

#endif
