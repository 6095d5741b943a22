/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules whose evidence is a digital ID card: what it says counts, and nothing else does. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../heard.h"
#include "a_sale.h"

#define CARD "evidence = \"credential\";"
#define TODAY "2026-05-10"
#define YESTERDAY "2026-05-09"

/* A card of a whole document; members that are NULL or 0 are not disclosed. */
struct says {
	const char *nationality, *birth, *accreditation, *accreditation_expiry;
	const char *issued; /* NULL: today */
	const struct card_age *ages;
	bool no_number, bearer_allowed;
};

static const struct card_age under_six[] = { { 6, false }, { 18, false }, { 0, false } };
static const struct card_age six[] = { { 18, false }, { 6, true }, { 0, false } };
static const struct card_age both[] = { { 6, false }, { 6, true }, { 0, false } };
static const struct card_age under_seven[] = { { 7, false }, { 0, false } };

static struct date day(const char *text)
{
	struct date date = { 0 };

	if (text != NULL && !date_parse(text, strlen(text), true, &date))
		fail_msg("no day: %s", text);
	return date;
}

static void copy(char *to, const char *from)
{
	(void)strcpy(to, from != NULL ? from : "");
}

static struct card card_of(const struct says *says)
{
	struct card card = { .bearer_allowed = says->bearer_allowed };

	copy(card.person.document.type, "P");
	copy(card.person.document.issuer, "BLR");
	copy(card.person.document.number, says->no_number ? "" : "MP1234567");
	copy(card.person.nationality, says->nationality);
	card.person.birth = day(says->birth);
	copy(card.accreditation, says->accreditation);
	card.accreditation_expiry = day(says->accreditation_expiry);
	card.issued_on = day(says->issued != NULL ? says->issued : TODAY);
	for (const struct card_age *age = says->ages; age != NULL && age->years > 0; age++)
		card.ages[card.age_count++] = *age;
	return card;
}

static enum rule_verdict verdict_of(const char *members, const struct sale *sale)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);
	struct date today = day(TODAY);
	enum rule_verdict verdict;
	struct rule_set *set;
	char text[1024];
	int held;

	(void)snprintf(text, sizeof(text),
		"home = \"RUS\"; rules = ( { id = \"one\"; citation = \"c\"; %s } );", members);
	set = rules_parse(text, "rules.cfg", &reporter);
	if (set == NULL)
		fail_msg("%s\n%s", members, heard.text);
	held = rules_match(set, sale, &today, &verdict);
	assert_int_equal(held, verdict == RULE_HOLDS ? 0 : -1);
	rules_free(set);
	return verdict;
}

static void a_card_meets_a_rule_by_what_it_says(void **state)
{
	static const struct {
		const char *rule;
		struct says says;
		enum rule_verdict verdict;
	} rows[] = {
		{ "nationality = \"BLR\"; " CARD, { .nationality = "BLR" }, RULE_HOLDS },
		{ "nationality = \"BLR\"; " CARD, { .nationality = "UZB" },
			RULE_OTHER_NATIONALITY },
		{ "nationality = \"BLR\"; " CARD, { NULL }, RULE_OTHER_NATIONALITY },
		{ "issuer = \"BLR\"; " CARD, { NULL }, RULE_HOLDS },
		{ "issuer = \"UZB\"; " CARD, { NULL }, RULE_OTHER_ISSUER },
		{ "document = \"PD\"; " CARD, { NULL }, RULE_OTHER_DOCUMENT },
		/* what names no document */
		{ "nationality = \"BLR\"; " CARD, { .nationality = "BLR", .no_number = true },
			RULE_NO_DOCUMENT_ON_CARD },
		{ "nationality = \"BLR\"; " CARD,
			{ .nationality = "BLR", .no_number = true, .bearer_allowed = true },
			RULE_HOLDS },
		/* accreditation */
		{ "accreditation = \"mfa\"; " CARD,
			{ .accreditation = "mfa", .accreditation_expiry = TODAY }, RULE_HOLDS },
		{ "accreditation = \"mfa\"; " CARD,
			{ .accreditation = "mfa", .accreditation_expiry = YESTERDAY },
			RULE_ACCREDITATION_EXPIRED },
		{ "accreditation = \"mfa\"; " CARD, { .accreditation = "mfa" },
			RULE_ACCREDITATION_UNDATED },
		{ "accreditation = \"mfa\"; " CARD, { .accreditation = "mfb" },
			RULE_OTHER_ACCREDITATION },
		{ "accreditation = \"mfa\"; " CARD, { NULL }, RULE_NO_ACCREDITATION },
		/* age, by a date of birth */
		{ "age_below = 6; " CARD, { .birth = "2020-05-11", .issued = YESTERDAY },
			RULE_HOLDS },
		{ "age_below = 6; " CARD, { .birth = "2020-05-10" }, RULE_TOO_OLD },
		{ "age_below = 6; " CARD, { .birth = "2021-00-00", .issued = YESTERDAY },
			RULE_HOLDS },
		{ "age_below = 6; " CARD, { .birth = "2020-00-00" }, RULE_AGE_UNKNOWN },
		{ "age_below = 6; " CARD, { NULL }, RULE_AGE_UNKNOWN },
		/* and by a claim: below an age on the day of issue alone */
		{ "age_below = 6; " CARD, { .ages = under_six }, RULE_HOLDS },
		{ "age_below = 6; " CARD, { .ages = under_six, .issued = YESTERDAY },
			RULE_AGE_OF_ANOTHER_DAY },
		{ "age_below = 6; " CARD, { .ages = under_six, .issued = "2026-05-11" },
			RULE_AGE_OF_ANOTHER_DAY },
		{ "age_below = 6; " CARD,
			{ .ages = under_six, .issued = YESTERDAY, .birth = "2020-05-11" },
			RULE_HOLDS },
		{ "age_below = 6; " CARD, { .ages = under_six, .birth = "2020-05-10" },
			RULE_TOO_OLD },
		{ "age_below = 6; " CARD, { .ages = under_six, .birth = "2020-00-00" },
			RULE_HOLDS },
		{ "age_below = 6; " CARD, { .ages = six }, RULE_TOO_OLD },
		{ "age_below = 6; " CARD, { .ages = six, .birth = "2020-05-11" }, RULE_TOO_OLD },
		{ "age_below = 6; " CARD, { .ages = both }, RULE_TOO_OLD },
		{ "age_below = 6; " CARD, { .ages = under_seven }, RULE_AGE_UNKNOWN },
		{ "age_below = 18; " CARD, { .ages = six }, RULE_HOLDS },
		/* all that a rule names */
		{ "nationality = \"BLR\"; age_below = 6; " CARD,
			{ .nationality = "BLR", .ages = six }, RULE_TOO_OLD },
		{ "nationality = \"BLR\"; expiry = \"known\"; " CARD, { .nationality = "BLR" },
			RULE_EXPIRY_UNKNOWN },
		{ "nationality = \"BLR\"; from = \"2026-05-11\"; " CARD, { .nationality = "BLR" },
			RULE_NOT_YET },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct card card = card_of(&rows[i].says);
		struct sale sale = { .card = &card };
		enum rule_verdict verdict = verdict_of(rows[i].rule, &sale);

		if (verdict != rows[i].verdict)
			fail_msg("row %zu: %s: %s, not: %s", i, rows[i].rule,
				rule_verdict_text(verdict), rule_verdict_text(rows[i].verdict));
	}
}

