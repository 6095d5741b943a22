/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_LISTEN_H
#define MIGRANTID_COMPAT_LISTEN_H

typedef struct rad_listen rad_listen_t;

/* Of its members only the last is named in shipped headers, as the length of an array. */
typedef enum RAD_LISTEN_TYPE { RAD_LISTEN_NONE, RAD_LISTEN_MAX = 9 } RAD_LISTEN_TYPE;

#endif
