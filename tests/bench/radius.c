/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "radius.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <string.h>

#define VENDOR_SPECIFIC 26
#define MESSAGE_AUTHENTICATOR 80
#define SIGNATURE_AT (RADIUS_HEADER_LEN + 2) /* in our requests */

bool radius_secret_open(struct radius_secret *secret, const char *text)
{
	char name[] = "MD5";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	*secret = (struct radius_secret){ .text = text, .len = strlen(text) };
	secret->md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	secret->digest = EVP_MD_CTX_new();
	secret->hmac = mac ? EVP_MAC_CTX_new(mac) : NULL;
	EVP_MAC_free(mac);
	if (secret->md5 && secret->digest && secret->hmac &&
		EVP_MAC_init(secret->hmac, (const uint8_t *)text, secret->len, params) == 1)
		return true;
	radius_secret_close(secret);
	return false;
}

void radius_secret_close(struct radius_secret *secret)
{
	EVP_MAC_CTX_free(secret->hmac);
	EVP_MD_CTX_free(secret->digest);
	EVP_MD_free(secret->md5);
	*secret = (struct radius_secret){ 0 };
}

static bool md5(const struct radius_secret *secret, const struct span *parts, size_t count,
	uint8_t out[RADIUS_AUTH_LEN])
{
	bool fine = EVP_DigestInit_ex2(secret->digest, secret->md5, NULL) == 1;

	for (size_t i = 0; i < count; i++)
		fine = fine && EVP_DigestUpdate(secret->digest, parts[i].data, parts[i].len) == 1;
	return fine && EVP_DigestFinal_ex(secret->digest, out, NULL) == 1;
}

static bool hmac_md5(const struct radius_secret *secret, const void *data, size_t len,
	uint8_t out[RADIUS_AUTH_LEN])
{
	size_t out_len;

	return EVP_MAC_init(secret->hmac, NULL, 0, NULL) == 1 &&
	       EVP_MAC_update(secret->hmac, data, len) == 1 &&
	       EVP_MAC_final(secret->hmac, out, &out_len, RADIUS_AUTH_LEN) == 1;
}

void radius_begin(
	struct radius_packet *packet, uint8_t id, const uint8_t authenticator[RADIUS_AUTH_LEN])
{
	packet->data[0] = RADIUS_ACCESS_REQUEST;
	packet->data[1] = id;
	memcpy(packet->data + 4, authenticator, RADIUS_AUTH_LEN);
	packet->data[RADIUS_HEADER_LEN] = MESSAGE_AUTHENTICATOR;
	packet->data[RADIUS_HEADER_LEN + 1] = 2 + RADIUS_AUTH_LEN;
	memset(packet->data + SIGNATURE_AT, 0, RADIUS_AUTH_LEN);
	packet->len = SIGNATURE_AT + RADIUS_AUTH_LEN;
	packet->failed = false;
}

/* RFC 2865 section 5.2: each 16 octets are hidden with the digest of secret and those before. */
static size_t hide(struct radius_packet *packet, const struct radius_secret *secret,
	const void *value, size_t len, uint8_t out[RADIUS_HIDDEN_MAX])
{
	size_t padded = len == 0 ? RADIUS_AUTH_LEN : (len + 15) & ~(size_t)15;
	const uint8_t *before = packet->data + 4;
	uint8_t mask[RADIUS_AUTH_LEN];

	if (len > RADIUS_HIDDEN_MAX) {
		packet->failed = true;
		return 0;
	}
	memset(out, 0, padded);
	if (len > 0)
		memcpy(out, value, len);
	for (size_t at = 0; at < padded; at += RADIUS_AUTH_LEN) {
		const struct span parts[] = { { secret->text, secret->len },
			{ (const char *)before, RADIUS_AUTH_LEN } };

		if (!md5(secret, parts, ARRAY_LEN(parts), mask))
			packet->failed = true;
		for (size_t i = 0; i < RADIUS_AUTH_LEN; i++)
			out[at + i] ^= mask[i];
		before = out + at;
	}
	return padded;
}

static void put_header(struct radius_packet *packet, struct radius_attribute attribute, size_t len)
{
	uint8_t *at = packet->data + packet->len;

	if (attribute.vendor) {
		*at++ = VENDOR_SPECIFIC;
		*at++ = (uint8_t)(len + 8);
		*at++ = 0;
		*at++ = RADIUS_VENDOR >> 16;
		*at++ = RADIUS_VENDOR >> 8 & 0xff;
		*at++ = RADIUS_VENDOR & 0xff;
	}
	*at++ = attribute.number;
	*at++ = (uint8_t)(len + 2);
	packet->len = (size_t)(at - packet->data);
}

void radius_add(struct radius_packet *packet, const struct radius_secret *secret,
	struct radius_attribute attribute, const void *value, size_t len)
{
	uint8_t hidden[RADIUS_HIDDEN_MAX];

