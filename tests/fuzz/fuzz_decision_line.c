/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A line of the decision log, as migrantidctl log and report read it: whatever stands in a log, what
 * is taken for a decision is one, wholly, and holds nothing but what a decision is made of.
 */
#include "fuzz.h"
#include "rules/text.h"
#include "tools/ctl/decision_line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = exact_copy(data, size);
	struct decision_line line, again;
	char reference[REFERENCE_LEN + 1];

	memset(&line, 0x5a, sizeof(line));
	if (decision_line_read(text, size, &line) == LINE_DECISION) {
		HOLDS(memchr(line.reference, '\0', sizeof(line.reference)) != NULL);
		HOLDS(reference_read(line.reference, reference) == REFERENCE_GOOD);
		HOLDS(line.result != NULL && line.reason != NULL);
		HOLDS(line.exempt == (strcmp(line.result, "Exempt") == 0));
		HOLDS(line.time_ms >= 0 && line.took_ms >= 0);
		HOLDS(memchr(line.rules, '\0', sizeof(line.rules)) != NULL);
		HOLDS(memchr(line.by, '\0', sizeof(line.by)) != NULL);
		HOLDS(text_is_plain(line.by, strlen(line.by)));
		HOLDS(!line.exempt || line.by[0] == '\0' || text_is_word(line.by, strlen(line.by)));
		/* Nothing is carried over from the line before. */
		memset(&again, 0xa5, sizeof(again));
		HOLDS(decision_line_read(text, size, &again) == LINE_DECISION);
		HOLDS(strcmp(line.by, again.by) == 0 && strcmp(line.rules, again.rules) == 0 &&
			line.source == again.source && line.attribute == again.attribute &&
			line.took_ms == again.took_ms && line.time_ms == again.time_ms);
	}
	free(text);
	return 0;
}
