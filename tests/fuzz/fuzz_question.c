/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The question that goes out: whatever a request says, it is one JSON object of just the members
 * of the contract, holds the subject in one of its three forms and no more, has another nonce each
 * time and the same txn for the same sale. The input is what request.h says, after one octet.
 */
#include "answer/strict_json.h"
#include "inquiry/question.h"
#include "request.h"
#include "rules/evaluate.h"

static const struct operator_key key = { .bytes = "a key for tests of thirty-two oc", .len = 32 };

static void says(const json_t *object, const char *name, const char *value)
{
	const char *text = strict_json_text(object, name);

	HOLDS(text != NULL && strcmp(text, value) == 0);
}

static void document_is_of(const json_t *subject, const struct sale *sale)
{
	const json_t *document = json_object_get(subject, "document");
	char birth[DATE_TEXT_LEN + 1];

	date_format(&sale->person.birth, birth);
	HOLDS(json_object_size(subject) == 3 && json_object_size(document) == 3);
	says(document, "type", sale->person.document.type);
	says(document, "issuer", sale->person.document.issuer);
	says(document, "number", sale->person.document.number);
	says(subject, "nationality", sale->person.nationality);
	says(subject, "date_of_birth", birth);
}

static void subject_is_of(const json_t *subject, const struct sale *sale, enum subject_form form)
{
	const char *digest = strict_json_text(subject, "document_digest");

	if (form == SUBJECT_DOCUMENT) {
		document_is_of(subject, sale);
		return;
	}
	says(subject, "token", sale->token);
	HOLDS(json_object_size(subject) == (form == SUBJECT_TOKEN ? 1 : 2));
	HOLDS((digest != NULL) == (form == SUBJECT_TOKEN_DOCUMENT));
	HOLDS(digest == NULL || strlen(digest) == DOCUMENT_DIGEST_LEN);
}

static void is_of_the_contract(const struct question *question, const char *nonce,
	const char *octets, size_t len, const struct sale *sale)
{
	json_t *body = strict_json_object((const uint8_t *)octets, len, NULL);
	const json_t *consent = json_object_get(body, "consent");

	HOLDS(json_object_size(body) == 6 && json_object_size(consent) == 2);
	says(body, "txn", question->asked.txn);
	says(body, "nonce", nonce);
	says(body, "purpose", "sim-sale");
	says(body, "sbj", question->asked.sbj.text);
	HOLDS(json_is_true(json_object_get(consent, "given")));
	says(consent, "text", sale->consent_text);
	subject_is_of(json_object_get(body, "subject"), sale, question->asked.form);
	json_decref(body);
}

static void ask(const struct sale *sale, enum subject_form form)
{
	char body[QUESTION_BODY_MAX + 1], nonce[NONCE_LEN + 1], second[NONCE_LEN + 1];
	struct question question, again;
	struct person_key sbj;
	size_t len;

	HOLDS(form == SUBJECT_TOKEN ? token_key_make(&key, sale->token, &sbj)
				    : person_key_make(&key, &sale->person, &sbj));
	HOLDS(question_make(&key, &sbj, form, sale, &question));
	HOLDS(strlen(question.asked.txn) == TXN_LEN);
	len = question_body(&question, nonce, body);
	HOLDS(len > 0 && len <= QUESTION_BODY_MAX && strlen(body) == len);
	is_of_the_contract(&question, nonce, body, len, sale);
	HOLDS(question_body(&question, second, body) > 0 && strcmp(nonce, second) != 0);
	HOLDS(question_make(&key, &sbj, form, sale, &again));
	HOLDS((strcmp(question.asked.txn, again.asked.txn) == 0) ==
		(sale->id[0] != '\0' || sale->token[0] != '\0'));
	question_clear(&again);
	question_clear(&question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct sale_options options = { .allow_specimen = true,
		.today = { 2026, 1, 31 } };
	static struct rule_set *rules;
	const struct date today = { 2026, 1, 31 };
	struct sale_field fields[FIELDS_MAX];
	size_t count = size > 0 ? request_cut(data + 1, size - 1, fields) : 0;
	struct sale_fault fault;
	struct verdict verdict;
	struct sale sale;

	if (rules == NULL)
		rules = rules_parse("home = \"RUS\"; rules = ();", "rules", NULL);
	HOLDS(rules != NULL);
	if (sale_read(fields, count, &options, &sale, &fault)) {
		verdict = evaluate(&sale, rules, &today, FORMS_ALL, NULL);
		if (verdict.kind == VERDICT_ASK)
			ask(&sale, verdict.form);
	}
	sale_clear(&sale);
	request_free(fields, count);
	return 0;
}
