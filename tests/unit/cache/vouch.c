/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vouch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY 86400

static const char *or_else(const char *text, const char *other)
{
	return text != NULL ? text : other;
}

/* Written by hand: the test of the model makes tens of thousands. */
char *vouch_sign(const struct signer *signer, const struct vouch *vouch)
{
	char payload[1024], *header = sign_header(signer), *token;
	int len = snprintf(payload, sizeof(payload),
		"{\"iss\":\"%s\",\"aud\":\"%s\",\"iat\":%lld,\"exp\":%lld,\"txn\":\"%s\","
		"\"nonce\":\"%s\",\"sbj\":\"%s\",\"sim_sale\":{\"subject\":\"%s\","
		"\"result\":\"%s\",\"reason\":\"%s\"}}",
		or_else(vouch->iss, VOUCH_ISSUER), or_else(vouch->aud, VOUCH_AUDIENCE),
		(long long)vouch->iat, (long long)(vouch->exp != 0 ? vouch->exp : vouch->iat + DAY),
		vouch->txn, vouch->nonce, vouch->sbj, subject_form_name(vouch->form), vouch->result,
		vouch->reason);

	if (header == NULL || len < 0 || (size_t)len >= sizeof(payload))
		abort();
	token = sign_token(signer, header, payload);
	free(header);
	return token;
}

bool vouch_member(const char *body, const char *name, char *out, size_t size)
{
	char mark[32];
	const char *found;
	size_t len;

	(void)snprintf(mark, sizeof(mark), "\"%s\":\"", name);
	found = strstr(body, mark);
	if (found == NULL)
		return false;
	found += strlen(mark);
	len = strcspn(found, "\"");
	if (len >= size)
		return false;
	memcpy(out, found, len);
	out[len] = '\0';
	return true;
}

struct answer_policy *vouch_policy(struct key_set *keys, int64_t keep_yes)
{
	char issuer[] = VOUCH_ISSUER, audience[] = VOUCH_AUDIENCE;
	const struct answer_policy values = {
		.keys = keys,
		.issuer = issuer,
		.audience = audience,
		.algorithms = JWS_DEFAULT_ALGORITHMS,
		.max_lifetime = 30 * DAY,
		.keep_yes = keep_yes,
		.keep_no = 60,
		.keep_own_yes = 900,
	};
	struct answer_policy *policy = answer_policy_new(&values);

	if (policy == NULL)
		abort();
	return policy;
}
