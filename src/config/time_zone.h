/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * time_zone.h - which names of time zones are taken: those of the IANA database, and no others that
 * the library would make something of.
 */
#ifndef MIGRANTID_TIME_ZONE_H
#define MIGRANTID_TIME_ZONE_H

#include <stdbool.h>

/* True for "UTC", or an Area/City that this machine's database has. Opens its file. Thread-safe. */
bool time_zone_is_known(const char *name);

/* What a name of old is called now, "Europe/Kyiv" of "Europe/Kiev"; NULL if it is none. */
const char *time_zone_successor(const char *name);

#endif
