/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_internal.h - what a rule set is made of; for the rules_*.c files alone.
 */
#ifndef MIGRANTID_RULES_INTERNAL_H
#define MIGRANTID_RULES_INTERNAL_H

#include <libconfig.h>

#include "base/conf.h"
#include "rules/rules.h"

#define RULES_MAX 64
#define RULE_WORD_MAX ACCREDITATION_MAX

/* Canonical words that a rule names; none: the rule asks nothing of that field. */
struct words {
	char (*at)[RULE_WORD_MAX + 1]; /* owned */
	size_t count;
};

struct rule {
	const char *id; /* this and citation belong to the set's config */
	const char *citation;
	struct words nationality; /* canonical codes */
	struct words issuer; /* likewise */
	struct words document; /* Doc 9303 codes of one or two letters, kinds */
	struct words accreditation; /* kinds */
	int age_below; /* years; 0: any age */
	enum evidence evidence;
	bool expiry_known; /* wants the document's day of expiry, told or shown */
	struct date from; /* first day in force; year 0: always was */
	struct date until; /* last day in force; year 0: no end */
	bool enabled;
	int line;
};

struct rule_set {
	config_t config;
	struct country_codes codes; /* states besides those of Doc 9303 */
	struct rule home; /* who is a citizen of the operator's own state */
	struct words documents; /* kinds that a request may name */
	struct rule *rules; /* owned */
	size_t count;
	char digest[RULES_DIGEST_LEN + 1];
};

/* True if a document type, or another pattern, is one that a rule's pattern stands for: one letter
 * stands for all codes that begin with it, anything else for itself. */
bool rule_document_covers(const char *pattern, const char *type);

/* ---- judging: rules.c, rules_card.c ---- */

enum rule_verdict rule_judge_words(const struct rule *rule, const struct person *person);
enum rule_verdict rule_judge_age(int years, const struct date *birth, const struct date *today);
enum rule_verdict rule_judge_accreditation(const struct rule *rule, const char *kind,
	const struct date *expiry, const struct date *today);
/* All that the rule names but its days, by what the card says alone. */
enum rule_verdict rule_judge_card(
	const struct rule *rule, const struct sale *sale, const struct date *today);

/* ---- reading: rules_read.c, rules_home.c, rules_words.c ---- */

#define RULES_CODES_MAX 256 /* in one list: more than there are states */

/* The top level of the file as it is written. */
struct top_level {
	const char *home, *home_evidence;
	struct conf_strings home_documents, codes, documents;
	config_setting_t *rules;
};

struct reading {
	struct rule_set *set;
	const char *file;
	const struct reporter *reporter;
	char where[RULE_ID_MAX + 24]; /* how messages name what is being read */
	bool valid;
};

/* An error, with its line; the set will not be taken. */
void rules_complain(struct reading *reading, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Zeroed memory, or NULL after a complaint. */
void *rules_allocate(struct reading *reading, size_t count, size_t size);

/*
 * One word brought into its canonical form, of RULE_WORD_MAX octets at most. Each returns what is
 * wrong with it and what to do, NULL if nothing is.
 */
typedef const char *word_of(const struct rule_set *set, const char *text, char *out);
word_of word_of_nationality, word_of_issuer, word_of_document, word_of_kind, word_of_accreditation;

int rules_line_of_word(const struct conf_strings *strings, size_t index);
void rules_take_words(struct reading *reading, const struct conf_strings *strings, word_of *take,
	struct words *out);
MUST_CHECK bool rules_evidence_of_name(const char *name, enum evidence *out);

/* rules_take_codes() before anything that names a state, rules_take_home() behind the kinds. */
void rules_take_codes(struct reading *reading, const struct conf_strings *strings);
void rules_take_home(struct reading *reading, const struct top_level *top);

#endif
