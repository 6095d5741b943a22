/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c - how many sales a day had under each exemption rule, and in each shop: of days that are
 * over, of one log, and by pooling.h's rules, so that no report gives a buyer away.
 *
 * A sale counts once it is decided. What is undetermined is asked again, and would count anew each
 * time: ten lines would not be ten sales.
 */
#include <inttypes.h>
#include <string.h>

#include <glib.h>

#include "base/clock.h"
#include "tools/ctl/args.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/day_sales.h"
#include "tools/ctl/decision_line.h"
#include "tools/ctl/files.h"
#include "tools/ctl/log_lines.h"
#include "tools/ctl/pooling.h"

#define SETTLE_S 60 /* after midnight, until the last decisions of a day are written */
#define QUARTER_S 900 /* a day of any zone begins at a multiple of it */

struct reading {
	const struct settings *settings; /* for the zone */
	struct date day;
	struct day_sales *rules, *shops; /* NULL: not wanted */
	int64_t quarter; /* number of the last line's quarter of an hour */
	struct date quarter_day;
	bool reaches_back; /* a decision from before the day was seen */
	uint64_t damaged, foreign;
};

static void drop_sales(struct day_sales **sales)
{
	day_sales_free(*sales);
}

/* The zone is asked once for each quarter of an hour. */
static const struct date *day_of(struct reading *reading, int64_t seconds)
{
	int64_t quarter = seconds / QUARTER_S;

	if (quarter != reading->quarter) {
		reading->quarter = quarter;
		reading->quarter_day = files_date(reading->settings, seconds);
	}
	return &reading->quarter_day;
}

static bool count_line(void *ctx, const char *text, size_t len)
{
	struct reading *reading = ctx;
	struct decision_line line;
	struct day_sales *sales;
	int order;

	switch (decision_line_read(text, len, &line)) {
	case LINE_DECISION:
		break;
	case LINE_DAMAGED:
		reading->damaged++;
		return true;
	case LINE_FOREIGN:
		reading->foreign++;
		return true;
	}
	order = date_compare(day_of(reading, line.time_ms / 1000), &reading->day);
	if (order < 0)
		reading->reaches_back = true;
	sales = line.exempt ? reading->rules : reading->shops;
	if (order == 0 && sales != NULL &&
		strcmp(line.result, result_name(RESULT_UNDETERMINED)) != 0)
		day_sales_add(sales, line.reference, line.by);
	return true;
}

static void show_sum(struct output *out, const char *member, uint64_t sum)
{
	uint64_t rounded = pooling_round(sum);

	output_member(out, member, json_integer((json_int_t)rounded));
	if (rounded == 0)
		output_line(out, "  in all: fewer than %d", POOLING_FLOOR);
	else
		output_line(out, "  in all: %" PRIu64, rounded);
}

/* `table` has a row for each cell that is shown; `sum` is the member for all together. */
static void show(struct output *out, struct day_sales *sales, const char *title, const char *table,
	const char *sum)
{
	size_t count = 0, shown;
	uint64_t all;
	struct cell *cells;

	if (sales == NULL)
		return;
	cells = day_sales_count(sales, &count, &all);
	shown = pooling_show(cells, count);
	output_line(out, "%s, rounded down to tens", title);
	output_member(out, table, json_array());
	for (size_t i = 0; i < shown; i++)
		output_row(out, table,
			json_pack("{s:s, s:I}", "name", cells[i].name, "sales",
				(json_int_t)cells[i].count),
			"  %s: %" PRIu64, cells[i].name, cells[i].count);
	output_line(out, "  others: not shown");
	show_sum(out, sum, all);
	g_free(cells);
}

/* Lines that say nothing about a day; what stands in them is not shown. */
static void say_left_out(const struct reading *reading, struct output *out)
{
	output_member(out, "damaged_lines", json_integer((json_int_t)reading->damaged));
	output_member(out, "other_lines", json_integer((json_int_t)reading->foreign));
	if (reading->damaged > 0)
		report(&out->reporter, SAY_WARNING, NULL, 0,
			"%" PRIu64 " lines of the log are damaged, and left out", reading->damaged);
}

/* Half a day would be a report that differs from that of the whole by a few sales. */
static enum ctl_exit show_all(const struct reading *reading, bool whole, struct output *out)
{
	if (!whole)
		return CTL_UNABLE;
	say_left_out(reading, out);
	if (!reading->reaches_back) {
		report(&out->reporter, SAY_ERROR, NULL, 0,
			"the log does not reach back to before this day: of half a day there is "
			"no report");
		return CTL_UNABLE;
	}
	show(out, reading->rules, "exempt sales by rule", "by_rule", "exempt_sales");
	show(out, reading->shops, "other sales by shop", "by_shop", "other_sales");
	return CTL_FINE;
}

static bool is_wanted(const char *by, const char *what)
{
	return by == NULL || strcmp(by, what) == 0;
}

static enum ctl_exit count(const struct args *args, const struct settings *settings,
	struct date day, struct output *out)
{
	const char *path = args->value[OPT_FILE], *by = args->value[OPT_BY];
	struct day_sales *rules CLEANUP(drop_sales) = day_sales_new();
	struct day_sales *shops CLEANUP(drop_sales) = day_sales_new();
	struct reading reading = {
		.settings = settings,
		.day = day,
		.rules = is_wanted(by, "rule") ? rules : NULL,
		.shops = is_wanted(by, "shop") ? shops : NULL,
		.quarter = INT64_MIN,
	};
	unsigned files;
	bool whole;

	whole = log_lines_read(path != NULL ? path : files_log(settings), &out->reporter,
		count_line, &reading, &files);
	return show_all(&reading, whole, out);
}

static enum ctl_exit run(const struct args *args, struct output *out)
{
	struct settings *settings CLEANUP(drop_settings) = NULL;
	const char *text = args->value[OPT_DAY], *by = args->value[OPT_BY];
	struct date day, today;

	if (text == NULL || !date_parse(text, strlen(text), false, &day))
		return usage_error(&verb_report, "--day wants a date such as 2026-01-31");
	if (by != NULL && strcmp(by, "rule") != 0 && strcmp(by, "shop") != 0)
		return usage_error(&verb_report, "--by wants rule or shop");
	settings = files_settings(args, out);
	if (settings == NULL)
		return CTL_UNABLE;
	today = files_date(settings, clock_wall(&system_clock) - SETTLE_S);
	if (date_compare(&day, &today) >= 0)
		return usage_error(&verb_report, "there are reports only of days that are over");
	output_fact(out, "day", text);
	output_fact(out, "time_zone", settings->time_zone);
	return count(args, settings, day, out);
}

const struct verb verb_report = {
	.name = "report",
	.takes = TAKES(OPT_CONFIG) | TAKES(OPT_FILE) | TAKES(OPT_DAY) | TAKES(OPT_BY),
	.summary = "sales of a day, by exemption rule and by shop",
	.details = "Counts the decided sales of one day in the decision log: the exempt ones by\n"
		   "rule, all others by shop, never by both. Only of days that are over in the\n"
		   "operator's time zone, and that the log has wholly. Figures are rounded down\n"
		   "to tens. What is fewer than ten is pooled with others, and of the pool no\n"
		   "figure is shown, so that neither two reports nor a report and the server's\n"
		   "counters give a buyer away. Lines that are damaged are counted and left out.",
	.run = run,
};
