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
#define MRZ_FIELD_NAME_MAX (sizeof("document-number") - 1)
_Static_assert(MESSAGE_MAX_BEFORE_ATTRIBUTE + sizeof(": ") - 1 + sizeof(union attribute_names) - 1 +
			       sizeof(" ()") - 1 + MRZ_FIELD_NAME_MAX <=
		       CLERK_MAX,
	"what is put behind a message fits");

/* Texts in the buyer's language; a bad request names the attribute, never what it held. */
static void word(const struct messages *messages, struct span language, struct decision *out)
{
	bool field = out->mrz_field != MRZ_FIELD_NONE;

	(void)snprintf(out->clerk, sizeof(out->clerk), "%s%s%s%s%s%s",
		messages_clerk(messages, out->reason, language),
		out->attribute != ATTR_NONE ? ": " : "", attribute_name(out->attribute),
		field ? " (" : "", mrz_field_name(out->mrz_field), field ? ")" : "");
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
	word(snapshot->messages, language_of(fields, count), out);
}
