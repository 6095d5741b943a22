/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "config/config_internal.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* FNV-1a, the final zero octet included. */
static uint64_t mixed(uint64_t digest, const char *text)
{
	size_t len = strlen(text) + 1;

	for (size_t i = 0; i < len; i++)
		digest = (digest ^ (unsigned char)text[i]) * FNV_PRIME;
	return digest;
}

static const char *kept(struct notes *notes, const char *text)
{
	size_t len = strlen(text) + 1;
	char *at = notes->room + notes->used;

	memcpy(at, text, len);
	notes->used += len;
	return at;
}

static void take(void *ctx, enum severity severity, const char *file, int line, const char *text)
{
	struct notes *notes = ctx;
	size_t len = strlen(text) + 1 + (file != NULL ? strlen(file) + 1 : 0);
	struct note *note;

	if (severity == SAY_ERROR) {
		notes->errors = mixed(notes->errors == 0 ? FNV_BASIS : notes->errors, text);
		notes->errors = mixed(notes->errors, file != NULL ? file : "");
		notes->errors = (notes->errors ^ (uint64_t)line) * FNV_PRIME | 1;
	}
	if (notes->count == NOTES_MAX || len > sizeof(notes->room) - notes->used) {
		notes->left_out++;
		return;
	}
	note = &notes->list[notes->count++];
	*note = (struct note){ .severity = severity, .line = line };
	note->file = file != NULL ? kept(notes, file) : NULL;
	note->text = kept(notes, text);
}

struct reporter notes_begin(struct notes *notes)
{
	notes->count = notes->used = 0;
	notes->left_out = 0;
	notes->errors = 0;
	return (struct reporter){ take, notes };
}

uint64_t notes_digest(const struct notes *notes)
{
	uint64_t digest = FNV_BASIS;

	for (size_t i = 0; i < notes->count; i++)
		digest = mixed(digest, notes->list[i].text);
	return digest;
}

void notes_report(const struct notes *notes, const struct reporter *reporter)
{
	for (size_t i = 0; i < notes->count; i++) {
		const struct note *note = &notes->list[i];

		report(reporter, note->severity, note->file, note->line, "%s", note->text);
	}
	if (notes->left_out > 0)
		report(reporter, SAY_WARNING, NULL, 0, "and %u lines more of this kind",
			notes->left_out);
}
