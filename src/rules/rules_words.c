/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rules_words.c - the words that rules.cfg is made of, each in its canonical form. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/rules_internal.h"
#include "rules/text.h"

void rules_complain(struct reading *reading, int line, const char *format, ...)
{
	char text[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report(reading->reporter, SAY_ERROR, reading->file, line, "%s: %s", reading->where, text);
	reading->valid = false;
}

void *rules_allocate(struct reading *reading, size_t count, size_t size)
{
	void *memory = calloc(count, size);

	if (memory == NULL)
		rules_complain(reading, 0, "out of memory: nothing was changed");
	return memory;
}

const char *word_of_nationality(const struct rule_set *set, const char *text, char *out)
{
	if (!country_canonical(text, strlen(text), out))
		out[0] = '\0';
	if (country_codes_hold(&set->codes, out))
		return NULL;
	if (country_lookup(out) == COUNTRY_UNKNOWN)
		return "is no state's code: write it as in a passport, \"BLR\"; Germany is \"D\"; "
		       "one that Doc 9303 does not list has to stand in codes";
	if (!country_is_nationality(out))
		return "is nobody's nationality: it issues documents, name it under issuer";
	return NULL;
}

const char *word_of_issuer(const struct rule_set *set, const char *text, char *out)
{
	if (!country_canonical(text, strlen(text), out))
		out[0] = '\0';
	if (country_codes_hold(&set->codes, out))
		return NULL;
	if (country_lookup(out) == COUNTRY_UNKNOWN)
		return "is no issuer's code: write it as in a passport, \"BLR\"; Germany is \"D\"; "
		       "one that Doc 9303 does not list has to stand in codes";
	if (!country_is_issuer(out))
		return "issues no documents: it is a nationality, name it under nationality";
	return NULL;
}

static bool is_kind(const char *type)
{
	return strlen(type) > 2;
}

const char *word_of_kind(const struct rule_set *set, const char *text, char *out)
{
	(void)set;
	if (!document_type_canonical(text, strlen(text), out) || !is_kind(out))
		return "is no kind of document: write a word of 3 to 32 of a-z, 0-9 and '-'; "
		       "Doc 9303 codes are known without being named here";
	return NULL;
}

const char *word_of_document(const struct rule_set *set, const char *text, char *out)
{
	if (!document_type_canonical(text, strlen(text), out))
		return "is no type of document: write a Doc 9303 code like \"P\" or \"PD\", or a "
		       "kind that documents names at the top of the file";
	if (is_kind(out) && !rules_knows_document(set, out))
		return "is a kind that documents does not name: add it there, at the top of the "
		       "file, or no shop can ever send it";
	return NULL;
}

const char *word_of_accreditation(const struct rule_set *set, const char *text, char *out)
{
	size_t len = strlen(text);

	(void)set;
	if (len > ACCREDITATION_MAX || !text_is_word(text, len))
		return "is no kind of accreditation: write a word of at most 64 of a-z, 0-9 and "
		       "'-'";
	memcpy(out, text, len + 1);
	return NULL;
}

int rules_line_of_word(const struct conf_strings *strings, size_t index)
{
	const config_setting_t *one = config_setting_get_elem(strings->setting, (unsigned)index);

	return conf_line(one != NULL ? one : strings->setting);
}

void rules_take_words(struct reading *reading, const struct conf_strings *strings, word_of *take,
	struct words *out)
{
	if (strings->setting == NULL)
		return;
	if (strings->count == 0) {
		rules_complain(reading, conf_line(strings->setting),
			"%s is empty: name at least one, or leave it out",
			config_setting_name(strings->setting));
		return;
	}
	out->at = rules_allocate(reading, strings->count, sizeof(out->at[0]));
	if (out->at == NULL)
		return;
	for (size_t i = 0; i < strings->count; i++) {
		const char *text = conf_string_at(strings, i);
		const char *fault = take(reading->set, text, out->at[i]);

		if (fault != NULL)
			rules_complain(reading, rules_line_of_word(strings, i),
				"\"%.40s\" in %s %s", text, config_setting_name(strings->setting),
				fault);
	}
	out->count = strings->count;
}

bool rules_evidence_of_name(const char *name, enum evidence *out)
{
	static const char *const names[] = {
		[EVIDENCE_STATED] = "stated",
		[EVIDENCE_DOCUMENT] = "document",
		[EVIDENCE_MRZ] = "mrz",
		[EVIDENCE_CREDENTIAL] = "credential",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (strcmp(names[i], name) == 0) {
			*out = (enum evidence)i;
			return true;
		}
	}
	return false;
}
