/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report_attempt.c - what the operator is told of an attempt that decides no sale.
 */
#include "inquiry/inquiry_internal.h"

static const char *address_of(struct inquiries *all, const struct attempt_result *attempt)
{
	return transport_address(all->transport, GROUP_SERVICE, attempt->endpoint);
}

/* Somebody should hear of it, once a minute for each kind. */
static bool may_complain(struct inquiries *all, enum status_meaning kind)
{
	int64_t now = inquiries_now(all);

	if (all->complained_ms[kind] != 0 && now - all->complained_ms[kind] < COMPLAIN_EVERY_MS)
		return false;
	all->complained_ms[kind] = now;
	return true;
}

void report_our_fault(struct inquiries *all, const struct attempt_result *attempt)
{
	if (may_complain(all, STATUS_OUR_FAULT))
		report(&all->options.reporter, SAY_ERROR, NULL, 0,
			"%s refuses our questions with HTTP status %d: no sale can be decided; "
			"look "
			"at the address, the client certificate and what was agreed with the "
			"service",
			address_of(all, attempt), attempt->status);
}

void report_shortage(struct inquiries *all, const char *why)
{
	int64_t now = inquiries_now(all);
	int_fast64_t before = atomic_load(&all->shortage_reported_ms);
	const char *advice = transport_advice(why);

	if ((before == 0 || now - before >= COMPLAIN_EVERY_MS) &&
		atomic_compare_exchange_strong(&all->shortage_reported_ms, &before, now))
		report(&all->options.reporter, SAY_ERROR, NULL, 0,
			"the service could not be asked about a sale (%s): no decision%s%s", why,
			advice[0] != '\0' ? "; " : "", advice);
}

/* It says something of this one question; others may be well. */
void report_refused(struct inquiries *all, const struct attempt_result *attempt)
{
	if (may_complain(all, STATUS_QUESTION_REFUSED))
		report(&all->options.reporter, SAY_WARNING, NULL, 0,
			"%s refuses one question as malformed (HTTP status 422): no decision for "
			"this sale",
			address_of(all, attempt));
}

void report_too_large(struct inquiries *all, const struct attempt_result *attempt)
{
	atomic_fetch_add(&all->rejected_count[CHECK_FORM], 1);
	report(&all->options.reporter, SAY_WARNING, NULL, 0,
		"%s sent more than %d octets: no decision", address_of(all, attempt), JWS_MAX_LEN);
}
