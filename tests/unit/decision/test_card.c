/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sales with a digital ID card: when it decides, when a rule goes by it, and that it never stands
 * beside another document, for another sale or shop, or where anything of it is spoilt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "a_decider.h"

#include "../answer/a_card.h"

#define SHOP "shop-17"
#define SALE "sale-1"
#define FORMS_USUAL 0
#define KAMCHATKA 43200 /* s east of Greenwich, all the year */

static struct signer *issuer, *holder_key;
static struct {
	bool refused; /* what cache_refused_since() says */
	unsigned calls;
	struct cache_question question;
	int64_t since;
} cache;

bool __wrap_cache_refused_since(
	struct cache *unused, const struct cache_question *question, int64_t since, int64_t now);
bool __wrap_cache_refused_since(
	struct cache *unused, const struct cache_question *question, int64_t since, int64_t now)
{
	(void)unused;
	assert_int_equal(now, stage.bench.wall_s);
	cache.calls++;
	cache.question = *question;
	cache.since = since;
	return cache.refused;
}

/* What is on a card, each with a letter by which it is disclosed. */
enum { NATIONALITY = 1, BIRTH = 2, TYPE = 4, ISSUER = 8, NUMBER = 16, AGE = 32, ALL = 31 };
#define DOCUMENT (TYPE | ISSUER | NUMBER)

struct showing {
	unsigned shown; /* 0: ALL */
	const char *nationality, *birth, *type, *number; /* NULL: the holder's */
	const char *claims; /* laid over the issuer's */
	const char *shop, *sale; /* it was presented for; NULL: SHOP, SALE */
	int64_t issued_s; /* before now; 0: an hour */
	bool printed;
};

