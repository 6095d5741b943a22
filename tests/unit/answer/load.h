/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * load.h - vectors from their files; what is missing fails the test. To be included behind cmocka.h.
 */
#ifndef MIGRANTID_TEST_LOAD_H
#define MIGRANTID_TEST_LOAD_H

#include <jansson.h>
#include <stdio.h>

/* A file of that folder; the caller's reference. */
static inline json_t *load(const char *folder, const char *name)
{
	json_error_t error;
	char path[4096];
	json_t *json;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	json = json_load_file(path, 0, &error);
	if (json == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return json;
}

static inline const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	if (text == NULL)
		fail_msg("no %s", name);
	return text;
}

#endif
