/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * issue.h - what the sandbox does without serving: a card, a presentation or a status list on
 * standard output.
 */
#ifndef SANDBOX_ISSUE_H
#define SANDBOX_ISSUE_H

#include "options.h"
#include "people.h"

/* The exit status: --issue. Errors are printed. */
MUST_CHECK int issue_card(const struct options *options, const struct people *people);
/* --status-list. */
MUST_CHECK int issue_status_list(const struct options *options, const struct people *people);

#endif
