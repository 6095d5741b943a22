/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>

#include "rules/text.h"

/* Files hold what they hold; a terminal must not obey it, and JSON must stay UTF-8. */
static void make_plain(char *text)
{
	if (text_is_plain(text, strlen(text)))
		return;
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static const char *severity_name(enum severity severity)
{
	switch (severity) {
	case SAY_DEBUG:
		return "debug";
	case SAY_INFO:
		return "info";
	case SAY_WARNING:
		return "warning";
	case SAY_ERROR:
		break;
	}
	return "error";
}

static void print_message(const char *severity, const char *file, int line, const char *text)
{
	(void)fflush(stdout); /* in one order, also where both go to one place */
	if (file == NULL)
		(void)fprintf(stderr, "%s: %s\n", severity, text);
	else if (line == 0)
		(void)fprintf(stderr, "%s: %s: %s\n", file, severity, text);
	else
		(void)fprintf(stderr, "%s:%d: %s: %s\n", file, line, severity, text);
}

static void append(struct output *out, const char *table, json_t *row)
{
	json_t *rows = json_object_get(out->document, table);

	if (rows == NULL) {
		rows = json_array();
		(void)json_object_set_new(out->document, table, rows);
	}
	(void)json_array_append_new(rows, row);
}

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct output *out = ctx;
	char plain[512];

	if (severity == SAY_DEBUG)
		return;
	pthread_mutex_lock(&out->mutex);
	out->errors += severity == SAY_ERROR;
	out->warnings += severity == SAY_WARNING;
	(void)snprintf(plain, sizeof(plain), "%s", text);
	make_plain(plain);
	if (out->json)
		append(out, "messages",
			json_pack("{s:s, s:s?, s:i, s:s}", "severity", severity_name(severity),
				"file", file, "line", line, "text", plain));
	else
		print_message(severity_name(severity), file, line, plain);
	pthread_mutex_unlock(&out->mutex);
}

void output_begin(struct output *out, bool json, const char *verb)
{
	*out = (struct output){ .json = json, .document = json_object(), .reporter = { say, out } };
	pthread_mutex_init(&out->mutex, NULL);
	output_member(out, "verb", json_string(verb));
}

bool output_finish(struct output *out, const char *status)
{
	output_member(out, "status", json_string(status));
	if (out->json) {
		(void)json_dumpf(out->document, stdout, JSON_INDENT(2));
		(void)putchar('\n');
	}
	json_decref(out->document);
	pthread_mutex_destroy(&out->mutex);
	return fflush(stdout) == 0 && ferror(stdout) == 0;
}

void output_member(struct output *out, const char *name, json_t *value)
{
	(void)json_object_set_new(out->document, name, value);
}

void output_fact(struct output *out, const char *name, const char *text)
{
	output_member(out, name, json_string(text));
	output_line(out, "%s: %s", name, text);
}

static void print_line(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

static void print_line(const char *format, va_list args)
{
	char *line = NULL;
	int len = vasprintf(&line, format, args);
	size_t end = len < 0 ? 0 : (size_t)len;

	if (len < 0)
		return;
	while (end > 0 && line[end - 1] == ' ')
		line[--end] = '\0';
	make_plain(line);
	(void)puts(line);
	OPENSSL_cleanse(line, (size_t)len);
	free(line);
}

void output_row(struct output *out, const char *table, json_t *row, const char *format, ...)
{
	va_list args;

	append(out, table, row);
	if (out->json)
		return;
	va_start(args, format);
	print_line(format, args);
	va_end(args);
}

void output_line(struct output *out, const char *format, ...)
{
	va_list args;

	if (out->json)
		return;
	va_start(args, format);
	print_line(format, args);
	va_end(args);
}

void output_time(int64_t seconds, char out[OUTPUT_TIME_LEN + 1])
{
	time_t time = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&time, &parts) == NULL ||
		strftime(out, OUTPUT_TIME_LEN + 1, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
		out[0] = '\0';
}
