// SPDX-License-Identifier: Apache-2.0

/*
 * Is a call really denied? A process of our own is put into a cgroup of its own, whose
 * slot denies it a unix datagram socket, and asks for one. It is placed before the cgroup
 * is assigned: who joins a subject from outside is entering, and only audited until it
 * executes something.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "enforce/enforcer_private.h"
#include "enforce/self_test_image.h"
#include "util/cleanup.h"

#define CGROUP_NAME "lsmd-self-test"

/* A cgroup stays busy for a moment after its last process was reaped. */
#define REMOVE_TRIES	100
#define REMOVE_PAUSE_NS 5000000L

struct self_test {
	struct enforcer *enforcer;
	char path[PATH_MAX];
	uint64_t cgroup_id; /* 0: not made */
	uint32_t slot;	    /* 0: not taken */
	struct image *image;
	pid_t child;
	int go; /* the child waits for a byte on it, and ends when it is closed */
};

/* --- the child: system calls only, since the parent may have threads
 * ----------------------- */

static int try_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd >= 0 ? 0 : errno;
}

__attribute__((noreturn)) static void run_child(int go, pid_t parent)
{
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent || read(go, &byte, 1) != 1)
		_exit(ECANCELED);
	_exit(try_socket());
}

static int start_child(struct self_test *test)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	test->child = fork();
	if (test->child == 0) {
		close(ends[1]);
		run_child(ends[0], parent);
	}
	close(ends[0]);
	test->go = ends[1];
	return test->child < 0 ? -errno : 0;
}

/* Return: the errno that the child got, or a negative one. */
static int finish_child(struct self_test *test)
{
	int status;

	if (write(test->go, "", 1) != 1)
		return -errno;
	while (waitpid(test->child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	test->child = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -ECANCELED;
}

/* --- its cgroup
 * --------------------------------------------------------------------------- */

static int remove_cgroup(const char *path)
{
	const struct timespec pause = {.tv_nsec = REMOVE_PAUSE_NS};

	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

static int find_slot(uint64_t cgroup_id, const struct cgroup_value *value, void *data)
{
	struct self_test *test = data;

	if (cgroup_id == test->cgroup_id)
		test->slot = value->slot;
	return 0;
}

/* What a life that was killed in its self-test left behind. */
static int remove_stale(struct self_test *test)
{
	struct stat status;
	int r;

	if (stat(test->path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	test->cgroup_id = status.st_ino;
	r = enforcer_cgroups(test->enforcer, find_slot, test);
	if (r == 0)
		r = enforcer_remove(test->enforcer, test->cgroup_id);
	if (r)
		return r;
	if (test->slot)
		enforcer_slot_free(test->enforcer, test->slot);
	test->cgroup_id = 0;
	test->slot = 0;
	return remove_cgroup(test->path);
}

static int make_cgroup(struct self_test *test)
{
	struct stat status;

	if (mkdir(test->path, 0755) < 0)
		return -errno;
	if (stat(test->path, &status) < 0) {
		int error = errno;

		rmdir(test->path);
		return -error;
	}
	test->cgroup_id = status.st_ino;
	events_ignore(test->enforcer->events, test->cgroup_id);
	return 0;
}

static int place_child(const struct self_test *test)
{
	char path[PATH_MAX + 16], text[16];
	_cleanup_(closep) int fd = -1;
	int n;

	snprintf(path, sizeof(path), "%s/cgroup.procs", test->path);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = snprintf(text, sizeof(text), "%d", (int)test->child);
	return write(fd, text, (size_t)n) < 0 ? -errno : 0;
}

/* --- the test
 * ----------------------------------------------------------------------------- */

static void self_test_clear(struct self_test *test)
{
	if (test->go >= 0)
		close(test->go);
	if (test->child > 0) {
		kill(test->child, SIGKILL);
		waitpid(test->child, NULL, 0);
	}
	if (test->cgroup_id) {
		enforcer_remove(test->enforcer, test->cgroup_id);
		remove_cgroup(test->path);
	}
	/* Its denials are nobody's. */
	if (test->slot) {
		slots_forget(test->enforcer->slots, test->slot);
		enforcer_slot_free(test->enforcer, test->slot);
	}
	image_unref(test->image);
}

static int prepare(struct self_test *test)
{
	int r = remove_stale(test);

	if (r == 0)
		r = self_test_image(&test->image);
	if (r == 0)
		r = make_cgroup(test);
	if (r == 0)
		r = start_child(test);
	if (r == 0)
		r = place_child(test);
	if (r == 0)
		r = enforcer_slot_new(test->enforcer, &test->slot);
	if (r == 0)
		r = enforcer_publish(test->enforcer, test->slot, test->image);
	if (r == 0)
		r = enforcer_assign(test->enforcer, test->cgroup_id, test->slot,
				    CGROUP_F_HOST_ROOT);
	return r;
}

/* While all is paused nothing is denied; that the call was judged shows in a counter. */
static bool was_judged(const struct self_test *test)
{
	return slots_counter(test->enforcer->slots, test->slot, COUNTER_PAUSED) > 0;
}

static int judge(struct self_test *test)
{
	int error = finish_child(test);

	if (error < 0)
		return error;
	if (error == EPERM || was_judged(test))
		return 0;
	return error == 0 ? ENFORCER_E_NO_LSM : -error;
}

int enforcer_self_test(struct enforcer *enforcer, const char *cgroup_root)
{
	_cleanup_(self_test_clear) struct self_test test = {
		.enforcer = enforcer,
		.child = -1,
		.go = -1,
	};
	int n = snprintf(test.path, sizeof(test.path), "%s/" CGROUP_NAME, cgroup_root);
	int r;

	if (n >= (int)sizeof(test.path))
		return -ENAMETOOLONG;
	r = prepare(&test);
	if (r > 0)
		return -ENOSPC;
	return r ? r : judge(&test);
}
