/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cards.c - whose digital ID cards count: the issuers' keys and their status lists, each of files
 * that others write.
 *
 * All of them are read anew when one has changed. Keys whose file cannot be read stay in force for
 * keys.jwks_max_age, as the service's do. A status list that is damaged, stale or gone is no error:
 * it is said, and the cards that name it do not count until it is there again.
 */
#include <string.h>

#include "config/config_internal.h"

#define RETRY_MS 60000

static size_t lists_in(const struct card_policy *policy)
{
	size_t count = 0;

	for (size_t i = 0; i < policy->issuer_count; i++)
		count += policy->issuers[i].status_list_count;
	return count;
}

/* False: something failed. */
static bool load_cards(struct config *config, const struct reporter *reporter)
{
	const struct settings *settings = config->loaded->settings;
	int64_t good_ms[CARD_ISSUERS_MAX] = { 0 };
	bool whole = true;
	struct card_policy *before = config->cards.policy, *fresh = NULL;

	config->cards.of = config->loaded;
	config->cards.digest = settings->credential_enabled ? cards_digest(settings) : 0;
	config->cards.read_ms = clock_mono_ms(&config->clock);
	config->cards.ended = 0;
	if (settings->credential_enabled)
		fresh = cards_load(
			settings, &config->clock, &config->cards, reporter, good_ms, &whole);
	memcpy(config->cards.good_ms, good_ms, sizeof(good_ms));
	config->cards.policy = fresh;
	card_policy_unref(before);
	config->cards.failing = !whole;
	return whole;
}

/* ---- from outside ---- */

static void report_loaded(const struct config *config)
{
	const struct card_policy *policy = config->cards.policy;

	if (policy != NULL)
		report(&config->reporter, SAY_INFO, config->file, 0,
			"digital ID cards count: issuers: %zu, status lists in force: %zu",
			policy->issuer_count, lists_in(policy));
}

/* What is wrong is told when it begins and when it becomes something else. */
static void load_and_tell(struct config *config)
{
	struct reporter noting = notes_begin(&config->notes);
	bool whole = load_cards(config, &noting);
	uint64_t digest = notes_digest(&config->notes);

	if (whole || digest != config->cards.told) {
		notes_report(&config->notes, &config->reporter);
		report_loaded(config);
	}
	config->cards.told = digest;
}

bool cards_open(struct config *config)
{
	const struct card_policy *policy;

	load_and_tell(config);
	policy = config->cards.policy;
	for (size_t i = 0; policy != NULL && i < policy->issuer_count; i++) {
		if (policy->issuers[i].keys != NULL)
			continue;
		settings_say(config->loaded->settings, &config->reporter, SAY_ERROR,
			SETTINGS_CREDENTIAL, "issuers",
			"put the JWK Set of %s where its jwks_file says, or take it out",
			policy->issuers[i].issuer);
		return false;
	}
	return policy != NULL || !config->loaded->settings->credential_enabled;
}

/* Each list is named once when it ends: it will be read again when there is a newer one. */
static void report_ended(struct config *config)
{
	const struct card_policy *policy = config->cards.policy;
	int64_t now = clock_wall(&config->clock);
	size_t ended = 0;

	for (size_t i = 0; i < policy->issuer_count; i++) {
		const struct card_issuer *issuer = &policy->issuers[i];

		for (size_t j = 0; j < issuer->status_list_count; j++) {
			if (status_list_ends_at(issuer->status_lists[j]) > now ||
				++ended <= config->cards.ended)
				continue;
			report(&config->reporter, SAY_WARNING,
				config->loaded->settings->status_directory, 0,
				"the status list of %s has ended: cards that name it do not count "
				"until there is a newer one; see why it is not fetched",
				status_list_uri(issuer->status_lists[j]));
		}
	}
	config->cards.ended = ended > config->cards.ended ? ended : config->cards.ended;
}

static bool has_changed(const struct config *config)
{
	const struct cards *cards = &config->cards;
	const struct settings *settings = config->loaded->settings;

	if (cards->of != config->loaded)
		return true;
	if (!settings->credential_enabled)
		return false;
	return cards_digest(settings) != cards->digest ||
	       (cards->failing && clock_mono_ms(&config->clock) - cards->read_ms >= RETRY_MS);
}

void cards_check(struct config *config)
{
	if (has_changed(config))
		load_and_tell(config);
	if (config->cards.policy != NULL)
		report_ended(config);
}

void cards_close(struct cards *cards)
{
	card_policy_unref(cards->policy);
}
