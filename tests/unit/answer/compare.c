/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "compare.h"
#include "expect.h"

#define CJOSE (1U << PEER_CJOSE)
#define LIBJOSE (1U << PEER_LIBJOSE)

/*
 * What a peer is known to accept and we refuse. First what is a mistake there, by which someone was
 * or could have been deceived; then what is not theirs to know, since they verify signed octets for
 * whoever calls them, and he must look at the rest.
 */
static struct {
	const char *family;
	unsigned peers;
	enum answer_check failed; /* where we stop */
	const char *why;
	unsigned seen[PEERS];
} excesses[] = {
	/* One signature in many spellings: a token's text no longer identifies it. */
	{ "unused bits of the header", CJOSE, CHECK_FORM, "decoder drops bits (RFC 4648 3.5)" },
	{ "unused bits of the payload", CJOSE, CHECK_FORM, "decoder drops bits" },
	{ "unused bits of the payload", LIBJOSE, CHECK_FORM, "payload is never decoded" },
	{ "unused bits of the signature", CJOSE, CHECK_FORM, "decoder drops bits" },
	{ "padding put in", CJOSE, CHECK_FORM, "decoder stops at the first '=' (RFC 7515 2)" },
	{ "padding put in and signed", CJOSE, CHECK_FORM, "decoder stops at the first '='" },
	{ "padding put in and signed", LIBJOSE, CHECK_FORM, "payload is never decoded" },
	{ "text put in and signed", LIBJOSE, CHECK_FORM, "payload is never decoded" },
	{ "letters put in and signed", CJOSE, CHECK_FORM, "decoder drops bits" },
	{ "letters put in and signed", LIBJOSE, CHECK_FORM, "payload is never decoded" },
	/* R||S is 64 octets, not two halves of what came (RFC 7518 3.4). */
	{ "letters put in", CJOSE, CHECK_SIGNATURE, "an odd 65th octet is dropped" },
	{ "zeros behind the signature", CJOSE, CHECK_SIGNATURE, "an odd 65th octet is dropped" },
	{ "R and S in more octets", CJOSE, CHECK_SIGNATURE, "R and S of any length" },
	{ "leading zero left out", CJOSE | LIBJOSE, CHECK_SIGNATURE,
		"PSS: shorter than the modulus (RFC 8017 8.1.2), as OpenSSL takes it" },
	/* The header decides what the key should have decided (RFC 8725 3.1, 3.11). */
	{ "other curve", CJOSE | LIBJOSE, CHECK_KEY, "ES256 with P-384 (RFC 7518 3.4)" },
	{ "other alg", LIBJOSE, CHECK_HEADER, "ES256K with P-256 (RFC 8812 3.2), on Debian 13" },
	{ "other alg and its signature", CJOSE, CHECK_KEY, "the key's alg is not looked at" },
	{ "other alg and its signature", LIBJOSE, CHECK_KEY, "algorithms compared with <" },
	{ "key for another alg", CJOSE, CHECK_KEY, "the key's alg is not looked at" },
	{ "key for another alg", LIBJOSE, CHECK_KEY, "algorithms compared with <" },
	{ "key for encryption", CJOSE, CHECK_KEY, "use is not looked at (RFC 7517 4.2)" },
	{ "key_ops without verify", CJOSE, CHECK_KEY, "key_ops is not looked at (4.3)" },
	{ "weak RSA", CJOSE, CHECK_KEY, "fewer than 2048 bits (RFC 7518 3.3, 3.5)" },
	{ "long coordinate", LIBJOSE, CHECK_KEY, "33 octets for P-256 (RFC 7518 6.2.1.2)" },
	/* Two readers of one token must not read two things. */
	{ "member twice", CJOSE | LIBJOSE, CHECK_HEADER, "the last wins (RFC 7515 5.2)" },
	{ "crit", CJOSE | LIBJOSE, CHECK_HEADER, "ignored, must be understood (4.1.11)" },
	{ "b64", CJOSE | LIBJOSE, CHECK_HEADER, "ignored, with or without crit (RFC 7797 6)" },

	{ "key brought along", CJOSE | LIBJOSE, CHECK_HEADER, "ours: no such member, ever" },
	{ "other typ", CJOSE | LIBJOSE, CHECK_HEADER, "ours: a type of its own (RFC 8725 3.11)" },
	{ "other kid", CJOSE | LIBJOSE, CHECK_KEY, "the caller finds the key" },
	{ "deep", CJOSE | LIBJOSE, CHECK_HEADER, "ours: not nested deeper than 16" },
	{ "too long", CJOSE | LIBJOSE, CHECK_FORM, "ours: at most 16 KiB" },
	{ "secret in a public key", CJOSE | LIBJOSE, CHECK_KEY, "the caller's key" },
	{ "no answer", CJOSE | LIBJOSE, CHECK_JSON, "the caller reads the payload" },
	{ "letters put in and signed", CJOSE | LIBJOSE, CHECK_JSON,
		"the caller reads the payload" },
};

