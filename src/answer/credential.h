/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * credential.h - a digital ID card as its holder presents it: an SD-JWT with key binding (RFC
 * 9901), verified offline by the fifteen checks below, in their order. No I/O, no clock.
 */
#ifndef MIGRANTID_CREDENTIAL_H
#define MIGRANTID_CREDENTIAL_H

#include <jansson.h>

#include "answer/jwks.h"
#include "answer/status_list.h"
#include "base/base.h"

#define CREDENTIAL_TYP "dc+sd-jwt"
#define CREDENTIAL_MAX_LEN 3000 /* octets of a presentation */
#define CREDENTIAL_MAX_LIFETIME INT64_C(31622400) /* seconds, 366 days: the usual exp - iat */
#define CREDENTIAL_CLOCK_SKEW 60 /* seconds that a time of the card or its binding may lie ahead */
#define CREDENTIAL_BINDING_AGE 300 /* seconds that a binding is good for */

/* The number is the check's. */
enum credential_check {
	CREDENTIAL_SOUND = 0, /* all hold */
	CREDENTIAL_FORM = 1, /* size, a token, bounded disclosures, a binding, '~' between them */
	CREDENTIAL_HEADER = 2, /* typ, alg, nothing that brings its own key */
	CREDENTIAL_KEY = 3, /* kid names one pinned key of the issuer, and it fits */
	CREDENTIAL_SIGNATURE = 4, /* the issuer's */
	CREDENTIAL_JSON = 5, /* strict JSON; iss, vct, iat, exp in clear and of the right type */
	CREDENTIAL_DISCLOSURES = 6, /* each has its one digest, each digest is there once */
	CREDENTIAL_ISSUER = 7, /* iss */
	CREDENTIAL_TYPE = 8, /* vct */
	CREDENTIAL_TIME = 9, /* iat, nbf, exp, the time between them */
	CREDENTIAL_BINDING = 10, /* cnf, and a JWT signed by its key */
	CREDENTIAL_PRESENTED = 11, /* sd_hash: what was bound is what is here */
	CREDENTIAL_AUDIENCE = 12, /* aud of the binding */
	CREDENTIAL_NONCE = 13, /* nonce of the binding */
	CREDENTIAL_FRESHNESS = 14, /* iat of the binding */
	CREDENTIAL_STATUS = 15, /* neither revoked nor suspended, by a list that is in force */
};
#define CREDENTIAL_CHECKS 16 /* with CREDENTIAL_SOUND */

/* The first check that failed and why: a constant word, NULL with CREDENTIAL_SOUND alone. */
struct credential_finding {
	enum credential_check failed;
	const char *why; /* "digest-twice"; migrantidctl(8) lists them */
};

/* What a presentation must say. Strings are borrowed; an empty or absent one is met by nothing. */
struct credential_expectation {
	const char *typ; /* of the issuer's JWT: CREDENTIAL_TYP */
	const char *issuer, *vct;
	const char *audience, *nonce; /* of the binding */
	int64_t now; /* seconds since 1970 */
	int64_t max_lifetime; /* bound of exp - iat, seconds */
	unsigned algorithms; /* bits of enum jws_algorithm, for issuer and holder */
	/* At hand, one for each uri; one that has ended by `now` counts as stale. */
	const struct status_list *const *status_lists;
	size_t status_list_count;
	bool status_required; /* a card without `status` does not count */
	bool printed; /* a card that is bound to no key counts, too: a bearer's paper */
};

struct credential {
	/* What the issuer signed and the holder disclosed, but for the members of
	 * sd_jwt_is_clear_claim(), which say nothing of the person. */
	json_t *claims;
	int64_t issued_at, expires_at;
	bool bound; /* to a key, by which this presentation was signed; else it is a printed one */
	uint8_t thumbprint[KEY_THUMBPRINT_LEN]; /* of the issuer's key */
};

/*
 * Check one presentation. *out is filled if every check passes and zeroed otherwise;
 * credential_clear() it. Of a printed card checks 10 to 14 say nothing. NULL for keys is an empty
 * set. Thread-safe; leaves OpenSSL's error queue as it was.
 */
MUST_CHECK struct credential_finding credential_verify(const char *text, size_t len,
	const struct key_set *keys, const struct credential_expectation *want,
	struct credential *out);
void credential_clear(struct credential *credential); /* fits CLEANUP(), fine on a zeroed one */

const char *credential_check_name(enum credential_check check); /* "disclosures" .. */

#endif
