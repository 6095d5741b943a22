/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whose digital ID cards count: issuers, their keys and their status lists, as files change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "the_bench.h"

#include "../answer/a_card.h"

#define ONE "issuers = ( { issuer = \"" CARD_ISSUER "\"; jwks_file = \"cards.json\"; } ); "
#define VCT "vct = \"urn:x\"; "
#define LISTS "status_directory = \"lists\"; "
#define TWO_URI "https://cards.example/status/2"

static void put_cards(const char *members)
{
	char top[1024];

	(void)snprintf(top, sizeof(top), "credential = { %s };", members);
	put_settings(&bench, &(struct wish){ .top = top });
}

static int set_up_cards(void **state)
{
	(void)set_up(state);
	put(&bench, "cards.json", bench.jwks_one);
	assert_int_equal(mkdir(path_in(&bench, "lists").text, 0755), 0);
	return 0;
}

static void open_with(const char *members)
{
	put_cards(members);
	assert_non_null(bench_open(&bench));
}

static void refused(const char *members, const char *said)
{
	(void)heard_by(&bench.heard);
	put_cards(members);
	assert_null(bench_open(&bench));
	assert_heard(&bench.heard, said);
	bench_close(&bench);
}

static const struct card_policy *cards(void)
{
	return bench.config->now->cards;
}

static const char *kid_of_issuer(size_t index)
{
	const struct key_set *keys = cards()->issuers[index].keys;

	if (keys == NULL)
		return "-";
	return key_set_count(keys) > 0 ? key_set_info(keys, 0).kid : "";
}

/* A list of a signer's under a name of a file, good for so many seconds from now. */
static void put_list(const struct signer *signer, const char *name, const char *uri, int64_t issued,
	int64_t lasts)
{
	char claims[256], *token;

	(void)snprintf(claims, sizeof(claims), "{'sub':'%s','iat':%lld,'exp':%lld}", uri,
		(long long)(bench.wall_s + issued), (long long)(bench.wall_s + lasts));
	token = card_status_list(signer, NULL, claims);
	put(&bench, name, token);
	free(token);
}

static size_t lists(void)
{
	return cards()->issuers[0].status_list_count;
}

static void off_by_default(void **state)
{
	(void)state;
	assert_non_null(bench_open(&bench));
	assert_null(cards());
	assert_null(strstr(bench.heard.text, "card"));
	bench_close(&bench);
	/* What is not in force is not looked for. */
	open_with("issuers = ( { issuer = \"i\"; jwks_file = \"gone.json\"; } );");
	assert_null(cards());
}

static void what_cannot_be_meant_is_refused(void **state)
{
	char many[1024] = "issuers = (";

	(void)state;
	refused("enabled = true; " VCT, "issuers: must name one at least");
	refused("enabled = true; " ONE, "vct: must say which cards count");
	refused("enabled = true; typ = \"\"; " VCT ONE, "typ: must say which cards count");
	refused("issuers = { issuer = \"i\"; };", "issuers: must be a list of groups");
	refused("issuers = ( { issuer = \"i\"; } );", "'jwks_file' is missing");
	refused("issuers = ( { jwks_file = \"i\"; } );", "'issuer' is missing");
	refused("issuers = ( { issuer = \"i\"; jwks_file = \"f\"; url = \"u\"; } );",
		"unknown setting 'url'");
	refused("issuers = ( { issuer = \"i\"; jwks_file = \"f\"; },"
		"{ issuer = \"i\"; jwks_file = \"g\"; } );",
		"issuers: i is there twice");
	for (int i = 0; i < 9; i++)
		(void)snprintf(many + strlen(many), sizeof(many) - strlen(many),
			"%s{ issuer = \"i%d\"; jwks_file = \"f\"; }", i > 0 ? ", " : "", i);
	(void)strcat(many, ");");
	refused(many, "issuers: there are 9, and 8 are the most");
	take_away(&bench, "cards.json");
	refused("enabled = true; " VCT ONE, "put the JWK Set of " CARD_ISSUER);
	put(&bench, "cards.json", "nonsense");
	refused("enabled = true; " VCT ONE, "put the JWK Set of " CARD_ISSUER);
}

