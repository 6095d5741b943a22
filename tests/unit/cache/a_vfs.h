/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * a_vfs.h - a VFS that becomes SQLite's default, never syncs, and lets a chosen access to a file
 * fail, or all of them, or hang. Include it behind "a_disk.h".
 */
#ifndef MIGRANTID_A_VFS_H
#define MIGRANTID_A_VFS_H

#include <semaphore.h>
#include <sqlite3.h>

enum access { A_READ = 1, A_WRITE = 2, A_SYNC = 4, A_TRUNCATE = 8, A_OPEN = 16, A_DELETE = 32 };

static struct {
	sqlite3_vfs vfs; /* the default now */
	sqlite3_vfs *beneath;
	atomic_uint which; /* of enum access; the others are neither counted nor fail */
	atomic_int countdown; /* fails when it reaches 0 */
	atomic_bool for_ever; /* and from then on */
	atomic_int code;
	atomic_int failures;
	atomic_bool hangs;
	atomic_int hanging;
	sem_t resume;
} faults;

struct fault_file {
	sqlite3_file file;
	sqlite3_file *beneath; /* behind this */
};

static inline void faults_off(void)
{
	faults.which = 0;
	faults.failures = 0;
}

static inline void faults_on(unsigned which, int after, int code, bool for_ever)
{
	faults.failures = 0;
	faults.countdown = after;
	faults.code = code;
	faults.for_ever = for_ever;
	faults.which = which;
}

static inline int fault(enum access access)
{
	int left;

	if (faults.hangs) {
		faults.hanging++;
		while (sem_wait(&faults.resume) != 0)
			;
	}
	if ((faults.which & access) == 0)
		return SQLITE_OK;
	left = --faults.countdown;
	if (left > 0 || (left < 0 && !faults.for_ever))
		return SQLITE_OK;
	faults.failures++;
	return faults.code;
}

static inline sqlite3_file *under(sqlite3_file *file)
{
	return ((struct fault_file *)(void *)file)->beneath;
}

static int f_close(sqlite3_file *file)
{
	return under(file)->pMethods->xClose(under(file));
}

static int f_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
	int code = fault(A_READ);

	return code != SQLITE_OK ? code : under(file)->pMethods->xRead(under(file), out, len, at);
}

static int f_write(sqlite3_file *file, const void *octets, int len, sqlite3_int64 at)
{
	int code = fault(A_WRITE);

	return code != SQLITE_OK ? code
				 : under(file)->pMethods->xWrite(under(file), octets, len, at);
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = fault(A_TRUNCATE);

	return code != SQLITE_OK ? code : under(file)->pMethods->xTruncate(under(file), size);
}

/* No power is cut here, and disks are slow. */
static int f_sync(sqlite3_file *file, int flags)
{
	(void)file, (void)flags;
	return fault(A_SYNC);
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return under(file)->pMethods->xFileSize(under(file), size);
}

static int f_lock(sqlite3_file *file, int level)
{
	return under(file)->pMethods->xLock(under(file), level);
}

static int f_unlock(sqlite3_file *file, int level)
{
	return under(file)->pMethods->xUnlock(under(file), level);
}

static int f_reserved(sqlite3_file *file, int *out)
{
	return under(file)->pMethods->xCheckReservedLock(under(file), out);
}

static int f_control(sqlite3_file *file, int what, void *arg)
{
	return under(file)->pMethods->xFileControl(under(file), what, arg);
}

static int f_sector(sqlite3_file *file)
{
	return under(file)->pMethods->xSectorSize(under(file));
}

static int f_characteristics(sqlite3_file *file)
{
	return under(file)->pMethods->xDeviceCharacteristics(under(file));
}

static int f_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
	static const sqlite3_io_methods methods = { 1, f_close, f_read, f_write, f_truncate, f_sync,
		f_size, f_lock, f_unlock, f_reserved, f_control, f_sector, f_characteristics, NULL,
		NULL, NULL, NULL, NULL, NULL };
	struct fault_file *own = (struct fault_file *)(void *)file;
	int code = fault(A_OPEN);

	(void)vfs;
	file->pMethods = NULL;
	if (code != SQLITE_OK)
		return code;
	own->beneath = (sqlite3_file *)(void *)(own + 1);
	code = faults.beneath->xOpen(faults.beneath, name, own->beneath, flags, out);
	if (code == SQLITE_OK)
		file->pMethods = &methods;
	return code;
}

static int f_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	int code = fault(A_DELETE);

	(void)vfs;
	return code != SQLITE_OK ? code : faults.beneath->xDelete(faults.beneath, name, sync);
}

/* Once, before any file is opened. */
static inline void faults_register(void)
{
	faults.beneath = sqlite3_vfs_find(NULL);
	assert_non_null(faults.beneath);
	faults.vfs = *faults.beneath;
	faults.vfs.pNext = NULL;
	faults.vfs.zName = "faults";
	faults.vfs.szOsFile = (int)sizeof(struct fault_file) + faults.beneath->szOsFile;
	faults.vfs.xOpen = f_open;
	faults.vfs.xDelete = f_delete;
	assert_int_equal(sem_init(&faults.resume, 0, 0), 0);
	assert_int_equal(sqlite3_vfs_register(&faults.vfs, 1), SQLITE_OK);
}

#endif
