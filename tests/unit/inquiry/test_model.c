/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two servers ask about the same few people, by all forms, through cache/ and inquiry/ as they
 * are; their engine, clocks, network, configuration and the store that they share are faked, and
 * lie. Whatever happens, a sale is given no yes and no no that the model below does not allow.
 *
 *     test_model [steps] [seed]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache/cache_internal.h"
#include "fake_tier.h"
#include "fake_wait.h"
#include "inquiry/inquiry.h"
#include "model_service.h"

#define SERVERS 2
#define KEEP_YES 20000
#define KEEP_OWN 900
#define KEEP_NO 60
#define SKEW 60
#define HISTORY 12 /* entries of a document that the store can go back to */
#define STEPS 100000
#define SEED 20250107

/* What a server has heard, and may still have in memory. */
struct known {
	uint64_t heard; /* the event; 0: never */
	int64_t own_wall; /* when it was accepted, by the server's clock */
	bool own, persons; /* in memory, for its own sale, for whoever shows the document */
};

static struct server {
	struct fake_time time;
	int64_t off_by; /* s that its wall clock is off by */
	struct engine *engine;
	struct transport network;
	struct config config;
	struct fake_tier *tier;
	enum cache_tier kind;
	struct cache *cache;
	struct inquiries *inquiries;
	struct key_set *keys;
	int64_t keep_yes;
	unsigned settled; /* key sets */

	/* The model's. */
	struct known known[JOURNAL];
	int64_t refused[DOCUMENTS]; /* iat of the last refusal that it has heard of */
	int64_t floor_ms; /* its start, or the last removal that it has heard of */
} servers[SERVERS];

static struct {
	struct entry history[HISTORY];
	unsigned count;
	bool has;
} store[DOCUMENTS];

static uint64_t steps, events, seed;
static int64_t world_ms;
static struct fake_time waiting;
static unsigned depth;
static struct {
	uint64_t lookup_yes, lookup_no, shared, asked_yes, asked_no, undetermined, recalled, none;
} seen;

static _Noreturn void wrong(const char *what)
{
	(void)fprintf(stderr, "step %llu of seed %llu: %s\n", (unsigned long long)steps,
		(unsigned long long)seed, what);
	exit(1);
}

/* ---- The model ---------------------------------------------------------------------------- */

static bool is_about_the_document(const struct decision *d)
{
	return d->result == RESULT_NO &&
	       (d->reason == REASON_NOT_ENROLLED || d->reason == REASON_DOCUMENT_INVALID ||
		       d->reason == REASON_ID_LOCKED || d->reason == REASON_ID_BLOCKED);
}

static bool is_the_persons(const struct decision *d)
{
	return d->form == SUBJECT_DOCUMENT && (d->result == RESULT_YES || is_about_the_document(d));
}

static bool is_overtaken(const struct server *s, const struct decision *d)
{
	return d->result == RESULT_YES && d->document != NOTHING &&
	       d->iat <= s->refused[d->document];
}

static bool is_young(const struct server *s, const struct decision *d)
{
	int64_t iat = d->iat < s->time.wall ? d->iat : s->time.wall;

	return s->time.wall < d->exp &&
	       s->time.wall < iat + (d->result == RESULT_YES ? s->keep_yes : KEEP_NO);
}

/* May a sale be told a decision that this server has had in memory? */
static bool may_be_found(
	const struct server *s, const struct model_sale *sale, const struct decision *d)
{
	const struct known *known = &s->known[place_of(d)];
	int64_t own = d->result == RESULT_YES ? KEEP_OWN : KEEP_NO;

	if (d->result == RESULT_UNDETERMINED || is_overtaken(s, d) || s->time.wall >= d->exp)
		return false;
	if (known->own && strcmp(d->txn, sale->question.asked.txn) == 0 && d->form == sale->form &&
		s->time.wall < known->own_wall + own)
		return true;
	return known->persons && s->keep_yes > 0 && sale->form == SUBJECT_DOCUMENT &&
	       d->document == sale->document && is_the_persons(d) && is_young(s, d);
}

