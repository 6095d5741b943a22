/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "question.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/base64url.h"

#define TXN_LEN 36
#define TEXT_MAX 255

static bool is_uuid(const char *text)
{
	if (strlen(text) != TXN_LEN)
		return false;
	for (size_t i = 0; i < TXN_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
			return false;
	}
	return true;
}

static bool is_base64url_of(const char *text, size_t octets)
{
	uint8_t out[64];
	size_t len;

	return base64url_decode(text, strlen(text), out, sizeof(out), &len) && len == octets;
}

static bool is_text(const char *text)
{
	return text[0] != '\0' && strlen(text) <= TEXT_MAX;
}

static bool read_subject(json_t *subject, struct asked *out)
{
	if (json_unpack(subject, "{s:s !}", "token", &out->token) == 0)
		return is_text(out->token);
	out->token = NULL;
	return json_unpack(subject, "{s:{s:s, s:s, s:s !}, s:s, s:s !}", "document", "type",
		       &out->type, "issuer", &out->issuer, "number", &out->number, "nationality",
		       &out->nationality, "date_of_birth", &out->birth) == 0 &&
	       is_text(out->type) && is_text(out->issuer) && is_text(out->number) &&
	       is_text(out->nationality) && is_text(out->birth);
}

unsigned asked_read(const char *body, size_t len, const char *idempotency_key, struct asked *out,
		    const char **detail)
{
	const char *purpose, *consent_text;
	json_t *subject;
	int given;
	char expected[TXN_LEN + 3];

	*out = (struct asked){ .body = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL) };
	*detail = "the body is not strict JSON";
	if (out->body == NULL)
		return 400;
	*detail = "the members are not those of the contract";
	if (json_unpack(out->body, "{s:s, s:s, s:s, s:o, s:s, s:{s:b, s:s !} !}", "txn", &out->txn,
		    "nonce", &out->nonce, "purpose", &purpose, "subject", &subject, "sbj",
		    &out->sbj, "consent", "given", &given, "text", &consent_text) != 0 ||
		!read_subject(subject, out))
		return 422;
	*detail = "txn, nonce, sbj or purpose has another form";
	if (!is_uuid(out->txn) || !is_base64url_of(out->nonce, 16) ||
		!is_base64url_of(out->sbj, 32) || strcmp(purpose, "sim-sale") != 0)
		return 422;
	*detail = "the Idempotency-Key is not the txn in quotes";
	(void)snprintf(expected, sizeof(expected), "\"%s\"", out->txn);
	if (idempotency_key == NULL || strcmp(idempotency_key, expected) != 0)
		return 400;
	out->consent = given != 0 && is_text(consent_text);
	return 0;
}

void asked_clear(struct asked *asked)
{
	json_decref(asked->body);
	*asked = (struct asked){ .body = NULL };
}
