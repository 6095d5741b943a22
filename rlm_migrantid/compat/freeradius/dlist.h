/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_DLIST_H
#define MIGRANTID_COMPAT_DLIST_H

/* What a member of a doubly linked list has in it. One is a member of struct rad_request since
 * 3.2.10; the module compares that structure's size with the running server's. */
typedef struct fr_dlist_s {
	struct fr_dlist_s *prev, *next;
} fr_dlist_t;

#endif
