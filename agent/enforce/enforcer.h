/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_ENFORCE_ENFORCER_H
#define LSMD_ENFORCE_ENFORCER_H

/*
 * The kernel side as the agent sees it: programs loaded or adopted, cgroups pointed at
 * slots, images published to slots, counters harvested, events read. Nothing here logs;
 * everything outlives the agent (pins under struct enforcer_options.pin_directory),
 * unless it is opened without pins, for a dry run.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lsm/abi.h"
#include "policy/image.h"

struct enforcer;

struct enforcer_options {
	const char *pin_directory;   /* default /sys/fs/bpf/lsmd */
	bool cgroup_v1;		     /* subjects by the v1 pids hierarchy */
	uint32_t cgroup_hierarchy;   /* its hierarchy id; 0 for v2 */
	uint32_t records_per_second; /* 0: LIMIT_RECORDS_PER_SECOND */
	/* A dry run: nothing is pinned nor adopted, and all of it ends with the enforcer,
	 * or with the process that has it. An lsmd on the node goes on beside it. */
	bool unpinned;
	bool tracing;	    /* unpinned: programs that see calls and can stop none, for
			       which "bpf" need not be among the active LSMs */
	uint32_t ring_size; /* unpinned: bytes, a power of two; 0: LIMIT_RING */
};

/* What enforcer_open() can say besides a negative errno. */
enum {
	ENFORCER_E_BUSY = 1,  /* another lsmd holds the pin directory */
	ENFORCER_E_NO_LSM,    /* "bpf" is not among the active LSMs: hooks would never be
				 called */
	ENFORCER_E_NO_BTF,    /* /sys/kernel/btf/vmlinux is missing */
	ENFORCER_E_PRIVILEGE, /* CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN or another is
			       * missing, or the kernel is locked down */
	ENFORCER_E_BPFFS,     /* no bpf file system at the pin directory */
	ENFORCER_E_ABI,	 /* what is pinned has another ABI_VERSION or layout; run --unload
			  */
	ENFORCER_E_LOAD, /* the kernel refused a program; the detail has its log's end */
	ENFORCER_E_SLOTS,    /* LIMIT_SLOTS are in use */
	ENFORCER_E_IMAGES,   /* LIMIT_IMAGES are in use */
	ENFORCER_E_COUNTERS, /* LIMIT_COUNTERS are in use */
	ENFORCER_E_CGROUPS,  /* the cgroup map is full; inherited look-ups climb */
	ENFORCER_E_HOOK,     /* a hook that the image needs can't be attached */
	ENFORCER_E_LINGERS,  /* unpinned, and the kernel has not let go of all of it */
};

/**
 * enforcer_open() - Load and pin everything, or adopt what an earlier life left pinned.
 * @options:        borrowed for the call
 * @ret_enforcer:   set on success only
 * @reterr_detail:  on failure, one line of plain text on what failed and what to do;
 * owned
 *
 * Adopting changes nothing that is in force: slots, images and counters go on. When the
 * pinned programs are not the ones built in, the new ones are attached before the old are
 * dropped. A half-made earlier load (killed in the middle) is completed or replaced.
 *
 * A slot that an earlier life left, and to which no cgroup points any more, is given back
 * here; every other one is the caller's now (see enforcer_cgroups()), to use or to free.
 * What its counters held already is reported by the first harvest.
 *
 * Needs CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN (to open by id) and CAP_SYS_PTRACE (to see
 * the mount namespace of PID 1), CAP_SYS_RESOURCE before 5.11 (for locked memory), and
 * CAP_SYSLOG to know rename_lock. What comes after needs CAP_BPF and CAP_PERFMON alone.
 * Takes libbpf's output over.
 *
 * Return: 0, a negative errno, or ENFORCER_E_*.
 */
int enforcer_open(const struct enforcer_options *options, struct enforcer **ret_enforcer,
		  char **reterr_detail);

/** enforcer_free() - Close; everything pinned stays in force. Return: NULL. */
struct enforcer *enforcer_free(struct enforcer *enforcer);

/** enforcer_adopted() - Was there something in force before this life? */
bool enforcer_adopted(const struct enforcer *enforcer);

/**
 * enforcer_unload() - Detach every program and remove every pin.
 *
 * Returns when the kernel calls none of them any more, which it says a moment later.
 *
 * Return: 0 (also when nothing was there), negative errno, ENFORCER_E_BUSY while an lsmd
 * runs, ENFORCER_E_LINGERS when some were still there after five seconds.
 */
