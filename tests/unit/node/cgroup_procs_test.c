// SPDX-License-Identifier: Apache-2.0
#include "node/cgroup_procs.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <sys/wait.h>

#include "cgroup_tree.h"
#include "node/cgroup_mount.h"

static int sum(int pid, void *data)
{
	*(int *)data += pid;
	return 0;
}

static int stop(int pid, void *data)
{
	*(int *)data = pid;
	return 7;
}

static int open_cgroup(const char *path)
{
	return openat(tree.fd, path, O_RDONLY | O_DIRECTORY);
}

Test(cgroup_procs, visits_each_until_told, .init = tree_make, .fini = tree_remove)
{
	int total = 0, last = 0, fd;

	tree_add("a", "12\n30\n400\n");
	fd = open_cgroup("a");
	cr_expect(eq(int, cgroup_procs(fd, sum, &total), 0));
	cr_expect(eq(int, total, 442));
	cr_expect(eq(int, cgroup_procs(fd, stop, &last), 7));
	cr_expect(eq(int, last, 12));
	close(fd);
}

Test(cgroup_procs, takes_a_cgroup_that_went_for_empty, .init = tree_make,
     .fini = tree_remove)
{
	int total = 0, fd;

	cr_assert(eq(int, mkdirat(tree.fd, "a", 0755), 0));
	fd = open_cgroup("a");
	cr_assert(eq(int, unlinkat(tree.fd, "a", AT_REMOVEDIR), 0));
	cr_expect(eq(int, cgroup_procs(fd, sum, &total), 0));
	close(fd);
}

static void put(int directory, const char *file, const char *text)
{
	int fd = openat(directory, file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		cr_log_warn("%s: not written", file);
	close(fd);
}

static int open_unified(void)
{
	struct cgroup_mounts mounts = {};
	FILE *mountinfo = fopen("/proc/self/mountinfo", "re");
	int fd = -1;

	cr_assert(eq(int, cgroup_mounts_read(mountinfo, &mounts), 0));
	fclose(mountinfo);
	for (size_t i = 0; i < mounts.n && fd < 0; i++)
		if (!mounts.items[i].v1)
			fd = open(mounts.items[i].path, O_RDONLY | O_DIRECTORY);
	cgroup_mounts_clear(&mounts);
	return fd;
}

Test(cgroup_procs, reads_threads_where_the_kernel_lists_no_processes)
{
	int unified = open_unified(), domain, threaded, seen = 0, r;
	char name[64], pid[32];
	pid_t child;

	snprintf(name, sizeof(name), "lsmd-test-%d", getpid());
	if (unified < 0 || mkdirat(unified, name, 0755) < 0)
		cr_skip("no right to make a cgroup in a v2 hierarchy");
	domain = openat(unified, name, O_RDONLY | O_DIRECTORY);
	mkdirat(domain, "t", 0755);
	threaded = openat(domain, "t", O_RDONLY | O_DIRECTORY);
	put(threaded, "cgroup.type", "threaded");
	child = fork();
	if (child == 0) {
		pause();
		_exit(0);
	}
	snprintf(pid, sizeof(pid), "%d", child);
	put(domain, "cgroup.procs", pid);
	put(threaded, "cgroup.threads", pid);
	r = cgroup_procs(threaded, sum, &seen);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	unlinkat(domain, "t", AT_REMOVEDIR);
	unlinkat(unified, name, AT_REMOVEDIR);
	cr_expect(eq(int, r, 0));
	cr_expect(eq(int, seen, child));
	close(threaded);
	close(domain);
	close(unified);
}
