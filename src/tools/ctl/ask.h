/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ask.h - a sale decided as the server decides it, service and store included. */
#ifndef MIGRANTID_CTL_ASK_H
#define MIGRANTID_CTL_ASK_H

#include "config/settings.h"
#include "tools/ctl/ctl.h"
#include "tools/ctl/request.h"

/* CTL_FINE: the sale may go ahead. CTL_NO: it may not. CTL_UNABLE: could not tell. */
MUST_CHECK enum ctl_exit ask(
	const struct settings *settings, struct request *request, struct output *out);

#endif
