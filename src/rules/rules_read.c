/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_read.c - from the text of rules.cfg to a rule set. All that cannot be meant is refused with
 * its line; nothing is guessed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "rules/rules_internal.h"
#include "rules/text.h"

#define AGE_MAX 150
#define KINDS_MAX 32

static const struct conf_row top_rows[] = {
	{ "home", CONF_STRING, offsetof(struct top_level, home), .required = true,
		.help = "code of the operator's own state, whose citizens are never asked about" },
	{ "home_documents", CONF_STRINGS, offsetof(struct top_level, home_documents),
		.max = RULES_CODES_MAX,
		.help = "documents that show it: Doc 9303 codes or kinds; default P, I, A, C" },
	{ "home_evidence", CONF_STRING, offsetof(struct top_level, home_evidence),
		.default_text = "document",
		.help = "how it is shown: document, mrz, stated, or none: the nationality "
			"is enough" },
	{ "codes", CONF_STRINGS, offsetof(struct top_level, codes), .max = COUNTRY_CODES_MAX,
		.help = "codes of states that Doc 9303 does not list" },
	{ "documents", CONF_STRINGS, offsetof(struct top_level, documents), .max = KINDS_MAX,
		.help = "kinds of document that shops may name besides Doc 9303 codes" },
	{ "rules", CONF_GROUP, offsetof(struct top_level, rules), .required = true,
		.help = "the list of rules; write rules = ( ); if there are none" },
};

/* A rule as it is written. */
struct written {
	const char *id, *citation, *evidence, *expiry, *from, *until;
	struct conf_strings nationality, issuer, document, accreditation;
	int64_t age_below;
	bool enabled;
};

static const struct conf_row rule_rows[] = {
	{ "id", CONF_STRING, offsetof(struct written, id), .required = true, .max = RULE_ID_MAX,
		.help = "a word of a-z, 0-9 and '-' by which replies and counters name the rule" },
	{ "citation", CONF_STRING, offsetof(struct written, citation), .required = true,
		.help = "where the law says so" },
	{ "enabled", CONF_BOOL, offsetof(struct written, enabled), .default_value = true,
		.help = "false: the rule is off" },
	{ "from", CONF_STRING, offsetof(struct written, from),
		.help = "first day in force, YYYY-MM-DD" },
	{ "until", CONF_STRING, offsetof(struct written, until),
		.help = "last day in force, YYYY-MM-DD" },
	{ "nationality", CONF_STRINGS, offsetof(struct written, nationality),
		.max = RULES_CODES_MAX, .help = "the person is a national of one of these" },
	{ "issuer", CONF_STRINGS, offsetof(struct written, issuer), .max = RULES_CODES_MAX,
		.help = "the document was issued by one of these" },
	{ "document", CONF_STRINGS, offsetof(struct written, document), .max = RULES_CODES_MAX,
		.help = "the document is one of these: Doc 9303 codes or kinds" },
	{ "age_below", CONF_INT, offsetof(struct written, age_below), .min = 1, .max = AGE_MAX,
		.unit = "years", .help = "the person has not reached this age" },
	{ "accreditation", CONF_STRINGS, offsetof(struct written, accreditation), .max = KINDS_MAX,
		.help = "one of these accreditations was shown and has not expired" },
	{ "evidence", CONF_STRING, offsetof(struct written, evidence), .default_text = "document",
		.help = "how it is shown: stated, document, mrz or credential" },
	{ "expiry", CONF_STRING, offsetof(struct written, expiry), .default_text = "any",
		.help = "known: the document's day of expiry has to be told or shown; any: not" },
};

static void take_date(struct reading *reading, const config_setting_t *group, const char *name,
	const char *text, struct date *out)
{
	if (text[0] != '\0' && !date_parse(text, strlen(text), false, out))
		rules_complain(reading, conf_line_of(group, name),
			"%s is \"%.40s\", which is no day: write YYYY-MM-DD, or \"\" for no bound",
			name, text);
}

static void take_dates(struct reading *reading, const config_setting_t *group,
	const struct written *written, struct rule *rule)
{
	take_date(reading, group, "from", written->from, &rule->from);
	take_date(reading, group, "until", written->until, &rule->until);
	if (date_is_set(&rule->from) && date_is_set(&rule->until) &&
		date_compare(&rule->until, &rule->from) < 0)
		rules_complain(reading, conf_line_of(group, "until"),
			"until is before from, so the rule is never in force: exchange them, or "
			"set enabled = false");
}

static void take_evidence(struct reading *reading, const config_setting_t *group,
	const struct written *written, struct rule *rule)
{
	if (!rules_evidence_of_name(written->evidence, &rule->evidence))
		rules_complain(reading, conf_line_of(group, "evidence"),
			"evidence is \"%.40s\": write \"stated\", \"document\", \"mrz\" or "
			"\"credential\"",
			written->evidence);
	rule->expiry_known = strcmp(written->expiry, "known") == 0;
	if (!rule->expiry_known && strcmp(written->expiry, "any") != 0)
		rules_complain(reading, conf_line_of(group, "expiry"),
			"expiry is \"%.40s\": write \"known\", or leave it out", written->expiry);
}

