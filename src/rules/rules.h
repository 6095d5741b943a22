/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * rules.h - who is not asked about: the exemption rules of rules.cfg (libconfig). A rule is
 * data; it holds when all that it names holds on the sale's date; the first that holds decides.
 *
 * A rule_set is immutable after rules_parse() and may be read by any number of threads.
 */
#ifndef MIGRANTID_RULES_H
#define MIGRANTID_RULES_H

#include "base/base.h"
#include "base/report.h"
#include "person/date.h"
#include "rules/sale.h"

#define RULE_ID_MAX 32
#define RULES_DIGEST_LEN 12 /* hexadecimal digits of the file's SHA-256 */

/* How a rule wants its facts shown. */
enum evidence {
	EVIDENCE_STATED, /* the attributes are enough */
	EVIDENCE_DOCUMENT, /* document type, issuer, number given, and not expired */
	EVIDENCE_MRZ, /* an MRZ whose check digits hold and whose own fields meet the rule */
	EVIDENCE_CREDENTIAL, /* a digital ID card that counts, and meets the rule by itself */
};

/* Why a rule did not hold; RULE_HOLDS if it did. migrantidctl explain shows these. */
enum rule_verdict {
	RULE_HOLDS,
	RULE_DISABLED,
	RULE_NOT_YET, /* before `from` */
	RULE_EXPIRED, /* after `until` */
	RULE_OTHER_NATIONALITY,
	RULE_OTHER_ISSUER,
	RULE_OTHER_DOCUMENT,
	RULE_AGE_UNKNOWN, /* no date of birth with a four-digit year, or not true for every day */
	RULE_TOO_OLD,
	RULE_NO_ACCREDITATION,
	RULE_OTHER_ACCREDITATION,
	RULE_ACCREDITATION_UNDATED, /* without its last day it does not count */
	RULE_ACCREDITATION_EXPIRED,
	RULE_NO_DOCUMENT, /* evidence wants a document */
	RULE_DOCUMENT_EXPIRED,
	RULE_EXPIRY_UNKNOWN, /* the rule wants the day of expiry, and none was told or shown */
	RULE_NO_MRZ, /* evidence wants an MRZ */
	RULE_NO_CREDENTIAL, /* evidence wants a card that counts */
	RULE_NO_DOCUMENT_ON_CARD, /* and one that names its document */
	RULE_AGE_OF_ANOTHER_DAY, /* it was below the age when issued, on another day than today */
};

struct rule_set; /* opaque; owned by who parsed it */

/* What one rule says of itself. Strings belong to the set. */
struct rule_info {
	const char *id;
	const char *citation;
	struct date from; /* year 0: always */
	struct date until; /* last day it is in force; year 0: no end */
	bool enabled;
	int line; /* in the file */
};

/*
 * Parse the text of a rules file (terminated). `file` is its name for messages. Returns NULL after
 * having reported every error found, with file and line. The set is immutable: any thread may read
 * it.
 */
MUST_CHECK struct rule_set *rules_parse(
	const char *text, const char *file, const struct reporter *reporter);
void rules_free(struct rule_set *set); /* NULL is fine */

/*
 * The first rule that holds for this sale on this date (operator's time zone), or -1.
 * verdicts, if not NULL, has room for rules_count() and is filled for every rule tried.
 */
int rules_match(const struct rule_set *set, const struct sale *sale, const struct date *today,
	enum rule_verdict *verdicts);

/*
 * RULE_HOLDS if the person is shown to be a citizen of the operator's own country, as home,
 * home_documents and home_evidence want it: not this check's business. Else what is wanting.
 */
enum rule_verdict rules_home_verdict(
	const struct rule_set *set, const struct sale *sale, const struct date *today);

/* True if a document type that is no Doc 9303 code is a kind that the file names. */
bool rules_knows_document(const struct rule_set *set, const char *type);

size_t rules_count(const struct rule_set *set);
struct rule_info rules_info(const struct rule_set *set, size_t index);
const char *rules_home(const struct rule_set *set);
const struct country_codes *rules_codes(const struct rule_set *set); /* the file's; never NULL */
const char *rules_digest(const struct rule_set *set); /* RULES_DIGEST_LEN hexadecimal digits */

/* Warn of rules that are expired on `today` or can never be reached behind an earlier one. */
void rules_warn(const struct rule_set *set, const char *file, const struct date *today,
	const struct reporter *reporter);

const char *rule_verdict_text(enum rule_verdict verdict); /* plain words, no value of the sale */

#endif
