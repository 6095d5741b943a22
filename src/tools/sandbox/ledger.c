/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ledger.h"

#include <stdlib.h>
#include <string.h>

#include "ring.h"

#define FINGERPRINT_KEPT ((int64_t)24 * 3600) /* s */
#define YES_REPEATED 900 /* s from iat */
#define NO_REPEATED 60
#define TRIES_MAX 3 /* of a token */
#define GUESSES_MAX 3 /* of a document */
#define GUESSES_KEPT 3600 /* s */
#define DEFAULT_VALID_FOR 3600
#define NO_NONCE "AAAAAAAAAAAAAAAAAAAAAA"

/* A question by its txn. */
struct record {
	uint8_t fingerprint[FINGERPRINT_LEN];
	int64_t first_seen; /* s */
	int64_t first_ms;
	bool pending; /* a 202 is open, until due_ms */
	int64_t due_ms;
	struct matter matter; /* as it was asked last */
	char sbj[PERSON_KEY_TEXT_LEN + 1];
	char token[TOKEN_MAX + 1]; /* "": none */
	char first_nonce[NONCE_LEN + 1];
	struct decision decision; /* result NULL: none is kept */
	int64_t issued_at, expires_at;
	uint64_t number; /* in the order of all decisions */
};

struct token_record {
	unsigned tries;
	bool spent;
	char open_txn[TXN_LEN + 1]; /* of the question that got a 202; "": none */
};

struct guesses {
	unsigned count;
	int64_t since; /* s */
};

struct ledger {
	const struct people *people;
	struct ring *questions, *tokens; /* by txn, by token */
	struct ring *guesses; /* by address of the document */
	struct ring *refusals; /* by sbj: place of the last one */
	uint64_t last_number;
	char last_nonce[NONCE_LEN + 1], nonce_before[NONCE_LEN + 1];
};

struct ledger *ledger_new(const struct people *people)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));

	if (ledger == NULL)
		return NULL;
	ledger->people = people;
	ledger->questions = ring_new(sizeof(struct record));
	ledger->tokens = ring_new(sizeof(struct token_record));
	ledger->guesses = ring_new(sizeof(struct guesses));
	ledger->refusals = ring_new(sizeof(uint64_t));
	if (ledger->questions != NULL && ledger->tokens != NULL && ledger->guesses != NULL &&
		ledger->refusals != NULL)
		return ledger;
	ledger_free(ledger);
	return NULL;
}

void ledger_free(struct ledger *ledger)
{
	if (ledger == NULL)
		return;
	ring_free(ledger->questions);
	ring_free(ledger->tokens);
	ring_free(ledger->guesses);
	ring_free(ledger->refusals);
	free(ledger);
}

void ledger_empty(struct ledger *ledger)
{
	ring_empty(ledger->questions);
	ring_empty(ledger->tokens);
	ring_empty(ledger->guesses);
	ring_empty(ledger->refusals);
}

const struct person_entry *ledger_who(const struct ledger *ledger, const struct asked *asked)
{
	return matter_of(ledger->people, asked, NULL).who;
}

static struct record *record_of(struct ledger *ledger, const char *txn)
{
	return ring_take(ledger->questions, txn, strlen(txn), NULL);
}

bool ledger_admit(
	struct ledger *ledger, const struct asked *asked, const struct moment *at, bool *is_new)
{
	struct record *record =
		ring_take(ledger->questions, asked->txn, strlen(asked->txn), is_new);

	memcpy(ledger->nonce_before, ledger->last_nonce, sizeof(ledger->nonce_before));
	memcpy(ledger->last_nonce, asked->nonce, NONCE_LEN);
	if (!*is_new && at->now - record->first_seen >= FINGERPRINT_KEPT)
		*is_new = true;
	if (!*is_new)
		return memcmp(record->fingerprint, asked->fingerprint, FINGERPRINT_LEN) == 0;
	*record = (struct record){ .first_seen = at->now, .first_ms = at->ms };
	memcpy(record->fingerprint, asked->fingerprint, FINGERPRINT_LEN);
	memcpy(record->first_nonce, asked->nonce, NONCE_LEN);
	memcpy(record->sbj, asked->sbj, PERSON_KEY_TEXT_LEN);
	if (asked->token != NULL)
		memcpy(record->token, asked->token, strlen(asked->token));
	return true;
}

