/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "model_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64url.h"

#define LIFETIME_MIN 200
#define SPREAD 7919 /* odd: lifetimes of decisions in a row lie apart, each but once */
#define OLD_ANSWERS 64
#define PAYLOAD_MAX 1024
#define MUST(condition) ((condition) ? (void)0 : abort())

enum status { WELL, BLOCKED, LOCKED, INVALID, GONE };

int64_t service_now = 1750000000;
struct model_sale sales[SALES];
struct signer *signers[SIGNERS];
unsigned signer_in_use;
uint64_t decisions;

static struct operator_key key_of_now = { "0123456789abcdef0123456789abcdef", 32 };
static struct operator_key key_before; /* len 0: none */
static struct decision journal[JOURNAL];
static uint32_t by_lifetime[JOURNAL]; /* lifetime, less the least -> place in the journal */
static enum status statuses[PEOPLE];
static int64_t refused_at[DOCUMENTS]; /* the last no under the document's pseudonym */
static char *old_answers[OLD_ANSWERS], old_txns[OLD_ANSWERS][TXN_LEN + 1];
static unsigned old_answer_count;
static uint64_t random_state;

void chance_seed(uint64_t seed)
{
	random_state = seed * 2 + 1;
}

unsigned chance(unsigned below)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (unsigned)((random_state >> 16) % below);
}

static struct signer *new_signer(void)
{
	static unsigned number;
	char kid[16];

	(void)snprintf(kid, sizeof(kid), "k%u", number++);
	return signer_new(JWS_EDDSA, kid);
}

void service_open(void)
{
	for (unsigned i = 0; i < SIGNERS; i++)
		signers[i] = new_signer();
	for (uint32_t i = 0; i < JOURNAL; i++)
		by_lifetime[i * SPREAD % JOURNAL] = i;
	for (unsigned i = 0; i < SALES; i++)
		sale_new(&sales[i]);
}

void service_close(void)
{
	for (unsigned i = 0; i < SIGNERS; i++)
		signer_free(signers[i]);
	for (unsigned i = 0; i < OLD_ANSWERS; i++)
		free(old_answers[i]);
}

void service_rotate(void)
{
	signer_in_use = (signer_in_use + 1) % SIGNERS;
	signer_free(signers[signer_in_use]);
	signers[signer_in_use] = new_signer();
}

struct key_set *service_keys(void)
{
	const struct signer *const published[] = { signers[signer_in_use] };

	return signer_key_set(published, 1);
}

void service_fate(void)
{
	static const enum status fates[] = { WELL, WELL, WELL, BLOCKED, LOCKED, INVALID, GONE };

	statuses[chance(PEOPLE)] = fates[chance(ARRAY_LEN(fates))];
}

static struct person person_of_document(unsigned document)
{
	struct person person = { .document = { .type = "P", .issuer = "UZB" },
		.nationality = "UZB",
		.birth = { 1990, 1, 31 } };

	(void)snprintf(person.document.number, sizeof(person.document.number), "FA%u", document);
	return person;
}

static void make_question(struct model_sale *of)
{
	struct cache_question *asked = &of->question.asked;
	struct person_key sbj;

	if (of->form == SUBJECT_TOKEN)
		MUST(token_key_make(&key_of_now, of->sale.token, &sbj));
	else
		MUST(person_key_make(&key_of_now, &of->sale.person, &sbj));
	MUST(question_make(&key_of_now, &sbj, of->form, &of->sale, &of->question));
	asked->has_previous = of->form != SUBJECT_TOKEN &&
			      person_key_make(&key_before, &of->sale.person, &asked->previous);
}

