/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "card_status.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "base/base64url.h"

#define BITS 2
#define PER_OCTET (8 / BITS)

static const char *const names[] = {
	[CARD_VALID] = "valid",
	[CARD_REVOKED] = "revoked",
	[CARD_SUSPENDED] = "suspended",
};

bool card_status_of_name(const char *name, uint8_t *out)
{
	for (size_t i = 0; name != NULL && i < ARRAY_LEN(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (uint8_t)i;
			return true;
		}
	}
	return false;
}

const char *card_status_name(uint8_t status)
{
	return names[status];
}

/* The octets, compressed (RFC 1950) and in base64url, to be freed. */
static char *compressed(const uint8_t *octets, size_t len)
{
	uLongf packed_len = compressBound(len);
	uint8_t *packed = malloc(packed_len);
	char *text = NULL;

	if (packed != NULL &&
		compress2(packed, &packed_len, octets, len, Z_BEST_COMPRESSION) == Z_OK)
		text = malloc(BASE64URL_LEN(packed_len) + 1);
	if (text != NULL)
		base64url_encode(packed, packed_len, text);
	free(packed);
	return text;
}

/* The first card has the least significant bits of the first octet. */
static char *list_of(const uint8_t *statuses, size_t count)
{
	size_t len = count / PER_OCTET + 1;
	uint8_t *octets = calloc(len, 1);
	char *text;

	if (octets == NULL)
		return NULL;
	for (size_t i = 0; i < count; i++)
		octets[i / PER_OCTET] |= (uint8_t)(statuses[i] << (i % PER_OCTET * BITS));
	text = compressed(octets, len);
	free(octets);
	return text;
}

char *card_status_list(const struct signing_key *key, const char *uri, int64_t issued_at,
	int64_t expires_at, const uint8_t *statuses, size_t count)
{
	char *list = list_of(statuses, count), *token;
	json_t *claims =
		list == NULL ? NULL
			     : json_pack("{s:s, s:I, s:I, s:I, s:{s:i, s:s}}", "sub", uri, "iat",
				       (json_int_t)issued_at, "exp", (json_int_t)expires_at, "ttl",
				       (json_int_t)(expires_at - issued_at), "status_list", "bits",
				       BITS, "lst", list);

	token = signer_token(key, "statuslist+jwt", key->kid, claims);
	json_decref(claims);
	free(list);
	return token;
}