int enforcer_unload(const char *pin_directory, char **reterr_detail);

/* --- subjects
 * ----------------------------------------------------------------------------- */

/**
 * enforcer_slot_new() - A slot without rules.
 * Return: 0, ENFORCER_E_SLOTS (a harvest may free some), negative errno.
 */
int enforcer_slot_new(struct enforcer *enforcer, uint32_t *ret_slot);

/**
 * enforcer_slot_free() - Give a slot back; no cgroup may point to it any more.
 *
 * Its image and counters are retired: the next harvest may still report gains under its
 * number, and records may name it until the ring was read. Only then is the number
 * reused. A slot that is not given out is ignored.
 */
void enforcer_slot_free(struct enforcer *enforcer, uint32_t slot);

/** enforcer_slot_mount_namespace() - As the kernel recorded it; 0 unknown. */
uint32_t enforcer_slot_mount_namespace(const struct enforcer *enforcer, uint32_t slot);

/** enforcer_slot_arrived() - Boot time in ns at which the container's first program
 * began, as the kernel recorded it; 0 unknown, or not yet. */
uint64_t enforcer_slot_arrived(const struct enforcer *enforcer, uint32_t slot);

/**
 * enforcer_slot_set_root() - Tell the kernel of a root that it did not see made.
 * @mount_namespace: from enforcer_read_namespace()
 * @device:          of the root's directory, from enforcer_read_file()
 *
 * For a container that was there before its slot. What is recorded already stays.
 */
void enforcer_slot_set_root(struct enforcer *enforcer, uint32_t slot,
			    uint32_t mount_namespace, uint32_t device);

/** enforcer_is_entering() - Is a process on its way into a container (DESIGN.md 12)? */
bool enforcer_is_entering(const struct enforcer *enforcer, int pid);

/**
 * enforcer_assign() - Point a cgroup at a slot, in place when it points to another.
 * Cgroups made below it from now on inherit; those that are there already do not.
 * Return: 0; ENFORCER_E_CGROUPS; -ESTALE when the cgroup was removed at that very moment,
 * and the tree is to be looked at again; another negative errno.
 */
int enforcer_assign(struct enforcer *enforcer, uint64_t cgroup_id, uint32_t slot,
		    uint32_t flags);

/** enforcer_remove() - Make a cgroup nobody's. Return: 0 (also when it was), negative
 * errno. */
int enforcer_remove(struct enforcer *enforcer, uint64_t cgroup_id);

/**
 * enforcer_cgroups() - Call for each cgroup in the map, as it was when the call began.
 * @visit: may assign and remove; its value's flags are CGROUP_F_* alone
 * Return: 0, what @visit returned, or a negative errno.
 */
int enforcer_cgroups(struct enforcer *enforcer,
		     int (*visit)(uint64_t cgroup_id, const struct cgroup_value *value,
				  void *data),
		     void *data);

/* --- images
 * ------------------------------------------------------------------------------- */

/**
 * enforcer_publish() - Put an image in force for a slot; takes effect in one store.
 * @image: NULL for no rules; a reference is taken. Equal images share their kernel map.
 *
 * On failure what was in force stays in force. An image that the kernel has already costs
 * no system call, a new one a few; several at once, or one of an unusual size, a grace
 * period each. What is in force already is left alone.
 *
 * Hooks that no image needed before are attached first, and stay attached until a later
 * life finds that nothing in force needs them any more.
 *
 * Return: 0; ENFORCER_E_IMAGES and ENFORCER_E_COUNTERS, of which a harvest may free some;
 * ENFORCER_E_HOOK, see enforcer_hook_problem(); -ENOENT for a slot that is not given out;
 * another negative errno.
 */
int enforcer_publish(struct enforcer *enforcer, uint32_t slot, struct image *image);

/** enforcer_hook_problem() - Which hook the last ENFORCER_E_HOOK was about, and why, in
 * one line. Borrowed, until the next one; NULL: there was none. */
const char *enforcer_hook_problem(const struct enforcer *enforcer);

/* --- identities
 * --------------------------------------------------------------------------- */

/* A file as the programs see it; stat(2) tells other numbers, of overlayfs and btrfs. */
struct enforcer_file {
	uint64_t inode;
	uint32_t device;
};

/* A file, and what it is denied for: the accept, in an image, of a path that it is. */
struct enforcer_identity {
	struct enforcer_file file;
	uint32_t accept;
};

