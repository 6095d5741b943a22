/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * model_service.h - the truth of test_model.c: people, documents, tokens, sales, and the service
 * that decides about them as the contract says, with a journal of all that it has ever said. And
 * its front, which lies.
 */
#ifndef MIGRANTID_TEST_MODEL_SERVICE_H
#define MIGRANTID_TEST_MODEL_SERVICE_H

#include "fake_transport.h"
#include "inquiry/question.h"
#include "vouch.h"

#define PEOPLE 6
#define DOCUMENTS 9 /* the first are of the people, the others of nobody on record */
#define SALES 40 /* that are asked about by turns */
#define JOURNAL 65536 /* decisions that are remembered */
#define SIGNERS 4
#define NOTHING UINT32_MAX

/* A sale at a till, and the question that comes of it. */
struct model_sale {
	enum subject_form form;
	unsigned document; /* that is shown; NOTHING with SUBJECT_TOKEN */
	unsigned captured; /* with a token: the person it stands for; PEOPLE: nobody on record */
	bool token_spent, consent_is_bad;
	uint32_t last, last_yes; /* decisions; NOTHING */
	struct sale sale;
	struct question question; /* under the operator's key of now */
};

/* What the service has said. */
struct decision {
	enum subject_form form;
	unsigned document; /* whose pseudonym it names; NOTHING: a token's */
	char txn[TXN_LEN + 1];
	enum result result;
	enum reason reason;
	int64_t iat, exp;
	struct person_key sbj;
};

extern int64_t service_now; /* s since 1970 */
extern struct model_sale sales[SALES];
extern struct signer *signers[SIGNERS]; /* the one in use; the others have been withdrawn */
extern unsigned signer_in_use;
extern uint64_t decisions; /* how many there have been */

/* Chance: the same seed, the same run. */
void chance_seed(uint64_t seed);
unsigned chance(unsigned below);
static inline bool one_in(unsigned n)
{
	return chance(n) == 0;
}

void service_open(void);
void service_close(void);
void service_rotate(void); /* the oldest key is withdrawn for good, another comes into use */
struct key_set *service_keys(void); /* what it publishes; the caller's to unref */
void service_fate(void); /* somebody is locked, enrolled, … or well again */
void sale_new(struct model_sale *sale);
void operator_key_change(void); /* all that is asked from now on goes by another key */

/* The decision that an answer's times name; NULL: it was never made. */
const struct decision *decision_of(int64_t iat, int64_t exp);
uint32_t place_of(const struct decision *decision); /* below JOURNAL */
const struct decision *decision_of_jws(const char *jws, size_t len);

/* True if it was signed for the request that had this nonce. */
bool answers_request(const char *jws, size_t len, const char *nonce);

/* One attempt ends, well or not, truly or not. False: it goes on in silence. */
bool service_replies(struct exchange *exchange);

/* An answer that it has given, to anybody; NULL: none yet. Valid until the next one. */
const char *service_old_answer(void);

#endif
