/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_CLIENTS_H
#define MIGRANTID_COMPAT_CLIENTS_H

typedef struct radclient RADCLIENT;
typedef struct radclient_list RADCLIENT_LIST;

#endif
