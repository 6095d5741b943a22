/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "decision/decision_internal.h"

struct key_set *keys_load_file(const char *path, const struct reporter *reporter)
{
	size_t len = 0;
	char *text = conf_slurp(path, JWKS_MAX_LEN, &len, reporter);
	struct key_set *set = text == NULL ? NULL : key_set_parse(text, len, path, reporter);

	free(text);
	return set;
}

/*
 * A file is the operator's own word and does not age; keys that come from an address are believed
 * only for a bounded time after the last fetch that succeeded, by a clock that nobody can set.
 */
static bool too_old(const struct gate *gate)
{
	return gate->boot->jwks_url[0] != '\0' &&
	       clock_mono_ms(&gate->options.clock) - gate->keys.as_of_ms >
		       gate->boot->jwks_max_age * 1000;
}

struct key_set *keys_in_force(struct gate *gate)
{
	struct key_set *set = NULL;

	pthread_mutex_lock(&gate->mutex);
	if (gate->keys.set != NULL && !too_old(gate))
		set = key_set_ref(gate->keys.set);
	pthread_mutex_unlock(&gate->mutex);
	return set;
}

void keys_replace(struct gate *gate, struct key_set *set)
{
	int64_t now_ms = clock_mono_ms(&gate->options.clock);
	struct key_set *old;

	pthread_mutex_lock(&gate->mutex);
	old = gate->keys.set;
	gate->keys = (struct key_state){ .set = set, .as_of_ms = now_ms };
	pthread_mutex_unlock(&gate->mutex);
	key_set_unref(old);
}

bool keys_fetched(void *ctx, const char *json, size_t len)
{
	struct gate *gate = ctx;
	struct key_set *set = key_set_parse(json, len, gate->boot->jwks_url,
		&gate->options.reporter);

	if (set == NULL)
		return false;
	keys_replace(gate, set);
	gate->keys_stale_told = false;
	return true;
}
