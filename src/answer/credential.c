/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/credential.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "answer/jws.h"
#include "answer/key_binding.h"
#include "answer/sd_jwt.h"
#include "answer/strict_json.h"

_Static_assert(CREDENTIAL_MAX_LEN == SD_JWT_MAX_LEN, "one bound of a presentation");

#define INDEX_MAX INT64_C(0xffffffff)

static const char *const check_names[] = {
	[CREDENTIAL_SOUND] = "none",
	[CREDENTIAL_FORM] = "form",
	[CREDENTIAL_HEADER] = "header",
	[CREDENTIAL_KEY] = "key",
	[CREDENTIAL_SIGNATURE] = "signature",
	[CREDENTIAL_JSON] = "json",
	[CREDENTIAL_DISCLOSURES] = "disclosures",
	[CREDENTIAL_ISSUER] = "issuer",
	[CREDENTIAL_TYPE] = "type",
	[CREDENTIAL_TIME] = "time",
	[CREDENTIAL_BINDING] = "binding",
	[CREDENTIAL_PRESENTED] = "presented",
	[CREDENTIAL_AUDIENCE] = "audience",
	[CREDENTIAL_NONCE] = "nonce",
	[CREDENTIAL_FRESHNESS] = "freshness",
	[CREDENTIAL_STATUS] = "status",
};

const char *credential_check_name(enum credential_check check)
{
	return check_names[check];
}

/* The issuer's claims that stand in clear; the strings belong to the JSON document. */
struct clear {
	const char *iss, *vct;
	int64_t iat, exp;
	int64_t nbf; /* 0 if absent */
	const char *status_uri; /* NULL: the card has no status */
	int64_t status_index;
};

static struct credential_finding finding(enum credential_check failed, const char *why)
{
	return (struct credential_finding){ failed, why };
}

/* A status by another mechanism than a list is one that cannot be looked up: it is refused. */
static bool read_status(const json_t *claims, struct clear *clear)
{
	const json_t *status = json_object_get(claims, "status");
	const json_t *list = json_object_get(status, "status_list");
	const json_t *index = json_object_get(list, "idx");

	clear->status_uri = strict_json_text(list, "uri");
	clear->status_index = json_integer_value(index);
	return status == NULL ||
	       (clear->status_uri != NULL && json_is_integer(index) && clear->status_index >= 0 &&
		       clear->status_index <= INDEX_MAX);
}

static const char *read_clear(const json_t *claims, struct clear *clear)
{
	clear->iss = strict_json_text(claims, "iss");
	clear->vct = strict_json_text(claims, "vct");
	clear->nbf = 0;
	if (clear->iss == NULL || clear->vct == NULL)
		return "claim-missing";
	if (!strict_json_time(claims, "iat", &clear->iat) ||
		!strict_json_time(claims, "exp", &clear->exp))
		return "time-missing";
	if (json_object_get(claims, "nbf") != NULL && !strict_json_time(claims, "nbf", &clear->nbf))
		return "time-missing";
	return read_status(claims, clear) ? NULL : "status-malformed";
}

static bool is_expected(const char *claim, const char *expected)
{
	return expected != NULL && expected[0] != '\0' && strcmp(claim, expected) == 0;
}

/* The times lie in 0..STRICT_JSON_TIME_MAX, so that no difference of two of them overflows. */
static const char *check_time(const struct clear *clear, const struct credential_expectation *want)
{
	if (clear->iat - CREDENTIAL_CLOCK_SKEW > want->now ||
		clear->nbf - CREDENTIAL_CLOCK_SKEW > want->now)
		return "not-yet-valid";
	if (clear->exp <= want->now)
		return "expired";
	if (clear->exp <= clear->iat)
		return "expires-before-it-begins";
	return clear->exp - clear->iat > want->max_lifetime ? "too-long-a-life" : NULL;
}

static const struct status_list *list_of(const char *uri, const struct credential_expectation *want)
{
	for (size_t i = 0; i < want->status_list_count; i++) {
		if (strcmp(status_list_uri(want->status_lists[i]), uri) == 0)
			return want->status_lists[i];
	}
	return NULL;
}

static const char *check_status(
	const struct clear *clear, const struct credential_expectation *want)
{
	const struct status_list *list;

	if (clear->status_uri == NULL)
		return want->status_required ? "no-status" : NULL;
	if (want->status_list_count == 0)
		return "no-status-list";
	list = list_of(clear->status_uri, want);
	if (list == NULL)
		return "other-status-list";
	if (status_list_ends_at(list) <= want->now)
		return "stale-status-list";
	switch (status_list_at(list, (uint32_t)clear->status_index)) {
	case STATUS_VALID:
		return NULL;
	case STATUS_REVOKED:
		return "revoked";
	case STATUS_SUSPENDED:
		return "suspended";
	case STATUS_NOT_LISTED:
		return "not-listed";
	case STATUS_OTHER:
		break;
	}
	return "unknown-status";
}

