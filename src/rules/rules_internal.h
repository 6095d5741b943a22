/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules_internal.h - what a rule set is made of; for the rules_*.c files alone.
 */
#ifndef MIGRANTID_RULES_INTERNAL_H
#define MIGRANTID_RULES_INTERNAL_H


#include <libconfig.h>

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
	struct date from; /* first day in force; year 0: always was */
	struct date until; /* last day in force; year 0: no end */
	bool enabled;
	int line;
};

struct rule_set {
	config_t config;
	char home[COUNTRY_LEN + 1];
	struct words documents; /* kinds that a request may name */
	struct rule *rules; /* owned */
	size_t count;
	char digest[RULES_DIGEST_LEN + 1];
};

/* True if a document type, or another pattern, is one that a rule's pattern stands for: one letter
 * stands for all codes that begin with it, anything else for itself. */
bool rule_document_covers(const char *pattern, const char *type);

#endif
