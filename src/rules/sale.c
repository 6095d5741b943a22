/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/sale.h"

#include <string.h>

#include "rules/sale_internal.h"
#include "rules/text.h"

static const struct {
	const char *name;
	size_t longest, most;
} attributes[ATTRIBUTES] = {
#define AS_ROW(symbol, number, name, longest, most) [symbol] = { name, longest, most },
	SALE_ATTRIBUTES(AS_ROW)
#undef AS_ROW
};

/* What read_value() copies whole has to fit where it goes. */
#define AS_LONGEST(symbol, number, name, longest, most) symbol##_LONGEST = longest,
enum { SALE_ATTRIBUTES(AS_LONGEST) };
#undef AS_LONGEST
_Static_assert(ATTR_SALE_ID_LONGEST == SALE_ID_MAX, "sale id");
_Static_assert(ATTR_SUBJECT_TOKEN_LONGEST == SUBJECT_TOKEN_MAX, "subject token");
_Static_assert(ATTR_ACCREDITATION_LONGEST == ACCREDITATION_MAX, "accreditation");
_Static_assert(ATTR_CONSENT_TEXT_LONGEST == CONSENT_TEXT_MAX, "consent text");
_Static_assert(ATTR_LANGUAGE_LONGEST == LANGUAGE_MAX, "language");
_Static_assert(ATTR_STATE_LONGEST == STATE_MAX, "state");
_Static_assert(ATTR_CREDENTIAL_LONGEST == CREDENTIAL_TEXT_MAX, "credential");

#define AS_ASSERTION(symbol, number, name, longest, most)                                          \
	_Static_assert((most) <= SALE_VALUES_MAX, name);
SALE_ATTRIBUTES(AS_ASSERTION)
#undef AS_ASSERTION

/* For what each attribute stands: a twin for the hidden one, any other for itself (ATTR_NONE). */
static const enum attribute hidden_of[ATTRIBUTES] = {
#define AS_ROW(hidden, twin) [twin] = hidden,
	HIDDEN_ATTRIBUTES(AS_ROW)
#undef AS_ROW
};

static const enum attribute twin_of[ATTRIBUTES] = {
#define AS_ROW(hidden, twin) [hidden] = twin,
	HIDDEN_ATTRIBUTES(AS_ROW)
#undef AS_ROW
};
_Static_assert(ATTRIBUTES <= 32, "sale.plain has a bit for each");

static bool is_known(enum attribute attribute)
{
	return attribute > ATTR_NONE && attribute < ATTRIBUTES;
}

const char *attribute_name(enum attribute attribute)
{
	return is_known(attribute) ? attributes[attribute].name : "";
}

enum attribute sale_told(const struct sale *sale, enum attribute attribute)
{
	if (!is_known(attribute) || (sale->plain & UINT32_C(1) << attribute) == 0)
		return attribute;
	return twin_of[attribute];
}

bool sale_at_fault(struct sale_fault *fault, enum reason reason, enum attribute attribute,
	enum mrz_field field)
{
	*fault = (struct sale_fault){ reason, attribute, field };
	return false;
}

static bool invalid(struct sale_fault *fault, enum attribute attribute)
{
	return sale_at_fault(fault, REASON_ATTRIBUTE_INVALID, attribute, MRZ_FIELD_NONE);
}

bool sale_wants_protection(enum attribute attribute)
{
	return is_known(attribute) &&
	       (hidden_of[attribute] != ATTR_NONE || attribute == ATTR_CREDENTIAL);
}

bool sale_value_is_noise(struct span value)
{
	return !text_is_plain(value.data, value.len);
}

/* Before all else: no correction of any field mends that. */
static bool is_readable(const struct sale_field *fields, size_t count, struct sale_fault *fault)
{
	for (size_t i = 0; i < count; i++)
		if (is_known(fields[i].attribute) && twin_of[fields[i].attribute] != ATTR_NONE &&
			sale_value_is_noise(fields[i].value))
			return sale_at_fault(fault, REASON_ATTRIBUTE_UNREADABLE,
				fields[i].attribute, MRZ_FIELD_NONE);
	return true;
}

