/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "service/question.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#define DRAWN_LEN 16 /* octets of a txn or a nonce */
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

static size_t put_text(uint8_t *out, const char *text)
{
	size_t len = strlen(text);

	out[0] = (uint8_t)(len >> 8);
	out[1] = (uint8_t)len;
	memcpy(out + 2, text, len);
	return 2 + len;
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
	len = put_text(covered, sale->shop);
	len += put_text(covered + len, sale->id);
	memcpy(covered + len, person->bytes, PERSON_KEY_LEN);
	done = operator_key_mac(key, purpose, covered, len + PERSON_KEY_LEN, mac);
	memcpy(out, mac, DRAWN_LEN);
	OPENSSL_cleanse(covered, sizeof(covered));
	return done;
}

/* The document, where the shop's terminal gave no token that stands for it. */
static json_t *subject_of(const struct sale *sale)
{
	const struct document *document = &sale->person.document;
	char birth[DATE_TEXT_LEN + 1];
	json_t *subject;

	if (sale->token[0] != '\0')
		return json_pack("{s:s}", "token", sale->token);
	date_format(&sale->person.birth, birth);
	subject = json_pack("{s:{s:s, s:s, s:s}, s:s, s:s}", "document", "type", document->type,
		"issuer", document->issuer, "number", document->number, "nationality",
		sale->person.nationality, "date_of_birth", birth);
	OPENSSL_cleanse(birth, sizeof(birth));
	return subject;
}

static bool write_body(const struct sale *sale, struct question *out)
{
	json_t *subject = subject_of(sale);
	json_t *whole = subject == NULL ? NULL :
		json_pack("{s:s, s:s, s:s, s:o, s:s, s:{s:b, s:s}}", "txn", out->txn, "nonce",
			out->nonce, "purpose", "sim-sale", "subject", subject, "sbj", out->key.text,
			"consent", "given", 1, "text", sale->consent_text);

	out->body = whole == NULL ? NULL : json_dumps(whole, JSON_COMPACT);
	json_decref(whole);
	out->body_len = out->body == NULL ? 0 : strlen(out->body);
	return out->body != NULL;
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