static const char *or_else(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

/* The presentation; the caller's to free. */
static char *present(const struct showing *wish)
{
	int64_t issued = stage.bench.wall_s - (wish->issued_s != 0 ? wish->issued_s : 3600);
	unsigned shown = wish->shown != 0 ? wish->shown : ALL;
	char disclosures[6][80], letters[8] = "", claims[600], binding[200];
	struct card_recipe recipe = { .issuer = issuer, .holder = holder_key };
	size_t count = 0;

	(void)snprintf(
		disclosures[0], 80, "['a','nationality','%s']", or_else(wish->nationality, "BLR"));
	(void)snprintf(
		disclosures[1], 80, "['b','birthdate','%s']", or_else(wish->birth, "1990-01-31"));
	(void)snprintf(disclosures[2], 80, "['c','document_type','%s']", or_else(wish->type, "P"));
	(void)snprintf(disclosures[3], 80, "['d','document_issuer','BLR']");
	(void)snprintf(disclosures[4], 80, "['e','document_number','%s']",
		or_else(wish->number, "MP1234567"));
	(void)snprintf(disclosures[5], 80, "['f','6',false]");
	for (int i = 0; i < 6; i++) {
		recipe.disclosures[i] = disclosures[i];
		if ((shown & 1u << i) != 0)
			letters[count++] = (char)('A' + i);
	}
	recipe.shown = letters;
	(void)snprintf(claims, sizeof(claims),
		"{'iat':%lld,'exp':%lld,'languages':'-','_sd':['@A','@B','@C','@D','@E'],"
		"'age_equal_or_over':{'_sd':['@F']}%s%s%s}",
		(long long)issued, (long long)issued + 30 * DAY, wish->printed ? ",'cnf':'-'" : "",
		wish->claims != NULL ? "," : "", or_else(wish->claims, ""));
	(void)snprintf(binding, sizeof(binding), "{'aud':'o/%s','nonce':'%s','iat':%lld}",
		or_else(wish->shop, SHOP), or_else(wish->sale, SALE),
		(long long)stage.bench.wall_s);
	recipe.claims = claims;
	recipe.binding = wish->printed ? "" : binding;
	return card_present(&recipe);
}

static void put_cards(const char *zone, const char *more)
{
	static const char format[] =
		"rules_file = \"rules.cfg\"; messages_file = \"messages.cfg\";\n"
		"state_directory = \"state\"; operator = { id = \"o\"; person_key_file = "
		"\"person.key\"; time_zone = \"%s\"; };\n"
		"service = { issuer = \"i\"; urls = [ \"https://127.0.0.1:1\" ]; ca_file = "
		"\"ca.pem\"; certificate_file = \"client.pem\"; key_file = \"client.key\"; };\n"
		"keys = { jwks_file = \"jwks.json\"; }; cache = { store = \"none\"; };\n"
		"credential = { enabled = true; issuers = ( { issuer = \"" CARD_ISSUER
		"\"; jwks_file = \"cards.json\"; } ); vct = \"" CARD_VCT
		"\"; status_required = false; %s };\n";
	char text[2048];

	(void)snprintf(text, sizeof(text), format, zone, more);
	put(&stage.bench, "migrantid.cfg", text);
	reopen();
}

static const char rules[] =
	"home = \"RUS\"; rules = (\n"
	"{ id = \"belarus\"; citation = \"c\"; nationality = \"BLR\"; evidence = \"credential\"; },\n"
	"{ id = \"child\"; citation = \"c\"; age_below = 6; evidence = \"credential\"; } );";

static int open_cards(void **state)
{
	json_t *jwk;
	char *jwks;

	(void)stage_open(state);
	memset(&cache, 0, sizeof(cache));
	issuer = signer_new(JWS_ES256, "card-1");
	holder_key = signer_new(JWS_ES256, NULL);
	jwk = signer_jwk(issuer);
	jwks = sign_jwks_text(json_pack("[o]", jwk));
	put(&stage.bench, "cards.json", jwks);
	put(&stage.bench, "rules.cfg", rules);
	free(jwks);
	put_cards("UTC", "");
	return 0;
}

static int close_cards(void **state)
{
	signer_free(issuer);
	signer_free(holder_key);
	return stage_close(state);
}

/* Decide the sale that was told so far, with this card. */
static void decide_with(const struct showing *wish, const char *shop, const char *sale_id)
{
	char *text = present(wish);
	const struct sale_request sale = { .fields = stage.request.fields,
		.shop = { shop, strlen(shop) },
		.plain_allowed = true };
	struct sale_request whole = sale;

	add(&stage.request, ATTR_SALE_ID, sale_id);
	add(&stage.request, ATTR_CREDENTIAL, text);
	whole.count = stage.request.count;
	(void)heard_by(&stage.bench.heard);
	stage.inquiries = 0;
	decide(&stage.decider, &whole, &stage.got);
	stage.request.count = 0;
	free(text);
}

static void decide_card(const struct showing *wish)
{
	decide_with(wish, SHOP, SALE);
}

/* All that a question needs, of the card's holder. */
static void told(void)
{
	static const struct told all[] = { { ATTR_DOCUMENT_TYPE, "P" },
		{ ATTR_DOCUMENT_ISSUER, "BLR" }, { ATTR_DOCUMENT_NUMBER, "MP1234567" },
		{ ATTR_NATIONALITY, "BLR" }, { ATTR_DATE_OF_BIRTH, "1990-01-31" },
		{ ATTR_CONSENT_TEXT, "ru-2025-01" }, { ATTR_NONE, NULL } };

	add_all(&stage.request, all);
}

static void no_rules(void)
{
	put(&stage.bench, "rules.cfg", "home = \"RUS\"; rules = ( );");
}

/* The sale went the ordinary way. */
static void was_asked(const char *why)
{
	if (stage.inquiries != 1)
		fail_msg("%s: %u questions, %s %s", why, stage.inquiries,
			result_name(stage.got.result), reason_name(stage.got.reason));
}

static void says_why(const char *why)
{
	if (strstr(stage.bench.heard.text, why) == NULL)
		fail_msg("not said: %s, but:\n%s", why, stage.bench.heard.text);
	assert_null(strstr(stage.bench.heard.text, "MP1234567"));
	assert_null(strstr(stage.bench.heard.text, "BLR"));
}

static void a_rule_goes_by_a_card(void **state)
{
	(void)state;
	decide_card(&(struct showing){ 0 });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	assert_string_equal(stage.got.rule, "belarus");
	assert_int_equal(stage.got.source, SOURCE_RULE);
	assert_silent(&stage.bench);
	told();
	decide_card(&(struct showing){ 0 });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	decide_card(&(struct showing){ .shown = NATIONALITY | DOCUMENT });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	assert_int_equal(stage.inquiries + stage.lookups + cache.calls, 0);
}

static void off_it_is_as_if_none_were_shown(void **state)
{
	(void)state;
	put_settings(&stage.bench, &(struct wish){ NULL });
	reopen();
	told();
	decide_card(&(struct showing){ 0 });
	was_asked("off");
	says_why("a digital ID card does not count (card: not-enabled)");
	decide_card(&(struct showing){ 0 });
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
}

static void a_card_decides_where_it_may(void **state)
{
	(void)state;
	no_rules();
	put_cards("UTC", "");
	told();
	decide_card(&(struct showing){ 0 });
	was_asked("decides = false");
	put_cards("UTC", "decides = true;");
	told();
	decide_card(&(struct showing){ 0 });
	decided(RESULT_YES, REASON_MATCH);
	assert_int_equal(stage.got.source, SOURCE_CREDENTIAL);
	assert_int_equal(stage.got.outcome, OUTCOME_GO);
	assert_int_equal(stage.got.valid_until, 0);
	decide_card(&(struct showing){ 0 });
	decided(RESULT_YES, REASON_MATCH);
	assert_int_equal(stage.inquiries, 0);
}

/* Without all of the pseudonym a kept no would not be found; so what is hidden decides nothing. */
static void it_decides_about_a_whole_person(void **state)
{
	(void)state;
	no_rules();
	put_cards("UTC", "decides = true; bearer_exemptions = true;");
	for (int i = 0; i < 5; i++) {
		decide_card(&(struct showing){ .shown = ALL & ~(1u << i) });
		decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
		assert_int_equal(stage.got.attribute, ATTR_DOCUMENT_TYPE);
	}
	assert_int_equal(cache.calls, 0);
}

static void a_bearer_is_exempt_only_if_the_operator_says_so(void **state)
{
	(void)state;
	for (unsigned shown = 0; shown < DOCUMENT; shown += TYPE) {
		decide_card(&(struct showing){ .shown = NATIONALITY | shown });
		decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
	}
	put_cards("UTC", "bearer_exemptions = true; printed = true;");
	decide_card(&(struct showing){ .shown = NATIONALITY });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	/* What is sent of a document has to be on the card all the same. */
	told();
	decide_card(&(struct showing){ .shown = NATIONALITY });
	was_asked("a document beside a card without one");
	/* A paper has no key, not even a telephone's. */
	decide_card(&(struct showing){ .shown = NATIONALITY, .printed = true });
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
}

static void a_printed_card_counts_only_if_the_operator_says_so(void **state)
{
	(void)state;
	told();
	decide_card(&(struct showing){ .printed = true });
	was_asked("printed");
	says_why("(binding: no-holder-key)");
	put_cards("UTC", "printed = true;");
	decide_card(&(struct showing){ .printed = true });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
}

static void a_card_never_stands_beside_another_document(void **state)
{
	static const struct told rows[] = { { ATTR_DOCUMENT_TYPE, "I" },
		{ ATTR_DOCUMENT_ISSUER, "UZB" }, { ATTR_DOCUMENT_NUMBER, "MP1234568" },
		{ ATTR_NATIONALITY, "UZB" }, { ATTR_DATE_OF_BIRTH, "1990-01-30" } };

	(void)state;
	put_cards("UTC", "decides = true;");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		add(&stage.request, rows[i].attribute, rows[i].text);
		decide_card(&(struct showing){ 0 });
		decided(RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH);
		assert_int_equal(stage.got.attribute, ATTR_NONE);
		assert_int_equal(stage.got.outcome, OUTCOME_BAD_REQUEST);
		if (i == 0)
			says_why("(card: another-document)");
	}
	told();
	for (size_t i = 0; i < 5; i++)
		if (stage.request.fields[i].attribute == ATTR_DOCUMENT_NUMBER)
			stage.request.fields[i].value = (struct span){ "MP1234568", 9 };
	decide_card(&(struct showing){ 0 });
	was_asked("another number, and all else to ask about it");
}