/* A twin is taken only instead of what it is the twin of. */
static bool note_twin(enum attribute attribute, const struct sale_values *request, struct sale *out)
{
	uint32_t bit = UINT32_C(1) << hidden_of[attribute];

	if (request->count[hidden_of[attribute]] > 0 && (out->plain & bit) == 0)
		return false;
	out->plain |= bit;
	return true;
}

static bool sort_field(const struct sale_field *field, const struct sale_options *options,
	struct sale_values *request, struct sale *out, struct sale_fault *fault)
{
	enum attribute a = field->attribute;

	if (sale_wants_protection(a) && !options->plain_allowed)
		return invalid(fault, a);
	if (hidden_of[a] != ATTR_NONE) {
		if (!note_twin(a, request, out))
			return invalid(fault, a);
		a = hidden_of[a];
	} else if (sale_told(out, a) != a) {
		return invalid(fault, a); /* its twin has come already */
	}
	if (request->count[a] == attributes[a].most || field->value.len == 0 ||
		field->value.len > attributes[a].longest)
		return invalid(fault, a);
	request->values[a][request->count[a]++] = field->value;
	return true;
}

static bool sort_fields(const struct sale_field *fields, size_t count,
	const struct sale_options *options, struct sale_values *request, struct sale *out,
	struct sale_fault *fault)
{
	for (size_t i = 0; i < count; i++) {
		if (!is_known(fields[i].attribute))
			return invalid(fault, ATTR_NONE);
		if (fields[i].attribute == ATTR_LANGUAGE)
			continue; /* a reply's text is no reason to lose a sale */
		if (!sort_field(&fields[i], options, request, out, fault))
			return false;
	}
	return true;
}

bool sale_state_allowed(
	const char *code, const struct sale_options *options, bool (*may_be)(const char *code))
{
	switch (country_lookup(code)) {
	case COUNTRY_STATE:
	case COUNTRY_DOC9303:
		return may_be(code);
	case COUNTRY_SPECIMEN:
		return options->allow_specimen && may_be(code);
	case COUNTRY_UNKNOWN:
		break;
	}
	return country_codes_hold(options->codes, code);
}

static bool read_state(struct span value, const struct sale_options *options,
	bool (*may_be)(const char *code), char out[COUNTRY_LEN + 1])
{
	return country_canonical(value.data, value.len, out) &&
	       sale_state_allowed(out, options, may_be);
}

static bool read_birth(struct span value, const struct sale_options *options, struct date *out)
{
	return date_parse(value.data, value.len, true, out) && !date_is_ahead(out, &options->today);
}

static bool copy_if(bool well_formed, struct span value, char *out)
{
	if (well_formed) {
		memcpy(out, value.data, value.len);
		out[value.len] = '\0';
	}
	return well_formed;
}

static bool copy_plain(struct span value, char *out)
{
	return copy_if(text_is_plain(value.data, value.len), value, out);
}

static bool read_yes_no(struct span value, bool *out)
{
	*out = value.len == 3 && memcmp(value.data, "Yes", 3) == 0;
	return *out || (value.len == 2 && memcmp(value.data, "No", 2) == 0);
}

/* Its pieces in the order in which they came. */
static bool read_credential(struct span value, char out[CREDENTIAL_TEXT_MAX + 1])
{
	size_t len = strlen(out);

	return value.len <= CREDENTIAL_TEXT_MAX - len &&
	       copy_if(text_is_token(value.data, value.len), value, out + len);
}

