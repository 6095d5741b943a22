/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * strict_json.h - the one way this floor reads JSON (RFC 8259, and RFC 8725 section 2.4 on why
 * strictly): headers, claims and key sets alike. Inside src/answer only.
 */
#ifndef MIGRANTID_STRICT_JSON_H
#define MIGRANTID_STRICT_JSON_H

#include <jansson.h>

#include "base/base.h"

#define STRICT_JSON_DEPTH 16 /* objects and arrays inside each other */

/*
 * An object, or NULL for anything else: a member named twice at any level (escapes resolved), a
 * NUL in a string, ill-formed UTF-8, a number beyond 64 bits or a double, deeper nesting than
 * STRICT_JSON_DEPTH, or anything but white space behind it. *error (may be NULL) says why, for
 * people; it may quote the text. The caller json_decref()s the object. Thread-safe.
 */
MUST_CHECK json_t *strict_json_object(const void *text, size_t len, json_error_t *error);

/* The same for an array. */
MUST_CHECK json_t *strict_json_array(const void *text, size_t len);

/* The string of a member, without a NUL inside; NULL if absent or another type. */
const char *strict_json_text(const json_t *object, const char *name);

#define STRICT_JSON_TIME_MAX INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/*
 * A member that is a time (RFC 7519 section 2, NumericDate): whole seconds since 1970, at most
 * STRICT_JSON_TIME_MAX. False if it is absent or anything else; a real is refused, even 1e9.
 */
MUST_CHECK bool strict_json_time(const json_t *object, const char *name, int64_t *seconds);

static inline void strict_json_drop(json_t **value)
{
	json_decref(*value);
}

#endif
