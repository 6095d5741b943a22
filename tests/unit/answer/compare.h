/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * compare.h - one token, three verdicts: ours (answer_verify(), as a fresh answer's), and those of
 * cjose and libjose. What must hold of them is checked here; a test only makes tokens.
 */
#ifndef MIGRANTID_TEST_COMPARE_H
#define MIGRANTID_TEST_COMPARE_H

#include "answer/answer.h"
#include "peers.h"
#include "sign.h"

#define COMPARE_KID "k"

/* A key that the three hold, its owner, and someone else with a key of the same type. */
struct subject {
	enum jws_algorithm algorithm;
	struct signer *signer, *other;
	struct key_set *keys; /* NULL: there is none that is taken */
	struct peer_key *peer_key;
};

struct subject subject_new(enum jws_algorithm algorithm);

/* As above, but what the three hold is this JWK, which is taken over. */
struct subject subject_of_jwk(enum jws_algorithm algorithm, struct signer *signer, json_t *jwk);
void subject_drop(struct subject *subject);

/*
 * A token that is wrong. Fails the test if
 * - we accept it, whoever else does, or
 * - a peer accepts it, and no row of the table in compare.c has this family, peer and check of
 * ours:
 *   so whatever is refused by us alone is refused for a reason that is written down.
 */
void compare_octets(
	const struct subject *subject, const char *family, const char *token, size_t len);

/* The same of a string, which is freed. */
void compare(const struct subject *subject, const char *family, char *token);

/*
 * A token that is right by the RFCs and by our rules: fails the test if we or a peer that knows the
 * algorithm refuse it. It is freed.
 */
void compare_right(const struct subject *subject, const char *family, char *token);

/*
 * How much each peer accepted that we do not, and the rows that nothing hit: mended there, maybe.
 */
void compare_report(void);

#endif
