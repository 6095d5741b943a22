/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/entry.h"

#include <string.h>

static void put_number(uint8_t out[8], int64_t number)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
}

static int64_t get_number(const uint8_t in[8])
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | in[i];
	return (int64_t)number;
}

void entry_pack(const struct entry *entry, uint8_t *out)
{
	out[0] = ENTRY_VERSION;
	put_number(out + 1, entry->stored_at);
	put_number(out + 9, entry->keep_until);
	memcpy(out + ENTRY_HEAD_LEN, entry->token, entry->token_len);
}

bool entry_unpack(const void *octets, size_t len, struct entry *out)
{
	const uint8_t *in = octets;

	if (len <= ENTRY_HEAD_LEN || len > ENTRY_LEN_MAX || in[0] != ENTRY_VERSION)
		return false;
	out->stored_at = get_number(in + 1);
	out->keep_until = get_number(in + 9);
	out->token_len = len - ENTRY_HEAD_LEN;
	memcpy(out->token, in + ENTRY_HEAD_LEN, out->token_len);
	return true;
}
