/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "decision/decision_internal.h"

#define OWN_SALE_KEPT 60 /* seconds an answer is kept for its own sale where no other may use it */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Until when an answer may be used again. Counted from its signed iat, which no store can alter,
 * and never past its signed exp; iat may lie a little ahead of our clock.
 */
static int64_t kept_until(const struct settings *settings, const struct answer *answer, int64_t now)
{
	int64_t keep = answer->result == RESULT_YES ? settings->keep_yes : settings->keep_no;

	return earlier(answer->expires_at, earlier(answer->issued_at, now) + keep);
}

/*
 * With keep_yes = 0 every sale asks afresh, yet a shop that polls must find its own answer: it is
 * kept under the sale's own key, which no other sale can have.
 */
static void own_sale_slot(const struct person_key *person, const char *txn,
			  uint8_t slot[PERSON_KEY_LEN])
{
	uint8_t text[PERSON_KEY_LEN + TXN_LEN];

	memcpy(text, person->bytes, PERSON_KEY_LEN);
	memcpy(text + PERSON_KEY_LEN, txn, TXN_LEN);
	if (EVP_Digest(text, sizeof(text), slot, NULL, EVP_sha256(), NULL) != 1)
		memset(slot, 0, PERSON_KEY_LEN);
}

static struct answer_expectation expect(const struct gate *gate, const struct person_key *person,
					int64_t now)
{
	return (struct answer_expectation){
		.issuer = gate->boot->issuer,
		.audience = gate->boot->operator_id,
		.subject = person->text,
		.now = now,
		.max_lifetime = gate->boot->max_lifetime,
		.algorithms = gate->boot->algorithms,
	};
}

/*
 * A stored answer passes the same gate as a fresh one; a store is trusted for nothing. *until: as
 * long as it may be used.
 */
static bool believe(struct gate *gate, const struct view *view, const struct key_set *keys,
		    const struct person_key *person, const struct store_entry *entry, int64_t now,
		    struct answer *out, int64_t *until)
{
	struct answer_expectation expected = expect(gate, person, now);
	enum answer_check failed =
		answer_verify(entry->token, entry->token_len, keys, &expected, out, NULL);

	if (failed != CHECK_NONE) {
		report(&gate->options.reporter, SAY_DEBUG, NULL, 0,
			"a stored answer fails check %d (%s) and is not used", (int)failed,
			answer_check_name(failed));
		return false;
	}
	/* Stored later than now: the clock has stepped back. */
	*until = earlier(entry->keep_until, kept_until(view->settings, out, now));
	return entry->stored_at <= now && now < *until && out->result != RESULT_UNDETERMINED;
}

static bool find_stored(struct gate *gate, const struct view *view, const struct key_set *keys,
			const struct person_key *person, int64_t now, struct answer *out)
{
	struct store *store = gate->store;
	struct store_entry entry;
	uint64_t generation;
	int64_t until;

	if (store == NULL)
		return false;
	generation = store->ops->generation(store);
	if (!store->ops->get(store, person->bytes, now, &entry) ||
	    !believe(gate, view, keys, person, &entry, now, out, &until))
		return false;
	memory_put(gate->memory, person->bytes, now, until, out);
	/* Removed meanwhile, and memory cleared before this came into it. */
	if (store->ops->generation(store) != generation)
		memory_remove(gate->memory, person->bytes);
	return true;
}

bool answers_recall(void *ctx, const struct question *question, bool previous,
		    const struct store_entry *entry, struct answer *out)
{
	struct gate *gate = ctx;
	int64_t now = clock_wall(&gate->options.clock), until;
	const struct person_key *person = previous ? &question->previous : &question->key;
	struct key_set *keys = keys_in_force(gate);
	struct view *view = view_ref(gate);
	bool good = keys != NULL && believe(gate, view, keys, person, entry, now, out, &until);

	if (good)
		memory_put(gate->memory, question->key.bytes, now, until, out);
	view_unref(view);
	key_set_unref(keys);
	return good;
}

bool answers_find(struct gate *gate, const struct view *view, const struct person_key *person,
		  const char *txn, int64_t now, struct answer *out)
{
	struct key_set *keys = keys_in_force(gate);
	uint8_t slot[PERSON_KEY_LEN];
	const uint8_t *place = person->bytes;
	bool found;

	if (keys == NULL)
		return false;
	if (txn != NULL) {
		own_sale_slot(person, txn, slot);
		place = slot;
	}
	found = memory_get(gate->memory, place, now, out) && key_set_holds(keys, out->thumbprint);
	/* By the settings of now: it may have been on its way into memory while they changed. */
	if (found && txn == NULL)
		found = now < kept_until(view->settings, out, now);
	if (!found && txn == NULL)
		found = find_stored(gate, view, keys, person, now, out);
	key_set_unref(keys);
	return found;
}

/* Returns until when others may keep it as well; 0: not at all. */
static int64_t keep(struct gate *gate, const struct settings *settings,
		    const struct question *question, const struct answer *answer, const char *token,
		    size_t len, int64_t now)
{
	int64_t until = kept_until(settings, answer, now);
	struct store_entry entry;

	if (settings->keep_yes == 0) {
		uint8_t slot[PERSON_KEY_LEN];

		own_sale_slot(&question->key, question->txn, slot);
		until = earlier(answer->expires_at, now + OWN_SALE_KEPT);
		memory_put(gate->memory, slot, now, until, answer);
		return 0;
	}
	if (until <= now)
		return 0;
	memory_put(gate->memory, question->key.bytes, now, until, answer);
	if (gate->store == NULL)
		return until;
	entry.stored_at = now;
	entry.keep_until = until;
	entry.token_len = len;
	memcpy(entry.token, token, len);
	gate->store->ops->put(gate->store, question->key.bytes, &entry);
	return until;
}

enum verdict answers_take(void *ctx, const struct question *question, const char *body, size_t len,
			  struct answer *out, int64_t *keep_until)
{
	struct gate *gate = ctx;
	int64_t now = clock_wall(&gate->options.clock);
	struct answer_expectation expected = expect(gate, &question->key, now);
	struct key_set *keys = keys_in_force(gate);
	struct view *view;
	enum answer_check failed;
	bool unknown_kid = false;

	if (keys == NULL)
		return VERDICT_UNKNOWN_KEY;
	expected.txn = question->txn;
	expected.nonce = question->nonce;
	failed = answer_verify(body, len, keys, &expected, out, &unknown_kid);
	key_set_unref(keys);
	if (failed == CHECK_KEY && unknown_kid)
		return VERDICT_UNKNOWN_KEY;
	if (failed != CHECK_NONE) {
		report(&gate->options.reporter, SAY_WARNING, NULL, 0,
			"the service's answer fails check %d (%s): no decision", (int)failed,
			answer_check_name(failed));
		return VERDICT_REJECTED;
	}
	if (out->result == RESULT_UNDETERMINED)
		return VERDICT_UNDETERMINED;
	view = view_ref(gate);
	*keep_until = keep(gate, view->settings, question, out, body, len, now);
	view_unref(view);
	return VERDICT_DECIDED;
}
