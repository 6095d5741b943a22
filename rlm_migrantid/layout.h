/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.h - is the server that loads the module the one it was compiled for?
 *
 * The server compares its version number with the module's. That does not notice a server of the
 * same version that was built with other options, or that a distribution patched: its structures
 * may have other members, and the module would read and write in the wrong places.
 */
#ifndef MIGRANTID_LAYOUT_H
#define MIGRANTID_LAYOUT_H

#include "base/base.h"

/* False after an error was logged for the first structure that differs. */
MUST_CHECK bool layout_matches(void);

#endif
