/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cache/redis_key.h"

#include <stdio.h>
#include <string.h>

#include "person/person_key.h"

void redis_key_name(const char *prefix, const char *rest, char out[REDIS_KEY_ROOM])
{
	(void)snprintf(out, REDIS_KEY_ROOM, "%s%s", prefix, rest);
}

bool redis_key_is_entry(const char *rest, size_t len)
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
