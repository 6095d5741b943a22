/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_PROCESS_H
#define MIGRANTID_COMPAT_PROCESS_H

#include <freeradius/clients.h>
#include <freeradius/listen.h>

/* A member of struct rad_request in some releases; an enumeration has the size of an int. */
typedef int fr_state_action_t;

typedef int (*RAD_REQUEST_FUNP)(REQUEST *);
typedef void (*fr_request_process_t)(REQUEST *, int);

#endif
