// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cgroup_tree.h"

#define POD "kubepods/pod7a875b5c-4d3c-4345-ac0f-5c847d8d7129"

static pid_t child;

static void stop_child(void)
{
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	tree_remove();
}

TestSuite(cgroup_subject, .init = tree_make, .fini = stop_child);

static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
	struct stat status;

	cr_assert(in >= 0 && out >= 0 && fstat(in, &status) == 0);
	for (ssize_t n; status.st_size > 0; status.st_size -= n) {
		n = sendfile(out, in, NULL, (size_t)status.st_size);
		cr_assert(n > 0);
	}
	close(in);
	close(out);
}

/* Run a program of that name; ready once it is executed, which closes the pipe. */
static const char *run(const char *name, bool own_namespace)
{
	static char text[32];
	char path[512];
	int ready[2];
	char byte;

	snprintf(path, sizeof(path), "%s/%s", tree_path, name);
	copy_file("/bin/sleep", path);
	cr_assert(eq(int, pipe2(ready, O_CLOEXEC), 0));
	child = (pid_t)syscall(SYS_clone, (own_namespace ? CLONE_NEWPID : 0) | SIGCHLD, 0,
			       0, 0, 0);
	if (child < 0)
		cr_skip("no right to make a PID namespace");
	if (child == 0) {
		execl(path, name, "1000", (char *)NULL);
		_exit(1);
	}
	close(ready[1]);
	cr_assert(eq(int, (int)read(ready[0], &byte, 1), 0));
	close(ready[0]);
	snprintf(text, sizeof(text), "%d\n", child);
	return text;
}

static void is_refused(const char *path, const char *because)
{
	char *why = NULL;

	cr_assert(eq(int, cgroup_check_subject(&tree, path, &why), CGROUP_E_PROTECTED),
		  "%s", path);
	cr_expect(ne(ptr, strstr(why, because), NULL), "%s", why);
	free(why);
}

static void is_taken(const char *path)
{
	char *why = NULL;

	cr_expect(eq(int, cgroup_check_subject(&tree, path, &why), 0), "%s: %s", path,
		  why ? why : "");
	free(why);
}

Test(cgroup_subject, takes_a_cgroup_of_ordinary_processes)
{
	tree_add("empty", "");
	tree_add("unit", run("sleep", false));
	is_taken("empty");
	is_taken("unit");
}

Test(cgroup_subject, refuses_the_root)
{
	tree_add("", "");
	is_refused("", "root");
	is_refused("/", "root");
}

Test(cgroup_subject, refuses_pid_1_anywhere_below)
{
	tree_add("init", "1\n");
	is_refused("init", "PID 1 (");
	tree_add("a", "");
	tree_add("a/b", "");
	tree_add("a/b/c", "1\n");
	is_refused("a", "PID 1 (");
}

Test(cgroup_subject, refuses_the_agent_itself)
{
	char own[32];

	snprintf(own, sizeof(own), "%d\n", getpid());
	tree_add("a", own);
	is_refused("a", "the agent itself");
}

Test(cgroup_subject, refuses_the_agent_and_pid_1_in_a_pod_too)
{
	char own[32];

	snprintf(own, sizeof(own), "%d\n", getpid());
	tree_add("kubepods", "");
	tree_add(POD, own);
	is_refused(POD, "the agent itself");
	is_refused("kubepods", "the agent itself");
	tree_add("kubepods/burstable", "");
	tree_add("kubepods/burstable/pod36b6d6be73b1065af369b3985edafa09", "1\n");
	is_refused("kubepods/burstable/pod36b6d6be73b1065af369b3985edafa09", "PID 1 (");
}

Test(cgroup_subject, refuses_processes_that_it_cannot_see)
{
	tree_add("a", "0\n");
	is_refused("a", "PID namespace");
}

Test(cgroup_subject, refuses_the_nodes_daemons)
{
	tree_add("a", run("kubelet", false));
	is_refused("a", "it holds kubelet (PID ");
}

Test(cgroup_subject, knows_a_daemon_whose_file_was_replaced)
{
	char path[512];

	tree_add("a", run("containerd", false));
	snprintf(path, sizeof(path), "%s/containerd", tree_path);
	unlink(path);
	is_refused("a", "it holds containerd (PID ");
}

Test(cgroup_subject, takes_a_shim)
{
	tree_add("a", run("containerd-shim-runc-v2", false));
	is_taken("a");
}

Test(cgroup_subject, is_not_talked_out_of_it_by_a_name_in_a_pod)
{
	tree_add("kubepods", "");
	tree_add(POD, run("sshd", false));
	is_taken(POD);
}

Test(cgroup_subject, is_not_talked_out_of_it_by_a_name_in_another_pid_namespace)
{
	tree_add("container", run("sshd", true));
	is_taken("container");
}

Test(cgroup_subject, takes_processes_that_went)
{
	tree_add("a", "2147483647\n");
	is_taken("a");
}

Test(cgroup_subject, says_when_there_is_no_such_cgroup)
{
	char *why = NULL;

	cr_expect(eq(int, cgroup_check_subject(&tree, "missing", &why), -ENOENT));
}
