/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * messages.h - messages.cfg (libconfig): what the clerk reads (Reply-Message) and what the buyer
 * can do (MigrantID-Remedy), per reason and language. Immutable, reference-counted, thread-safe.
 */
#ifndef MIGRANTID_MESSAGES_H
#define MIGRANTID_MESSAGES_H

#include "base/base.h"
#include "base/report.h"
#include "rules/vocabulary.h"

#define MESSAGE_MAX 240 /* octets of UTF-8: one RADIUS attribute, VSA included */

/*
 * A clerk's text is one attribute of 253 octets together with what is put behind it: for a bad
 * request ": MigrantID-Accreditation-Expiry (document-number)", for an announced outage its end,
 * ": 2026-01-31 14:00".
 */
#define REPLY_TEXT_MAX 253
#define MESSAGE_MAX_BEFORE_DETAIL 200

struct messages; /* opaque */

/*
 * Parse the text of a messages file:
 *
 *	default = "en";
 *	languages = {
 *		en = { no-match = { clerk = "..."; remedy = "..."; }; ... };
 *		uz-Cyrl = { no-match = { remedy = "..."; }; ... };
 *	};
 *
 * A language is a group named by its BCP 47 tag, a reason one named as in the dictionary. The
 * default language must have a clerk's text for every reason; the others may leave out reasons, or
 * either of the two texts. Who is refused is told what to do: in the default language the reasons
 * of a No have a remedy, and in none is it empty. A clerk's text that something is put behind has
 * at most MESSAGE_MAX_BEFORE_DETAIL octets. NULL after every error found was reported with file and
 * line (unknown reason, no language tag, over-long or non-UTF-8 text, control characters,
 * missing text). Immutable; any thread may read it.
 */
MUST_CHECK struct messages *messages_parse(
	const char *text, const char *file, const struct reporter *reporter);
void messages_free(struct messages *messages); /* NULL is fine */

/*
 * The text for a reason in the best language that has one, of those that `asked` names as
 * config/language.h reads it; RFC 4647 section 3.4: "ru-RU" falls back to "ru", then to the next
 * one, at last to the default; case does not matter. Never NULL; belongs to the messages. The
 * clerk's text and the remedy may be of different languages.
 */
const char *messages_clerk(const struct messages *messages, enum reason reason, struct span asked);
/* "" where there is nothing to do. */
const char *messages_remedy(const struct messages *messages, enum reason reason, struct span asked);

#endif
