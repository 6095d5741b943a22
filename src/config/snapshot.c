/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>

#include "config/files.h"
#include "decision/decision_internal.h"

static void view_free(struct view *view)
{
	if (view->zone != NULL)
		g_time_zone_unref(view->zone);
	messages_unref(view->messages);
	rules_unref(view->rules);
	settings_free(view->settings);
	free(view);
}

/* All three files are read even if the first is bad: one run names every error. */
struct view *view_load(const char *settings_file, const struct clock *clock,
		       const struct reporter *reporter)
{
	struct view *view = calloc(1, sizeof(*view));
	struct date today;

	if (view == NULL)
		return NULL;
	atomic_init(&view->references, 1);
	view->marks[WATCH_SETTINGS] = reload_mark(settings_file);
	view->settings = settings_load(settings_file, reporter);
	if (view->settings == NULL) {
		view_free(view);
		return NULL;
	}
	view->zone = g_time_zone_new_identifier(view->settings->time_zone);
	view->marks[WATCH_RULES] = reload_mark(view->settings->rules_file);
	view->rules = file_rules(view->settings->rules_file, reporter);
	view->marks[WATCH_MESSAGES] = reload_mark(view->settings->messages_file);
	view->messages = file_messages(view->settings->messages_file, reporter);
	if (view->zone == NULL || view->rules == NULL || view->messages == NULL) {
		view_free(view);
		return NULL;
	}
	today = view_today(view, clock_wall(clock));
	rules_warn(view->rules, view->settings->rules_file, &today, reporter);
	return view;
}

struct view *view_ref(struct gate *gate)
{
	struct view *view;

	pthread_mutex_lock(&gate->mutex);
	view = gate->view;
	atomic_fetch_add_explicit(&view->references, 1, memory_order_relaxed);
	pthread_mutex_unlock(&gate->mutex);
	return view;
}

void view_unref(struct view *view)
{
	if (view != NULL &&
	    atomic_fetch_sub_explicit(&view->references, 1, memory_order_acq_rel) == 1)
		view_free(view);
}

struct date view_today(const struct view *view, int64_t now)
{
	gint interval = g_time_zone_find_interval(view->zone, G_TIME_TYPE_UNIVERSAL, now);

	return date_of_seconds(now + g_time_zone_get_offset(view->zone, interval));
}
