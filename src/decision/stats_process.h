/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_process.h - what Linux knows of a process, out of /proc. Thread-safe. */
#ifndef MIGRANTID_STATS_PROCESS_H
#define MIGRANTID_STATS_PROCESS_H

#include "decision/stats.h"

/* This process; what cannot be told is 0. */
void stats_process(struct stats_process *out);

/* Of the machine's start; "" if it cannot be told. */
void stats_boot_id(char out[sizeof(((struct stats *)0)->boot_id)]);

/* When a process began (struct stats_process); 0: there is none, or nobody may know. */
int64_t stats_process_started(int64_t pid);

#endif
