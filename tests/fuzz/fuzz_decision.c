/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request and what is known of the person, to the decision: nobody is let through but by a rule
 * or a verified answer that says so, nobody is refused but by one, and what is replied is whole.
 * The configuration is fixed; the cache and the inquiry are the fuzzer's (--wrap): the first octets
 * of the input say what they answer, the rest is what request.h says.
 */
#include "config/config.h"
#include "decision/decision_internal.h"
#include "request.h"

#define NOW INT64_C(1769853600) /* 2026-01-31 */
#define HEAD 4
#define TEXT_MAX 8192

static struct settings settings = { .forms = 7,
	.wait = 1500,
	.retry_after = 2,
	.state_lifetime = 600,
	.reply_source = true };
static struct answer_policy policy = { .keep_yes = 86400 };
static struct snapshot snapshot = { .settings = &settings,
	.policy = &policy,
	.person_key = { .bytes = "a key for tests of thirty-two oc", .len = 32 },
	.previous_person_key = { .bytes = "another key of thirty-two octets", .len = 32 } };

/* What is known in this run, and whether it was looked at. */
static struct answer answer;
static struct inquiry_result result;
static bool kept;
static unsigned lookups, inquiries;

struct snapshot *__wrap_config_acquire(struct config *config);
struct snapshot *__wrap_config_acquire(struct config *config)
{
	(void)config;
	return &snapshot;
}

void __wrap_config_release(struct snapshot *released);
void __wrap_config_release(struct snapshot *released)
{
	HOLDS(released == &snapshot);
}

bool __wrap_cache_lookup(struct cache *cache, const struct cache_question *question, int64_t now,
	struct answer *out);
bool __wrap_cache_lookup(
	struct cache *cache, const struct cache_question *question, int64_t now, struct answer *out)
{
	(void)cache;
	HOLDS(question->txn[TXN_LEN] == '\0' && strlen(question->txn) == TXN_LEN);
	HOLDS(now == NOW);
	lookups++;
	if (kept)
		*out = answer;
	return kept;
}

void __wrap_inquiry_ask(struct inquiries *all, const struct question *question, int64_t wait_ms,
	struct inquiry_result *out);
void __wrap_inquiry_ask(struct inquiries *all, const struct question *question, int64_t wait_ms,
	struct inquiry_result *out)
{
	(void)all;
	HOLDS(question->consent_text[0] != '\0' && wait_ms == settings.wait);
	inquiries++;
	*out = result;
}

static int64_t wall(void *ctx)
{
	(void)ctx;
	return NOW;
}

static void prepare(void)
{
	char text[TEXT_MAX];
	size_t n = (size_t)snprintf(text, sizeof(text), "default = \"en\"; languages = { en = {\n");

	if (snapshot.rules != NULL)
		return;
#define AS_ENTRY(symbol, number, name)                                                             \
	n += (size_t)snprintf(text + n, sizeof(text) - n,                                          \
		"%s = { clerk = \"clerk " name "\"; remedy = \"remedy\"; };\n", name);
	REASONS(AS_ENTRY)
#undef AS_ENTRY
	(void)snprintf(text + n, sizeof(text) - n, "}; };\n");
	snapshot.messages = messages_parse(text, "messages", NULL);
	snapshot.rules = rules_parse(
		"home = \"RUS\"; rules = ( { id = \"child\"; citation = \"c\"; age_below = 6; "
		"evidence = \"document\"; } );",
		"rules", NULL);
	snapshot.zone = g_time_zone_new_utc();
	HOLDS(snapshot.messages != NULL && snapshot.rules != NULL && snapshot.zone != NULL);
}

/* Of a verified answer: yes, no or undetermined with a reason that goes with it. */
static void choose(const uint8_t *octets)
{
	static const struct answer answers[] = {
		{ .result = RESULT_YES, .reason = REASON_MATCH },
		{ .result = RESULT_NO, .reason = REASON_NO_MATCH },
		{ .result = RESULT_NO, .reason = REASON_NOT_ENROLLED },
		{ .result = RESULT_NO, .reason = REASON_ID_BLOCKED },
		{ .result = RESULT_UNDETERMINED, .reason = REASON_SERVICE_UNAVAILABLE },
		{ .result = RESULT_UNDETERMINED, .reason = REASON_TOKEN_USED },
	};

	answer = answers[octets[0] % ARRAY_LEN(answers)];
	answer.expires_at = NOW + 60;
	kept = octets[1] % 2 == 1;
	result = (struct inquiry_result){ .outcome = (enum inquiry_outcome)(
						  octets[2] % (INQUIRY_OUTAGE + 1)),
		.answer = answer,
		.source = SOURCE_SERVICE };
	lookups = inquiries = 0;
}

static bool is_answered(void)
{
	return lookups == 1 && (kept || (inquiries == 1 && result.outcome == INQUIRY_ANSWERED));
}

static void is_whole(const struct decision *decision)
{
	HOLDS(strlen(decision->reference) == REFERENCE_LEN);
	HOLDS(strlen(decision->clerk) <= CLERK_MAX && strncmp(decision->clerk, "clerk ", 6) == 0);
	HOLDS(strcmp(decision->remedy, "remedy") == 0);
	HOLDS(reason_name(decision->reason) != NULL && result_name(decision->result) != NULL);
	HOLDS(decision->outcome ==
		outcome_of(decision->result, decision->reason, decision->state_len > 0));
	HOLDS(decision->state_len == 0 || decision->reason == REASON_PENDING);
	HOLDS(decision->valid_until == 0 || decision->result == RESULT_YES);
	HOLDS((decision->attribute != ATTR_NONE) <= reason_is_bad_request(decision->reason));
}

static void is_right(const struct decision *decision, bool named)
{
	HOLDS(named || lookups + inquiries == 0);
	switch (decision->result) {
	case RESULT_YES:
	case RESULT_NO:
		HOLDS(is_answered() && decision->result == answer.result);
		HOLDS(decision->reason == answer.reason);
		break;
	case RESULT_EXEMPT:
		HOLDS(strcmp(decision->rule, "child") == 0 && lookups == 0);
		break;
	case RESULT_NOT_APPLICABLE:
		HOLDS(lookups == 0);
		break;
	case RESULT_UNDETERMINED:
		HOLDS(!is_answered() || answer.result == RESULT_UNDETERMINED);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct decider decider = { .options.clock = { wall, wall, NULL } };
	struct sale_field fields[FIELDS_MAX];
	struct sale_request sale = { .fields = fields, .shop = { "shop", 4 } };
	struct decision decision;

	if (size < HEAD)
		return 0;
	prepare();
	choose(data);
	sale.count = request_cut(data + HEAD, size - HEAD, fields);
	sale.shop.len = data[3] % 8 == 0 ? 0 : 4;
	sale.forms = data[3] >> 3 & 7;
	memset(&decision, 0xa5, sizeof(decision));
	decide(&decider, &sale, &decision);
	is_whole(&decision);
	is_right(&decision, sale.shop.len > 0);
	request_free(fields, sale.count);
	return 0;
}
