/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request: what is read is checked and terminated, says what its fields say and nothing else,
 * and does not depend on their order; what is refused names a reason and leaves no octet behind.
 *
 * The input is what request.h says; its first octet tells whether specimens are allowed.
 */
#include "request.h"
#include "rules/evaluate.h"
#include "rules/text.h"

#define RULES                                                                                      \
	"home = \"RUS\"; documents = [ \"residence-permit\" ]; rules = ("                          \
	"{ id = \"child\"; citation = \"c\"; age_below = 6; evidence = \"document\"; },"           \
	"{ id = \"blr\"; citation = \"c\"; nationality = [ \"BLR\" ]; evidence = \"mrz\"; });"

static void is_refused_cleanly(const struct sale *sale, const struct sale_fault *fault)
{
	const uint8_t *octets = (const uint8_t *)sale;

	for (size_t i = 0; i < sizeof(*sale); i++)
		HOLDS(octets[i] == 0);
	HOLDS(reason_is_bad_request(fault->reason) && fault->reason != REASON_ATTRIBUTE_MISSING);
	HOLDS(fault->attribute >= ATTR_NONE && fault->attribute < ATTRIBUTES);
	HOLDS(fault->mrz_field >= MRZ_FIELD_NONE && fault->mrz_field < MRZ_FIELDS);
}

static size_t count_of(const struct sale_field *fields, size_t count, enum attribute attribute)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += fields[i].attribute == attribute;
	return n;
}

static void state_is_valid(const char *code, bool allow_specimen)
{
	enum country_kind kind = country_lookup(code);

	HOLDS(code[0] == '\0' || kind == COUNTRY_STATE || kind == COUNTRY_DOC9303 ||
		(kind == COUNTRY_SPECIMEN && allow_specimen));
}

static void is_valid(
	const struct sale *sale, const struct sale_field *fields, size_t count, bool allow_specimen)
{
	const struct person *person = &sale->person;
	bool shown = count_of(fields, count, ATTR_MRZ) > 0;

	HOLDS(text_is_plain(sale->id, strlen(sale->id)));
	HOLDS(sale->token[0] == '\0' || text_is_token(sale->token, strlen(sale->token)));
	HOLDS(text_is_plain(sale->consent_text, strlen(sale->consent_text)));
	HOLDS((sale->id[0] != '\0') == (count_of(fields, count, ATTR_SALE_ID) == 1));
	HOLDS(sale->shop[0] == '\0');
	HOLDS((sale->state_len > 0) == (count_of(fields, count, ATTR_STATE) == 1));
	HOLDS(date_is_set(&person->birth) == (count_of(fields, count, ATTR_DATE_OF_BIRTH) == 1));
	HOLDS((sale->mrz.kind != MRZ_NONE) == shown);
	HOLDS(person->nationality[0] == '\0' || country_is_nationality(person->nationality));
	HOLDS(person->document.issuer[0] == '\0' || country_is_issuer(person->document.issuer));
	state_is_valid(person->nationality, allow_specimen);
	state_is_valid(person->document.issuer, allow_specimen);
	if (shown) {
		const char *type = person->document.type;

		/* Told in Cyrillic it may stand there transliterated. */
		HOLDS(count_of(fields, count, ATTR_DOCUMENT_NUMBER) == 1 ||
			strcmp(person->document.number, sale->mrz.document.number) == 0);
		HOLDS(strcmp(person->document.issuer, sale->mrz.document.issuer) == 0);
		HOLDS(type[0] == sale->mrz.document.type[0] || type[0] < 'A' || type[0] > 'Z');
		state_is_valid(sale->mrz.nationality, allow_specimen);
	}
	HOLDS(evaluate_missing(sale) >= ATTR_NONE && evaluate_missing(sale) < ATTRIBUTES);
}

/* What is asked for is whole; what is missing is missing; nobody is exempt by no rule. */
static void verdict_is_valid(const struct sale *sale, unsigned forms)
{
	static struct rule_set *rules;
	const struct date today = { 2026, 1, 31 };
	struct verdict verdict;

	if (rules == NULL)
		rules = rules_parse(RULES, "rules", NULL);
	HOLDS(rules != NULL);
	verdict = evaluate(sale, rules, &today, forms, NULL);
	switch (verdict.kind) {
	case VERDICT_ASK:
		HOLDS((forms & 1u << verdict.form) != 0 && sale->consent_text[0] != '\0');
		HOLDS((verdict.form == SUBJECT_DOCUMENT) == (sale->token[0] == '\0'));
		HOLDS(verdict.form == SUBJECT_TOKEN || evaluate_missing(sale) == ATTR_NONE);
		break;
	case VERDICT_INVALID:
	case VERDICT_MISSING:
		HOLDS(verdict.attribute > ATTR_NONE && verdict.attribute < ATTRIBUTES);
		break;
	case VERDICT_EXEMPT:
		HOLDS(verdict.rule >= 0 && (size_t)verdict.rule < rules_count(rules));
		break;
	case VERDICT_HOME:
		HOLDS(strcmp(sale->person.nationality, "RUS") == 0);
		break;
	}
}

/* The other way round, but for the lines of an MRZ, whose order tells. */
static void turn_round(const struct sale_field *fields, size_t count, struct sale_field *out)
{
	size_t n = 0;

	for (size_t i = count; i > 0; i--)
		if (fields[i - 1].attribute != ATTR_MRZ)
			out[n++] = fields[i - 1];
	for (size_t i = 0; i < count; i++)
		if (fields[i].attribute == ATTR_MRZ)
			out[n++] = fields[i];
	HOLDS(n == count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sale_field fields[FIELDS_MAX], turned[FIELDS_MAX];
	struct sale_options options = { .allow_specimen = size > 0 && data[0] % 2 == 1,
		.today = { 2026, 1, 31 } };
	struct sale_fault fault, other_fault;
	struct sale *sale = malloc(sizeof(*sale)), *other = malloc(sizeof(*other));
	size_t count = size > 0 ? request_cut(data + 1, size - 1, fields) : 0;
	bool good;

	HOLDS(sale != NULL && other != NULL);
	memset(sale, 0xa5, sizeof(*sale));
	good = sale_read(fields, count, &options, sale, &fault);
	if (good) {
		is_valid(sale, fields, count, options.allow_specimen);
		verdict_is_valid(sale, 1 + data[0] % FORMS_ALL);
	} else {
		is_refused_cleanly(sale, &fault);
	}
	HOLDS(good == (fault.reason == REASON_NONE));

	turn_round(fields, count, turned);
	HOLDS(sale_read(turned, count, &options, other, &other_fault) == good);
	if (good)
		HOLDS(memcmp(sale, other, sizeof(*sale)) == 0);
	request_free(fields, count);
	free(sale);
	free(other);
	return 0;
}