const char *ledger_old_nonce(struct ledger *ledger, const struct asked *asked)
{
	const struct record *record = record_of(ledger, asked->txn);

	if (strcmp(record->first_nonce, asked->nonce) != 0)
		return record->first_nonce;
	if (ledger->nonce_before[0] != '\0' && strcmp(ledger->nonce_before, asked->nonce) != 0)
		return ledger->nonce_before;
	return NO_NONCE;
}

static struct token_record *token_of(struct ledger *ledger, const char *token)
{
	return ring_take(ledger->tokens, token, strlen(token), NULL);
}

/* What wrong guesses are counted by: the document that was named, or the person's first. */
static struct guesses *guesses_of(
	struct ledger *ledger, const struct matter *matter, const struct moment *at)
{
	const struct person_document *document = matter->document;
	struct guesses *guesses;

	if (document == NULL && matter->form == FORM_TOKEN_DOCUMENT && matter->who != NULL)
		document = matter->who->documents;
	if (document == NULL)
		return NULL;
	guesses = ring_take(ledger->guesses, &document, sizeof(document), NULL);
	if (guesses->count > 0 && at->now - guesses->since >= GUESSES_KEPT)
		*guesses = (struct guesses){ 0 };
	return guesses;
}

static void count_guess(struct ledger *ledger, const struct matter *matter, const struct moment *at)
{
	struct guesses *guesses = guesses_of(ledger, matter, at);

	if (guesses == NULL)
		return;
	if (guesses->count++ == 0)
		guesses->since = at->now;
}

static bool is_guessed_too_often(
	struct ledger *ledger, const struct matter *matter, const struct moment *at)
{
	const struct guesses *guesses = guesses_of(ledger, matter, at);

	return guesses != NULL && guesses->count >= GUESSES_MAX;
}

static int64_t expiry_of(
	const struct person_entry *who, const struct decision *decision, int64_t issued_at)
{
	int64_t valid_for = who != NULL ? who->valid_for : DEFAULT_VALID_FOR;

	if (decision_is(decision, "no") && valid_for < NO_REPEATED)
		valid_for = NO_REPEATED;
	return issued_at + valid_for;
}

/* What follows from a fresh decision for the token and for earlier decisions. */
static void note_effects(struct ledger *ledger, struct record *record)
{
	bool refusal = decision_is_refusal(&record->decision);

	record->number = ++ledger->last_number;
	if (refusal)
		*(uint64_t *)ring_take(ledger->refusals, record->sbj, strlen(record->sbj), NULL) =
			record->number;
	if (record->token[0] != '\0') {
		struct token_record *token = token_of(ledger, record->token);

		token->tries++;
		token->spent = token->spent || refusal || decision_is(&record->decision, "yes");
		token->open_txn[0] = '\0';
	}
}

/* A fresh decision, with all that follows from it. */
static void settle(struct ledger *ledger, struct record *record, const struct matter *matter,
	int64_t issued_at, const struct moment *at)
{
	record->pending = false;
	record->decision = decide(matter);
	record->issued_at = issued_at;
	record->expires_at = expiry_of(matter->who, &record->decision, issued_at);
	note_effects(ledger, record);
	if (decision_is(&record->decision, "document_mismatch"))
		count_guess(ledger, matter, at);
}

static bool is_due(const struct record *record, const struct moment *at)
{
	return record->pending && at->ms >= record->due_ms;
}

/* True if another question's 202 holds this token. */
static bool is_held(struct ledger *ledger, const struct asked *asked, const struct moment *at)
{
	const char *txn;
	struct record *other;

	if (asked->token == NULL)
		return false;
	txn = token_of(ledger, asked->token)->open_txn;
	if (txn[0] == '\0' || strcmp(txn, asked->txn) == 0)
		return false;
	other = ring_find(ledger->questions, txn, TXN_LEN);
	/* The decision stands though its asker has gone: from when it was due. */
	if (other != NULL && is_due(other, at))
		settle(ledger, other, &other->matter, at->now - (at->ms - other->due_ms) / 1000,
			at);
	return other != NULL && other->pending;
}

