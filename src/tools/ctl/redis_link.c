/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/redis_link.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include <openssl/crypto.h>

#include "gate/files.h"
#include "service/redis_place.h"

#define PATIENCE_S 5 /* for a connection, and for each reply */

void redis_link_drop(redisReply **reply)
{
	if (*reply != NULL)
		freeReplyObject(*reply);
}

void redis_link_close(struct redis_link *link)
{
	if (link->context != NULL)
		redisFree(link->context);
	link->context = NULL;
}

static void blame(const struct redis_link *link, const char *setting, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* An error that is to be mended at one of the settings. */
static void blame(const struct redis_link *link, const char *setting, const char *format, ...)
{
	const struct settings *settings = link->settings;
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report(link->reporter, SAY_ERROR, settings->file,
		conf_line_of(settings->groups[SETTINGS_CACHE], setting), "%s: %s", setting, text);
}

static bool timed_out(const redisContext *context)
{
	return context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
}

static void blame_connection(const struct redis_link *link, bool late)
{
	const redisContext *context = link->context;

	if (context == NULL)
		report(link->reporter, SAY_ERROR, NULL, 0, "out of memory");
	else if (late)
		blame(link, "redis_address", "Redis at %s does not answer within %d s",
			link->settings->redis_address, PATIENCE_S);
	else
		blame(link, "redis_address", "Redis at %s cannot be reached: %s",
			link->settings->redis_address, context->errstr);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Redis's own words, and where they are about our settings, which and what to do. */
static void blame_refusal(const struct redis_link *link, const char *words)
{
	const struct settings *settings = link->settings;
	const char *user = settings->redis_user[0] != '\0' ? settings->redis_user : "default";

	if (begins(words, "NOPERM"))
		blame(link, "redis_user",
			"the user '%s' may not do what this needs: in Redis, ACL SETUSER %s "
			"~%s* " REDIS_LINK_COMMANDS " (%s)",
			user, user, settings->redis_prefix, words);
	else if (begins(words, "WRONGPASS") || begins(words, "ERR invalid password") ||
		 begins(words, "ERR AUTH"))
		blame(link, "redis_password_file", "Redis refuses the user '%s' or its password (%s)",
			user, words);
	else if (begins(words, "NOAUTH"))
		blame(link, "redis_password_file", "Redis wants a password (%s)", words);
	else if (begins(words, "READONLY"))
		blame(link, "redis_address", "this Redis is a replica: name its master (%s)", words);
	else
		blame(link, "redis_address", "Redis refuses: %s", words);
}

redisReply *redis_link_ask(struct redis_link *link, int wanted, size_t count,
			   const char *const words[], const size_t lens[])
{
	redisReply *reply = redisCommandArgv(link->context, (int)count,
		(const char **)(uintptr_t)words, lens);

	if (reply == NULL)
		blame_connection(link, timed_out(link->context));
	else if (reply->type == REDIS_REPLY_ERROR)
		blame_refusal(link, reply->str);
	else if (wanted != REDIS_LINK_ANY && reply->type != wanted)
		blame(link, "redis_address", "this is no Redis: a strange reply");
	else
		return reply;
	redis_link_drop(&reply);
	return NULL;
}

static void drop_password(char (*password)[SETTINGS_PASSWORD_MAX + 1])
{
	OPENSSL_cleanse(*password, sizeof(*password));
}

/* As the engine does it. */
static bool log_in(struct redis_link *link)
{
	const struct settings *settings = link->settings;
	char password[SETTINGS_PASSWORD_MAX + 1] CLEANUP(drop_password) = "";
	redisReply *reply CLEANUP(redis_link_drop) = NULL;
	const char *words[] = { "AUTH", settings->redis_user, password };
	bool named = settings->redis_user[0] != '\0';

	if (settings->redis_password_file[0] == '\0')
		return true;
	if (!file_password(settings->redis_password_file, password, link->reporter))
		return false;
	if (!named)
		words[1] = password;
	reply = redis_link_ask(link, REDIS_REPLY_STATUS, named ? 3 : 2, words, NULL);
	return reply != NULL;
}

static redisContext *connect_to(const char *address)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct redis_place place;
	redisContext *context;

	if (!redis_place_read(address, &place))
		return NULL;
	context = place.port == 0 ? redisConnectUnixWithTimeout(address, patience) :
				    redisConnectWithTimeout(place.host, place.port, patience);
	if (context != NULL && context->err == 0)
		(void)redisSetTimeout(context, patience);
	return context;
}

bool redis_link_open(struct redis_link *link, const struct settings *settings,
		     const struct reporter *reporter)
{
	*link = (struct redis_link){ settings, reporter, NULL };
	errno = 0;
	link->context = connect_to(settings->redis_address);
	if (link->context == NULL || link->context->err != 0) {
		blame_connection(link, false);
		return false;
	}
	return log_in(link);
}
