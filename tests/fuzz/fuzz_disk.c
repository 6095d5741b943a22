/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file of kept answers, as an enemy or a failing disk may have left it: an own file with some
 * octets changed, each as three octets of place and one of content say, or, after a first octet of
 * 0, the whole input as a file. It is opened, read, written to, emptied and counted without harm,
 * and a new one can always be begun.
 */
#include <unistd.h>

#include "cache/disk_admin.h"
#include "cache/disk_store.h"
#include "fuzz.h"

#define PEOPLE 40
#define NOW 1750000000
#define MAX_OCTETS ((uint64_t)4 * 1024 * 1024)

static char folder[] = "/dev/shm/fuzz-disk-XXXXXX";
static char path[sizeof(folder) + sizeof("/" DISK_FILE_NAME "-journal")];
static uint8_t model[1024 * 1024];
static size_t model_len;
static struct disk_store store;

static void key_of(uint32_t number, uint8_t key[PERSON_KEY_LEN])
{
	for (size_t i = 0; i < PERSON_KEY_LEN; i++)
		key[i] = (uint8_t)(number * 2654435761u >> (i % 4 * 8));
}

static bool put(uint32_t number)
{
	uint8_t key[PERSON_KEY_LEN], octets[ENTRY_HEAD_LEN + 900] = { ENTRY_VERSION };
	const struct disk_keep keep = { { key, NOW, NOW + 9, octets, sizeof(octets) },
		store.epoch };

	octets[8] = 1;
	memset(octets + 9, 0x70, 8);
	key_of(number, key);
	return disk_store_write(&store, &keep, 1, NOW + (number % 16 == 0 ? 10 : 0));
}

static void find(uint32_t number)
{
	struct disk_find one = { .count = 1, .now = NOW };
	struct disk_find *const finds[] = { &one };

	key_of(number, one.keys[0]);
	disk_store_read(&store, finds, 1);
	HOLDS(one.octets == NULL || (one.len > ENTRY_HEAD_LEN && one.len <= ENTRY_LEN_MAX));
	free(one.octets);
}

static void use(const struct reporter *reporter)
{
	unsigned written = 0;

	disk_store_init(&store, folder, MAX_OCTETS, reporter);
	for (uint32_t i = 0; i < PEOPLE; i++)
		find(i);
	for (uint32_t i = PEOPLE - 4; i < PEOPLE + 4; i++)
		written += put(i);
	HOLDS(written <= 8);
	for (uint32_t i = 0; i < PEOPLE; i += 9) {
		uint8_t key[PERSON_KEY_LEN];

		key_of(i, key);
		disk_store_forget(&store, key);
	}
	disk_store_settle(&store);
	disk_store_close(&store);
}

static void use_admin(const struct reporter *reporter)
{
	struct disk_admin *admin = disk_admin_open(folder, MAX_OCTETS, reporter);
	struct disk_count count;
	uint64_t removed = 0;

	if (admin != NULL && disk_admin_count(admin, &count) &&
		disk_admin_remove_before(admin, NOW + 1, &removed))
		removed = 0;
	disk_admin_close(admin);
	HOLDS(disk_admin_remove_all(folder, MAX_OCTETS, reporter, &removed));
}

static void write_file(const uint8_t *octets, size_t len)
{
	FILE *file = fopen(path, "w");

	HOLDS(file != NULL);
	HOLDS(fwrite(octets, 1, len, file) == len);
	HOLDS(fclose(file) == 0);
}

static void end(void)
{
	(void)unlink(path);
	(void)strcat(path, "-journal");
	(void)unlink(path);
	(void)rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct reporter silent = { NULL, NULL };
	FILE *file;

	(void)argc, (void)argv;
	HOLDS(mkdtemp(folder) != NULL);
	(void)snprintf(path, sizeof(path), "%s/" DISK_FILE_NAME, folder);
	disk_store_init(&store, folder, MAX_OCTETS, &silent);
	for (uint32_t i = 1; i < PEOPLE; i++)
		HOLDS(put(i));
	disk_store_close(&store);
	file = fopen(path, "r");
	HOLDS(file != NULL);
	model_len = fread(model, 1, sizeof(model), file);
	HOLDS(model_len > 3 * DISK_PAGE_SIZE && fclose(file) == 0);
	return atexit(end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t image[sizeof(model)];
	struct tally tally;
	const struct reporter reporter = tally_reporter(&tally);

	memcpy(image, model, model_len);
	for (size_t i = 1; size > 0 && data[0] != 0 && i + 4 <= size; i += 4)
		image[((size_t)data[i] << 16 | (size_t)data[i + 1] << 8 | data[i + 2]) %
			model_len] = data[i + 3];
	if (size > 0 && data[0] == 0)
		write_file(data + 1, size - 1);
	else
		write_file(image, model_len);
	use(&reporter);
	use_admin(&reporter);
	return 0;
}
