/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * people_line.h - where in the people file something stands, for messages: the JSON reader keeps
 * no lines.
 */
#ifndef SANDBOX_PEOPLE_LINE_H
#define SANDBOX_PEOPLE_LINE_H

#include "base/base.h"

#define LINE_OF_DEFAULT SIZE_MAX

/*
 * The line, from 1, of a member of the index-th of "people" (from 0) or of "default"; of its
 * beginning, if member is NULL or is not found. 1 if there is no such entry. The text is JSON that
 * was read without error.
 */
unsigned people_line(const char *text, size_t index, const char *member);

#endif
