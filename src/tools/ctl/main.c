/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - migrantidctl: the operator's tool. Looks at one document, one answer, one
 * configuration; has no verb to look up, list or follow people.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "answer/json_memory.h"
#include "base/spelling.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"

static const struct verb *const verbs[] = {
	&verb_mrz,
	&verb_verify,
	&verb_credential,
	&verb_status_list_fetch,
	&verb_person_key,
	&verb_check,
	&verb_explain,
	&verb_keys,
	&verb_cache_stats,
	&verb_cache_purge,
	&verb_log,
	&verb_report,
	&verb_outage_begin,
	&verb_outage_end,
	&verb_outage_show,
	&verb_status,
};

/* True if the verb's first word is `first`; NULL is every verb's. */
static bool begins_with(const struct verb *verb, const char *first)
{
	size_t len = strcspn(verb->name, " ");

	return first == NULL || (strlen(first) == len && strncmp(verb->name, first, len) == 0);
}

static void list_verbs(FILE *to, const char *first)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (begins_with(verbs[i], first))
			(void)fprintf(to, "  %-18s %s\n", verbs[i]->name, verbs[i]->summary);
}

static void help(FILE *to)
{
	(void)fputs("usage: migrantidctl VERB [OPTION..]\n"
		    "       migrantidctl VERB --help\n"
		    "       migrantidctl --version\n\n",
		to);
	list_verbs(to, NULL);
	(void)fputs("\nEvery verb takes --json. Exit codes: 0 in order, 1 not in order, 2 wrong\n"
		    "usage, 3 could not be done. Nothing about a person is taken from the command\n"
		    "line: it is read from standard input.\n",
		to);
}

/* How many arguments a verb's name takes up, or 0 if they are not this verb. */
static int words_of(const struct verb *verb, int argc, char **argv)
{
	const char *second = strchr(verb->name, ' ');
	size_t len = strcspn(verb->name, " ");

	if (argc < 2 || strlen(argv[1]) != len || strncmp(argv[1], verb->name, len) != 0)
		return 0;
	if (second == NULL)
		return 1;
	return argc > 2 && strcmp(argv[2], second + 1) == 0 ? 2 : 0;
}

static const struct verb *find_verb(int argc, char **argv, int *words)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if ((*words = words_of(verbs[i], argc, argv)) > 0)
			return verbs[i];
	return NULL;
}

static void leave_no_traces(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	json_memory_wipe();
}

static const char *status_of(enum ctl_exit code)
{
	switch (code) {
	case CTL_FINE:
		return "fine";
	case CTL_NO:
		return "no";
	case CTL_USAGE:
		return "usage";
	case CTL_UNABLE:
		break;
	}
	return "unable";
}

/* The document that a program waits for, also where no verb came to write one. */
static void say_usage_to_programs(const char *verb, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0) {
			struct output out;

			output_begin(&out, true, verb);
			(void)!output_finish(&out, status_of(CTL_USAGE));
			return;
		}
}

/*
 * What is meant, perhaps; what is there is not quoted: it may be a slip that holds a person's data.
 */
static void say_unknown(const char *word)
{
	const char *nearest = NULL;
	size_t fewest = strlen(word) < 3 ? strlen(word) : 3;

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		size_t slips = spelling_slips(verbs[i]->name, word);

		if (slips < fewest) {
			fewest = slips;
			nearest = verbs[i]->name;
		}
	}
	if (nearest != NULL)
		(void)fprintf(
			stderr, "migrantidctl: there is no such verb; did you mean %s?\n", nearest);
	else
		(void)fputs(
			"migrantidctl: there is no such verb; see migrantidctl --help\n", stderr);
}

/* Without a verb, or with the first word of some. */
static void say_usage(int argc, char **argv)
{
	if (argc < 2) {
		help(stderr);
		return;
	}
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (begins_with(verbs[i], argv[1])) {
			(void)fputs("migrantidctl: one of these is wanted:\n", stderr);
			list_verbs(stderr, argv[1]);
			return;
		}
	say_unknown(argv[1]);
}

static bool is_help(const char *word)
{
	return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0;
}

static enum ctl_exit run(const struct verb *verb, int argc, char **argv)
{
	struct args args;
	struct output out;
	enum ctl_exit code;

	if (!args_read(verb, argc, argv, &args)) {
		say_usage_to_programs(verb->name, argc, argv);
		return CTL_USAGE;
	}
	if (args.value[OPT_HELP] != NULL) {
		args_help(verb);
		return CTL_FINE;
	}
	output_begin(&out, args.value[OPT_JSON] != NULL, verb->name);
	code = verb->run(&args, &out);
	if (!output_finish(&out, status_of(code)) && code != CTL_USAGE) {
		(void)fputs("migrantidctl: standard output cannot be written\n", stderr);
		return CTL_UNABLE;
	}
	return code;
}

int main(int argc, char **argv)
{
	int words = 0;
	const struct verb *verb = find_verb(argc, argv, &words);

	leave_no_traces();
	if (verb != NULL)
		return (int)run(verb, argc - words, argv + words);
	if (argc == 2 && is_help(argv[1])) {
		help(stdout);
		return CTL_FINE;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)puts("migrantidctl " MIGRANTID_VERSION);
		return CTL_FINE;
	}
	say_usage(argc, argv);
	say_usage_to_programs("", argc, argv);
	return CTL_USAGE;
}