	if (attribute.hidden) {
		len = hide(packet, secret, value, len, hidden);
		value = hidden;
	}
	if (len > (attribute.vendor ? RADIUS_VENDOR_VALUE_MAX : RADIUS_VALUE_MAX) ||
		packet->len + len + 8 > RADIUS_PACKET_MAX)
		packet->failed = true;
	if (packet->failed)
		return;
	put_header(packet, attribute, len);
	memcpy(packet->data + packet->len, value, len);
	packet->len += len;
}

bool radius_sign(struct radius_packet *packet, const struct radius_secret *secret)
{
	packet->data[2] = (uint8_t)(packet->len >> 8);
	packet->data[3] = (uint8_t)packet->len;
	return !packet->failed &&
	       hmac_md5(secret, packet->data, packet->len, packet->data + SIGNATURE_AT);
}

static size_t length_of(const uint8_t *data)
{
	return (size_t)data[2] << 8 | data[3];
}

static bool attributes_sound(const uint8_t *data, size_t len)
{
	size_t at = RADIUS_HEADER_LEN;

	while (at < len) {
		if (len - at < 2 || data[at + 1] < 2 || data[at + 1] > len - at)
			return false;
		at += data[at + 1];
	}
	return true;
}

static bool is_ours(const uint8_t *value, size_t len)
{
	return len >= 6 && value[0] == 0 && value[1] == RADIUS_VENDOR >> 16 &&
	       value[2] == (RADIUS_VENDOR >> 8 & 0xff) && value[3] == (RADIUS_VENDOR & 0xff);
}

const uint8_t *radius_find(const uint8_t *data, struct radius_attribute attribute, size_t *len)
{
	uint8_t outer = attribute.vendor ? VENDOR_SPECIFIC : attribute.number;

	for (size_t at = RADIUS_HEADER_LEN; at < length_of(data); at += data[at + 1]) {
		const uint8_t *value = data + at + 2;
		size_t value_len = data[at + 1] - 2U;

		if (data[at] != outer)
			continue;
		if (attribute.vendor) {
			/* One to a Vendor-Specific, as FreeRADIUS writes it. */
			if (!is_ours(value, value_len) || value[4] != attribute.number ||
				value[5] != value_len - 4)
				continue;
			value += 6;
			value_len -= 6;
		}
		*len = value_len;
		return value;
	}
	return NULL;
}

uint32_t radius_find_integer(
	const uint8_t *data, struct radius_attribute attribute, uint32_t absent)
{
	size_t len;
	const uint8_t *value = radius_find(data, attribute, &len);

	if (!value || len != 4)
		return absent;
	return (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 |
	       value[3];
}

/* The signature was made with zeros in its place, and the request's authenticator in the header. */
static bool signature_ok(uint8_t *data, size_t len, const uint8_t request[RADIUS_AUTH_LEN],
	const struct radius_secret *secret, bool needed)
{
	const struct radius_attribute which = { .number = MESSAGE_AUTHENTICATOR };
	uint8_t theirs[RADIUS_AUTH_LEN], reply[RADIUS_AUTH_LEN], ours[RADIUS_AUTH_LEN];
	size_t value_len;
	const uint8_t *value = radius_find(data, which, &value_len);
	uint8_t *place = value ? data + (value - data) : NULL;
	bool fine;

	if (!place)
		return !needed;
	if (value_len != RADIUS_AUTH_LEN)
		return false;
	memcpy(theirs, place, RADIUS_AUTH_LEN);
	memcpy(reply, data + 4, RADIUS_AUTH_LEN);
	memset(place, 0, RADIUS_AUTH_LEN);
	memcpy(data + 4, request, RADIUS_AUTH_LEN);
	fine = hmac_md5(secret, data, len, ours) && CRYPTO_memcmp(ours, theirs, sizeof(ours)) == 0;
	memcpy(place, theirs, RADIUS_AUTH_LEN);
	memcpy(data + 4, reply, RADIUS_AUTH_LEN);
	return fine;
}

bool radius_reply_ok(uint8_t *data, size_t len, const uint8_t request[RADIUS_AUTH_LEN],
	const struct radius_secret *secret, bool need_signature)
{
	const struct span parts[] = {
		{ (const char *)data, 4 },
		{ (const char *)request, RADIUS_AUTH_LEN },
		{ (const char *)data + RADIUS_HEADER_LEN, len - RADIUS_HEADER_LEN },
		{ secret->text, secret->len },
	};
	uint8_t ours[RADIUS_AUTH_LEN];

	if (len < RADIUS_HEADER_LEN || length_of(data) != len || !attributes_sound(data, len))
		return false;
	return md5(secret, parts, ARRAY_LEN(parts), ours) &&
	       CRYPTO_memcmp(ours, data + 4, sizeof(ours)) == 0 &&
	       signature_ok(data, len, request, secret, need_signature);
}
