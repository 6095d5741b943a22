/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * in_turn SETTINGS SALES|START [STRIDE] - each call that may fail does, one after the other:
 * along one sale of each kind, or along a start with a sale and a stop. Whatever fails, nobody may
 * be told anything else than without it, but for "Undetermined"; the next sale is decided as ever; a
 * start that does not succeed says why. TAP on standard output; crashes and leaks are the sanitizer's to
 * find. The sandbox has to say yes to everybody.
 */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "broken_calls.h"
#include "decision/decision.h"

#define FAILURES_MAX 100000 /* along one sale there are a few hundred */
#define TRIES 50
#define WRITTEN_MS 100 /* what was decided is in the file then */

struct kind {
	const char *name;
	const char *nationality, *birth;
	bool fresh; /* a person of whom nothing is known */
	enum result wanted;
};

static const struct kind kinds[] = {
	{ "an exempt child", "UZB", NULL, false, RESULT_EXEMPT },
	{ "half a request", "", "1990-01-31", false, RESULT_UNDETERMINED },
	{ "somebody new", "UZB", "1990-01-31", true, RESULT_YES },
	{ "somebody known", "UZB", "1990-01-31", false, RESULT_YES },
};

static atomic_uint said; /* warnings and errors */
static atomic_int_fast64_t said_at_ms; /* the last of them; 0: none yet */
static unsigned persons;
static bool good = true;

static void hear(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx;
	if (severity < SAY_WARNING)
		return;
	atomic_fetch_add(&said, 1);
	atomic_store(&said_at_ms, clock_mono_ms(&system_clock));
	(void)fprintf(stderr, "%s[%d]: %s\n", file != NULL ? file : "", line, text);
}

static void ok(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void ok(bool holds, const char *format, ...)
{
	va_list args;

	(void)printf("%s - ", holds ? "ok" : "not ok");
	va_start(args, format);
	(void)vprintf(format, args);
	va_end(args);
	(void)printf("\n");
	(void)fflush(stdout);
	good = good && holds;
}

static struct decider *open_one(const char *settings_file)
{
	const struct decider_options options = { .settings_file = settings_file,
		.workers = 4,
		.clock = system_clock,
		.reporter = { hear, NULL } };

	return decider_open(&options);
}

static struct span span_of(const char *text)
{
	return (struct span){ text, strlen(text) };
}

static enum result sell(struct decider *decider, const struct kind *kind, const char *number)
{
	static char child[16];
	struct sale_field fields[] = {
		{ ATTR_DOCUMENT_TYPE, span_of("P") },
		{ ATTR_DOCUMENT_ISSUER, span_of("UZB") },
		{ ATTR_DOCUMENT_NUMBER, span_of(number) },
		{ ATTR_DATE_OF_BIRTH, span_of(kind->birth != NULL ? kind->birth : child) },
		{ ATTR_CONSENT_TEXT, span_of("ru-2025-01") },
		{ ATTR_NATIONALITY, span_of(kind->nationality) },
	};
	struct sale_request sale = {
		.fields = fields, .count = ARRAY_LEN(fields), .shop = span_of("shop-17")
	};
	struct decision decision;

	if (child[0] == '\0') {
		time_t then = time(NULL) - 3 * 365 * 86400;
		struct tm when;

		(void)strftime(child, sizeof(child), "%Y-%m-%d", gmtime_r(&then, &when));
		fields[3].value = span_of(kind->birth != NULL ? kind->birth : child);
	}
	sale.count -= kind->nationality[0] == '\0';
	decide(decider, &sale, &decision);
	return decision.result;
}

static void pause_ms(long ms)
{
	const struct timespec pause = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&pause, NULL);
}

/* As it should be, if not at once: what has failed may rest for a while. */
static bool recovers(struct decider *decider, const struct kind *kind, const char *number)
{
	for (int i = 0; i < TRIES; i++) {
		if (sell(decider, kind, number) == kind->wanted)
			return true;
		pause_ms(50);
	}
	return false;
}

static void number_of(const struct kind *kind, char out[16])
{
	(void)snprintf(out, 16, "TURN%05u", kind->fresh ? ++persons : 0);
}

/* What fails again and again is said once a minute. */
static bool was_said_lately(void)
{
	int64_t at = atomic_load(&said_at_ms);

	return at != 0 && clock_mono_ms(&system_clock) - at < 60000;
}

/* One sale of a kind again and again, until no call of it is left that could fail. */
static void sale_in_turn(struct decider *decider, const struct kind *kind, enum call_kind calls)
{
	unsigned undetermined = 0, n;
	const char *name = call_kind_names[calls];
	bool has_failed = true;

	for (n = 1; has_failed && n < FAILURES_MAX; n++) {
		enum result got;
		char number[16];

		number_of(kind, number);
		broken_calls_arm(calls, n);
		got = sell(decider, kind, number);
		if (calls == CALL_FILE_WRITE)
			pause_ms(WRITTEN_MS);
		has_failed = broken_calls_disarm();
		if (got == RESULT_UNDETERMINED && got != kind->wanted)
			undetermined++;
		else if (got != kind->wanted)
			ok(false, "%s is decided as ever though %s %u fails", kind->name, name, n);
		if (!recovers(decider, kind, number))
			ok(false, "%s is decided again after %s %u", kind->name, name, n);
	}
	ok(undetermined == 0 || was_said_lately(), "%s: it is said what failed of %s, each of %u",
		kind->name, name, n - 2);
}

static void sales(const char *settings_file)
{
	struct decider *decider = open_one(settings_file);
	const struct kind *known = &kinds[ARRAY_LEN(kinds) - 1];

	ok(decider != NULL && recovers(decider, known, "TURN00000"), "it opens");
	for (size_t i = 0; decider != NULL && i < ARRAY_LEN(kinds); i++)
		for (int calls = 0; calls < CALL_KINDS; calls++)
			sale_in_turn(decider, &kinds[i], (enum call_kind)calls);
	decider_close(decider);
}

/* True while something has failed. */
static bool start(const char *settings_file, enum call_kind calls, unsigned n)
{
	static const struct kind somebody = { "somebody new", "UZB", "1990-01-31", true,
		RESULT_YES };
	unsigned before = atomic_load(&said);
	struct decider *decider;
	enum result got;
	char number[16];

	number_of(&somebody, number);
	broken_calls_arm(calls, n);
	decider = open_one(settings_file);
	if (decider == NULL && atomic_load(&said) == before)
		ok(false, "a start says why it fails: %s %u", call_kind_names[calls], n);
	if (decider != NULL) {
		got = sell(decider, &somebody, number);
		if (got != RESULT_YES && got != RESULT_UNDETERMINED)
			ok(false, "a sale is decided as ever: %s %u", call_kind_names[calls], n);
	}
	decider_close(decider);
	return broken_calls_disarm();
}

static void starts(const char *settings_file, unsigned stride)
{
	for (int calls = 0; calls < CALL_KINDS; calls++) {
		unsigned n = 1;

		while (n < FAILURES_MAX && start(settings_file, (enum call_kind)calls, n))
			n += calls == CALL_ALLOCATION ? stride : 1;
		ok(true, "a start, a sale and a stop: %s, each to %u", call_kind_names[calls], n);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3 || !broken_calls_prepare() || !decider_prepare()) {
		(void)fprintf(stderr, "usage: in_turn SETTINGS SALES|START [STRIDE]\n");
		return 2;
	}
	if (strcmp(argv[2], "SALES") == 0)
		sales(argv[1]);
	else
		starts(argv[1], argc > 3 ? (unsigned)atoi(argv[3]) : 1);
	return good ? 0 : 1;
}
