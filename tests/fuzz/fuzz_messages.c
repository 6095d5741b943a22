/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages.cfg: refused with an error or taken without one; from what is taken every reason has a
 * clerk's text, every refusal a remedy, and each fits into one attribute.
 */
#include "fuzz.h"
#include "config/messages.h"
#include "rules/text.h"

#define AS_ROW(symbol, number, name) symbol,
static const enum reason reasons[] = { REASONS(AS_ROW) };
#undef AS_ROW

static const char *const tags[] = { "", "en", "ru", "ru-RU", "RU-cyrl-ru", "uz-Cyrl", "de-a-b-c-d",
	"-", "x", "ru_RU.UTF-8", "de;q=0.1,*,ru;q=0.8, uz" };

static void fits(const char *text)
{
	HOLDS(strlen(text) <= MESSAGE_MAX && text_is_plain(text, strlen(text)));
}

static void says_all(const struct messages *messages, const char *tag)
{
	const struct span asked = { tag, strlen(tag) };

	for (size_t i = 0; i < ARRAY_LEN(reasons); i++) {
		const char *clerk = messages_clerk(messages, reasons[i], asked);
		const char *remedy = messages_remedy(messages, reasons[i], asked);

		HOLDS(clerk != NULL && clerk[0] != '\0');
		fits(clerk);
		HOLDS(remedy != NULL);
		fits(remedy);
		if (outcome_of(RESULT_NO, reasons[i], false) != OUTCOME_BAD_REQUEST &&
			reasons[i] >= REASON_NO_MATCH && reasons[i] <= REASON_CONSENT_MISSING)
			HOLDS(remedy[0] != '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = text_copy(data, size);
	struct tally tally;
	struct reporter reporter = tally_reporter(&tally);
	struct messages *messages = messages_parse(text, "messages.cfg", &reporter);

	HOLDS((messages == NULL) == (tally.said[SAY_ERROR] > 0));
	if (messages != NULL)
		for (size_t i = 0; i < ARRAY_LEN(tags); i++)
			says_all(messages, tags[i]);
	messages_free(messages);
	free(text);
	return 0;
}