static struct {
	size_t tokens, accepted, excess[PEERS];
} tally;

struct subject subject_of_jwk(enum jws_algorithm algorithm, struct signer *signer, json_t *jwk)
{
	struct subject subject = { .algorithm = algorithm, .signer = signer };
	char *text = json_dumps(jwk, JSON_COMPACT), *set = sign_jwks_text(json_pack("[O]", jwk));

	assert_non_null(text);
	subject.peer_key = peer_key_new(text);
	subject.keys = key_set_parse(set, strlen(set), NULL, NULL);
	json_decref(jwk);
	free(text);
	free(set);
	return subject;
}

struct subject subject_new(enum jws_algorithm algorithm)
{
	struct signer *signer = signer_new(algorithm, COMPARE_KID);
	struct subject subject = subject_of_jwk(algorithm, signer, signer_jwk(signer));

	assert_non_null(subject.keys);
	subject.other = signer_new(algorithm, COMPARE_KID);
	return subject;
}

void subject_drop(struct subject *subject)
{
	signer_free(subject->signer);
	signer_free(subject->other);
	key_set_unref(subject->keys);
	peer_key_free(subject->peer_key);
}

static bool is_known_excess(const char *family, enum peer peer, enum answer_check failed)
{
	for (size_t i = 0; i < ARRAY_LEN(excesses); i++) {
		if (strcmp(excesses[i].family, family) != 0 || excesses[i].failed != failed ||
			(excesses[i].peers & 1U << peer) == 0)
			continue;
		excesses[i].seen[peer]++;
		return true;
	}
	return false;
}

/* cmocka cuts long messages. */
static void show(const struct subject *subject, const char *token, size_t len)
{
	json_t *jwk = signer_jwk(subject->signer);
	char *text = json_dumps(jwk, JSON_COMPACT);

	(void)fprintf(stderr, "owner's key: %s\ntoken: %.*s\n", text, (int)len, token);
	free(text);
	json_decref(jwk);
}

static void compare_with(enum peer peer, const struct subject *subject, const char *family,
	const char *token, size_t len, enum answer_check failed)
{
	bool accepts = peer_accepts(peer, subject->peer_key, token, len);

	if (failed == CHECK_NONE && !accepts && peers_know(subject->algorithm)) {
		show(subject, token, len);
		fail_msg("%s: %s refuses what we accept", family, peer_name(peer));
	}
	if (failed == CHECK_NONE || !accepts)
		return;
	tally.excess[peer]++;
	if (!is_known_excess(family, peer, failed)) {
		show(subject, token, len);
		fail_msg("%s: %s accepts what fails our check %d (%s), and no row says so", family,
			peer_name(peer), (int)failed, answer_check_name(failed));
	}
}

static enum answer_check judge(
	const struct subject *subject, const char *family, const char *token, size_t len)
{
	struct answer answer;
	enum answer_check failed =
		expect_octets(token, len, subject->keys, &right_expectation, &answer);

	tally.tokens++;
	tally.accepted += failed == CHECK_NONE;
	for (enum peer peer = 0; peer < PEERS; peer++)
		compare_with(peer, subject, family, token, len, failed);
	return failed;
}

void compare_octets(
	const struct subject *subject, const char *family, const char *token, size_t len)
{
	if (judge(subject, family, token, len) != CHECK_NONE)
		return;
	show(subject, token, len);
	fail_msg("%s: we accept it, and so do the others", family);
}

void compare(const struct subject *subject, const char *family, char *token)
{
	compare_octets(subject, family, token, strlen(token));
	free(token);
}

void compare_right(const struct subject *subject, const char *family, char *token)
{
	enum answer_check failed = judge(subject, family, token, strlen(token));

	if (failed != CHECK_NONE) {
		show(subject, token, strlen(token));
		fail_msg("%s: a right token fails our check %d (%s)", family, (int)failed,
			answer_check_name(failed));
	}
	free(token);
}

void compare_report(void)
{
	print_message("# %zu tokens, %zu accepted by us; refused by us, but accepted by",
		tally.tokens, tally.accepted);
	for (enum peer peer = 0; peer < PEERS; peer++)
		print_message(" %s: %zu", peer_name(peer), tally.excess[peer]);
	print_message("\n");
	for (size_t i = 0; i < ARRAY_LEN(excesses); i++) {
		for (enum peer peer = 0; peer < PEERS; peer++) {
			if ((excesses[i].peers & 1U << peer) != 0 && excesses[i].seen[peer] == 0)
				print_message("# %s no longer does: %s, check %d (%s)\n",
					peer_name(peer), excesses[i].family,
					(int)excesses[i].failed, excesses[i].why);
		}
	}
}
