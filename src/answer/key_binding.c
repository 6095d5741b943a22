/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/key_binding.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer_internal.h"
#include "answer/jws.h"
#include "answer/strict_json.h"

#define KEY_BINDING_TYP "kb+jwt"

static const struct credential_finding sound = { CREDENTIAL_SOUND, NULL };

static struct credential_finding refused(const char *why)
{
	return (struct credential_finding){ CREDENTIAL_BINDING, why };
}

static void drop_set(struct key_set **set)
{
	key_set_unref(*set);
}

/* The key that the issuer bound the card to (RFC 7800 section 3.2), as a set of its own. */
static struct key_set *holder_key(const json_t *cnf)
{
	struct key_set *set = calloc(1, sizeof(*set) + sizeof(set->keys[0]));

	if (set == NULL)
		return NULL;
	atomic_init(&set->references, 1);
	(void)ERR_set_mark();
	set->count = key_read(json_object_get(cnf, "jwk"), &set->keys[0]) == NULL ? 1 : 0;
	(void)ERR_pop_to_mark();
	return set;
}

static const char *why_not_signed(enum answer_check failed)
{
	switch (failed) {
	case CHECK_FORM:
		return "binding-form";
	case CHECK_HEADER:
		return "binding-header";
	case CHECK_KEY:
		return "binding-key";
	case CHECK_SIGNATURE:
	case CHECK_NONE:
	case CHECK_JSON:
	case CHECK_ISSUER:
	case CHECK_AUDIENCE:
	case CHECK_QUESTION:
	case CHECK_SUBJECT:
	case CHECK_TIME:
	case CHECK_RESULT:
		break;
	}
	return "binding-signature";
}

/* The claims of a binding that the holder's key signed. */
static const char *open_binding(const struct span *binding, const json_t *cnf,
	const struct credential_expectation *want, json_t **claims)
{
	const struct jws_rules rules = {
		.typ = KEY_BINDING_TYP,
		.algorithms = want->algorithms,
		.kid_passed_over = true,
	};
	struct key_set *set CLEANUP(drop_set) = holder_key(cnf);
	struct jws_verified verified;
	enum answer_check failed;

	if (set == NULL)
		return "no-memory";
	if (set->count == 0)
		return "holder-key-unusable";
	failed = jws_verify(binding->data, binding->len, set, &rules, &verified, NULL);
	if (failed != CHECK_NONE)
		return why_not_signed(failed);
	*claims = strict_json_object(verified.payload, verified.payload_len, NULL);
	OPENSSL_cleanse(verified.payload, verified.payload_len);
	free(verified.payload);
	return *claims != NULL ? NULL : "binding-json";
}

static bool says(const json_t *claims, const char *name, const char *expected)
{
	const char *text = strict_json_text(claims, name);

	return text != NULL && expected != NULL && expected[0] != '\0' &&
	       strcmp(text, expected) == 0;
}

static bool is_whole(const struct sd_jwt *sd_jwt, const json_t *claims)
{
	char digest[SD_JWT_DIGEST_LEN + 1];

	return sd_jwt_digest(sd_jwt->presented, digest) && says(claims, "sd_hash", digest);
}

/* Checks 11 to 14, in their order. */
static struct credential_finding check_claims(const struct sd_jwt *sd_jwt, const json_t *claims,
	const struct credential_expectation *want)
{
	int64_t iat;

	if (!is_whole(sd_jwt, claims))
		return (struct credential_finding){ CREDENTIAL_PRESENTED, "other-sd-hash" };
	if (!says(claims, "aud", want->audience))
		return (struct credential_finding){ CREDENTIAL_AUDIENCE, "other-audience" };
	if (!says(claims, "nonce", want->nonce))
		return (struct credential_finding){ CREDENTIAL_NONCE, "other-nonce" };
	if (!strict_json_time(claims, "iat", &iat))
		return (struct credential_finding){ CREDENTIAL_FRESHNESS, "binding-time-missing" };
	if (iat - CREDENTIAL_CLOCK_SKEW > want->now)
		return (struct credential_finding){ CREDENTIAL_FRESHNESS, "binding-ahead" };
	if (iat + CREDENTIAL_BINDING_AGE < want->now)
		return (struct credential_finding){ CREDENTIAL_FRESHNESS, "binding-too-old" };
	return sound;
}

struct credential_finding key_binding_check(
	const struct sd_jwt *sd_jwt, const json_t *cnf, const struct credential_expectation *want)
{
	json_t *claims CLEANUP(strict_json_drop) = NULL;
	const char *why;

	if (cnf == NULL)
		return want->printed && sd_jwt->binding.len == 0 ? sound : refused("no-holder-key");
	if (sd_jwt->binding.len == 0)
		return refused("not-bound");
	why = open_binding(&sd_jwt->binding, cnf, want, &claims);
	return why != NULL ? refused(why) : check_claims(sd_jwt, claims, want);
}
