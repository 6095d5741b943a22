/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)
#define NOBODY UINT32_MAX
#define LOOK_AT_DUE (NS_PER_MS / 2)

enum phase { IDLE, ASKED, PAUSED };

struct sale {
	enum phase phase;
	uint32_t place; /* while asked */
	uint64_t begun; /* ns */
	uint64_t number;
	uint8_t random[RADIUS_AUTH_LEN]; /* the sale's own */
	uint8_t authenticator[RADIUS_AUTH_LEN]; /* of its latest request */
	uint8_t state[RADIUS_VALUE_MAX];
	size_t state_len;
};

struct load {
	const struct load_plan *plan;
	struct load_result *result;
	struct radius_secret secret;
	struct wire wire;
	struct sale *sales; /* plan->outstanding of them */
	uint64_t *due; /* ns, for each sale: given up if asked, asked again if paused */
	uint32_t *idle; /* stack of sales */
	uint32_t idle_count;
	uint32_t *owner; /* for each place: the sale that waits there, or NOBODY */
	uint64_t random;
	uint64_t now, started, last_final, next_check;
	bool broken;
};

static uint64_t monotonic_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

/* SplitMix64: different each time is all that a measurement needs. */
static void fill_random(struct load *load, uint8_t out[static RADIUS_AUTH_LEN])
{
	for (size_t at = 0; at < RADIUS_AUTH_LEN; at += sizeof(uint64_t)) {
		uint64_t z = load->random += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		z ^= z >> 31;
		memcpy(out + at, &z, sizeof(z));
	}
}

static void ask(struct load *load, uint32_t index)
{
	struct sale *sale = &load->sales[index];
	struct radius_packet *packet = wire_next(&load->wire);

	sale->place = wire_take(&load->wire);
	sale->phase = ASKED;
	load->owner[sale->place] = index;
	load->due[index] = load->now + load->plan->timeout_ms * NS_PER_MS;
	fill_random(load, sale->authenticator);
	radius_begin(packet, (uint8_t)sale->place, sale->authenticator);
	template_fill(load->plan->template, packet, &load->secret, sale->number, sale->random);
	if (sale->state_len > 0)
		radius_add(packet, &load->secret, attribute_state, sale->state, sale->state_len);
	if (!radius_sign(packet, &load->secret)) {
		load->broken = true;
		return;
	}
	wire_queue(&load->wire, sale->place);
}

static void begin(struct load *load)
{
	uint32_t index = load->idle[--load->idle_count];
	struct sale *sale = &load->sales[index];
	uint64_t number = load->result->begun++;

	if (load->plan->people > 0)
		number %= load->plan->people;
	*sale = (struct sale){ .begun = load->now, .number = load->plan->first + number };
	fill_random(load, sale->random);
	ask(load, index);
}

static void end(struct load *load, uint32_t index)
{
	load->sales[index].phase = IDLE;
	load->due[index] = 0;
	load->idle[load->idle_count++] = index;
}

static void leave_place(struct load *load, struct sale *sale)
{
	load->owner[sale->place] = NOBODY;
	wire_give(&load->wire, sale->place);
}

static void count(uint64_t counters[static LOAD_COUNTED], uint32_t value)
{
	counters[value < LOAD_COUNTED ? value : 0]++;
}

static void finish(struct load *load, uint32_t index, const uint8_t *data)
{
	struct load_result *result = load->result;

	count(result->results, radius_find_integer(data, attribute_result, 0));
	count(result->reasons, radius_find_integer(data, attribute_reason, 0));
	result->finished++;
	load->last_final = load->now;
	histogram_add(&result->latency, load->now - load->sales[index].begun);
	end(load, index);
}

static void pause_sale(struct load *load, uint32_t index, const uint8_t *data)
{
	struct sale *sale = &load->sales[index];
	size_t len = 0;
	const uint8_t *state = radius_find(data, attribute_state, &len);
	uint64_t pause = radius_find_integer(data, attribute_retry_after, 1) * UINT64_C(1000);

	if (pause > load->plan->poll_ms)
		pause = load->plan->poll_ms;
	sale->state_len = state ? len : 0;
	if (sale->state_len > 0)
		memcpy(sale->state, state, len);
	sale->phase = PAUSED;
	load->due[index] = load->now + pause * NS_PER_MS;
}