/* Told or shown by an MRZ, the same is no card; and a card is no word of a clerk's. */
static void nothing_else_stands_for_a_card(void **state)
{
	static const struct told told[] = { { ATTR_DOCUMENT_TYPE, "P" },
		{ ATTR_DOCUMENT_ISSUER, "BLR" }, { ATTR_DOCUMENT_NUMBER, "MP1234567" },
		{ ATTR_NATIONALITY, "BLR" }, { ATTR_NONE, NULL } };
	static const struct says says = { .nationality = "BLR" };
	const struct sale_options options = { .today = day(TODAY) };
	struct card card = card_of(&says);
	struct sale by_card = { .card = &card }, by_mrz;
	struct request request = { 0 };
	struct sale_fault fault;

	(void)state;
	add_all(&request, told);
	show(&request, &mrz_default);
	assert_true(sale_read(request.fields, request.count, &options, &by_mrz, &fault));
	assert_int_equal(verdict_of("nationality = \"BLR\"; " CARD, &by_mrz), RULE_NO_CREDENTIAL);
	assert_int_equal(
		verdict_of("nationality = \"BLR\"; evidence = \"mrz\";", &by_mrz), RULE_HOLDS);
	assert_int_equal(verdict_of("nationality = \"BLR\"; evidence = \"stated\";", &by_card),
		RULE_OTHER_NATIONALITY);
	by_mrz.card = &card;
	assert_int_equal(verdict_of("nationality = \"BLR\"; " CARD, &by_mrz), RULE_HOLDS);
}

/* Of the document a day of expiry may be told that the card does not hold. */
static void an_expired_document_meets_no_rule(void **state)
{
	static const struct says says = { .nationality = "BLR" };
	struct card card = card_of(&says);
	struct sale sale = { .card = &card };

	(void)state;
	sale.person.document.expiry = day(YESTERDAY);
	assert_int_equal(verdict_of("nationality = \"BLR\"; " CARD, &sale), RULE_DOCUMENT_EXPIRED);
	sale.person.document.expiry = day(TODAY);
	assert_int_equal(
		verdict_of("nationality = \"BLR\"; expiry = \"known\"; " CARD, &sale), RULE_HOLDS);
}

static void no_card_shows_who_is_at_home(void **state)
{
	struct heard heard;
	struct reporter reporter = heard_by(&heard);

	(void)state;
	assert_null(rules_parse("home = \"RUS\"; home_evidence = \"credential\"; rules = ( );",
		"rules.cfg", &reporter));
	assert_heard(&heard, "home_evidence is \"credential\": write \"document\"");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_card_meets_a_rule_by_what_it_says),
		cmocka_unit_test(nothing_else_stands_for_a_card),
		cmocka_unit_test(an_expired_document_meets_no_rule),
		cmocka_unit_test(no_card_shows_who_is_at_home),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
