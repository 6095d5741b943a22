/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * sale.h - one SIM sale as it was asked about: from attributes of a request to checked,
 * canonical fields, or to the name of the attribute that is at fault.
 *
 * A sale holds a person's data; sale_clear() it as soon as it is decided. No I/O, no allocation,
 * thread-safe.
 */
#ifndef MIGRANTID_SALE_H
#define MIGRANTID_SALE_H

#include "base/base.h"
#include "person/document.h"
#include "person/mrz.h"
#include "rules/card.h"
#include "rules/vocabulary.h"

/*
 * What a request may carry: X(symbol, number in the dictionary (0: a standard attribute), name,
 * longest value in octets, how many at most).
 */
#define SALE_ATTRIBUTES(X)                                                                         \
	X(ATTR_SALE_ID, 1, "MigrantID-Sale-Id", 64, 1)                                             \
	X(ATTR_SUBJECT_TOKEN, 2, "MigrantID-Subject-Token", 240, 1)                                \
	X(ATTR_DOCUMENT_TYPE, 3, "MigrantID-Document-Type", 32, 1)                                 \
	X(ATTR_DOCUMENT_ISSUER, 4, "MigrantID-Document-Issuer", 8, 1)                              \
	X(ATTR_DOCUMENT_NUMBER, 5, "MigrantID-Document-Number", 48, 1)                             \
	X(ATTR_DOCUMENT_EXPIRY, 6, "MigrantID-Document-Expiry", 10, 1)                             \
	X(ATTR_NATIONALITY, 7, "MigrantID-Nationality", 8, 1)                                      \
	X(ATTR_DATE_OF_BIRTH, 8, "MigrantID-Date-of-Birth", 10, 1)                                 \
	X(ATTR_MRZ, 9, "MigrantID-MRZ", 128, 3)                                                    \
	X(ATTR_ACCREDITATION, 10, "MigrantID-Accreditation", 64, 1)                                \
	X(ATTR_ACCREDITATION_EXPIRY, 11, "MigrantID-Accreditation-Expiry", 10, 1)                  \
	X(ATTR_CONSENT_TEXT, 12, "MigrantID-Consent-Text", 64, 1)                                  \
	X(ATTR_LANGUAGE, 13, "MigrantID-Language", 247, 1)                                         \
	X(ATTR_ACCEPT_CHALLENGE, 14, "MigrantID-Accept-Challenge", 3, 1)                           \
	X(ATTR_CREDENTIAL, 15, "MigrantID-Credential", 3000, 16)                                   \
	X(ATTR_PLAIN_SUBJECT_TOKEN, 102, "MigrantID-Plain-Subject-Token", 240, 1)                  \
	X(ATTR_PLAIN_DOCUMENT_NUMBER, 105, "MigrantID-Plain-Document-Number", 48, 1)               \
	X(ATTR_PLAIN_DATE_OF_BIRTH, 108, "MigrantID-Plain-Date-of-Birth", 10, 1)                   \
	X(ATTR_PLAIN_MRZ, 109, "MigrantID-Plain-MRZ", 128, 3)                                      \
	X(ATTR_STATE, 0, "State", 253, 1)

#define AS_MEMBER(symbol, number, name, longest, most) symbol,
enum attribute { ATTR_NONE, SALE_ATTRIBUTES(AS_MEMBER) ATTRIBUTES };
#undef AS_MEMBER

/*
 * The attributes that are hidden on the wire (encrypt=1), each with its unhidden twin: the same
 * for clients that cannot hide, on a way that is protected otherwise. X(hidden, twin).
 */
#define HIDDEN_ATTRIBUTES(X)                                                                       \
	X(ATTR_SUBJECT_TOKEN, ATTR_PLAIN_SUBJECT_TOKEN)                                            \
	X(ATTR_DOCUMENT_NUMBER, ATTR_PLAIN_DOCUMENT_NUMBER)                                        \
	X(ATTR_DATE_OF_BIRTH, ATTR_PLAIN_DATE_OF_BIRTH)                                            \
	X(ATTR_MRZ, ATTR_PLAIN_MRZ)