/* A code counts by its first letter, a kind of the rules file by all of them. */
static void a_kind_of_document_is_a_whole_word(void **state)
{
	static const struct showing refugee = { .type = "refugee-certificate" };

	(void)state;
	put(&stage.bench, "rules.cfg",
		"documents = [ \"refugee-certificate\", \"residence-permit\" ]; home = \"RUS\"; "
		"rules = ( { id = \"belarus\"; citation = \"c\"; nationality = \"BLR\"; "
		"evidence = \"credential\"; } );");
	put_cards("UTC", "");
	add(&stage.request, ATTR_DOCUMENT_TYPE, "refugee-certificate");
	decide_card(&refugee);
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	add(&stage.request, ATTR_DOCUMENT_TYPE, "residence-permit");
	decide_card(&refugee);
	decided(RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH);
}

static void what_is_sent_has_to_be_on_the_card(void **state)
{
	static const struct told rows[] = { { ATTR_NATIONALITY, "BLR" },
		{ ATTR_DATE_OF_BIRTH, "1990-01-31" }, { ATTR_DOCUMENT_TYPE, "P" },
		{ ATTR_DOCUMENT_ISSUER, "BLR" }, { ATTR_DOCUMENT_NUMBER, "MP1234567" } };

	(void)state;
	put_cards("UTC", "bearer_exemptions = true;");
	for (size_t i = 1; i < ARRAY_LEN(rows); i++) {
		add(&stage.request, rows[i].attribute, rows[i].text);
		decide_card(&(struct showing){ .shown = ALL & ~(1u << i) });
		decided(RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH);
		add(&stage.request, rows[i].attribute, rows[i].text);
		decide_card(&(struct showing){ 0 });
		decided(RESULT_EXEMPT, REASON_EXEMPT);
	}
}

