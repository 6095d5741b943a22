/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A token spoilt as text: its characters, its segments, its length.
 */
#include "differential.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Each character with one bit changed; a segment's last one comes by itself. */
void test_bits_of_text(void **state)
{
	static const char *const families[] = { "bit of the header", "bit of the payload",
		"bit of the signature" };

	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		char *token = right_token(&subjects[i]);
		size_t len = strlen(token), segment = 0;

		for (size_t at = 0; at < len; at++) {
			char was = token[at];

			segment += was == '.';
			if (was == '.' || at + 1 == len || token[at + 1] == '.')
				continue;
			token[at] = (char)(was ^ 1 << random_below(8));
			compare_octets(&subjects[i], families[segment], token, len);
			token[at] = was;
		}
		free(token);
	}
}

/* What a segment of this length leaves unused of its last character (RFC 4648 section 3.5). */
static size_t unused_bits(size_t len)
{
	return len % 4 == 2 ? 15 : len % 4 == 3 ? 3 : 0;
}

/* The unused bits set, as `variant` says; false if it says to leave them as they are. */
static bool set_unused(char *segment, size_t len, size_t variant)
{
	const char *last = strchr(alphabet, segment[len - 1]);

	assert_non_null(last);
	if ((variant & unused_bits(len)) == 0)
		return false;
	segment[len - 1] = alphabet[(size_t)(last - alphabet) | (variant & unused_bits(len))];
	return true;
}

void test_trailing_bits(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS * 16; i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *token = right_token(subject), *input = input_of(subject, NULL);
		char *last = strrchr(token, '.') + 1, *payload = strchr(input, '.') + 1;

		if (set_unused(last, strlen(last), i / SUBJECTS))
			compare_octets(
				subject, "unused bits of the signature", token, strlen(token));
		free(token);
		/* Signed as it stands. */
		if (set_unused(payload, strlen(payload), i / SUBJECTS)) {
			compare(subject, "unused bits of the payload", signed_text(subject, input));
			input = input_of(subject, NULL);
		}
		if (set_unused(input, strcspn(input, "."), i / SUBJECTS))
			compare(subject, "unused bits of the header", signed_text(subject, input));
		else
			free(input);
	}
}

/* The other alphabet of base64; false if the text has nothing that differs. */
static bool to_base64(char *text)
{
	bool changed = false;

	for (; *text != '\0'; text++) {
		changed |= *text == '-' || *text == '_';
		*text = *text == '-' ? '+' : *text == '_' ? '/' : *text;
	}
	return changed;
}

/* Right octets in base64 rather than base64url. */
void test_alphabet(void **state)
{
	size_t signatures = 0, texts = 0;

	(void)state;
	for (size_t i = 0; i < SUBJECTS * 20; i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		char *token = right_token(subject), *header, *input;

		if (to_base64(strrchr(token, '.'))) {
			compare_octets(subject, "base64 of the signature", token, strlen(token));
			signatures++;
		}
		free(token);
		header = right_header(subject, ",\"a\":\"?>~?>~\xc3\xbf\"");
		input = input_of(subject, header);
		free(header);
		if (to_base64(input)) {
			compare(subject, "base64 of the text", signed_text(subject, input));
			texts++;
		} else {
			free(input);
		}
	}
	assert_true(signatures > 40 && texts > 40);
}

/* At the start, in the middle and at the end of each segment. */
static size_t places_of(const char *text, size_t places[9])
{
	size_t count = 0, start = 0;

	for (size_t end = 0;; end++) {
		if (text[end] != '.' && text[end] != '\0')
			continue;
		places[count++] = start;
		places[count++] = (start + end) / 2;
		places[count++] = end;
		start = end + 1;
		if (text[end] == '\0')
			return count;
	}
}

static char *put_in(const char *text, size_t position, const char *bit)
{
	return text_of("%.*s%s%s", (int)position, text, bit, text + position);
}

