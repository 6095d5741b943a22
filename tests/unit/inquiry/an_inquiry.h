/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * an_inquiry.h - inquiries in one thread: the network, the cache's tier, the configuration, the
 * clocks, the engine and memory do what a test of inquiry.c's table says. Behind <cmocka.h>.
 */
#ifndef MIGRANTID_TEST_AN_INQUIRY_H
#define MIGRANTID_TEST_AN_INQUIRY_H

#include "../heard.h"
#include "a_cache.h"
#include "fake_transport.h"
#include "fake_wait.h"
#include "inquiry/inquiry.h"

#define QUESTION_MS 10000
#define ATTEMPT_MS 3000
#define KEYS_MIN_MS 60000
#define KEYS_MS 3600000
#define WAIT_MS 1500
#define REPLIES_MAX 40
#define SILENCE ((enum attempt_end)(-1)) /* until the attempt's deadline */

/* What the network does with an attempt. */
struct reply {
	enum attempt_end end; /* END_STATUS: 0 */
	int status;
	int endpoint;
	int64_t retry_after_s; /* 0: no header; NO_SECONDS: "0" */
	bool told_to_rest;
	const char *result, *reason; /* of a signed answer */
	bool other_key; /* that is signed with a key that the set does not hold */
	bool garbled;
	int64_t ahead_s; /* by which the service's clock is ahead of this one */
};
#define NO_SECONDS (-5)

/* What was asked of the network. */
struct seen {
	int64_t at_ms, deadline_ms;
	int avoided;
	char nonce[NONCE_LEN + 1], txn[TXN_LEN + 1];
};

extern struct a_cache at;
extern struct signer *other_signer; /* whose key is not in force */
extern struct transport network;
extern struct config config;
extern struct inquiries *inquiries;
extern struct inquiry_options options;
extern struct heard heard;

extern size_t replies_left;
extern struct cache_question on_the_table; /* whom the service speaks of next */
extern struct seen seen[REPLIES_MAX];
extern size_t seen_count;
extern const struct entry *in_tier; /* what every look finds; NULL: nothing */
extern bool tier_is_silent, keys_are_silent, keys_are_good;
extern size_t allocations_left; /* by malloc() and calloc(); SIZE_MAX: no end */
extern const struct reply yes[1];

/* Set-up and tear-down of every case. */
int open_all(void **state);
int close_all(void **state);
void open_inquiries(bool fetches_keys);

bool something_happens(void); /* one thing that can happen now; false: nothing can */
void go_on(int64_t until_ms); /* by one step, or the time to when it comes */
void go_on_for(int64_t ms);

struct question question_about(enum subject_form form, unsigned person, unsigned sale);
struct inquiry_result wait_for(const struct question *question, int64_t wait_ms);
void will_reply(const struct reply *list, size_t count);
char *signed_reply(const struct reply *reply); /* the caller's to free */

/* Another sale asks, waits longer than any question takes, and has had each of the replies. */
struct inquiry_result ask(const struct reply *list, size_t count);
#define ASK(list) ask(list, ARRAY_LEN(list))

void assert_ended(struct inquiry_result result, enum inquiry_outcome outcome, unsigned retry_after);
void assert_yes(struct inquiry_result result);
unsigned times_heard(const char *part);

#endif
