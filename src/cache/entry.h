/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * entry.h - a kept answer as octets, the same in every tier: version, stored_at, keep_until (both
 * big-endian), token. What is read is believed in nothing but its lengths. Pure, thread-safe.
 */
#ifndef MIGRANTID_ENTRY_H
#define MIGRANTID_ENTRY_H

#include "answer/jws.h"
#include "base/base.h"

#define ENTRY_VERSION 2 /* 1 was of the contract's first version: left out, never read */
#define ENTRY_HEAD_LEN (1 + 8 + 8)
#define ENTRY_LEN_MAX (ENTRY_HEAD_LEN + JWS_MAX_LEN)

struct entry {
	int64_t stored_at; /* seconds since 1970 */
	int64_t keep_until; /* not to be handed out at or after it */
	size_t token_len;
	char token[JWS_MAX_LEN];
};

/* What entry_pack() writes; `out` has room for ENTRY_LEN_MAX or for what this returns. */
static inline size_t entry_len(const struct entry *entry)
{
	return ENTRY_HEAD_LEN + entry->token_len;
}
void entry_pack(const struct entry *entry, uint8_t *out);

/* False for another version or an impossible length. */
MUST_CHECK bool entry_unpack(const void *octets, size_t len, struct entry *out);

#endif
