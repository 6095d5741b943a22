/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_home.c - the top level of rules.cfg: codes, and who is a citizen of the operator's state.
 */
#include <stdio.h>
#include <string.h>

#include "rules/rules_internal.h"

/* Before anything that names a state. */
void rules_take_codes(struct reading *reading, const struct conf_strings *strings)
{
	struct country_codes *codes = &reading->set->codes;

	for (size_t i = 0; i < strings->count && i < COUNTRY_CODES_MAX; i++) {
		const char *text = conf_string_at(strings, i);
		char *out = codes->at[codes->count];

		if (country_canonical(text, strlen(text), out) && strlen(out) == COUNTRY_LEN)
			codes->count++;
		else
			rules_complain(reading, rules_line_of_word(strings, i),
				"\"%.40s\" in codes is no code: write three letters", text);
	}
}

/* One word, as if it were written as a list of one. */
static bool one_word(struct reading *reading, const char *word, struct words *out)
{
	out->at = rules_allocate(reading, 1, sizeof(out->at[0]));
	if (out->at == NULL)
		return false;
	(void)snprintf(out->at[0], sizeof(out->at[0]), "%s", word);
	out->count = 1;
	return true;
}

static bool is_own_state(const struct rule_set *set, const char *text, char *out)
{
	if (!country_canonical(text, strlen(text), out))
		return false;
	return country_codes_hold(&set->codes, out) ||
	       (country_is_nationality(out) && country_is_issuer(out));
}

/* Passports and identity cards: the first letters of Doc 9303 codes, without visas. */
static void take_usual_documents(struct reading *reading, struct words *out)
{
	static const char usual[] = "PIAC";

	out->at = rules_allocate(reading, strlen(usual), sizeof(out->at[0]));
	if (out->at == NULL)
		return;
	for (out->count = 0; out->count < strlen(usual); out->count++)
		out->at[out->count][0] = usual[out->count];
}

/* Home is a rule like any other: nationality and issuer the operator's own, and a document. */
static void take_home_documents(struct reading *reading, const struct top_level *top)
{
	const config_setting_t *root = config_root_setting(&reading->set->config);
	struct rule *home = &reading->set->home;
	bool none = strcmp(top->home_evidence, "none") == 0;

	/* What a card says of a nationality is for the rules, which name whom they mean. */
	if (!none && (!rules_evidence_of_name(top->home_evidence, &home->evidence) ||
			     home->evidence == EVIDENCE_CREDENTIAL))
		rules_complain(reading, conf_line_of(root, "home_evidence"),
			"home_evidence is \"%.40s\": write \"document\", \"mrz\", \"stated\" or "
			"\"none\"",
			top->home_evidence);
	if (none && top->home_documents.setting != NULL)
		rules_complain(reading, conf_line(top->home_documents.setting),
			"with home_evidence = \"none\" no document is looked at: leave out one of "
			"them");
	if (none)
		return;
	(void)one_word(reading, rules_home(reading->set), &home->issuer);
	if (top->home_documents.setting != NULL)
		rules_take_words(reading, &top->home_documents, word_of_document, &home->document);
	else
		take_usual_documents(reading, &home->document);
}

void rules_take_home(struct reading *reading, const struct top_level *top)
{
	struct rule *home = &reading->set->home;
	char code[COUNTRY_LEN + 1] = "";

	*home = (struct rule){ .id = "home", .citation = "", .enabled = true };
	if (top->home[0] != '\0' && !is_own_state(reading->set, top->home, code))
		rules_complain(reading,
			conf_line_of(config_root_setting(&reading->set->config), "home"),
			"\"%.40s\" is no state: write the code of the operator's own, \"RUS\"",
			top->home);
	if (one_word(reading, code, &home->nationality))
		take_home_documents(reading, top);
}
