/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/outage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/whole_file.h"
#include "person/moment.h"

#define HEAD "migrantid-outage 1 "
#define LINE_LEN (sizeof(HEAD) - 1 + 2 * OUTAGE_TIME_LEN + sizeof(" \n") - 1)
#define LATEST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

bool outage_in_force(const struct outage *outage, int64_t now)
{
	return outage->from <= now && now < outage->until;
}

bool outage_same(const struct outage *one, const struct outage *other)
{
	return one->from == other->from && one->until == other->until;
}

unsigned outage_retry_after(const struct outage *outage, int64_t now)
{
	int64_t left = outage->until - now;

	return left < OUTAGE_RETRY_MAX ? (unsigned)left : OUTAGE_RETRY_MAX;
}

void outage_time(int64_t seconds, char out[OUTAGE_TIME_LEN + 1])
{
	time_t time = (time_t)seconds;
	struct tm utc;

	if (seconds < 0 || seconds > LATEST || gmtime_r(&time, &utc) == NULL ||
		strftime(out, OUTAGE_TIME_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
		(void)strcpy(out, "-");
}

char *outage_path(const char *state_directory)
{
	char *path = NULL;

	return asprintf(&path, "%s/outage", state_directory) < 0 ? NULL : path;
}

static void write_line(const struct outage *outage, char out[LINE_LEN + 1])
{
	char from[OUTAGE_TIME_LEN + 1], until[OUTAGE_TIME_LEN + 1];

	outage_time(outage->from, from);
	outage_time(outage->until, until);
	(void)snprintf(out, LINE_LEN + 1, HEAD "%s %s\n", from, until);
}

static bool read_time(const char *text, int64_t *out)
{
	char time[OUTAGE_TIME_LEN + 1];

	memcpy(time, text, OUTAGE_TIME_LEN);
	time[OUTAGE_TIME_LEN] = '\0';
	return moment_parse(time, out);
}

/* True if `text` is the line that these times are written as, to the last octet. */
static bool parse(const char *text, size_t len, struct outage *out)
{
	char line[LINE_LEN + 1];

	if (len != LINE_LEN || !read_time(text + strlen(HEAD), &out->from) ||
		!read_time(text + strlen(HEAD) + OUTAGE_TIME_LEN + 1, &out->until))
		return false;
	write_line(out, line);
	return strcmp(line, text) == 0 && out->from < out->until &&
	       out->until - out->from <= OUTAGE_LONGEST;
}

static void say_as_warning(
	void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)severity;
	report(ctx, SAY_WARNING, file, line, "%s; no outage is in force by it", text);
}

enum outage_file outage_load(const char *path, struct outage *out, const struct reporter *reporter)
{
	const struct reporter warning = { say_as_warning, (void *)(uintptr_t)reporter };
	size_t len = 0;
	char *text;
	bool good;

	*out = (struct outage){ 0 };
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return OUTAGE_NO_FILE;
	text = conf_slurp(path, LINE_LEN, &len, &warning);
	if (text == NULL)
		return OUTAGE_UNREADABLE;
	good = parse(text, len, out);
	free(text);
	if (good)
		return OUTAGE_READ;
	*out = (struct outage){ 0 };
	report(&warning, SAY_WARNING, path, 0,
		"is not as `migrantidctl outage begin` writes it (at most %d days, from before "
		"until): give that command again",
		(int)(OUTAGE_LONGEST / 86400));
	return OUTAGE_UNREADABLE;
}

bool outage_save(const char *path, const struct outage *outage)
{
	char line[LINE_LEN + 1];
	struct span text = { line, LINE_LEN };

	write_line(outage, line);
	return whole_file_write(path, &text, 1);
}
