/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/cache_redis.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "base/clock.h"
#include "cache/entry.h"
#include "cache/redis_key.h"
#include "tools/ctl/redis_link.h"

#define AT_ONCE 256 /* names that one SCAN is asked for */
#define MOST 4096 /* and that are handled in one command, if it brings more */
#define TRIES 50 /* of a removal that others come in between of */
#define AWHILE_MS 1000

/* What is done with each part of the names. False after an error was reported. */
struct walk {
	struct redis_link link;
	struct output *out;
	bool (*part)(struct walk *walk);
	int64_t before;
	uint64_t seen, removed;
	int64_t told_ms; /* last time servers were told, and the person at the terminal */
	bool shown; /* a line of progress stands there */
	const char *words[1 + MOST]; /* the command, and names that are borrowed from the reply */
	size_t lens[1 + MOST];
	size_t count; /* names */
};

static const char *prefix_of(const struct walk *walk)
{
	return walk->link.settings->redis_prefix;
}

static redisReply *ask(struct walk *walk, int wanted, const char *word)
{
	return redis_link_ask(&walk->link, wanted, 1, &word, NULL);
}

static redisReply *ask_of_names(struct walk *walk, int wanted, const char *word)
{
	walk->words[0] = word;
	walk->lens[0] = strlen(word);
	return redis_link_ask(&walk->link, wanted, 1 + walk->count, walk->words, walk->lens);
}

/* Servers look at it every second, and forget what they have in memory when it is another one. */
static bool notify_servers(struct walk *walk)
{
	char name[REDIS_KEY_ROOM], value[REDIS_GENERATION_LEN + 1];
	const char *words[] = { "SET", name, value };
	uint8_t octets[REDIS_GENERATION_LEN / 2];
	redisReply *reply CLEANUP(redis_link_drop) = NULL;

	if (RAND_bytes(octets, sizeof(octets)) != 1) {
		report(walk->link.reporter, SAY_ERROR, NULL, 0, "no random numbers are to be had");
		return false;
	}
	for (size_t i = 0; i < sizeof(octets); i++)
		(void)snprintf(value + 2 * i, 3, "%02x", octets[i]);
	redis_key_name(prefix_of(walk), REDIS_GENERATION, name);
	reply = redis_link_ask(&walk->link, REDIS_REPLY_STATUS, ARRAY_LEN(words), words, NULL);
	/* In a transaction that failed half-way it would be queued, and not done. */
	return reply != NULL && strcmp(reply->str, "OK") == 0;
}

/* What is long is broken off now and then; what was removed until then is to be forgotten, too. */
static bool now_and_then(struct walk *walk)
{
	int64_t now = clock_mono_ms(&system_clock);

	if (now - walk->told_ms < AWHILE_MS)
		return true;
	walk->told_ms = now;
	if (!walk->out->json && isatty(STDERR_FILENO)) {
		walk->shown = true;
		(void)fprintf(stderr, "\r%" PRIu64 " looked at, %" PRIu64 " removed", walk->seen,
			walk->removed);
	}
	return walk->removed == 0 || notify_servers(walk);
}

static void end_progress(const struct walk *walk)
{
	if (walk->shown)
		(void)fputs("\r\033[K", stderr);
}

/* The prefix as it is, whatever characters it has, and anything behind it. */
static void pattern_of(const char *prefix, char out[2 * REDIS_KEY_ROOM])
{
	for (; *prefix != '\0'; prefix++) {
		if (strchr("*?[]^\\", *prefix) != NULL)
			*out++ = '\\';
		*out++ = *prefix;
	}
	memcpy(out, "*", 2);
}

static bool is_generation(const char *rest, size_t len)
{
	return len == strlen(REDIS_GENERATION) && memcmp(rest, REDIS_GENERATION, len) == 0;
}

