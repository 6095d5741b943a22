/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "../heard.h"

static struct heard heard;

static struct rule_set *parse(const char *text)
{
	struct reporter reporter = heard_by(&heard);

	return rules_parse(text, "rules.cfg", &reporter);
}

static struct rule_set *parse_well(const char *text)
{
	struct rule_set *set = parse(text);

	if (set == NULL)
		fail_msg("%s\n%s", text, heard.text);
	assert_int_equal(heard.count, 0);
	return set;
}

static void a_whole_rule_is_read(void **state)
{
	struct rule_set *set =
		parse_well("home = \"deu\";\n"
			   "documents = [ \"residence-permit\" ];\n"
			   "rules = (\n"
			   "  { id = \"first\"; citation = \"Law 1, §2\";\n"
			   "    nationality = [ \"BLR\", \"uzb\" ];\n"
			   "    issuer = ( \"BLR\", \"UNO\" );\n"
			   "    document = [ \"p\", \"PD\", \"residence-permit\" ];\n"
			   "    age_below = 150;\n"
			   "    accreditation = \"mfa-consular\";\n"
			   "    evidence = \"mrz\";\n"
			   "    from = \"2025-01-01\"; until = \"2026-12-31\";\n"
			   "    enabled = false; },\n"
			   "  { id = \"second\"; citation = \"c\"; age_below = 1; }\n"
			   ");\n");
	struct rule_info info;
	struct sale german = { .person = { .nationality = "D",
				       .document = { "I", "D", "L01X00T47", { 0 } } } };
	struct date today = { 2026, 5, 10 };

	(void)state;
	assert_int_equal(rules_home_verdict(set, &german, &today), RULE_HOLDS);
	assert_int_equal(rules_count(set), 2);
	info = rules_info(set, 0);
	assert_string_equal(info.id, "first");
	assert_string_equal(info.citation, "Law 1, §2");
	assert_int_equal(info.from.year, 2025);
	assert_int_equal(info.until.day, 31);
	assert_false(info.enabled);
	assert_int_equal(info.line, 4);
	info = rules_info(set, 1);
	assert_string_equal(info.id, "second");
	assert_false(date_is_set(&info.from));
	assert_false(date_is_set(&info.until));
	assert_true(info.enabled);
	rules_free(set);
}

/* The digest is what sha256sum says of the file, so that an operator can compare. */
static void the_digest_is_of_the_text(void **state)
{
	struct rule_set *set = parse_well("home = \"RUS\";\nrules = ( );\n");
	struct rule_set *other = parse_well("home = \"RUS\";\nrules = ( ); \n");

	(void)state;
	assert_string_equal(rules_digest(set), "7089dfb69a59");
	assert_string_not_equal(rules_digest(set), rules_digest(other));
	rules_free(set);
	rules_free(other);
}

#define HOME "home = \"RUS\";\n"
#define BEGIN HOME "rules = (\n"
#define RULE(members)                                                                              \
	BEGIN "{ id = \"x\"; citation = \"c\";\n"                                                  \
	      "age_below = 6;\n" members "\n} );\n"

struct row {
	const char *text;
	const char *heard; /* with the line */
};

