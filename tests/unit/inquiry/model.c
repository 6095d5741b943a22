/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model.c - the model: what a server has heard, and which of it a sale may be told. cache_accept()
 * is wrapped, so that it is seen what a server accepts, whether or not anybody waits for it.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_OWN 900
#define KEEP_NO 60
#define SKEW 60

struct server servers[SERVERS];
uint64_t steps, events, seed;
struct model_seen seen;

_Noreturn void wrong(const char *what)
{
	(void)fprintf(stderr, "step %llu of seed %llu: %s\n", (unsigned long long)steps,
		(unsigned long long)seed, what);
	exit(1);
}

static bool is_about_the_document(const struct decision *d)
{
	return d->result == RESULT_NO &&
	       (d->reason == REASON_NOT_ENROLLED || d->reason == REASON_DOCUMENT_INVALID ||
		       d->reason == REASON_ID_LOCKED || d->reason == REASON_ID_BLOCKED);
}

bool is_the_persons(const struct decision *d)
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

void forget_all(struct server *s)
{
	for (unsigned i = 0; i < JOURNAL; i++)
		s->known[i].own = s->known[i].persons = false;
	s->floor_ms = s->time.mono_ms;
}

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

void check_told(struct server *s, const struct model_sale *sale, bool by_person, uint64_t since,
	const struct inquiry_result *result)
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

void check_found(struct server *s, const struct model_sale *sale, const struct answer *answer)
{
	const struct decision *d = decision_behind(answer);

	check_key(s, answer);
	if (!may_be_found(s, sale, d))
		wrong("a sale is given what it may not be");
	seen.lookup_yes += d->result == RESULT_YES;
	seen.lookup_no += d->result == RESULT_NO;
}

void shown(struct server *s, const struct person_key *sbj, const struct entry *entry)
{
	const struct decision *d = decision_of_jws(entry->token, entry->token_len);

	if (d == NULL || !may_be_believed(s, sbj, d, entry))
		return;
	s->known[place_of(d)].persons = true;
	hear(s, d);
}