/* Checks 2 to 4; the payload is the caller's. */
static struct credential_finding check_signature(struct span token, const struct key_set *keys,
	const struct credential_expectation *want, struct jws_verified *verified)
{
	const struct jws_rules rules = { .typ = want->typ, .algorithms = want->algorithms };

	memset(verified, 0, sizeof(*verified));
	if (want->typ == NULL || want->typ[0] == '\0')
		return finding(CREDENTIAL_HEADER, "header");
	switch (jws_verify(token.data, token.len, keys, &rules, verified, NULL)) {
	case CHECK_NONE:
		return finding(CREDENTIAL_SOUND, NULL);
	case CHECK_FORM:
		return finding(CREDENTIAL_FORM, "token-malformed");
	case CHECK_HEADER:
		return finding(CREDENTIAL_HEADER, "header");
	case CHECK_KEY:
		return finding(CREDENTIAL_KEY, "no-such-key");
	case CHECK_SIGNATURE:
	case CHECK_JSON:
	case CHECK_ISSUER:
	case CHECK_AUDIENCE:
	case CHECK_QUESTION:
	case CHECK_SUBJECT:
	case CHECK_TIME:
	case CHECK_RESULT:
		break;
	}
	return finding(CREDENTIAL_SIGNATURE, "other-signature");
}

/* Checks 5 to 9 and 15, those of the issuer's claims; the binding is looked at in between. */
static struct credential_finding check_claims(const struct sd_jwt *sd_jwt, json_t *claims,
	const struct credential_expectation *want, struct clear *clear)
{
	struct credential_finding bound;
	const char *why = read_clear(claims, clear);

	if (why != NULL)
		return finding(CREDENTIAL_JSON, why);
	why = sd_jwt_disclose(sd_jwt, claims);
	if (why != NULL)
		return finding(CREDENTIAL_DISCLOSURES, why);
	if (!is_expected(clear->iss, want->issuer))
		return finding(CREDENTIAL_ISSUER, "other-issuer");
	if (!is_expected(clear->vct, want->vct))
		return finding(CREDENTIAL_TYPE, "other-type");
	why = check_time(clear, want);
	if (why != NULL)
		return finding(CREDENTIAL_TIME, why);
	bound = key_binding_check(sd_jwt, json_object_get(claims, "cnf"), want);
	if (bound.failed != CREDENTIAL_SOUND)
		return bound;
	why = check_status(clear, want);
	return why != NULL ? finding(CREDENTIAL_STATUS, why) : bound;
}

/* What says something of the person is left. */
static void leave_person(json_t *claims)
{
	const char *name;
	json_t *value;
	void *next;

	json_object_foreach_safe(claims, next, name, value)
	{
		if (sd_jwt_is_clear_claim(name))
			(void)json_object_del(claims, name);
	}
}

struct credential_finding credential_verify(const char *text, size_t len,
	const struct key_set *keys, const struct credential_expectation *want,
	struct credential *out)
{
	json_t *claims CLEANUP(strict_json_drop) = NULL;
	struct credential_finding found;
	struct jws_verified verified;
	struct clear clear;
	struct sd_jwt sd_jwt;
	const char *why = sd_jwt_split(text, len, &sd_jwt);

	memset(out, 0, sizeof(*out));
	if (why != NULL)
		return finding(CREDENTIAL_FORM, why);
	found = check_signature(sd_jwt.token, keys, want, &verified);
	if (found.failed != CREDENTIAL_SOUND)
		return found;
	claims = strict_json_object(verified.payload, verified.payload_len, NULL);
	OPENSSL_cleanse(verified.payload, verified.payload_len);
	free(verified.payload);
	if (claims == NULL)
		return finding(CREDENTIAL_JSON, "not-json");
	found = check_claims(&sd_jwt, claims, want, &clear);
	if (found.failed != CREDENTIAL_SOUND)
		return found;
	out->issued_at = clear.iat;
	out->expires_at = clear.exp;
	out->bound = json_object_get(claims, "cnf") != NULL;
	memcpy(out->thumbprint, verified.thumbprint, KEY_THUMBPRINT_LEN);
	leave_person(claims);
	out->claims = json_incref(claims);
	return found;
}

void credential_clear(struct credential *credential)
{
	json_decref(credential->claims);
	memset(credential, 0, sizeof(*credential));
}
