/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/entry.h"

#include <string.h>

#define LAYOUT_VERSION 1

void entry_put_number(uint8_t out[8], int64_t number)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
}

int64_t entry_get_number(const uint8_t in[8])
{
	uint64_t number = 0;

	for (int i = 0; i < 8; i++)
		number = number << 8 | in[i];
	return (int64_t)number;
}

void entry_pack(const struct store_entry *entry, uint8_t *out)
{
	out[0] = LAYOUT_VERSION;
	entry_put_number(out + 1, entry->stored_at);
	entry_put_number(out + 9, entry->keep_until);
	memcpy(out + ENTRY_HEAD_LEN, entry->token, entry->token_len);
}

bool entry_times(const void *octets, size_t len, int64_t *stored_at, int64_t *keep_until)
{
	const uint8_t *in = octets;

	if (len < ENTRY_HEAD_LEN)
		return false;
	*stored_at = entry_get_number(in + 1);
	*keep_until = entry_get_number(in + 9);
	return true;
}

bool entry_unpack(const void *octets, size_t len, struct store_entry *out)
{
	const uint8_t *in = octets;

	if (len <= ENTRY_HEAD_LEN || len > ENTRY_LEN_MAX || in[0] != LAYOUT_VERSION)
		return false;
	if (!entry_times(octets, len, &out->stored_at, &out->keep_until))
		return false;
	out->token_len = len - ENTRY_HEAD_LEN;
	memcpy(out->token, in + ENTRY_HEAD_LEN, out->token_len);
	return true;
}
