/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/redis_link.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "config/files.h"
#include "cache/redis_sentinel.h"

#define PATIENCE_S 5 /* for a connection, and for each part of a reply */
#define REPLY_S 60 /* for a whole one */

/* SCAN brings some hundreds of names in an array of its own, MGET as many entries. */
static const struct reply_limits limits = { .elements = 65536,
	.octets = 64 * 1024 * 1024,
	.depth = 1 };

/* An error that is to be mended at one of the settings. */
#define blame(link, setting, ...)                                                                  \
	settings_say((link)->settings, (link)->reporter, (link)->severity, SETTINGS_CACHE,         \
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

static const char *fault_of(const struct redis_link *link, const redisContext *context)
{
	if (link->limiter.refused != NULL)
		return link->limiter.refused;
	return context->errstr[0] != '\0' ? context->errstr : context->reader->errstr;
}

/* Of a connection that is of no use, to Redis or to a Sentinel. */
static void blame_connection(const struct redis_link *link, const char *whom,
	const struct redis_address *address, const redisContext *context)
{
	bool late = context != NULL && timed_out(context);
	char at[REDIS_ADDRESS_ROOM];

	redis_address_format(address, at);
	if (context == NULL)
		report(link->reporter, SAY_ERROR, NULL, 0, "out of memory");
	else if (late)
		blame(link, whereabouts(link), "%s at %s does not answer within %d s", whom, at,
			PATIENCE_S);
	else
		blame(link, whereabouts(link), "%s at %s cannot be reached: %s", whom, at,
			fault_of(link, context));
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Redis's own word, and where it is about our settings, which and what to do. */
static void blame_refusal(const struct redis_link *link, const char *command, const char *words)
{
	char code[REDIS_CODE_ROOM];
	const struct redis_config *config = &link->config;
	const char *user = config->user[0] != '\0' ? config->user : "default";

	redis_error_code(words, code);
	if (begins(words, "NOPERM"))
		blame(link, "redis_user",
			"the user '%s' may not do what this needs: in Redis, ACL SETUSER %s "
			"~%s* " REDIS_LINK_COMMANDS,
			user, user, config->prefix);
	else if (begins(words, "WRONGPASS") || begins(words, "ERR invalid password") ||
		 begins(words, "ERR AUTH"))
		blame(link, "redis_password_file", "Redis refuses the user '%s' or its password",
			user);
	else if (begins(words, "NOAUTH"))
		blame(link, "redis_password_file", "Redis wants a password");
	else if (begins(words, "READONLY"))
		blame(link, whereabouts(link), "this Redis is a replica: name its master");
	else
		blame(link, whereabouts(link), "Redis refuses %s: %s", command, code);
}

/*
 * As redisGetReply(), but no reply is waited for without end, nor kept however long it becomes:
 * a part of it that comes now and then is enough for hiredis to wait for the next.
 */
static redisReply *await(struct redis_link *link, redisContext *context)
{
	int64_t until = clock_mono_ms(&system_clock) + REPLY_S * 1000;
	void *reply = NULL;
	int sent = 0;

	errno = 0;
	while (!sent)
		if (redisBufferWrite(context, &sent) != REDIS_OK)
			return NULL;
	while (redisReaderGetReply(context->reader, &reply) == REDIS_OK && reply == NULL) {
		if (context->reader->len > limits.octets)
			link->limiter.refused = REPLY_TOO_LONG;
		else if (clock_mono_ms(&system_clock) >= until)
			link->limiter.refused = "its reply does not end";
		if (link->limiter.refused != NULL || redisBufferRead(context) != REDIS_OK)
			return NULL;
	}
	return reply;
}

redisReply *redis_link_ask(struct redis_link *link, int wanted, size_t count,
	const char *const words[], const size_t lens[])
{
	redisReply *reply = NULL;

	if (redisAppendCommandArgv(
		    link->context, (int)count, (const char **)(uintptr_t)words, lens) == REDIS_OK)
		reply = await(link, link->context);
	if (reply == NULL)
		blame_connection(link, "Redis", &link->address, link->context);
	else if (reply->type == REDIS_REPLY_ERROR)
		blame_refusal(link, words[0], reply->str);
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
static redisContext *connect_to(
	struct redis_link *link, const char *whom, const struct redis_address *address)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	redisContext *context;

	errno = 0;
	link->limiter.refused = NULL;
	context = address->port == 0
			  ? redisConnectUnixWithTimeout(address->host, patience)
			  : redisConnectWithTimeout(address->host, address->port, patience);
	if (context != NULL && context->err == 0 &&
		redisSetTimeout(context, patience) == REDIS_OK &&
		redis_tls_start(link->tls, context, address)) {
		reply_limiter_attach(&link->limiter, context->reader, NULL, &limits);
		return context;
	}
	blame_connection(link, whom, address, context);
	drop_context(&context);
	return NULL;
}

static bool ask_sentinel(struct redis_link *link, const char *sentinel)
{
	redisContext *context CLEANUP(drop_context) = NULL;
	redisReply *reply CLEANUP(redis_link_drop) = NULL;
	struct redis_address address;

	if (!redis_address_parse(sentinel, &address))
		return false;
	context = connect_to(link, "the Sentinel", &address);
	if (context == NULL)
		return false;
	if (redisAppendCommand(context, SENTINEL_QUESTION, link->config.master) == REDIS_OK)
		reply = await(link, context);
	if (reply == NULL)
		blame_connection(link, "the Sentinel", &address, context);
	else if (reply->type == REDIS_REPLY_ERROR)
		blame(link, "redis_sentinels", "%s refuses to say where '%s' is", sentinel,
			link->config.master);
	else if (!sentinel_answer(reply, &link->address))
		blame(link, "redis_master", "%s knows no address of '%s'", sentinel,
			link->config.master);
	else
		return true;
	return false;
}

/* One that is away is warned of; the others may know. */
static bool find_address(struct redis_link *link)
{
	const struct redis_config *config = &link->config;
	bool found = false;

	if (config->sentinel_count == 0)
		return redis_address_parse(config->address, &link->address);
	link->severity = SAY_WARNING;
	for (size_t i = 0; i < config->sentinel_count && !found; i++)
		found = ask_sentinel(link, config->sentinels[i]);
	link->severity = SAY_ERROR;
	if (!found)
		blame(link, "redis_sentinels", "none of them tells where the master is");
	return found;
}

bool redis_link_open(
	struct redis_link *link, const struct settings *settings, const struct reporter *reporter)
{
	*link = (struct redis_link){ settings, reporter, .severity = SAY_ERROR };
	link->config = settings_redis(settings);
	/* Redis may hang up while it is written to. */
	(void)signal(SIGPIPE, SIG_IGN);
	if (!redis_tls_open(&link->config, reporter, &link->tls) || !find_address(link))
		return false;
	link->context = connect_to(link, "Redis", &link->address);
	return link->context != NULL && log_in(link);
}
