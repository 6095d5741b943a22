/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mrz.c - show what the machine-readable zone of one document says, and whether it holds. */
#include "person/mrz.h"

#include <stdio.h>

#include <openssl/crypto.h>

#include "base/clock.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/input.h"

#define INPUT_MAX 1024
#define VALUE_MAX 40

static const char *verdict_name(enum mrz_verdict verdict)
{
	switch (verdict) {
	case MRZ_HOLDS:
		return "holds";
	case MRZ_FAILS:
		return "fails";
	case MRZ_UNCHECKED:
		break;
	}
	return "none";
}

/* As the zone has it: two digits of the year, and "<<" for what is not known. */
static void write_part(char *out, size_t room, int number, bool known)
{
	if (known)
		(void)snprintf(out, room, "%02d", number);
	else
		(void)snprintf(out, room, "<<");
}

static void write_birth(const struct mrz *mrz, char out[VALUE_MAX])
{
	char year[16], month[16], day[16];

	write_part(year, sizeof(year), mrz->birth_year, mrz->birth_year >= 0);
	write_part(month, sizeof(month), mrz->birth_month, mrz->birth_month > 0);
	write_part(day, sizeof(day), mrz->birth_day, mrz->birth_day > 0);
	(void)snprintf(out, VALUE_MAX, "%.2s-%.2s-%.2s", year, month, day);
	OPENSSL_cleanse(year, sizeof(year));
	OPENSSL_cleanse(month, sizeof(month));
	OPENSSL_cleanse(day, sizeof(day));
}

/* The century is not in the zone: the nearest year that fits, as the server reads it. */
static void write_expiry(const struct mrz *mrz, char out[VALUE_MAX])
{
	struct date today = date_of_seconds(clock_wall(&system_clock));
	struct date expiry = mrz_expiry(mrz, &today);

	if (date_is_set(&expiry))
		date_format(&expiry, out);
	else
		(void)snprintf(out, VALUE_MAX, "none");
}

/* "" for what is not kept of a zone. */
static void write_value(const struct mrz *mrz, enum mrz_field field, char out[VALUE_MAX])
{
	out[0] = '\0';
	switch (field) {
	case MRZ_DOCUMENT_CODE:
		(void)snprintf(out, VALUE_MAX, "%s", mrz->document.type);
		return;
	case MRZ_ISSUER:
		(void)snprintf(out, VALUE_MAX, "%s", mrz->document.issuer);
		return;
	case MRZ_NUMBER:
		(void)snprintf(out, VALUE_MAX, "%s", mrz->document.number);
		return;
	case MRZ_NATIONALITY:
		(void)snprintf(out, VALUE_MAX, "%s", mrz->nationality);
		return;
	case MRZ_BIRTH:
		write_birth(mrz, out);
		return;
	case MRZ_SEX:
		(void)snprintf(out, VALUE_MAX, "%c", mrz->sex);
		return;
	case MRZ_EXPIRY:
		write_expiry(mrz, out);
		return;
	case MRZ_FIELD_NONE:
	case MRZ_OPTIONAL:
	case MRZ_COMPOSITE:
	case MRZ_NAME:
	case MRZ_FIELDS:
		return;
	}
}

static void show_field(
	struct output *out, const struct mrz *mrz, enum mrz_field field, bool with_value)
{
	static const char *const words[] = {
		[MRZ_UNCHECKED] = "",
		[MRZ_HOLDS] = "check digit holds",
		[MRZ_FAILS] = "CHECK DIGIT FAILS",
	};
	enum mrz_verdict verdict = mrz->verdict[field];
	char value[VALUE_MAX] = "";

	if (with_value)
		write_value(mrz, field, value);
	if (value[0] == '\0' && verdict == MRZ_UNCHECKED)
		return;
	output_row(out, "fields",
		json_pack("{s:s, s:s?, s:s}", "field", mrz_field_name(field), "value",
			value[0] != '\0' ? value : NULL, "check_digit", verdict_name(verdict)),
		"%-16s  %-24s%s", mrz_field_name(field), value, words[verdict]);
	OPENSSL_cleanse(value, sizeof(value));
}

static void show_fault(struct output *out, enum mrz_status status, enum mrz_field field)
{
	if (field == MRZ_FIELD_NONE)
		report(&out->reporter, SAY_ERROR, NULL, 0, "%s", mrz_status_text(status));
	else
		report(&out->reporter, SAY_ERROR, NULL, 0, "%s: %s", mrz_field_name(field),
			mrz_status_text(status));
}

/* rules.cfg may name more; it is not read here. */
static void warn_of_code(const struct output *out, const char *code, enum mrz_field field)
{
	if (code[0] != '\0' && country_lookup(code) == COUNTRY_UNKNOWN)
		report(&out->reporter, SAY_WARNING, NULL, 0,
			"%s: no code of Doc 9303: taken only if `codes` of rules.cfg names it",
			mrz_field_name(field));
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct input input CLEANUP(input_clear) = { 0 };
	enum mrz_field field = MRZ_FIELD_NONE;
	enum mrz_status status;
	struct span zone;
	struct mrz mrz;

	(void)args;
	if (!input_read(&input, INPUT_MAX, &out->reporter))
		return CTL_UNABLE;
	zone = (struct span){ input.data, input.len };
	status = mrz_parse(&zone, 1, &mrz, &field);
	if (mrz.kind != MRZ_NONE)
		output_fact(out, "kind", mrz_kind_name(mrz.kind));
	for (int f = MRZ_FIELD_NONE + 1; f < MRZ_FIELDS; f++)
		show_field(out, &mrz, (enum mrz_field)f,
			status == MRZ_OK || status == MRZ_BAD_CHECK_DIGIT);
	if (status != MRZ_OK)
		show_fault(out, status, field);
	warn_of_code(out, mrz.document.issuer, MRZ_ISSUER);
	warn_of_code(out, mrz.nationality, MRZ_NATIONALITY);
	OPENSSL_cleanse(&mrz, sizeof(mrz));
	return status == MRZ_OK ? CTL_FINE : CTL_NO;
}

const struct verb verb_mrz = {
	.name = "mrz",
	.summary = "read a machine-readable zone and its check digits",
	.details = "Reads the two or three lines of the machine-readable zone of one document\n"
		   "from standard input and shows its kind, its fields and what each check digit\n"
		   "says. The name is not read. Exit code 0 only if the zone is well-formed and\n"
		   "every check digit holds.",
	.run = run,
};
