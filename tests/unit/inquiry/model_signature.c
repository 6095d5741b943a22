/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model_signature.c - in the place of Ed25519, which would take four fifths of the time of the
 * model's test: a mark of the key and the message, which nobody in that test forges. What a
 * signature is worth is the matter of tests/unit/answer. By the linker, --wrap.
 */
#include <string.h>

#include <openssl/evp.h>

#include "base/base.h"

#define MARK_LEN 64 /* octets, as Ed25519's */

int __wrap_EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *out, size_t *out_len,
	const unsigned char *message, size_t len);
int __wrap_EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *signature, size_t signature_len,
	const unsigned char *message, size_t len);

/* FNV-1a */
static uint64_t hash(uint64_t hash, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * UINT64_C(1099511628211);
	return hash;
}

static bool mark(EVP_MD_CTX *ctx, const unsigned char *message, size_t len, unsigned char *out)
{
	unsigned char key[32];
	size_t key_len = sizeof(key);
	uint64_t made;

	if (EVP_PKEY_get_raw_public_key(
		    EVP_PKEY_CTX_get0_pkey(EVP_MD_CTX_get_pkey_ctx(ctx)), key, &key_len) != 1)
		return false;
	made = hash(hash(UINT64_C(14695981039346656037), key, key_len), message, len);
	memset(out, 0, MARK_LEN);
	memcpy(out, &made, sizeof(made));
	return true;
}

int __wrap_EVP_DigestSign(EVP_MD_CTX *ctx, unsigned char *out, size_t *out_len,
	const unsigned char *message, size_t len)
{
	*out_len = MARK_LEN;
	return mark(ctx, message, len, out);
}

int __wrap_EVP_DigestVerify(EVP_MD_CTX *ctx, const unsigned char *signature, size_t signature_len,
	const unsigned char *message, size_t len)
{
	unsigned char made[MARK_LEN];

	return signature_len == MARK_LEN && mark(ctx, message, len, made) &&
	       memcmp(made, signature, MARK_LEN) == 0;
}
