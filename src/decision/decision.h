/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * decision.h - may this SIM sale go ahead? One function answers it; the module, migrantidctl and
 * the tests are doors to it.
 */
#ifndef MIGRANTID_DECISION_H
#define MIGRANTID_DECISION_H

#include "base/base.h"
#include "base/clock.h"
#include "base/report.h"
#include "config/messages.h"
#include "decision/reference.h"
#include "rules/rules.h"
#include "rules/sale.h"
#include "rules/vocabulary.h"

/* A message, and behind it an attribute's name and a field of the MRZ. */
#define CLERK_MAX REPLY_TEXT_MAX
#define DECISION_STATE_MAX 128 /* octets of a State of ours; RADIUS allows 253 */

/* What is replied. Holds nothing of the person; texts are the reader's to keep. */
struct decision {
	enum result result;
	enum reason reason;
	enum outcome outcome;
	enum source source; /* SOURCE_NONE: nothing was consulted */
	bool tells_source; /* source and valid_until may be told the shop (reply.source) */
	char reference[REFERENCE_LEN + 1]; /* not for the reply if not applicable */
	char rule[RULE_ID_MAX + 1]; /* id of the exemption rule, "" if none */
	char rules_digest[RULES_DIGEST_LEN + 1]; /* version of the rules that were applied */
	int64_t valid_until; /* seconds since 1970; 0: says nothing */
	unsigned retry_after; /* seconds; 0: says nothing */
	unsigned hold_ms; /* OUTCOME_ASK_AGAIN: the reply had better leave so much later */
	enum attribute attribute; /* at fault, for a bad request */
	enum mrz_field mrz_field; /* likewise */
	char clerk[CLERK_MAX + 1]; /* Reply-Message, UTF-8 */
	char remedy[MESSAGE_MAX + 1]; /* "" if there is nothing to do */
	uint8_t state[DECISION_STATE_MAX]; /* for OUTCOME_ASK_AGAIN */
	size_t state_len;
};

/* One sale as it reaches a door. All is borrowed. */
struct sale_request {
	const struct sale_field *fields;
	size_t count;
	/*
	 * Who asks: as the server knows it, by the certificate or the client entry. Sale ids,
	 * State and txn are the shop's own. "": nobody said it, and the sale is not decided.
	 */
	struct span shop;
	unsigned forms; /* of question that this shop may use, besides service.forms; 0: those */
	bool plain_allowed; /* unhidden twins may be taken, for the way that it came protects it */
};

struct decider; /* opaque: all parts, opened */

struct decider_options {
	const char *settings_file; /* borrowed until decider_close() */
	int64_t workers; /* threads of the server that may call decide(); 0: unknown, take 32 */
	int64_t request_ms; /* how long a request of the server may take; 0: unknown */
	const char
		*instance; /* name of the door, for files of its own; borrowed; NULL: migrantid */
	bool check_only; /* check all configuration, start nothing, open nothing */
	struct clock clock;
	struct reporter reporter;
};

/*
 * Set up what is process-wide, before other modules of the server do: so that libcurl and jansson
 * wipe what they free. decider_open() does it too. Thread-safe, any number of times; false if
 * libcurl fails.
 */
MUST_CHECK bool decider_prepare(void);

/*
 * Load and check everything the settings name; unless check_only, open all parts. NULL after every
 * error was reported. A service, disk or Redis that is down is no error.
 */
MUST_CHECK struct decider *decider_open(const struct decider_options *options);
void decider_close(struct decider *decider); /* within a few seconds; NULL is fine */

/*
 * Decide one sale. Thread-safe; takes at most the setting `wait`, plus microseconds. Reads memory
 * alone; that it was decided is written down by another thread (recorder.h). Copies of a person's
 * data made on the way are wiped before it returns.
 */
void decide(struct decider *decider, const struct sale_request *request, struct decision *out);

#endif
