/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * gate.h - may this SIM sale go ahead? One function answers it; the module, migrantidctl and the
 * tests are doors to it.
 */
#ifndef MIGRANTID_GATE_H
#define MIGRANTID_GATE_H

#include "base/base.h"
#include "base/clock.h"
#include "base/report.h"
#include "decision/counters.h"
#include "config/messages.h"
#include "decision/reference.h"
#include "rules/rules.h"
#include "rules/sale.h"
#include "rules/vocabulary.h"

/* A message, and behind it an attribute's name and a field of the MRZ. */
#define CLERK_MAX (MESSAGE_MAX + 64)
#define GATE_STATE_MAX 128 /* octets of a State of ours; RADIUS allows 253 */

/* What is replied. Holds nothing of the person; texts are the reader's to keep. */
struct decision {
	enum result result;
	enum reason reason;
	enum outcome outcome;
	enum source source; /* SOURCE_NONE: nothing was consulted */
	char reference[REFERENCE_LEN + 1]; /* "" only if not applicable */
	char rule[RULE_ID_MAX + 1]; /* id of the exemption rule, "" if none */
	char rules_digest[RULES_DIGEST_LEN + 1]; /* version of the rules that were applied */
	int64_t valid_until; /* seconds since 1970; 0: says nothing */
	unsigned retry_after; /* seconds; 0: says nothing */
	enum attribute attribute; /* at fault, for a bad request */
	enum mrz_field mrz_field; /* likewise */
	char clerk[CLERK_MAX + 1]; /* Reply-Message, UTF-8 */
	char remedy[MESSAGE_MAX + 1]; /* "" if there is nothing to do */
	uint8_t state[GATE_STATE_MAX]; /* for OUTCOME_ASK_AGAIN */
	size_t state_len;
};

struct gate_options {
	const char *settings_file; /* borrowed until gate_close() */
	int64_t workers; /* threads of the server that may call gate_decide(); 0: unknown, take 32 */
	bool check_only; /* check all configuration, start nothing, open nothing */
	struct clock clock;
	struct reporter reporter;
};

struct gate; /* opaque */

/*
 * Set up what is process-wide, before other modules of the server do: so that libcurl wipes what it
 * frees. gate_open() does it too. Thread-safe, any number of times; false if libcurl fails.
 */
MUST_CHECK bool gate_prepare(void);

/*
 * Load and check everything the settings name; unless check_only, open the store and start the
 * engine. NULL after every error was reported. A service that is down is no error.
 */
MUST_CHECK struct gate *gate_open(const struct gate_options *options);
void gate_close(struct gate *gate); /* within two seconds; NULL is fine */

/*
 * Decide one sale. Thread-safe; takes at most the setting `wait`, plus microseconds. The fields are
 * borrowed; copies of a person's data made on the way are wiped before it returns.
 */
void gate_decide(struct gate *gate, const struct sale_field *fields, size_t count,
		 struct decision *out);

const struct counters *gate_counters(struct gate *gate);

#endif
