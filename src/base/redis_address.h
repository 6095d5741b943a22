/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_address.h - where Redis is, and how what we keep there is called: for the engine, and for
 * migrantidctl, which asks by itself. Pure; thread-safe.
 */
#ifndef MIGRANTID_REDIS_ADDRESS_H
#define MIGRANTID_REDIS_ADDRESS_H

#include "base/base.h"

#define REDIS_NAME_ROOM 160 /* a key's name: prefix and pseudonym */
#define REDIS_SENTINELS_MAX 8

/*
 * The one key beside the entries. Its value is another one after every removal, whoever removed:
 * servers that see it change forget what they have in memory. Random, so that it differs even if
 * Redis has lost the one before; not there until the first removal.
 */
#define REDIS_GENERATION "generation"
#define REDIS_GENERATION_LEN 32 /* hexadecimal digits */

/* How an operator's Redis is reached. Strings are borrowed; "" for what is not wanted. */
struct redis_config {
	const char *address; /* as redis_place_read() takes it; unused where Sentinels are asked */
	const char *sentinels[REDIS_SENTINELS_MAX]; /* their addresses; sentinel_count 0: none */
	size_t sentinel_count;
	const char *master; /* the name under which Sentinels know it */
	const char *user, *password; /* ACL user; "" for the server's default */
	const char *ca_file; /* PEM; not "": TLS, with what it vouches for */
	const char *certificate_file, *key_file; /* PEM, shown to Redis */
	const char *tls_name; /* in Redis's certificate; "": its address */
	const char *prefix; /* of every key */
};

struct redis_place {
	char host[108]; /* numeric address; the path of a Unix socket */
	int port; /* 0: a Unix socket */
};

/*
 * "127.0.0.1:6379", "[::1]:6379", or the path of a Unix socket. A name is none: it would have to be
 * looked up, which could block. False if it is not an address.
 */
MUST_CHECK bool redis_place_read(const char *address, struct redis_place *out);

/* The same from a numeric address without brackets and a port, as Sentinels tell them. */
MUST_CHECK bool redis_place_make(const char *host, const char *port, struct redis_place *out);

/* As redis_place_read() takes it. */
#define REDIS_PLACE_ROOM 128
void redis_place_text(const struct redis_place *place, char out[REDIS_PLACE_ROOM]);

/* The key that is called `rest` behind the prefix. */
void redis_name(const char *prefix, const char *rest, char out[REDIS_NAME_ROOM]);

/*
 * Of Redis's error the code alone, "NOPERM", which may be shown to people: the words behind it
 * repeat our command, with pseudonyms and the password in it.
 */
#define REDIS_CODE_ROOM 24
void redis_error_code(const char *words, char out[REDIS_CODE_ROOM]);

/* Whether what follows the prefix is a pseudonym as an entry is called by. */
MUST_CHECK bool redis_name_is_entry(const char *rest, size_t len);

#endif
