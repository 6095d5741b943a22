/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "inquiry/question.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/prefixed.h"

#define DRAWN_LEN 16 /* octets of a txn or a nonce */
#define PURPOSE "sim-sale"
#define GIVEN "true"
#define FORM_MAX 16 /* "token+document" */
#define COVERED_MAX                                                                                \
	(12 * 2 + SHOP_MAX + TOKEN_MAX + FORM_MAX + sizeof(PURPOSE) + TOKEN_MAX +                  \
		DOCUMENT_TYPE_MAX + COUNTRY_LEN + DOCUMENT_NUMBER_MAX + COUNTRY_LEN +              \
		DATE_TEXT_LEN + PERSON_KEY_TEXT_LEN + sizeof(GIVEN) + CONSENT_TEXT_MAX)

_Static_assert(SUBJECT_TOKEN_MAX <= TOKEN_MAX && SALE_ID_MAX <= TOKEN_MAX,
	"every token of a sale fits, and its id in a token's place");

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

static size_t cover(uint8_t *covered, size_t len, const char *text)
{
	return len + prefixed_put(covered + len, text, strlen(text));
}

/* The values of `subject`, but for the digest, which changes with the nonce: sbj covers it. */
static size_t cover_subject(uint8_t *covered, size_t len, const struct question *question)
{
	const struct document *document = &question->person.document;
	char birth[DATE_TEXT_LEN + 1];

	if (question->asked.form != SUBJECT_DOCUMENT)
		return cover(covered, len, question->token);
	len = cover(covered, len, document->type);
	len = cover(covered, len, document->issuer);
	len = cover(covered, len, document->number);
	len = cover(covered, len, question->person.nationality);
	date_format(&question->person.birth, birth);
	len = cover(covered, len, birth);
	OPENSSL_cleanse(birth, sizeof(birth));
	return len;
}

/* Sixteen octets that only this sale of this shop with just this question has. */
static bool draw(const struct operator_key *key, const struct sale *sale,
	const struct question *question, uint8_t out[DRAWN_LEN])
{
	uint8_t covered[COVERED_MAX], mac[32];
	size_t len = 0;
	bool done;

	len = cover(covered, len, sale->shop);
	len = cover(covered, len, sale->id[0] != '\0' ? sale->id : sale->token);
	len = cover(covered, len, subject_form_name(question->asked.form));
	len = cover(covered, len, PURPOSE);
	len = cover_subject(covered, len, question);
	len = cover(covered, len, question->asked.sbj.text);
	len = cover(covered, len, GIVEN);
	len = cover(covered, len, question->consent_text);
	done = operator_key_mac(key, "txn", covered, len, mac);
	memcpy(out, mac, DRAWN_LEN);
	OPENSSL_cleanse(covered, sizeof(covered));
	return done;
}

static bool make_txn(
	const struct operator_key *key, const struct sale *sale, struct question *question)
{
	bool is_named = sale->id[0] != '\0' || sale->token[0] != '\0';
	uint8_t octets[DRAWN_LEN];

	if (!(is_named ? draw(key, sale, question, octets) : RAND_bytes(octets, DRAWN_LEN) == 1))
		return false;
	uuid_text(octets, is_named ? 8 : 4, question->asked.txn);
	return true;
}

bool question_make(const struct operator_key *key, const struct person_key *sbj,
	enum subject_form form, const struct sale *sale, struct question *out)
{
	memset(out, 0, sizeof(*out));
	out->asked.form = form;
	out->asked.sbj = *sbj;
	if (form != SUBJECT_TOKEN)
		out->person = sale->person;
	if (form != SUBJECT_DOCUMENT)
		memcpy(out->token, sale->token, sizeof(sale->token));
	memcpy(out->consent_text, sale->consent_text, sizeof(out->consent_text));
	memcpy(out->shop, sale->shop, sizeof(out->shop));
	return make_txn(key, sale, out);
}

/*
 * The body is written in place, into memory that is wiped: a JSON library would leave copies of the
 * buyer's data in freed memory, where a core dump finds them.
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

/* NULL if the digest cannot be made. */
static char *put_subject(char *out, const struct question *question, const uint8_t *nonce)
{
	char digest[DOCUMENT_DIGEST_LEN + 1];

	if (question->asked.form == SUBJECT_DOCUMENT)
		return put_document(out, &question->person);
	out = put_member(out, "token", question->token);
	if (question->asked.form == SUBJECT_TOKEN)
		return out;
	if (!document_digest(nonce, DRAWN_LEN, &question->person, digest))
		return NULL;
	return put_member(put(out, ","), "document_digest", digest);
}

size_t question_body(
	const struct question *question, char nonce[NONCE_LEN + 1], char out[QUESTION_BODY_MAX + 1])
{
	uint8_t octets[DRAWN_LEN];
	char *at = out;

	if (RAND_bytes(octets, DRAWN_LEN) != 1)
		return 0;
	base64url_encode(octets, DRAWN_LEN, nonce);
	at = put_member(put(at, "{"), "txn", question->asked.txn);
	at = put_member(put(at, ","), "nonce", nonce);
	at = put_member(put(at, ","), "purpose", PURPOSE);
	at = put_subject(put(at, ",\"subject\":{"), question, octets);
	if (at == NULL)
		return 0;
	at = put_member(put(at, "},"), "sbj", question->asked.sbj.text);
	at = put(at, ",\"consent\":{\"given\":" GIVEN ",");
	at = put(put_member(at, "text", question->consent_text), "}}");
	return (size_t)(at - out);
}

void question_clear(struct question *question)
{
	OPENSSL_cleanse(question, sizeof(*question));
}