void sale_new(struct model_sale *made)
{
	static unsigned number;
	unsigned buyer = chance(PEOPLE);
	struct sale *sale = &made->sale;

	memset(made, 0, sizeof(*made));
	made->last = made->last_yes = NOTHING;
	made->form = (enum subject_form[]){ SUBJECT_DOCUMENT, SUBJECT_DOCUMENT, SUBJECT_TOKEN,
		SUBJECT_TOKEN_DOCUMENT }[chance(4)];
	made->document = one_in(4) ? chance(DOCUMENTS) : buyer; /* a slip, or somebody else's */
	made->captured = one_in(8) ? chance(PEOPLE + 1) : buyer;
	made->consent_is_bad = one_in(20);
	(void)strcpy(sale->consent_text, made->consent_is_bad ? "old" : "ru");
	(void)snprintf(sale->shop, sizeof(sale->shop), "shop-%u", chance(3));
	(void)snprintf(sale->id, sizeof(sale->id), "%u", number++);
	if (made->form != SUBJECT_DOCUMENT)
		(void)snprintf(sale->token, sizeof(sale->token), "t%u", number);
	if (made->form == SUBJECT_TOKEN)
		made->document = NOTHING;
	else
		sale->person = person_of_document(made->document);
	make_question(made);
}

void operator_key_change(void)
{
	key_before = key_of_now;
	key_of_now.bytes[chance(32)] ^= (uint8_t)(1 + chance(255));
	for (unsigned i = 0; i < SALES; i++) {
		sales[i].last = sales[i].last_yes = NOTHING;
		make_question(&sales[i]);
	}
}

const struct decision *decision_of(int64_t iat, int64_t exp)
{
	int64_t lifetime = exp - iat - LIFETIME_MIN;
	const struct decision *decision;

	if (lifetime < 0 || lifetime >= JOURNAL)
		return NULL;
	decision = &journal[by_lifetime[lifetime]];
	return decision->iat == iat && decision->exp == exp ? decision : NULL;
}

static int64_t number_in(const char *payload, const char *mark)
{
	const char *found = strstr(payload, mark);

	return found == NULL ? -1 : strtoll(found + strlen(mark), NULL, 10);
}

uint32_t place_of(const struct decision *decision)
{
	return (uint32_t)(decision - journal);
}

/* The payload as text; false: there is none. */
static bool payload_of(const char *jws, size_t len, char out[PAYLOAD_MAX])
{
	const char *first = memchr(jws, '.', len);
	const char *second =
		first == NULL ? NULL : memchr(first + 1, '.', len - (size_t)(first + 1 - jws));
	size_t payload_len;

	if (second == NULL || !base64url_decode(first + 1, (size_t)(second - first - 1), out,
				      PAYLOAD_MAX - 1, &payload_len))
		return false;
	out[payload_len] = '\0';
	return true;
}

const struct decision *decision_of_jws(const char *jws, size_t len)
{
	char payload[PAYLOAD_MAX];

	if (!payload_of(jws, len, payload))
		return NULL;
	return decision_of(number_in(payload, "\"iat\":"), number_in(payload, "\"exp\":"));
}

bool answers_request(const char *jws, size_t len, const char *nonce)
{
	char payload[PAYLOAD_MAX];

	return payload_of(jws, len, payload) && strstr(payload, nonce) != NULL;
}

static const char *result_word(enum result result)
{
	return result == RESULT_YES ? "yes" : result == RESULT_NO ? "no" : "undetermined";
}

static const char *reason_word(enum reason reason)
{
	static char word[32];

	if (reason == REASON_SERVICE_UNAVAILABLE)
		return "technical";
	(void)snprintf(word, sizeof(word), "%s", reason_name(reason));
	for (char *c = word; *c != '\0'; c++)
		*c = *c == '-' ? '_' : *c;
	return word;
}

/* True if a document of the person captured has the digest that the question shows. */
static bool digest_fits(const struct model_sale *sale, const char *body)
{
	char nonce[NONCE_LEN + 1], shown[DOCUMENT_DIGEST_LEN + 1], made[DOCUMENT_DIGEST_LEN + 1];
	struct person person = person_of_document(sale->captured);
	uint8_t octets[16];
	size_t len;

	MUST(vouch_member(body, "nonce", nonce, sizeof(nonce)));
	MUST(vouch_member(body, "document_digest", shown, sizeof(shown)));
	MUST(base64url_decode(nonce, NONCE_LEN, octets, sizeof(octets), &len));
	MUST(document_digest(octets, len, &person, made));
	return strcmp(shown, made) == 0;
}

/* The first reason that applies, in the contract's order. */
static enum reason reason_of(const struct model_sale *sale, const char *body)
{
	unsigned person = sale->form == SUBJECT_DOCUMENT ? sale->document : sale->captured;
	bool is_known = person < PEOPLE && statuses[person] != GONE;

