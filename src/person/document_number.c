/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * document_number.c - one number, however it is written. A series of Cyrillic letters is typed in
 * Cyrillic in one shop and in the Latin letters that look the same in another.
 */
#include "person/document.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/utf8.h"

#define CYRILLIC_FIRST 0x0400
#define CYRILLIC_LAST 0x042f /* of the capital letters */
#define CYRILLIC_GHE_WITH_UPTURN 0x0490
#define NUMERO_SIGN 0x2116

/* A capital letter from U+0400 on: the Latin letter that looks like it, 0 if none does, and how an
 * MRZ transliterates it (Doc 9303-3 section 6, table B; its first alternative). */
struct cyrillic {
	char look_alike;
	char mrz[5];
};

static const struct cyrillic cyrillic[] = {
	{ 0, "E" }, { 0, "E" }, { 0, "D" }, { 0, "G" }, { 0, "IE" }, /* U+0400 */
	{ 'S', "DZ" }, { 'I', "I" }, { 0, "I" }, { 'J', "J" }, { 0, "LJ" }, /* U+0405 */
	{ 0, "NJ" }, { 0, "C" }, { 0, "K" }, { 0, "I" }, { 0, "U" }, { 0, "DZ" }, /* U+040A */
	{ 'A', "A" }, { 0, "B" }, { 'B', "V" }, { 0, "G" }, { 0, "D" }, /* А Б В Г Д */
	{ 'E', "E" }, { 0, "ZH" }, { 0, "Z" }, { 0, "I" }, { 0, "I" }, /* Е Ж З И Й */
	{ 'K', "K" }, { 0, "L" }, { 'M', "M" }, { 'H', "N" }, { 'O', "O" }, /* К Л М Н О */
	{ 0, "P" }, { 'P', "R" }, { 'C', "S" }, { 'T', "T" }, { 'Y', "U" }, /* П Р С Т У */
	{ 0, "F" }, { 'X', "KH" }, { 0, "TS" }, { 0, "CH" }, { 0, "SH" }, /* Ф Х Ц Ч Ш */
	{ 0, "SHCH" }, { 0, "IE" }, { 0, "Y" }, { 0, "" }, { 0, "E" }, /* Щ Ъ Ы Ь Э */
	{ 0, "IU" }, { 0, "IA" }, /* Ю Я */
};
_Static_assert(ARRAY_LEN(cyrillic) == CYRILLIC_LAST - CYRILLIC_FIRST + 1, "every capital letter");

static const struct cyrillic ghe_with_upturn = { 0, "G" };

/* NULL for what is no capital letter of the alphabet above. */
static const struct cyrillic *cyrillic_of(uint32_t character)
{
	if (character == CYRILLIC_GHE_WITH_UPTURN)
		return &ghe_with_upturn;
	if (character < CYRILLIC_FIRST || character > CYRILLIC_LAST)
		return NULL;
	return &cyrillic[character - CYRILLIC_FIRST];
}

/* Not towupper(): that asks the process's locale, which is not ours to know. */
static uint32_t capital(uint32_t character)
{
	if ((character >= 'a' && character <= 'z') || (character >= 0x0430 && character <= 0x044f))
		return character - 0x20;
	if (character >= 0x0450 && character <= 0x045f)
		return character - 0x50;
	return character == CYRILLIC_GHE_WITH_UPTURN + 1 ? CYRILLIC_GHE_WITH_UPTURN : character;
}

static bool is_plain(uint32_t character)
{
	return (character >= 'A' && character <= 'Z') || (character >= '0' && character <= '9');
}

/* Spaces, hyphens and dashes of all widths, and the sign for "number". */
static bool is_left_out(uint32_t character)
{
	return character == ' ' || character == '-' || character == 0x00a0 ||
	       (character >= 0x2000 && character <= 0x200a) || character == 0x202f ||
	       (character >= 0x2010 && character <= 0x2015) || character == 0x2212 ||
	       character == NUMERO_SIGN;
}

/* What is not read yet of a number as it was written. */
struct writing {
	const char *at;
	size_t left;
	bool filled; /* a '<' was seen: only more of them follow, and what is left out */
	bool strange; /* something stands there that no number has */
};

/* The next letter or digit, a capital; 0 at the end, or at something strange. */
static uint32_t next_of(struct writing *writing)
{
	while (writing->left > 0) {
		uint32_t character;
		size_t octets = utf8_read(writing->at, writing->left, &character);

		writing->strange = octets == 0;
		if (writing->strange)
			return 0;
		writing->at += octets;
		writing->left -= octets;
		character = capital(character);
		if (character == '<')
			writing->filled = true;
		if (character == '<' || is_left_out(character))
			continue;
		writing->strange =
			writing->filled || (!is_plain(character) && cyrillic_of(character) == NULL);
		return writing->strange ? 0 : character;
	}
	return 0;
}

static bool collect_number(const char *text, size_t len, char out[DOCUMENT_NUMBER_MAX + 1])
{
	struct writing writing = { .at = text, .left = len };
	uint32_t character;
	size_t n = 0;

	while ((character = next_of(&writing)) != 0) {
		const struct cyrillic *letter = cyrillic_of(character);
		char octets[UTF8_LONGEST];
		size_t count;

		if (letter != NULL && letter->look_alike != 0)
			character = (unsigned char)letter->look_alike;
		count = utf8_write(character, octets);
		if (n + count > DOCUMENT_NUMBER_MAX)
			return false;
		memcpy(out + n, octets, count);
		n += count;
	}
	out[n] = '\0';
	return n > 0 && !writing.strange;
}

bool document_number_canonical(const char *text, size_t len, char out[DOCUMENT_NUMBER_MAX + 1])
{
	if (collect_number(text, len, out))
		return true;
	OPENSSL_cleanse(out, DOCUMENT_NUMBER_MAX + 1);
	return false;
}

/* Characters of an MRZ that a letter or digit may stand for there; 0 (and *agrees false) if it is
 * another one. */
static size_t shown_as(uint32_t character, const char *shown, bool *agrees)
{
	const struct cyrillic *letter = cyrillic_of(character);
	size_t len;

	*agrees = true;
	if (letter == NULL || (letter->look_alike != 0 && letter->look_alike == *shown)) {
		*agrees = letter != NULL || (uint32_t)(unsigned char)*shown == character;
		return 1;
	}
	len = strlen(letter->mrz);
	*agrees = strncmp(shown, letter->mrz, len) == 0;
	return len;
}

bool document_number_agrees(const char *told, size_t len, const char *shown)
{
	struct writing writing = { .at = told, .left = len };
	uint32_t character;
	bool agrees = true;

	while ((character = next_of(&writing)) != 0) {
		size_t width = shown_as(character, shown, &agrees);

		if (!agrees)
			return false;
		shown += width;
	}
	return !writing.strange && *shown == '\0';
}
