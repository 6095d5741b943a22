/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core_decide.c - decide() of sales that need no question: exempt, answered before, by an ID card. */
#include "core_bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "decision/decision.h"
#include "measure.h"

#define CALLS 2000 /* in a round */
#define CARD_CALLS 100 /* likewise: each verifies two signatures */
#define CARD_ROOM 4096 /* octets of a presentation, and more */
#define PEOPLE 64
#define ASK_AGAIN_MS 50
#define ASK_TIMES 200

struct sales {
	struct decider *decider;
	struct sale_field fields[8];
	size_t count;
	char number[16]; /* document's */
	unsigned next;
	enum result expected;
	enum source source; /* of the decision */
	unsigned calls; /* in a round */
	bool failed;
	struct decision decision;
};

static void say(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	(void)ctx;
	if (severity >= SAY_ERROR)
		fprintf(stderr, "core_bench: %s:%d: %s\n", file ? file : "", line, text);
}

static void add(struct sales *sales, enum attribute attribute, const char *value)
{
	sales->fields[sales->count++] = (struct sale_field){ attribute, { value, strlen(value) } };
}

static void decide_next(void *ctx)
{
	struct sales *sales = ctx;
	const struct sale_request request = {
		.fields = sales->fields,
		.count = sales->count,
		.shop = { "shop-17", 7 },
		.plain_allowed = true,
	};

	/* The run's people are FA0000001 and on. */
	(void)snprintf(sales->number, sizeof(sales->number), "FA%07u", 1 + sales->next++ % PEOPLE);
	decide(sales->decider, &request, &sales->decision);
}

static void decide_expected(void *ctx)
{
	struct sales *sales = ctx;
	const struct decision *decision = &sales->decision;

	decide_next(sales);
	if (decision->result != sales->expected || decision->source != sales->source)
		sales->failed = true;
}

static void make_sales(struct sales *sales, struct decider *decider, const char *date_of_birth)
{
	*sales = (struct sales){ .decider = decider,
		.number = "FA0000001",
		.expected = RESULT_EXEMPT,
		.source = SOURCE_RULE,
		.calls = CALLS };
	add(sales, ATTR_DOCUMENT_TYPE, "P");
	add(sales, ATTR_DOCUMENT_ISSUER, "UZB");
	add(sales, ATTR_DOCUMENT_NUMBER, sales->number);
	add(sales, ATTR_NATIONALITY, "UZB");
	add(sales, ATTR_DATE_OF_BIRTH, date_of_birth);
	add(sales, ATTR_CONSENT_TEXT, "ru-2025-01");
	add(sales, ATTR_LANGUAGE, "ru");
}

/* Ask until the service has said yes about each. */
static bool fill_cache(struct sales *sales)
{
	const struct timespec pause = { .tv_nsec = ASK_AGAIN_MS * 1000000L };

	for (unsigned person = 0; person < PEOPLE; person++) {
		unsigned times = 0;

		do {
			if (times > 0)
				nanosleep(&pause, NULL);
			sales->next = person;
			decide_next(sales);
		} while (sales->decision.result != RESULT_YES && ++times < ASK_TIMES);
		if (times == ASK_TIMES)
			return false;
	}
	return true;
}

static bool measure(struct sales *sales, unsigned rounds, const char *name)
{
	double *values = calloc(rounds, sizeof(*values));

	for (unsigned i = 0; values && i < rounds; i++)
		values[i] = nanoseconds_per_call(decide_expected, sales, sales->calls);
	if (values && !sales->failed) {
		printf(", \"%s\": %.4f", name, measure_median(values, rounds) / 1e3);
	} else {
		printf(", \"%s\": null", name);
		fprintf(stderr, "core_bench: %s: a sale was not decided as it should be (%s, %s)\n",
			name, result_name(sales->decision.result),
			reason_name(sales->decision.reason));
	}
	free(values);
	return !sales->failed;
}

/* A sale with nothing but the presentation that the file holds, for sale "bench". */
static bool measure_card(struct decider *decider, unsigned rounds, const char *card_file)
{
	struct sales sales = { .decider = decider,
		.expected = RESULT_YES,
		.source = SOURCE_CREDENTIAL,
		.calls = CARD_CALLS };
	FILE *file = card_file ? fopen(card_file, "r") : NULL;
	char card[CARD_ROOM];

	if (!file || !fgets(card, sizeof(card), file)) {
		printf(", \"core_card_us\": null");
		fprintf(stderr, "core_bench: no card to decide by\n");
		if (file)
			(void)fclose(file);
		return false;
	}
	(void)fclose(file);
	card[strcspn(card, "\n")] = '\0';
	add(&sales, ATTR_SALE_ID, "bench");
	add(&sales, ATTR_CREDENTIAL, card);
	add(&sales, ATTR_LANGUAGE, "ru");
	return measure(&sales, rounds, "core_card_us");
}

static bool measure_kept(struct decider *decider, unsigned rounds)
{
	struct sales sales;

	make_sales(&sales, decider, "1990-01-31");
	sales.expected = RESULT_YES;
	sales.source = SOURCE_CACHE;
	sales.failed = !fill_cache(&sales);
	return measure(&sales, sales.failed ? 0 : rounds, "core_cached_us");
}

bool bench_decide(unsigned rounds, const char *settings_file, const char *card_file)
{
	const struct decider_options options = {
		.settings_file = settings_file,
		.clock = system_clock,
		.reporter = { say, NULL },
	};
	struct decider *decider = settings_file ? decider_open(&options) : NULL;
	struct sales sales;
	char birth[32];
	time_t now = time(NULL);
	struct tm today;
	bool fine;

	if (!decider) {
		printf(", \"core_exempt_us\": null, \"core_cached_us\": null"
		       ", \"core_card_us\": null");
		fprintf(stderr, "core_bench: no settings to decide with\n");
		return false;
	}
	/* A child of two or three years is exempt by the shipped rules. */
	gmtime_r(&now, &today);
	(void)snprintf(birth, sizeof(birth), "%d-06-15", today.tm_year + 1900 - 3);
	make_sales(&sales, decider, birth);
	fine = measure(&sales, rounds, "core_exempt_us");
	fine &= measure_kept(decider, rounds);
	fine &= measure_card(decider, rounds, card_file);
	decider_close(decider);
	return fine;
}
