/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sd_jwt.h - a presentation of an SD-JWT (RFC 9901) taken apart, and its disclosures put where the
 * issuer signed their digests. Inside src/answer only. No I/O, thread-safe.
 */
#ifndef MIGRANTID_SD_JWT_H
#define MIGRANTID_SD_JWT_H

#include <jansson.h>

#include "base/base.h"

#define SD_JWT_MAX_LEN 3000 /* octets of a presentation */
#define SD_JWT_DISCLOSURES_MAX 16
#define SD_JWT_DEPTH_MAX 2 /* objects and arrays inside each other that digests may stand in */

/* Every span lies in the presentation. */
struct sd_jwt {
	struct span token; /* the issuer's JWT */
	struct span disclosures[SD_JWT_DISCLOSURES_MAX];
	size_t count;
	struct span presented; /* all of it up to and with the last '~' */
	struct span binding; /* the key binding's JWT; of length 0: none */
};

/* NULL and *out filled, or why it is no presentation: a constant word. */
MUST_CHECK const char *sd_jwt_split(const char *text, size_t len, struct sd_jwt *out);

/*
 * Put every disclosure into the issuer's claims, which are changed in place, and take away all
 * digests (RFC 9901 section 7.1). NULL, or why it is refused: a constant word; then the claims are
 * worth nothing.
 */
MUST_CHECK const char *sd_jwt_disclose(const struct sd_jwt *sd_jwt, json_t *claims);

/* True for a claim that counts only where the issuer signed it in clear. */
bool sd_jwt_is_clear_claim(const char *name);

#define SD_JWT_DIGEST_LEN 43 /* characters of SHA-256 in base64url */

/* False: no memory. */
MUST_CHECK bool sd_jwt_digest(struct span text, char digest[SD_JWT_DIGEST_LEN + 1]);

#endif
