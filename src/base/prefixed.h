/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * prefixed.h - texts one after the other so that no two lists of them are the same octets: each
 * behind its length, sixteen bits, big-endian. What a MAC covers is written so.
 */
#ifndef MIGRANTID_PREFIXED_H
#define MIGRANTID_PREFIXED_H

#include <string.h>

#include "base/base.h"

/* Write it to `out`, which has room for 2 + len octets. Returns how many those are; len < 65536. */
static inline size_t prefixed_put(uint8_t *out, const char *text, size_t len)
{
	out[0] = (uint8_t)(len >> 8);
	out[1] = (uint8_t)len;
	memcpy(out + 2, text, len);
	return 2 + len;
}

#endif