static void what_a_zone_shows_has_to_be_on_the_card(void **state)
{
	static const struct shown right = { NULL }, other_birth = { .birth = "900130" },
				  other_code = { .code = "PD" };

	(void)state;
	show(&stage.request, &right);
	decide_card(&(struct showing){ 0 });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	show(&stage.request, &other_code); /* one booklet is told as P, PN or PP */
	decide_card(&(struct showing){ 0 });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	show(&stage.request, &right);
	decide_card(&(struct showing){ .shown = ALL & ~BIRTH });
	decided(RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH);
	show(&stage.request, &other_birth);
	decide_card(&(struct showing){ 0 });
	decided(RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH);
	show(&stage.request, &right);
	decide_card(&(struct showing){ .number = "MP7654321" });
	decided(RESULT_UNDETERMINED, REASON_DOCUMENT_MISMATCH);
}

static void it_is_good_for_its_own_sale_and_shop(void **state)
{
	static const char *const others[] = { "shop-1", "shop-177", "shop-17/", "SHOP-17" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(others); i++) {
		told();
		decide_with(&(struct showing){ 0 }, others[i], SALE);
		was_asked(others[i]);
	}
	told();
	decide_with(&(struct showing){ 0 }, SHOP, "sale-2");
	was_asked("another sale");
	says_why("(nonce: other-nonce)");
	/* The same again is the same sale's. */
	for (int i = 0; i < 2; i++) {
		decide_card(&(struct showing){ 0 });
		decided(RESULT_EXEMPT, REASON_EXEMPT);
	}
}

