/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/prefixed.h"
#include "inquiry/question.h"

static struct operator_key key = { .len = 32 }; /* of docs/person-key.md: 00 01 02 .. 1f */
static const struct operator_key other_key = { "1123456789abcdef0123456789abcdef", 32 };

#define TOKEN_TEXT "2f9c4b1e-one-use"

/* The sale of docs/person-key.md. */
static struct sale a_sale(void)
{
	return (struct sale){
		.person = {
			.document = { .type = "P", .issuer = "UZB", .number = "FA1234567" },
			.nationality = "UZB",
			.birth = { 1990, 1, 31 },
		},
		.id = "sale-000042",
		.shop = "shop-17",
		.consent_text = "ru-2025-01",
	};
}

static struct sale with_token(enum subject_form form)
{
	struct sale sale = a_sale();

	if (form != SUBJECT_DOCUMENT)
		(void)strcpy(sale.token, TOKEN_TEXT);
	return sale;
}

static struct question ask(
	const struct operator_key *by, enum subject_form form, const struct sale *sale)
{
	struct person_key sbj;
	struct question question;

	if (form == SUBJECT_TOKEN)
		assert_true(token_key_make(by, sale->token, &sbj));
	else
		assert_true(person_key_make(by, &sale->person, &sbj));
	assert_true(question_make(by, &sbj, form, sale, &question));
	assert_int_equal(question.asked.form, form);
	assert_false(question.asked.has_previous);
	assert_memory_equal(&question.asked.sbj, &sbj, sizeof(sbj));
	return question;
}

/* A request of the question: its body, and its nonce in `nonce`. */
static json_t *request_of(const struct question *question, char nonce[NONCE_LEN + 1])
{
	char body[QUESTION_BODY_MAX + 1];
	size_t len = question_body(question, nonce, body);
	json_t *json;

	assert_in_range(len, 1, QUESTION_BODY_MAX);
	assert_int_equal(strlen(body), len);
	json = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(json);
	/* The shop and its sale stay here. */
	assert_null(strstr(body, "shop-17"));
	assert_null(strstr(body, "sale-0000"));
	return json;
}

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	if (value == NULL)
		fail_msg("no %s", name);
	return value;
}

/* All but the subject, which is returned. */
static const json_t *assert_question(
	const json_t *body, const struct question *question, const char *nonce)
{
	const json_t *consent = json_object_get(body, "consent");

	assert_int_equal(json_object_size(body), 6);
	assert_string_equal(text(body, "txn"), question->asked.txn);
	assert_string_equal(text(body, "nonce"), nonce);
	assert_string_equal(text(body, "sbj"), question->asked.sbj.text);
	assert_string_equal(text(body, "purpose"), "sim-sale");
	assert_int_equal(json_object_size(consent), 2);
	assert_true(json_is_true(json_object_get(consent, "given")));
	assert_string_equal(text(consent, "text"), "ru-2025-01");
	return json_object_get(body, "subject");
}

static void a_document_is_shown_whole(void **state)
{
	struct sale sale = a_sale();
	struct question question = ask(&key, SUBJECT_DOCUMENT, &sale);
	char nonce[NONCE_LEN + 1];
	json_t *body = request_of(&question, nonce);
	const json_t *subject = assert_question(body, &question, nonce);
	const json_t *document = json_object_get(subject, "document");

	(void)state;
	assert_int_equal(json_object_size(subject), 3);
	assert_int_equal(json_object_size(document), 3);
	assert_string_equal(text(document, "type"), "P");
	assert_string_equal(text(document, "issuer"), "UZB");
	assert_string_equal(text(document, "number"), "FA1234567");
	assert_string_equal(text(subject, "nationality"), "UZB");
	assert_string_equal(text(subject, "date_of_birth"), "1990-01-31");
	json_decref(body);
	question_clear(&question);
}

/* Without a document none of what the sale knows of the person leaves the operator. */
static void a_token_goes_alone(void **state)
{
	struct sale sale = with_token(SUBJECT_TOKEN);
	struct question question = ask(&key, SUBJECT_TOKEN, &sale);
	static const struct person nobody;
	char nonce[NONCE_LEN + 1];
	json_t *body = request_of(&question, nonce);
	const json_t *subject = assert_question(body, &question, nonce);

	(void)state;
	assert_memory_equal(&question.person, &nobody, sizeof(nobody));
	assert_int_equal(json_object_size(subject), 1);
	assert_string_equal(text(subject, "token"), TOKEN_TEXT);
	json_decref(body);
	question_clear(&question);
}

