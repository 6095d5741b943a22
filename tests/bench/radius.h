/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * radius.h - as much of RADIUS (RFC 2865, Message-Authenticator of RFC 3579 section 3.2) as a load
 * generator needs: write an Access-Request, check and read a reply. Not thread-safe.
 */
#ifndef BENCH_RADIUS_H
#define BENCH_RADIUS_H

#include "base/base.h"

#include <openssl/evp.h>

#define RADIUS_PACKET_MAX 4096
#define RADIUS_HEADER_LEN 20
#define RADIUS_AUTH_LEN 16
#define RADIUS_VALUE_MAX 253
#define RADIUS_VENDOR_VALUE_MAX 247
#define RADIUS_HIDDEN_MAX 128
#define RADIUS_VENDOR 32473 /* as in config/dictionary.migrantid */

enum radius_code {
	RADIUS_ACCESS_REQUEST = 1,
	RADIUS_ACCESS_ACCEPT = 2,
	RADIUS_ACCESS_REJECT = 3,
	RADIUS_ACCESS_CHALLENGE = 11,
};

/* The shared secret, and the digests made ready once. */
struct radius_secret {
	const char *text; /* borrowed */
	size_t len;
	EVP_MD *md5;
	EVP_MD_CTX *digest;
	EVP_MAC_CTX *hmac;
};

struct radius_packet {
	uint8_t data[RADIUS_PACKET_MAX];
	size_t len;
	bool failed; /* something did not fit, or a digest failed; the packet may not be sent */
};

struct radius_attribute {
	uint8_t number;
	bool vendor; /* of RADIUS_VENDOR, else a standard one */
	bool hidden; /* encrypt=1 in the dictionary */
};

MUST_CHECK bool radius_secret_open(struct radius_secret *secret, const char *text);
void radius_secret_close(struct radius_secret *secret);

/* Begin an Access-Request; the Message-Authenticator's place is its first attribute. */
void radius_begin(
	struct radius_packet *packet, uint8_t id, const uint8_t authenticator[RADIUS_AUTH_LEN]);
void radius_add(struct radius_packet *packet, const struct radius_secret *secret,
	struct radius_attribute attribute, const void *value, size_t len);
/* Fill in length and Message-Authenticator. False if anything failed since radius_begin(). */
MUST_CHECK bool radius_sign(struct radius_packet *packet, const struct radius_secret *secret);

/*
 * Is this the whole, sound and authentic reply to the request with that authenticator? A reply
 * without a Message-Authenticator is accepted only if the caller needs none. `data` is as it was
 * when it returns.
 */
MUST_CHECK bool radius_reply_ok(uint8_t *data, size_t len, const uint8_t request[RADIUS_AUTH_LEN],
	const struct radius_secret *secret, bool need_signature);

/* The first value of that attribute in a packet that radius_reply_ok() found sound, else NULL. */
const uint8_t *radius_find(const uint8_t *data, struct radius_attribute attribute, size_t *len);
/* Likewise an integer; `absent` if it is not there or is none. */
uint32_t radius_find_integer(
	const uint8_t *data, struct radius_attribute attribute, uint32_t absent);

#endif
