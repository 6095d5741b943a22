/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_card.h - an issuer and a holder for tests: right presentations of a card, and wrong ones of
 * every sort. JSON is written with ' for ". What is returned is the caller's to free.
 */
#ifndef MIGRANTID_TEST_A_CARD_H
#define MIGRANTID_TEST_A_CARD_H

#include "answer/credential.h"
#include "sign.h"

#define CARD_NOW INT64_C(1796119200) /* 2026-12-01T10:00:00Z */
#define CARD_ISSUER "https://cards.example"
#define CARD_VCT "urn:example:migrant-id:1"
#define CARD_AUDIENCE "operator-example/shop-17"
#define CARD_NONCE "sale-0001"
#define CARD_LIST "https://cards.example/status/1"
#define CARD_DISCLOSURES_MAX 24

/* Whatever is NULL is as with a right card. */
struct card_recipe {
	const struct signer *issuer, *holder; /* never NULL */
	const struct signer *bound_to; /* whose key is in cnf; NULL: the holder's */
	const char *header,
		*claims; /* of the issuer, laid over the right ones by sign_laid_over() */
	/*
	 * In claims and disclosures the text '@A' is the digest of the first disclosure, '@B' that
	 * of the second; a disclosure may name only those before it. '=..' is one that is presented
	 * as it stands and has no JSON.
	 */
	const char *disclosures[CARD_DISCLOSURES_MAX + 1];
	const char *shown; /* which of them are presented, in this order: "BA"; NULL: all */
	const char *binding_header, *binding; /* laid over; binding "": none is there */
};

char *card_present(const struct card_recipe *recipe);

/* `presented`, which ends in '~', with a binding of the holder's behind it. */
char *card_bind(
	const struct signer *holder, const char *presented, const char *header, const char *claims);

/* A status list with these claims laid over the right ones; lst is of two octets, b9 a3. */
char *card_status_list(const struct signer *issuer, const char *header, const char *claims);

extern const struct credential_expectation card_expectation; /* what a right card meets */

#endif
