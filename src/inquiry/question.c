/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquiry/question.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/prefixed.h"

#define DRAWN_LEN 16 /* octets of a txn or a nonce */
/* Names and marks of the body, and its longest values, of which each character may be escaped. */
#define BODY_MAX                                                                                   \
	(256 + 2 * (TXN_LEN + NONCE_LEN + PERSON_KEY_TEXT_LEN + SUBJECT_TOKEN_MAX +                \
			   DOCUMENT_TYPE_MAX + COUNTRY_LEN + DOCUMENT_NUMBER_MAX + COUNTRY_LEN +   \
			   DATE_TEXT_LEN + CONSENT_TEXT_MAX))
#define COVERED_MAX (2 + SHOP_MAX + 2 + SALE_ID_MAX + PERSON_KEY_LEN)

/* A UUID's text with the version and variant of RFC 9562 set. */
static void uuid_text(uint8_t octets[DRAWN_LEN], unsigned version, char out[TXN_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	octets[6] = (uint8_t)((octets[6] & 0x0f) | version << 4);
	octets[8] = (uint8_t)((octets[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < DRAWN_LEN; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		*out++ = digits[octets[i] >> 4];
		*out++ = digits[octets[i] & 15];
	}
	*out = '\0';
}

/* Sixteen octets that only this sale of this shop to this person has; random without a sale id. */
static bool draw(const struct operator_key *key, const char *purpose,
		 const struct person_key *person, const struct sale *sale, uint8_t out[DRAWN_LEN])
{
	uint8_t covered[COVERED_MAX], mac[32];
	size_t len;
	bool done;

	if (sale->id[0] == '\0')
		return RAND_bytes(out, DRAWN_LEN) == 1;
	len = prefixed_put(covered, sale->shop, strlen(sale->shop));
	len += prefixed_put(covered + len, sale->id, strlen(sale->id));
	memcpy(covered + len, person->bytes, PERSON_KEY_LEN);
	done = operator_key_mac(key, purpose, covered, len + PERSON_KEY_LEN, mac);
	memcpy(out, mac, DRAWN_LEN);
	OPENSSL_cleanse(covered, sizeof(covered));
	return done;
}

/*
 * The body is written in place, into memory that question_clear() wipes: a JSON library would leave
 * copies of the buyer's data in freed memory, where a core dump finds them.
 */
static char *put(char *out, const char *text)
{
	return stpcpy(out, text);
}

/* A member's value; the sale's texts hold no control characters (text_is_plain()). */
static char *put_string(char *out, const char *text)
{
	*out++ = '"';
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			*out++ = '\\';
		*out++ = *text;
	}
	*out++ = '"';
	*out = '\0';
	return out;
}

static char *put_member(char *out, const char *name, const char *value)
{
	return put_string(put(put_string(out, name), ":"), value);
}

static char *put_document(char *out, const struct person *person)
{
	const struct document *document = &person->document;
	char birth[DATE_TEXT_LEN + 1];

	out = put_member(put(out, "\"document\":{"), "type", document->type);
	out = put_member(put(out, ","), "issuer", document->issuer);
	out = put_member(put(out, ","), "number", document->number);
	out = put_member(put(out, "},"), "nationality", person->nationality);
	date_format(&person->birth, birth);
	out = put_member(put(out, ","), "date_of_birth", birth);
	OPENSSL_cleanse(birth, sizeof(birth));
	return out;
}

/* The document, where the shop's terminal gave no token that stands for it. */
static char *put_subject(char *out, const struct sale *sale)
{
	if (sale->token[0] != '\0')
		return put_member(out, "token", sale->token);
	return put_document(out, &sale->person);
}

static bool write_body(const struct sale *sale, struct question *out)
{
	char *at = out->body = malloc(BODY_MAX + 1);

	if (at == NULL)
		return false;
	at = put_member(put(at, "{"), "txn", out->txn);
	at = put_member(put(at, ","), "nonce", out->nonce);
	at = put(at, ",\"purpose\":\"sim-sale\",\"subject\":{");
	at = put_subject(at, sale);
	at = put_member(put(at, "},"), "sbj", out->key.text);
	at = put(at, ",\"consent\":{\"given\":true,");
	at = put(put_member(at, "text", sale->consent_text), "}}");
	out->body_len = (size_t)(at - out->body);
	return true;
}

bool question_make(const struct operator_key *operator_key, const struct person_key *person_key,
		   const struct sale *sale, struct question *out)
{
	uint8_t txn[DRAWN_LEN], nonce[DRAWN_LEN];

	memset(out, 0, sizeof(*out));
	out->key = *person_key;
	if (!draw(operator_key, "txn", person_key, sale, txn) ||
		!draw(operator_key, "nonce", person_key, sale, nonce))
		return false;
	uuid_text(txn, sale->id[0] == '\0' ? 4 : 8, out->txn);
	base64url_encode(nonce, sizeof(nonce), out->nonce);
	return write_body(sale, out);
}

void question_clear(struct question *question)
{
	if (question->body != NULL)
		OPENSSL_cleanse(question->body, question->body_len);
	free(question->body);
	OPENSSL_cleanse(question, sizeof(*question));
}
