/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "person/moment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "person/date.h"

#define TIME_OF_DAY "Tdd:dd:ddZ"
#define SECONDS_DIGITS 12
#define LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static bool read_seconds(const char *text, int64_t *out)
{
	size_t digits = strspn(text, "0123456789");
	int64_t seconds = strtoll(text, NULL, 10);

	if (digits == 0 || digits > SECONDS_DIGITS || text[digits] != '\0' || seconds > LAST)
		return false;
	*out = seconds;
	return true;
}

/* Of two digits. */
static int number_at(const char *text)
{
	return 10 * (text[0] - '0') + (text[1] - '0');
}

static bool read_time_of_day(const char *text, struct tm *out)
{
	if (strlen(text) != strlen(TIME_OF_DAY))
		return false;
	for (size_t i = 0; TIME_OF_DAY[i] != '\0'; i++) {
		if (TIME_OF_DAY[i] == 'd' ? text[i] < '0' || text[i] > '9'
					  : text[i] != TIME_OF_DAY[i])
			return false;
	}
	out->tm_hour = number_at(text + 1);
	out->tm_min = number_at(text + 4);
	out->tm_sec = number_at(text + 7);
	return out->tm_hour < 24 && out->tm_min < 60 && out->tm_sec < 60;
}

bool moment_parse(const char *text, int64_t *out)
{
	struct tm parts = { 0 };
	struct date date;

	if (read_seconds(text, out))
		return true;
	if (strlen(text) < DATE_TEXT_LEN || !date_parse(text, DATE_TEXT_LEN, false, &date))
		return false;
	text += DATE_TEXT_LEN;
	if (text[0] != '\0' && !read_time_of_day(text, &parts))
		return false;
	parts.tm_year = date.year - 1900;
	parts.tm_mon = date.month - 1;
	parts.tm_mday = date.day;
	*out = timegm(&parts);
	return true;
}
