/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kept answer's octets, out of a disk or Redis: whatever they are, what is read of them lies
 * within them, and what is written again is the same.
 */
#include "cache/entry.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct entry entry;
	static uint8_t again[ENTRY_LEN_MAX];
	char *octets = exact_copy(data, size);

	if (entry_unpack(octets, size, &entry)) {
		HOLDS(entry.token_len > 0 && entry.token_len <= sizeof(entry.token));
		HOLDS(entry_len(&entry) == size);
		entry_pack(&entry, again);
		HOLDS(memcmp(again, data, size) == 0);
	} else {
		HOLDS(size <= ENTRY_HEAD_LEN || size > ENTRY_LEN_MAX || data[0] != ENTRY_VERSION);
	}
	free(octets);
	return 0;
}
