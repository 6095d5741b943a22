/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decide SETTINGS REQUESTS [keep] - the core alone in a process, which then stays as it is, to be
 * looked into: privacy.sh takes its memory apart. Of REQUESTS nothing is left here but what the
 * core or a library has kept: it is read without buffers and wiped after each sale, unless "keep"
 * asks for a process in which something is to be found.
 *
 * REQUESTS holds lines of an attribute's name, "=" and its value to the end of the line; an empty
 * line ends a sale; "~ MS" waits. Each decision is a line of result and reason; "idle" says that
 * all is done. SIGTERM closes it and ends it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "decision/decision.h"

#define REQUESTS_MAX 65536
#define FIELDS_MAX 64
#define NAME_MAX_LEN 63

/* Sales are read where they stand. */
struct requests {
	char text[REQUESTS_MAX + 1];
	char *at;
	bool keep; /* unwiped */
};

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx;
	(void)severity;
	(void)fprintf(stderr, "%s[%d]: %s\n", file != NULL ? file : "", line, text);
}

static bool slurp(const char *path, struct requests *out)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got, len = 0;

	if (file < 0)
		return false;
	while ((got = read(file, out->text + len, (size_t)(REQUESTS_MAX - len))) > 0)
		len += got;
	(void)close(file);
	out->text[len] = '\0';
	out->at = out->text;
	return got == 0 && len < REQUESTS_MAX;
}

static void wait_ms(long ms)
{
	const struct timespec time = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&time, NULL);
}

/*
 * Octet by octet, here and below: the C library's searches and comparisons leave what stands near
 * the text that they read in vector registers, and from there it gets into a dump.
 */
static size_t line_len(const char *line)
{
	size_t len = 0;

	while (line[len] != '\0' && line[len] != '\n')
		len++;
	return len;
}

static enum attribute attribute_of_name(const char *name)
{
	for (enum attribute a = ATTR_NONE + 1; a < ATTRIBUTES; a++)
		if (strcmp(attribute_name(a), name) == 0)
			return a;
	return ATTR_NONE;
}

/* False at an attribute that is none. */
static bool read_line(const char *line, size_t len, struct sale_field *out)
{
	char name[NAME_MAX_LEN + 1] = "";
	size_t at = 0;

	for (; at < len && at < NAME_MAX_LEN && line[at] != '='; at++)
		name[at] = line[at];
	if (at == len || line[at] != '=')
		return false;
	out->attribute = attribute_of_name(name);
	out->value = (struct span){ line + at + 1, len - at - 1 };
	return out->attribute != ATTR_NONE;
}

static void decide_one(struct decider *decider, const struct sale_field *fields, size_t count)
{
	const struct sale_request sale = {
		.fields = fields, .count = count, .shop = { "shop-17", 7 }, .plain_allowed = true
	};
	struct decision decision;

	if (count == 0)
		return;
	decide(decider, &sale, &decision);
	(void)printf("%s %s\n", result_name(decision.result), reason_name(decision.reason));
}

static bool decide_all(struct decider *decider, struct requests *requests)
{
	struct sale_field fields[FIELDS_MAX];
	char *begin = requests->at, *line = begin;
	size_t count = 0;

	while (*line != '\0') {
		size_t len = line_len(line);
		bool last = len == 0;
		char *next = line + len + (line[len] == '\n');

		if (line[0] == '~')
			wait_ms(atol(line + 1));
		else if (!last && (count == FIELDS_MAX || !read_line(line, len, &fields[count++])))
			return false;
		if (last || *next == '\0') {
			decide_one(decider, fields, count);
			if (!requests->keep)
				OPENSSL_cleanse(begin, (size_t)(next - begin));
			begin = next;
			count = 0;
		}
		line = next;
	}
	return true;
}

int main(int argc, char **argv)
{
	struct decider_options options = {
		.settings_file = argc >= 3 ? argv[1] : NULL,
		.workers = 4,
		.clock = system_clock,
		.reporter = { say, NULL },
	};
	static struct requests requests;
	struct decider *decider;
	sigset_t wanted;
	int got;

	sigemptyset(&wanted);
	sigaddset(&wanted, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &wanted, NULL);
	requests.keep = argc == 4 && strcmp(argv[3], "keep") == 0;
	if (argc < 3 || argc > 4 || !slurp(argv[2], &requests)) {
		(void)fprintf(stderr, "usage: decide SETTINGS REQUESTS [keep]\n");
		return 2;
	}
	decider = decider_open(&options);
	if (decider == NULL || !decide_all(decider, &requests)) {
		(void)fprintf(stderr, "decide: the configuration or a request is not good\n");
		decider_close(decider);
		return 1;
	}
	(void)printf("idle\n");
	(void)fflush(stdout);
	(void)sigwait(&wanted, &got);
	decider_close(decider);
	return 0;
}
