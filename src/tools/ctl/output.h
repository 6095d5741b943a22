/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * output.h - what a verb says: lines for people, or with --json one object for programs. Each fact
 * is said by one call, so that the two can never tell different things.
 */
#ifndef MIGRANTID_CTL_OUTPUT_H
#define MIGRANTID_CTL_OUTPUT_H

#include <pthread.h>

#include <jansson.h>

#include "base/base.h"
#include "base/report.h"

struct output {
	bool json;
	json_t *document;
	pthread_mutex_t mutex; /* the reporter is called from any thread, the rest from one */
	unsigned errors, warnings; /* reported so far */
	struct reporter reporter; /* people: standard error; programs: the member "messages" */
};

/* `out` must not move after this: its reporter points to it. */
void output_begin(struct output *out, bool json, const char *verb);

/* Print what programs get, and make sure that all went out; false if it did not. */
MUST_CHECK bool output_finish(struct output *out, const char *status);

/* A member of the document; the reference is taken. For programs alone. */
void output_member(struct output *out, const char *name, json_t *value);

/* A fact: "name: text" for people, a string member for programs. */
void output_fact(struct output *out, const char *name, const char *text);

/* One row of a table: an object in the array `table` for programs (its reference is taken), the
 * formatted line for people. */
void output_row(struct output *out, const char *table, json_t *row, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* A line for people alone. */
void output_line(struct output *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "2026-01-31T12:00:00Z"; `out` has room for OUTPUT_TIME_LEN + 1. */
#define OUTPUT_TIME_LEN 20
void output_time(int64_t seconds, char out[OUTPUT_TIME_LEN + 1]);

#endif
