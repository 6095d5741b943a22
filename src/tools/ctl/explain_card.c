/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/explain_card.h"

#include "tools/ctl/files.h"

static void drop_policy(struct card_policy **policy)
{
	card_policy_unref(*policy);
}

static void show(struct output *out, const struct shown_card *shown)
{
	output_fact(out, "card", shown->counts ? "counts" : "does not count");
	if (shown->counts)
		return;
	output_fact(out, "card_check",
		shown->failed != CREDENTIAL_SOUND ? credential_check_name(shown->failed) : "card");
	output_fact(out, "card_because", shown->why);
}

bool explain_card(const struct settings *settings, const struct sale_options *options, int64_t now,
	struct output *out, struct sale *sale, struct shown_card *shown)
{
	struct card_policy *policy CLEANUP(drop_policy) = NULL;
	struct card_rules by = { NULL, settings, options, now };

	if (sale->credential[0] == '\0')
		return true;
	if (settings->credential_enabled) {
		policy = files_cards(settings, now, &out->reporter);
		if (policy == NULL)
			return false;
		by.policy = policy;
	}
	shown_card_look(&by, sale, shown);
	show(out, shown);
	if (!shown->counts)
		return true;
	shown->card.issued_on = files_date(settings, shown->issued_at);
	sale->card = &shown->card;
	return true;
}
