/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * request.h - one request as radclient takes it: lines of `name = value`.
 *
 *	# a comment
 *	User-Name = "shop-17"
 *	MigrantID-Document-Type = "P",
 *	MigrantID-MRZ += "P<..."
 *
 * Values stand bare, in single quotes, or in double quotes with the escapes of radclient: \" \\ \n
 * \r \t and three octal digits. State may be 0x and hexadecimal digits, and
 * MigrantID-Accept-Challenge 0 or 1. As in policy cases, @TODAY@, @TODAY-6Y@, @TODAY-6Y+1D@ and the
 * like are dates. Attributes that are no MigrantID-.. and not used here are passed over.
 */
#ifndef MIGRANTID_CTL_REQUEST_H
#define MIGRANTID_CTL_REQUEST_H

#include "base/base.h"
#include "base/report.h"
#include "rules/sale.h"
#include "tools/ctl/input.h"

#define REQUEST_MAX 32768 /* octets of text */
#define REQUEST_FIELDS_MAX 64

struct request {
	struct input input; /* what the values point into */
	struct sale_field fields[REQUEST_FIELDS_MAX];
	size_t count;
};

/* How reading standard input ended. */
enum request_state { REQUEST_READ, REQUEST_WRONG, REQUEST_UNREADABLE };

/* Reports what is wrong with its line, never with what stands there. request_clear() it always. */
MUST_CHECK enum request_state request_read(
	struct request *request, const struct date *today, const struct reporter *reporter);
void request_clear(struct request *request); /* fits CLEANUP(), fine on a zeroed one */

/* Report why a sale could not be read. */
void request_report_fault(const struct sale_fault *fault, const struct reporter *reporter);

#endif
