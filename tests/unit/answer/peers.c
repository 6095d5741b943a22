/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "peers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjose/cjose.h>
#include <jansson.h>
#include <jose/jws.h>
#include <openssl/err.h>

struct peer_key {
	cjose_jwk_t *cjose; /* NULL: not taken */
	json_t *libjose; /* it reads the key anew each time */
	jose_cfg_t *cfg;
};

const char *peer_name(enum peer peer)
{
	switch (peer) {
	case PEER_CJOSE:
		return "cjose";
	case PEER_LIBJOSE:
		return "libjose";
	case PEERS:
		break;
	}
	return "nobody";
}

/* Without one, libjose prints each refusal. */
static void say_nothing(
	void *misc, const char *file, int line, uint64_t err, const char *fmt, va_list ap)
{
	(void)misc;
	(void)file;
	(void)line;
	(void)err;
	(void)fmt;
	(void)ap;
}

struct peer_key *peer_key_new(const char *jwk)
{
	struct peer_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		abort();
	key->cjose = cjose_jwk_import(jwk, strlen(jwk), NULL);
	key->libjose = json_loads(jwk, 0, NULL);
	key->cfg = jose_cfg();
	if (key->libjose == NULL || key->cfg == NULL)
		abort();
	jose_cfg_set_err_func(key->cfg, say_nothing, NULL);
	ERR_clear_error();
	return key;
}

void peer_key_free(struct peer_key *key)
{
	if (key == NULL)
		return;
	(void)cjose_jwk_release(key->cjose);
	json_decref(key->libjose);
	jose_cfg_decref(key->cfg);
	free(key);
}

/*
 * An HMAC is not asked for: whatever the type of the key, cjose takes as many octets for the secret
 * as the key has, from where a struct of 16 lies, and reads past its heap block.
 */
static bool reads_past_block(cjose_jws_t *jws)
{
	const char *alg = cjose_header_get(cjose_jws_get_protected(jws), CJOSE_HDR_ALG, NULL);

	return alg == NULL || strncmp(alg, "HS", 2) == 0;
}

/*
 * One character beyond whole groups of four and then padding: on that cjose ends the process by an
 * assertion. What is behind the first '=' of a segment it does not read.
 */
static bool fails_assertion(const char *token, size_t len)
{
	size_t count = 0;
	bool padded = false;

	for (size_t i = 0; i <= len; i++) {
		if (i == len || token[i] == '.') {
			if (padded && count % 4 == 1)
				return true;
			count = 0;
			padded = false;
			continue;
		}
		padded |= token[i] == '=';
		count += !padded;
	}
	return false;
}

static bool cjose_accepts(const struct peer_key *key, const char *token, size_t len)
{
	cjose_jws_t *jws = fails_assertion(token, len) ? NULL : cjose_jws_import(token, len, NULL);
	bool good = jws != NULL && key->cjose != NULL && !reads_past_block(jws) &&
		    cjose_jws_verify(jws, key->cjose, NULL);

	cjose_jws_release(jws);
	return good;
}

/* libjose has no compact form: its command splits at the dots and hands over the segments. */
static bool libjose_accepts(const struct peer_key *key, const char *token, size_t len)
{
	const char *end = token + len, *first = memchr(token, '.', len), *second;
	json_t *jws;
	bool good;

	second = first != NULL ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
	if (second == NULL || memchr(second + 1, '.', (size_t)(end - second - 1)) != NULL)
		return false;
	jws = json_pack("{s:s%, s:s%, s:s%}", "protected", token, (size_t)(first - token),
		"payload", first + 1, (size_t)(second - first - 1), "signature", second + 1,
		(size_t)(end - second - 1));
	good = jws != NULL && jose_jws_ver(key->cfg, jws, NULL, key->libjose, false);
	json_decref(jws);
	return good;
}

bool peer_accepts(enum peer peer, const struct peer_key *key, const char *token, size_t len)
{
	bool good = peer == PEER_CJOSE ? cjose_accepts(key, token, len)
				       : libjose_accepts(key, token, len);

	ERR_clear_error();
	return good;
}