/* And one that it has heard since the sale asked? */
static bool may_be_told(const struct server *s, const struct model_sale *sale,
	const struct decision *d, bool by_person, uint64_t since)
{
	if (s->known[place_of(d)].heard <= since)
		return false;
	if (strcmp(d->txn, sale->question.asked.txn) == 0 && d->form == sale->form)
		return true;
	return by_person && d->document == sale->document && is_the_persons(d);
}

/* May a server accept it as the answer to a question? */
static bool may_be_accepted(
	const struct server *s, const struct cache_question *question, const struct decision *d)
{
	return strcmp(d->txn, question->txn) == 0 && d->form == question->form &&
	       strcmp(d->sbj.text, question->sbj.text) == 0 && !is_overtaken(s, d) &&
	       s->time.wall < d->exp && d->iat <= s->time.wall + SKEW;
}

static bool is_vouched_for(const struct server *s, const struct entry *entry)
{
	const struct jws_rules rules = { ANSWER_TYP, JWS_DEFAULT_ALGORITHMS, false };
	struct jws_verified verified = { 0 };
	bool is = jws_verify(entry->token, entry->token_len, s->keys, &rules, &verified, NULL) ==
		  CHECK_NONE;

	free(verified.payload);
	return is;
}

/* And believe it out of the store? */
static bool may_be_believed(const struct server *s, const struct person_key *sbj,
	const struct decision *d, const struct entry *entry)
{
	int64_t floor = s->time.wall - (s->time.mono_ms - s->floor_ms) / 1000 + SKEW;

	return is_the_persons(d) && strcmp(d->sbj.text, sbj->text) == 0 && !is_overtaken(s, d) &&
	       is_young(s, d) && d->iat <= s->time.wall + SKEW &&
	       entry->stored_at <= s->time.wall && s->time.wall < entry->keep_until &&
	       (d->result == RESULT_NO || s->kind == CACHE_DISK || d->iat > floor) &&
	       is_vouched_for(s, entry);
}

static void hear(struct server *s, const struct decision *d)
{
	s->known[place_of(d)].heard = ++events;
	if (is_about_the_document(d) && d->form != SUBJECT_TOKEN &&
		s->refused[d->document] < d->iat)
		s->refused[d->document] = d->iat;
}

static void forget_all(struct server *s)
{
	for (unsigned i = 0; i < JOURNAL; i++)
		s->known[i].own = s->known[i].persons = false;
	s->floor_ms = s->time.mono_ms;
}

/* ---- What the code does, held against it ----------------------------------------------------- */

static const struct decision *decision_behind(const struct answer *answer)
{
	const struct decision *d = decision_of(answer->issued_at, answer->expires_at);

	if (d == NULL || d->result != answer->result || d->reason != answer->reason)
		wrong("an answer that the service has never given");
	if (d->form != answer->form)
		wrong("an answer to another form");
	return d;
}

static void check_key(const struct server *s, const struct answer *answer)
{
	if (!key_set_holds(s->keys, answer->thumbprint))
		wrong("an answer of a key that is not in force");
}

/* Nonces and the jitter of retries are of the seed as well: a run can be repeated. */
int __wrap_RAND_bytes(unsigned char *out, int len);

int __wrap_RAND_bytes(unsigned char *out, int len)
{
	for (int i = 0; i < len; i++)
		out[i] = (unsigned char)chance(256);
	return 1;
}

enum answer_check __real_cache_accept(struct cache *cache, const struct cache_question *question,
	const char *nonce, const char *jws, size_t len, int64_t now, struct answer *out,
	bool *unknown_kid);
enum answer_check __wrap_cache_accept(struct cache *cache, const struct cache_question *question,
	const char *nonce, const char *jws, size_t len, int64_t now, struct answer *out,
	bool *unknown_kid);

enum answer_check __wrap_cache_accept(struct cache *cache, const struct cache_question *question,
	const char *nonce, const char *jws, size_t len, int64_t now, struct answer *out,
	bool *unknown_kid)
{
	enum answer_check check =
		__real_cache_accept(cache, question, nonce, jws, len, now, out, unknown_kid);
	struct server *s = cache == servers[0].cache ? &servers[0] : &servers[1];
	const struct decision *d;
	struct known *known;

	if (check != CHECK_NONE)
		return check;
	d = decision_behind(out);
	check_key(s, out);
	if (!may_be_accepted(s, question, d) || !answers_request(jws, len, nonce))
		wrong("accepted what does not answer the question");
	known = &s->known[place_of(d)];
	known->own = true;
	known->own_wall = s->time.wall;
	known->persons = true;
	hear(s, d);
	return check;
}

