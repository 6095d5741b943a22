/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/time_zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"

#define FOLDER "/usr/share/zoneinfo"
#define PATH_LONGEST 256

/* Names that the database has replaced; from Debian 13 on they are in a package of their own,
 * tzdata-legacy, which nobody installs. */
static const struct {
	const char *name, *successor;
} replaced[] = {
	{ "Africa/Asmera", "Africa/Asmara" },
	{ "America/Argentina/ComodRivadavia", "America/Argentina/Catamarca" },
	{ "America/Buenos_Aires", "America/Argentina/Buenos_Aires" },
	{ "America/Catamarca", "America/Argentina/Catamarca" },
	{ "America/Cordoba", "America/Argentina/Cordoba" },
	{ "America/Fort_Wayne", "America/Indiana/Indianapolis" },
	{ "America/Indianapolis", "America/Indiana/Indianapolis" },
	{ "America/Jujuy", "America/Argentina/Jujuy" },
	{ "America/Knox_IN", "America/Indiana/Knox" },
	{ "America/Louisville", "America/Kentucky/Louisville" },
	{ "America/Mendoza", "America/Argentina/Mendoza" },
	{ "America/Rosario", "America/Argentina/Cordoba" },
	{ "Antarctica/South_Pole", "Antarctica/McMurdo" },
	{ "Asia/Ashkhabad", "Asia/Ashgabat" },
	{ "Asia/Calcutta", "Asia/Kolkata" },
	{ "Asia/Chungking", "Asia/Shanghai" },
	{ "Asia/Dacca", "Asia/Dhaka" },
	{ "Asia/Katmandu", "Asia/Kathmandu" },
	{ "Asia/Macao", "Asia/Macau" },
	{ "Asia/Rangoon", "Asia/Yangon" },
	{ "Asia/Saigon", "Asia/Ho_Chi_Minh" },
	{ "Asia/Thimbu", "Asia/Thimphu" },
	{ "Asia/Ujung_Pandang", "Asia/Makassar" },
	{ "Asia/Ulan_Bator", "Asia/Ulaanbaatar" },
	{ "Atlantic/Faeroe", "Atlantic/Faroe" },
	{ "Australia/ACT", "Australia/Sydney" },
	{ "Australia/LHI", "Australia/Lord_Howe" },
	{ "Australia/NSW", "Australia/Sydney" },
	{ "Australia/North", "Australia/Darwin" },
	{ "Australia/Queensland", "Australia/Brisbane" },
	{ "Australia/South", "Australia/Adelaide" },
	{ "Australia/Tasmania", "Australia/Hobart" },
	{ "Australia/Victoria", "Australia/Melbourne" },
	{ "Australia/West", "Australia/Perth" },
	{ "Brazil/Acre", "America/Rio_Branco" },
	{ "Brazil/DeNoronha", "America/Noronha" },
	{ "Brazil/East", "America/Sao_Paulo" },
	{ "Brazil/West", "America/Manaus" },
	{ "CET", "Europe/Brussels" },
	{ "CST6CDT", "America/Chicago" },
	{ "Canada/Atlantic", "America/Halifax" },
	{ "Canada/Central", "America/Winnipeg" },
	{ "Canada/East-Saskatchewan", "America/Regina" },
	{ "Canada/Eastern", "America/Toronto" },
	{ "Canada/Mountain", "America/Edmonton" },
	{ "Canada/Newfoundland", "America/St_Johns" },
	{ "Canada/Pacific", "America/Vancouver" },
	{ "Canada/Saskatchewan", "America/Regina" },
	{ "Canada/Yukon", "America/Whitehorse" },
	{ "Chile/Continental", "America/Santiago" },
	{ "Chile/EasterIsland", "Pacific/Easter" },
	{ "Cuba", "America/Havana" },
	{ "EET", "Europe/Athens" },
	{ "EST", "America/Panama" },
	{ "EST5EDT", "America/New_York" },
	{ "Egypt", "Africa/Cairo" },
	{ "Eire", "Europe/Dublin" },
	{ "Europe/Kiev", "Europe/Kyiv" },
	{ "Europe/Uzhgorod", "Europe/Kyiv" },
	{ "Europe/Zaporozhye", "Europe/Kyiv" },
	{ "GB", "Europe/London" },
	{ "GB-Eire", "Europe/London" },
	{ "GMT", "Etc/GMT" },
	{ "GMT+0", "Etc/GMT" },
	{ "GMT-0", "Etc/GMT" },
	{ "GMT0", "Etc/GMT" },
	{ "Greenwich", "Etc/GMT" },
	{ "HST", "Pacific/Honolulu" },
	{ "Hongkong", "Asia/Hong_Kong" },
	{ "Iceland", "Atlantic/Reykjavik" },
	{ "Iran", "Asia/Tehran" },
	{ "Israel", "Asia/Jerusalem" },
	{ "Jamaica", "America/Jamaica" },
	{ "Japan", "Asia/Tokyo" },
	{ "Kwajalein", "Pacific/Kwajalein" },
	{ "Libya", "Africa/Tripoli" },
	{ "MET", "Europe/Brussels" },
	{ "MST", "America/Phoenix" },
	{ "MST7MDT", "America/Denver" },
	{ "Mexico/BajaNorte", "America/Tijuana" },
	{ "Mexico/BajaSur", "America/Mazatlan" },
	{ "Mexico/General", "America/Mexico_City" },
	{ "NZ", "Pacific/Auckland" },
	{ "NZ-CHAT", "Pacific/Chatham" },
	{ "Navajo", "America/Denver" },
	{ "PRC", "Asia/Shanghai" },
	{ "PST8PDT", "America/Los_Angeles" },
	{ "Pacific/Enderbury", "Pacific/Kanton" },
	{ "Pacific/Ponape", "Pacific/Pohnpei" },
	{ "Pacific/Truk", "Pacific/Chuuk" },
	{ "Poland", "Europe/Warsaw" },
	{ "Portugal", "Europe/Lisbon" },
	{ "ROC", "Asia/Taipei" },
	{ "ROK", "Asia/Seoul" },
	{ "Singapore", "Asia/Singapore" },
	{ "Turkey", "Europe/Istanbul" },
	{ "UCT", "Etc/UTC" },
	{ "US/Alaska", "America/Anchorage" },
	{ "US/Aleutian", "America/Adak" },
	{ "US/Arizona", "America/Phoenix" },
	{ "US/Central", "America/Chicago" },
	{ "US/East-Indiana", "America/Indiana/Indianapolis" },
	{ "US/Eastern", "America/New_York" },
	{ "US/Hawaii", "Pacific/Honolulu" },
	{ "US/Indiana-Starke", "America/Indiana/Knox" },
	{ "US/Michigan", "America/Detroit" },
	{ "US/Mountain", "America/Denver" },
	{ "US/Pacific", "America/Los_Angeles" },
	{ "US/Samoa", "Pacific/Pago_Pago" },
	{ "Universal", "Etc/UTC" },
	{ "W-SU", "Europe/Moscow" },
	{ "WET", "Europe/Lisbon" },
	{ "Zulu", "Etc/UTC" },
};

