/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/redis_link.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include <openssl/crypto.h>

#include "gate/files.h"
#include "service/redis/sentinel.h"

#define PATIENCE_S 5 /* for a connection, and for each reply */
#define ELEMENTS_MAX 65536 /* of a reply; SCAN brings some hundreds */

/* An error that is to be mended at one of the settings. */
#define blame(link, setting, ...) \
	settings_say((link)->settings, (link)->reporter, (link)->severity, SETTINGS_CACHE, \
		setting, __VA_ARGS__)

void redis_link_drop(redisReply **reply)
{
	if (*reply != NULL)
		freeReplyObject(*reply);
}

static void drop_context(redisContext **context)
{
	if (*context != NULL)
		redisFree(*context);
	*context = NULL;
}

void redis_link_close(struct redis_link *link)
{
	drop_context(&link->context);
	redis_tls_close(link->tls);
	link->tls = NULL;
}

/* The setting that says where it is. */
static const char *whereabouts(const struct redis_link *link)
{
	return link->config.sentinel_count > 0 ? "redis_sentinels" : "redis_address";
}

static bool timed_out(const redisContext *context)
{
	return context->err == REDIS_ERR_IO && (errno == EAGAIN || errno == ETIMEDOUT);
}

/* Of a connection that is of no use, to Redis or to a Sentinel. */
static void blame_connection(const struct redis_link *link, const char *whom,
			     const struct redis_place *place, const redisContext *context)
{
	bool late = context != NULL && timed_out(context);
	char at[REDIS_PLACE_ROOM];

	redis_place_text(place, at);
	if (context == NULL)
		report(link->reporter, SAY_ERROR, NULL, 0, "out of memory");
	else if (late)
		blame(link, whereabouts(link), "%s at %s does not answer within %d s", whom, at,
			PATIENCE_S);
	else
		blame(link, whereabouts(link), "%s at %s cannot be reached: %s", whom, at,
			link->guard.refused != NULL ? link->guard.refused : context->errstr);
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Redis's own words, and where they are about our settings, which and what to do. */
static void blame_refusal(const struct redis_link *link, const char *words)
{
	const struct redis_config *config = &link->config;
	const char *user = config->user[0] != '\0' ? config->user : "default";

	if (begins(words, "NOPERM"))
		blame(link, "redis_user",
			"the user '%s' may not do what this needs: in Redis, ACL SETUSER %s "
			"~%s* " REDIS_LINK_COMMANDS " (%s)",
			user, user, config->prefix, words);
	else if (begins(words, "WRONGPASS") || begins(words, "ERR invalid password") ||
		 begins(words, "ERR AUTH"))
		blame(link, "redis_password_file", "Redis refuses the user '%s' or its password (%s)",
			user, words);
	else if (begins(words, "NOAUTH"))
		blame(link, "redis_password_file", "Redis wants a password (%s)", words);
	else if (begins(words, "READONLY"))
		blame(link, whereabouts(link), "this Redis is a replica: name its master (%s)", words);
	else
		blame(link, whereabouts(link), "Redis refuses: %s", words);
}

redisReply *redis_link_ask(struct redis_link *link, int wanted, size_t count,
			   const char *const words[], const size_t lens[])
{
	redisReply *reply = redisCommandArgv(link->context, (int)count,
		(const char **)(uintptr_t)words, lens);

	if (reply == NULL)
		blame_connection(link, "Redis", &link->place, link->context);
	else if (reply->type == REDIS_REPLY_ERROR)
		blame_refusal(link, reply->str);
	else if (wanted != REDIS_LINK_ANY && reply->type != wanted)
		blame(link, whereabouts(link), "this is no Redis: a strange reply");
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

/* NULL after an error was reported. */
static redisContext *connect_to(const struct redis_link *link, const char *whom,
				const struct redis_place *place)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	redisContext *context;

	errno = 0;
	context = place->port == 0 ? redisConnectUnixWithTimeout(place->host, patience) :
				     redisConnectWithTimeout(place->host, place->port, patience);
	if (context != NULL && context->err == 0 &&
		redisSetTimeout(context, patience) == REDIS_OK &&
		redis_tls_start(link->tls, context, place))
		return context;
	blame_connection(link, whom, place, context);
	drop_context(&context);
	return NULL;
}

static bool ask_sentinel(struct redis_link *link, const char *address)
{
	redisContext *context CLEANUP(drop_context) = NULL;
	redisReply *reply CLEANUP(redis_link_drop) = NULL;
	struct redis_place place;

	if (!redis_place_read(address, &place))
		return false;
	context = connect_to(link, "the Sentinel", &place);
	if (context == NULL)
		return false;
	reply = redisCommand(context, SENTINEL_QUESTION, link->config.master);
	if (reply == NULL)
		blame_connection(link, "the Sentinel", &place, context);
	else if (reply->type == REDIS_REPLY_ERROR)
		blame(link, "redis_sentinels", "%s refuses: %s", address, reply->str);
	else if (!sentinel_answer(reply, &link->place))
		blame(link, "redis_master", "%s knows no address of '%s'", address,
			link->config.master);
	else
		return true;
	return false;
}

/* One that is away is warned of; the others may know. */
static bool find_place(struct redis_link *link)
{
	const struct redis_config *config = &link->config;
	bool found = false;

	if (config->sentinel_count == 0)
		return redis_place_read(config->address, &link->place);
	link->severity = SAY_WARNING;
	for (size_t i = 0; i < config->sentinel_count && !found; i++)
		found = ask_sentinel(link, config->sentinels[i]);
	link->severity = SAY_ERROR;
	if (!found)
		blame(link, "redis_sentinels", "none of them tells where the master is");
	return found;
}

bool redis_link_open(struct redis_link *link, const struct settings *settings,
		     const struct reporter *reporter)
{
	*link = (struct redis_link){ settings, reporter, .severity = SAY_ERROR };
	link->config = settings_redis(settings);
	/* Redis may hang up while it is written to. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (!redis_tls_open(&link->config, reporter, &link->tls) || !find_place(link))
		return false;
	link->context = connect_to(link, "Redis", &link->place);
	if (link->context == NULL)
		return false;
	guard_set(&link->guard, link->context->reader, NULL, ELEMENTS_MAX);
	return log_in(link);
}