static void one_that_does_not_verify_refuses_nobody(void **state)
{
	(void)state;
	told();
	decide_card(&(struct showing){ .claims = "'vct':'urn:x'" });
	was_asked("another type");
	says_why("(type: other-type)");
	decide_card(&(struct showing){ .claims = "'vct':'urn:x'" });
	decided(RESULT_UNDETERMINED, REASON_CREDENTIAL_INVALID);
	assert_int_equal(stage.got.outcome, OUTCOME_BAD_REQUEST);
	assert_int_equal(stage.got.attribute, ATTR_DOCUMENT_TYPE);
	assert_non_null(strstr(stage.got.clerk, "not refused"));
	assert_string_not_equal(stage.got.remedy, "");
	assert_silent(&stage.bench); /* it was said within the minute */
	pass(&stage.bench, 60);
	decide_card(&(struct showing){ .claims = "'vct':'urn:x'" });
	says_why("(type: other-type)");
	decide_card(&(struct showing){ .claims = "'nationality':'Belarus'", .shown = DOCUMENT });
	decided(RESULT_UNDETERMINED, REASON_CREDENTIAL_INVALID);
	says_why("(card: claims-unreadable)");
}

/* Of two bits each: 1 2 3 2, 3 0 2 2. */
static void put_list(void)
{
	char claims[200], *token;

	(void)snprintf(claims, sizeof(claims),
		"{'iat':%lld,'exp':%lld,'status_list':{'bits':2,'lst':'eNrbuRgAAhcBXQ'}}",
		(long long)stage.bench.wall_s - 60, (long long)stage.bench.wall_s + 600);
	token = card_status_list(issuer, NULL, claims);
	(void)mkdir(path_in(&stage.bench, "lists").text, 0755);
	put(&stage.bench, "lists/one.jwt", token);
	free(token);
}

static void a_card_that_was_taken_back_says_nothing(void **state)
{
	static const struct {
		const char *index;
		enum reason reason;
	} rows[] = {
		{ "0", REASON_CREDENTIAL_REVOKED },
		{ "1", REASON_CREDENTIAL_SUSPENDED },
		{ "2", REASON_CREDENTIAL_INVALID },
		{ "5", REASON_EXEMPT },
	};

	(void)state;
	put_list();
	put_cards("UTC", "status_directory = \"lists\"; decides = true;");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char claims[100];
		const struct showing wish = { .claims = claims };

		(void)snprintf(claims, sizeof(claims),
			"'status':{'status_list':{'idx':%s,'uri':'" CARD_LIST "'}}", rows[i].index);
		decide_card(&wish);
		decided(rows[i].reason == REASON_EXEMPT ? RESULT_EXEMPT : RESULT_UNDETERMINED,
			rows[i].reason);
		if (rows[i].reason == REASON_EXEMPT)
			continue;
		told();
		decide_card(&wish);
		was_asked(rows[i].index);
	}
}

static void a_no_since_the_card_was_issued_outranks_it(void **state)
{
	struct person_key asked;

	(void)state;
	no_rules();
	put_cards("UTC", "decides = true;");
	cache.refused = true;
	told();
	decide_card(&(struct showing){ .issued_s = 7200 });
	was_asked("refused since");
	says_why("(card: refused-since)");
	assert_int_equal(cache.since, stage.bench.wall_s - 7200);
	/* It is looked for under the pseudonym that the question itself has. */
	asked = stage.asked.asked.sbj;
	assert_memory_equal(cache.question.sbj.bytes, asked.bytes, PERSON_KEY_LEN);
	assert_string_equal(cache.question.txn, stage.asked.asked.txn);
	assert_int_equal(cache.question.form, SUBJECT_DOCUMENT);
	/* Nor may somebody hide from it by sending less. */
	decide_card(&(struct showing){ 0 });
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
	assert_memory_equal(cache.question.sbj.bytes, asked.bytes, PERSON_KEY_LEN);
}

/* Who is exempt is not asked about, whatever the service once said of a record. */
static void a_no_takes_no_exemption_away(void **state)
{
	(void)state;
	cache.refused = true;
	decide_card(&(struct showing){ 0 });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
}