static void take_id(struct reading *reading, const config_setting_t *group,
	const struct written *written, struct rule *rule)
{
	const struct rule_set *set = reading->set;

	rule->id = written->id;
	if (rule->id[0] == '\0')
		return; /* said already */
	if (!text_is_word(rule->id, strlen(rule->id)))
		rules_complain(reading, conf_line_of(group, "id"),
			"id may hold only a-z, 0-9 and '-': change it");
	for (const struct rule *other = set->rules; other < rule; other++)
		if (strcmp(other->id, rule->id) == 0)
			rules_complain(reading, conf_line_of(group, "id"),
				"the rule on line %d has this id already: give one of them another",
				other->line);
}

static void take_citation(struct reading *reading, const config_setting_t *group,
	const struct written *written, struct rule *rule)
{
	size_t len = strlen(written->citation);

	rule->citation = written->citation;
	if (!text_is_plain(rule->citation, len) || (len > 0 && strspn(rule->citation, " ") == len))
		rules_complain(reading, conf_line_of(group, "citation"),
			"citation has to be one line of text: say where the law says so");
}

static bool asks_something(const struct written *written)
{
	return written->nationality.setting != NULL || written->issuer.setting != NULL ||
	       written->document.setting != NULL || written->accreditation.setting != NULL ||
	       written->age_below > 0;
}

static void read_rule(struct reading *reading, const config_setting_t *group, struct rule *rule)
{
	struct written written;
	bool valid;

	*rule = (struct rule){ .id = "", .citation = "", .line = conf_line(group) };
	valid = conf_read(
		group, rule_rows, ARRAY_LEN(rule_rows), &written, reading->file, reading->reporter);
	if (written.id[0] != '\0')
		(void)snprintf(reading->where, sizeof(reading->where), "rule \"%s\"", written.id);
	else
		(void)snprintf(reading->where, sizeof(reading->where), "this rule");
	take_id(reading, group, &written, rule);
	take_citation(reading, group, &written, rule);
	take_dates(reading, group, &written, rule);
	take_evidence(reading, group, &written, rule);
	rules_take_words(reading, &written.nationality, word_of_nationality, &rule->nationality);
	rules_take_words(reading, &written.issuer, word_of_issuer, &rule->issuer);
	rules_take_words(reading, &written.document, word_of_document, &rule->document);
	rules_take_words(
		reading, &written.accreditation, word_of_accreditation, &rule->accreditation);
	rule->age_below = (int)written.age_below;
	rule->enabled = written.enabled;
	if (valid && !asks_something(&written))
		rules_complain(reading, rule->line,
			"it would exempt everybody: say for whom it is by nationality, issuer, "
			"document, age_below or accreditation");
	reading->valid &= valid;
}

static void read_rules(struct reading *reading, const config_setting_t *list)
{
	struct rule_set *set = reading->set;
	int length;

	if (list == NULL)
		return; /* said already */
	length = config_setting_length(list);
	if (!config_setting_is_list(list)) {
		rules_complain(reading, conf_line(list),
			"rules has to be a list of groups: write rules = ( { ... }, { ... } );");
		return;
	}
	if (length > RULES_MAX) {
		rules_complain(reading, conf_line(list), "there are %d rules, and %d are the most",
			length, RULES_MAX);
		return;
	}
	if (length == 0)
		return;
	set->rules = rules_allocate(reading, (size_t)length, sizeof(set->rules[0]));
	if (set->rules == NULL)
		return;
	for (int i = 0; i < length; i++)
		read_rule(reading, config_setting_get_elem(list, (unsigned)i),
			&set->rules[set->count++]);
}

static void take_digest(struct reading *reading, const char *text)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	char *out = reading->set->digest;

	if (EVP_Digest(text, strlen(text), hash, NULL, EVP_sha256(), NULL) != 1) {
		rules_complain(reading, 0, "SHA-256 failed: out of memory?");
		return;
	}
	for (size_t i = 0; i < RULES_DIGEST_LEN / 2; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
}

static void read_file(struct reading *reading, const char *text)
{
	config_t *config = &reading->set->config;
	struct top_level top;

	if (!conf_parse(config, text, reading->file, reading->reporter)) {
		reading->valid = false;
		return;
	}
	if (!conf_read(config_root_setting(config), top_rows, ARRAY_LEN(top_rows), &top,
		    reading->file, reading->reporter))
		reading->valid = false;
	(void)snprintf(reading->where, sizeof(reading->where), "codes");
	rules_take_codes(reading, &top.codes);
	(void)snprintf(reading->where, sizeof(reading->where), "documents");
	rules_take_words(reading, &top.documents, word_of_kind, &reading->set->documents);
	(void)snprintf(reading->where, sizeof(reading->where), "home");
	rules_take_home(reading, &top);
	(void)snprintf(reading->where, sizeof(reading->where), "rules");
	read_rules(reading, top.rules);
	take_digest(reading, text);
}

struct rule_set *rules_parse(const char *text, const char *file, const struct reporter *reporter)
{
	struct reading reading = { .file = file, .reporter = reporter, .valid = true };

	reading.set = calloc(1, sizeof(*reading.set));
	if (reading.set == NULL) {
		report(reporter, SAY_ERROR, file, 0, "out of memory: nothing was changed");
		return NULL;
	}
	read_file(&reading, text);
	if (reading.valid)
		return reading.set;
	rules_free(reading.set);
	return NULL;
}
