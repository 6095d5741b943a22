/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in for a header that libfreeradius-dev includes but does not ship (see ../README). */
#ifndef MIGRANTID_COMPAT_TMPL_H
#define MIGRANTID_COMPAT_TMPL_H

typedef struct vp_tmpl_t vp_tmpl_t;
typedef struct pair_list PAIR_LIST;

/* Named in prototypes that the module does not use. */
typedef int request_refs_t;
typedef int pair_lists_t;

#endif
