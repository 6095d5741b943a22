/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/person.h"

#include <openssl/crypto.h>

#include "base/clock.h"
#include "rules/evaluate.h"
#include "tools/ctl/files.h"
#include "tools/ctl/request.h"

static void drop_operator_key(struct operator_key *key)
{
	OPENSSL_cleanse(key, sizeof(*key));
}

static bool add_key(const char *path, const struct person *person, struct person_keys *out,
	const struct reporter *reporter)
{
	struct operator_key key CLEANUP(drop_operator_key) = { .len = 0 };

	if (path[0] == '\0')
		return true;
	if (!file_operator_key(path, &key, reporter))
		return false;
	if (!person_key_make(&key, person, &out->at[out->count])) {
		report(reporter, SAY_ERROR, NULL, 0, "the pseudonym could not be made");
		return false;
	}
	out->count++;
	return true;
}

/* Consent and the rest of a sale are not needed to say who somebody is. */
static bool person_is_whole(const struct sale *sale, const struct reporter *reporter)
{
	enum attribute missing = evaluate_missing(sale);

	if (missing == ATTR_NONE)
		return true;
	report(reporter, SAY_ERROR, NULL, 0, "%s: %s", attribute_name(missing),
		reason_name(REASON_ATTRIBUTE_MISSING));
	return false;
}

enum ctl_exit person_keys_read(
	const struct settings *settings, struct person_keys *out, const struct output *output)
{
	struct rule_set *rules CLEANUP(drop_rules) =
		file_rules(settings->rules_file, &output->reporter);
	const struct reporter *reporter = &output->reporter;
	struct request request CLEANUP(request_clear) = { .count = 0 };
	struct sale sale CLEANUP(sale_clear) = { .id = "" };
	struct sale_options options = { .allow_specimen = settings->allow_specimen };
	struct sale_fault fault;

	if (rules == NULL)
		return CTL_UNABLE;
	options.today = files_date(settings, clock_wall(&system_clock));
	options.codes = rules_codes(rules);
	switch (request_read(&request, &options.today, reporter)) {
	case REQUEST_READ:
		break;
	case REQUEST_WRONG:
		return CTL_NO;
	case REQUEST_UNREADABLE:
		return CTL_UNABLE;
	}
	if (!sale_read(request.fields, request.count, &options, &sale, &fault)) {
		request_report_fault(&fault, reporter);
		return CTL_NO;
	}
	if (!person_is_whole(&sale, reporter))
		return CTL_NO;
	if (!add_key(settings->person_key_file, &sale.person, out, reporter) ||
		!add_key(settings->person_key_previous_file, &sale.person, out, reporter))
		return CTL_UNABLE;
	return CTL_FINE;
}

void person_keys_clear(struct person_keys *keys)
{
	OPENSSL_cleanse(keys, sizeof(*keys));
}
