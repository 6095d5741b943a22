/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * status_list.h - which cards their issuer has taken back: a Token Status List as a JWT
 * (draft-ietf-oauth-status-list). No I/O, no clock; immutable once read, so thread-safe.
 */
#ifndef MIGRANTID_STATUS_LIST_H
#define MIGRANTID_STATUS_LIST_H

#include "answer/jwks.h"
#include "base/base.h"

#define STATUS_LIST_TYP "statuslist+jwt"
#define STATUS_LIST_MAX_OCTETS (4 << 20) /* inflated: 32 million cards of 1 bit */
#define STATUS_LIST_MAX_LEN (8 << 20) /* octets of the JWT */
#define STATUS_LIST_USUAL_TTL 86400 /* seconds that a list without exp and ttl is good for */

/* The ordered checks; the number is the check's. */
enum status_list_check {
	STATUS_LIST_SOUND = 0, /* all hold */
	STATUS_LIST_FORM = 1, /* size, three segments, strict base64url */
	STATUS_LIST_HEADER = 2, /* typ, alg, nothing that brings its own key */
	STATUS_LIST_KEY = 3, /* kid names exactly one pinned, fitting key */
	STATUS_LIST_SIGNATURE = 4,
	STATUS_LIST_JSON = 5, /* strict JSON, all claims there and of the right type */
	STATUS_LIST_TIME =
		6, /* not signed ahead of now, and neither exp nor iat + ttl has passed */
	STATUS_LIST_OCTETS = 7, /* lst inflates, whole and within bounds */
};

enum card_status {
	STATUS_VALID = 0,
	STATUS_REVOKED = 1,
	STATUS_SUSPENDED = 2,
	STATUS_OTHER = 3, /* of a meaning that is not known here */
	STATUS_NOT_LISTED = -1, /* the list ends before it */
};

struct status_list; /* opaque, immutable */

/*
 * STATUS_LIST_SOUND and *out, which the caller frees, or the first check that failed and NULL.
 * Times in seconds since 1970; algorithms: bits of enum jws_algorithm. Leaves OpenSSL's error
 * queue as it was.
 */
MUST_CHECK enum status_list_check status_list_read(const char *token, size_t len,
	const struct key_set *keys, unsigned algorithms, int64_t now, struct status_list **out);
void status_list_free(struct status_list *list); /* NULL is fine */

const char *status_list_uri(const struct status_list *list); /* its `sub` */
int64_t status_list_issued_at(const struct status_list *list); /* its `iat` */
int64_t status_list_ends_at(const struct status_list *list); /* it says nothing from then on */
enum card_status status_list_at(const struct status_list *list, uint32_t index);

const char *status_list_check_name(enum status_list_check check); /* "octets" .. */

#endif
