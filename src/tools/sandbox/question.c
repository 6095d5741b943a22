/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "question.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#define TEXT_MAX 255

const char *form_name(enum form form)
{
	switch (form) {
	case FORM_DOCUMENT:
		return "document";
	case FORM_TOKEN:
		return "token";
	case FORM_TOKEN_DOCUMENT:
		return "token+document";
	}
	return NULL;
}

/* In lower case, as the contract has it. */
static bool is_uuid(const char *text, size_t len)
{
	if (len != TXN_LEN)
		return false;
	for (size_t i = 0; i < TXN_LEN; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (strchr(dash ? "-" : "0123456789abcdef", text[i]) == NULL)
			return false;
	}
	return true;
}

static bool is_base64url_of(const char *text, uint8_t *out, size_t octets)
{
	size_t len;

	return base64url_decode(text, strlen(text), out, octets, &len) && len == octets;
}

static bool is_text(const char *text)
{
	return text[0] != '\0' && strlen(text) <= TEXT_MAX;
}

static bool is_token(const char *text)
{
	return is_text(text) && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					     "0123456789._~-") == strlen(text);
}

/* A text that becomes itself when it is made canonical. */
static bool is_canonical(
	bool (*canonical)(const char *text, size_t len, char *out), const char *text, char *out)
{
	return canonical(text, strlen(text), out) && strcmp(text, out) == 0;
}

static bool read_person(json_t *subject, struct person *out)
{
	const char *type, *issuer, *number, *nationality, *birth;

	return json_unpack(subject, "{s:{s:s, s:s, s:s !}, s:s, s:s !}", "document", "type", &type,
		       "issuer", &issuer, "number", &number, "nationality", &nationality,
		       "date_of_birth", &birth) == 0 &&
	       is_canonical(document_type_canonical, type, out->document.type) &&
	       is_canonical(country_canonical, issuer, out->document.issuer) &&
	       is_canonical(document_number_canonical, number, out->document.number) &&
	       is_canonical(country_canonical, nationality, out->nationality) &&
	       date_parse(birth, strlen(birth), true, &out->birth);
}

static bool read_subject(json_t *subject, struct asked *out)
{
	uint8_t digest[32];

	if (json_object_get(subject, "token") == NULL) {
		out->form = FORM_DOCUMENT;
		return read_person(subject, &out->person);
	}
	if (json_object_get(subject, "document_digest") == NULL) {
		out->form = FORM_TOKEN;
		return json_unpack(subject, "{s:s !}", "token", &out->token) == 0 &&
		       is_token(out->token);
	}
	out->form = FORM_TOKEN_DOCUMENT;
	return json_unpack(subject, "{s:s, s:s !}", "token", &out->token, "document_digest",
		       &out->document_digest) == 0 &&
	       is_token(out->token) &&
	       is_base64url_of(out->document_digest, digest, sizeof(digest));
}

/* Order and white space of the JSON do not count, nor do three values: they are in no repetition
 * what they were. */
static bool make_fingerprint(struct asked *asked)
{
	json_t *copy = json_deep_copy(asked->body);
	json_t *subject = json_object_get(copy, "subject");
	char *text;

	(void)json_object_set_new(copy, "txn", json_null());
	(void)json_object_set_new(copy, "nonce", json_null());
	if (asked->document_digest != NULL)
		(void)json_object_set_new(subject, "document_digest", json_null());
	text = copy == NULL ? NULL : json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS);
	if (text != NULL)
		(void)SHA256((const uint8_t *)text, strlen(text), asked->fingerprint);
	json_decref(copy);
	free(text);
	return text != NULL;
}

static const char *read_body(const char *body, size_t len, struct asked *out)
{
	const char *purpose, *consent_text;
	uint8_t sbj[32];
	json_t *subject;
	int given;

	out->body = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	if (out->body == NULL)
		return "the body is not strict JSON";
	if (json_unpack(out->body, "{s:s, s:s, s:s, s:o, s:s, s:{s:b, s:s !} !}", "txn", &out->txn,
		    "nonce", &out->nonce, "purpose", &purpose, "subject", &subject, "sbj",
		    &out->sbj, "consent", "given", &given, "text", &consent_text) != 0)
		return "the members are not those of the contract";
	if (!read_subject(subject, out))
		return "the subject has none of the three forms, or is not canonical";
	if (!is_uuid(out->txn, strlen(out->txn)) ||
		!is_base64url_of(out->nonce, out->nonce_octets, NONCE_OCTETS) ||
		!is_base64url_of(out->sbj, sbj, sizeof(sbj)) || strcmp(purpose, "sim-sale") != 0 ||
		!is_text(consent_text))
		return "txn, nonce, sbj, purpose or the consent's text has another form";
	out->consent = given != 0;
	return make_fingerprint(out) ? NULL : "out of memory";
}

unsigned asked_read(const char *body, size_t len, const char *idempotency_key, struct asked *out,
	const char **detail)
{
	size_t key_len = idempotency_key != NULL ? strlen(idempotency_key) : 0;

	*out = (struct asked){ .body = NULL };
	*detail = "there is no Idempotency-Key of a UUID in quotes";
	if (key_len != TXN_LEN + 2 || idempotency_key[0] != '"' ||
		idempotency_key[key_len - 1] != '"' || !is_uuid(idempotency_key + 1, TXN_LEN))
		return 400;
	*detail = read_body(body, len, out);
	if (*detail != NULL)
		return 422;
	*detail = "the Idempotency-Key is not the txn";
	return memcmp(idempotency_key + 1, out->txn, TXN_LEN) == 0 ? 0 : 422;
}

void asked_clear(struct asked *asked)
{
	json_decref(asked->body);
	OPENSSL_cleanse(asked, sizeof(*asked));
}
