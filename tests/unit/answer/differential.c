/* SPDX-License-Identifier: GPL-2.0-or-later */
#define OPENSSL_SUPPRESS_DEPRECATED /* RAND_set_rand_method(): two lines instead of a provider */

#include "differential.h"

#include <openssl/rand.h>

struct subject subjects[SUBJECTS];

static uint64_t random_state = 2026;

void random_seed(uint64_t seed)
{
	random_state = seed;
}

/* splitmix64 */
static uint64_t random_number(void)
{
	uint64_t z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

size_t random_below(size_t bound)
{
	return (size_t)(random_number() % bound);
}

static int random_octets(unsigned char *out, int len)
{
	for (int i = 0; i < len; i++)
		out[i] = (unsigned char)random_number();
	return 1;
}

static int random_status(void)
{
	return 1;
}

static const RAND_METHOD from_seed = {
	.bytes = random_octets,
	.pseudorand = random_octets,
	.status = random_status,
};

int random_begin(void **state)
{
	static const enum jws_algorithm algorithms[SUBJECTS] = {
		[ES256] = JWS_ES256,
		[PS256] = JWS_PS256,
		[RS256] = JWS_RS256,
		[ED25519] = JWS_EDDSA,
	};

	(void)state;
	if (RAND_set_rand_method(&from_seed) != 1)
		return -1;
	for (size_t i = 0; i < SUBJECTS; i++)
		subjects[i] = subject_new(algorithms[i]);
	return 0;
}

int random_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++)
		subject_drop(&subjects[i]);
	compare_report();
	return 0;
}

char *text_of(const char *format, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	return text;
}

char *right_header(const struct subject *subject, const char *more)
{
	return text_of("{\"alg\":\"%s\",\"kid\":\"" COMPARE_KID "\",\"typ\":\"" ANSWER_TYP "\"%s}",
		jws_algorithm_name(subject->algorithm), more);
}

/* The jti, which nobody looks at, makes each token another one, in length too. */
char *right_payload(void)
{
	struct sign_claims claims = right_claims;
	char jti[64] = "", *text;
	json_t *json;

	for (size_t i = random_below(sizeof(jti) - 1); i-- > 0;)
		jti[i] = (char)('a' + random_below(26));
	claims.jti = jti;
	json = sign_claims_json(&claims);
	text = json_dumps(json, JSON_COMPACT);
	json_decref(json);
	assert_non_null(text);
	return text;
}

char *input_of(const struct subject *subject, const char *header)
{
	char *own = header == NULL ? right_header(subject, "") : NULL;
	char *payload = right_payload(), *input;

	header = header != NULL ? header : own;
	input = sign_input(header, strlen(header), payload, strlen(payload));
	free(own);
	free(payload);
	return input;
}

char *signed_as(const struct signer *signer, enum jws_algorithm algorithm, char *input)
{
	uint8_t signature[SIGN_MAX];
	size_t len = sign_octets(signer, algorithm, input, strlen(input), signature);
	char *token = sign_join(input, signature, len);

	free(input);
	return token;
}

char *signed_text(const struct subject *subject, char *input)
{
	return signed_as(subject->signer, subject->algorithm, input);
}

char *right_token(const struct subject *subject)
{
	return signed_text(subject, input_of(subject, NULL));
}
