/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * way.h - did a request come by a way on which nobody listens?
 */
#ifndef MIGRANTID_WAY_H
#define MIGRANTID_WAY_H

#include "server.h"

#include "base/base.h"

/* True if the request came by a TLS listener (RadSec). Thread-safe. */
MUST_CHECK bool way_is_tls(REQUEST *request);

/*
 * True if the request came by a TLS listener or from this machine (127.0.0.0/8, ::1). Looks at the
 * last hop alone: what stands before it the server cannot see. Thread-safe.
 */
MUST_CHECK bool way_is_protected(REQUEST *request);

#endif