/* With a token the document goes as its digest under the nonce of this one request. */
static void a_document_beside_a_token_goes_as_its_digest(void **state)
{
	struct sale sale = with_token(SUBJECT_TOKEN_DOCUMENT);
	struct question question = ask(&key, SUBJECT_TOKEN_DOCUMENT, &sale);
	char nonces[2][NONCE_LEN + 1], digest[2][DOCUMENT_DIGEST_LEN + 1];

	(void)state;
	for (int i = 0; i < 2; i++) {
		json_t *body = request_of(&question, nonces[i]);
		const json_t *subject = assert_question(body, &question, nonces[i]);
		uint8_t octets[16];
		size_t len;

		assert_true(base64url_decode(nonces[i], NONCE_LEN, octets, sizeof(octets), &len));
		assert_int_equal(len, 16);
		assert_true(document_digest(octets, 16, &sale.person, digest[i]));
		assert_int_equal(json_object_size(subject), 2);
		assert_string_equal(text(subject, "token"), TOKEN_TEXT);
		assert_string_equal(text(subject, "document_digest"), digest[i]);
		json_decref(body);
	}
	assert_string_not_equal(nonces[0], nonces[1]);
	assert_string_not_equal(digest[0], digest[1]);
	question_clear(&question);
}

/* Where every character is escaped, or takes several octets, at its longest. */
static void the_longest_fits(void **state)
{
	struct sale sale = a_sale();
	struct question question;
	char nonce[NONCE_LEN + 1];
	json_t *body;

	(void)state;
	memset(sale.consent_text, '\\', CONSENT_TEXT_MAX);
	memset(sale.shop, 's', SHOP_MAX);
	memset(sale.id, 'i', SALE_ID_MAX);
	memset(sale.token, 't', SUBJECT_TOKEN_MAX);
	memset(sale.person.document.type, 'x', DOCUMENT_TYPE_MAX);
	memset(sale.person.document.number, '9', DOCUMENT_NUMBER_MAX);
	for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
		question = ask(&key, form, &sale);
		body = request_of(&question, nonce);
		assert_string_equal(
			text(json_object_get(body, "consent"), "text"), sale.consent_text);
		json_decref(body);
		question_clear(&question);
	}
	(void)strcpy(sale.consent_text, "\"согласие\"");
	question = ask(&key, SUBJECT_DOCUMENT, &sale);
	body = request_of(&question, nonce);
	assert_string_equal(text(json_object_get(body, "consent"), "text"), "\"согласие\"");
	json_decref(body);
	question_clear(&question);
}

/* The vectors X1 to X3 of docs/person-key.md. */
static void the_txn_is_as_published(void **state)
{
	static const char *const txns[SUBJECT_FORMS] = {
		[SUBJECT_DOCUMENT] = "f1bebf0d-ebf3-8e38-ba45-605957a9d490",
		[SUBJECT_TOKEN] = "fdaf8c68-6d47-8d1e-ad70-bb2f170d84a5",
		[SUBJECT_TOKEN_DOCUMENT] = "4d2f117a-a0cb-8e51-8585-24df12977f02",
	};

	(void)state;
	for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
		struct sale sale = with_token(form);
		struct question question = ask(&key, form, &sale);

		assert_string_equal(question.asked.txn, txns[form]);
		question_clear(&question);
	}
}

/* Without the shop's number of the sale, the token stands in its place (docs/person-key.md). */
static void a_token_stands_for_a_sale_without_an_id(void **state)
{
	struct sale sale = with_token(SUBJECT_TOKEN), named = with_token(SUBJECT_TOKEN);
	struct question question, of_named;

	(void)state;
	sale.id[0] = '\0';
	(void)strcpy(named.id, TOKEN_TEXT);
	question = ask(&key, SUBJECT_TOKEN, &sale);
	of_named = ask(&key, SUBJECT_TOKEN, &named);
	assert_string_equal(question.asked.txn, of_named.asked.txn);
	assert_int_equal(question.asked.txn[14], '8');
	question_clear(&question);
	question_clear(&of_named);
}

static void assert_uuid(const char *txn, char version)
{
	unsigned part[5];

	assert_int_equal(strlen(txn), TXN_LEN);
	assert_int_equal(sscanf(txn, "%8x-%4x-%4x-%4x-%12x", &part[0], &part[1], &part[2], &part[3],
				 &part[4]),
		5);
	assert_int_equal(txn[14], version);
	assert_non_null(strchr("89ab", txn[19])); /* RFC 9562: the variant 10 */
}

/* Nothing says that it is the same sale. */
static void without_id_and_token_the_txn_is_random(void **state)
{
	struct sale sale = a_sale();
	struct question one, other;

	(void)state;
	sale.id[0] = '\0';
	one = ask(&key, SUBJECT_DOCUMENT, &sale);
	other = ask(&key, SUBJECT_DOCUMENT, &sale);
	assert_uuid(one.asked.txn, '4');
	assert_string_not_equal(one.asked.txn, other.asked.txn);
	question_clear(&one);
	question_clear(&other);
}

