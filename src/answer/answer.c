/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/answer.h"

#include <stdlib.h>
#include <string.h>

#include "answer/strict_json.h"

#define SIM_SALE_MEMBERS 3 /* subject, result, reason; another one may mean another thing */

#define FORM(form) (1u << SUBJECT_##form)
#define WITH_TOKEN (FORM(TOKEN) | FORM(TOKEN_DOCUMENT))
#define WITH_DOCUMENT (FORM(DOCUMENT) | FORM(TOKEN_DOCUMENT))
#define ANY_FORM (WITH_TOKEN | WITH_DOCUMENT)

/* What the service says, word by word; anything that is not a row here is not understood. */
static const struct verdict {
	const char *result_word;
	const char *reason_word;
	enum result result;
	enum reason reason;
	unsigned forms; /* bits of enum subject_form: the questions that can have it */
} verdicts[] = {
	{ "yes", "match", RESULT_YES, REASON_MATCH, ANY_FORM },
	{ "no", "no_match", RESULT_NO, REASON_NO_MATCH, WITH_TOKEN },
	{ "no", "not_enrolled", RESULT_NO, REASON_NOT_ENROLLED, ANY_FORM },
	{ "no", "document_invalid", RESULT_NO, REASON_DOCUMENT_INVALID, WITH_DOCUMENT },
	{ "no", "id_locked", RESULT_NO, REASON_ID_LOCKED, ANY_FORM },
	{ "no", "id_blocked", RESULT_NO, REASON_ID_BLOCKED, ANY_FORM },
	{ "no", "too_soon", RESULT_NO, REASON_TOO_SOON, ANY_FORM },
	{ "no", "consent_missing", RESULT_NO, REASON_CONSENT_MISSING, ANY_FORM },
	{ "undetermined", "technical", RESULT_UNDETERMINED, REASON_SERVICE_UNAVAILABLE, ANY_FORM },
	{ "undetermined", "token_used", RESULT_UNDETERMINED, REASON_TOKEN_USED, WITH_TOKEN },
	{ "undetermined", "document_mismatch", RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH,
		WITH_DOCUMENT },
};

static const char *const form_names[SUBJECT_FORMS] = {
	[SUBJECT_DOCUMENT] = "document",
	[SUBJECT_TOKEN] = "token",
	[SUBJECT_TOKEN_DOCUMENT] = "token+document",
};

const char *subject_form_name(enum subject_form form)
{
	return form_names[form];
}

bool subject_form_of_name(const char *name, enum subject_form *form)
{
	for (enum subject_form each = 0; each < SUBJECT_FORMS; each++) {
		if (strcmp(form_names[each], name) == 0) {
			*form = each;
			return true;
		}
	}
	return false;
}

/* The claims that are looked at; the strings belong to the JSON document. */
struct claims {
	const char *iss, *aud, *sbj, *txn, *nonce;
	const char *form_word, *result_word, *reason_word;
	int64_t iat, exp;
	int64_t nbf; /* 0 if absent */
};

static bool read_text(const json_t *object, const char *name, const char **text)
{
	*text = strict_json_text(object, name);
	return *text != NULL;
}

/* `jti` and `nbf` may be absent, the rest may not. */
static bool read_claims(const json_t *document, struct claims *claims)
{
	const json_t *sim_sale = json_object_get(document, "sim_sale");
	const json_t *jti = json_object_get(document, "jti");

	if (jti != NULL && !json_is_string(jti))
		return false;
	claims->nbf = 0;
	if (json_object_get(document, "nbf") != NULL &&
		!strict_json_time(document, "nbf", &claims->nbf))
		return false;
	return read_text(document, "iss", &claims->iss) &&
	       read_text(document, "aud", &claims->aud) &&
	       read_text(document, "sbj", &claims->sbj) &&
	       read_text(document, "txn", &claims->txn) &&
	       read_text(document, "nonce", &claims->nonce) &&
	       strict_json_time(document, "iat", &claims->iat) &&
	       strict_json_time(document, "exp", &claims->exp) &&
	       json_object_size(sim_sale) == SIM_SALE_MEMBERS &&
	       read_text(sim_sale, "subject", &claims->form_word) &&
	       read_text(sim_sale, "result", &claims->result_word) &&
	       read_text(sim_sale, "reason", &claims->reason_word);
}

