/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario is a text file: what happens when, and what is to come of it. The whole path behind
 * decide() runs through it, with everything outside faked, time included; so a bug report becomes
 * a file NAME.scenario in scenarios/, and needs no C.
 *
 *     test_scenario FOLDER        all scenarios of a folder
 *     test_scenario FILE..
 *     test_scenario --wrong FOLDER  those fail, each with the fault that its first line begins
 *
 * A line is a time, a verb and words: "12.5 sale A person=1". The time is in seconds since the
 * begin, 2026-01-01T09:00:00Z, or, as "+2", since the line before; "'" holds words together; "#"
 * begins a comment. What is due at a time has happened before a line of that time, which is done
 * then.
 *
 * What happens:
 *   start                         the server; what stands before it is as it finds it
 *   restart                       and again: memory is empty, the store and files are as they were
 *   sale NAME [person=N] [shop=S] [ATTRIBUTE=VALUE]..
 *                                 may NAME go ahead? By the document FA000000N of person N, 1 if
 *                                 nothing is said, and by what the attributes say beside it (the
 *                                 dictionary's names without "MigrantID-"); by the token
 *                                 person-N alone with Subject-Token=person-N and no person=. The
 *                                 same NAME later is the same sale asked again, with its State.
 *   person N is RESULT REASON     what the service says of N, in its own words; first: yes match
 *   address 1|2|keys HOW [after=S] [retry=S]
 *                                 what an address of the service, or of its keys, does with all
 *                                 that arrives from now on: answers, says STATUS, is-silent,
 *                                 is-unknown, refuses, fails-in-tls, breaks-off,
 *                                 loses-the-connection; first: answers at once
 *   signs-with one|two            the service's key; first: one
 *   publishes one|two|one,two     its key set; first: one
 *   store answers|is-silent|is-gone|is-purged
 *   edit FILE OLD NEW             of the configuration (world.c has the settings, the rest is as
 *                                 shipped); OLD stands there once
 *   file FILE TEXT                a whole one of one line, put in place
 *   clock-steps S                 this server's wall clock is set
 *
 * What is to come of it:
 *   decided NAME RESULT REASON [source=..] [retry=S] [rule=..] [valid=S] [state=yes|no]
 *                                 [attribute=..]
 *                                 as the dictionary has them; each time that a sale is asked
 *                                 about needs such a line
 *   waits NAME                    it is not decided yet
 *   asked 1|2|keys TIMES          requests that have reached an address since such a line
 *   says TEXT                     this was logged since such a line
 *   is-quiet                      no warning and no error was
 */
#include <dirent.h>

#include "scenario.h"

#define LINE_LEN 1024
#define FILES_MAX 512

static struct {
	unsigned number; /* of the scenario */
	const char *file;
	unsigned line;
	char fault[1024]; /* "": none */
	char wrong[1024]; /* the fault that it is to have; "": none */
} now;

void fault(const char *format, ...)
{
	va_list list;
	int len;

	if (now.fault[0] != '\0')
		return;
	len = snprintf(now.fault, sizeof(now.fault), "%s:%u: expected ", now.file, now.line);
	va_start(list, format);
	(void)vsnprintf(now.fault + len, sizeof(now.fault) - (size_t)len, format, list);
	va_end(list);
}

bool is_faulty(void)
{
	return now.fault[0] != '\0';
}

const char *option_of(const struct line *line, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 1; i < line->count; i++)
		if (strncmp(line->words[i], name, len) == 0 && line->words[i][len] == '=')
			return line->words[i] + len + 1;
	return NULL;
}

/* The next word, its quotes taken away, and *at behind it; NULL: there is none. */
static char *next_word(char **at)
{
	char *from = *at + strspn(*at, " \t\n"), *to = from, *word = from;
	bool quoted = false;

	if (*from == '\0' || *from == '#')
		return NULL;
	for (; *from != '\0' && (quoted || strchr(" \t\n", *from) == NULL); from++) {
		if (*from == '\'')
			quoted = !quoted;
		else
			*to++ = *from;
	}
	*at = *from != '\0' ? from + 1 : from;
	*to = '\0';
	if (quoted)
		fault("a quote to end");
	return word;
}

