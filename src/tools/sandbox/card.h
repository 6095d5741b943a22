/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * card.h - a digital ID card of a made-up person, as its issuer signs it and its holder shows it:
 * an SD-JWT with key binding (RFC 9901). Written apart from the code that verifies one.
 */
#ifndef SANDBOX_CARD_H
#define SANDBOX_CARD_H

#include "person_entry.h"
#include "signer.h"

#define CARD_DISCLOSURES_MAX 16

struct card_terms {
	const struct signing_key *issuer_key;
	const struct signing_key *holder_key; /* NULL: a printed card, which is bound to none */
	const char *issuer, *vct;
	const char *status_uri; /* NULL: without a status */
	size_t status_index;
	int64_t issued_at, expires_at; /* seconds since 1970 */
};

struct card_disclosure {
	const char *path; /* "nationality", "age_equal_or_over.6" */
	char *text; /* base64url */
};

struct card {
	char *token; /* the issuer's JWT */
	struct card_disclosure disclosures[CARD_DISCLOSURES_MAX];
	size_t count;
};

/* False if memory or OpenSSL fails; card_clear() it in both cases. */
MUST_CHECK bool card_issue(
	const struct card_terms *terms, const struct person_document *document, struct card *out);
void card_clear(struct card *card);

/*
 * What is shown to somebody who may know of `list`: paths with commas between them, "document" and
 * "age" for all that belong to it, "all", "none". To be freed, and NULL with *unknown: the word in
 * the list (to its comma) that this card has nothing for; NULL with *unknown NULL: no memory.
 */
MUST_CHECK char *card_show(const struct card *card, const char *list, const char **unknown);

/* `shown` with the holder's signature for this audience and nonce; to be freed, NULL: it failed. */
MUST_CHECK char *card_bind(const char *shown, const struct signing_key *holder_key,
	const char *audience, const char *nonce, int64_t at);

#endif