static void check_told(const struct server *s, const struct model_sale *sale, bool by_person,
	uint64_t since, const struct inquiry_result *result)
{
	const struct decision *d;

	if (result->outcome != INQUIRY_ANSWERED) {
		seen.none++;
		return;
	}
	d = decision_behind(&result->answer);
	if (!may_be_told(s, sale, d, by_person, since))
		wrong("a sale is told what it may not be");
	seen.asked_yes += d->result == RESULT_YES;
	seen.asked_no += d->result == RESULT_NO;
	seen.undetermined += d->result == RESULT_UNDETERMINED;
	seen.recalled += result->source != SOURCE_SERVICE;
	seen.shared += strcmp(d->txn, sale->question.asked.txn) != 0;
}

static void sell(struct server *s, struct model_sale *sale)
{
	struct question question = sale->question;
	struct model_sale asked = *sale;
	struct inquiry_result result;
	const struct decision *d;
	struct answer answer;
	uint64_t since = events;

	if (cache_lookup(s->cache, &question.asked, s->time.wall, &answer)) {
		d = decision_behind(&answer);
		check_key(s, &answer);
		if (!may_be_found(s, sale, d))
			wrong("a sale is given what it may not be");
		seen.lookup_yes += d->result == RESULT_YES;
		seen.lookup_no += d->result == RESULT_NO;
		return;
	}
	question.by_person = sale->form == SUBJECT_DOCUMENT && s->keep_yes > 0;
	depth++;
	inquiry_ask(s->inquiries, &question, one_in(3) ? 0 : chance(400), &result);
	depth--;
	check_told(s, &asked, question.by_person, since, &result);
}

/* ---- The store, which both servers have, and which lies -------------------------------------- */

static void on_keep(void *ctx, const struct person_key *key, const struct entry *entry)
{
	const struct decision *d = decision_of_jws(entry->token, entry->token_len);

	(void)ctx;
	if (d == NULL || strcmp(d->sbj.text, key->text) != 0 || !is_the_persons(d))
		wrong("the store is given what it may not have");
	store[d->document].history[store[d->document].count++ % HISTORY] = *entry;
	store[d->document].has = true;
}

static unsigned document_of(const struct person_key *key)
{
	for (unsigned i = 0; i < SALES; i++)
		if (sales[i].document != NOTHING &&
			strcmp(sales[i].question.asked.sbj.text, key->text) == 0)
			return sales[i].document;
	return NOTHING; /* of a sale that is over */
}

static void on_forget(void *ctx, const struct person_key *key)
{
	unsigned document = document_of(key);

	(void)ctx;
	if (document != NOTHING)
		store[document].has = false;
}

static const struct entry *some_of(unsigned document, unsigned back)
{
	unsigned count = document == NOTHING ? 0 : store[document].count;

	if (count == 0 || back >= count || back >= HISTORY)
		return NULL;
	return &store[document].history[(count - 1 - back) % HISTORY];
}

/* What the service has said to anybody, as if it had been kept. */
static const struct entry *made_up(const struct server *s)
{
	static struct entry entry;
	const char *jws = service_old_answer();

	if (jws == NULL)
		return NULL;
	entry = (struct entry){
		.stored_at = s->time.wall, .keep_until = INT64_MAX, .token_len = strlen(jws)
	};
	memcpy(entry.token, jws, entry.token_len);
	return &entry;
}

static void store_answers(struct server *s)
{
	struct tier_lookup *lookup = s->tier->lookups;
	unsigned document = document_of(&lookup->keys[0]);
	const struct entry *entry = NULL;
	const struct decision *d;
	unsigned lie = chance(20);

	if (lie == 0)
		return; /* not yet */
	if (lie < 5)
		entry = some_of(document, chance(HISTORY));
	else if (lie < 7)
		entry = some_of(chance(DOCUMENTS), 0);
	else if (lie < 9)
		entry = made_up(s);
	else if (document != NOTHING && store[document].has)
		entry = some_of(document, 0);
	d = entry == NULL ? NULL : decision_of_jws(entry->token, entry->token_len);
	if (d != NULL && may_be_believed(s, &lookup->keys[0], d, entry)) {
		s->known[place_of(d)].persons = true;
		hear(s, d);
	}
	fake_tier_answer(s->tier, entry, 0);
}

