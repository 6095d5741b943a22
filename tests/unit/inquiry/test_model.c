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

#include "fake_wait.h"
#include "model.h"

#define STEPS 500000
#define SEED 20250107

static int64_t world_ms;
static struct fake_time waiting;
static unsigned depth; /* sales that wait within each other */

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

	caching.tier = s->kind = one_in(2) ? CACHE_DISK : CACHE_REDIS;
	s->keys = service_keys();
	s->keep_yes = KEEP_YES;
	s->engine = fake_engine_new(&s->time);
	policy = vouch_policy(s->keys, s->keep_yes);
	s->cache = cache_open(&caching, s->engine, policy);
	answer_policy_unref(policy);
	if (s->cache == NULL)
		abort();
	s->tier = fake_tier_opened;
	store_attach(s->tier);
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
	store_purge();
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

static void sell(struct server *s, struct model_sale *sale)
{
	struct question question = sale->question;
	struct model_sale asked = *sale;
	struct inquiry_result result;
	struct answer answer;
	uint64_t since = events;

	if (cache_lookup(s->cache, &question.asked, s->time.wall, &answer)) {
		check_found(s, sale, &answer);
		return;
	}
	question.by_person = sale->form == SUBJECT_DOCUMENT && s->keep_yes > 0;
	depth++;
	inquiry_ask(s->inquiries, &question, one_in(5) ? 0 : chance(400), &result);
	depth--;
	check_told(s, &asked, question.by_person, since, &result);
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
	static const int64_t steps_s[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1, 30, -30, 59,
		-59, 300, -300, 4000, -4000 };

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
	else if (what < 971)
		purge();
	else if (what < 985)
		clock_steps(s);
	else if (what < 992)
		configure(s, true);
	else if (what < 997) {
		s->keep_yes = s->keep_yes == 0 ? KEEP_YES : one_in(4) ? 0 : KEEP_YES;
		configure(s, false);
	} else if (what < 999) {
		server_close(s);
		server_open(s);
	} else if (one_in(2)) {
		time_passes(2000); /* the last second's answers have another second */
		operator_key_change();
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
