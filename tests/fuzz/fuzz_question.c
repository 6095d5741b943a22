/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question that goes out: whatever a request says, it is one JSON object of just the members
 * of the contract, holds the document or the token that stands for it and never both, and is the
 * same again for the same sale. The input is what request.h says, after one octet.
 */
#include "answer/strict_json.h"
#include "request.h"
#include "inquiry/question.h"

static const struct operator_key key = { .bytes = "a key for tests of thirty-two oc", .len = 32 };

static void says(const json_t *object, const char *name, const char *value)
{
	const char *text = strict_json_text(object, name);

	HOLDS(text != NULL && strcmp(text, value) == 0);
}

static void subject_is_of(const json_t *subject, const struct sale *sale)
{
	const json_t *document = json_object_get(subject, "document");
	char birth[DATE_TEXT_LEN + 1];

	if (sale->token[0] != '\0') {
		HOLDS(json_object_size(subject) == 1);
		says(subject, "token", sale->token);
		return;
	}
	date_format(&sale->person.birth, birth);
	HOLDS(json_object_size(subject) == 3 && json_object_size(document) == 3);
	says(document, "type", sale->person.document.type);
	says(document, "issuer", sale->person.document.issuer);
	says(document, "number", sale->person.document.number);
	says(subject, "nationality", sale->person.nationality);
	says(subject, "date_of_birth", birth);
}

static void is_of_the_contract(const struct question *question, const struct sale *sale)
{
	json_t *body = strict_json_object(question->body, question->body_len, NULL);
	const json_t *consent = json_object_get(body, "consent");

	HOLDS(json_object_size(body) == 6 && json_object_size(consent) == 2);
	says(body, "txn", question->txn);
	says(body, "nonce", question->nonce);
	says(body, "purpose", "sim-sale");
	says(body, "sbj", question->key.text);
	HOLDS(json_is_true(json_object_get(consent, "given")));
	says(consent, "text", sale->consent_text);
	subject_is_of(json_object_get(body, "subject"), sale);
	json_decref(body);
}

static void ask(const struct sale *sale)
{
	struct question question, again;
	struct person_key person;

	HOLDS(person_key_make(&key, &sale->person, &person));
	HOLDS(question_make(&key, &person, sale, &question));
	HOLDS(strlen(question.txn) == TXN_LEN && strlen(question.nonce) == NONCE_LEN);
	HOLDS(strcmp(question.txn, question.nonce) != 0);
	is_of_the_contract(&question, sale);
	HOLDS(question_make(&key, &person, sale, &again));
	HOLDS((strcmp(question.body, again.body) == 0) == (sale->id[0] != '\0'));
	question_clear(&again);
	question_clear(&question);
	question_clear(&question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sale_options options = { .allow_specimen = true };
	struct sale_field fields[FIELDS_MAX];
	size_t count = size > 0 ? request_cut(data + 1, size - 1, fields) : 0;
	struct sale_fault fault;
	struct sale sale;

	if (sale_read(fields, count, &options, &sale, &fault) && sale_missing(&sale) == ATTR_NONE)
		ask(&sale);
	sale_clear(&sale);
	request_free(fields, count);
	return 0;
}
