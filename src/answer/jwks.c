/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "answer/jwks.h"

#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>

#include "answer/answer_internal.h"
#include "answer/strict_json.h"

static struct key_set *new_set(size_t room)
{
	struct key_set *set = calloc(1, sizeof(*set) + room * sizeof(set->keys[0]));

	if (set == NULL)
		return NULL;
	atomic_init(&set->references, 1);
	return set;
}

struct key_set *key_set_ref(struct key_set *set)
{
	if (set != NULL)
		(void)atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
	return set;
}

void key_set_unref(struct key_set *set)
{
	if (set == NULL ||
		atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < set->count; i++)
		key_drop(&set->keys[i]);
	free(set);
}

static void drop_key(struct key_set *set, size_t index)
{
	key_drop(&set->keys[index]);
	set->count--;
	memmove(&set->keys[index], &set->keys[index + 1],
		(set->count - index) * sizeof(set->keys[0]));
}

/* A kid comes from outside and goes into a log: one line of plain text. */
static void say_left_out(
	const struct reporter *reporter, const char *file, const char *kid, const char *why)
{
	char plain[KEY_ID_MAX + 1];
	size_t i;

	for (i = 0; kid[i] != '\0'; i++)
		plain[i] = kid[i] >= ' ' && kid[i] <= '~' ? kid[i] : '?';
	plain[i] = '\0';
	report(reporter, SAY_WARNING, file, 0, "key \"%s\" is left out: %s", plain, why);
}

static void read_keys(
	struct key_set *set, const json_t *keys, const char *file, const struct reporter *reporter)
{
	for (size_t i = 0; i < json_array_size(keys); i++) {
		const char *problem;

		if (set->count == KEY_SET_MAX) {
			report(reporter, SAY_WARNING, file, 0,
				"more than %d keys: those behind are left out", KEY_SET_MAX);
			return;
		}
		problem = key_read(json_array_get(keys, i), &set->keys[set->count]);
		/* An allocation that failed makes a good key look bad: it is looked at twice. */
		if (problem != NULL)
			problem = key_read(json_array_get(keys, i), &set->keys[set->count]);
		if (problem == NULL)
			set->count++;
		else
			say_left_out(reporter, file, set->keys[set->count].kid, problem);
	}
}

/*
 * A kid must name one key. Of the same key twice one stays; of different ones none does, since
 * nothing tells which of them is meant.
 */
static void drop_repeated_kids(
	struct key_set *set, const char *file, const struct reporter *reporter)
{
	bool ambiguous[KEY_SET_MAX] = { false };

	for (size_t i = 0; i < set->count; i++) {
		for (size_t j = set->count - 1; j > i; j--) {
			const struct key *one = &set->keys[i], *other = &set->keys[j];

			if (one->kid[0] == '\0' || strcmp(one->kid, other->kid) != 0)
				continue;
			if (memcmp(one->thumbprint, other->thumbprint, KEY_THUMBPRINT_LEN) != 0) {
				ambiguous[i] = ambiguous[j] = true;
				continue;
			}
			say_left_out(reporter, file, other->kid, "the same key is there already");
			drop_key(set, j);
			memmove(&ambiguous[j], &ambiguous[j + 1], set->count - j);
		}
	}
	for (size_t i = set->count; i-- > 0;) {
		if (!ambiguous[i])
			continue;
		say_left_out(reporter, file, set->keys[i].kid, "another key has the same kid");
		drop_key(set, i);
	}
}

static struct key_set *set_of(
	const json_t *document, const char *file, const struct reporter *reporter)
{
	const json_t *keys = json_object_get(document, "keys");
	struct key_set *set;

	if (!json_is_array(keys)) {
		report(reporter, SAY_ERROR, file, 0,
			"no array \"keys\": this is not a JWK Set (RFC 7517 section 5)");
		return NULL;
	}
	set = new_set(json_array_size(keys) < KEY_SET_MAX ? json_array_size(keys) : KEY_SET_MAX);
	if (set == NULL) {
		report(reporter, SAY_ERROR, file, 0, "out of memory while reading the keys");
		return NULL;
	}
	read_keys(set, keys, file, reporter);
	drop_repeated_kids(set, file, reporter);
	return set;
}

/* White space is no more than nothing: a download that failed, or a file cut short. */
static bool is_blank(const char *json, size_t len)
{
	while (len > 0 && strchr(" \t\r\n", json[len - 1]) != NULL && json[len - 1] != '\0')
		len--;
	return len == 0;
}

struct key_set *key_set_read(
	const char *json, size_t len, const char *file, const struct reporter *reporter)
{
	json_t *document CLEANUP(strict_json_drop) = NULL;
	struct key_set *set;
	json_error_t error;

	if (len > JWKS_MAX_LEN) {
		report(reporter, SAY_ERROR, file, 0, "longer than %d octets", JWKS_MAX_LEN);
		return NULL;
	}
	if (is_blank(json, len)) {
		report(reporter, SAY_ERROR, file, 0,
			"is empty: a JWK Set is wanted, as the ID service publishes it");
		return NULL;
	}
	document = strict_json_object(json, len, &error);
	if (document == NULL) {
		report(reporter, SAY_ERROR, file, error.line > 0 ? error.line : 0,
			"not a JWK Set: %s", error.text);
		return NULL;
	}
	(void)ERR_set_mark();
	set = set_of(document, file, reporter);
	(void)ERR_pop_to_mark();
	return set;
}

struct key_set *key_set_parse(
	const char *json, size_t len, const char *file, const struct reporter *reporter)
{
	struct key_set *set = key_set_read(json, len, file, reporter);

	if (set == NULL || set->count > 0)
		return set;
	report(reporter, SAY_ERROR, file, 0,
		"no usable key: one for ES256, PS256, RS256 or Ed25519 signatures is needed");
	key_set_unref(set);
	return NULL;
}

size_t key_set_count(const struct key_set *set)
{
	return set->count;
}

struct key_info key_set_info(const struct key_set *set, size_t index)
{
	struct key_info info = { .kid = "", .type = "" };

	if (index >= set->count)
		return info;
	info.kid = set->keys[index].kid;
	info.algorithms = (enum jws_algorithm)set->keys[index].algorithms;
	memcpy(info.thumbprint, set->keys[index].thumbprint, KEY_THUMBPRINT_LEN);
	info.type = set->keys[index].type;
	return info;
}

bool key_set_holds(const struct key_set *set, const uint8_t thumbprint[KEY_THUMBPRINT_LEN])
{
	for (size_t i = 0; i < set->count; i++) {
		if (memcmp(set->keys[i].thumbprint, thumbprint, KEY_THUMBPRINT_LEN) == 0)
			return true;
	}
	return false;
}
