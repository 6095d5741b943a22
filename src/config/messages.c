/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conf.h"
#include "config/language.h"
#include "rules/text.h"

#define REASON_SLOTS (REASON_CREDENTIAL_SUSPENDED + 1)

enum reader { CLERK, BUYER, READERS };

/* What is said in one language, to whom, for which reason; NULL where the file gives nothing. */
struct language {
	const char *tag;
	const char *texts[READERS][REASON_SLOTS];
};

struct messages {
	config_t config; /* owns all strings */
	const struct language *fallback;
	size_t count;
	struct language *languages;
};

struct loading {
	struct messages *messages;
	const char *file;
	const struct reporter *reporter;
	bool valid;
};

struct top {
	const char *fallback;
	config_setting_t *languages;
};

static const struct conf_row top_rows[] = {
	{ "default", CONF_STRING, offsetof(struct top, fallback), .required = true,
		.max = LANGUAGE_TAG_MAX,
		.help = "name the language of whoever names none, or one that is not here" },
	{ "languages", CONF_GROUP, offsetof(struct top, languages), .required = true,
		.help = "write languages = { en = { ... }; };" },
};

struct reasons {
	config_setting_t *of[REASON_SLOTS];
};

#define AS_ROW(symbol, number, name) { name, CONF_GROUP, offsetof(struct reasons, of[number]) },
static const struct conf_row reason_rows[] = { REASONS(AS_ROW) };
#undef AS_ROW

struct texts {
	const char *clerk, *remedy;
};

static const struct conf_row text_rows[] = {
	{ "clerk", CONF_STRING, offsetof(struct texts, clerk), .max = MESSAGE_MAX },
	{ "remedy", CONF_STRING, offsetof(struct texts, remedy), .max = MESSAGE_MAX },
};

static void complain(struct loading *loading, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct loading *loading, int line, const char *format, ...)
{
	char text[480];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report(loading->reporter, SAY_ERROR, loading->file, line, "%s", text);
	loading->valid = false;
}

static bool is_refusal(enum reason reason)
{
	switch (reason) {
	case REASON_NO_MATCH:
	case REASON_NOT_ENROLLED:
	case REASON_DOCUMENT_INVALID:
	case REASON_ID_LOCKED:
	case REASON_ID_BLOCKED:
	case REASON_TOO_SOON:
	case REASON_CONSENT_MISSING:
		return true;
	case REASON_NONE:
	case REASON_MATCH:
	case REASON_EXEMPT:
	case REASON_NOT_APPLICABLE:
	case REASON_PENDING:
	case REASON_TOKEN_USED:
	case REASON_DOCUMENT_MISMATCH:
	case REASON_QUESTION_REFUSED:
	case REASON_TOO_MANY:
	case REASON_SERVICE_TIMEOUT:
	case REASON_SERVICE_UNAVAILABLE:
	case REASON_SERVICE_BUSY:
	case REASON_SERVICE_OUTAGE:
	case REASON_ANSWER_REJECTED:
	case REASON_NOT_CONFIGURED:
	case REASON_ATTRIBUTE_MISSING:
	case REASON_ATTRIBUTE_INVALID:
	case REASON_MRZ_CHECK_DIGIT:
	case REASON_MRZ_MISMATCH:
	case REASON_ATTRIBUTE_UNREADABLE:
	case REASON_CREDENTIAL_INVALID:
	case REASON_CREDENTIAL_REVOKED:
	case REASON_CREDENTIAL_SUSPENDED:
		break;
	}
	return false;
}

/* C0, DEL and C1: what a till's screen or a log may take for a command. */
static bool has_control_character(const char *text)
{
	const unsigned char *u = (const unsigned char *)text;

	for (; *u != '\0'; u++)
		if (*u < 0x20 || *u == 0x7F || (u[0] == 0xC2 && u[1] >= 0x80 && u[1] <= 0x9F))
			return true;
	return false;
}

