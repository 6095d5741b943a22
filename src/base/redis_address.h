/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * redis_address.h - where Redis is and how it is reached: for the Redis tier, and for migrantidctl,
 * which asks Redis by itself. Pure; thread-safe.
 */
#ifndef MIGRANTID_REDIS_ADDRESS_H
#define MIGRANTID_REDIS_ADDRESS_H

#include "base/base.h"

#define REDIS_SENTINELS_MAX 8

/* How an operator's Redis is reached. Strings are borrowed; "" for what is not wanted. */
struct redis_config {
	const char *address; /* text for redis_address_parse(); unused where Sentinels are asked */
	const char *sentinels[REDIS_SENTINELS_MAX]; /* their addresses; sentinel_count 0: none */
	size_t sentinel_count;
	const char *master; /* the name under which Sentinels know it */
	const char *user, *password; /* ACL user; "" for the server's default */
	const char *ca_file; /* PEM; not "": TLS, with what it vouches for */
	const char *certificate_file, *key_file; /* PEM, shown to Redis */
	const char *tls_name; /* in Redis's certificate; "": its address */
	const char *prefix; /* of every key */
};

struct redis_address {
	char host[108]; /* numeric address; the path of a Unix socket */
	int port; /* 0: a Unix socket */
};

/*
 * "127.0.0.1:6379", "[::1]:6379", or the path of a Unix socket. A name is none: it would have to be
 * looked up, which could block. False if it is not an address.
 */
MUST_CHECK bool redis_address_parse(const char *text, struct redis_address *out);

/* The same from a numeric address without brackets and a port, as Sentinels tell them. */
MUST_CHECK bool redis_address_from_parts(
	const char *host, const char *port, struct redis_address *out);

/* As redis_address_parse() takes it. */
#define REDIS_ADDRESS_ROOM 128
void redis_address_format(const struct redis_address *address, char out[REDIS_ADDRESS_ROOM]);

/*
 * Of Redis's error the code alone, "NOPERM", which may be shown to people: the words behind it
 * repeat our command, with pseudonyms and the password in it.
 */
#define REDIS_CODE_ROOM 24
void redis_error_code(const char *words, char out[REDIS_CODE_ROOM]);

#endif
