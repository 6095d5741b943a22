/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.h - what a decision is worded as: reference, texts, what it means to the caller. */
#ifndef MIGRANTID_SAY_H
#define MIGRANTID_SAY_H

#include "config/config.h"
#include "decision/decision.h"

/*
 * Complete a decision whose result and reason stand: in the language that the fields ask for, also
 * where the rest of the request could not be read. Thread-safe.
 */
void say(const struct snapshot *snapshot, const struct sale_field *fields, size_t count,
	struct decision *out);

#endif
