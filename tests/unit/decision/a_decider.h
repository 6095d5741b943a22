/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_decider.h - a decider with a real configuration and nothing behind it: what is kept and what
 * an inquiry says are the test's own (--wrap), and so is the clock. Include it behind <cmocka.h>.
 */
#ifndef MIGRANTID_A_DECIDER_H
#define MIGRANTID_A_DECIDER_H

#include "../config/a_config.h"
#include "../rules/a_sale.h"
#include "decision/decision_internal.h"

struct stage {
	struct bench bench;
	struct decider decider;
	struct request request; /* of the next sale */
	struct decision got;
	/* what the parts are to say, and what they were asked */
	bool kept; /* cache_lookup() finds `answer` */
	struct inquiry_result says;
	struct question asked; /* the last inquiry's */
	int64_t waited_ms;
	unsigned lookups, inquiries;
	bool no_randomness;
	unsigned pseudonyms_failing; /* the next so many cannot be made */
};

static struct stage stage;

bool __wrap_cache_lookup(struct cache *cache, const struct cache_question *question, int64_t now,
	struct answer *out);
bool __wrap_cache_lookup(
	struct cache *cache, const struct cache_question *question, int64_t now, struct answer *out)
{
	(void)cache;
	(void)question;
	assert_int_equal(now, stage.bench.wall_s);
	stage.lookups++;
	if (stage.kept)
		*out = stage.says.answer;
	return stage.kept;
}

void __wrap_inquiry_ask(struct inquiries *inquiries, const struct question *question,
	int64_t wait_ms, struct inquiry_result *out);
void __wrap_inquiry_ask(struct inquiries *inquiries, const struct question *question,
	int64_t wait_ms, struct inquiry_result *out)
{
	(void)inquiries;
	stage.inquiries++;
	stage.asked = *question;
	stage.waited_ms = wait_ms;
	*out = stage.says;
}

int __real_RAND_bytes(unsigned char *buffer, int len);
int __wrap_RAND_bytes(unsigned char *buffer, int len);
int __wrap_RAND_bytes(unsigned char *buffer, int len)
{
	return stage.no_randomness ? 0 : __real_RAND_bytes(buffer, len);
}

bool __real_person_key_make(
	const struct operator_key *key, const struct person *person, struct person_key *out);
bool __wrap_person_key_make(
	const struct operator_key *key, const struct person *person, struct person_key *out);
bool __wrap_person_key_make(
	const struct operator_key *key, const struct person *person, struct person_key *out)
{
	if (stage.pseudonyms_failing == 0)
		return __real_person_key_make(key, person, out);
	stage.pseudonyms_failing--;
	return false;
}

/* The configuration as it now stands in the files. */
static inline void reopen(void)
{
	bench_close(&stage.bench);
	assert_non_null(bench_open(&stage.bench));
	stage.decider.config = stage.bench.config;
}

static inline int stage_open(void **state)
{
	(void)state;
	memset(&stage, 0, sizeof(stage));
	bench_new(&stage.bench);
	reopen();
	stage.decider.options.clock = (struct clock){ bench_wall, bench_mono, &stage.bench };
	stage.decider.options.reporter = heard_by(&stage.bench.heard);
	return 0;
}

static inline int stage_close(void **state)
{
	(void)state;
	bench_free(&stage.bench);
	return 0;
}

/* A sale for which somebody has to be asked. */
static inline void holder(void)
{
	static const struct told told[] = { { ATTR_DOCUMENT_TYPE, "P" },
		{ ATTR_DOCUMENT_ISSUER, "UZB" }, { ATTR_DOCUMENT_NUMBER, "FA1234567" },
		{ ATTR_NATIONALITY, "UZB" }, { ATTR_DATE_OF_BIRTH, "1990-01-31" },
		{ ATTR_CONSENT_TEXT, "ru-2025-01" }, { ATTR_SALE_ID, "sale-1" },
		{ ATTR_NONE, NULL } };

	add_all(&stage.request, told);
}

/* Decide what was told for `shop`, and forget it. */
static inline void decide_for(const char *shop, unsigned forms)
{
	const struct sale_request sale = { .fields = stage.request.fields,
		.count = stage.request.count,
		.shop = { shop, strlen(shop) },
		.forms = forms };

	decide(&stage.decider, &sale, &stage.got);
	stage.request.count = 0;
}

static inline void decided(enum result result, enum reason reason)
{
	if (stage.got.result != result || stage.got.reason != reason)
		fail_msg("%s %s, and not %s %s", result_name(stage.got.result),
			reason_name(stage.got.reason), result_name(result), reason_name(reason));
}

#endif