/* A text that is given, NULL if it is not. */
static const char *given(
	struct loading *loading, const config_setting_t *entry, const char *name, const char *text)
{
	if (config_setting_get_member(entry, name) == NULL)
		return NULL;
	if (has_control_character(text))
		complain(loading, conf_line_of(entry, name),
			"'%s' holds a line break or another control character: write one line",
			name);
	return text;
}

/* What the reply's text may grow to is bounded, not what it grows from. */
static size_t clerk_max(enum reason reason)
{
	return reason_is_bad_request(reason) || reason == REASON_SERVICE_OUTAGE
		       ? MESSAGE_MAX_BEFORE_DETAIL
		       : MESSAGE_MAX;
}

static void read_texts(struct loading *loading, struct language *language, enum reason reason,
	const config_setting_t *entry)
{
	struct texts texts;

	if (!conf_read(entry, text_rows, ARRAY_LEN(text_rows), &texts, loading->file,
		    loading->reporter)) {
		loading->valid = false;
		return;
	}
	language->texts[CLERK][reason] = given(loading, entry, "clerk", texts.clerk);
	language->texts[BUYER][reason] = given(loading, entry, "remedy", texts.remedy);
	if (language->texts[CLERK][reason] != NULL && strlen(texts.clerk) > clerk_max(reason))
		complain(loading, conf_line_of(entry, "clerk"),
			"'clerk' may have %zu octets here, for an attribute's name or an end is "
			"put behind it: shorten it",
			clerk_max(reason));
	if (language->texts[CLERK][reason] != NULL && texts.clerk[0] == '\0')
		complain(loading, conf_line_of(entry, "clerk"),
			"'clerk' must not be empty: say what happened and what to do now");
	if (language->texts[BUYER][reason] != NULL && texts.remedy[0] == '\0' && is_refusal(reason))
		complain(loading, conf_line_of(entry, "remedy"),
			"'remedy' must not be empty: who is refused is told what to do");
}

static void read_language(
	struct loading *loading, struct language *language, const config_setting_t *group)
{
	struct reasons reasons = { 0 };

	if (!conf_read(group, reason_rows, ARRAY_LEN(reason_rows), &reasons, loading->file,
		    loading->reporter))
		loading->valid = false;
	for (int slot = 0; slot < REASON_SLOTS; slot++)
		if (reason_name((enum reason)slot) != NULL && reasons.of[slot] != NULL)
			read_texts(loading, language, (enum reason)slot, reasons.of[slot]);
}

static bool is_language_tag(const char *tag)
{
	size_t len = strlen(tag);

	return len <= LANGUAGE_TAG_MAX && strcspn(tag, "-") >= 2 && text_is_language(tag, len);
}

static const struct language *language_of(
	const struct messages *messages, const char *tag, size_t len)
{
	for (size_t i = 0; i < messages->count; i++)
		if (strlen(messages->languages[i].tag) == len &&
			strncasecmp(messages->languages[i].tag, tag, len) == 0)
			return &messages->languages[i];
	return NULL;
}

static bool read_languages(struct loading *loading, const config_setting_t *list)
{
	struct messages *messages = loading->messages;
	int count = config_setting_length(list);

	messages->languages = calloc((size_t)count + 1, sizeof(*messages->languages));
	if (messages->languages == NULL) {
		complain(loading, 0, "out of memory");
		return false;
	}
	for (int i = 0; i < count; i++) {
		const config_setting_t *group = config_setting_get_elem(list, (unsigned)i);
		struct language *language = &messages->languages[messages->count];
		const char *tag = config_setting_name(group);

		if (!is_language_tag(tag)) {
			complain(loading, conf_line(group),
				"'%.40s' is no language tag: write one such as ru or uz-Cyrl", tag);
			continue;
		}
		if (language_of(messages, tag, strlen(tag)) != NULL) {
			complain(loading, conf_line(group), "language '%s' is there twice", tag);
			continue;
		}
		language->tag = tag;
		messages->count++;
		read_language(loading, language, group);
	}
	return true;
}

