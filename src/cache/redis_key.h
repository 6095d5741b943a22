/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_key.h - how what we keep in Redis is called: the entries, and the generation key. For the
 * Redis tier, and for migrantidctl, which asks Redis by itself. Pure; thread-safe.
 */
#ifndef MIGRANTID_REDIS_KEY_H
#define MIGRANTID_REDIS_KEY_H

#include "base/base.h"

#define REDIS_KEY_ROOM 160 /* a key's name: prefix and pseudonym */

/*
 * The one key beside the entries. Its value is another one after every removal, whoever removed:
 * servers that see it change forget what they have in memory. Random, so that it differs even if
 * Redis has lost the one before; not there until the first removal.
 */
#define REDIS_GENERATION "generation"
#define REDIS_GENERATION_LEN 32 /* hexadecimal digits */

/* The key that is called `rest` behind the prefix. */
void redis_key_name(const char *prefix, const char *rest, char out[REDIS_KEY_ROOM]);

/* Whether what follows the prefix is a pseudonym as an entry is called by. */
MUST_CHECK bool redis_key_is_entry(const char *rest, size_t len);

#endif