/* False: nothing stands on it, or nothing that can be understood. */
static bool read_line(char *text, int64_t before_ms, struct line *out)
{
	char *word = next_word(&text), *end;
	double seconds;

	if (word == NULL)
		return false;
	seconds = strtod(word, &end);
	out->at_ms = (int64_t)(seconds * SECOND + 0.5) + (word[0] == '+' ? before_ms : 0);
	if (*end != '\0' || end == word || out->at_ms < before_ms)
		fault("a time, and none before the last, got \"%s\"", word);
	for (out->count = 0; out->count < WORDS_MAX; out->count++) {
		out->words[out->count] = next_word(&text);
		if (out->words[out->count] == NULL)
			break;
	}
	if (out->count == 0 || out->count == WORDS_MAX)
		fault("a verb and some words");
	return !is_faulty();
}

static void take(const struct line *line)
{
	world_go_on(line->at_ms);
	if (!events_take(line) && !expected_take(line))
		fault("a verb, got \"%s\"", line->words[0]);
}

static void run_lines(FILE *file)
{
	char text[LINE_LEN];
	struct line line = { 0 };

	while (!is_faulty() && fgets(text, sizeof(text), file) != NULL) {
		now.line++;
		if (now.line == 1 && strncmp(text, "# wrong: ", 9) == 0)
			(void)snprintf(now.wrong, sizeof(now.wrong), "%.*s",
				(int)strcspn(text + 9, "\n"), text + 9);
		if (read_line(text, line.at_ms, &line))
			take(&line);
	}
	if (!is_faulty()) {
		world_go_on(line.at_ms);
		expected_at_end();
	}
}

static bool run(const char *path, bool wrong)
{
	static unsigned number;
	FILE *file = fopen(path, "r");
	const char *name = strrchr(path, '/');
	const char *got;

	memset(&now, 0, sizeof(now));
	now.number = ++number;
	now.file = name != NULL ? name + 1 : path;
	if (file == NULL) {
		(void)printf("not ok %u - %s cannot be read\n", now.number, path);
		return false;
	}
	world_new();
	run_lines(file);
	world_free();
	(void)fclose(file);
	got = strchr(now.fault, ':') != NULL ? strchr(now.fault, ':') + 1 : "";
	if (wrong ? strncmp(got, now.wrong, strlen(now.wrong)) == 0 && is_faulty() : !is_faulty()) {
		(void)printf("ok %u - %s\n", now.number, now.file);
		return true;
	}
	(void)printf(
		"not ok %u - %s\n%s\n", now.number, now.file, is_faulty() ? now.fault : "no fault");
	return false;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every scenario of a folder, by name; false: one of them is not as it should be, or there is none. */
static bool run_folder(const char *folder, bool wrong)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	static char *paths[FILES_MAX];
	size_t count = 0;
	bool good = true;

	while (dir != NULL && count < FILES_MAX && (entry = readdir(dir)) != NULL)
		if (strstr(entry->d_name, ".scenario") != NULL &&
			asprintf(&paths[count], "%s/%s", folder, entry->d_name) > 0)
			count++;
	if (dir != NULL)
		(void)closedir(dir);
	qsort(paths, count, sizeof(*paths), compare);
	for (size_t i = 0; i < count; i++) {
		good &= run(paths[i], wrong);
		free(paths[i]);
	}
	if (count == 0)
		(void)printf("not ok - %s holds no scenario\n", folder);
	return good && count > 0;
}

int main(int argc, char **argv)
{
	bool wrong = argc > 1 && strcmp(argv[1], "--wrong") == 0, good = argc > 1;

	for (int i = wrong ? 2 : 1; i < argc; i++) {
		struct stat as;

		good &= stat(argv[i], &as) == 0 && S_ISDIR(as.st_mode) ? run_folder(argv[i], wrong)
								       : run(argv[i], wrong);
	}
	return good ? 0 : 1;
}
