/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/person_key.h"

#include <openssl/crypto.h>
#include <string.h>

#include "base/prefixed.h"
#include "person/hmac.h"

#define CANONICAL_LABEL "migrantid-person-1"
#define TOKEN_LABEL "migrantid-token-1"
#define DOCUMENT_LABEL "migrantid-document-1"
#define PURPOSE_LABEL "migrantid "
#define PURPOSE_MAX 32

#define CANONICAL_LONGEST                                                                          \
	(6 * 2 + sizeof(DOCUMENT_LABEL) - 1 + DOCUMENT_TYPE_MAX + COUNTRY_LEN +                    \
		DOCUMENT_NUMBER_MAX + COUNTRY_LEN + DATE_TEXT_LEN)
_Static_assert(CANONICAL_LONGEST <= PERSON_CANONICAL_MAX, "the longest person fits");

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(const char *text, size_t len, struct operator_key *out)
{
	if (len % 2 != 0 || len < 2 * OPERATOR_KEY_MIN || len > 2 * OPERATOR_KEY_MAX)
		return false;
	for (size_t i = 0; i < len; i += 2) {
		int high = hex_value(text[i]);
		int low = hex_value(text[i + 1]);

		if (high < 0 || low < 0)
			return false;
		out->bytes[i / 2] = (uint8_t)(high << 4 | low);
	}
	out->len = len / 2;
	return true;
}

bool operator_key_parse(const char *text, size_t len, struct operator_key *out)
{
	memset(out, 0, sizeof(*out));
	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > 0 && text[len - 1] == '\r')
		len--;
	if (read_hex(text, len, out))
		return true;
	OPENSSL_cleanse(out, sizeof(*out));
	return false;
}

/* A Doc 9303 code counts by its first letter: one booklet is told as P, PN or PP. */
static size_t type_len(const char *type)
{
	return type[0] >= 'A' && type[0] <= 'Z' ? 1 : strlen(type);
}

static size_t canonical(
	const char *label, const struct person *person, uint8_t out[PERSON_CANONICAL_MAX])
{
	const struct document *document = &person->document;
	char birth[DATE_TEXT_LEN + 1];
	size_t n = 0;

	date_format(&person->birth, birth);
	n += prefixed_put(out + n, label, strlen(label));
	n += prefixed_put(out + n, document->type, type_len(document->type));
	n += prefixed_put(out + n, document->issuer, strlen(document->issuer));
	n += prefixed_put(out + n, document->number, strlen(document->number));
	n += prefixed_put(out + n, person->nationality, strlen(person->nationality));
	n += prefixed_put(out + n, birth, DATE_TEXT_LEN);
	OPENSSL_cleanse(birth, sizeof(birth));
	return n;
}

size_t person_canonical(const struct person *person, uint8_t out[PERSON_CANONICAL_MAX])
{
	return canonical(CANONICAL_LABEL, person, out);
}

static bool is_usable(const struct operator_key *key)
{
	return key->len >= OPERATOR_KEY_MIN && key->len <= OPERATOR_KEY_MAX;
}

bool person_key_make(
	const struct operator_key *key, const struct person *person, struct person_key *out)
{
	uint8_t canonical[PERSON_CANONICAL_MAX];
	bool done;

	memset(out, 0, sizeof(*out));
	if (!is_usable(key))
		return false;
	done = hmac_sha256(
		key->bytes, key->len, canonical, person_canonical(person, canonical), out->bytes);
	OPENSSL_cleanse(canonical, sizeof(canonical));
	if (done)
		base64url_encode(out->bytes, sizeof(out->bytes), out->text);
	return done;
}

bool token_key_make(const struct operator_key *key, const char *token, struct person_key *out)
{
	uint8_t covered[2 + sizeof(TOKEN_LABEL) - 1 + 2 + TOKEN_MAX];
	size_t token_len = strlen(token), len;
	bool done;

	memset(out, 0, sizeof(*out));
	if (!is_usable(key) || token_len == 0 || token_len > TOKEN_MAX)
		return false;
	len = prefixed_put(covered, TOKEN_LABEL, strlen(TOKEN_LABEL));
	len += prefixed_put(covered + len, token, token_len);
	done = hmac_sha256(key->bytes, key->len, covered, len, out->bytes);
	OPENSSL_cleanse(covered, sizeof(covered));
	if (done)
		base64url_encode(out->bytes, sizeof(out->bytes), out->text);
	return done;
}

bool document_digest(const uint8_t *nonce, size_t nonce_len, const struct person *person,
	char out[DOCUMENT_DIGEST_LEN + 1])
{
	uint8_t octets[PERSON_CANONICAL_MAX], digest[32];
	bool done = hmac_sha256(
		nonce, nonce_len, octets, canonical(DOCUMENT_LABEL, person, octets), digest);

	OPENSSL_cleanse(octets, sizeof(octets));
	if (done)
		base64url_encode(digest, sizeof(digest), out);
	else
		out[0] = '\0';
	OPENSSL_cleanse(digest, sizeof(digest));
	return done;
}

bool operator_key_mac(const struct operator_key *key, const char *purpose, const void *data,
	size_t len, uint8_t out[32])
{
	char label[sizeof(PURPOSE_LABEL) + PURPOSE_MAX];
	size_t purpose_len = strlen(purpose);
	uint8_t derived[32];
	bool done;

	memset(out, 0, 32);
	if (!is_usable(key) || purpose_len > PURPOSE_MAX)
		return false;
	memcpy(label, PURPOSE_LABEL, strlen(PURPOSE_LABEL));
	memcpy(label + strlen(PURPOSE_LABEL), purpose, purpose_len);
	done = hmac_sha256(
		       key->bytes, key->len, label, strlen(PURPOSE_LABEL) + purpose_len, derived) &&
	       hmac_sha256(derived, sizeof(derived), data, len, out);
	OPENSSL_cleanse(derived, sizeof(derived));
	return done;
}