/* Take the names up that this is about: not the generation, and no stranger's. */
static void take_names(struct walk *walk, const redisReply *names, size_t *at, bool entries)
{
	size_t prefix = strlen(prefix_of(walk));

	for (walk->count = 0; *at < names->elements && walk->count < MOST; (*at)++) {
		const redisReply *name = names->element[*at];
		size_t len = (size_t)name->len;
		const char *rest = name->str + prefix;

		if (name->type != REDIS_REPLY_STRING || len < prefix ||
			memcmp(name->str, prefix_of(walk), prefix) != 0)
			continue;
		if (entries ? !redis_key_is_entry(rest, len - prefix)
			    : is_generation(rest, len - prefix))
			continue;
		walk->count++;
		walk->words[walk->count] = name->str;
		walk->lens[walk->count] = len;
	}
}

static bool do_part(struct walk *walk, const redisReply *names, bool entries)
{
	for (size_t at = 0; at < names->elements;) {
		take_names(walk, names, &at, entries);
		walk->seen += walk->count;
		if (walk->count > 0 && (!walk->part(walk) || !now_and_then(walk)))
			return false;
	}
	return true;
}

/* SCAN gives each name that is there all the time at least once, however many there are. */
static bool scan(struct walk *walk, bool entries)
{
	char cursor[32] = "0", pattern[2 * REDIS_KEY_ROOM], count[16];
	const char *words[] = { "SCAN", cursor, "MATCH", pattern, "COUNT", count };

	(void)snprintf(count, sizeof(count), "%d", AT_ONCE);
	pattern_of(prefix_of(walk), pattern);
	do {
		redisReply *reply CLEANUP(redis_link_drop) = redis_link_ask(
			&walk->link, REDIS_REPLY_ARRAY, ARRAY_LEN(words), words, NULL);

		if (reply == NULL)
			return false;
		if (reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
			reply->element[1]->type != REDIS_REPLY_ARRAY) {
			report(walk->link.reporter, SAY_ERROR, NULL, 0, "a strange reply to SCAN");
			return false;
		}
		(void)snprintf(cursor, sizeof(cursor), "%s", reply->element[0]->str);
		if (!do_part(walk, reply->element[1], entries))
			return false;
	} while (strcmp(cursor, "0") != 0);
	return true;
}

static bool open_walk(struct walk *walk, const struct settings *settings, struct output *out)
{
	walk->out = out;
	walk->told_ms = clock_mono_ms(&system_clock);
	return redis_link_open(&walk->link, settings, &out->reporter);
}

static void close_walk(struct walk *walk)
{
	OPENSSL_cleanse(walk->words, sizeof(walk->words));
	redis_link_close(&walk->link);
}

static bool count_part(struct walk *walk)
{
	(void)walk;
	return true;
}

enum ctl_exit cache_redis_count(
	const struct settings *settings, struct output *out, uint64_t *entries)
{
	struct walk walk CLEANUP(close_walk) = { .part = count_part };
	bool good = open_walk(&walk, settings, out) && scan(&walk, true);

	end_progress(&walk);
	*entries = walk.seen;
	return good ? CTL_FINE : CTL_UNABLE;
}

static bool remove_part(struct walk *walk)
{
	redisReply *reply CLEANUP(redis_link_drop) = NULL;

	reply = ask_of_names(walk, REDIS_REPLY_INTEGER, "UNLINK");
	if (reply == NULL)
		return false;
	walk->removed += (uint64_t)reply->integer;
	return true;
}

/* Leave those names that hold an answer from before the time. */
static void sift(struct walk *walk, const redisReply *values)
{
	struct entry entry;
	size_t kept = 0;

	for (size_t i = 0; i < walk->count && i < values->elements; i++) {
		const redisReply *value = values->element[i];

		if (value->type != REDIS_REPLY_STRING ||
			!entry_unpack(value->str, (size_t)value->len, &entry) ||
			entry.stored_at >= walk->before)
			continue;
		kept++;
		walk->words[kept] = walk->words[1 + i];
		walk->lens[kept] = walk->lens[1 + i];
	}
	OPENSSL_cleanse(&entry, sizeof(entry));
	walk->count = kept;
}