static void all_that_is_written_is_in_force(void **state)
{
	(void)state;
	open_with("enabled = true; printed = true; status_required = false; max_validity = 3600; "
		  "typ = \"vc+sd-jwt\"; " VCT ONE);
	assert_int_equal(cards()->issuer_count, 1);
	assert_string_equal(cards()->issuers[0].issuer, CARD_ISSUER);
	assert_string_equal(kid_of_issuer(0), "one");
	assert_string_equal(cards()->typ, "vc+sd-jwt");
	assert_string_equal(cards()->vct, "urn:x");
	assert_int_equal(cards()->max_lifetime, 3600);
	assert_true(cards()->printed);
	assert_false(cards()->status_required);
	assert_heard(&bench.heard, "digital ID cards count: issuers: 1, status lists in force: 0");
	pass(&bench, 1);
	assert_int_equal(tick(&bench), 1);
	assert_silent(&bench);
	/* A reload switches them off and on. */
	put_cards(VCT ONE);
	assert_int_equal(tick(&bench), 2);
	assert_null(cards());
	put_cards("enabled = true; " VCT ONE);
	assert_int_equal(tick(&bench), 3);
	assert_false(cards()->printed);
	assert_true(cards()->status_required);
	assert_int_equal(cards()->max_lifetime, CREDENTIAL_MAX_LIFETIME);
	assert_string_equal(cards()->typ, CREDENTIAL_TYP);
}

static void keys_change_with_their_file(void **state)
{
	struct snapshot *held;

	(void)state;
	open_with("enabled = true; " VCT ONE);
	held = config_acquire(bench.config);
	put(&bench, "cards.json", bench.jwks_two);
	assert_int_equal(tick(&bench), 2);
	assert_string_equal(kid_of_issuer(0), "two");
	/* Whoever decides a sale meanwhile goes on with what it has. */
	assert_string_equal(key_set_info(held->cards->issuers[0].keys, 0).kid, "one");
	config_release(held);
	put(&bench, "cards.json", NO_KEYS);
	assert_int_equal(tick(&bench), 3);
	assert_string_equal(kid_of_issuer(0), "");
	assert_heard(&bench.heard, "says that there is no usable key");
}

/* As the service's keys are. */
static void keys_that_cannot_be_read_age(void **state)
{
	(void)state;
	put_settings(&bench, &(struct wish){ .top = "credential = { enabled = true; " VCT ONE "};",
				     .keys = "jwks_file = \"jwks.json\"; jwks_max_age = 3600;" });
	assert_non_null(bench_open(&bench));
	put(&bench, "cards.json", "nonsense");
	(void)tick(&bench);
	assert_heard(&bench.heard, "that are in force are believed for");
	assert_string_equal(kid_of_issuer(0), "one");
	pass(&bench, 3540);
	(void)tick(&bench);
	assert_silent(&bench);
	assert_string_equal(kid_of_issuer(0), "one");
	pass(&bench, 120);
	(void)tick(&bench);
	assert_heard(&bench.heard, "this issuer's cards do not count");
	assert_string_equal(kid_of_issuer(0), "-");
	pass(&bench, 120);
	(void)tick(&bench);
	assert_silent(&bench);
	put(&bench, "cards.json", bench.jwks_two);
	(void)tick(&bench);
	assert_string_equal(kid_of_issuer(0), "two");
	assert_heard(&bench.heard, "digital ID cards count: issuers: 1");
}

static void lists_come_and_go_with_their_files(void **state)
{
	(void)state;
	put_list(bench.one, "lists/one.jwt", CARD_LIST, -60, 3600);
	open_with("enabled = true; " VCT ONE LISTS);
	assert_int_equal(lists(), 1);
	assert_heard(&bench.heard, "status lists in force: 1");
	put_list(bench.one, "lists/two.jwt", TWO_URI, -60, 3600);
	(void)tick(&bench);
	assert_int_equal(lists(), 2);
	/* What is not a whole list yet has another name. */
	put_list(bench.one, "lists/two.jwt.Xq3", "https://cards.example/status/3", -60, 3600);
	put_list(bench.one, "lists/.three.jwt", "https://cards.example/status/3", -60, 3600);
	(void)tick(&bench);
	assert_int_equal(lists(), 2);
	take_away(&bench, "lists/one.jwt");
	(void)tick(&bench);
	assert_int_equal(lists(), 1);
	assert_string_equal(status_list_uri(cards()->issuers[0].status_lists[0]), TWO_URI);
}

static void of_two_lists_of_one_name_the_newer_one_counts(void **state)
{
	int64_t issued = bench.wall_s - 60;

	(void)state;
	put_list(bench.one, "lists/a.jwt", CARD_LIST, -60, 3600);
	put_list(bench.one, "lists/b.jwt", CARD_LIST, -120, 3600);
	open_with("enabled = true; " VCT ONE LISTS);
	assert_int_equal(lists(), 1);
	assert_int_equal(status_list_issued_at(cards()->issuers[0].status_lists[0]), issued);
	assert_heard(&bench.heard, "there are two status lists of " CARD_LIST);
	put_list(bench.one, "lists/b.jwt", CARD_LIST, -30, 3600);
	(void)tick(&bench);
	assert_int_equal(status_list_issued_at(cards()->issuers[0].status_lists[0]), issued + 30);
}

