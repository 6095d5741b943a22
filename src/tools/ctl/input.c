/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>

/* read(2), not stdio: its buffer could not be wiped. */
static bool fill(struct input *input, const struct reporter *reporter)
{
	while (input->len < input->room) {
		ssize_t got =
			read(STDIN_FILENO, input->data + input->len, input->room - input->len);

		if (got == 0)
			return true;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			report(reporter, SAY_ERROR, NULL, 0, "standard input cannot be read: %s",
				strerrordesc_np(errno));
			return false;
		}
		input->len += (size_t)got;
	}
	return true;
}

bool input_read(struct input *input, size_t max, const struct reporter *reporter)
{
	*input = (struct input){ .data = calloc(1, max + 2), .room = max + 1 };
	if (input->data == NULL) {
		report(reporter, SAY_ERROR, NULL, 0, "out of memory");
		return false;
	}
	if (isatty(STDIN_FILENO))
		report(reporter, SAY_INFO, NULL, 0, "reading standard input; end it with Ctrl-D");
	if (!fill(input, reporter))
		return false;
	if (input->len <= max)
		return true;
	report(reporter, SAY_ERROR, NULL, 0, "standard input is longer than %zu octets", max);
	return false;
}

void input_clear(struct input *input)
{
	if (input->data != NULL)
		OPENSSL_cleanse(input->data, input->room);
	free(input->data);
	*input = (struct input){ .data = NULL };
}

void input_strip_newline(struct input *input)
{
	if (input->len > 0 && input->data[input->len - 1] == '\n')
		input->data[--input->len] = '\0';
}
