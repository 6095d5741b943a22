/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * exposition.h - Prometheus's text format 0.0.4: samples, each with the label `server`. What is put
 * goes to a stdio stream; whether that took it is the caller's to ask at the end.
 */
#ifndef MIGRANTID_CTL_EXPOSITION_H
#define MIGRANTID_CTL_EXPOSITION_H

#include <stdio.h>

#include "base/histogram.h"

/* Where samples of one metric about one server go. */
struct sample {
	FILE *to;
	const char *name; /* of the metric */
	const char *server; /* plain UTF-8, as all values are */
};

#define LABELS_MAX 3

/* Names and values besides the server's; the first name NULL ends them. */
struct labels {
	const char *pair[LABELS_MAX][2];
};
#define NO_LABELS ((struct labels){ { { NULL, NULL } } })
#define LABEL(name, value) ((struct labels){ { { name, value } } })

void put_head(FILE *to, const char *name, const char *type, const char *help);
void put_count(const struct sample *sample, struct labels labels, uint64_t count);
void put_number(const struct sample *sample, struct labels labels, int64_t number);
void put_seconds(const struct sample *sample, struct labels labels, uint64_t us);
/* At most one label besides the bound. */
void put_histogram(
	const struct sample *sample, struct labels labels, const struct histogram *histogram);

#endif