/* ---- Servers, and the world -------------------------------------------------------------------- */

static void set_clocks(void)
{
	waiting.mono_ms = world_ms;
	for (unsigned i = 0; i < SERVERS; i++) {
		servers[i].time.mono_ms = world_ms;
		servers[i].time.wall = service_now + servers[i].off_by;
	}
}

static void time_passes(int64_t ms)
{
	static int64_t rest_ms;

	world_ms += ms;
	rest_ms += ms;
	service_now += rest_ms / 1000;
	rest_ms %= 1000;
	set_clocks();
}

static void configure(struct server *s, bool new_keys)
{
	struct answer_policy *policy;

	if (new_keys) {
		key_set_unref(s->keys);
		s->keys = service_keys();
	}
	policy = vouch_policy(s->keys, s->keep_yes);
	if (s->cache != NULL)
		cache_configure(s->cache, policy);
	answer_policy_unref(policy);
}

static void server_open(struct server *s)
{
	const struct inquiry_options asking = { .question_ms = 5000,
		.attempt_ms = 1500,
		.max_in_flight = 8,
		.max_waiting = 3,
		.max_recall_waiting = 1,
		.fetches_keys = true,
		.keys_refresh_ms = 600000,
		.keys_min_interval_ms = 60000,
		.clock = fake_clock(&s->time) };
	struct cache_options caching = {
		.memory_octets = 1 << 20, .recall_ms = 50, .clock = fake_clock(&s->time)
	};
	struct answer_policy *policy;

	caching.tier = s->kind = one_in(3) ? CACHE_DISK : CACHE_REDIS;
	s->keys = service_keys();
	s->keep_yes = KEEP_YES;
	s->engine = fake_engine_new(&s->time);
	policy = vouch_policy(s->keys, s->keep_yes);
	s->cache = cache_open(&caching, s->engine, policy);
	answer_policy_unref(policy);
	if (s->cache == NULL)
		abort();
	s->tier = fake_tier_opened;
	s->tier->on_keep = on_keep;
	s->tier->on_forget = on_forget;
	s->inquiries = inquiries_open(&asking, s->engine, s->cache, &s->network, &s->config);
	if (s->inquiries == NULL)
		abort();
	forget_all(s);
	memset(s->refused, 0, sizeof(s->refused));
}

static void server_close(struct server *s)
{
	inquiries_close(s->inquiries);
	cache_close(s->cache, 0);
	fake_engine_free(s->engine);
	key_set_unref(s->keys);
	s->cache = NULL;
}

/* Somebody purges, or the store says so; a server may not hear of it. */
static void purge(void)
{
	for (unsigned i = 0; i < DOCUMENTS && one_in(2); i++)
		store[i].has = false;
	for (unsigned i = 0; i < SERVERS; i++) {
		if (one_in(3))
			continue;
		servers[i].tier->events.removed(servers[i].tier->events.ctx);
		forget_all(&servers[i]);
	}
}

static void keys_come(struct server *s, struct exchange *exchange)
{
	struct attempt_result result = {
		.status = one_in(4) ? 500 : 200, .body = "{}", .len = 2, .cause = ""
	};

	fake_transport_end(exchange, &result);
	if (s->config.offered != s->settled && s->config.settled != NULL) {
		bool good = !one_in(4);

		s->settled = s->config.offered;
		if (good)
			configure(s, true);
		s->config.settled(s->config.ctx, good);
	}
}

static void end_overdue(struct server *s)
{
	const struct attempt_result result = {
		.end = END_TIMEOUT, .retry_after_s = -1, .cause = ""
	};
	struct exchange *exchange = s->network.first;

	while (exchange != NULL && exchange->attempt.deadline_ms > world_ms)
		exchange = exchange->next;
	if (exchange != NULL)
		fake_transport_end(exchange, &result);
}

