/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * server.h - the FreeRADIUS headers in the order that they want.
 */
#ifndef MIGRANTID_SERVER_H
#define MIGRANTID_SERVER_H

#include <freeradius/radiusd.h>

#include <freeradius/modules.h>

#endif