/** enforcer_reader() - What the next two read by. Return: a descriptor, the caller's; or
 * negative errno. */
int enforcer_reader(const struct enforcer *enforcer);

/**
 * enforcer_read_file() - What is behind a descriptor of this process; O_PATH will do.
 *
 * For any thread, and also when the enforcer is gone.
 *
 * Return: 0, -EBADF, another negative errno.
 */
int enforcer_read_file(int reader, int fd, struct enforcer_file *ret_file);

/**
 * enforcer_read_namespace() - The mount namespace that a descriptor was opened in, as
 * struct slot has it; 0: in none. For any thread, as above.
 * Return: 0, negative errno.
 */
int enforcer_read_namespace(int reader, int fd, uint32_t *ret_namespace);

/**
 * enforcer_publish_identified() - enforcer_publish() with what files are under @image:
 * their entries are there before it is in force, and those of the image before it stay
 * until no program decides by that one.
 * @ret_missing: how many found no room in LIMIT_IDENTITIES, LIMIT_IDENTITY_ACCEPTS
 */
int enforcer_publish_identified(struct enforcer *enforcer, uint32_t slot,
				struct image *image,
				const struct enforcer_identity *identities, size_t n,
				size_t *ret_missing);

/** enforcer_image() - What is in force for a slot, an adopted image too. Borrowed, or
 * NULL. */
const struct image *enforcer_image(const struct enforcer *enforcer, uint32_t slot);

/* A bump of counters: @count more since the last harvest. @rule: number, RULE_CLOSED with
 * @counter COUNTER_CLOSED + hook, or UINT32_MAX - 1 for the other fixed counters. */
#define HARVEST_NO_RULE (UINT32_MAX - 1)
typedef void (*enforcer_harvest_fn)(uint32_t slot, const struct image *image,
				    uint32_t counter, uint32_t rule, uint64_t count,
				    void *data);

/**
 * enforcer_harvest() - Report what every counter gained since the last harvest, retired
 * blocks included (a grace period after their slot moved on), then free what is retired.
 *
 * Exact: each gain is reported once, in one life. May wait for a grace period.
 */
void enforcer_harvest(struct enforcer *enforcer, enforcer_harvest_fn gained, void *data);

/* --- events
 * ------------------------------------------------------------------------------- */

struct enforcer_events {
	/* @image: as it was when the denial happened, NULL when it is not known any more.
	 */
	void (*denial)(const struct denial_event *event, const struct image *image,
		       void *data);
	void (*cgroup)(const struct cgroup_event *event, void *data);
	void *data;
};

/** enforcer_event_fd() - Readable when events wait. */
int enforcer_event_fd(const struct enforcer *enforcer);

/**
 * enforcer_consume() - Hand every waiting event over.
 * Return: how many; -EBADMSG for a record that is none of ours, which is passed over;
 * another negative errno.
 */
int enforcer_consume(struct enforcer *enforcer, const struct enforcer_events *events);

/* --- the whole node
 * ------------------------------------------------------------------------ */

/**
 * enforcer_pause() - Turn every denial to audit.
 * @sources: why, as struct state has it; 0: not at all
 * @until:   CLOCK_BOOTTIME in ns at which the kernel itself ends it; 0: no end
 */
void enforcer_pause(struct enforcer *enforcer, uint32_t sources, uint64_t until);
const struct state *enforcer_state(const struct enforcer *enforcer);

/**
 * enforcer_self_test() - Is a call really denied? A child in a cgroup of its own below
 * @cgroup_root is refused a socket once. Its denial is neither counted nor handed over.
 * While all is paused it is enough that the call was judged. Return: 0, ENFORCER_E_NO_LSM
 * when the call went through, negative errno when it could not run.
 */
int enforcer_self_test(struct enforcer *enforcer, const char *cgroup_root);

/* One attached program, for `status`. One on demand is listed when it is attached, or was
 * to be and could not. */
struct enforcer_program {
	const char *name;
	const char *attach_to;
	uint32_t id;
	bool attached;
	uint32_t
		verified_instructions; /* 0 where the kernel does not say (before 5.16) */
};
size_t enforcer_programs(const struct enforcer *enforcer,
			 struct enforcer_program *programs, size_t max);

/** enforcer_memory() - Bytes that the pinned maps and images hold, as the kernel accounts
 * them. */
uint64_t enforcer_memory(const struct enforcer *enforcer);

#endif
