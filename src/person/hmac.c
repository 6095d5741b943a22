/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t contexts; /* each thread's EVP_MAC_CTX */
static bool has_contexts;

static void free_context(void *context)
{
	EVP_MAC_CTX_free(context);
}

static void make_contexts(void)
{
	has_contexts = pthread_key_create(&contexts, free_context) == 0;
}

static EVP_MAC_CTX *new_context(void)
{
	char digest[] = "SHA256";
	const OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
					      OSSL_MAC_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *context = mac != NULL ? EVP_MAC_CTX_new(mac) : NULL;

	EVP_MAC_free(mac);
	if (context != NULL && EVP_MAC_CTX_set_params(context, params) == 1)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

static bool make(EVP_MAC_CTX *context, const void *key, size_t key_len, const void *data,
	size_t len, uint8_t out[HMAC_LEN])
{
	size_t out_len;

	return EVP_MAC_init(context, key, key_len, NULL) == 1 &&
	       EVP_MAC_update(context, data, len) == 1 &&
	       EVP_MAC_final(context, out, &out_len, HMAC_LEN) == 1 && out_len == HMAC_LEN;
}

/* What a context holds of key and data is overwritten by another key's. */
static bool wipe(EVP_MAC_CTX *context)
{
	static const uint8_t nobodys[HMAC_LEN];

	return EVP_MAC_init(context, nobodys, sizeof(nobodys), NULL) == 1;
}

static EVP_MAC_CTX *context_of_thread(void)
{
	EVP_MAC_CTX *context;

	(void)pthread_once(&once, make_contexts);
	if (!has_contexts)
		return NULL;
	context = pthread_getspecific(contexts);
	if (context != NULL)
		return context;
	context = new_context();
	if (context == NULL || pthread_setspecific(contexts, context) == 0)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

bool hmac_sha256(
	const void *key, size_t key_len, const void *data, size_t len, uint8_t out[HMAC_LEN])
{
	EVP_MAC_CTX *context = context_of_thread();
	bool made = context != NULL && make(context, key, key_len, data, len, out);
	bool wiped = context != NULL && wipe(context);

	if (context != NULL && !wiped) {
		(void)pthread_setspecific(contexts, NULL);
		EVP_MAC_CTX_free(context); /* which wipes it, too */
	}
	/* The server's own TLS reads this thread's queue of errors; leave it none of ours. */
	if (!made || !wiped)
		ERR_clear_error();
	if (!made)
		OPENSSL_cleanse(out, HMAC_LEN);
	return made;
}
