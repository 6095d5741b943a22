/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_place.h - where Redis is, and how what we keep there is called: for the engine, and for
 * migrantidctl, which asks by itself. Pure; thread-safe.
 */
#ifndef MIGRANTID_REDIS_PLACE_H
#define MIGRANTID_REDIS_PLACE_H

#include "base/base.h"

#define REDIS_NAME_ROOM 160 /* a key's name: prefix and pseudonym */

/*
 * The one key beside the entries. Its value is another one after every removal, whoever removed:
 * servers that see it change forget what they have in memory. Random, so that it differs even if
 * Redis has lost the one before; not there until the first removal.
 */
#define REDIS_GENERATION "generation"
#define REDIS_GENERATION_LEN 32 /* hexadecimal digits */

struct redis_place {
	char host[64]; /* numeric; "" for a Unix socket */
	int port;
};

/*
 * "127.0.0.1:6379", "[::1]:6379", or the path of a Unix socket. A name is none: it would have to be
 * looked up, which could block. False if it is not an address.
 */
MUST_CHECK bool redis_place_read(const char *address, struct redis_place *out);

/* The key that is called `rest` behind the prefix. */
void redis_name(const char *prefix, const char *rest, char out[REDIS_NAME_ROOM]);

/* Whether what follows the prefix is a pseudonym as an entry is called by. */
MUST_CHECK bool redis_name_is_entry(const char *rest, size_t len);

#endif
