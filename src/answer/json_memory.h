/* SPDX-License-Identifier: GPL-2.0-or-later */
/* json_memory.h - how jansson gives memory back: what it holds may be of a person. */
#ifndef MIGRANTID_JSON_MEMORY_H
#define MIGRANTID_JSON_MEMORY_H

/*
 * From here on jansson wipes what it frees. Process-wide; for other users of it too, whom it does
 * not disturb: it stays malloc() and free() but for the wiping. Any number of times; the
 * first one before another thread uses jansson.
 */
void json_memory_wipe(void);

#endif
