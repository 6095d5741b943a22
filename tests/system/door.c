/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * door SETTINGS - a door to the core, as the server's module is one, for the sanitizers: those
 * cannot look into a module that the server loads (RTLD_DEEPBIND). First all is checked as by
 * `freeradius -XC`, then opened; commands come on standard input, a line each, and at its end all
 * is closed.
 *
 *	NAME=VALUE	an attribute of the next sale
 *	state		the last State that a decision carried
 *	(nothing)	decide: a line "RESULT REASON SOURCE REPLY-MESSAGE", "-" where there is none
 *	crowd THREADS SALES PERSONS
 *			decide as many sales in each of so many threads, about so many persons
 *			between them, each otherwise as the attributes say: a line that counts
 *			results, "Yes 40 No 0 Undetermined 2"
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision/decision.h"

#define FIELDS_MAX 32
#define LINE_LEN_MAX 512
#define THREADS_MAX 64

struct door {
	struct decider *decider;
	char lines[FIELDS_MAX][LINE_LEN_MAX];
	struct sale_field fields[FIELDS_MAX];
	size_t count;
	uint8_t state[DECISION_STATE_MAX];
	size_t state_len;
};

/* One thread of a crowd. */
struct clerk {
	struct door *door;
	unsigned number, threads, sales, persons;
	unsigned results[RESULT_NOT_APPLICABLE + 1];
	pthread_t thread;
};

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	static const char *const names[] = { "debug", "info", "warning", "error" };

	(void)ctx;
	(void)fprintf(
		stderr, "%s %s[%d]: %s\n", names[severity], file != NULL ? file : "", line, text);
}

static enum attribute attribute_of_name(const char *name, size_t len)
{
	for (enum attribute a = ATTR_NONE + 1; a < ATTRIBUTES; a++)
		if (strlen(attribute_name(a)) == len && memcmp(attribute_name(a), name, len) == 0)
			return a;
	return ATTR_NONE;
}

static bool add(struct door *door, const char *line)
{
	struct sale_field *field = &door->fields[door->count];
	char *own = door->lines[door->count], *value;

	if (door->count == FIELDS_MAX)
		return false;
	(void)snprintf(own, LINE_LEN_MAX, "%s", line);
	value = strchr(own, '=');
	if (value == NULL)
		return false;
	field->attribute = attribute_of_name(own, (size_t)(value - own));
	field->value = (struct span){ value + 1, strlen(value + 1) };
	door->count++;
	return field->attribute != ATTR_NONE;
}

static bool add_state(struct door *door)
{
	struct sale_field *field = &door->fields[door->count];

	if (door->count == FIELDS_MAX || door->state_len == 0)
		return false;
	memcpy(door->lines[door->count], door->state, door->state_len);
	field->attribute = ATTR_STATE;
	field->value = (struct span){ door->lines[door->count], door->state_len };
	door->count++;
	return true;
}

static const char *or_dash(const char *name)
{
	return name != NULL && name[0] != '\0' ? name : "-";
}

static void decide_one(struct door *door)
{
	const struct sale_request sale = {
		.fields = door->fields, .count = door->count, .shop = { "shop-17", 7 }
	};
	struct decision decision;

	decide(door->decider, &sale, &decision);
	(void)printf("%s %s %s %s\n", result_name(decision.result), reason_name(decision.reason),
		or_dash(source_name(decision.source)), or_dash(decision.clerk));
	door->count = 0;
	if (decision.state_len == 0)
		return;
	memcpy(door->state, decision.state, decision.state_len);
	door->state_len = decision.state_len;
}

static void *sell(void *ctx)
{
	struct clerk *clerk = (struct clerk *)ctx;
	struct sale_field fields[FIELDS_MAX + 1];
	struct sale_request sale = {
		.fields = fields, .count = clerk->door->count + 1, .shop = { "shop-17", 7 }
	};
	struct decision decision;
	char number[32];

	memcpy(fields, clerk->door->fields, sizeof(clerk->door->fields));
	for (unsigned i = 0; i < clerk->sales; i++) {
		unsigned person = (clerk->number + i * clerk->threads) % clerk->persons;
		int len = snprintf(number, sizeof(number), "CROWD%04u", person);

		fields[sale.count - 1] =
			(struct sale_field){ ATTR_DOCUMENT_NUMBER, { number, (size_t)len } };
		decide(clerk->door->decider, &sale, &decision);
		clerk->results[decision.result]++;
	}
	return NULL;
}

static bool crowd(struct door *door, const char *line)
{
	static struct clerk clerks[THREADS_MAX];
	unsigned threads, sales, persons, all[RESULT_NOT_APPLICABLE + 1] = { 0 };

	if (sscanf(line, "crowd %u %u %u", &threads, &sales, &persons) != 3 ||
		threads > THREADS_MAX || persons == 0 || door->count == FIELDS_MAX)
		return false;
	for (unsigned i = 0; i < threads; i++) {
		clerks[i] = (struct clerk){ .door = door,
			.number = i,
			.threads = threads,
			.sales = sales,
			.persons = persons };
		if (pthread_create(&clerks[i].thread, NULL, sell, &clerks[i]) != 0)
			return false;
	}
	for (unsigned i = 0; i < threads; i++) {
		(void)pthread_join(clerks[i].thread, NULL);
		for (size_t result = 0; result < ARRAY_LEN(all); result++)
			all[result] += clerks[i].results[result];
	}
	(void)printf("Yes %u No %u Undetermined %u\n", all[RESULT_YES], all[RESULT_NO],
		all[RESULT_UNDETERMINED]);
	door->count = 0;
	return true;
}

static bool obey(struct door *door, const char *line)
{
	if (line[0] == '\0')
		decide_one(door);
	else if (strncmp(line, "crowd ", 6) == 0)
		return crowd(door, line);
	else if (strcmp(line, "state") == 0)
		return add_state(door);
	else
		return add(door, line);
	return true;
}

static struct decider *open_all(const char *settings_file)
{
	struct decider_options options = {
		.settings_file = settings_file,
		.check_only = true,
		.workers = 32,
		.clock = system_clock,
		.reporter = { say, NULL },
	};
	struct decider *checked = decider_prepare() ? decider_open(&options) : NULL;

	if (checked == NULL)
		return NULL;
	decider_close(checked);
	options.check_only = false;
	return decider_open(&options);
}

int main(int argc, char **argv)
{
	static struct door door;
	char line[LINE_LEN_MAX];
	bool good = true;

	if (argc != 2) {
		(void)fprintf(stderr, "usage: door SETTINGS\n");
		return 2;
	}
	door.decider = open_all(argv[1]);
	if (door.decider == NULL)
		return 1;
	(void)printf("open\n");
	(void)fflush(stdout);
	while (good && fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		good = obey(&door, line);
		if (!good)
			(void)printf("not understood\n");
		(void)fflush(stdout);
	}
	decider_close(door.decider);
	return good ? 0 : 1;
}