static void a_document_that_has_expired_is_asked_about(void **state)
{
	(void)state;
	put_cards("UTC", "decides = true;");
	told();
	add(&stage.request, ATTR_DOCUMENT_EXPIRY, "2020-01-01");
	decide_card(&(struct showing){ 0 });
	was_asked("expired");
}

/* Not the day of Greenwich, not the server's: the operator's. */
static void under_six_is_true_on_the_day_of_issue_alone(void **state)
{
	int64_t midnight;

	(void)state;
	put_cards("Asia/Kamchatka", "");
	midnight = (stage.bench.wall_s + KAMCHATKA) / DAY * DAY + DAY - KAMCHATKA;
	pass(&stage.bench, midnight - 1 - stage.bench.wall_s);
	decide_card(&(struct showing){ .shown = AGE | DOCUMENT, .issued_s = DAY - 1 });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	assert_string_equal(stage.got.rule, "child");
	decide_card(&(struct showing){ .shown = AGE | DOCUMENT, .issued_s = DAY });
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
	pass(&stage.bench, 1);
	decide_card(&(struct showing){ .shown = AGE | DOCUMENT, .issued_s = 1 });
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
}

static void a_date_of_birth_decides_on_the_birthday(void **state)
{
	char birth[DATE_TEXT_LEN + 1];
	struct date today, six_years_ago;
	int64_t midnight;

	(void)state;
	put_cards("Asia/Kamchatka", "");
	midnight = (stage.bench.wall_s + KAMCHATKA) / DAY * DAY + DAY - KAMCHATKA;
	today = date_of_seconds(midnight + KAMCHATKA);
	six_years_ago = date_add(&today, -6, 0, 0);
	date_format(&six_years_ago, birth);
	pass(&stage.bench, midnight - 1 - stage.bench.wall_s);
	decide_card(&(struct showing){
		.shown = AGE | BIRTH | DOCUMENT, .birth = birth, .issued_s = 10 * DAY });
	decided(RESULT_EXEMPT, REASON_EXEMPT);
	pass(&stage.bench, 1);
	decide_card(&(struct showing){
		.shown = AGE | BIRTH | DOCUMENT, .birth = birth, .issued_s = 10 * DAY });
	decided(RESULT_UNDETERMINED, REASON_ATTRIBUTE_MISSING);
}

/* ---- whatever is shown and sent ---- */

static uint32_t drawn(uint32_t *state, uint32_t below)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) % below;
}

/* Sends each field or not, sometimes a wrong one; what was sent, and whether all of it is right. */
static unsigned send_some(uint32_t *chance, bool *right)
{
	static const struct {
		enum attribute attribute;
		const char *right, *wrong;
	} fields[] = { { ATTR_NATIONALITY, "BLR", "UZB" },
		{ ATTR_DATE_OF_BIRTH, "1990-01-31", "1990-00-00" },
		{ ATTR_DOCUMENT_TYPE, "P", "I" }, { ATTR_DOCUMENT_ISSUER, "BLR", "UZB" },
		{ ATTR_DOCUMENT_NUMBER, "MP1234567", "MP1234568" } };
	unsigned sent = 0;

	*right = true;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		bool wrong = drawn(chance, 12) == 0;

		if (drawn(chance, 3) == 0)
			continue;
		sent |= 1u << i;
		*right = *right && !wrong;
		add(&stage.request, fields[i].attribute, wrong ? fields[i].wrong : fields[i].right);
	}
	return sent;
}

