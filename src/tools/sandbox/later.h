/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * later.h - connections that wait for their time, without a thread each. Thread-safe.
 */
#ifndef SANDBOX_LATER_H
#define SANDBOX_LATER_H

#include <microhttpd.h>

#include "base/base.h"

struct later; /* opaque */

MUST_CHECK struct later *later_start(void);

/* Suspend a connection and resume it after ms. To be called from its handler. */
void later_park(struct later *later, struct MHD_Connection *connection, int64_t ms);

/* Resume all, and let nobody wait any more. Before MHD_stop_daemon(). */
void later_end(struct later *later);
void later_free(struct later *later);

#endif
