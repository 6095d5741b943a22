/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/mrz.h"

#include <openssl/crypto.h>
#include <string.h>

#include "person/person_internal.h"

#define PAIR_UNKNOWN (-1) /* "<<" */
#define PAIR_BAD (-2)

#define SERIES_SHOWN 3 /* digits of the series in the number of Russia's internal passport */

/* Each reads one field into *out; false if the field holds what it may not. */
typedef bool read_field(const struct mrz_layout *layout, const char *text, struct mrz *out);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_code(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	const struct mrz_part *part = &layout->field[MRZ_DOCUMENT_CODE];

	if (text[part->at] == '<' || strchr(layout->first_letters, text[part->at]) == NULL)
		return false;
	return document_type_canonical(text + part->at, part->len, out->document.type);
}

static bool read_issuer(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	const struct mrz_part *part = &layout->field[MRZ_ISSUER];

	return country_canonical(text + part->at, part->len, out->document.issuer);
}

/*
 * The internal passport of Russia (its administrative regulation, the machine-readable record):
 * three digits of the series and six of the number, and the series' fourth digit in the first place
 * of the optional field. It has no expiry, which tells it from one for travelling.
 */
static bool is_internal_of_russia(const struct mrz_layout *layout, const char *text)
{
	const struct mrz_part *number = &layout->field[MRZ_NUMBER];
	const struct mrz_part *expiry = &layout->field[MRZ_EXPIRY];

	if (layout != mrz_layout_of(MRZ_TD3) || memcmp(text, "PNRUS", 5) != 0 ||
		!mrz_is_filler(text + expiry->at, expiry->len))
		return false;
	for (size_t i = 0; i < number->len; i++)
		if (!is_digit(text[number->at + i]))
			return false;
	return is_digit(text[layout->field[MRZ_OPTIONAL].at]);
}

/*
 * A filler within the number stands for a space or a hyphen of the printed one (Doc 9303-3 section
 * 4.6), which the canonical number leaves out.
 */
static bool read_number(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	const struct mrz_part *part = &layout->field[MRZ_NUMBER];
	const char *rest = text + layout->field[MRZ_OPTIONAL].at;
	size_t rest_len = mrz_number_rest(layout, text);
	bool split = is_internal_of_russia(layout, text);
	size_t n = 0;

	for (size_t i = 0; i < part->len; i++) {
		if (split && i == SERIES_SHOWN)
			out->document.number[n++] = rest[0];
		if (text[part->at + i] != '<')
			out->document.number[n++] = text[part->at + i];
	}
	memcpy(out->document.number + n, rest, rest_len);
	return text[part->at] != '<';
}

static bool read_nationality(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	const struct mrz_part *part = &layout->field[MRZ_NATIONALITY];

	return country_canonical(text + part->at, part->len, out->nationality);
}

static int read_pair(const char *text)
{
	if (text[0] == '<' && text[1] == '<')
		return PAIR_UNKNOWN;
	if (!is_digit(text[0]) || !is_digit(text[1]))
		return PAIR_BAD;
	return (text[0] - '0') * 10 + (text[1] - '0');
}

static bool is_day(int year, int month, int day)
{
	struct date date = { .year = 2000 + year, .month = month };

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= date_latest(&date).day;
}

/* Doc 9303-3 section 4.8: an unknown year, month or day is two fillers. */
static bool read_birth(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	const char *birth = text + layout->field[MRZ_BIRTH].at;
	int year = read_pair(birth);
	int month = read_pair(birth + 2);
	int day = read_pair(birth + 4);

	if (year == PAIR_BAD || month == PAIR_BAD || day == PAIR_BAD)
		return false;
	if (month == PAIR_UNKNOWN && day != PAIR_UNKNOWN)
		return false;
	/* Of 1900 and 2000 the latter had a 29 February, and so it may be the one meant. */
	if (!is_day(year == PAIR_UNKNOWN ? 0 : year, month == PAIR_UNKNOWN ? 1 : month,
		    day == PAIR_UNKNOWN ? 1 : day))
		return false;
	out->birth_year = year;
	out->birth_month = month == PAIR_UNKNOWN ? 0 : month;
	out->birth_day = day == PAIR_UNKNOWN ? 0 : day;
	return true;
}

static bool read_sex(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	out->sex = text[layout->field[MRZ_SEX].at];
	return true;
}

static bool read_expiry(const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	const char *expiry = text + layout->field[MRZ_EXPIRY].at;
	int year = read_pair(expiry);
	int month = read_pair(expiry + 2);
	int day = read_pair(expiry + 4);

	if (year >= 0 && is_day(year, month, day)) {
		out->expiry_year = year;
		out->expiry_month = month;
		out->expiry_day = day;
	}
	return true;
}

