/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_tls.h - TLS to Redis, where the client library that this is built with can do it: Debian
 * 12's cannot. hiredis verifies the certificate's chain, but not whose it is; that is set here.
 */
#ifndef MIGRANTID_REDIS_TLS_H
#define MIGRANTID_REDIS_TLS_H

#include <hiredis/hiredis.h>

#include "base/base.h"
#include "base/report.h"
#include "base/redis_address.h"

/* Whether this build can. */
MUST_CHECK bool redis_tls_built(void);

struct redis_tls; /* opaque, immutable; thread-safe */

/*
 * Read the files of the configuration. False after an error was reported; *out stays NULL where
 * the configuration wants no TLS. redis_tls_close() it. `config` is borrowed until then.
 */
MUST_CHECK bool redis_tls_open(
	const struct redis_config *config, const struct reporter *reporter, struct redis_tls **out);
void redis_tls_close(struct redis_tls *tls); /* NULL is fine */

/*
 * Begin TLS 1.2 or later on a connection, or do nothing if `tls` is NULL. On a blocking one it has
 * succeeded on return. False: the connection is of no use, and context->errstr may say why.
 */
MUST_CHECK bool redis_tls_start(
	const struct redis_tls *tls, redisContext *context, const struct redis_address *address);

#endif
