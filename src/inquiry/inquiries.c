/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inquiries.c - opening and closing, and the list of all that the engine thread has. */
#include <stdlib.h>

#include <openssl/rand.h>

#include "inquiry/inquiry_internal.h"

struct inquiries *inquiries_open(const struct inquiry_options *options, struct engine *engine,
	struct cache *cache, struct transport *transport, struct config *config)
{
	struct inquiries *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return NULL;
	all->options = *options;
	all->engine = engine;
	all->cache = cache;
	all->transport = transport;
	all->config = config;
	if (RAND_bytes((unsigned char *)&all->random, sizeof(all->random)) != 1 ||
		!in_flight_init(all)) {
		free(all);
		return NULL;
	}
	all->random |= 1; /* xorshift stays at 0 for ever */
	if (key_refresh_open(all))
		return all;
	in_flight_free(all);
	free(all);
	return NULL;
}

void inquiries_health(struct inquiries *all, struct inquiries_health *out)
{
	*out = (struct inquiries_health){
		.in_flight_max = all->options.max_in_flight,
		.waiting_max = all->options.max_waiting,
		.retries = atomic_load(&all->retries),
	};
	for (size_t check = 0; check < INQUIRY_CHECKS; check++)
		out->rejected[check] = atomic_load(&all->rejected_count[check]);
	pthread_mutex_lock(&all->mutex);
	out->in_flight = all->asking;
	out->waiting = all->waiting + all->recall_waiting + all->moment_waiting + all->blinking;
	out->joined = all->joined;
	out->seconds = all->seconds;
	pthread_mutex_unlock(&all->mutex);
}

unsigned inquiries_jitter(struct inquiries *all)
{
	/* xorshift64: times spread, secrets do not hang on it. */
	all->random ^= all->random << 13;
	all->random ^= all->random >> 7;
	all->random ^= all->random << 17;
	return (unsigned)(all->random % 1000);
}

void inquiries_link(struct inquiry *inquiry)
{
	struct inquiries *all = inquiry->all;

	inquiry->previous = NULL;
	inquiry->next = all->first;
	if (inquiry->next != NULL)
		inquiry->next->previous = inquiry;
	all->first = inquiry;
}

void inquiries_unlink(struct inquiry *inquiry)
{
	if (inquiry->next != NULL)
		inquiry->next->previous = inquiry->previous;
	if (inquiry->previous != NULL)
		inquiry->previous->next = inquiry->next;
	else
		inquiry->all->first = inquiry->next;
}

static void close_on_engine(void *ctx)
{
	inquiries_end_all(ctx);
}

void inquiries_close(struct inquiries *all)
{
	if (all == NULL)
		return;
	pthread_mutex_lock(&all->mutex);
	all->stopping = true;
	pthread_mutex_unlock(&all->mutex);
	key_refresh_close(all);
	engine_call(all->engine, close_on_engine, all);
	inquiries_wait_for_askers(all);
	in_flight_free(all);
	free(all);
}
