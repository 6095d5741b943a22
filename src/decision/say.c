/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/say.h"

#include <stdio.h>

/* The first one that is there; also of a request that could not be read. */
static struct span language_of(const struct sale_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].attribute == ATTR_LANGUAGE)
			return fields[i].value;
	return (struct span){ "", 0 };
}

#define AS_MEMBER(symbol, number, name, longest, most) char symbol[sizeof(name)];
union attribute_names {
	SALE_ATTRIBUTES(AS_MEMBER)
};
#undef AS_MEMBER
#define DETAIL_MAX (sizeof(union attribute_names) - 1 + sizeof(" (document-number)") - 1)
_Static_assert(MESSAGE_MAX_BEFORE_DETAIL + sizeof(": ") - 1 + DETAIL_MAX <= CLERK_MAX &&
		       SNAPSHOT_TIME_LEN <= DETAIL_MAX,
	"what is put behind a message fits");

/* What is put behind the clerk's text: the attribute at fault, never what it held; an end. */
static void detail(
	const struct snapshot *snapshot, const struct decision *decision, char out[DETAIL_MAX + 1])
{
	bool field = decision->mrz_field != MRZ_FIELD_NONE;

	out[0] = '\0';
	if (decision->attribute != ATTR_NONE)
		(void)snprintf(out, DETAIL_MAX + 1, "%s%s%s%s", attribute_name(decision->attribute),
			field ? " (" : "", mrz_field_name(decision->mrz_field), field ? ")" : "");
	else if (decision->reason == REASON_SERVICE_OUTAGE && snapshot->outage.until > 0)
		snapshot_time(snapshot, snapshot->outage.until, out);
}

/* Texts in the buyer's language. */
static void word(const struct snapshot *snapshot, struct span language, struct decision *out)
{
	const struct messages *messages = snapshot->messages;
	char behind[DETAIL_MAX + 1];

	detail(snapshot, out, behind);
	(void)snprintf(out->clerk, sizeof(out->clerk), "%s%s%s",
		messages_clerk(messages, out->reason, language), behind[0] != '\0' ? ": " : "",
		behind);
	(void)snprintf(out->remedy, sizeof(out->remedy), "%s",
		messages_remedy(messages, out->reason, language));
}

void say(const struct snapshot *snapshot, const struct sale_field *fields, size_t count,
	struct decision *out)
{
	out->outcome = outcome_of(out->result, out->reason, out->state_len > 0);
	out->tells_source = snapshot->settings->reply_source;
	(void)snprintf(
		out->rules_digest, sizeof(out->rules_digest), "%s", rules_digest(snapshot->rules));
	if (!reference_make(out->reference))
		(void)snprintf(out->reference, sizeof(out->reference), "none");
	word(snapshot, language_of(fields, count), out);
}
