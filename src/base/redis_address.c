/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/redis_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_port(const char *text, int *out)
{
	size_t len = strlen(text);

	if (len == 0 || len > 5 || strspn(text, "0123456789") != len)
		return false;
	*out = atoi(text);
	return *out > 0 && *out <= UINT16_MAX;
}

static bool is_numeric(int family, const char *host)
{
	struct in6_addr octets; /* the longer of the two */

	return inet_pton(family, host, &octets) == 1;
}

static bool read_host(const char *text, size_t len, char *out, size_t room)
{
	bool bracketed = len >= 2 && text[0] == '[' && text[len - 1] == ']';

	if (bracketed) {
		text++;
		len -= 2;
	}
	if (len >= room)
		return false;
	memcpy(out, text, len);
	out[len] = '\0';
	return is_numeric(bracketed ? AF_INET6 : AF_INET, out);
}

static bool read_path(const char *path, struct redis_address *out)
{
	size_t len = strlen(path);

	if (len >= sizeof(out->host))
		return false;
	memcpy(out->host, path, len + 1);
	return true;
}

bool redis_address_parse(const char *text, struct redis_address *out)
{
	const char *colon = strrchr(text, ':');

	*out = (struct redis_address){ .port = 0 };
	if (text[0] == '/')
		return read_path(text, out);
	return colon != NULL && read_port(colon + 1, &out->port) &&
	       read_host(text, (size_t)(colon - text), out->host, sizeof(out->host));
}

bool redis_address_from_parts(const char *host, const char *port, struct redis_address *out)
{
	size_t len = strlen(host);

	*out = (struct redis_address){ .port = 0 };
	if (len >= sizeof(out->host) || !read_port(port, &out->port))
		return false;
	memcpy(out->host, host, len + 1);
	return is_numeric(AF_INET, host) || is_numeric(AF_INET6, host);
}

void redis_address_format(const struct redis_address *address, char out[REDIS_ADDRESS_ROOM])
{
	bool bracketed = strchr(address->host, ':') != NULL;

	if (address->port == 0)
		(void)snprintf(out, REDIS_ADDRESS_ROOM, "%s", address->host);
	else
		(void)snprintf(out, REDIS_ADDRESS_ROOM, bracketed ? "[%s]:%d" : "%s:%d",
			address->host, address->port);
}

void redis_error_code(const char *words, char out[REDIS_CODE_ROOM])
{
	size_t len = strspn(words, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (len == 0 || len >= REDIS_CODE_ROOM || (words[len] != ' ' && words[len] != '\0'))
		(void)snprintf(out, REDIS_CODE_ROOM, "an error");
	else
		(void)snprintf(out, REDIS_CODE_ROOM, "%.*s", (int)len, words);
}
