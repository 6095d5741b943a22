/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine-readable zone: whatever is read is canonical, says the same whether its lines come
 * together or apart, in capitals or not, and its check digits hold by a second reckoning too. What
 * is refused leaves nothing behind; no zone is refused for digits that were put right.
 */
#include "fuzz.h"
#include "person/country.h"
#include "person/mrz.h"
#include "zone.h"

#define LINES_MAX 3

static bool same(const struct mrz *a, const struct mrz *b)
{
	return a->kind == b->kind && strcmp(a->document.type, b->document.type) == 0 &&
	       strcmp(a->document.issuer, b->document.issuer) == 0 &&
	       strcmp(a->document.number, b->document.number) == 0 &&
	       a->expiry_year == b->expiry_year && a->expiry_month == b->expiry_month &&
	       a->expiry_day == b->expiry_day && strcmp(a->nationality, b->nationality) == 0 &&
	       a->birth_year == b->birth_year && a->birth_month == b->birth_month &&
	       a->birth_day == b->birth_day && a->sex == b->sex &&
	       memcmp(a->verdict, b->verdict, sizeof(a->verdict)) == 0;
}

static void is_canonical(const struct mrz *mrz)
{
	const struct document *document = &mrz->document;
	char type[DOCUMENT_TYPE_MAX + 1], number[DOCUMENT_NUMBER_MAX + 1], state[COUNTRY_LEN + 1];

	HOLDS(mrz->kind == MRZ_TD1 || mrz->kind == MRZ_TD2 || mrz->kind == MRZ_TD3);
	HOLDS(document_type_canonical(document->type, strlen(document->type), type));
	HOLDS(strcmp(type, document->type) == 0 && strlen(type) <= 2);
	HOLDS(document_number_canonical(document->number, strlen(document->number), number));
	HOLDS(strcmp(number, document->number) == 0);
	HOLDS(country_canonical(document->issuer, strlen(document->issuer), state));
	HOLDS(strcmp(state, document->issuer) == 0);
	HOLDS(country_canonical(mrz->nationality, strlen(mrz->nationality), state));
	HOLDS(strcmp(state, mrz->nationality) == 0);
	HOLDS(!date_is_set(&document->expiry));
	HOLDS(mrz->expiry_year >= -1 && mrz->expiry_year <= 99);
	HOLDS(mrz->birth_year >= -1 && mrz->birth_year <= 99);
	HOLDS(mrz->birth_month >= 0 && mrz->birth_month <= 12);
	HOLDS(mrz->birth_day >= 0 && mrz->birth_day <= 31);
	HOLDS(mrz->birth_day == 0 || mrz->birth_month != 0);
}

static void verdicts_agree(enum mrz_status status, enum mrz_field field, const struct mrz *mrz)
{
	bool fails = false;

	for (int i = MRZ_FIELD_NONE; i < MRZ_FIELDS; i++)
		fails = fails || mrz->verdict[i] == MRZ_FAILS;
	HOLDS(fails == (status == MRZ_BAD_CHECK_DIGIT));
	HOLDS(fails ? mrz->verdict[field] == MRZ_FAILS : field == MRZ_FIELD_NONE);
}

static void is_empty(enum mrz_status status, const struct mrz *mrz)
{
	static const struct document nothing;

	HOLDS(memcmp(&mrz->document, &nothing, sizeof(nothing)) == 0);
	HOLDS(mrz->nationality[0] == '\0' && mrz->birth_year == -1 && mrz->sex == '<');
	HOLDS(mrz->birth_month == 0 && mrz->birth_day == 0);
	for (int i = MRZ_FIELD_NONE; i < MRZ_FIELDS; i++)
		HOLDS(status == MRZ_BAD_FIELD || mrz->verdict[i] == MRZ_UNCHECKED);
}

/* One span for each line of the text: what a request carries. */
static size_t cut(const char *text, size_t len, struct span lines[LINES_MAX + 1])
{
	size_t count = 0;

	while (count <= LINES_MAX && len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line = end != NULL ? (size_t)(end - text) : len;

		lines[count++] = (struct span){ text, line };
		text += line;
		len -= line;
		if (len > 0) {
			text++;
			len--;
		}
	}
	return count;
}

/* A birth date with some century that this zone agrees with. */
static void birth_agrees_with_itself(const struct mrz *mrz)
{
	struct date birth = { 1900 + mrz->birth_year, mrz->birth_month, mrz->birth_day };

	if (mrz->birth_year < 0)
		birth.year = 1900;
	HOLDS(mrz_birth_agrees(mrz, &birth));
	birth.year++;
	HOLDS(!mrz_birth_agrees(mrz, &birth) || mrz->birth_year < 0);
}

static void digits_are_right(enum mrz_status status, const char *text, size_t size)
{
	char zone[ZONE_MAX];
	size_t len;
	const struct zone_form *form;
	struct span whole = { zone, 0 };
	enum mrz_field field;
	struct mrz mrz;

	if (!zone_flatten(text, size, zone, &len)) {
		HOLDS(status != MRZ_OK && status != MRZ_BAD_CHECK_DIGIT);
		return;
	}
	form = zone_form_of(len);
	if (form == NULL || status == MRZ_VISA) {
		HOLDS(status != MRZ_OK && status != MRZ_BAD_CHECK_DIGIT);
		return;
	}
	HOLDS(status != MRZ_OK || zone_holds(form, zone));
	zone_put_right(form, zone);
	HOLDS(zone_holds(form, zone));
	whole.len = len;
	status = mrz_parse(&whole, 1, &mrz, &field);
	HOLDS(status == MRZ_OK || status == MRZ_BAD_FIELD || status == MRZ_VISA);
	if (status == MRZ_OK)
		is_canonical(&mrz);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = exact_copy(data, size);
	struct span whole = { text, size }, lines[LINES_MAX + 1];
	enum mrz_field field, other_field;
	struct mrz mrz, other;
	enum mrz_status status, other_status;
	size_t count;

	memset(&mrz, 0xa5, sizeof(mrz));
	status = mrz_parse(&whole, 1, &mrz, &field);
	HOLDS(field >= MRZ_FIELD_NONE && field < MRZ_FIELDS);
	if (status == MRZ_OK || status == MRZ_BAD_CHECK_DIGIT) {
		is_canonical(&mrz);
		verdicts_agree(status, field, &mrz);
		birth_agrees_with_itself(&mrz);
	} else {
		is_empty(status, &mrz);
	}
	digits_are_right(status, text, size);
	HOLDS(mrz_status_text(status)[0] != '\0' && mrz_kind_name(mrz.kind)[0] != '\0');

	count = cut(text, size, lines);
	other_status = mrz_parse(lines, count, &other, &other_field);
	if (count <= LINES_MAX) {
		HOLDS(other_status == status && other_field == field);
		HOLDS(same(&mrz, &other));
	}
	for (size_t i = 0; i < size; i++)
		if (text[i] >= 'A' && text[i] <= 'Z')
			text[i] = (char)(text[i] - 'A' + 'a');
	other_status = mrz_parse(&whole, 1, &other, &other_field);
	HOLDS(other_status == status && other_field == field && same(&mrz, &other));
	free(text);
	return 0;
}
