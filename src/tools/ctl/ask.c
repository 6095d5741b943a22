/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/ask.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/rand.h>

#include "decision/decision.h"
#include "tools/ctl/explain_card.h"
#include "tools/ctl/owner.h"

#define SALE_ID_OCTETS 8
#define POLL_MS 100
#define SHOP EXPLAIN_SHOP /* its sale ids are its own */

/* Without a sale id each try would be a question of its own. */
static bool name_sale(struct request *request, char id[2 * SALE_ID_OCTETS + 1])
{
	uint8_t octets[SALE_ID_OCTETS];

	for (size_t i = 0; i < request->count; i++)
		if (request->fields[i].attribute == ATTR_SALE_ID)
			return true;
	if (request->count == REQUEST_FIELDS_MAX || RAND_bytes(octets, sizeof(octets)) != 1)
		return false;
	for (size_t i = 0; i < sizeof(octets); i++)
		(void)snprintf(id + 2 * i, 3, "%02x", octets[i]);
	request->fields[request->count++] = (struct sale_field){ ATTR_SALE_ID, { id, strlen(id) } };
	return true;
}

/* As a shop polls: the same sale again, until it is no longer pending. */
static void poll(struct decider *decider, const struct settings *settings,
	const struct request *request, struct decision *decision)
{
	const struct sale_request sale = {
		.fields = request->fields,
		.count = request->count,
		.shop = { SHOP, sizeof(SHOP) - 1 },
		.plain_allowed = true,
	};
	const struct timespec pause = { 0, POLL_MS * 1000000 };
	int64_t start = clock_mono_ms(&system_clock);

	for (;;) {
		decide(decider, &sale, decision);
		if (decision->reason != REASON_PENDING ||
			clock_mono_ms(&system_clock) - start > settings->question_timeout)
			return;
		(void)nanosleep(&pause, NULL);
	}
}

static void show_if(struct output *out, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		output_fact(out, name, text);
}

static void show(struct output *out, const struct decision *decision)
{
	char time[OUTPUT_TIME_LEN + 1] = "";

	if (decision->valid_until > 0)
		output_time(decision->valid_until, time);
	output_fact(out, "result", result_name(decision->result));
	output_fact(out, "reason", reason_name(decision->reason));
	show_if(out, "source", source_name(decision->source));
	show_if(out, "valid_until", time);
	show_if(out, "clerk", decision->clerk);
	show_if(out, "remedy", decision->remedy);
}

static enum ctl_exit exit_of(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_GO:
	case OUTCOME_NOT_MINE:
		return CTL_FINE;
	case OUTCOME_REFUSED:
	case OUTCOME_UNKNOWN:
	case OUTCOME_LOCKED:
	case OUTCOME_BAD_REQUEST:
		return CTL_NO;
	case OUTCOME_ASK_AGAIN:
	case OUTCOME_FAILED:
		break;
	}
	return CTL_UNABLE;
}

enum ctl_exit ask(const struct settings *settings, struct request *request, struct output *out)
{
	const struct decider_options options = {
		.settings_file = settings->file,
		.workers = 1,
		.clock = system_clock,
		.reporter = out->reporter,
	};
	char id[2 * SALE_ID_OCTETS + 1];
	struct decision decision;
	struct decider *decider;

	if (strcmp(settings->store, "disk") == 0 &&
		!owner_become(settings->store_directory, &out->reporter))
		return CTL_UNABLE;
	decider = decider_open(&options);
	if (decider == NULL || !name_sale(request, id)) {
		decider_close(decider);
		return CTL_UNABLE;
	}
	poll(decider, settings, request, &decision);
	decider_close(decider);
	show(out, &decision);
	return exit_of(decision.outcome);
}
