/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "decision/by_card.h"

#include "decision/identity.h"

/* Which check it was, and nothing of the card. */
static void report_card(const struct path *path, enum credential_check failed, const char *why)
{
	struct decider *decider = path->decider;

	if (decider_may_complain(decider, &decider->no_card_told_ms[failed]))
		report(&decider->options.reporter, SAY_WARNING, NULL, 0,
			"a digital ID card does not count (%s: %s): the sale goes on as if none "
			"had been shown",
			failed != CREDENTIAL_SOUND ? credential_check_name(failed) : "card", why);
}

void by_card_look(struct path *path, const struct sale_options *options)
{
	struct shown_card *shown = &path->shown;
	const struct card_rules by = { path->snapshot->cards, path->snapshot->settings, options,
		path->now };

	if (path->sale.credential[0] == '\0')
		return;
	shown_card_look(&by, &path->sale, shown);
	if (!shown->counts) {
		report_card(path, shown->failed, shown->why);
		return;
	}
	shown->card.issued_on = snapshot_today(path->snapshot, shown->issued_at);
	path->sale.card = &shown->card;
}

/* Whether the service is known to have said no of the card's holder since the card was issued; also
 * where that cannot be told, for OpenSSL fails. */
static bool was_refused_since(const struct path *path)
{
	struct identity identity = { 0 };
	struct question question = { 0 };
	struct sale sale = path->sale;
	bool refused;

	sale.person = path->shown.card.person;
	sale.state_len = 0;
	refused = !identity_find(path->snapshot, &sale, SUBJECT_DOCUMENT, path->now, &identity) ||
		  !question_make(identity.key, &identity.sbj, SUBJECT_DOCUMENT, &sale, &question) ||
		  !identity_add_other(&identity, &sale, &question) ||
		  cache_refused_since(
			  path->decider->cache, &question.asked, path->shown.issued_at, path->now);
	question_clear(&question);
	identity_clear(&identity);
	sale_clear(&sale);
	return refused;
}

bool by_card_decided(struct path *path)
{
	if (!shown_card_may_decide(
		    &path->shown, path->snapshot->settings, &path->sale, &path->today))
		return false;
	if (was_refused_since(path)) {
		report_card(path, CREDENTIAL_SOUND, "refused-since");
		return false;
	}
	path->out->result = RESULT_YES;
	path->out->reason = REASON_MATCH;
	path->out->source = SOURCE_CREDENTIAL;
	return true;
}
