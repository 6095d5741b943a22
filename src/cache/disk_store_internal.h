/* SPDX-License-Identifier: GPL-2.0-or-later */
/* disk_store_internal.h - what disk_store.c and disk_store_write.c share. */
#ifndef MIGRANTID_DISK_STORE_INTERNAL_H
#define MIGRANTID_DISK_STORE_INTERNAL_H

#include "cache/disk_store.h"

#define DISK_BUSY_MS 50 /* for another process's lock */
#define DISK_PATIENCE_MS 1000 /* with a lock, or a removal that cannot be written */
#define DISK_RETRY_MS 5000

int64_t disk_now_ms(void); /* monotonic */
const char *disk_store_name(const struct disk_store *store); /* for a message */

/* Not to be used now: because of what it owes, or because it was left out. */
MUST_CHECK bool disk_store_paused(const struct disk_store *store);
/* Opened, if it may be used now. */
MUST_CHECK bool disk_store_ready(struct disk_store *store);
/* Also if it may not be used now; a failure has been dealt with. */
MUST_CHECK enum disk_status disk_store_open(struct disk_store *store);

/* In a transaction: has anybody else removed something? */
MUST_CHECK enum disk_status disk_store_see_generation(struct disk_store *store);

void disk_store_is_fine(struct disk_store *store); /* something has gone well */
void disk_store_failed(struct disk_store *store, enum disk_status status);
void disk_store_leave_out(struct disk_store *store); /* for a while; says so */
/* The file is gone, and with it all that had to be removed. */
void disk_store_discarded(struct disk_store *store);

#endif
