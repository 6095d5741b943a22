/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.h - a kept answer as octets, the same in every store: version, stored_at, keep_until (both
 * big-endian), token. What is read is believed in nothing but its lengths.
 */
#ifndef MIGRANTID_ENTRY_H
#define MIGRANTID_ENTRY_H

#include "cache/store.h"

#define ENTRY_HEAD_LEN (1 + 8 + 8)
#define ENTRY_LEN_MAX (ENTRY_HEAD_LEN + JWS_MAX_LEN)

/* What entry_pack() writes; `out` has room for ENTRY_LEN_MAX or for what this returns. */
static inline size_t entry_len(const struct store_entry *entry)
{
	return ENTRY_HEAD_LEN + entry->token_len;
}
void entry_pack(const struct store_entry *entry, uint8_t *out);

/* False for another version or an impossible length. */
MUST_CHECK bool entry_unpack(const void *octets, size_t len, struct store_entry *out);

/* The times alone, of any version; false if it is too short to have them. */
MUST_CHECK bool entry_times(const void *octets, size_t len, int64_t *stored_at,
			    int64_t *keep_until);

/* Big-endian: what is not negative sorts as octets do. */
void entry_put_number(uint8_t out[8], int64_t number);
int64_t entry_get_number(const uint8_t in[8]);

#endif