static enum mrz_field read_fields(
	const struct mrz_layout *layout, const char *text, struct mrz *out)
{
	static const struct {
		enum mrz_field field;
		read_field *read;
	} rows[] = {
		{ MRZ_DOCUMENT_CODE, read_code },
		{ MRZ_ISSUER, read_issuer },
		{ MRZ_NUMBER, read_number },
		{ MRZ_NATIONALITY, read_nationality },
		{ MRZ_BIRTH, read_birth },
		{ MRZ_SEX, read_sex },
		{ MRZ_EXPIRY, read_expiry },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!rows[i].read(layout, text, out))
			return rows[i].field;
	return MRZ_FIELD_NONE;
}

static enum mrz_field first_failing(const struct mrz *mrz)
{
	for (int field = MRZ_FIELD_NONE; field < MRZ_FIELDS; field++)
		if (mrz->verdict[field] == MRZ_FAILS)
			return (enum mrz_field)field;
	return MRZ_FIELD_NONE;
}

/* Nothing but the kind: no half-read person leaves here. */
static void clear(struct mrz *mrz, enum mrz_kind kind)
{
	OPENSSL_cleanse(mrz, sizeof(*mrz));
	mrz->kind = kind;
	mrz->birth_year = -1;
	mrz->expiry_year = -1;
	mrz->sex = '<';
}

enum mrz_status mrz_parse(
	const struct span *lines, size_t count, struct mrz *out, enum mrz_field *field)
{
	struct mrz_zone zone CLEANUP(mrz_zone_clear);
	enum mrz_status status = mrz_zone_read(lines, count, &zone);
	const struct mrz_layout *layout = mrz_layout_of(zone.kind);

	*field = MRZ_FIELD_NONE;
	clear(out, zone.kind);
	if (status == MRZ_BAD_CHARACTER && layout != NULL)
		*field = mrz_field_at(layout, zone.strange_at);
	if (status != MRZ_OK)
		return status;
	*field = read_fields(layout, zone.text, out);
	if (*field != MRZ_FIELD_NONE)
		clear(out, zone.kind);
	mrz_check_zone(layout, zone.text, out->verdict);
	if (*field != MRZ_FIELD_NONE)
		return MRZ_BAD_FIELD;
	*field = first_failing(out);
	return *field == MRZ_FIELD_NONE ? MRZ_OK : MRZ_BAD_CHECK_DIGIT;
}

bool mrz_birth_agrees(const struct mrz *mrz, const struct date *birth)
{
	return date_is_set(birth) &&
	       (mrz->birth_year < 0 || birth->year % 100 == mrz->birth_year) &&
	       (mrz->birth_month == 0 || birth->month == mrz->birth_month) &&
	       (mrz->birth_day == 0 || birth->day == mrz->birth_day);
}

struct date mrz_expiry(const struct mrz *mrz, const struct date *today)
{
	if (mrz->expiry_year < 0)
		return (struct date){ 0 };
	return date_of_short_year(mrz->expiry_year, mrz->expiry_month, mrz->expiry_day, today);
}

bool mrz_expiry_agrees(const struct mrz *mrz, const struct date *expiry)
{
	return mrz->expiry_year < 0 ||
	       (expiry->year % 100 == mrz->expiry_year && expiry->month == mrz->expiry_month &&
		       expiry->day == mrz->expiry_day);
}

const char *mrz_kind_name(enum mrz_kind kind)
{
	switch (kind) {
	case MRZ_NONE:
		return "none";
	case MRZ_TD1:
		return "TD1";
	case MRZ_TD2:
		return "TD2";
	case MRZ_TD3:
		return "TD3";
	case MRZ_MRV_A:
		return "MRV-A";
	case MRZ_MRV_B:
		return "MRV-B";
	}
	return "none";
}

const char *mrz_field_name(enum mrz_field field)
{
	static const char *const names[MRZ_FIELDS] = {
		[MRZ_FIELD_NONE] = "",
		[MRZ_DOCUMENT_CODE] = "document-code",
		[MRZ_ISSUER] = "issuer",
		[MRZ_NUMBER] = "document-number",
		[MRZ_NATIONALITY] = "nationality",
		[MRZ_BIRTH] = "date-of-birth",
		[MRZ_SEX] = "sex",
		[MRZ_EXPIRY] = "date-of-expiry",
		[MRZ_OPTIONAL] = "optional-data",
		[MRZ_COMPOSITE] = "composite",
		[MRZ_NAME] = "name",
	};

	return (int)field >= 0 && field < MRZ_FIELDS ? names[field] : "";
}

const char *mrz_status_text(enum mrz_status status)
{
	switch (status) {
	case MRZ_OK:
		return "the machine-readable zone holds";
	case MRZ_BAD_LINES:
		return "not three lines of 30, two of 36 or two of 44 characters";
	case MRZ_BAD_CHARACTER:
		return "a character other than A-Z, 0-9 and <";
	case MRZ_VISA:
		return "a visa, which is no identity document";
	case MRZ_BAD_FIELD:
		return "a field holds what it may not";
	case MRZ_BAD_CHECK_DIGIT:
		return "a check digit does not match its field";
	}
	return "";
}
