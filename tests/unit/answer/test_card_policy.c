/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several issuers: a card counts by its own issuer's keys, name and lists, and by no other's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "a_card.h"
#include "answer/card_policy.h"

#define OTHER_ISSUER "https://other.example"
#define STATUS "'status':{'status_list':{'idx':1,'uri':'" CARD_LIST "'}}"

static struct signer *one, *two, *holder;
static struct card_policy *policy;

static void add_issuer(const char *name, const struct signer *signer, const char *list)
{
	struct card_issuer *issuer = &policy->issuers[policy->issuer_count++];
	char *token = card_status_list(signer, NULL, list);

	issuer->issuer = strdup(name);
	issuer->keys = signer_key_set(&signer, 1);
	assert_int_equal(status_list_read(token, strlen(token), issuer->keys,
				 JWS_DEFAULT_ALGORITHMS, CARD_NOW, &issuer->status_lists[0]),
		STATUS_LIST_SOUND);
	issuer->status_list_count = 1;
	free(token);
}

static int set_up(void **state)
{
	(void)state;
	/* Of one kid: what tells them apart is the key. */
	one = signer_new(JWS_ES256, "card-1");
	two = signer_new(JWS_ES256, "card-1");
	holder = signer_new(JWS_ES256, NULL);
	policy = card_policy_new();
	assert_non_null(policy);
	policy->typ = strdup(CREDENTIAL_TYP);
	policy->vct = strdup(CARD_VCT);
	policy->max_lifetime = CREDENTIAL_MAX_LIFETIME;
	add_issuer(CARD_ISSUER, one, NULL);
	/* lst is 00 00: nobody's card is taken back. */
	add_issuer(OTHER_ISSUER, two, "{'status_list':{'bits':1,'lst':'eNpjYAAAAAIAAQ'}}");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	card_policy_unref(policy);
	signer_free(one);
	signer_free(two);
	signer_free(holder);
	return 0;
}

static struct credential_finding found(const struct signer *signer, const char *claims)
{
	const struct card_recipe recipe = { .issuer = signer, .holder = holder, .claims = claims };
	char *text = card_present(&recipe);
	struct credential_finding finding;
	struct credential card;

	finding = card_policy_verify(policy, (struct span){ text, strlen(text) }, CARD_AUDIENCE,
		CARD_NONCE, CARD_NOW, &card);
	assert_int_equal(finding.failed == CREDENTIAL_SOUND, card.claims != NULL);
	credential_clear(&card);
	free(text);
	return finding;
}

static void test_each_by_its_own(void **state)
{
	(void)state;
	assert_int_equal(found(one, NULL).failed, CREDENTIAL_SOUND);
	assert_int_equal(found(two, "{'iss':'" OTHER_ISSUER "'}").failed, CREDENTIAL_SOUND);
	assert_int_equal(found(two, NULL).failed, CREDENTIAL_ISSUER);
	assert_int_equal(found(one, "{'iss':'" OTHER_ISSUER "'}").failed, CREDENTIAL_ISSUER);
	assert_int_equal(found(holder, NULL).failed, CREDENTIAL_KEY);
}

/* Card 1 is taken back in neither list, card 0 in the first one's. */
static void test_lists_are_the_issuers(void **state)
{
	(void)state;
	assert_int_equal(found(one, "{" STATUS "}").failed, CREDENTIAL_SOUND);
	assert_string_equal(
		found(one, "{'status':{'status_list':{'idx':0,'uri':'" CARD_LIST "'}}}").why,
		"revoked");
	assert_int_equal(found(two, "{'iss':'" OTHER_ISSUER
				    "','status':{'status_list':{'idx':0,'uri':'" CARD_LIST "'}}}")
				 .failed,
		CREDENTIAL_SOUND);
}

/* What got furthest says why: the first issuer's signature is not the second card's. */
static void test_furthest(void **state)
{
	struct credential_finding finding;

	(void)state;
	finding = found(two, "{'iss':'" OTHER_ISSUER "','exp':1796119200}");
	assert_int_equal(finding.failed, CREDENTIAL_TIME);
	assert_string_equal(finding.why, "expired");
	finding = found(one, "{'exp':1796119200}");
	assert_int_equal(finding.failed, CREDENTIAL_TIME);
}

static void test_switches(void **state)
{
	(void)state;
	policy->status_required = true;
	assert_string_equal(found(one, NULL).why, "no-status");
	policy->status_required = false;
	assert_string_equal(found(one, "{'cnf':'-'}").why, "no-holder-key");
	policy->max_lifetime = 60;
	assert_string_equal(found(one, NULL).why, "too-long-a-life");
}

static void test_nobody(void **state)
{
	struct credential card;

	(void)state;
	key_set_unref(policy->issuers[0].keys);
	policy->issuers[0].keys = NULL;
	assert_int_equal(found(one, NULL).failed, CREDENTIAL_SIGNATURE);
	card_policy_unref(policy);
	policy = card_policy_new();
	assert_int_equal(
		card_policy_verify(policy, (struct span){ "a~", 2 }, "a", "n", CARD_NOW, &card)
			.failed,
		CREDENTIAL_FORM);
	assert_null(card.claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_each_by_its_own, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lists_are_the_issuers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_furthest, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_switches, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_nobody, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
