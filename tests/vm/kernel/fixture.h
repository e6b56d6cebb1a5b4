/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LSMD_TESTS_VM_KERNEL_FIXTURE_H
#define LSMD_TESTS_VM_KERNEL_FIXTURE_H

/*
 * The programs of lsm/ on a real kernel, called by real processes. A case is a function
 * that runs in a process of its own, as a container's program would: in the subject's
 * cgroup and a mount namespace of its own, after an exec. What it calls to check ends it
 * when it does not hold.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "enforce/enforcer.h"

struct test_case {
	const char *name; /* the behaviour, in words */
	const char *policy;
	void (*run)(void);
	/* What is done outside before, and undone after; NULL: nothing. */
	void (*set_up)(void);
	void (*tear_down)(void);
	/* When set, it runs outside, in place of starting @run. */
	void (*outside)(const struct test_case *test);
};

#define CASE(name_, policy_, run_, ...)                                                  \
	{                                                                                \
		.name = (name_), .policy = (policy_), .run = (run_), ##__VA_ARGS__       \
	}

/* Each ended by one without a name. */
extern const struct test_case path_cases[], exec_cases[], net_cases[], net_send_cases[],
	unix_cases[], task_cases[], race_cases[], condition_cases[], drift_cases[],
	program_cases[];

/* --- in a case
 * ---------------------------------------------------------------------------- */

/** check() - End the process with a message unless it holds. */
#define CHECK(condition) check_at((condition), #condition, __FILE__, __LINE__)
void check_at(bool holds, const char *what, const char *file, int line);

/* Each returns 0 when the call went through, else the errno. What was made is undone. */
int try_open(const char *path, int flags);
int try_exec(const char *path);
int try_socket(int family, int type, int protocol);
int try_connect(const char *address, uint16_t port, int type);

/* --- outside
 * ------------------------------------------------------------------------------- */

/* The subject of the running case. */
struct fixture {
	struct enforcer *enforcer;
	const char *cgroup_root;
	char cgroup[256];
	uint64_t cgroup_id;
	uint32_t slot;
	struct image *image;
};
extern struct fixture fixture;

/** subject_start() - Start a case's program in the subject. @flags: CGROUP_F_*. */
pid_t subject_start(const char *name);
/** wait_ok() - Wait for a process; did it end with 0? */
bool wait_ok(pid_t pid);
/** wait_status() - Wait for a process. Return: as waitpid(2) gives it. */
int wait_status(pid_t pid);

void move_to(const char *cgroup, pid_t pid);
void make_directory(const char *path);
/** copy_file() - Write all of a file to a descriptor. */
void copy_file(const char *from, int to);
void write_file(const char *path, const char *text, mode_t mode);
/** make_program() - A new file, with a copy of this program. */
void make_program(const char *path);

/* What the kernel counted for the subject since the last call: verdicts by rule together,
 * and the fixed counters. */
struct counted {
	uint64_t by_rule;
	uint64_t fixed[COUNTER_RULES];
};
struct counted harvest(void);

/** next_denial() - The next record of the subject, or NULL. Valid until the next call. */
const struct denial_event *next_denial(void);

#endif
