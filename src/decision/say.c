/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/say.h"

#include <stdio.h>
#include <string.h>

static struct span language_of(const struct sale_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fields[i].attribute == ATTR_LANGUAGE && fields[i].value.len <= LANGUAGE_MAX)
			return fields[i].value;
	return (struct span){ "", 0 };
}

/* Texts in the buyer's language; a bad request names the attribute, never what it held. */
static void word(const struct messages *messages, struct span language, struct decision *out)
{
	char tag[LANGUAGE_MAX + 1];
	size_t len;

	memcpy(tag, language.data, language.len);
	tag[language.len] = '\0';
	len = (size_t)snprintf(out->clerk, sizeof(out->clerk), "%s",
		messages_clerk(messages, out->reason, tag));
	if (out->attribute != ATTR_NONE && len < sizeof(out->clerk))
		len += (size_t)snprintf(out->clerk + len, sizeof(out->clerk) - len, ": %s",
			attribute_name(out->attribute));
	if (out->mrz_field != MRZ_FIELD_NONE && len < sizeof(out->clerk))
		(void)snprintf(out->clerk + len, sizeof(out->clerk) - len, " (%s)",
			mrz_field_name(out->mrz_field));
	(void)snprintf(out->remedy, sizeof(out->remedy), "%s",
		messages_remedy(messages, out->reason, tag));
}

void say(const struct snapshot *snapshot, const struct sale_field *fields, size_t count,
	 struct decision *out)
{
	out->outcome = outcome_of(out->result, out->reason, out->state_len > 0);
	out->tells_source = snapshot->settings->reply_source;
	(void)snprintf(out->rules_digest, sizeof(out->rules_digest), "%s",
		rules_digest(snapshot->rules));
	if (out->result != RESULT_NOT_APPLICABLE && !reference_make(out->reference))
		(void)snprintf(out->reference, sizeof(out->reference), "none");
	word(snapshot->messages, language_of(fields, count), out);
}
