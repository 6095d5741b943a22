/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spoilt_body.h"

#include <string.h>

#define LORIS_MS 200 /* between two octets */
#define ENDLESS_MAX ((uint64_t)16 * 1024 * 1024) /* even that ends */
#define BLOCK 4096

static ssize_t send_half(void *ctx, uint64_t at, char *out, size_t max)
{
	const struct spoilt_body *body = ctx;
	size_t half = body->len / 2;

	if (at >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (max > half - at)
		max = half - at;
	memcpy(out, body->text + at, max);
	return (ssize_t)max;
}

static ssize_t send_slowly(void *ctx, uint64_t at, char *out, size_t max)
{
	struct spoilt_body *body = ctx;

	if (at >= body->len || max == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	body->octet_due = !body->octet_due;
	if (body->octet_due) {
		later_park(body->later, body->connection, LORIS_MS);
		return 0;
	}
	*out = body->text[at];
	return 1;
}

static ssize_t send_endlessly(void *ctx, uint64_t at, char *out, size_t max)
{
	(void)ctx;
	if (at > ENDLESS_MAX)
		return MHD_CONTENT_READER_END_OF_STREAM;
	memset(out, 'A', max);
	return (ssize_t)max;
}

struct MHD_Response *spoilt_body_response(struct spoilt_body *body, enum fault fault)
{
	if (fault == FAULT_TRUNCATE)
		return MHD_create_response_from_callback(body->len, BLOCK, send_half, body, NULL);
	if (fault == FAULT_SLOW_LORIS)
		return MHD_create_response_from_callback(body->len, BLOCK, send_slowly, body, NULL);
	if (fault == FAULT_ENDLESS)
		return MHD_create_response_from_callback(
			MHD_SIZE_UNKNOWN, BLOCK, send_endlessly, body, NULL);
	return NULL;
}
