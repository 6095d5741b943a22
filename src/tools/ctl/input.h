/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * input.h - standard input, read whole. It may hold a person's data: input_clear() wipes it.
 */
#ifndef MIGRANTID_CTL_INPUT_H
#define MIGRANTID_CTL_INPUT_H

#include "base/base.h"
#include "base/report.h"

struct input {
	char *data; /* len octets and a '\0' */
	size_t len;
	size_t room;
};

/* False after an error was reported: unreadable, or more than max octets. input_clear() it. */
MUST_CHECK bool input_read(struct input *input, size_t max, const struct reporter *reporter);
void input_clear(struct input *input); /* fits CLEANUP(), fine on a zeroed one */

/* Take one final newline away, if there is one. */
void input_strip_newline(struct input *input);

#endif
