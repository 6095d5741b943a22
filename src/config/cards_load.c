/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cards_load.c - one reading of the issuers' keys and status lists, whole; cards.c says when. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf.h"
#include "config/config_internal.h"
#include "config/files.h"

#define LISTS_MAX 64 /* files in status_directory that are looked at */
#define ENDING ".jwt"
#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* ---- the files ---- */

static uint64_t mixed(uint64_t digest, const void *data, size_t len)
{
	const unsigned char *octets = data;

	for (size_t i = 0; i < len; i++)
		digest = (digest ^ octets[i]) * FNV_PRIME;
	return digest;
}

static uint64_t mixed_file(uint64_t digest, const char *path)
{
	struct file_mark mark = file_mark_of(path);

	digest = mixed(digest, path, strlen(path) + 1);
	return mixed(digest, &mark, sizeof(mark));
}

/* A status list ends in ".jwt": what a tool writes beside it until it is whole does not. */
static int is_list(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name), ending = strlen(ENDING);

	return entry->d_name[0] != '.' && len > ending &&
	       strcmp(entry->d_name + len - ending, ENDING) == 0;
}

struct folder {
	struct dirent **entries; /* in order of their names */
	int count; /* -1: it cannot be read, and errno says why */
};

static struct folder folder_of(const char *path)
{
	struct folder folder = { .count = 0 };

	if (path[0] != '\0')
		folder.count = scandir(path, &folder.entries, is_list, alphasort);
	return folder;
}

static void drop_folder(struct folder *folder)
{
	for (int i = 0; i < folder->count; i++)
		free(folder->entries[i]);
	free(folder->entries);
}

/* The caller free()s it; NULL: out of memory. */
static char *path_of(const char *folder, const struct dirent *entry)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, entry->d_name) < 0 ? NULL : path;
}

/* Of all that a load would read: another one if anything has changed. */
uint64_t cards_digest(const struct settings *settings)
{
	struct folder folder CLEANUP(drop_folder) = folder_of(settings->status_directory);
	uint64_t digest = mixed(FNV_BASIS, &folder.count, sizeof(folder.count));

	for (size_t i = 0; i < settings->card_issuer_count; i++)
		digest = mixed_file(digest, settings->card_issuers[i].jwks_file);
	for (int i = 0; i < folder.count && i < LISTS_MAX; i++) {
		char *path = path_of(settings->status_directory, folder.entries[i]);

		if (path != NULL)
			digest = mixed_file(digest, path);
		free(path);
	}
	return digest;
}

/* ---- one load ---- */

struct load {
	const struct settings *settings;
	const struct clock *clock;
	const struct cards *before; /* NULL: nothing was in force */
	const struct reporter *reporter;
	struct card_policy *policy;
	bool whole; /* nothing failed */
};

static struct key_set *read_keys(const char *path, const struct reporter *reporter)
{
	size_t len = 0;
	char *text = conf_slurp(path, JWKS_MAX_LEN, &len, reporter);
	struct key_set *set = text == NULL ? NULL : key_set_read(text, len, path, reporter);

	free(text);
	return set;
}

/* What was in force of an issuer, as long as it is believed. *good_ms is from then. */
static struct key_set *keys_before(const struct load *load, const char *issuer, int64_t *good_ms)
{
	const struct cards *cards = load->before;
	int64_t longest = load->settings->jwks_max_age * 1000;

	for (size_t i = 0;
		cards != NULL && cards->policy != NULL && i < cards->policy->issuer_count; i++) {
		const struct card_issuer *known = &cards->policy->issuers[i];

		if (strcmp(known->issuer, issuer) != 0 || known->keys == NULL ||
			clock_mono_ms(load->clock) - cards->good_ms[i] > longest)
			continue;
		*good_ms = cards->good_ms[i];
		return key_set_ref(known->keys);
	}
	return NULL;
}

static bool load_issuer(struct load *load, const char *issuer, const char *path, int64_t *good_ms)
{
	struct card_issuer *out = &load->policy->issuers[load->policy->issuer_count++];

	*good_ms = clock_mono_ms(load->clock);
	out->issuer = strdup(issuer);
	out->keys = read_keys(path, load->reporter);
	if (out->keys == NULL) {
		load->whole = false;
		out->keys = keys_before(load, issuer, good_ms);
		report(load->reporter, SAY_WARNING, path, 0, "%s",
			out->keys != NULL ? "the issuer's keys that are in force are believed for "
					    "keys.jwks_max_age, then its cards count no more"
					  : "this issuer's cards do not count");
	} else if (key_set_count(out->keys) == 0) {
		report(load->reporter, SAY_WARNING, path, 0,
			"this key set says that there is no usable key: its issuer's cards do not "
			"count");
	}
	return out->issuer != NULL;
}

