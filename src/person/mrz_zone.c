/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/person_internal.h"

#include <openssl/crypto.h>

#define LINES_MAX 3

/* What is known of the lines while they are read. */
struct reading {
	size_t widths[LINES_MAX];
	size_t lines; /* begun so far; more than LINES_MAX: too many */
	bool at_line_end;
	bool too_long;
	bool strange;
};

static void put(struct reading *reading, struct mrz_zone *zone, char c)
{
	if (c >= 'a' && c <= 'z')
		c = (char)(c - 'a' + 'A');
	if (reading->at_line_end)
		reading->lines++;
	reading->at_line_end = false;
	if (zone->len == MRZ_ZONE_MAX || reading->lines > LINES_MAX)
		reading->too_long = true;
	if (!(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '<') {
		if (!reading->strange)
			zone->strange_at = zone->len;
		reading->strange = true;
	}
	if (reading->too_long)
		return;
	reading->widths[reading->lines - 1]++;
	zone->text[zone->len++] = c;
}

static void read_lines(
	const struct span *lines, size_t count, struct reading *reading, struct mrz_zone *zone)
{
	for (size_t i = 0; i < count; i++) {
		reading->at_line_end = true;
		for (size_t j = 0; j < lines[i].len; j++) {
			char c = lines[i].data[j];

			if (c == '\r' || c == '\n')
				reading->at_line_end = true;
			else if (c != ' ' && c != '\t')
				put(reading, zone, c);
		}
	}
}

static bool fits(const struct reading *reading, size_t lines, size_t width)
{
	if (reading->too_long)
		return false;
	if (reading->lines == 1)
		return reading->widths[0] == lines * width;
	for (size_t i = 0; i < lines; i++)
		if (reading->widths[i] != width)
			return false;
	return reading->lines == lines;
}

static enum mrz_kind kind_of(const struct reading *reading, char first)
{
	if (fits(reading, 3, 30))
		return MRZ_TD1;
	if (fits(reading, 2, 36))
		return first == 'V' ? MRZ_MRV_B : MRZ_TD2;
	if (fits(reading, 2, 44))
		return first == 'V' ? MRZ_MRV_A : MRZ_TD3;
	return MRZ_NONE;
}

enum mrz_status mrz_zone_read(const struct span *lines, size_t count, struct mrz_zone *out)
{
	struct reading reading = { .lines = 0 };

	*out = (struct mrz_zone){ .kind = MRZ_NONE };
	if (count > LINES_MAX)
		return MRZ_BAD_LINES;
	read_lines(lines, count, &reading, out);
	out->kind = kind_of(&reading, out->text[0]);
	if (out->kind == MRZ_MRV_A || out->kind == MRZ_MRV_B)
		return MRZ_VISA;
	/* Told before a wrong length: a letter of another alphabet is several octets long. */
	if (reading.strange)
		return MRZ_BAD_CHARACTER;
	return out->kind == MRZ_NONE ? MRZ_BAD_LINES : MRZ_OK;
}

void mrz_zone_clear(struct mrz_zone *zone)
{
	OPENSSL_cleanse(zone, sizeof(*zone));
}