/* MULTI, UNLINK, EXEC. *done stays false if one of the names was written since WATCH. */
static bool remove_unless_written(struct walk *walk, bool *done)
{
	redisReply *begun CLEANUP(redis_link_drop) = ask(walk, REDIS_REPLY_STATUS, "MULTI");
	redisReply *queued CLEANUP(redis_link_drop) = NULL;
	redisReply *reply CLEANUP(redis_link_drop) = NULL;

	if (begun == NULL)
		return false;
	queued = ask_of_names(walk, REDIS_REPLY_STATUS, "UNLINK");
	if (queued == NULL)
		return false;
	reply = ask(walk, REDIS_LINK_ANY, "EXEC");
	if (reply == NULL)
		return false;
	*done = reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 &&
		reply->element[0]->type == REDIS_REPLY_INTEGER;
	if (*done)
		walk->removed += (uint64_t)reply->element[0]->integer;
	return true;
}

static bool try_removal(struct walk *walk, bool *done)
{
	redisReply *watched CLEANUP(redis_link_drop) =
		ask_of_names(walk, REDIS_REPLY_STATUS, "WATCH");
	redisReply *values CLEANUP(redis_link_drop) = NULL;
	redisReply *unwatched CLEANUP(redis_link_drop) = NULL;

	if (watched == NULL)
		return false;
	values = ask_of_names(walk, REDIS_REPLY_ARRAY, "MGET");
	if (values == NULL)
		return false;
	sift(walk, values);
	if (walk->count > 0)
		return remove_unless_written(walk, done);
	*done = true;
	unwatched = ask(walk, REDIS_REPLY_STATUS, "UNWATCH");
	return unwatched != NULL;
}

/* What a failed try has left out is too young, or gone: the next one need not look at it again. */
static bool remove_part_before(struct walk *walk)
{
	bool done = false;

	for (int i = 0; i < TRIES && !done; i++)
		if (!try_removal(walk, &done))
			return false;
	if (!done)
		report(walk->link.reporter, SAY_ERROR, NULL, 0,
			"what is to be removed is written again and again");
	return done;
}

/* Servers are told even if not all was removed, and if nothing was: memory may have what the store
 * has not. */
static enum ctl_exit finish(struct walk *walk, bool good)
{
	if (walk->link.context->err == 0)
		good = notify_servers(walk) && good;
	if (good)
		return CTL_FINE;
	report(walk->link.reporter, SAY_ERROR, NULL, 0,
		"not all could be removed and made known, and servers may use it still: mend "
		"what is named above, then repeat this");
	return CTL_UNABLE;
}

static enum ctl_exit purge(struct walk *walk, bool entries)
{
	bool good = scan(walk, entries);

	end_progress(walk);
	return finish(walk, good);
}

enum ctl_exit cache_redis_purge_all(
	const struct settings *settings, struct output *out, uint64_t *removed)
{
	struct walk walk CLEANUP(close_walk) = { .part = remove_part };
	enum ctl_exit code = CTL_UNABLE;

	/* Without a prefix the rest of the database may be anybody's. */
	if (open_walk(&walk, settings, out))
		code = purge(&walk, settings->redis_prefix[0] == '\0');
	*removed = walk.removed;
	return code;
}

enum ctl_exit cache_redis_purge_before(
	const struct settings *settings, int64_t before, struct output *out, uint64_t *removed)
{
	struct walk walk CLEANUP(close_walk) = { .part = remove_part_before, .before = before };
	enum ctl_exit code = CTL_UNABLE;

	if (open_walk(&walk, settings, out))
		code = purge(&walk, true);
	*removed = walk.removed;
	return code;
}

enum ctl_exit cache_redis_purge_person(const struct settings *settings,
	const struct person_keys *keys, struct output *out, uint64_t *removed)
{
	struct walk walk CLEANUP(close_walk) = { .part = remove_part };
	char names[ARRAY_LEN(keys->at)][REDIS_KEY_ROOM];
	enum ctl_exit code = CTL_UNABLE;

	for (size_t i = 0; i < keys->count; i++) {
		redis_key_name(settings->redis_prefix, keys->at[i].text, names[i]);
		walk.words[1 + i] = names[i];
		walk.lens[1 + i] = strlen(names[i]);
	}
	walk.count = keys->count;
	if (open_walk(&walk, settings, out))
		code = finish(&walk, remove_part(&walk));
	OPENSSL_cleanse(names, sizeof(names));
	*removed = walk.removed;
	return code;
}
