/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * spoilt_body.h - bodies that a transport spoils: cut off, slow, or without end.
 */
#ifndef SANDBOX_SPOILT_BODY_H
#define SANDBOX_SPOILT_BODY_H

#include "faults.h"
#include "later.h"

/* Outlives the response; one per request. */
struct spoilt_body {
	struct later *later;
	struct MHD_Connection *connection;
	const char *text; /* what would have been sent */
	size_t len;
	bool octet_due; /* slow-loris: it has waited for it */
};

/* NULL for a fault that leaves the body alone, or without memory. */
struct MHD_Response *spoilt_body_response(struct spoilt_body *body, enum fault fault);

#endif
