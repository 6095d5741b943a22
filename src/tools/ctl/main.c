/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main.c - migrantidctl: the operator's tool. Looks at one document, one answer, one
 * configuration; has no verb to look up, list or follow people.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <openssl/crypto.h>

#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"

static const struct verb *const verbs[] = {
	&verb_mrz,
	&verb_verify,
	&verb_person_key,
	&verb_check,
	&verb_explain,
	&verb_keys,
	&verb_cache_stats,
	&verb_cache_purge,
};

static void help(void)
{
	(void)puts("usage: migrantidctl VERB [OPTION..]\n"
		   "       migrantidctl VERB --help\n"
		   "       migrantidctl --version\n");
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		(void)printf("  %-12s %s\n", verbs[i]->name, verbs[i]->summary);
	(void)puts("\nEvery verb takes --json. Exit codes: 0 in order, 1 not in order, 2 wrong\n"
		   "usage, 3 could not be done. Nothing about a person is taken from the command\n"
		   "line: it is read from standard input.");
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

/* JSON may hold a person's data, and jansson does not say how long what it frees is. */
static void wipe_and_free(void *memory)
{
	if (memory != NULL)
		OPENSSL_cleanse(memory, malloc_usable_size(memory));
	free(memory);
}

static void leave_no_traces(void)
{
	const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	json_set_alloc_funcs(malloc, wipe_and_free);
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

static enum ctl_exit run(const struct verb *verb, int argc, char **argv)
{
	struct args args;
	struct output out;
	enum ctl_exit code;

	if (!args_read(verb, argc, argv, &args))
		return CTL_USAGE;
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
	if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		help();
		return CTL_FINE;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		(void)puts("migrantidctl " MIGRANTID_VERSION);
		return CTL_FINE;
	}
	(void)fprintf(stderr, "migrantidctl: %s; see migrantidctl --help\n",
		argc > 1 ? "there is no such verb" : "a verb is wanted");
	return CTL_USAGE;
}
