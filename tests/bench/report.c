/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <inttypes.h>

/* As in config/dictionary.migrantid; what is not named here is shown by its number. */
static const char *const result_names[LOAD_COUNTED] = {
	"none",
	"yes",
	"no",
	"undetermined",
	"exempt",
	"not-applicable",
};
static const char *const reason_names[LOAD_COUNTED] = {
	[0] = "none",
	[1] = "match",
	[2] = "no-match",
	[3] = "not-enrolled",
	[4] = "document-invalid",
	[5] = "id-locked",
	[6] = "id-blocked",
	[7] = "too-soon",
	[8] = "consent-missing",
	[9] = "exempt",
	[10] = "not-applicable",
	[11] = "pending",
	[20] = "service-timeout",
	[21] = "service-unavailable",
	[22] = "service-busy",
	[23] = "answer-rejected",
	[24] = "not-configured",
	[27] = "too-many",
	[30] = "attribute-missing",
	[31] = "attribute-invalid",
	[32] = "mrz-check-digit",
	[33] = "mrz-mismatch",
	[34] = "attribute-unreadable",
};

/* clang-format off */
#define COUNTS(X)                                                                           \
	X(begun) X(finished) X(lost) X(unfinished) X(skipped) X(requests) X(replies) X(bad) \
	X(stray) X(unsent) X(accepts) X(rejects) X(challenges)
/* clang-format on */

static double seconds(const struct load_result *result)
{
	return (double)result->elapsed_ns / 1e9;
}

static double throughput(const struct load_result *result)
{
	return result->elapsed_ns > 0 ? (double)result->finished / seconds(result) : 0;
}

static double percentile_ms(const struct load_result *result, unsigned per_mille)
{
	return (double)histogram_percentile(&result->latency, per_mille) / 1e6;
}

static void print_counts(FILE *file, const char *label, const char *const *names,
	const uint64_t counts[static LOAD_COUNTED])
{
	fprintf(file, "%-12s", label);
	for (size_t i = 0; i < LOAD_COUNTED; i++) {
		if (counts[i] == 0)
			continue;
		if (names[i])
			fprintf(file, " %s %" PRIu64, names[i], counts[i]);
		else
			fprintf(file, " %zu %" PRIu64, i, counts[i]);
	}
	fprintf(file, "\n");
}

void report_lines(FILE *file, const struct load_result *result)
{
	fprintf(file, "throughput   %.0f sales/s (%" PRIu64 " in %.3f s)\n", throughput(result),
		result->finished, seconds(result));
	fprintf(file, "latency      p50 %.3f ms, p90 %.3f ms, p99 %.3f ms, max %.3f ms\n",
		percentile_ms(result, 500), percentile_ms(result, 900), percentile_ms(result, 990),
		(double)result->latency.max / 1e6);
#define LINE(name) fprintf(file, "%-12s %" PRIu64 "\n", #name, result->name);
	COUNTS(LINE)
#undef LINE
	print_counts(file, "results", result_names, result->results);
	print_counts(file, "reasons", reason_names, result->reasons);
}

static void put_counts(FILE *file, const char *label, const char *const *names,
	const uint64_t counts[static LOAD_COUNTED])
{
	const char *comma = "";

	fprintf(file, ", \"%s\": {", label);
	for (size_t i = 0; i < LOAD_COUNTED; i++) {
		if (counts[i] == 0)
			continue;
		if (names[i])
			fprintf(file, "%s\"%s\": %" PRIu64, comma, names[i], counts[i]);
		else
			fprintf(file, "%s\"%zu\": %" PRIu64, comma, i, counts[i]);
		comma = ", ";
	}
	fprintf(file, "}");
}

void report_json(FILE *file, const struct load_result *result)
{
	fprintf(file, "{\"seconds\": %.6f, \"throughput\": %.3f", seconds(result),
		throughput(result));
	fprintf(file, ", \"p50_ms\": %.6f, \"p90_ms\": %.6f, \"p99_ms\": %.6f, \"max_ms\": %.6f",
		percentile_ms(result, 500), percentile_ms(result, 900), percentile_ms(result, 990),
		(double)result->latency.max / 1e6);
#define MEMBER(name) fprintf(file, ", \"%s\": %" PRIu64, #name, result->name);
	COUNTS(MEMBER)
#undef MEMBER
	put_counts(file, "results", result_names, result->results);
	put_counts(file, "reasons", reason_names, result->reasons);
	fprintf(file, "}\n");
}
