/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pem.h"

#include <stdbool.h>
#include <time.h>

int pem_no_password(char *buffer, int size, int for_writing, void *ctx)
{
	bool *asked = ctx;

	(void)buffer;
	(void)size;
	(void)for_writing;
	if (asked != NULL)
		*asked = true;
	return -1; /* 0 would be tried as an empty password */
}

int64_t pem_seconds(const ASN1_TIME *time)
{
	struct tm parts;

	return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) : 0;
}
