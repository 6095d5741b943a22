/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include "base/base64url.h"

#define AN_HOUR 3600
#define TEN_YEARS ((int64_t)3650 * 24 * 3600)
#define OVERSIZE ((size_t)17 * 1024)
#define ANOTHER_SBJ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ANOTHER_NONCE "AAAAAAAAAAAAAAAAAAAAAA"
#define ANOTHER_TXN "00000000-0000-4000-8000-000000000000"

static char *filled(size_t len, char with)
{
	char *text = malloc(len + 1);

	if (text == NULL)
		return NULL;
	memset(text, with, len);
	text[len] = '\0';
	return text;
}

static json_t *header_of(const struct signing_key *key, enum fault fault)
{
	const char *alg = fault == FAULT_ALG_NONE ? "none"
			  : fault == FAULT_HS256  ? "HS256"
						  : signer_algorithm(key);
	json_t *header = json_pack("{s:s, s:s, s:s}", "alg", alg, "kid", key->kid, "typ",
		fault == FAULT_WRONG_TYP ? "JWT" : "sim-sale-verification+jwt");

	if (header != NULL && fault == FAULT_CRIT)
		(void)json_object_set_new(header, "crit", json_pack("[s]", "exp"));
	return header;
}

/* What is said, and of which form: as it was decided, but for a fault. */
static json_t *sim_sale_of(
	const struct answer_terms *terms, const struct asked *asked, enum fault fault)
{
	enum form form = asked->form;
	struct decision said = terms->decision;

	if (fault == FAULT_WRONG_SUBJECT)
		form = form == FORM_TOKEN ? FORM_TOKEN_DOCUMENT : FORM_TOKEN;
	if (fault == FAULT_UNKNOWN_REASON)
		said = (struct decision){ "yes", "very_much" };
	else if (fault == FAULT_INCONSISTENT)
		said = (struct decision){ "yes", "no_match" };
	return json_pack("{s:s, s:s, s:s}", "subject", form_name(form), "result", said.result,
		"reason", said.reason);
}

static json_t *time_of(int64_t seconds, enum fault fault)
{
	return fault == FAULT_FLOAT_TIMES ? json_real((double)seconds + 0.5)
					  : json_integer(seconds);
}

static void times_of(const struct answer_terms *terms, enum fault fault, int64_t *iat, int64_t *exp)
{
	*iat = terms->issued_at;
	*exp = terms->expires_at;
	if (fault == FAULT_EXPIRED) {
		*iat = terms->now - 2 * AN_HOUR;
		*exp = terms->now - AN_HOUR;
	} else if (fault == FAULT_FROM_THE_FUTURE) {
		*iat = terms->now + AN_HOUR;
		*exp = terms->now + 2 * AN_HOUR;
	} else if (fault == FAULT_LONG_LIVED) {
		*exp = terms->now + TEN_YEARS;
	}
}

static const char *nonce_of(
	const struct answer_terms *terms, const struct asked *asked, enum fault fault)
{
	if (fault == FAULT_OLD_NONCE)
		return terms->old_nonce;
	return fault == FAULT_WRONG_NONCE ? ANOTHER_NONCE : asked->nonce;
}

static json_t *claims_of(
	const struct answer_terms *terms, const struct asked *asked, enum fault fault)
{
	char jti[BASE64URL_LEN(16) + 1];
	uint8_t random[16];
	int64_t iat, exp;

	if (RAND_bytes(random, sizeof(random)) != 1)
		return NULL;
	base64url_encode(random, sizeof(random), jti);
	times_of(terms, fault, &iat, &exp);
	return json_pack("{s:s, s:s, s:o, s:o, s:s, s:s, s:s, s:s, s:o}", "iss",
		fault == FAULT_WRONG_ISS ? "https://elsewhere.example" : terms->issuer, "aud",
		fault == FAULT_WRONG_AUD ? "another-operator" : terms->audience, "iat",
		time_of(iat, fault), "exp", time_of(exp, fault), "jti", jti, "txn",
		fault == FAULT_WRONG_TXN ? ANOTHER_TXN : asked->txn, "nonce",
		nonce_of(terms, asked, fault), "sbj",
		fault == FAULT_WRONG_SBJ ? ANOTHER_SBJ : asked->sbj, "sim_sale",
		sim_sale_of(terms, asked, fault));
}

/* {"sim_sale": .., the rest}: readers that take the last of two read a no, others a yes. */
static char *with_duplicate(const char *payload)
{
	char *text;

	return asprintf(&text,
		       "{\"sim_sale\":{\"subject\":\"token\",\"result\":\"no\",\"reason\":\"no_"
		       "match\"},%s",
		       payload + 1) < 0
		       ? NULL
		       : text;
}

static char *with_hs256(const struct signing_key *key, const char *header, const char *payload)
{
	char *unsigned_text = signer_join(header, payload, "", 0), *text = NULL;
	unsigned char *public_key = NULL, mac[32];
	int public_len = i2d_PUBKEY(key->key, &public_key);
	unsigned mac_len = sizeof(mac);

	if (unsigned_text != NULL && public_len > 0 &&
		HMAC(EVP_sha256(), public_key, public_len, (const unsigned char *)unsigned_text,
			strlen(unsigned_text) - 1, mac, &mac_len) != NULL)
		text = signer_join(header, payload, mac, mac_len);
	OPENSSL_free(public_key);
	free(unsigned_text);
	return text;
}

static char *token_of(
	const struct answer_terms *terms, const char *header, const char *payload, enum fault fault)
{
	/* The stranger's key under the right name, or under its own. */
	bool strange = fault == FAULT_BAD_SIGNATURE || fault == FAULT_UNKNOWN_KID ||
		       fault == FAULT_KEY_IN_HEADER;

	if (fault == FAULT_UNSIGNED || fault == FAULT_ALG_NONE)
		return signer_join(header, payload, "", 0);
	if (fault == FAULT_HS256)
		return with_hs256(terms->key, header, payload);
	return signer_sign(strange ? terms->stranger : terms->key, header, payload);
}

static char *make_token(
	const struct answer_terms *terms, const struct asked *asked, enum fault fault)
{
	bool own_name = fault == FAULT_UNKNOWN_KID;
	json_t *header = header_of(own_name ? terms->stranger : terms->key, fault);
	json_t *claims = claims_of(terms, asked, fault);
	char *header_text, *payload, *token = NULL;

	if (header != NULL && fault == FAULT_KEY_IN_HEADER)
		(void)json_object_set_new(header, "jwk", signer_jwk(terms->stranger));
	header_text = header == NULL ? NULL : json_dumps(header, JSON_COMPACT);
	payload = claims == NULL ? NULL : json_dumps(claims, JSON_COMPACT);
	if (payload != NULL && fault == FAULT_DUPLICATE_MEMBER) {
		char *twice = with_duplicate(payload);

		free(payload);
		payload = twice;
	}
	if (header_text != NULL && payload != NULL)
		token = token_of(terms, header_text, payload, fault);
	json_decref(header);
	json_decref(claims);
	free(header_text);
	free(payload);
	return token;
}

char *answer_make(const struct answer_terms *terms, const struct asked *asked, enum fault fault)
{
	if (fault == FAULT_GARBAGE)
		return strdup("<html>It works!</html>");
	if (fault == FAULT_OVERSIZE)
		return filled(OVERSIZE, 'A');
	return make_token(terms, asked, fault);
}
