/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Status lists. As it stands no input is one, since nobody signed it. Behind "1", "2", "4" or "8"
 * it is the deflated octets of one that is signed: taken only if zlib's own uncompress() takes it,
 * and then each status is where it is in those octets.
 */
#include <zlib.h>

#include "a_card.h"
#include "base/base64url.h"
#include "fuzz.h"

static struct signer *issuer;
static struct key_set *keys;

static char *signed_list(unsigned bits, const uint8_t *data, size_t size)
{
	char *lst = malloc(BASE64URL_LEN(size) + 1), *text, *token;
	json_t *claims;

	HOLDS(lst != NULL);
	base64url_encode(data, size, lst);
	claims = json_pack("{s:{s:i, s:s}}", "status_list", "bits", (int)bits, "lst", lst);
	text = json_dumps(claims, JSON_COMPACT);
	HOLDS(text != NULL);
	token = card_status_list(issuer, NULL, text);
	json_decref(claims);
	free(text);
	free(lst);
	return token;
}

static void is_list(
	const struct status_list *list, unsigned bits, const uint8_t *octets, size_t len)
{
	uint32_t per_octet = 8 / bits;

	HOLDS(strcmp(status_list_uri(list), CARD_LIST) == 0);
	HOLDS(status_list_at(list, (uint32_t)len * per_octet) == STATUS_NOT_LISTED);
	for (uint32_t at = 0; at < len * per_octet; at += at < 1000 ? 1 : 997) {
		unsigned value = octets[at / per_octet] >> (at % per_octet * bits);

		value &= (1u << bits) - 1;
		HOLDS(status_list_at(list, at) ==
			(value < STATUS_OTHER ? (enum card_status)value : STATUS_OTHER));
	}
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	issuer = signer_new(JWS_EDDSA, "card-1");
	keys = signer_key_set((const struct signer *const *)&issuer, 1);
	return 0;
}

static enum status_list_check read_list(const char *token, size_t len, struct status_list **list)
{
	enum status_list_check failed =
		status_list_read(token, len, keys, JWS_DEFAULT_ALGORITHMS, CARD_NOW, list);

	HOLDS((failed == STATUS_LIST_SOUND) == (*list != NULL));
	HOLDS(failed <= STATUS_LIST_OCTETS && status_list_check_name(failed)[0] != '\0');
	return failed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t octets[STATUS_LIST_MAX_OCTETS];
	uLongf len = sizeof(octets);
	struct status_list *list;
	uLong used = (uLong)size - 1;
	bool whole;
	char *token;

	if (size == 0 || memchr("1248", data[0], 4) == NULL) {
		token = exact_copy(data, size);
		HOLDS(read_list(token, size, &list) != STATUS_LIST_SOUND);
		free(token);
		return 0;
	}
	token = signed_list((unsigned)data[0] - '0', data + 1, size - 1);
	whole = uncompress2(octets, &len, data + 1, &used) == Z_OK && used == size - 1;
	HOLDS((read_list(token, strlen(token), &list) == STATUS_LIST_SOUND) == whole);
	if (whole)
		is_list(list, (unsigned)data[0] - '0', octets, len);
	status_list_free(list);
	free(token);
	return 0;
}
