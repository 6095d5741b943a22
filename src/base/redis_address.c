/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/redis_address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "person/person_key.h"

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

static bool read_path(const char *path, struct redis_place *out)
{
	size_t len = strlen(path);

	if (len >= sizeof(out->host))
		return false;
	memcpy(out->host, path, len + 1);
	return true;
}

bool redis_place_read(const char *address, struct redis_place *out)
{
	const char *colon = strrchr(address, ':');

	*out = (struct redis_place){ .port = 0 };
	if (address[0] == '/')
		return read_path(address, out);
	return colon != NULL && read_port(colon + 1, &out->port) &&
	       read_host(address, (size_t)(colon - address), out->host, sizeof(out->host));
}

bool redis_place_make(const char *host, const char *port, struct redis_place *out)
{
	size_t len = strlen(host);

	*out = (struct redis_place){ .port = 0 };
	if (len >= sizeof(out->host) || !read_port(port, &out->port))
		return false;
	memcpy(out->host, host, len + 1);
	return is_numeric(AF_INET, host) || is_numeric(AF_INET6, host);
}

void redis_place_text(const struct redis_place *place, char out[REDIS_PLACE_ROOM])
{
	bool bracketed = strchr(place->host, ':') != NULL;

	if (place->port == 0)
		(void)snprintf(out, REDIS_PLACE_ROOM, "%s", place->host);
	else
		(void)snprintf(out, REDIS_PLACE_ROOM, bracketed ? "[%s]:%d" : "%s:%d",
			place->host, place->port);
}

void redis_name(const char *prefix, const char *rest, char out[REDIS_NAME_ROOM])
{
	(void)snprintf(out, REDIS_NAME_ROOM, "%s%s", prefix, rest);
}

void redis_error_code(const char *words, char out[REDIS_CODE_ROOM])
{
	size_t len = strspn(words, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	if (len == 0 || len >= REDIS_CODE_ROOM || (words[len] != ' ' && words[len] != '\0'))
		(void)snprintf(out, REDIS_CODE_ROOM, "an error");
	else
		(void)snprintf(out, REDIS_CODE_ROOM, "%.*s", (int)len, words);
}

bool redis_name_is_entry(const char *rest, size_t len)
{
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-_";

	if (len != PERSON_KEY_TEXT_LEN)
		return false;
	for (size_t i = 0; i < len; i++)
		if (rest[i] == '\0' || strchr(characters, rest[i]) == NULL)
			return false;
	return true;
}