/* Kept for its own txn, and neither too old nor followed by a refusal of the same person. */
static bool is_repeated(
	struct ledger *ledger, const struct record *record, const struct moment *at, bool despite)
{
	const uint64_t *refused;
	int64_t until = record->issued_at;

	if (record->decision.result == NULL || decision_is(&record->decision, "undetermined"))
		return false;
	until += decision_is(&record->decision, "yes") ? YES_REPEATED : NO_REPEATED;
	if (until > record->expires_at)
		until = record->expires_at;
	refused = ring_find(ledger->refusals, record->sbj, strlen(record->sbj));
	return at->now < until && (despite || refused == NULL || *refused <= record->number);
}

static bool needed_record(const struct decision *decision)
{
	return !decision_is(decision, "consent_missing") && !decision_is(decision, "not_enrolled");
}

static void rule_as_decided(const struct record *record, struct ruling *out)
{
	out->status = 200;
	out->retry_after = 0;
	out->decision = record->decision;
	out->issued_at = record->issued_at;
	out->expires_at = record->expires_at;
}

/* A digest that fits no document any more is no try, and leaves what is kept. */
static void repeat(struct ledger *ledger, const struct record *record, const struct matter *matter,
	const struct moment *at, struct ruling *out)
{
	struct decision mismatch = { "undetermined", "document_mismatch" };

	rule_as_decided(record, out);
	if (matter->fits || !needed_record(&record->decision))
		return;
	if (is_guessed_too_often(ledger, matter, at))
		mismatch.reason = "technical";
	else
		count_guess(ledger, matter, at);
	out->decision = mismatch;
	out->issued_at = at->now;
	out->expires_at = expiry_of(matter->who, &mismatch, at->now);
}

static struct matter matter_with(struct ledger *ledger, const struct asked *asked,
	const struct moment *at, const struct bends *bends)
{
	struct matter matter = matter_of(ledger->people, asked, bends->reason);

	matter.unclear = bends->unclear || is_guessed_too_often(ledger, &matter, at);
	if (asked->token != NULL) {
		const struct token_record *token = token_of(ledger, asked->token);

		matter.token_used = token->spent || token->tries >= TRIES_MAX;
	}
	return matter;
}

/* The capture is still looked at: not for what is known without it. */
static bool begins_pending(const struct matter *matter)
{
	const struct decision decision = decide(matter);

	return matter->who != NULL && matter->who->pending_ms > 0 &&
	       !decision_is(&decision, "token_used") && !decision_is(&decision, "consent_missing");
}

static void open_pending(struct ledger *ledger, struct record *record, const struct asked *asked,
	const struct matter *matter)
{
	record->pending = true;
	record->due_ms = record->first_ms + matter->who->pending_ms;
	if (asked->token != NULL)
		memcpy(token_of(ledger, asked->token)->open_txn, asked->txn, TXN_LEN);
}

void ledger_rule(struct ledger *ledger, const struct asked *asked, const struct moment *at,
	const struct bends *bends, struct ruling *out)
{
	struct record *record = record_of(ledger, asked->txn);
	struct matter matter;

	*out = (struct ruling){ .status = 409, .retry_after = 1 };
	if (is_held(ledger, asked, at))
		return;
	matter = matter_with(ledger, asked, at, bends);
	record->matter = matter;
	if (record->decision.result == NULL && !record->pending && begins_pending(&matter))
		open_pending(ledger, record, asked, &matter);
	if (record->pending && !is_due(record, at)) {
		out->status = 202;
		out->retry_after = (unsigned)((record->due_ms - at->ms + 999) / 1000);
		return;
	}
	if (!record->pending && is_repeated(ledger, record, at, bends->repeat_refused)) {
		repeat(ledger, record, &matter, at, out);
		return;
	}
	settle(ledger, record, &matter, at->now, at);
	rule_as_decided(record, out);
}
