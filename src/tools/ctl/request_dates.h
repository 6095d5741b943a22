/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request_dates.h - signs for dates that move with the day, as policy cases have them. */
#ifndef MIGRANTID_CTL_REQUEST_DATES_H
#define MIGRANTID_CTL_REQUEST_DATES_H

#include "base/base.h"
#include "person/date.h"
#include "tools/ctl/input.h"

/*
 * Put dates in the place of @TODAY@, @TODAY-6Y@, @TODAY-6Y+1D@ and the like: years and months
 * first, then days; 29 February in another year is 1 March. The text must hold no NUL; it is
 * replaced, and the old one wiped. False if memory ran out.
 */
MUST_CHECK bool request_dates(struct input *input, const struct date *today);

#endif