/* An expectation that was left empty must not be met by a claim that is empty too. */
static bool is_expected(const char *claim, const char *expected)
{
	return expected != NULL && expected[0] != '\0' && strcmp(claim, expected) == 0;
}

static bool answers_question(const struct claims *claims, const struct answer_expectation *want)
{
	if (want->txn == NULL && want->nonce == NULL)
		return true;
	return is_expected(claims->txn, want->txn) && is_expected(claims->nonce, want->nonce);
}

/* The times lie in 0..STRICT_JSON_TIME_MAX, so that no difference of two of them overflows. */
static bool is_in_time(const struct claims *claims, const struct answer_expectation *want)
{
	return claims->iat - ANSWER_CLOCK_SKEW <= want->now &&
	       claims->nbf - ANSWER_CLOCK_SKEW <= want->now && claims->exp > want->now &&
	       claims->exp > claims->iat && claims->exp - claims->iat <= want->max_lifetime;
}

/* In the same second nobody can tell which was first: then the refusal counts. */
static bool is_overtaken(const struct claims *claims, const struct verdict *verdict,
	const struct answer_expectation *want)
{
	return verdict != NULL && verdict->result == RESULT_YES && want->refused_at != 0 &&
	       claims->iat <= want->refused_at;
}

/* What was asked, and a reason that such a question can have. */
static bool is_of_form(const struct verdict *verdict, const struct claims *claims,
	const struct answer_expectation *want)
{
	return strcmp(claims->form_word, form_names[want->form]) == 0 &&
	       (verdict->forms & 1u << want->form) != 0;
}

static const struct verdict *verdict_of(const struct claims *claims)
{
	for (size_t i = 0; i < ARRAY_LEN(verdicts); i++) {
		if (strcmp(claims->result_word, verdicts[i].result_word) == 0 &&
			strcmp(claims->reason_word, verdicts[i].reason_word) == 0)
			return &verdicts[i];
	}
	return NULL;
}

/* Checks 6 to 11, in their order. */
static enum answer_check check_claims(
	const struct claims *claims, const struct answer_expectation *want, struct answer *out)
{
	const struct verdict *verdict = verdict_of(claims);

	if (!is_expected(claims->iss, want->issuer))
		return CHECK_ISSUER;
	if (!is_expected(claims->aud, want->audience))
		return CHECK_AUDIENCE;
	if (!answers_question(claims, want))
		return CHECK_QUESTION;
	if (!is_expected(claims->sbj, want->subject))
		return CHECK_SUBJECT;
	out->issued_at = claims->iat;
	out->expires_at = claims->exp;
	if (!is_in_time(claims, want) || is_overtaken(claims, verdict, want))
		return CHECK_TIME;
	if (verdict == NULL || !is_of_form(verdict, claims, want)) {
		memset(out, 0, sizeof(*out));
		return CHECK_RESULT;
	}
	out->result = verdict->result;
	out->reason = verdict->reason;
	out->form = want->form;
	return CHECK_NONE;
}

static void drop_verified(struct jws_verified *verified)
{
	free(verified->payload);
}

enum answer_check answer_verify(const char *token, size_t len, const struct key_set *keys,
	const struct answer_expectation *expectation, struct answer *out, bool *unknown_kid)
{
	const struct jws_rules rules = {
		.typ = ANSWER_TYP,
		.algorithms = expectation->algorithms,
	};
	struct jws_verified verified CLEANUP(drop_verified) = { .payload = NULL };
	json_t *document CLEANUP(strict_json_drop) = NULL;
	enum answer_check failed;
	struct claims claims;

	memset(out, 0, sizeof(*out));
	failed = jws_verify(token, len, keys, &rules, &verified, unknown_kid);
	if (failed != CHECK_NONE)
		return failed;
	document = strict_json_object(verified.payload, verified.payload_len, NULL);
	if (document == NULL || !read_claims(document, &claims))
		return CHECK_JSON;
	failed = check_claims(&claims, expectation, out);
	if (failed == CHECK_NONE)
		memcpy(out->thumbprint, verified.thumbprint, KEY_THUMBPRINT_LEN);
	return failed;
}
