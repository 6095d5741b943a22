/* SPDX-License-Identifier: GPL-2.0-or-later */
/* events.c - what happens in a scenario: a verb of a line, and what it does. */
#include "scenario.h"

typedef void event(const struct line *line);

static bool is(const struct line *line, size_t at, const char *word)
{
	return line->count > at && strcmp(line->words[at], word) == 0;
}

/* A number at the end of a word; false where it is none. */
static bool read_number(const char *text, unsigned *out)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	*out = (unsigned)value;
	return *text != '\0' && *end == '\0' && value <= 100000;
}

static int64_t seconds_of(const struct line *line, const char *name)
{
	const char *text = option_of(line, name);

	return text == NULL ? 0 : (int64_t)(strtod(text, NULL) * SECOND + 0.5);
}

static bool needs(const struct line *line, size_t words)
{
	if (line->count > words)
		return true;
	fault("%zu words behind \"%s\", got %zu", words, line->words[0], line->count - 1);
	return false;
}

/* ---- sales ---- */

static void tell(struct till *till, enum attribute attribute, const char *text)
{
	size_t i = 0;

	while (i < till->told_count && till->told[i].attribute != attribute)
		i++;
	if (i == TOLD_MAX || strlen(text) >= sizeof(till->told[i].text)) {
		fault("this test has no room for \"%s\"", text);
		return;
	}
	if (i == till->told_count)
		till->told_count++;
	till->told[i].attribute = attribute;
	(void)strcpy(till->told[i].text, text);
}

/* "MigrantID-Nationality" is Nationality here. */
static enum attribute attribute_of(const char *name, size_t len)
{
	for (enum attribute a = ATTR_NONE + 1; a < ATTRIBUTES; a++) {
		const char *whole = attribute_name(a), *part = strstr(whole, "MigrantID-");

		part = part == NULL ? whole : part + strlen("MigrantID-");
		if (strlen(part) == len && memcmp(part, name, len) == 0)
			return a;
	}
	return ATTR_NONE;
}

static void tell_all(struct till *till, const struct line *line)
{
	for (size_t i = 2; i < line->count; i++) {
		const char *word = line->words[i], *value = strchr(word, '=');
		enum attribute attribute = ATTR_NONE;

		if (value != NULL && strncmp(word, "person=", 7) != 0 &&
			strncmp(word, "shop=", 5) != 0)
			attribute = attribute_of(word, (size_t)(value - word));
		else if (value != NULL)
			continue;
		if (attribute == ATTR_NONE)
			fault("an attribute and its value, got \"%s\"", word);
		else
			tell(till, attribute, value + 1);
	}
}

static struct till *first_asked(const struct line *line)
{
	struct till *till = till_new(line->words[1]);
	const char *person = option_of(line, "person"), *shop = option_of(line, "shop");
	char number[NAME_LEN];

	if (till == NULL)
		return NULL;
	(void)snprintf(till->shop, sizeof(till->shop), "%s", shop != NULL ? shop : "shop");
	(void)snprintf(number, sizeof(number), "FA%07u",
		person != NULL ? (unsigned)strtoul(person, NULL, 10) : 1);
	tell(till, ATTR_SALE_ID, till->name);
	tell(till, ATTR_CONSENT_TEXT, "ru-2025-01");
	if (option_of(line, "Subject-Token") != NULL && person == NULL)
		return till;
	tell(till, ATTR_DOCUMENT_TYPE, "P");
	tell(till, ATTR_DOCUMENT_ISSUER, "UZB");
	tell(till, ATTR_DOCUMENT_NUMBER, number);
	tell(till, ATTR_NATIONALITY, "UZB");
	tell(till, ATTR_DATE_OF_BIRTH, "1990-01-31");
	return till;
}

static void sale(const struct line *line)
{
	struct till *till = needs(line, 1) ? till_named(line->words[1]) : NULL;

	if (line->count < 2)
		return;
	if (till == NULL)
		till = first_asked(line);
	if (till == NULL)
		return;
	if (till->is != TILL_AT_REST) {
		fault("sale %s to be told its decision first", till->name);
		return;
	}
	tell_all(till, line);
	if (!is_faulty())
		till_ask(till);
}