static bool same_txn(enum subject_form form, const struct sale *one, const struct operator_key *by,
	enum subject_form other_form, const struct sale *another)
{
	struct question a = ask(&key, form, one), b = ask(by, other_form, another);
	bool same = strcmp(a.asked.txn, b.asked.txn) == 0;

	question_clear(&a);
	question_clear(&b);
	return same;
}

enum change {
	OTHER_ID,
	OTHER_SHOP,
	OTHER_CONSENT,
	OTHER_SHARES, /* what moves from one field to the next */
	OTHER_TOKEN,
	OTHER_NUMBER,
	OTHER_TYPE, /* of which the pseudonym has the first letter only */
	OTHER_ISSUER,
	OTHER_NATIONALITY,
	OTHER_BIRTH,
	CHANGES
};

static void change(struct sale *sale, enum change what)
{
	struct document *document = &sale->person.document;

	switch (what) {
	case OTHER_ID:
		(void)strcpy(sale->id, "sale-000043");
		return;
	case OTHER_SHOP:
		(void)strcpy(sale->shop, "shop-18");
		return;
	case OTHER_CONSENT:
		(void)strcpy(sale->consent_text, "ru-2025-02");
		return;
	case OTHER_SHARES:
		(void)strcpy(sale->shop, "shop-1");
		(void)strcpy(sale->id, "7sale-000042");
		return;
	case OTHER_TOKEN:
		(void)strcpy(sale->token, "fresh");
		return;
	case OTHER_NUMBER:
		(void)strcpy(document->number, "FA1234568");
		return;
	case OTHER_TYPE:
		(void)strcpy(document->type, "PN");
		return;
	case OTHER_ISSUER:
		(void)strcpy(document->issuer, "TJK");
		return;
	case OTHER_NATIONALITY:
		(void)strcpy(sale->person.nationality, "TJK");
		return;
	case OTHER_BIRTH:
		sale->person.birth.day = 30;
		return;
	case CHANGES:
		break;
	}
	fail();
}

/* True if a change makes another question of this form. */
static bool counts(enum change what, enum subject_form form)
{
	if (what < OTHER_TOKEN)
		return true;
	if (what == OTHER_TOKEN)
		return form != SUBJECT_DOCUMENT;
	/* Beside a token the document goes as its digest, which the pseudonym covers. */
	if (what == OTHER_TYPE)
		return form == SUBJECT_DOCUMENT;
	return form != SUBJECT_TOKEN;
}

static void one_sale_is_one_question(void **state)
{
	(void)state;
	for (enum subject_form form = 0; form < SUBJECT_FORMS; form++) {
		struct sale sale = with_token(form), same = with_token(form);

		assert_true(same_txn(form, &sale, &key, form, &same));
		assert_false(same_txn(form, &sale, &other_key, form, &same));
		for (enum change what = 0; what < CHANGES; what++) {
			struct sale other = with_token(form);

			if (what == OTHER_TOKEN && form == SUBJECT_DOCUMENT)
				continue;
			change(&other, what);
			if (same_txn(form, &sale, &key, form, &other) == counts(what, form))
				fail_msg("form %d, change %d", (int)form, (int)what);
		}
		for (enum subject_form other = 0; other < SUBJECT_FORMS; other++) {
			struct sale in_other_form = with_token(other);

			if (other != form)
				assert_false(same_txn(form, &sale, &key, other, &in_other_form));
		}
	}
}

static void a_cleared_question_holds_nothing(void **state)
{
	struct sale sale = a_sale();
	struct question question = ask(&key, SUBJECT_DOCUMENT, &sale);
	static const struct question nothing;

	(void)state;
	question_clear(&question);
	assert_memory_equal(&question, &nothing, sizeof(nothing));
	question_clear(&question);
}

/* No key, no question: and it can be cleared all the same. */
static void without_a_key_there_is_no_question(void **state)
{
	static const struct operator_key none;
	struct sale sale = a_sale();
	struct person_key sbj = { .text = "x" };
	struct question question;

	(void)state;
	assert_false(question_make(&none, &sbj, SUBJECT_DOCUMENT, &sale, &question));
	question_clear(&question);
}

static int make_key(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < 32; i++)
		key.bytes[i] = i;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_is_shown_whole),
		cmocka_unit_test(a_token_goes_alone),
		cmocka_unit_test(a_document_beside_a_token_goes_as_its_digest),
		cmocka_unit_test(the_longest_fits),
		cmocka_unit_test(the_txn_is_as_published),
		cmocka_unit_test(a_token_stands_for_a_sale_without_an_id),
		cmocka_unit_test(without_id_and_token_the_txn_is_random),
		cmocka_unit_test(one_sale_is_one_question),
		cmocka_unit_test(a_cleared_question_holds_nothing),
		cmocka_unit_test(without_a_key_there_is_no_question),
	};

	return cmocka_run_group_tests(tests, make_key, NULL);
}