static bool read_value(enum attribute attribute, struct span value,
	const struct sale_options *options, struct sale *out)
{
	struct document *document = &out->person.document;

	switch (attribute) {
	case ATTR_SALE_ID:
		return copy_plain(value, out->id);
	case ATTR_SUBJECT_TOKEN:
		return copy_if(text_is_token(value.data, value.len), value, out->token);
	case ATTR_DOCUMENT_TYPE:
		return document_type_canonical(value.data, value.len, document->type);
	case ATTR_DOCUMENT_ISSUER:
		return read_state(value, options, country_is_issuer, document->issuer);
	case ATTR_DOCUMENT_NUMBER:
		return document_number_canonical(value.data, value.len, document->number);
	case ATTR_DOCUMENT_EXPIRY:
		return date_parse(value.data, value.len, false, &document->expiry);
	case ATTR_NATIONALITY:
		return read_state(value, options, country_is_nationality, out->person.nationality);
	case ATTR_DATE_OF_BIRTH:
		return read_birth(value, options, &out->person.birth);
	case ATTR_MRZ:
		return true; /* its lines are read together: read_mrz() */
	case ATTR_ACCREDITATION:
		return copy_if(text_is_word(value.data, value.len), value, out->accreditation);
	case ATTR_ACCREDITATION_EXPIRY:
		return date_parse(value.data, value.len, false, &out->accreditation_expiry);
	case ATTR_CONSENT_TEXT:
		return copy_plain(value, out->consent_text);
	case ATTR_ACCEPT_CHALLENGE:
		return read_yes_no(value, &out->accept_challenge);
	case ATTR_STATE:
		memcpy(out->state, value.data, value.len); /* any octets: a ticket of our own */
		out->state_len = value.len;
		return true;
	case ATTR_CREDENTIAL:
		return read_credential(value, out->credential);
	case ATTR_LANGUAGE: /* never sorted in */
	case ATTR_PLAIN_SUBJECT_TOKEN: /* sorted in as the hidden ones */
	case ATTR_PLAIN_DOCUMENT_NUMBER:
	case ATTR_PLAIN_DATE_OF_BIRTH:
	case ATTR_PLAIN_MRZ:
	case ATTR_NONE:
	case ATTRIBUTES:
		break;
	}
	return false;
}

static bool read_values(const struct sale_values *request, const struct sale_options *options,
	struct sale *out, struct sale_fault *fault)
{
	for (enum attribute a = ATTR_NONE + 1; a < ATTRIBUTES; a++)
		for (size_t i = 0; i < request->count[a]; i++)
			if (!read_value(a, request->values[a][i], options, out))
				return invalid(fault, a);
	return true;
}

/* It is presented for one sale, and stands for a document, as a token does. */
static bool check_credential(const struct sale *sale, struct sale_fault *fault)
{
	if (sale->credential[0] == '\0')
		return true;
	if (sale->token[0] != '\0')
		return invalid(fault, ATTR_CREDENTIAL);
	if (sale->id[0] == '\0')
		return sale_at_fault(fault, REASON_ATTRIBUTE_MISSING, ATTR_SALE_ID, MRZ_FIELD_NONE);
	return true;
}

static bool read_all(const struct sale_field *fields, size_t count,
	const struct sale_options *options, struct sale *out, struct sale_fault *fault)
{
	struct sale_values request = { 0 };

	if (!is_readable(fields, count, fault) ||
		!sort_fields(fields, count, options, &request, out, fault) ||
		!read_values(&request, options, out, fault) || !check_credential(out, fault))
		return false;
	return request.count[ATTR_MRZ] == 0 || sale_read_mrz(&request, options, out, fault);
}

bool sale_read(const struct sale_field *fields, size_t count, const struct sale_options *options,
	struct sale *out, struct sale_fault *fault)
{
	memset(out, 0, sizeof(*out));
	*fault = (struct sale_fault){ 0 };
	if (read_all(fields, count, options, out, fault))
		return true;
	if (fault->reason != REASON_ATTRIBUTE_UNREADABLE)
		fault->attribute = sale_told(out, fault->attribute);
	sale_clear(out);
	return false;
}

void sale_clear(struct sale *sale)
{
	explicit_bzero(sale, sizeof(*sale));
}
