/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sale_mrz.c - the machine-readable zone of a request, and whether it and the rest agree. */
#include <string.h>

#include "rules/sale_internal.h"

/* Wider than country_is_nationality(): in the laissez-passer of an organisation its own code stands
 * for "one of its officials" (Doc 9303-3 section 5, parts C and D). */
static bool may_stand_as_nationality(const char *code)
{
	return country_is_nationality(code) || country_is_issuer(code);
}

static bool read_mrz(const struct sale_values *request, const struct sale_options *options,
	struct sale *out, struct sale_fault *fault)
{
	enum mrz_field field = MRZ_FIELD_NONE;

	switch (mrz_parse(request->values[ATTR_MRZ], request->count[ATTR_MRZ], &out->mrz, &field)) {
	case MRZ_OK:
		break;
	case MRZ_BAD_CHECK_DIGIT:
		return sale_at_fault(fault, REASON_MRZ_CHECK_DIGIT, ATTR_MRZ, field);
	case MRZ_BAD_LINES:
	case MRZ_BAD_CHARACTER:
	case MRZ_VISA:
	case MRZ_BAD_FIELD:
		return sale_at_fault(fault, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, field);
	}
	if (!sale_state_allowed(out->mrz.document.issuer, options, country_is_issuer))
		return sale_at_fault(fault, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, MRZ_ISSUER);
	if (!sale_state_allowed(out->mrz.nationality, options, may_stand_as_nationality))
		return sale_at_fault(fault, REASON_ATTRIBUTE_INVALID, ATTR_MRZ, MRZ_NATIONALITY);
	out->mrz.document.expiry = mrz_expiry(&out->mrz, &options->today);
	return true;
}

static bool differ(const char *told, const char *shown)
{
	return told[0] != '\0' && strcmp(told, shown) != 0;
}

/* Only the first letter: second letters were optional for long, and shops shorten them. A kind of
 * the rules file is not in an MRZ and cannot disagree with one. */
static bool types_differ(const char *told, const char *shown)
{
	bool code = told[0] >= 'A' && told[0] <= 'Z';

	return code && told[0] != shown[0];
}

/* An organisation's laissez-passer shows its own code in this place: that says nothing of the
 * holder's nationality. A code that is on no list is one of the operator's, a state's. */
static bool shows_nationality(const struct mrz *mrz)
{
	return country_is_nationality(mrz->nationality) ||
	       country_lookup(mrz->nationality) == COUNTRY_UNKNOWN;
}

/* As the shop wrote it: the canonical form no longer tells a Cyrillic letter from a Latin one. */
static bool numbers_differ(const struct sale_values *request, const struct document *shown)
{
	struct span told = request->values[ATTR_DOCUMENT_NUMBER][0];

	return told.len > 0 && !document_number_agrees(told.data, told.len, shown->number);
}

/* What the shop typed and what the document shows have to be one person's. */
static bool check_agreement(
	const struct sale_values *request, const struct sale *sale, struct sale_fault *fault)
{
	const struct person *told = &sale->person;
	const struct mrz *mrz = &sale->mrz;
	const struct document *shown = &mrz->document;
	const struct {
		bool disagrees;
		enum attribute attribute;
		enum mrz_field field;
	} rows[] = {
		{ types_differ(told->document.type, shown->type), ATTR_DOCUMENT_TYPE,
			MRZ_DOCUMENT_CODE },
		{ differ(told->document.issuer, shown->issuer), ATTR_DOCUMENT_ISSUER, MRZ_ISSUER },
		{ numbers_differ(request, shown), ATTR_DOCUMENT_NUMBER, MRZ_NUMBER },
		{ date_is_set(&told->document.expiry) &&
				!mrz_expiry_agrees(mrz, &told->document.expiry),
			ATTR_DOCUMENT_EXPIRY, MRZ_EXPIRY },
		{ shows_nationality(mrz) && differ(told->nationality, mrz->nationality),
			ATTR_NATIONALITY, MRZ_NATIONALITY },
		{ date_is_set(&told->birth) && !mrz_birth_agrees(mrz, &told->birth),
			ATTR_DATE_OF_BIRTH, MRZ_BIRTH },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (rows[i].disagrees)
			return sale_at_fault(
				fault, REASON_MRZ_MISMATCH, rows[i].attribute, rows[i].field);
	return true;
}

/*
 * The date of birth is never filled: an MRZ has no century. Of the expiry's two centuries, should
 * the shop have told another one, the nearest counts: what ended in 1999 does not end in 2099.
 */
static void fill_from_mrz(struct sale *sale)
{
	const struct mrz *mrz = &sale->mrz;
	struct document *document = &sale->person.document;

	if (document->type[0] == '\0')
		memcpy(document->type, mrz->document.type, sizeof(document->type));
	if (document->issuer[0] == '\0')
		memcpy(document->issuer, mrz->document.issuer, sizeof(document->issuer));
	if (document->number[0] == '\0')
		memcpy(document->number, mrz->document.number, sizeof(document->number));
	if (date_is_set(&mrz->document.expiry))
		document->expiry = mrz->document.expiry;
	if (sale->person.nationality[0] == '\0' && shows_nationality(mrz))
		memcpy(sale->person.nationality, mrz->nationality,
			sizeof(sale->person.nationality));
}

bool sale_read_mrz(const struct sale_values *request, const struct sale_options *options,
	struct sale *out, struct sale_fault *fault)
{
	if (!read_mrz(request, options, out, fault) || !check_agreement(request, out, fault))
		return false;
	fill_from_mrz(out);
	return true;
}
