/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/args.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *value, *help;
} options[OPTIONS] = {
#define AS_ROW(symbol, name, value, help) [symbol] = { name, value, help },
	CTL_OPTIONS(AS_ROW)
#undef AS_ROW
};

enum ctl_exit usage_error(const struct verb *verb, const char *format, ...)
{
	va_list args;

	(void)fprintf(stderr, "migrantidctl %s: ", verb->name);
	va_start(args, format);
	(void)vfprintf(stderr, format, args);
	va_end(args);
	(void)fprintf(stderr, "; see migrantidctl %s --help\n", verb->name);
	return CTL_USAGE;
}

static bool takes(const struct verb *verb, enum ctl_option option)
{
	return option == OPT_JSON || option == OPT_HELP || (verb->takes & TAKES(option)) != 0;
}

/* OPTIONS if a verb has no option of this name; the name ends at '=' or '\0'. */
static enum ctl_option option_named(const struct verb *verb, const char *name)
{
	size_t len = strcspn(name, "=");
	enum ctl_option option;

	for (option = 0; option < OPTIONS; option++)
		if (takes(verb, option) && strlen(options[option].name) == len &&
			strncmp(options[option].name, name, len) == 0)
			break;
	return option;
}

/* The value of the option at argv[*at], NULL if there is none; *at is left at the last argument
 * that was used. */
static const char *value_of(enum ctl_option option, int argc, char **argv, int *at)
{
	const char *equals = strchr(argv[*at], '=');

	if (options[option].value == NULL)
		return equals == NULL ? "" : NULL;
	if (equals != NULL)
		return equals + 1;
	return *at + 1 < argc ? argv[++*at] : NULL;
}

static bool read_option(const struct verb *verb, int argc, char **argv, int *at, struct args *out)
{
	enum ctl_option option = option_named(verb, argv[*at] + 2);
	const char *value;

	if (option == OPTIONS) {
		usage_error(verb, "argument %d is no option of this verb", *at);
		return false;
	}
	if (out->value[option] != NULL) {
		usage_error(verb, "--%s is given twice", options[option].name);
		return false;
	}
	value = value_of(option, argc, argv, at);
	if (value == NULL)
		usage_error(verb, "--%s %s", options[option].name,
			options[option].value != NULL ? "wants a value" : "takes no value");
	out->value[option] = value;
	return value != NULL;
}

/* The argument at argv[at], which is no option. */
static bool read_operand(const struct verb *verb, char **argv, int at, struct args *out)
{
	if (verb->operand != NULL && out->operand == NULL) {
		out->operand = argv[at];
		return true;
	}
	if (verb->operand != NULL)
		usage_error(verb, "argument %d is one too many", at);
	else
		usage_error(verb,
			"argument %d is no option; what is to be looked at is read from standard "
			"input",
			at);
	return false;
}

bool args_read(const struct verb *verb, int argc, char **argv, struct args *out)
{
	*out = (struct args){ { NULL } };
	for (int at = 1; at < argc; at++) {
		if (strcmp(argv[at], "-h") == 0) {
			out->value[OPT_HELP] = "";
			continue;
		}
		if (strncmp(argv[at], "--", 2) != 0) {
			if (!read_operand(verb, argv, at, out))
				return false;
			continue;
		}
		if (!read_option(verb, argc, argv, &at, out))
			return false;
	}
	return true;
}

void args_help(const struct verb *verb)
{
	(void)printf("usage: migrantidctl %s%s%s", verb->name, verb->operand != NULL ? " " : "",
		verb->operand != NULL ? verb->operand : "");
	for (enum ctl_option option = 0; option < OPTIONS; option++)
		if (takes(verb, option))
			(void)printf(" [--%s%s%s]", options[option].name,
				options[option].value != NULL ? " " : "",
				options[option].value != NULL ? options[option].value : "");
	(void)printf("\n\n%s\n\n", verb->details);
	for (enum ctl_option option = 0; option < OPTIONS; option++)
		if (takes(verb, option))
			(void)printf("  --%-14s %-8s %s\n", options[option].name,
				options[option].value != NULL ? options[option].value : "",
				options[option].help);
}

bool args_number(const char *text, int64_t min, int64_t max, int64_t *out)
{
	char *end = NULL;

	errno = 0;
	*out = strtoll(text, &end, 10);
	return errno == 0 && end != text && *end == '\0' &&
	       strchr("-0123456789", text[0]) != NULL && *out >= min && *out <= max;
}