const char *time_zone_successor(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(replaced); i++)
		if (strcmp(replaced[i].name, name) == 0)
			return replaced[i].successor;
	return NULL;
}

/* In the database's folder, as glib finds it. */
static bool is_zone_file(const char *name)
{
	const char *folder = getenv("TZDIR");
	char path[PATH_LONGEST], magic[4];
	FILE *file;
	bool is;

	if (snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : FOLDER, name) >=
		(int)sizeof(path))
		return false;
	file = fopen(path, "rbe");
	if (file == NULL)
		return false;
	is = fread(magic, 1, sizeof(magic), file) == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
	(void)fclose(file);
	return is;
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/*
 * Area/City, and UTC. What is shorter are names of old, and for a name that is no file glib reads
 * POSIX's own: "UTC+3" is three hours WEST of Greenwich there. Beneath posix/ and right/ stands the
 * database once more, the latter with leap seconds.
 */
bool time_zone_is_known(const char *name)
{
	static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789_+-/";

	if (strcmp(name, "UTC") == 0)
		return true;
	return strchr(name, '/') != NULL && name[0] != '/' && strstr(name, "//") == NULL &&
	       strspn(name, characters) == strlen(name) && !begins(name, "posix/") &&
	       !begins(name, "right/") && is_zone_file(name);
}