	if (sale->form != SUBJECT_DOCUMENT && sale->token_spent)
		return REASON_TOKEN_USED;
	if (sale->consent_is_bad)
		return REASON_CONSENT_MISSING;
	if (one_in(25))
		return REASON_SERVICE_UNAVAILABLE;
	if (!is_known)
		return REASON_NOT_ENROLLED;
	if (sale->form != SUBJECT_DOCUMENT && one_in(15))
		return REASON_NO_MATCH;
	if (sale->form == SUBJECT_TOKEN_DOCUMENT && !digest_fits(sale, body))
		return REASON_DOCUMENT_MISMATCH;
	if (statuses[person] == BLOCKED)
		return REASON_ID_BLOCKED;
	if (statuses[person] == LOCKED)
		return REASON_ID_LOCKED;
	if (statuses[person] == INVALID && sale->form != SUBJECT_TOKEN)
		return REASON_DOCUMENT_INVALID;
	return one_in(12) ? REASON_TOO_SOON : REASON_MATCH;
}

static enum result result_of(enum reason reason)
{
	if (reason == REASON_MATCH)
		return RESULT_YES;
	return reason == REASON_SERVICE_UNAVAILABLE || reason == REASON_TOKEN_USED ||
			       reason == REASON_DOCUMENT_MISMATCH
		       ? RESULT_UNDETERMINED
		       : RESULT_NO;
}

static uint32_t decide(struct model_sale *sale, const char *body)
{
	uint32_t place = (uint32_t)(decisions++ % JOURNAL);
	struct decision *made = &journal[place];
	enum reason reason = reason_of(sale, body);

	*made = (struct decision){ .form = sale->form,
		.document = sale->document,
		.result = result_of(reason),
		.reason = reason,
		.iat = service_now,
		.exp = service_now + LIFETIME_MIN + place * SPREAD % JOURNAL,
		.sbj = sale->question.asked.sbj };
	(void)strcpy(made->txn, sale->question.asked.txn);
	if (made->result == RESULT_NO && reason != REASON_CONSENT_MISSING &&
		sale->document != NOTHING)
		refused_at[sale->document] = service_now;
	if (made->result == RESULT_YES ||
		(made->result == RESULT_NO && reason != REASON_CONSENT_MISSING))
		sale->token_spent = true;
	sale->last = place;
	if (made->result == RESULT_YES)
		sale->last_yes = place;
	return place;
}

/* A decision is repeated for its txn for a while; not a yes that a later no has ended. */
static bool is_repeated(const struct model_sale *sale)
{
	const struct decision *last;

	if (sale->last == NOTHING)
		return false;
	last = &journal[sale->last];
	if (last->result == RESULT_NO)
		return service_now < last->iat + 60;
	return last->result == RESULT_YES && service_now < last->iat + 900 &&
	       service_now < last->exp &&
	       (sale->document == NOTHING || last->iat > refused_at[sale->document]);
}

static void remember(char *jws, const char *txn)
{
	unsigned place = old_answer_count++ % OLD_ANSWERS;

	free(old_answers[place]);
	old_answers[place] = jws;
	(void)strcpy(old_txns[place], txn);
}

/* An answer to an earlier request of the same question; NULL: none is at hand. */
static const char *old_answer_to(const struct model_sale *sale)
{
	unsigned first = chance(OLD_ANSWERS);

	for (unsigned i = 0; i < OLD_ANSWERS; i++) {
		unsigned place = (first + i) % OLD_ANSWERS;

		if (old_answers[place] != NULL &&
			strcmp(old_txns[place], sale->question.asked.txn) == 0)
			return old_answers[place];
	}
	return NULL;
}

const char *service_old_answer(void)
{
	unsigned count = old_answer_count < OLD_ANSWERS ? old_answer_count : OLD_ANSWERS;

	return count == 0 ? NULL : old_answers[chance(count)];
}