/* Everything that is said of it here is worked out apart from the code. */
static void a_card_says_what_was_signed_for_this_sale_alone(void **state)
{
	uint32_t chance = 20261126;
	unsigned yes = 0, exempt = 0;

	(void)state;
	put(&stage.bench, "rules.cfg",
		"home = \"RUS\"; rules = ( { id = \"child\"; citation = \"c\"; age_below = 6; "
		"evidence = \"credential\"; } );");
	put_cards("UTC", "decides = true;");
	for (int i = 0; i < 600; i++) {
		static const unsigned at_least[] = { 0, ALL, DOCUMENT | AGE };
		unsigned shown = (1 + drawn(&chance, 63)) | at_least[i % 3], sent;
		bool other_shop = drawn(&chance, 8) == 0, other_sale = drawn(&chance, 8) == 0;
		const struct showing wish = {
			.shown = shown, .birth = "1990-01-31", .issued_s = 1
		};
		bool right, counts, is_yes, is_exempt;

		sent = send_some(&chance, &right);
		decide_with(&wish, other_shop ? "shop-18" : SHOP, other_sale ? "sale-2" : SALE);
		counts = right && !other_shop && !other_sale && (sent & ~wish.shown) == 0;
		/* A date of birth says that the holder is older. */
		is_exempt = counts && (wish.shown & DOCUMENT) == DOCUMENT &&
			    (wish.shown & AGE) != 0 && (wish.shown & BIRTH) == 0;
		is_yes = counts && (wish.shown & ALL) == ALL;
		assert_int_equal(stage.got.result == RESULT_YES, is_yes);
		assert_int_equal(stage.got.result == RESULT_EXEMPT, is_exempt);
		assert_int_not_equal(stage.got.result, RESULT_NO);
		yes += is_yes;
		exempt += is_exempt;
	}
	assert_true(yes > 20 && exempt > 5);
}

/* Any octet of it changed, dropped or doubled; as the shop sends it, which has no key. */
static void nothing_spoilt_decides(void **state)
{
	uint32_t chance = 7;
	char *text;

	(void)state;
	put_cards("UTC", "decides = true;");
	text = present(&(struct showing){ 0 });
	for (size_t at = 0; at < strlen(text); at += 1 + drawn(&chance, 9)) {
		for (int how = 0; how < 3; how++) {
			char spoilt[CREDENTIAL_TEXT_MAX + 2];
			struct sale_request sale = { .fields = stage.request.fields,
				.shop = { SHOP, strlen(SHOP) },
				.plain_allowed = true };

			(void)snprintf(spoilt, sizeof(spoilt), "%.*s%.*s%s", (int)at, text, how,
				how == 1 ? "x" : "yy", text + at + (how == 2 ? 0 : 1));
			if (strcmp(spoilt, text) == 0)
				continue;
			add(&stage.request, ATTR_SALE_ID, SALE);
			add(&stage.request, ATTR_CREDENTIAL, spoilt);
			sale.count = stage.request.count;
			decide(&stage.decider, &sale, &stage.got);
			stage.request.count = 0;
			decided(RESULT_UNDETERMINED, REASON_CREDENTIAL_INVALID);
		}
	}
	free(text);
}

#define test(name) cmocka_unit_test_setup_teardown(name, open_cards, close_cards)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		test(a_rule_goes_by_a_card),
		test(off_it_is_as_if_none_were_shown),
		test(a_card_decides_where_it_may),
		test(it_decides_about_a_whole_person),
		test(a_bearer_is_exempt_only_if_the_operator_says_so),
		test(a_printed_card_counts_only_if_the_operator_says_so),
		test(a_card_never_stands_beside_another_document),
		test(a_kind_of_document_is_a_whole_word),
		test(what_is_sent_has_to_be_on_the_card),
		test(what_a_zone_shows_has_to_be_on_the_card),
		test(it_is_good_for_its_own_sale_and_shop),
		test(one_that_does_not_verify_refuses_nobody),
		test(a_card_that_was_taken_back_says_nothing),
		test(a_no_since_the_card_was_issued_outranks_it),
		test(a_no_takes_no_exemption_away),
		test(a_document_that_has_expired_is_asked_about),
		test(under_six_is_true_on_the_day_of_issue_alone),
		test(a_date_of_birth_decides_on_the_birthday),
		test(a_card_says_what_was_signed_for_this_sale_alone),
		test(nothing_spoilt_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