/* Whatever language was asked for, the fallback has an answer. */
static void check_fallback(struct loading *loading, int line)
{
	const struct language *language = loading->messages->fallback;

	for (int slot = 0; slot < REASON_SLOTS; slot++) {
		const char *name = reason_name((enum reason)slot);

		if (name == NULL)
			continue;
		if (language->texts[CLERK][slot] == NULL)
			complain(loading, line,
				"%s, the default language, has no clerk's text for '%s': add it",
				language->tag, name);
		if (is_refusal((enum reason)slot) && language->texts[BUYER][slot] == NULL)
			complain(loading, line,
				"%s, the default language, has no remedy for '%s': add it",
				language->tag, name);
	}
}

static bool load(struct loading *loading)
{
	const config_setting_t *root = config_root_setting(&loading->messages->config);
	struct messages *messages = loading->messages;
	struct top top;

	if (!conf_read(root, top_rows, ARRAY_LEN(top_rows), &top, loading->file, loading->reporter))
		loading->valid = false;
	if (top.languages == NULL)
		return false;
	if (!config_setting_is_group(top.languages)) {
		complain(loading, conf_line(top.languages),
			"'languages' must be a group: write languages = { en = { ... }; };");
		return false;
	}
	if (!read_languages(loading, top.languages))
		return false;
	messages->fallback = language_of(messages, top.fallback, strlen(top.fallback));
	if (messages->fallback != NULL)
		check_fallback(loading, conf_line_of(top.languages, messages->fallback->tag));
	else if (top.fallback[0] != '\0')
		complain(loading, conf_line_of(root, "default"),
			"the default language '%s' is not among the languages", top.fallback);
	return loading->valid;
}

void messages_free(struct messages *messages)
{
	if (messages == NULL)
		return;
	config_destroy(&messages->config);
	free(messages->languages);
	free(messages);
}

struct messages *messages_parse(const char *text, const char *file, const struct reporter *reporter)
{
	struct messages *messages = calloc(1, sizeof(*messages));
	struct loading loading = { messages, file, reporter, true };

	if (messages == NULL) {
		report(reporter, SAY_ERROR, file, 0, "out of memory");
		return NULL;
	}
	if (!conf_parse(&messages->config, text, file, reporter) || !load(&loading)) {
		messages_free(messages);
		return NULL;
	}
	return messages;
}

/* One subtag less from the right, and no single-character one left at the end (RFC 4647, 3.4). */
static size_t shortened(const char *tag, size_t len)
{
	while (len > 0 && tag[len - 1] != '-')
		len--;
	if (len > 0)
		len--;
	if (len >= 2 && tag[len - 2] == '-')
		len -= 2;
	return len;
}

/* In the nearest language to a tag that says anything to this reader; NULL if none does. */
static const char *lookup_tag(
	const struct messages *messages, enum reader reader, enum reason reason, const char *tag)
{
	for (size_t len = strlen(tag); len > 0; len = shortened(tag, len)) {
		const struct language *language = language_of(messages, tag, len);

		if (language != NULL && language->texts[reader][reason] != NULL)
			return language->texts[reader][reason];
	}
	return NULL;
}

static const char *lookup(
	const struct messages *messages, enum reader reader, enum reason reason, struct span asked)
{
	struct language_wish wishes[LANGUAGE_WISHES_MAX];
	size_t count = language_wishes(asked.data, asked.len, wishes);
	const char *text = NULL;

	if (reason_name(reason) == NULL)
		return "";
	for (size_t i = 0; i < count && text == NULL; i++)
		text = lookup_tag(messages, reader, reason, wishes[i].tag);
	if (text == NULL)
		text = messages->fallback->texts[reader][reason];
	return text != NULL ? text : "";
}

const char *messages_clerk(const struct messages *messages, enum reason reason, struct span asked)
{
	return lookup(messages, CLERK, reason, asked);
}

const char *messages_remedy(const struct messages *messages, enum reason reason, struct span asked)
{
	return lookup(messages, BUYER, reason, asked);
}
