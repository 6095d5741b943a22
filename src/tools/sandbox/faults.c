/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "faults.h"

#include <string.h>

static const struct {
	const char *name;
	unsigned status;
	const char *text;
} faults[FAULT_COUNT] = { [FAULT_NONE] = { "none", 200, "" },
#define AS_ROW(symbol, name, status, text) [symbol] = { name, status, text },
	FAULTS(AS_ROW)
#undef AS_ROW
};

enum fault fault_of_name(const char *name)
{
	for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++)
		if (strcmp(faults[i].name, name) == 0)
			return (enum fault)i;
	return FAULT_COUNT;
}

const char *fault_name(enum fault fault)
{
	return faults[fault].name;
}

const char *fault_text(enum fault fault)
{
	return faults[fault].text;
}

unsigned fault_status(enum fault fault)
{
	return faults[fault].status;
}