/* One attribute of a request; the value is borrowed. Accept-Challenge's value is "Yes" or "No". */
struct sale_field {
	enum attribute attribute;
	struct span value;
};

/* Why a sale could not be read. Never holds a value of the request. */
struct sale_fault {
	enum reason reason; /* REASON_NONE: no fault */
	enum attribute attribute; /* the one at fault */
	enum mrz_field mrz_field; /* for the MRZ reasons */
};

#define SALE_ID_MAX 64
#define SUBJECT_TOKEN_MAX 240
#define CONSENT_TEXT_MAX 64
#define LANGUAGE_MAX 247 /* octets: a tag, or a list of them as browsers send it */
#define SHOP_MAX 253
#define STATE_MAX 253
#define CREDENTIAL_TEXT_MAX 3000 /* octets of all its pieces */

struct sale {
	struct person person; /* filled from attributes, else from the MRZ */
	struct mrz mrz; /* kind MRZ_NONE: none was shown */
	char id[SALE_ID_MAX + 1]; /* the shop's id of this sale; "" if none */
	char shop[SHOP_MAX + 1]; /* as the server knows it, never as the sender says */
	char token[SUBJECT_TOKEN_MAX + 1]; /* one-use token of the shop's terminal; "" if none */
	char accreditation[ACCREDITATION_MAX + 1]; /* kind, "" if none */
	struct date accreditation_expiry; /* year 0: not told */
	char consent_text[CONSENT_TEXT_MAX + 1]; /* "" if none */
	uint8_t state[STATE_MAX]; /* State of an earlier challenge */
	size_t state_len; /* 0: none */
	bool accept_challenge;
	char credential[CREDENTIAL_TEXT_MAX + 1]; /* a card as it was presented; "" if none */
	const struct card *card; /* what it says, once it counts; borrowed; NULL: nothing */
	uint32_t plain; /* 1 << attribute, of the hidden ones that came as their twins */
};

struct sale_options {
	bool allow_specimen; /* UTO is accepted: for tests only */
	bool plain_allowed; /* the request came by a way on which twins and cards are taken */
	struct date today; /* in the operator's time zone; full */
	const struct country_codes
		*codes; /* states besides Doc 9303's: rules_codes(); NULL: none */
};

/* Name as in the dictionary; "" for ATTR_NONE. Number: 0 for a standard attribute. */
const char *attribute_name(enum attribute attribute);

/* Under which name the sale was told something: the twin of an attribute, where that came. */
enum attribute sale_told(const struct sale *sale, enum attribute attribute);

/* True for what anybody on the way could read: it is taken by protected ways alone. */
bool sale_wants_protection(enum attribute attribute);

/*
 * True for what nobody can have meant: no UTF-8, or control characters in it. That is how a hidden
 * value comes out that was not hidden, was hidden under another secret, or by a proxy for itself.
 */
bool sale_value_is_noise(struct span value);

/*
 * Read and check the fields of a request into *out. Everything that a decision may need is checked,
 * whether or not a rule will need it: a repeated, empty, over-long, non-UTF-8, ill-formed or
 * contradictory attribute is a fault, and so is a date of birth that lies ahead, a twin that is not
 * allowed or stands beside what it is the twin of, a card where no twin is allowed, beside a token
 * or without a sale id, and, before all others, noise in a hidden one. Whether a card is worth
 * anything is not looked at: `card` is the caller's to set.
 * The language of the reply is not looked at: it decides nothing. What is absent is no fault: that
 * is evaluate()'s to say, after the rules. False with *fault filled, and *out cleared.
 */
MUST_CHECK bool sale_read(const struct sale_field *fields, size_t count,
	const struct sale_options *options, struct sale *out, struct sale_fault *fault);

/* Clear a person's data from memory (explicit_bzero: it is large). */
void sale_clear(struct sale *sale);

#endif
