/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_IDENTITIES_PRIVATE_H
#define LSMD_IDENTITIES_PRIVATE_H

/* What the files that implement identities.h share. */

#include <stdatomic.h>
#include <uv.h>

#include "enforce/enforcer.h"
#include "identities.h"
#include "node/root_pattern.h"
#include "node/root_pool.h"
#include "policy/aliases.h"
#include "util/clock.h"

/* How long a look may take. */
#define LOOK_DEADLINE_NS (2 * NS_PER_SECOND)

#define LOOK_NOWHERE	 SIZE_MAX
#define LOOK_ALIASES	 (SIZE_MAX - 1)

struct identities {
	struct agent *agent;
	struct root_pool *pool;
	uv_timer_t *timer; /* for the next look of all */
	struct enforcer_file host_root;
};

/* A file that a path of a rule is. */
struct found_file {
	char *path; /* by the rule, not as the kernel names it */
	struct enforcer_file file;
};

struct found_files {
	struct found_file *items;
	size_t n, room;
};

/* Of a path of a rule, why what it is was not found, or not all of it. */
struct unfound {
	char *path;
	int error;	/* negative errno; -E2BIG: more than is looked at */
	uint64_t until; /* boot time until which it is not looked at again; 0: it is */
};

struct unfounds {
	struct unfound *items;
	size_t n, room;
};

/* A program that is many by its name: the path of a rule, and the file. */
struct multicall {
	char *path, *file;
};

struct multicalls {
	struct multicall *items;
	size_t n, room;
};

/* One look into a container's root. Until it is done, its thread's alone. */
struct look {
	struct root_task task;
	struct identities *identities;
	uint64_t cgroup_id;

	/* What to look for, and where. */
	struct image *image;
	struct root_pattern *patterns;
	size_t n_patterns;
	struct policy_list policies; /* of which the aliases are wanted; none: of none */
	int directory;		     /* of the cgroup */
	int reader;		     /* see enforcer_reader() */
	uint32_t mount_namespace;    /* that the root is to be in; 0: any */
	bool on_host;
	struct enforcer_file host_root;

	/* Where it is: the pattern at hand; LOOK_NOWHERE: it seeks the root;
	 * LOOK_ALIASES: it is past the patterns. */
	_Atomic size_t at;

	/* What has come of it. */
	int error; /* 0, or why there is no root: -ESRCH: not yet */
	int pid;
	uint32_t found_namespace;
	uint64_t began; /* boot time of the container, if its first process is there; or 0
			 */
	struct enforcer_file root;
	struct aliases aliases;
	bool aliases_cut; /* there are more */
	struct found_files files;
	struct unfounds unfound;
	struct multicalls multicalls;
	size_t absent; /* paths that name nothing */
};

/* What is known of a subject's files. */
struct subject_files {
	uint64_t made, next; /* boot time; of the next look */
	struct look *running;
	bool looked; /* once at least, and found a root */
	bool before_start;
	uint64_t looked_at;  /* wall clock */
	int error;	     /* of the last look: why there was no root */
	struct image *image; /* that it was for */
	struct found_files files;
	struct unfounds unfound, hung;
	struct multicalls multicalls;
	size_t absent;
	struct aliases aliases;	    /* that count, of all policies it was ever under */
	struct policy_list aliased; /* the policies whose aliases were looked for last */
	bool aliases_hang;	    /* and its file system did not answer */
	bool aliases_cut;	    /* and there are more than are kept */
	size_t missing;		    /* files that found no room in the kernel */
};

/** found_files_add() - Return: 0, -ENOMEM. */
int found_files_add(struct found_files *files, const char *path,
		    const struct enforcer_file *file);
void found_files_clear(struct found_files *files);
void unfounds_clear(struct unfounds *unfounds);
void multicalls_clear(struct multicalls *multicalls);

/** unfounds_add() - Return: 0, -ENOMEM. */
int unfounds_add(struct unfounds *unfounds, const char *path, int error, uint64_t until);

/** look_for_aliases() - Of what a look is for; in a thread of the pool. */
void look_for_aliases(struct look *look, int root);

/** aliases_are_wanted() - Is there a path that may have any? */
bool aliases_are_wanted(const struct policy_list *policies);

/** aliases_are_due() - Have those of the policies as they are not been looked for yet? */
bool aliases_are_due(const struct subject *subject);

/**
 * aliases_take() - Take over what a look has found, as far as it counts.
 * Return: were there any that were not known? Then the subject's image is another.
 */
bool aliases_take(struct agent *agent, const struct subject *subject, struct look *look);

/** aliases_give_up() - A look for them hangs: not again, until there are other policies.
 */
void aliases_give_up(const struct subject *subject);

/**
 * look_new() - Prepare a look for what a subject's policies say.
 * @done: called in the loop's thread, see struct root_task
 * Return: 0, negative errno.
 */
int look_new(struct identities *identities, const struct subject *subject,
	     void (*done)(struct root_task *task, int status), struct look **ret_look);

/** look_take() - Take over the files that a look has found, and publish what is new. */
void look_take(struct identities *identities, struct subject *subject, struct look *look);

/** look_run() - Look; in a thread of the pool. */
void look_run(struct root_task *task);

#endif
