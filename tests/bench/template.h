/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * template.h - the attributes of a sale, read from a file of lines `Name = value`, with
 *	%n	the person's number, seven digits
 *	%r	32 hexadecimal digits of the sale's own, the same each time it is asked
 *	%%	a percent sign
 * Values may stand in double quotes. '#' begins a comment line.
 */
#ifndef BENCH_TEMPLATE_H
#define BENCH_TEMPLATE_H

#include "radius.h"

#include <stdio.h>

#define TEMPLATE_LINES_MAX 32

struct template_line {
	struct radius_attribute attribute;
	bool integer; /* sent as four octets */
	char value[RADIUS_VALUE_MAX + 1];
};

struct template
{
	struct template_line lines[TEMPLATE_LINES_MAX];
	size_t count;
};

extern const struct radius_attribute attribute_state;
extern const struct radius_attribute attribute_result;
extern const struct radius_attribute attribute_reason;
extern const struct radius_attribute attribute_retry_after;

/* False after having said on standard error what is wrong, with file and line. */
MUST_CHECK bool template_read(struct template *template, FILE *file, const char *name);

/* Add all to a packet that radius_begin() began. */
void template_fill(const struct template *template, struct radius_packet *packet,
	const struct radius_secret *secret, uint64_t number, const uint8_t random[RADIUS_AUTH_LEN]);

#endif
