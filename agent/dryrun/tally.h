/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_DRYRUN_TALLY_H
#define LSMD_DRYRUN_TALLY_H

/* How often each rule had something to say to each access, and who was first. */

#include <stddef.h>
#include <stdint.h>

#include "dryrun/access.h"

struct tally_entry {
	uint32_t rule; /* of the image, or RULE_CLOSED */
	uint8_t would; /* enum verdict */
	struct access access;
	uint64_t count;
	/* Of the first: */
	uint64_t time; /* CLOCK_BOOTTIME, ns */
	uint32_t pid;
	char command[17];
	char *executable; /* "": not known */
};

struct tally;

int tally_new(struct tally **ret_tally);
struct tally *tally_free(struct tally *tally);

/** tally_add() - Count a record. Return: 0, -ENOMEM. */
int tally_add(struct tally *tally, const struct denial_event *event);

/** tally_entries() - All of them, ordered by rule, then by access. Borrowed. */
const struct tally_entry *const *tally_entries(struct tally *tally, size_t *ret_n);

/** tally_has_pid() - Is this the number of a process or thread that was seen? */
bool tally_has_pid(const struct tally *tally, uint32_t pid);

static inline void tally_freep(struct tally **tally)
{
	tally_free(*tally);
}

#endif
