/* SPDX-License-Identifier: GPL-2.0-or-later */
/* expected.c - what is to come of what has happened until now. */
#include "scenario.h"

/* One member of a decision as text; NULL: it has no such member. */
static const char *member_of(const struct decision *decision, const char *name)
{
	static char text[NAME_LEN];

	text[0] = '\0';
	if (strcmp(name, "source") == 0)
		return decision->source == SOURCE_NONE ? "none" : source_name(decision->source);
	if (strcmp(name, "rule") == 0)
		return decision->rule;
	if (strcmp(name, "state") == 0)
		return decision->state_len > 0 ? "yes" : "no";
	if (strcmp(name, "attribute") == 0)
		return attribute_name(decision->attribute);
	if (strcmp(name, "retry") == 0)
		(void)snprintf(text, sizeof(text), "%u", decision->retry_after);
	else if (strcmp(name, "valid") == 0)
		(void)snprintf(text, sizeof(text), "%lld",
			decision->valid_until == 0
				? 0LL
				: (long long)(decision->valid_until - world_wall()));
	else
		return NULL;
	return text;
}

static void compare(const struct till *till, const struct line *line)
{
	const struct decision *got = &till->decision;

	if (strcmp(result_name(got->result), line->words[2]) != 0 ||
		strcmp(reason_name(got->reason), line->words[3]) != 0)
		fault("%s decided %s %s, got %s %s at %.3f", till->name, line->words[2],
			line->words[3], result_name(got->result), reason_name(got->reason),
			(double)till->decided_ms / SECOND);
	for (size_t i = 4; i < line->count; i++) {
		char name[NAME_LEN];
		size_t len = strcspn(line->words[i], "=");
		const char *is;

		(void)snprintf(name, sizeof(name), "%.*s", (int)len, line->words[i]);
		is = line->words[i][len] == '=' ? member_of(got, name) : NULL;
		if (is == NULL)
			fault("source=, rule=, state=, attribute=, retry= or valid=, got \"%s\"",
				line->words[i]);
		else if (strcmp(is, line->words[i] + len + 1) != 0)
			fault("%s with %s, got %s=%s", till->name, line->words[i], name, is);
	}
}

static void decided(const struct line *line)
{
	struct till *till = line->count >= 4 ? till_named(line->words[1]) : NULL;

	if (till == NULL)
		fault("decided SALE RESULT REASON [NAME=VALUE]..");
	else if (till->is == TILL_ASKS)
		fault("%s decided %s %s, got nothing yet: it waits until %.3f", till->name,
			line->words[2], line->words[3],
			(double)(till->until_ms - world.time.mono_ms + world_ms()) / SECOND);
	else if (till->is == TILL_AT_REST)
		fault("%s decided %s %s, got no new decision", till->name, line->words[2],
			line->words[3]);
	else
		compare(till, line);
	if (till != NULL && till->is == TILL_DECIDED)
		till->is = TILL_AT_REST;
}

static void waits(const struct line *line)
{
	const struct till *till = line->count == 2 ? till_named(line->words[1]) : NULL;

	if (till == NULL)
		fault("waits SALE");
	else if (till->is == TILL_DECIDED)
		fault("%s to wait, got %s %s at %.3f", till->name,
			result_name(till->decision.result), reason_name(till->decision.reason),
			(double)till->decided_ms / SECOND);
	else if (till->is == TILL_AT_REST)
		fault("%s to wait, got that it was not asked", till->name);
}

static void asked(const struct line *line)
{
	bool of_keys = line->count == 3 && strcmp(line->words[1], "keys") == 0;
	unsigned long number = of_keys            ? 1
			       : line->count == 3 ? strtoul(line->words[1], NULL, 10)
						  : 0;
	unsigned long wanted, got;

	if (number < 1 || number > TRANSPORT_ENDPOINTS_MAX) {
		fault("asked 1|2|keys TIMES");
		return;
	}
	wanted = strtoul(line->words[2], NULL, 10);
	got = wire_take_asked(of_keys ? GROUP_KEYS : GROUP_SERVICE, (unsigned)number - 1);
	if (got != wanted)
		fault("%s asked %lu times, got %lu", line->words[1], wanted, got);
}

static void forget_heard(size_t len)
{
	struct heard *heard = &world.bench.heard;

	memmove(heard->text, heard->text + len, heard->len - len + 1);
	heard->len -= len;
}

static void says(const struct line *line)
{
	struct heard *heard = &world.bench.heard;
	const char *found;

	if (line->count != 2) {
		fault("says \"TEXT\"");
		return;
	}
	found = strstr(heard->text, line->words[1]);
	if (found == NULL)
		fault("said \"%s\", got:\n%s", line->words[1], heard->text);
	else
		forget_heard((size_t)(found - heard->text) + strcspn(found, "\n"));
}

static void is_quiet(const struct line *line)
{
	struct heard *heard = &world.bench.heard;

	(void)line;
	if (strstr(heard->text, "warning ") != NULL || strstr(heard->text, "error ") != NULL)
		fault("neither a warning nor an error, got:\n%s", heard->text);
	forget_heard(heard->len);
}

bool expected_take(const struct line *line)
{
	static const struct {
		const char *verb;
		void (*check)(const struct line *line);
	} all[] = {
		{ "decided", decided },
		{ "waits", waits },
		{ "asked", asked },
		{ "says", says },
		{ "is-quiet", is_quiet },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		if (strcmp(line->words[0], all[i].verb) == 0) {
			all[i].check(line);
			return true;
		}
	return false;
}

void expected_at_end(void)
{
	const struct till *till = till_unseen();

	if (till != NULL && till->is == TILL_ASKS)
		fault("a line about it, got that %s waits", till->name);
	else if (till != NULL)
		fault("a line about it, got %s decided %s %s at %.3f", till->name,
			result_name(till->decision.result), reason_name(till->decision.reason),
			(double)till->decided_ms / SECOND);
}
