/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "inquiry/question.h"

static const struct operator_key key = { "0123456789abcdef0123456789abcdef", 32 };
static const struct operator_key other_key = { "1123456789abcdef0123456789abcdef", 32 };

static struct sale a_sale(void)
{
	struct sale sale = {
		.person = {
			.document = { .type = "P", .issuer = "UZB", .number = "FA1234567" },
			.nationality = "UZB",
			.birth = { 1990, 1, 31 },
		},
		.id = "sale-1",
		.shop = "shop-17",
		.consent_text = "ru-2025-01",
	};

	return sale;
}

static struct question ask(const struct operator_key *operator_key, const struct sale *sale)
{
	struct person_key person;
	struct question question;

	assert_true(person_key_make(operator_key, &sale->person, &person));
	assert_true(question_make(operator_key, &person, sale, &question));
	return question;
}

static json_t *parsed(const struct question *question)
{
	json_t *body = json_loadb(question->body, question->body_len, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(body);
	return body;
}

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	assert_non_null(value);
	return value;
}

static void test_document(void **state)
{
	struct sale sale = a_sale();
	struct question question = ask(&key, &sale);
	json_t *body = parsed(&question);
	const json_t *subject = json_object_get(body, "subject");
	const json_t *document = json_object_get(subject, "document");

	(void)state;
	assert_int_equal(json_object_size(body), 6);
	assert_int_equal(json_object_size(subject), 3);
	assert_int_equal(json_object_size(document), 3);
	assert_string_equal(text(body, "txn"), question.txn);
	assert_string_equal(text(body, "nonce"), question.nonce);
	assert_string_equal(text(body, "sbj"), question.key.text);
	assert_string_equal(text(body, "purpose"), "sim-sale");
	assert_string_equal(text(document, "type"), "P");
	assert_string_equal(text(document, "issuer"), "UZB");
	assert_string_equal(text(document, "number"), "FA1234567");
	assert_string_equal(text(subject, "nationality"), "UZB");
	assert_string_equal(text(subject, "date_of_birth"), "1990-01-31");
	assert_true(json_is_true(json_object_get(json_object_get(body, "consent"), "given")));
	assert_string_equal(text(json_object_get(body, "consent"), "text"), "ru-2025-01");
	/* The shop and its sale stay here. */
	assert_null(strstr(question.body, "shop-17"));
	assert_null(strstr(question.body, "sale-1"));
	json_decref(body);
	question_clear(&question);
}

/* With a token no document number leaves the operator. */
static void test_token(void **state)
{
	struct sale sale = a_sale();
	struct question question;
	json_t *body;

	(void)state;
	strcpy(sale.token, "a \"token\"\\");
	question = ask(&key, &sale);
	body = parsed(&question);
	assert_int_equal(json_object_size(json_object_get(body, "subject")), 1);
	assert_string_equal(text(json_object_get(body, "subject"), "token"), "a \"token\"\\");
	assert_null(strstr(question.body, "FA1234567"));
	assert_null(strstr(question.body, "1990"));
	json_decref(body);
	question_clear(&question);
}

/* What every character of is escaped, or takes several octets, at its longest. */
static void test_longest(void **state)
{
	struct sale sale = a_sale(), document = a_sale();
	struct question question;
	json_t *body;

	(void)state;
	memset(sale.token, '"', SUBJECT_TOKEN_MAX);
	memset(sale.consent_text, '\\', CONSENT_TEXT_MAX);
	question = ask(&key, &sale);
	body = parsed(&question);
	assert_string_equal(text(json_object_get(body, "subject"), "token"), sale.token);
	assert_string_equal(text(json_object_get(body, "consent"), "text"), sale.consent_text);
	json_decref(body);
	question_clear(&question);

	memset(document.person.document.type, 'x', DOCUMENT_TYPE_MAX);
	memset(document.person.document.number, '9', DOCUMENT_NUMBER_MAX);
	strcpy(document.consent_text, "согласие");
	question = ask(&key, &document);
	body = parsed(&question);
	assert_string_equal(text(json_object_get(body, "consent"), "text"), "согласие");
	json_decref(body);
	question_clear(&question);
}

static void test_form_of_txn(void **state)
{
	struct sale sale = a_sale();

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct question question = ask(&key, &sale);
		unsigned part[5];

		assert_int_equal(strlen(question.txn), TXN_LEN);
		assert_int_equal(strlen(question.nonce), NONCE_LEN);
		assert_int_equal(sscanf(question.txn, "%8x-%4x-%4x-%4x-%12x", &part[0], &part[1],
					 &part[2], &part[3], &part[4]),
			5);
		/* RFC 9562: version 8 is our own making, 4 is random; variant 10 */
		assert_int_equal(question.txn[14], i == 0 ? '8' : '4');
		assert_non_null(strchr("89ab", question.txn[19]));
		question_clear(&question);
		sale.id[0] = '\0';
	}
}

static bool same_question(const struct operator_key *one_key, const struct sale *one,
			  const struct operator_key *another_key, const struct sale *another)
{
	struct question a = ask(one_key, one), b = ask(another_key, another);
	bool same = strcmp(a.txn, b.txn) == 0;

	assert_int_equal(strcmp(a.nonce, b.nonce) == 0, same);
	question_clear(&a);
	question_clear(&b);
	return same;
}

static void test_one_sale_is_one_question(void **state)
{
	struct sale sale = a_sale(), other = a_sale();

	(void)state;
	assert_true(same_question(&key, &sale, &key, &other));
	assert_false(same_question(&key, &sale, &other_key, &other));
	strcpy(other.id, "sale-2");
	assert_false(same_question(&key, &sale, &key, &other));
	other = a_sale();
	strcpy(other.shop, "shop-18");
	assert_false(same_question(&key, &sale, &key, &other));
	other = a_sale();
	strcpy(other.person.document.number, "FA1234568");
	assert_false(same_question(&key, &sale, &key, &other));
	/* What moves from one field to the next is another sale. */
	other = a_sale();
	strcpy(other.shop, "shop-1");
	strcpy(other.id, "7sale-1");
	assert_false(same_question(&key, &sale, &key, &other));
	/* Without an id nothing says that it is the same sale. */
	sale.id[0] = '\0';
	assert_false(same_question(&key, &sale, &key, &sale));
}

static void test_clear(void **state)
{
	struct sale sale = a_sale();
	struct question question = ask(&key, &sale);
	static const struct question nothing;

	(void)state;
	question_clear(&question);
	assert_memory_equal(&question, &nothing, sizeof(nothing));
	question_clear(&question);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_token),
		cmocka_unit_test(test_longest),
		cmocka_unit_test(test_form_of_txn),
		cmocka_unit_test(test_one_sale_is_one_question),
		cmocka_unit_test(test_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
