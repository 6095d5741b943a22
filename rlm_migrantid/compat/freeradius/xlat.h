/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_XLAT_H
#define MIGRANTID_COMPAT_XLAT_H

#include <stddef.h>
#include <sys/types.h>

struct rad_request;

typedef struct xlat_exp xlat_exp_t;
typedef size_t (*xlat_escape_t)(
	struct rad_request *request, char *out, size_t outlen, char const *in, void *arg);

ssize_t radius_xlat(char *out, size_t outlen, struct rad_request *request, char const *fmt,
	xlat_escape_t escape, void *escape_ctx);

#endif
