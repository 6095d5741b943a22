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

struct messages; /* opaque */

/*
 * Parse the text of a messages file. Every language is a group named by its BCP 47 tag with '_' for
 * '-'; the file's `default` names the fallback, which must have every reason; other languages may
 * leave some out. NULL after every error found was reported with file and line (unknown reason,
 * over-long or non-UTF-8 text, missing text in the default language). One reference to start with.
 */
MUST_CHECK struct messages *messages_parse(const char *text, const char *file,
					   const struct reporter *reporter);
struct messages *messages_ref(struct messages *messages);
void messages_unref(struct messages *messages);

/*
 * The text for a reason in the best language for a BCP 47 tag (RFC 4647 lookup: "ru-RU" falls back
 * to "ru", then to the default; "" is the default). Never NULL; belongs to the messages.
 */
const char *messages_clerk(const struct messages *messages, enum reason reason, const char *tag);
/* "" where there is nothing to do. */
const char *messages_remedy(const struct messages *messages, enum reason reason, const char *tag);

#endif
