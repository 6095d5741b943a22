/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "base/base.h"

struct options {
	const char *people; /* file */
	const char *state; /* folder */
	const char *listen; /* address */
	uint16_t port; /* 0: any */
	const char *issuer, *audience;
	const char *algorithm; /* NULL: as the folder has it */
	int64_t delay_ms; /* before every answer */
	bool plain; /* without TLS */
};

/* Does not return where the program is to end: --help, --version, wrong usage (status 2). */
void options_read(int argc, char **argv, struct options *out);

#endif
