/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/jws.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer_internal.h"
#include "answer/strict_json.h"
#include "base/base64url.h"

/* A token taken apart: what is signed, and its three segments decoded, a '\0' behind each. */
struct opened {
	struct span signed_text;
	uint8_t *header;
	uint8_t *payload;
	uint8_t *signature;
	size_t header_len, payload_len, signature_len;
};

static void drop_opened(struct opened *opened)
{
	if (opened->payload != NULL)
		OPENSSL_cleanse(opened->payload, opened->payload_len);
	free(opened->header);
	free(opened->payload);
	free(opened->signature);
}

/* Exactly three segments; their characters are looked at by the decoder. */
static bool split(const char *token, size_t len, struct span segments[3])
{
	for (size_t i = 0; i < 3; i++) {
		const char *dot = memchr(token, '.', len);
		size_t segment_len = dot != NULL ? (size_t)(dot - token) : len;

		if ((dot != NULL) != (i < 2))
			return false;
		segments[i].data = token;
		segments[i].len = segment_len;
		if (dot != NULL) {
			token = dot + 1;
			len -= segment_len + 1;
		}
	}
	return true;
}

static bool decode(struct span segment, uint8_t **octets, size_t *len)
{
	*octets = malloc(segment.len + 1);
	if (*octets == NULL ||
		!base64url_decode(segment.data, segment.len, *octets, segment.len, len))
		return false;
	(*octets)[*len] = '\0';
	return true;
}

static bool open_token(const char *token, size_t len, size_t max_len, struct opened *opened)
{
	struct span segments[3];

	if (len == 0 || len > max_len || !split(token, len, segments))
		return false;
	opened->signed_text.data = token;
	opened->signed_text.len = (size_t)(segments[1].data - token) + segments[1].len;
	return decode(segments[0], &opened->header, &opened->header_len) &&
	       decode(segments[1], &opened->payload, &opened->payload_len) &&
	       decode(segments[2], &opened->signature, &opened->signature_len);
}

/*
 * `crit` asks for something that is not done here (RFC 7515 section 4.1.11), b64 for another
 * reading of the payload (RFC 7797); the others bring a key of the sender's choice.
 */
static bool header_is_refused(const json_t *header)
{
	static const char *const refused[] = { "crit", "b64", "jwk", "jku", "x5u", "x5c" };

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		if (json_object_get(header, refused[i]) != NULL)
			return true;
	}
	return false;
}

static enum jws_algorithm algorithm_of(const json_t *header, const struct jws_rules *rules)
{
	const char *typ = strict_json_text(header, "typ");
	const char *alg = strict_json_text(header, "alg");
	enum jws_algorithm algorithm;

	if (header == NULL || header_is_refused(header) || alg == NULL)
		return JWS_NO_ALGORITHM;
	if (rules->typ != NULL && (typ == NULL || strcmp(typ, rules->typ) != 0))
		return JWS_NO_ALGORITHM;
	algorithm = jws_algorithm_of_name(alg);
	return (rules->algorithms & algorithm) != 0 ? algorithm : JWS_NO_ALGORITHM;
}

/* A set has no kid twice; see drop_repeated_kids(). NULL if the token names no key of it. */
static const struct key *find_key(const struct key_set *keys, const json_t *header,
	const struct jws_rules *rules, bool *unknown_kid)
{
	const json_t *kid = json_object_get(header, "kid");
	size_t len = json_string_length(kid);

	*unknown_kid = keys == NULL;
	if (keys == NULL)
		return NULL;
	if (kid == NULL || rules->kid_passed_over)
		return (rules->kid_optional || rules->kid_passed_over) && keys->count == 1
			       ? &keys->keys[0]
			       : NULL;
	if (!json_is_string(kid) || len == 0 || len > KEY_ID_MAX)
		return NULL;
	for (size_t i = 0; i < keys->count; i++) {
		if (strcmp(keys->keys[i].kid, json_string_value(kid)) == 0)
			return &keys->keys[i];
	}
	*unknown_kid = true;
	return NULL;
}

enum answer_check jws_verify(const char *token, size_t len, const struct key_set *keys,
	const struct jws_rules *rules, struct jws_verified *out, bool *unknown_kid)
{
	struct opened opened CLEANUP(drop_opened) = { .header = NULL };
	json_t *header CLEANUP(strict_json_drop) = NULL;
	enum jws_algorithm algorithm;
	const struct key *key;
	bool unwanted = false;

	unknown_kid = unknown_kid != NULL ? unknown_kid : &unwanted;
	*unknown_kid = false;
	memset(out, 0, sizeof(*out));
	if (!open_token(token, len, rules->max_len > 0 ? rules->max_len : JWS_MAX_LEN, &opened))
		return CHECK_FORM;
	header = strict_json_object(opened.header, opened.header_len, NULL);
	algorithm = algorithm_of(header, rules);
	if (algorithm == JWS_NO_ALGORITHM)
		return CHECK_HEADER;
	key = find_key(keys, header, rules, unknown_kid);
	if (key == NULL || (key->algorithms & algorithm) == 0)
		return CHECK_KEY;
	if (!jws_verify_raw(keys, (size_t)(key - keys->keys), algorithm, opened.signed_text.data,
		    opened.signed_text.len, opened.signature, opened.signature_len))
		return CHECK_SIGNATURE;
	out->payload = opened.payload;
	out->payload_len = opened.payload_len;
	out->algorithm = algorithm;
	memcpy(out->thumbprint, key->thumbprint, KEY_THUMBPRINT_LEN);
	opened.payload = NULL;
	return CHECK_NONE;
}

const char *answer_check_name(enum answer_check check)
{
	switch (check) {
	case CHECK_NONE:
		return "none";
	case CHECK_FORM:
		return "form";
	case CHECK_HEADER:
		return "header";
	case CHECK_KEY:
		return "key";
	case CHECK_SIGNATURE:
		return "signature";
	case CHECK_JSON:
		return "json";
	case CHECK_ISSUER:
		return "issuer";
	case CHECK_AUDIENCE:
		return "audience";
	case CHECK_QUESTION:
		return "question";
	case CHECK_SUBJECT:
		return "subject";
	case CHECK_TIME:
		return "time";
	case CHECK_RESULT:
		return "result";
	}
	return "unknown";
}
