/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * share.c - what each shop has of what there is: questions that the service is asked, and workers
 * that wait. A shop may have all that nobody else needs. Once three quarters of either are in use
 * and more than one shop asks, whoever has more than its share gets no more: what is left is for
 * the others. inquiries->mutex is held in every function.
 */
#include <stdlib.h>
#include <string.h>

#include "inquiry/inquiry_internal.h"

/* For so long after another shop has asked, a shop is not alone. */
#define NOT_ALONE_MS (10 * 60 * INT64_C(1000))

static struct share **bucket_of(struct inquiries *all, const char *shop)
{
	uint32_t hash = 2166136261u; /* FNV-1a; the names are the operator's own */

	for (; *shop != '\0'; shop++)
		hash = (hash ^ (uint8_t)*shop) * 16777619u;
	return &all->shares[hash % SHARE_BUCKETS];
}

struct share *share_hold(struct inquiries *all, const char *shop)
{
	struct share **bucket = bucket_of(all, shop), *share = *bucket;

	while (share != NULL && strcmp(share->shop, shop) != 0)
		share = share->next;
	if (share == NULL) {
		share = calloc(1, sizeof(*share));
		if (share == NULL)
			return NULL;
		memcpy(share->shop, shop, strlen(shop) + 1);
		share->next = *bucket;
		*bucket = share;
	}
	share->holders++;
	return share;
}

void share_drop(struct inquiries *all, struct share *share)
{
	struct share **link;

	if (share == NULL || --share->holders > 0)
		return;
	link = bucket_of(all, share->shop);
	while (*link != share)
		link = &(*link)->next;
	*link = share->next;
	free(share);
}

void share_note(struct inquiries *all, const char *shop)
{
	if (strcmp(all->last_shop, shop) == 0)
		return;
	if (all->last_shop[0] != '\0')
		all->others_until_ms = inquiries_now(all) + NOT_ALONE_MS;
	memcpy(all->last_shop, shop, strlen(shop) + 1);
}

static bool is_alone(const struct inquiries *all)
{
	return all->others_until_ms == 0 || inquiries_now(all) >= all->others_until_ms;
}

static bool is_short(int64_t used, int64_t most)
{
	return used >= most - most / 4;
}

bool share_of_questions_is_used(const struct inquiries *all, const struct share *share)
{
	return is_short(all->asking, all->options.max_in_flight) &&
	       share->asking >= all->options.max_in_flight_per_shop && !is_alone(all);
}

/* Whoever has more than its share of questions under way holds up no workers for them, either. */
bool share_of_workers_is_used(const struct inquiries *all, const struct share *share)
{
	int64_t most = all->options.max_waiting;
	bool has_places = share->waiting >= (most >= 8 ? most / 8 : 1);

	return !is_alone(all) && ((is_short(all->waiting, most) && has_places) ||
					 share->asking >= all->options.max_in_flight_per_shop);
}
