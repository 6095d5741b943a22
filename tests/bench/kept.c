/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer.h"
#include "sign.h"

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
	.iat = KEPT_NOW - 1,
	.exp = KEPT_NOW + 3599,
};

static const struct answer_expectation expectation = {
	.issuer = "https://id.example",
	.audience = "operator-example",
	.subject = "Zm9yIHRlc3RzIG9ubHksIG5vYm9keSdzIHBzZXVkb255bQ",
	.now = KEPT_NOW,
	.max_lifetime = 3600,
	.algorithms = JWS_DEFAULT_ALGORITHMS,
};

bool kept_prepare(struct kept *kept)
{
	struct signer *signer = signer_new(JWS_ES256, "k1");
	const struct signer *const signers[] = { signer };
	char *token = sign_answer(signer, &claims);

	kept->keys = signer_key_set(signers, 1);
	signer_free(signer);
	kept->entry.stored_at = KEPT_NOW;
	kept->entry.keep_until = KEPT_NOW + 3599;
	kept->entry.token_len = strlen(token);
	memcpy(kept->entry.token, token, kept->entry.token_len);
	free(token);
	return kept_holds(kept, &kept->entry);
}

void kept_clear(struct kept *kept)
{
	key_set_unref(kept->keys);
	kept->keys = NULL;
}

/* The finisher of SplitMix64 spreads, and is one to one. */
void kept_key(uint64_t number, bool in_order, uint8_t key[PERSON_KEY_LEN])
{
	if (!in_order) {
		number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9u;
		number = (number ^ number >> 27) * 0x94d049bb133111ebu;
		number ^= number >> 31;
	}
	memset(key, 0x5a, PERSON_KEY_LEN);
	for (int i = 0; i < 8; i++)
		key[i] = (uint8_t)(number >> (56 - 8 * i));
}

bool kept_holds(const struct kept *kept, const struct entry *found)
{
	struct answer answer;

	return answer_verify(found->token, found->token_len, kept->keys, &expectation, &answer,
		       NULL) == CHECK_NONE;
}

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx, (void)severity, (void)line;
	(void)fprintf(stderr, "store_bench: %s%s%s\n", file != NULL ? file : "",
		file != NULL ? ": " : "", text);
}

const struct reporter kept_reporter = { say, NULL };
