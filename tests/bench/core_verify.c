/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * core_verify.c - answer_verify() of an ES256 answer against OpenSSL's bare verification with an
 * equal key (as `openssl speed ecdsap256` does it: a digest of 32 octets, the context made once).
 * Both alternate in one process, so that the machine's moods fall on both.
 */
#include "core_bench.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "measure.h"
#include "sign.h"

#define CALLS 200 /* in a round, about 15 ms */
#define NOW INT64_C(1767225600)

static const struct sign_claims claims = {
	.iss = "https://id.example",
	.aud = "operator-example",
	.sbj = "Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ",
	.txn = "0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77",
	.nonce = "q83vEjRWeJCrze8SNFZ4kA",
	.jti = "a1",
	.subject = "document",
	.result = "yes",
	.reason = "match",
	.iat = NOW - 1,
	.exp = NOW + 3599,
};

static const struct answer_expectation expectation = {
	.issuer = "https://id.example",
	.audience = "operator-example",
	.subject = "Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ",
	.txn = "0190b8a2-7d3e-7c3a-9a44-2b1f0c9d8e77",
	.nonce = "q83vEjRWeJCrze8SNFZ4kA",
	.now = NOW,
	.max_lifetime = 3600,
	.algorithms = JWS_DEFAULT_ALGORITHMS,
};

struct verify {
	/* ours */
	char *token;
	struct key_set *keys;
	/* bare */
	EVP_PKEY *key;
	EVP_PKEY_CTX *context;
	uint8_t digest[32], signature[80];
	size_t signature_len;
	bool failed;
};

static void ours(void *ctx)
{
	struct verify *verify = ctx;
	struct answer answer;
	bool unknown_kid;

	if (answer_verify(verify->token, strlen(verify->token), verify->keys, &expectation, &answer,
		    &unknown_kid) != CHECK_NONE)
		verify->failed = true;
}

static void bare(void *ctx)
{
	struct verify *verify = ctx;

	if (EVP_PKEY_verify(verify->context, verify->signature, verify->signature_len,
		    verify->digest, sizeof(verify->digest)) != 1)
		verify->failed = true;
}

static void prepare_ours(struct verify *verify)
{
	struct signer *signer = signer_new(JWS_ES256, "k1");
	const struct signer *const signers[] = { signer };

	verify->token = sign_answer(signer, &claims);
	verify->keys = signer_key_set(signers, 1);
	signer_free(signer);
}

static bool prepare_bare(struct verify *verify)
{
	EVP_PKEY_CTX *signing;
	bool fine;

	memset(verify->digest, 0x5a, sizeof(verify->digest));
	verify->key = EVP_EC_gen("P-256");
	verify->signature_len = sizeof(verify->signature);
	signing = verify->key ? EVP_PKEY_CTX_new(verify->key, NULL) : NULL;
	fine = signing && EVP_PKEY_sign_init(signing) == 1 &&
	       EVP_PKEY_sign(signing, verify->signature, &verify->signature_len, verify->digest,
		       sizeof(verify->digest)) == 1;
	EVP_PKEY_CTX_free(signing);
	verify->context = fine ? EVP_PKEY_CTX_new(verify->key, NULL) : NULL;
	return verify->context && EVP_PKEY_verify_init(verify->context) == 1;
}

bool bench_verify(unsigned rounds)
{
	struct verify verify = { 0 };
	double *of_ours = calloc(rounds, sizeof(*of_ours));
	double *of_bare = calloc(rounds, sizeof(*of_bare));
	bool fine;

	prepare_ours(&verify);
	fine = of_ours && of_bare && prepare_bare(&verify);
	for (unsigned i = 0; fine && i < rounds; i++) {
		of_bare[i] = nanoseconds_per_call(bare, &verify, CALLS);
		of_ours[i] = nanoseconds_per_call(ours, &verify, CALLS);
		fine = !verify.failed;
	}
	if (fine)
		printf(", \"core_verify_us\": %.3f, \"openssl_verify_us\": %.3f"
		       ", \"core_verify_vs_openssl\": %.4f",
			measure_median(of_ours, rounds) / 1e3,
			measure_median(of_bare, rounds) / 1e3,
			measure_median(of_ours, rounds) / measure_median(of_bare, rounds));
	else
		printf(", \"core_verify_vs_openssl\": null");
	if (!fine)
		fprintf(stderr, "core_bench: a signature that is right was not verified\n");
	EVP_PKEY_CTX_free(verify.context);
	EVP_PKEY_free(verify.key);
	key_set_unref(verify.keys);
	free(verify.token);
	free(of_ours);
	free(of_bare);
	return fine;
}