static void what_is_no_list_is_said_and_no_error(void **state)
{
	(void)state;
	put(&bench, "lists/one.jwt", "nonsense");
	open_with("enabled = true; " VCT ONE LISTS);
	assert_int_equal(lists(), 0);
	assert_heard(&bench.heard, "lists/one.jwt:0: is no status list in force: check 1, form");
	put_list(bench.two, "lists/one.jwt", CARD_LIST, -60, 3600);
	(void)tick(&bench);
	assert_heard(&bench.heard, "check 3, key, fails");
	put_list(bench.one, "lists/one.jwt", CARD_LIST, -7200, -60);
	(void)tick(&bench);
	assert_heard(&bench.heard, "check 6, time, fails");
	/* It is looked at again, but for nothing new nothing is said again. */
	pass(&bench, 60);
	(void)tick(&bench);
	assert_silent(&bench);
	put_list(bench.one, "lists/one.jwt", CARD_LIST, -60, 3600);
	(void)tick(&bench);
	assert_int_equal(lists(), 1);
	assert_heard(&bench.heard, "status lists in force: 1");
}

/* A clock that was wrong when the list was read: it needs no new file to be right. */
static void a_list_from_ahead_counts_when_its_time_has_come(void **state)
{
	(void)state;
	put_list(bench.one, "lists/one.jwt", CARD_LIST, 150, 3600);
	open_with("enabled = true; " VCT ONE LISTS);
	assert_int_equal(lists(), 0);
	pass(&bench, 120);
	(void)tick(&bench);
	assert_int_equal(lists(), 1);
}

static void a_list_that_ends_is_said_once(void **state)
{
	(void)state;
	put_list(bench.one, "lists/one.jwt", CARD_LIST, -60, 100);
	put_list(bench.one, "lists/two.jwt", TWO_URI, -60, 200);
	open_with("enabled = true; " VCT ONE LISTS);
	pass(&bench, 99);
	(void)tick(&bench);
	assert_silent(&bench);
	pass(&bench, 1);
	(void)tick(&bench);
	assert_heard(&bench.heard, "the status list of " CARD_LIST " has ended");
	assert_int_equal(bench.heard.count, 1);
	(void)tick(&bench);
	assert_silent(&bench);
	pass(&bench, 100);
	(void)tick(&bench);
	assert_heard(&bench.heard, "the status list of " TWO_URI " has ended");
	assert_int_equal(bench.heard.count, 1);
	put_list(bench.one, "lists/one.jwt", CARD_LIST, -60, 100);
	take_away(&bench, "lists/two.jwt");
	(void)tick(&bench);
	pass(&bench, 100);
	(void)tick(&bench);
	assert_heard(&bench.heard, "the status list of " CARD_LIST " has ended");
}

static void a_folder_that_is_not_there_is_said(void **state)
{
	(void)state;
	open_with("enabled = true; status_directory = \"gone\"; " VCT ONE);
	assert_heard(&bench.heard,
		"gone:0: status_directory cannot be read: No such file or directory; cards with a "
		"status do not count");
	(void)tick(&bench);
	assert_silent(&bench);
	assert_int_equal(mkdir(path_in(&bench, "gone").text, 0755), 0);
	put_list(bench.one, "gone/one.jwt", CARD_LIST, -60, 3600);
	(void)tick(&bench);
	assert_int_equal(lists(), 1);
}

/* What is wrong elsewhere stops no change of these, and the other way round. */
static void cards_and_other_files_do_not_wait_for_each_other(void **state)
{
	(void)state;
	open_with("enabled = true; " VCT ONE LISTS);
	put(&bench, "rules.cfg", "nonsense");
	put(&bench, "cards.json", bench.jwks_two);
	(void)tick(&bench);
	assert_string_equal(kid_of_issuer(0), "two");
	put(&bench, "cards.json", "nonsense");
	put_shipped(&bench, "rules.cfg");
	(void)tick(&bench);
	assert_heard(&bench.heard, "configuration reloaded");
	assert_string_equal(kid_of_issuer(0), "two");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up_cards, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(off_by_default),
		CASE(what_cannot_be_meant_is_refused),
		CASE(all_that_is_written_is_in_force),
		CASE(keys_change_with_their_file),
		CASE(keys_that_cannot_be_read_age),
		CASE(lists_come_and_go_with_their_files),
		CASE(of_two_lists_of_one_name_the_newer_one_counts),
		CASE(what_is_no_list_is_said_and_no_error),
		CASE(a_list_from_ahead_counts_when_its_time_has_come),
		CASE(a_list_that_ends_is_said_once),
		CASE(a_folder_that_is_not_there_is_said),
		CASE(cards_and_other_files_do_not_wait_for_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
