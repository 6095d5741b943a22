/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/shown_card.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

_Static_assert(CREDENTIAL_TEXT_MAX == CREDENTIAL_MAX_LEN, "one bound of a presentation");

#define AUDIENCE_MAX (255 + 1 + SHOP_MAX) /* operator.id, '/', the shop */
#define AGE_OVER "age_over_"

/* A claim says what an attribute would say, and is read by the same rules. */
static const struct {
	const char *claim;
	enum attribute attribute;
} text_claims[] = {
	{ "nationality", ATTR_NATIONALITY },
	{ "birthdate", ATTR_DATE_OF_BIRTH },
	{ "document_type", ATTR_DOCUMENT_TYPE },
	{ "document_issuer", ATTR_DOCUMENT_ISSUER },
	{ "document_number", ATTR_DOCUMENT_NUMBER },
	{ "accreditation", ATTR_ACCREDITATION },
	{ "accreditation_expiry", ATTR_ACCREDITATION_EXPIRY },
};

/* Up to three digits; -1 for anything else. */
static int years_of(const char *text)
{
	int years = 0;
	size_t len = strspn(text, "0123456789");

	if (len == 0 || len > 3 || text[len] != '\0')
		return -1;
	for (; *text != '\0'; text++)
		years = 10 * years + (*text - '0');
	return years;
}

/* Of a card with more of them than there is room for, none is known. */
static bool read_age(const char *years, const json_t *reached, struct card *out)
{
	if (years_of(years) < 0 || !json_is_boolean(reached))
		return true;
	if (out->age_count == CARD_AGES_MAX)
		return false;
	out->ages[out->age_count++] =
		(struct card_age){ years_of(years), json_boolean_value(reached) };
	return true;
}

/* age_equal_or_over.6, and age_over_06 */
static void read_ages(json_t *claims, struct card *out)
{
	json_t *nested = json_object_get(claims, "age_equal_or_over"), *value;
	const char *name;
	bool fit = true;

	json_object_foreach(nested, name, value) fit = fit && read_age(name, value, out);
	json_object_foreach(claims, name, value)
	{
		if (strncmp(name, AGE_OVER, strlen(AGE_OVER)) == 0)
			fit = fit && read_age(name + strlen(AGE_OVER), value, out);
	}
	if (!fit)
		out->age_count = 0;
}

/* False: a claim is not what a shop could have told. */
static bool read_texts(json_t *claims, const struct sale_options *options, struct card *out)
{
	struct sale_field fields[ARRAY_LEN(text_claims)];
	struct sale_fault fault;
	struct sale said;
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LEN(text_claims); i++) {
		const json_t *value = json_object_get(claims, text_claims[i].claim);

		if (value == NULL)
			continue;
		if (!json_is_string(value))
			return false;
		fields[count++] = (struct sale_field){ text_claims[i].attribute,
			{ json_string_value(value), json_string_length(value) } };
	}
	if (!sale_read(fields, count, options, &said, &fault))
		return false;
	out->person = said.person;
	memcpy(out->accreditation, said.accreditation, sizeof(out->accreditation));
	out->accreditation_expiry = said.accreditation_expiry;
	sale_clear(&said);
	return true;
}

static bool same_date(const struct date *one, const struct date *other)
{
	return one->year == other->year && one->month == other->month && one->day == other->day;
}

/* A Doc 9303 code counts by its first letter, as in the pseudonym. */
static bool same_type(const char *told, const char *shown)
{
	return told[0] >= 'A' && told[0] <= 'Z' ? told[0] == shown[0] : strcmp(told, shown) == 0;
}

static bool fits(const char *sent, const char *shown)
{
	return sent[0] == '\0' || strcmp(sent, shown) == 0;
}

static bool fits_birth(const struct sale *sale, const struct date *shown)
{
	const struct mrz *mrz = &sale->mrz;

	if (date_is_set(&sale->person.birth) && !same_date(&sale->person.birth, shown))
		return false;
	return mrz->kind == MRZ_NONE || mrz->birth_year < 0 ||
	       (date_is_set(shown) && mrz_birth_agrees(mrz, shown));
}

/* What was sent, and what its MRZ shows, has agreed already and stands in the sale. */
static bool is_of_document(const struct sale *sale, const struct person *shown)
{
	const struct person *sent = &sale->person;

	return (sent->document.type[0] == '\0' ||
		       same_type(sent->document.type, shown->document.type)) &&
	       fits(sent->document.issuer, shown->document.issuer) &&
	       fits(sent->document.number, shown->document.number) &&
	       fits(sent->nationality, shown->nationality) && fits_birth(sale, &shown->birth);
}

static enum reason reason_of(const struct credential_finding *found)
{
	if (strcmp(found->why, "revoked") == 0)
		return REASON_CREDENTIAL_REVOKED;
	return strcmp(found->why, "suspended") == 0 ? REASON_CREDENTIAL_SUSPENDED
						    : REASON_CREDENTIAL_INVALID;
}

static void does_not(struct shown_card *out, enum reason reason, const char *why)
{
	OPENSSL_cleanse(&out->card, sizeof(out->card));
	out->reason = reason;
	out->why = why;
}

static void read_card(const struct card_rules *by, const struct sale *sale,
	const struct credential *credential, struct shown_card *out)
{
	out->issued_at = credential->issued_at;
	out->card.bearer_allowed = by->settings->bearer_exemptions && credential->bound;
	read_ages(credential->claims, &out->card);
	if (!read_texts(credential->claims, by->options, &out->card))
		does_not(out, REASON_CREDENTIAL_INVALID, "claims-unreadable");
	else if (!is_of_document(sale, &out->card.person))
		does_not(out, REASON_DOCUMENT_MISMATCH, "another-document");
	else
		out->counts = true;
}

void shown_card_look(const struct card_rules *by, const struct sale *sale, struct shown_card *out)
{
	struct credential credential CLEANUP(credential_clear) = { .claims = NULL };
	char audience[AUDIENCE_MAX + 1];
	struct credential_finding found;

	memset(out, 0, sizeof(*out));
	if (by->policy == NULL) {
		does_not(out, REASON_NONE, "not-enabled");
		return;
	}
	(void)snprintf(audience, sizeof(audience), "%s/%s", by->settings->operator_id, sale->shop);
	found = card_policy_verify(by->policy,
		(struct span){ sale->credential, strlen(sale->credential) }, audience, sale->id,
		by->now, &credential);
	if (found.failed == CREDENTIAL_SOUND) {
		read_card(by, sale, &credential, out);
		return;
	}
	out->failed = found.failed;
	does_not(out, reason_of(&found), found.why);
}

void shown_card_clear(struct shown_card *shown)
{
	OPENSSL_cleanse(shown, sizeof(*shown));
}

bool shown_card_may_decide(const struct shown_card *shown, const struct settings *settings,
	const struct sale *sale, const struct date *today)
{
	const struct date *expiry = &sale->person.document.expiry;
	const struct person *person = &shown->card.person;

	return settings->credential_decides && shown->counts && card_names_document(&shown->card) &&
	       person->nationality[0] != '\0' && date_is_set(&person->birth) &&
	       (!date_is_set(expiry) || date_compare(expiry, today) >= 0);
}
