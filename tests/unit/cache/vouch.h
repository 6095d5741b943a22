/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vouch.h - signed answers for the tests of cache/ and inquiry/: what a service says of a question.
 */
#ifndef MIGRANTID_TEST_VOUCH_H
#define MIGRANTID_TEST_VOUCH_H

#include "answer/answer.h"
#include "answer/answer_policy.h"
#include "sign.h"

#define VOUCH_ISSUER "https://id.example"
#define VOUCH_AUDIENCE "operator-7"

/* NULL: VOUCH_ISSUER, VOUCH_AUDIENCE; exp 0: iat + 1 day. */
struct vouch {
	const char *iss, *aud, *sbj, *txn, *nonce;
	enum subject_form form;
	const char *result, *reason;
	int64_t iat, exp;
};

/* The caller's to free. */
char *vouch_sign(const struct signer *signer, const struct vouch *vouch);

/*
 * The text of the first member of that name in a question, without its escapes undone; false: there
 * is none, or no room for it.
 */
bool vouch_member(const char *body, const char *name, char *out, size_t size);

/* A policy under which they hold; keys NULL: none is in force. Takes no reference away. */
struct answer_policy *vouch_policy(struct key_set *keys, int64_t keep_yes);

#endif