/* Any of those that wait: answers overtake each other. */
static struct exchange *any_of(struct exchange *exchange)
{
	while (exchange != NULL && exchange->next != NULL && one_in(3))
		exchange = exchange->next;
	return exchange;
}

/* Something happens at a server, or does not. */
static void world_goes_on(struct server *s)
{
	struct exchange *exchange;

	fake_engine_run(s->engine);
	end_overdue(s);
	if (s->tier->lookups != NULL && !one_in(3)) {
		store_answers(s);
		return;
	}
	exchange = any_of(s->network.first);
	if (exchange == NULL || one_in(3))
		return;
	if (exchange->attempt.group == GROUP_KEYS)
		keys_come(s, exchange);
	else
		(void)service_replies(exchange);
}

static struct server *any_server(void)
{
	return &servers[chance(SERVERS)];
}

/* Often about somebody who is asked about just now. */
static struct model_sale *any_sale(void)
{
	struct model_sale *sale = &sales[chance(SALES)];

	if (one_in(5))
		sale_new(sale);
	return sale;
}

/* While a worker waits: others come, and time passes. */
static void while_waiting(int64_t until_ms)
{
	int64_t ms = 1 + chance(25);

	if (depth < 3 && one_in(5))
		sell(any_server(), any_sale());
	world_goes_on(any_server());
	if (one_in(2))
		time_passes(world_ms + ms > until_ms ? until_ms - world_ms : ms);
}

static void clock_steps(struct server *s)
{
	static const int64_t steps_s[] = { 0, 0, 0, 1, -1, 30, -30, 59, -59, 300, -300, 4000,
		-4000 };

	s->off_by = steps_s[chance(ARRAY_LEN(steps_s))];
	set_clocks();
}

static void step(void)
{
	unsigned what = chance(1000);
	struct server *s = any_server();

	if (what < 600)
		sell(s, any_sale());
	else if (what < 780)
		world_goes_on(s);
	else if (what < 900)
		time_passes(chance(3000));
	else if (what < 925)
		time_passes(30000 + chance(120000));
	else if (what < 928)
		time_passes(3600000 * (int64_t)(1 + chance(4)));
	else if (what < 965)
		service_fate();
	else if (what < 969)
		service_rotate();
	else if (what < 975)
		purge();
	else if (what < 985)
		clock_steps(s);
	else if (what < 992)
		configure(s, true);
	else if (what < 997) {
		s->keep_yes = s->keep_yes == 0 ? KEEP_YES : one_in(2) ? 0 : KEEP_YES;
		configure(s, false);
	} else {
		server_close(s);
		server_open(s);
	}
}

/* A run in which next to nothing was answered would prove nothing. */
static void check_that_much_was_seen(uint64_t count)
{
	const uint64_t many = count / 1000;

	(void)printf("%llu steps: found %llu yes, %llu no; told %llu yes, %llu no, %llu "
		     "undetermined, %llu nothing; %llu out of the store, %llu another sale's\n",
		(unsigned long long)count, (unsigned long long)seen.lookup_yes,
		(unsigned long long)seen.lookup_no, (unsigned long long)seen.asked_yes,
		(unsigned long long)seen.asked_no, (unsigned long long)seen.undetermined,
		(unsigned long long)seen.none, (unsigned long long)seen.recalled,
		(unsigned long long)seen.shared);
	if (seen.lookup_yes < many || seen.lookup_no < many || seen.asked_yes < many ||
		seen.asked_no < many || seen.undetermined < many || seen.recalled < many / 4 ||
		seen.shared < many / 4)
		wrong("too little was seen");
}

int main(int argc, char **argv)
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 10) : STEPS;

	seed = argc > 2 ? strtoull(argv[2], NULL, 10) : SEED;
	(void)printf("seed %llu\n", (unsigned long long)seed);
	(void)fflush(stdout);
	chance_seed(seed);
	world_ms = 1000000;
	fake_wait_time = &waiting;
	fake_wait_hook = while_waiting;
	service_open();
	set_clocks();
	for (unsigned i = 0; i < SERVERS; i++)
		server_open(&servers[i]);
	for (steps = 0; steps < count; steps++)
		step();
	for (unsigned i = 0; i < SERVERS; i++)
		server_close(&servers[i]);
	check_that_much_was_seen(count);
	service_close();
	return 0;
}