/* ---- the service ---- */

static void person(const struct line *line)
{
	unsigned number;

	if (needs(line, 4) && !(read_number(line->words[1], &number) &&
				      service_person(number, line->words[3], line->words[4])))
		fault("person NUMBER is RESULT REASON");
}

/* "1" and "2" are the service's addresses, "keys" is that of its keys. */
static struct manners *manners_of(const char *name)
{
	unsigned number;

	if (strcmp(name, "keys") == 0)
		return wire_manners(GROUP_KEYS, 0);
	return read_number(name, &number) ? wire_manners(GROUP_SERVICE, number - 1) : NULL;
}

static void address(const struct line *line)
{
	static const struct {
		const char *word;
		struct manners manners;
	} all[] = {
		{ "answers", { .answers = true } },
		{ "says", { .end = END_STATUS } },
		{ "is-silent", { .silent = true } },
		{ "is-unknown", { .unknown = true } },
		{ "refuses", { .end = END_CONNECT } },
		{ "fails-in-tls", { .end = END_TLS } },
		{ "breaks-off", { .end = END_CUT_OFF } },
		{ "loses-the-connection", { .end = END_CONNECTION_GIVEN_UP } },
	};
	struct manners *manners = needs(line, 2) ? manners_of(line->words[1]) : NULL;
	size_t i = 0;

	while (manners != NULL && i < ARRAY_LEN(all) && !is(line, 2, all[i].word))
		i++;
	if (manners == NULL || i == ARRAY_LEN(all)) {
		fault("address 1|2|keys answers|says|is-silent|..");
		return;
	}
	*manners = all[i].manners;
	if (is(line, 2, "says") && needs(line, 3))
		manners->status = (int)strtol(line->words[3], NULL, 10);
	manners->after_ms = seconds_of(line, "after");
	manners->retry_after_s = seconds_of(line, "retry") / SECOND;
}

static void signs(const struct line *line)
{
	if (needs(line, 1) && !service_signs_with(line->words[1]))
		fault("key one or two, got %s", line->words[1]);
}

static void publishes(const struct line *line)
{
	if (needs(line, 1) && !service_publishes(line->words[1]))
		fault("keys one, two or one,two, got %s", line->words[1]);
}

/* ---- the store, files, clocks, the server ---- */

static void store(const struct line *line)
{
	if (is(line, 1, "answers"))
		store_set(STORE_ANSWERS);
	else if (is(line, 1, "is-silent"))
		store_set(STORE_SILENT);
	else if (is(line, 1, "is-gone"))
		store_set(STORE_GONE);
	else if (is(line, 1, "is-purged"))
		store_purge();
	else
		fault("store answers|is-silent|is-gone|is-purged");
}

static void edit(const struct line *line)
{
	if (needs(line, 3))
		world_edit(line->words[1], line->words[2], line->words[3]);
}

static void file(const struct line *line)
{
	char text[TEXT_LEN + 1];

	if (!needs(line, 2))
		return;
	(void)snprintf(text, sizeof(text), "%s\n", line->words[2]);
	put(&world.bench, line->words[1], text);
}

static void clock_steps(const struct line *line)
{
	if (needs(line, 1))
		world.time.wall += (int64_t)strtol(line->words[1], NULL, 10);
}

static void start(const struct line *line)
{
	(void)line;
	if (world.decider != NULL)
		fault("no second start");
	else
		world_start();
}

static void restart(const struct line *line)
{
	(void)line;
	world_stop();
	world_start();
}

bool events_take(const struct line *line)
{
	static const struct {
		const char *verb;
		event *event;
		bool before; /* the start, too */
	} all[] = {
		{ "sale", sale, false },
		{ "person", person, true },
		{ "address", address, true },
		{ "signs-with", signs, true },
		{ "publishes", publishes, true },
		{ "store", store, true },
		{ "edit", edit, true },
		{ "file", file, true },
		{ "clock-steps", clock_steps, true },
		{ "start", start, true },
		{ "restart", restart, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		if (!is(line, 0, all[i].verb))
			continue;
		if (world.decider == NULL && !all[i].before)
			fault("\"start\" first");
		else
			all[i].event(line);
		return true;
	}
	return false;
}