/* A decision signed for one request: whose pseudonym and which form it names is the caller's. */
static char *sign_for(const char *body, const struct decision *decision,
	const struct person_key *sbj, enum subject_form form, const struct signer *signer)
{
	char nonce[NONCE_LEN + 1], txn[TXN_LEN + 1], *jws;

	MUST(vouch_member(body, "nonce", nonce, sizeof(nonce)));
	MUST(vouch_member(body, "txn", txn, sizeof(txn)));
	jws = vouch_sign(signer, &(struct vouch){ .sbj = sbj->text,
					 .txn = txn,
					 .nonce = nonce,
					 .form = form,
					 .result = result_word(decision->result),
					 .reason = reason_word(decision->reason),
					 .iat = decision->iat,
					 .exp = decision->exp });
	remember(jws, txn);
	return jws;
}

static struct model_sale *sale_of(const char *body)
{
	char txn[TXN_LEN + 1];

	MUST(vouch_member(body, "txn", txn, sizeof(txn)));
	for (unsigned i = 0; i < SALES; i++)
		if (strcmp(sales[i].question.asked.txn, txn) == 0)
			return &sales[i];
	return NULL;
}

/* A decision about the same document in another form than this sale's; NULL: none is at hand. */
static const struct decision *in_another_form(const struct model_sale *sale)
{
	for (unsigned i = 0; i < SALES; i++) {
		const struct model_sale *other = &sales[i];

		if (other->last != NOTHING && other->document != NOTHING &&
			other->document == sale->document && other->form != sale->form)
			return &journal[other->last];
	}
	return NULL;
}

/* What the service itself would say, or, now and then, what it should not. */
static const char *answer_of(struct model_sale *sale, const char *body)
{
	const struct person_key *sbj = &sale->question.asked.sbj;
	const struct signer *signer = signers[signer_in_use];
	const struct decision *other = &journal[chance(decisions == 0        ? 1
						       : decisions < JOURNAL ? (unsigned)decisions
									     : JOURNAL)];
	unsigned lie = chance(24);

	if (lie == 0 && service_old_answer() != NULL)
		return service_old_answer(); /* to another request */
	if (lie == 1 && sale->last_yes != NOTHING &&
		strcmp(journal[sale->last_yes].txn, sale->question.asked.txn) == 0)
		return sign_for(body, &journal[sale->last_yes], sbj, sale->form, signer);
	if (lie == 2 && other->iat != 0 && strcmp(other->sbj.text, sbj->text) != 0)
		return sign_for(body, other, &other->sbj, sale->form, signer); /* of another one */
	if (lie == 3 && (other = in_another_form(sale)) != NULL)
		return sign_for(body, other, sbj, other->form, signer);
	if (lie == 4 && old_answer_to(sale) != NULL)
		return old_answer_to(sale);
	if (!is_repeated(sale))
		(void)decide(sale, body);
	if (lie == 5) /* by a key that was withdrawn */
		signer = signers[chance(SIGNERS)];
	return sign_for(body, &journal[sale->last], sbj, sale->form, signer);
}

bool service_replies(struct exchange *exchange)
{
	static const struct attempt_result troubles[] = {
		{ .status = 500, .retry_after_s = -1 },
		{ .status = 202, .retry_after_s = 1 },
		{ .status = 409, .retry_after_s = 2 },
		{ .status = 429, .retry_after_s = 1 },
		{ .status = 422, .retry_after_s = -1 },
		{ .status = 403, .retry_after_s = -1 },
		{ .status = 200, .retry_after_s = -1, .body = "garbage", .len = 7 },
		{ .end = END_CUT_OFF, .retry_after_s = -1 },
		{ .end = END_CONNECTION_GIVEN_UP, .retry_after_s = -1 },
		{ .end = END_ALL_RESTING, .endpoint = -1, .retry_after_s = 1 },
	};
	struct attempt_result result = troubles[chance(ARRAY_LEN(troubles))];
	struct model_sale *sale = sale_of(exchange->attempt.body);

	if (one_in(20))
		return false;
	if (sale != NULL && !one_in(12))
		result = (struct attempt_result){ .status = 200,
			.retry_after_s = -1,
			.body = answer_of(sale, exchange->attempt.body) };
	if (sale != NULL && result.body != NULL)
		result.len = strlen(result.body);
	result.cause = result.type = "";
	fake_transport_end(exchange, &result);
	return true;
}
