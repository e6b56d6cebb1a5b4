// SPDX-License-Identifier: Apache-2.0
#include "dryrun/tally.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "policy/array.h"
#include "util/cleanup.h"

/* PIDs are below 2^22 (PID_MAX_LIMIT, include/linux/threads.h): a bit for each. */
#define PIDS (1U << 22)

struct tally {
	void *tree; /* of the entries, by compare() */
	struct tally_entry **entries;
	size_t n;
	bool sorted;
	uint64_t pids[PIDS / 64];
};

static int compare(const void *a, const void *b)
{
	const struct tally_entry *x = a, *y = b;

	if (x->rule != y->rule)
		return x->rule < y->rule ? -1 : 1;
	return access_compare(&x->access, &y->access);
}

static int compare_places(const void *a, const void *b)
{
	return compare(*(const struct tally_entry *const *)a,
		       *(const struct tally_entry *const *)b);
}

static struct tally_entry *entry_free(struct tally_entry *entry)
{
	if (entry) {
		access_clear(&entry->access);
		free(entry->executable);
	}
	free(entry);
	return NULL;
}

static void entry_freep(struct tally_entry **entry)
{
	entry_free(*entry);
}

int tally_new(struct tally **ret_tally)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	if (!tally)
		return -ENOMEM;
	*ret_tally = tally;
	return 0;
}

static void keep(void *entry)
{
	(void)entry;
}

struct tally *tally_free(struct tally *tally)
{
	if (!tally)
		return NULL;
	tdestroy(tally->tree, keep);
	for (size_t i = 0; i < tally->n; i++)
		entry_free(tally->entries[i]);
	free(tally->entries);
	free(tally);
	return NULL;
}

static void see_pid(struct tally *tally, uint32_t pid)
{
	if (pid < PIDS)
		tally->pids[pid / 64] |= 1ULL << pid % 64;
}

bool tally_has_pid(const struct tally *tally, uint32_t pid)
{
	return pid < PIDS && tally->pids[pid / 64] >> pid % 64 & 1;
}

static int insert(struct tally *tally, const struct denial_event *event,
		  struct tally_entry **entry)
{
	struct tally_entry **entries =
		array_grow(tally->entries, tally->n, sizeof(struct tally_entry *));

	if (!entries)
		return -ENOMEM;
	tally->entries = entries;
	(*entry)->executable =
		path_of_names(event->names + event->object_length, event->exe_length,
			      event->exe_length ? "/" : "");
	if (!(*entry)->executable || !tsearch(*entry, &tally->tree, compare))
		return -ENOMEM;
	memcpy((*entry)->command, event->comm, sizeof(event->comm));
	(*entry)->pid = event->pid;
	(*entry)->time = event->time;
	(*entry)->count = 1;
	tally->entries[tally->n++] = TAKE_PTR(*entry);
	tally->sorted = false;
	return 0;
}

int tally_add(struct tally *tally, const struct denial_event *event)
{
	_cleanup_(entry_freep) struct tally_entry *entry = calloc(1, sizeof(*entry));
	struct tally_entry **found;
	int r;

	if (!entry)
		return -ENOMEM;
	see_pid(tally, event->pid);
	see_pid(tally, event->tid);
	see_pid(tally, event->ppid);
	entry->rule = event->rule;
	entry->would = event->would;
	r = access_read(event, &entry->access);
	if (r < 0)
		return r;
	found = tfind(entry, &tally->tree, compare);
	if (!found)
		return insert(tally, event, &entry);
	(*found)->count++;
	return 0;
}

const struct tally_entry *const *tally_entries(struct tally *tally, size_t *ret_n)
{
	if (!tally->sorted && tally->n)
		qsort(tally->entries, tally->n, sizeof(*tally->entries), compare_places);
	tally->sorted = true;
	*ret_n = tally->n;
	return (const struct tally_entry *const *)tally->entries;
}
