/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fake_wait.h - a worker that waits for an inquiry, in a program of one thread: instead of sleeping
 * it runs a hook, which lets the faked world go on. The linker puts it in, with
 * -Wl,--wrap=pthread_cond_clockwait; the system's clock is the faked one.
 */
#ifndef MIGRANTID_TEST_FAKE_WAIT_H
#define MIGRANTID_TEST_FAKE_WAIT_H

#include "fake_engine.h"

extern struct fake_time *fake_wait_time;
/* Something happens, at the latest at `until_ms`, to which the clock may be moved. */
extern void (*fake_wait_hook)(int64_t until_ms);

#endif
