/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tools/ctl/owner.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

bool owner_become(const char *folder, const struct reporter *reporter)
{
	const struct passwd *owner;
	struct stat seen;

	if (stat(folder, &seen) != 0 || !S_ISDIR(seen.st_mode)) {
		report(reporter, SAY_ERROR, folder, 0,
			"is no folder that can be reached: has the server been started once?");
		return false;
	}
	if (geteuid() != 0 || seen.st_uid == 0)
		return true;
	owner = getpwuid(seen.st_uid);
	if (owner != NULL && initgroups(owner->pw_name, owner->pw_gid) == 0 &&
		setgid(owner->pw_gid) == 0 && setuid(owner->pw_uid) == 0)
		return true;
	report(reporter, SAY_ERROR, folder, 0, "root could not become the user it belongs to");
	return false;
}
