/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report.h - what was measured, for people or as one JSON object on one line. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "load.h"

#include <stdio.h>

void report_lines(FILE *file, const struct load_result *result);
void report_json(FILE *file, const struct load_result *result);

#endif