static void a_faulty_file_is_refused_with_its_line(void **state)
{
	static const struct row rows[] = {
		/* the whole */
		{ "", "'home' is missing" },
		{ HOME, "'rules' is missing" },
		{ "home = \"RUS\"\nrules = (;\n", "error rules.cfg:2: syntax error" },
		{ "\nhome = 7; rules = ( );", "error rules.cfg:2: 'home'" },
		{ "\nhome = \"XYZ\"; rules = ( );",
			"error rules.cfg:2: home: \"XYZ\" is no state" },
		{ "\nhome = \"RU\"; rules = ( );", "error rules.cfg:2: home: \"RU\" is no state" },
		{ "home = \"XXA\"; rules = ( );", "error rules.cfg:1: home: \"XXA\" is no state" },
		{ "home = \"UNO\"; rules = ( );", "error rules.cfg:1: home: \"UNO\" is no state" },
		{ "home = \"\"; rules = ( );", "error rules.cfg:1: 'home'" },
		{ HOME "rule = ( );\nrules = ( );", "error rules.cfg:2: unknown setting 'rule'" },
		{ HOME "rules = { };", "error rules.cfg:2: rules: rules has to be a list" },
		{ HOME "rules = [ ];", "error rules.cfg:2: 'rules'" },
		{ HOME "rules = ( 1 );", "error rules.cfg:2: " },
		{ HOME "@include \"other.cfg\"\nrules = ( );", "error rules.cfg:2: @include" },
		{ HOME "documents = [ \"P\" ]; rules = ( );",
			"error rules.cfg:2: documents: \"P\" in documents is no kind" },
		{ HOME "documents = [ \"Permit\" ]; rules = ( );",
			"error rules.cfg:2: documents: \"Permit\" in documents is no kind" },
		{ HOME "documents = [ ]; rules = ( );",
			"error rules.cfg:2: documents: documents is empty" },
		/* id */
		{ BEGIN "{ citation = \"c\"; age_below = 6; } );",
			"error rules.cfg:3: 'id' is missing" },
		{ BEGIN "{ citation = \"c\"; age_below = 6;\nid = \"\"; } );",
			"error rules.cfg:4: 'id'" },
		{ BEGIN "{ citation = \"c\"; age_below = 6;\nid = \"A b\"; } );",
			"error rules.cfg:4: rule \"A b\": id may hold only" },
		{ BEGIN "{ citation = \"c\"; age_below = 6;\n"
			"id = \"a23456789012345678901234567890123\"; } );",
			"error rules.cfg:4: 'id'" },
		{ BEGIN "{ id = \"x\"; citation = \"c\"; age_below = 6; },\n"
			"{ id = \"y\"; citation = \"c\"; age_below = 6; },\n"
			"{ id = \"x\"; citation = \"c\"; age_below = 6; } );",
			"error rules.cfg:5: rule \"x\": the rule on line 3 has this id already" },
		/* citation */
		{ BEGIN "{ id = \"x\"; age_below = 6; } );",
			"error rules.cfg:3: 'citation' is missing" },
		{ BEGIN "{ id = \"x\"; age_below = 6;\ncitation = \"\"; } );",
			"error rules.cfg:4: 'citation'" },
		{ BEGIN "{ id = \"x\"; age_below = 6;\ncitation = \"  \"; } );",
			"error rules.cfg:4: rule \"x\": citation has to be" },
		{ BEGIN "{ id = \"x\"; age_below = 6;\ncitation = \"a\\nb\"; } );",
			"error rules.cfg:4: rule \"x\": citation has to be" },
		/* whom it is for */
		{ BEGIN "{ id = \"x\"; citation = \"c\"; } );",
			"error rules.cfg:3: rule \"x\": it would exempt everybody" },
		{ BEGIN "{ id = \"x\"; citation = \"c\"; evidence = \"mrz\"; "
			"from = \"2025-01-01\"; enabled = false; } );",
			"error rules.cfg:3: rule \"x\": it would exempt everybody" },
		{ RULE("nationality = [ \"BLR\",\n\"XYZ\" ];"),
			"error rules.cfg:6: rule \"x\": \"XYZ\" in nationality is no state's" },
		{ RULE("nationality = \"UNO\";"),
			"error rules.cfg:5: rule \"x\": \"UNO\" in nationality is nobody's" },
		{ RULE("nationality = \"BELARUS\";"),
			"error rules.cfg:5: rule \"x\": \"BELARUS\" in nationality is no state's" },
		{ RULE("nationality = \"\";"),
			"error rules.cfg:5: rule \"x\": \"\" in nationality is no state's" },
		{ RULE("nationality = [ ];"),
			"error rules.cfg:5: rule \"x\": nationality is empty" },
		{ RULE("nationality = 643;"), "error rules.cfg:5: 'nationality'" },
		{ RULE("nationality = ( \"BLR\", 1 );"), "error rules.cfg:5: 'nationality'" },
		{ RULE("issuer = [ \"XYZ\" ];"),
			"error rules.cfg:5: rule \"x\": \"XYZ\" in issuer is no issuer's code" },
		{ RULE("issuer = [ \"XXA\" ];"),
			"error rules.cfg:5: rule \"x\": \"XXA\" in issuer issues no documents" },
		{ RULE("document = [ \"P1\" ];"),
			"error rules.cfg:5: rule \"x\": \"P1\" in document is no type" },
		{ RULE("document = [ \"residence-permit\" ];"),
			"error rules.cfg:5: rule \"x\": \"residence-permit\" in document is a kind "
			"that documents does not name" },
		{ RULE("accreditation = [ \"MFA\" ];"),
			"error rules.cfg:5: rule \"x\": \"MFA\" in accreditation is no kind" },
		{ RULE("accreditation = [ \"a234567890123456789012345678901234567890123456789012345"
		       "6789012345\" ];"),
			"in accreditation is no kind" },
		{ BEGIN "{ id = \"x\"; citation = \"c\";\nage_below = 0; } );",
			"error rules.cfg:4: 'age_below'" },
		{ BEGIN "{ id = \"x\"; citation = \"c\";\nage_below = 151; } );",
			"error rules.cfg:4: 'age_below'" },
		{ BEGIN "{ id = \"x\"; citation = \"c\";\nage_below = \"6\"; } );",
			"error rules.cfg:4: 'age_below'" },
		/* how it is shown, and when */
		{ RULE("evidence = \"passport\";"),
			"error rules.cfg:5: rule \"x\": evidence is \"passport\"" },
		{ RULE("evidence = \"MRZ\";"),
			"error rules.cfg:5: rule \"x\": evidence is \"MRZ\"" },
		{ RULE("from = \"2025-13-01\";"),
			"error rules.cfg:5: rule \"x\": from is \"2025-13-01\", which is no day" },
		{ RULE("until = \"31.12.2026\";"),
			"error rules.cfg:5: rule \"x\": until is \"31.12.2026\", which is no day" },
		{ RULE("until = \"2026-12-00\";"),
			"error rules.cfg:5: rule \"x\": until is \"2026-12-00\", which is no day" },
		{ RULE("from = \"2026-01-02\";\nuntil = \"2026-01-01\";"),
			"error rules.cfg:6: rule \"x\": until is before from" },
		{ RULE("enabled = \"yes\";"), "error rules.cfg:5: 'enabled'" },
		{ RULE("agebelow = 6;"), "error rules.cfg:5: unknown setting 'agebelow'" },
		{ RULE("sex = \"F\";"), "error rules.cfg:5: unknown setting 'sex'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rule_set *set = parse(rows[i].text);

		if (set != NULL)
			fail_msg("row %zu was read: %s", i, rows[i].text);
		assert_heard(&heard, rows[i].heard);
		if (strstr(heard.text, "warning") != NULL)
			fail_msg("row %zu: %s", i, heard.text);
	}
}

static void every_fault_is_told_at_once(void **state)
{
	static const char *const parts[] = { "rules.cfg:1: home: ", "rules.cfg:2: documents: ",
		"rules.cfg:4: unknown setting 'agebelow'", "rules.cfg:5: rule \"x\": \"ZZZ\"",
		"rules.cfg:6: rule \"x\": evidence", "rules.cfg:7: rule \"x\": until",
		"rules.cfg:9: rule \"y\": it would exempt everybody" };

	(void)state;
	assert_null(parse("home = \"ZZZ\";\n"
			  "documents = \"X\";\n"
			  "rules = (\n"
			  "{ id = \"x\"; citation = \"c\"; agebelow = 6;\n"
			  "  nationality = [ \"BLR\", \"ZZZ\" ];\n"
			  "  evidence = \"\";\n"
			  "  until = \"soon\";\n"
			  "},\n"
			  "{ id = \"y\"; citation = \"c\"; } );\n"));
	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		assert_heard(&heard, parts[i]);
	assert_int_equal(heard.count, ARRAY_LEN(parts));
}

static void sixty_four_rules_are_the_most(void **state)
{
	static char text[8192];

	(void)state;
	for (int rules = 64; rules <= 65; rules++) {
		size_t len = (size_t)snprintf(text, sizeof(text), HOME "rules = (");
		struct rule_set *set;

		for (int i = 0; i < rules; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
				"%s{ id = \"r%d\"; citation = \"c\"; age_below = 6; }",
				i == 0 ? "" : ",", i);
		(void)snprintf(text + len, sizeof(text) - len, ");");
		set = parse(text);
		assert_int_equal(set != NULL, rules == 64);
		if (set == NULL)
			assert_heard(&heard, "error rules.cfg:2: rules: there are 65 rules");
		rules_free(set);
	}
}

static void nobody_has_to_listen(void **state)
{
	(void)state;
	assert_null(rules_parse("home", "rules.cfg", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_rule_is_read),
		cmocka_unit_test(the_digest_is_of_the_text),
		cmocka_unit_test(a_faulty_file_is_refused_with_its_line),
		cmocka_unit_test(every_fault_is_told_at_once),
		cmocka_unit_test(sixty_four_rules_are_the_most),
		cmocka_unit_test(nobody_has_to_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
