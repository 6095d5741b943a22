/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The shipped file and the manual page say of each setting what the table says. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/settings.h"

#define SHIPPED "config/mods-config/migrantid/migrantid.cfg"
#define MANUAL "debian/migrantid.cfg.5"

static char *shipped;

static char *slurp(const char *path)
{
	size_t len;
	char *text = conf_slurp(path, SETTINGS_FILE_MAX, &len, NULL);

	assert_non_null(text);
	return text;
}

static int read_shipped(void **state)
{
	(void)state;
	shipped = slurp(SHIPPED);
	return 0;
}

static int free_shipped(void **state)
{
	(void)state;
	free(shipped);
	return 0;
}

static void assert_says(const char *where, const char *name, const char *text, int64_t number)
{
	char digits[32];
	const char *at = text;
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%" PRId64, number);

	while ((at = strstr(at, digits)) != NULL) {
		bool begins = at == text || strchr("0123456789.", at[-1]) == NULL;

		if (begins && strchr("0123456789", at[len]) == NULL)
			return;
		at += len;
	}
	fail_msg("%s: %s does not say %s:\n%s", where, name, digits, text);
}

static void assert_row_said(const char *where, const struct conf_row *row, const char *text)
{
	if (row->type == CONF_INT) {
		assert_says(where, row->name, text, row->min);
		assert_says(where, row->name, text, row->max);
		assert_says(where, row->name, text, row->default_value);
	}
	if ((strstr(text, "Live.") != NULL) != row->live)
		fail_msg("%s: %s is %slive:\n%s", where, row->name, row->live ? "" : "not ", text);
}

/* The comment that begins "# name: " and behind which the setting stands at once. */
static void comment_of(const struct conf_row *row, char *out, size_t room)
{
	char begin[64], set[64];
	const char *from, *at;

	snprintf(begin, sizeof(begin), "# %s: ", row->name);
	snprintf(set, sizeof(set), "%s = ", row->name);
	from = strstr(shipped, begin);
	if (from == NULL)
		fail_msg("no comment explains %s", row->name);
	for (at = from; *at == '#'; at += strspn(at, "\t"))
		at += strcspn(at, "\n") + 1;
	if (strncmp(at, set, strlen(set)) != 0)
		fail_msg("%s is not set behind its comment", row->name);
	assert_true((size_t)(at - from) < room);
	snprintf(out, room, "%.*s", (int)(at - from), from);
}

static void shipped_file_documents_every_setting(void **state)
{
	char comment[1024];

	(void)state;
	for (size_t g = 0; g < SETTINGS_GROUPS; g++) {
		for (size_t i = 0; i < settings_groups[g].count; i++) {
			comment_of(&settings_groups[g].rows[i], comment, sizeof(comment));
			assert_row_said("migrantid.cfg", &settings_groups[g].rows[i], comment);
		}
	}
}

static void manual_documents_every_setting(void **state)
{
	char *manual = slurp(MANUAL);
	char begin[64], entry[2048];
	const char *from, *to;

	(void)state;
	for (size_t g = SETTINGS_OPERATOR; g < SETTINGS_GROUPS; g++) {
		snprintf(begin, sizeof(begin), ".Ss The group %s:", settings_groups[g].name);
		if (strstr(manual, begin) == NULL)
			fail_msg("no section %s", begin);
	}
	for (size_t g = 0; g < SETTINGS_GROUPS; g++) {
		for (size_t i = 0; i < settings_groups[g].count; i++) {
			const struct conf_row *row = &settings_groups[g].rows[i];

			if (row->type == CONF_GROUP)
				continue;
			snprintf(begin, sizeof(begin), ".It Ic %s\n", row->name);
			from = strstr(manual, begin);
			if (from == NULL)
				fail_msg("the manual says nothing of %s", row->name);
			from += strlen(begin);
			to = strstr(from, ".It ");
			if (to == NULL || strstr(from, ".El") < to)
				to = strstr(from, ".El");
			snprintf(entry, sizeof(entry), "%.*s", (int)(to - from), from);
			assert_row_said("manual", row, entry);
			if ((strstr(entry, "Required.") != NULL) != row->required)
				fail_msg("manual: %s is required or is not", row->name);
		}
	}
	free(manual);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_file_documents_every_setting),
		cmocka_unit_test(manual_documents_every_setting),
	};

	return cmocka_run_group_tests(tests, read_shipped, free_shipped);
}
