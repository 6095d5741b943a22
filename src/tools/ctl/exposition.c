/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/exposition.h"

#include <inttypes.h>

void put_head(FILE *to, const char *name, const char *type, const char *help)
{
	(void)fprintf(to, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_value(FILE *to, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			(void)putc('\\', to);
		(void)putc(*value, to);
	}
}

static void put_name(const struct sample *sample, const char *suffix, const struct labels *labels)
{
	(void)fprintf(sample->to, "%s%s{server=\"", sample->name, suffix);
	put_value(sample->to, sample->server);
	for (size_t i = 0; i < LABELS_MAX && labels->pair[i][0] != NULL; i++) {
		(void)fprintf(sample->to, "\",%s=\"", labels->pair[i][0]);
		put_value(sample->to, labels->pair[i][1]);
	}
	(void)fputs("\"} ", sample->to);
}

void put_count(const struct sample *sample, struct labels labels, uint64_t count)
{
	put_name(sample, "", &labels);
	(void)fprintf(sample->to, "%" PRIu64 "\n", count);
}

void put_number(const struct sample *sample, struct labels labels, int64_t number)
{
	put_name(sample, "", &labels);
	(void)fprintf(sample->to, "%" PRId64 "\n", number);
}

#define SECONDS_ROOM 32

/* "0.0001", "1.5", "8": as short as it can be, since it is a name of a class, too. */
static void seconds_text(uint64_t us, char out[SECONDS_ROOM])
{
	size_t len = (size_t)snprintf(
		out, SECONDS_ROOM, "%" PRIu64 ".%06" PRIu64, us / 1000000, us % 1000000);

	while (out[len - 1] == '0')
		out[--len] = '\0';
	if (out[len - 1] == '.')
		out[len - 1] = '\0';
}

static void put_us(
	const struct sample *sample, const char *suffix, const struct labels *labels, uint64_t us)
{
	char text[SECONDS_ROOM];

	seconds_text(us, text);
	put_name(sample, suffix, labels);
	(void)fprintf(sample->to, "%s\n", text);
}

void put_seconds(const struct sample *sample, struct labels labels, uint64_t us)
{
	put_us(sample, "", &labels, us);
}

void put_histogram(
	const struct sample *sample, struct labels labels, const struct histogram *histogram)
{
	struct labels bounded = labels;
	const char **le = bounded.pair[labels.pair[0][0] != NULL ? 1 : 0];
	char bound[SECONDS_ROOM];
	uint64_t count = 0;

	le[0] = "le";
	le[1] = bound;
	for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++) {
		seconds_text((uint64_t)histogram_bound(i), bound);
		count += histogram->counts[i];
		put_name(sample, "_bucket", &bounded);
		(void)fprintf(sample->to, "%" PRIu64 "\n", count);
	}
	le[1] = "+Inf";
	count += histogram->counts[HISTOGRAM_BOUNDS];
	put_name(sample, "_bucket", &bounded);
	(void)fprintf(sample->to, "%" PRIu64 "\n", count);
	put_us(sample, "_sum", &labels, histogram->sum_us);
	put_name(sample, "_count", &labels);
	(void)fprintf(sample->to, "%" PRIu64 "\n", count);
}
