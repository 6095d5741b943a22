/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * tills.c - who asks: each sale in a thread of its own, as in the server's workers, but of all
 * threads one runs at a time: a worker that has to wait (fake_wait.h) gives the turn back, and is
 * given it again when something has happened.
 */
#include "scenario.h"

static struct till *tills[TILLS_MAX];
static size_t count;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t passed = PTHREAD_COND_INITIALIZER;
static struct till *turn; /* mutex; NULL: the scenario's */
static _Thread_local struct till *own; /* NULL: the scenario's thread */

static void wait_for_turn(void)
{
	while (turn != own)
		(void)pthread_cond_wait(&passed, &mutex);
}

static void pass_to(struct till *next, bool comes_back)
{
	(void)pthread_mutex_lock(&mutex);
	turn = next;
	(void)pthread_cond_broadcast(&passed);
	if (comes_back)
		wait_for_turn();
	(void)pthread_mutex_unlock(&mutex);
}

static void while_waiting(int64_t until_ms)
{
	own->until_ms = until_ms;
	pass_to(NULL, true);
}

static void decide_it(struct till *till)
{
	struct sale_field fields[TOLD_MAX + 1];
	struct sale_request sale = { .fields = fields,
		.count = till->told_count,
		.shop = { till->shop, strlen(till->shop) } };

	for (size_t i = 0; i < till->told_count; i++)
		fields[i] = (struct sale_field){ till->told[i].attribute,
			{ till->told[i].text, strlen(till->told[i].text) } };
	if (till->state_len > 0)
		fields[sale.count++] = (struct sale_field){ ATTR_STATE,
			{ (const char *)till->state, till->state_len } };
	decide(world.decider, &sale, &till->decision);
	till->state_len = till->decision.state_len;
	memcpy(till->state, till->decision.state, till->state_len);
}

static void *work(void *ctx)
{
	own = ctx;
	(void)pthread_mutex_lock(&mutex);
	wait_for_turn();
	(void)pthread_mutex_unlock(&mutex);
	decide_it(own);
	own->is = TILL_DECIDED;
	own->decided_ms = world_ms();
	pass_to(NULL, false);
	return NULL;
}

/* Returns true if it is decided now. */
static bool run(struct till *till)
{
	pass_to(till, true);
	if (till->is != TILL_DECIDED)
		return false;
	assert_int_equal(pthread_join(till->thread, NULL), 0);
	return true;
}

struct till *till_named(const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(tills[i]->name, name) == 0)
			return tills[i];
	return NULL;
}

struct till *till_new(const char *name)
{
	struct till *till;

	if (count == TILLS_MAX || strlen(name) >= sizeof(till->name)) {
		fault("this test has no room for the sale %s", name);
		return NULL;
	}
	till = calloc(1, sizeof(*till));
	assert_non_null(till);
	(void)strcpy(till->name, name);
	tills[count++] = till;
	return till;
}

void till_ask(struct till *till)
{
	fake_wait_hook = while_waiting;
	till->is = TILL_ASKS;
	assert_int_equal(pthread_create(&till->thread, NULL, work, till), 0);
	(void)run(till);
}

bool tills_go_on(void)
{
	bool any = false;

	for (size_t i = 0; i < count; i++)
		if (tills[i]->is == TILL_ASKS)
			any |= run(tills[i]);
	return any;
}

int64_t tills_next(void)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < count; i++)
		if (tills[i]->is == TILL_ASKS && tills[i]->until_ms < next)
			next = tills[i]->until_ms;
	return next;
}

const struct till *till_unseen(void)
{
	for (size_t i = 0; i < count; i++)
		if (tills[i]->is != TILL_AT_REST)
			return tills[i];
	return NULL;
}

void tills_free(void)
{
	for (size_t i = 0; i < count; i++)
		free(tills[i]);
	count = 0;
}