/* Put in afterwards, and, but for the signature itself, put in and signed. */
void test_text_put_in(void **state)
{
	static const char *const bits[] = { ".", "..", "=", "==", "===", "A", "AA", "AAA", " ",
		"\n", "\r\n", "\t", "\v", "\f", "\x01", "%", "\"", "\\", ",", "\x7f", "\x80",
		"\xc2\xa0", "\xe2\x80\x8b", "~" };
	size_t places[9];

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(bits); i++) {
		const struct subject *subject = &subjects[i % SUBJECTS];
		const char *bit = bits[i / SUBJECTS];
		const char *what = bit[0] == '=' ? "padding" : bit[0] == 'A' ? "letters" : "text";
		char *family = text_of("%s put in", what);
		char *family_signed = text_of("%s put in and signed", what);
		char *token = right_token(subject), *input = input_of(subject, NULL);
		size_t count = places_of(token, places);

		for (size_t j = 0; j < count; j++)
			compare(subject, family, put_in(token, places[j], bit));
		count = places_of(input, places);
		for (size_t j = 0; j < count; j++)
			compare(subject, family_signed,
				signed_text(subject, put_in(input, places[j], bit)));
		free(family);
		free(family_signed);
		free(token);
		free(input);
	}
}

/* Too few segments, too many, and the three in another order. %1: header, %2: payload, %3: .. */
void test_segments(void **state)
{
	static const char *const forms[] = { "%1$s", "%1$s.%2$s", "%1$s.%2$s.", "%1$s..%3$s",
		".%2$s.%3$s", "..%3$s", "..", "...", "", ".", "%1$s.%2$s.%3$s.", ".%1$s.%2$s.%3$s",
		"%1$s.%2$s.%3$s.%3$s", "%1$s.%2$s.%3$s..", "%1$s.%2$s..%3$s", "%1$s..%2$s.%3$s",
		"%2$s.%1$s.%3$s", "%1$s.%3$s.%2$s", "%1$s.%1$s.%3$s", "%1$s.%2$s.%1$s",
		"%1$s.%2$s.%3$s%3$s", "%1$s.%2$s%2$s.%3$s", "%1$s,%2$s,%3$s", "%1$s.%2$s,%3$s",
		"%1$s.%2$s.%3$s %1$s.%2$s.%3$s", "%1$s.%2$s.%3$s.%1$s.%2$s.%3$s",
		"{\"protected\":\"%1$s\",\"payload\":\"%2$s\",\"signature\":\"%3$s\"}" };

	(void)state;
	for (size_t i = 0; i < SUBJECTS * ARRAY_LEN(forms); i++) {
		char *token = right_token(&subjects[i % SUBJECTS]), *parts[3], *save = NULL;
		char *changed = NULL;

		parts[0] = strtok_r(token, ".", &save);
		parts[1] = strtok_r(NULL, ".", &save);
		parts[2] = strtok_r(NULL, ".", &save);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
		if (asprintf(&changed, forms[i / SUBJECTS], parts[0], parts[1], parts[2]) < 0)
			abort();
#pragma GCC diagnostic pop
		compare(&subjects[i % SUBJECTS], "other segments", changed);
		free(token);
	}
}

void test_cut(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		char *token = right_token(&subjects[i]);
		size_t len = strlen(token);

		for (size_t cut = 1; cut <= len; cut += 1 + cut / 8) {
			compare_octets(&subjects[i], "cut short", token, len - cut);
			compare_octets(&subjects[i], "cut short", token + cut, len - cut);
		}
		free(token);
	}
}

/* A right token that is longer than one may be. */
void test_size(void **state)
{
	(void)state;
	for (size_t i = 0; i < SUBJECTS; i++) {
		char *more = text_of(",\"a\":\"%0*d\"", JWS_MAX_LEN, 0);
		char *header = right_header(&subjects[i], more);

		compare(&subjects[i], "too long",
			signed_text(&subjects[i], input_of(&subjects[i], header)));
		free(header);
		free(more);
		more = text_of(",\"a\":\"%0*d\"", JWS_MAX_LEN / 2, 0);
		header = right_header(&subjects[i], more);
		compare_right(&subjects[i], "long",
			signed_text(&subjects[i], input_of(&subjects[i], header)));
		free(header);
		free(more);
	}
}