/* Of two lists of one uri the newer one. */
static void keep_list(const struct load *load, struct card_issuer *issuer, struct status_list *list,
	const char *path)
{
	for (size_t i = 0; i < issuer->status_list_count; i++) {
		struct status_list **known = &issuer->status_lists[i], *older = *known;

		if (strcmp(status_list_uri(*known), status_list_uri(list)) != 0)
			continue;
		if (status_list_issued_at(list) > status_list_issued_at(*known))
			*known = list;
		else
			older = list;
		report(load->reporter, SAY_WARNING, path, 0,
			"there are two status lists of %s: the newer one counts",
			status_list_uri(*known));
		status_list_free(older);
		return;
	}
	if (issuer->status_list_count < CARD_STATUS_LISTS_MAX) {
		issuer->status_lists[issuer->status_list_count++] = list;
		return;
	}
	report(load->reporter, SAY_WARNING, path, 0,
		"left out: %d status lists of one issuer are the most", CARD_STATUS_LISTS_MAX);
	status_list_free(list);
}

/* It is the list of whichever issuer has signed it. */
static void load_list(struct load *load, const char *path)
{
	enum status_list_check check = STATUS_LIST_FORM, furthest = STATUS_LIST_FORM;
	int64_t now = clock_wall(load->clock);
	size_t len = 0;
	char *text = conf_slurp(path, STATUS_LIST_MAX_LEN, &len, load->reporter);

	if (text != NULL && len > 0 && text[len - 1] == '\n')
		len--;
	for (size_t i = 0; text != NULL && i < load->policy->issuer_count; i++) {
		struct card_issuer *issuer = &load->policy->issuers[i];
		struct status_list *list;

		check = status_list_read(
			text, len, issuer->keys, JWS_DEFAULT_ALGORITHMS, now, &list);
		if (check == STATUS_LIST_SOUND) {
			keep_list(load, issuer, list, path);
			break;
		}
		furthest = check > furthest ? check : furthest;
	}
	load->whole &= check == STATUS_LIST_SOUND;
	if (text != NULL && check != STATUS_LIST_SOUND)
		report(load->reporter, SAY_WARNING, path, 0,
			"is no status list in force: check %d, %s, fails; cards that name it do "
			"not count: see that it is fetched (migrantidctl status-list fetch)",
			(int)furthest, status_list_check_name(furthest));
	free(text);
}

static void load_lists(struct load *load, const char *directory)
{
	struct folder folder CLEANUP(drop_folder) = folder_of(directory);

	if (folder.count < 0) {
		const char *reason = strerrordesc_np(errno);

		load->whole = false;
		report(load->reporter, SAY_WARNING, directory, 0,
			"status_directory cannot be read: %s; cards with a status do not count",
			reason != NULL ? reason : "unknown error");
	}
	if (folder.count > LISTS_MAX)
		report(load->reporter, SAY_WARNING, directory, 0,
			"of %d files only %d are looked at", folder.count, LISTS_MAX);
	for (int i = 0; i < folder.count && i < LISTS_MAX; i++) {
		char *path = path_of(directory, folder.entries[i]);

		if (path != NULL)
			load_list(load, path);
		free(path);
	}
}

static bool fill(struct load *load, int64_t good_ms[CARD_ISSUERS_MAX])
{
	const struct settings *settings = load->settings;
	struct card_policy *policy = load->policy;

	policy->typ = strdup(settings->typ);
	policy->vct = strdup(settings->vct);
	policy->max_lifetime = settings->max_validity;
	policy->status_required = settings->status_required;
	policy->printed = settings->printed;
	if (policy->typ == NULL || policy->vct == NULL)
		return false;
	for (size_t i = 0; i < settings->card_issuer_count; i++)
		if (!load_issuer(load, settings->card_issuers[i].issuer,
			    settings->card_issuers[i].jwks_file, &good_ms[i]))
			return false;
	load_lists(load, settings->status_directory);
	return true;
}

struct card_policy *cards_load(const struct settings *settings, const struct clock *clock,
	const struct cards *before, const struct reporter *reporter,
	int64_t good_ms[CARD_ISSUERS_MAX], bool *whole)
{
	struct load load = { settings, clock, before, reporter, card_policy_new(), true };

	if (load.policy != NULL && fill(&load, good_ms)) {
		*whole = load.whole;
		return load.policy;
	}
	*whole = false;
	report(reporter, SAY_ERROR, NULL, 0,
		"out of memory while digital ID cards were set up: none counts");
	card_policy_unref(load.policy);
	return NULL;
}

struct card_policy *file_cards(
	const struct settings *settings, const struct clock *clock, const struct reporter *reporter)
{
	int64_t good_ms[CARD_ISSUERS_MAX];
	bool whole;

	return cards_load(settings, clock, NULL, reporter, good_ms, &whole);
}