static void receive(void *ctx, uint32_t place, uint8_t *data, size_t len)
{
	struct load *load = ctx;
	struct load_result *result = load->result;
	uint32_t index = load->owner[place];
	struct sale *sale;

	load->now = monotonic_ns();
	if (index == NOBODY) {
		result->stray++;
		return;
	}
	sale = &load->sales[index];
	if (!radius_reply_ok(
		    data, len, sale->authenticator, &load->secret, load->plan->need_signature)) {
		result->bad++;
		return;
	}
	result->replies++;
	leave_place(load, sale);
	result->accepts += data[0] == RADIUS_ACCESS_ACCEPT;
	result->rejects += data[0] == RADIUS_ACCESS_REJECT;
	result->challenges += data[0] == RADIUS_ACCESS_CHALLENGE;
	if (data[0] == RADIUS_ACCESS_CHALLENGE && load->plan->poll)
		pause_sale(load, index, data);
	else
		finish(load, index, data);
}

static void check_due(struct load *load)
{
	if (load->now < load->next_check)
		return;
	load->next_check = load->now + LOOK_AT_DUE;
	for (uint32_t i = 0; i < load->plan->outstanding; i++) {
		if (load->due[i] == 0 || load->due[i] > load->now)
			continue;
		if (load->sales[i].phase == PAUSED) {
			ask(load, i);
			continue;
		}
		load->result->lost++;
		leave_place(load, &load->sales[i]);
		end(load, i);
	}
}

/* How many sales should have been begun by now. */
static uint64_t wanted(const struct load *load)
{
	const struct load_plan *plan = load->plan;
	uint64_t since = load->now - load->started, due = plan->requests;

	if (plan->rate > 0)
		due = since / NS_PER_S * plan->rate + since % NS_PER_S * plan->rate / NS_PER_S + 1;
	return due < plan->requests ? due : plan->requests;
}

static void begin_due(struct load *load)
{
	struct load_result *result = load->result;
	uint64_t due = wanted(load);

	/* A batch at a time, so that replies are read in between. */
	for (uint32_t i = 0; i < WIRE_BATCH && load->idle_count > 0; i++) {
		if (result->begun + result->skipped >= due)
			return;
		begin(load);
	}
	if (load->plan->rate > 0 && load->idle_count == 0 && due > result->begun + result->skipped)
		result->skipped = due - result->begun;
}

static void run(struct load *load)
{
	const struct load_plan *plan = load->plan;
	const struct load_result *result = load->result;
	uint64_t stop, drained = 0;

	load->started = load->now = load->last_final = monotonic_ns();
	stop = load->started + plan->seconds * NS_PER_S;
	while (!load->broken) {
		load->now = monotonic_ns();
		check_due(load);
		if (load->now < stop && result->begun + result->skipped < plan->requests)
			begin_due(load);
		else if (drained == 0)
			drained = load->now + plan->drain_ms * NS_PER_MS;
		wire_flush(&load->wire);
		if (drained != 0 && (load->idle_count == plan->outstanding || load->now > drained))
			break;
		wire_receive(&load->wire, 1, receive, load);
	}
}

static bool prepare(struct load *load)
{
	uint32_t most = load->plan->outstanding;

	load->sales = calloc(most, sizeof(*load->sales));
	load->due = calloc(most, sizeof(*load->due));
	load->idle = calloc(most, sizeof(*load->idle));
	if (!load->sales || !load->due || !load->idle ||
		getrandom(&load->random, sizeof(load->random), 0) != sizeof(load->random)) {
		fprintf(stderr, "radload: out of memory\n");
		return false;
	}
	for (uint32_t i = 0; i < most; i++)
		load->idle[load->idle_count++] = most - 1 - i;
	if (!radius_secret_open(&load->secret, load->plan->secret)) {
		fprintf(stderr, "radload: this OpenSSL has no MD5\n");
		return false;
	}
	if (!wire_open(&load->wire, &load->plan->server, most))
		return false;
	load->owner = malloc(wire_places(&load->wire) * sizeof(*load->owner));
	for (uint32_t i = 0; load->owner && i < wire_places(&load->wire); i++)
		load->owner[i] = NOBODY;
	return load->owner != NULL;
}

bool load_run(const struct load_plan *plan, struct load_result *result)
{
	struct load load = { .plan = plan, .result = result, .wire.epoll = -1 };
	bool fine;

	*result = (struct load_result){ 0 };
	fine = prepare(&load);
	if (fine) {
		run(&load);
		fine = !load.broken;
		if (load.broken)
			fprintf(stderr,
				"radload: the template makes a value or a packet too long\n");
	}
	result->requests = load.wire.sent;
	result->unsent = load.wire.unsent;
	result->unfinished = plan->outstanding - load.idle_count;
	result->elapsed_ns = load.last_final - load.started;
	wire_close(&load.wire);
	radius_secret_close(&load.secret);
	free(load.owner);
	free(load.idle);
	free(load.due);
	free(load.sales);
	return fine;
}
