/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * peers.h - two other implementations of JWS, asked whether they accept a token: cjose and
 * libjose. They know neither Ed25519 nor what an answer must say; they are given the one key.
 */
#ifndef MIGRANTID_TEST_PEERS_H
#define MIGRANTID_TEST_PEERS_H

#include "answer/jwks.h"
#include "base/base.h"

enum peer { PEER_CJOSE, PEER_LIBJOSE, PEERS };

struct peer_key; /* one public key, as each of them holds it */

const char *peer_name(enum peer peer);

/* From a JWK as text. A peer that does not take the key accepts nothing with it. */
struct peer_key *peer_key_new(const char *jwk);
void peer_key_free(struct peer_key *key); /* NULL is fine */

/* Both know ES256, PS256 and RS256, neither knows Ed25519. */
static inline bool peers_know(enum jws_algorithm algorithm)
{
	return algorithm != JWS_EDDSA && algorithm != JWS_NO_ALGORITHM;
}

/* Leaves OpenSSL's error queue empty. */
MUST_CHECK bool peer_accepts(
	enum peer peer, const struct peer_key *key, const char *token, size_t len);

#endif
