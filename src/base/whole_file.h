/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * whole_file.h - a file that is written whole or not at all: who reads it meanwhile, or after a
 * crash, finds the old one or the new one. Blocks on the disk.
 */
#ifndef MIGRANTID_WHOLE_FILE_H
#define MIGRANTID_WHOLE_FILE_H

#include "base/base.h"

/*
 * The parts one behind the other, into `path`.new and then over `path`, with mode 0640; both the
 * file and its name are on the disk when this returns. No symbolic link is followed. False with
 * errno: the old file is still there, unless it was the folder's fsync() that failed. Two writers
 * of one path at once may make each other fail, never mix.
 */
MUST_CHECK bool whole_file_write(const char *path, const struct span *parts, size_t count);

#endif
